//! A disk on which each read takes four seconds: no call waits longer than documented, and clips on other
//! disks play.

use super::again;
use super::files::Folder;
use amio::{
    Clip, Config, DriverKind, Entry, EventKind, FileFormat, Gain, Interface, OpenOptions, Playspec,
    Swap,
};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// Set in the environment of the child process with the slow disk: its folder.
const FOLDER: &str = "AMIO_TEST_SLOW_DISK";

const THIS_TEST: &str =
    "slow_disk::calls_take_half_a_second_and_other_files_are_heard_whatever_a_disk_does";

/// Part of the names of files on the slow disk.
const SLOW: &str = "slow-disk";

/// The documented limits are half a second, and a second for closing; this is more, since the machine may
/// be busy.
const CALL: Duration = Duration::from_millis(1_000);
const CLOSE: Duration = Duration::from_millis(1_500);

#[test]
fn calls_take_half_a_second_and_other_files_are_heard_whatever_a_disk_does() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return with_a_slow_disk(Path::new(&folder));
    }
    let _alone = super::alone();
    let folder = Folder::new("streams-slow");
    let shim = folder.file("slow_reads.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/streams/slow_reads.c");
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"])
        .args([&shim, &source])
        .status();
    assert!(built.expect("there is a C compiler").success());
    let done = Command::new(again::program())
        .args(again::only(THIS_TEST))
        .env(FOLDER, folder.file(""))
        .env("LD_PRELOAD", &shim)
        .env("SLOW_NAME", SLOW)
        .env("SLOW_SECONDS", seconds(&folder.file("")))
        .output()
        .expect("this test starts again");
    let printed = String::from_utf8_lossy(&done.stdout);
    println!("{printed}{}", String::from_utf8_lossy(&done.stderr));
    assert!(again::passed(&done.stdout));
}

/// The file that says how many seconds a read takes.
fn seconds(folder: &Path) -> PathBuf {
    folder.join("seconds")
}

/// The slowest call so far.
#[derive(Default)]
struct Calls {
    slowest: Duration,
    name: String,
}

impl Calls {
    fn time<T>(&mut self, most: Duration, name: &str, call: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let result = call();
        let took = began.elapsed();
        assert!(took < most, "{name} took {took:?}");
        if took > self.slowest {
            (self.slowest, self.name) = (took, name.to_owned());
        }
        result
    }
}

fn noise(frames: usize) -> Clip {
    let samples: Vec<f32> = (0..2 * frames)
        .map(|n| (n % 1_009) as f32 / 2_018.0)
        .collect();
    Clip::from_f32(48_000, 2, &samples).expect("samples")
}

fn with_a_slow_disk(folder: &Path) {
    let calls = &mut Calls::default();
    let sound = noise(480_000);
    let fast = folder.join("fast.wav");
    sound.save(&fast, FileFormat::Wav16).expect("it is written");
    let options = [OpenOptions::default(), OpenOptions::at_rate(44_100)];
    let slow: Vec<PathBuf> = [FileFormat::Wav16, FileFormat::Flac16]
        .into_iter()
        .enumerate()
        .map(|(n, format)| {
            let path = folder.join(format!("{SLOW}.{n}"));
            sound.save(&path, format).expect("it is written");
            path
        })
        .collect();
    for options in options {
        one_interface(folder, calls, &slow, &fast, &options);
    }
    println!("the slowest call: {} took {:?}", calls.name, calls.slowest);
}

fn one_interface(
    folder: &Path,
    calls: &mut Calls,
    slow: &[PathBuf],
    fast: &Path,
    options: &OpenOptions,
) {
    let open = |path: &PathBuf| Clip::open_stream(path, options).expect("it streams");
    let slow: Vec<Clip> = slow.iter().map(open).collect();
    let fast = open(&fast.to_owned());
    // From now on the disk is slow.
    fs::write(seconds(folder), "4").expect("the folder is writable");
    let mut config = Config::new(DriverKind::Null);
    config.frame_rate_hz = options.frame_rate_hz;
    let [both, other] = [0, 1].map(|_| Interface::new(config.clone()).expect("an interface"));
    let clips = slow.iter().chain([&fast]);
    let entries = clips.map(|clip| Entry::new(clip, 0)).collect();
    let playspec = Playspec::new(entries).expect("entries");
    let alone = Playspec::new(vec![Entry::new(&fast, 0)]).expect("an entry");
    let ticket = calls.time(CALL, "schedule", || both.schedule(&playspec, Swap::at(0)));
    ticket.expect("it is queued");
    calls.time(CALL, "set_rolling", || {
        both.set_rolling(true).expect("room")
    });
    other.schedule(&alone, Swap::at(0)).expect("it is queued");
    other.set_rolling(true).expect("it rolls");
    for interface in [&both, &other] {
        interface.start().expect("it starts");
    }
    for position in [100_000, 300_000, 200_000] {
        calls.time(CALL, "set_position", || {
            both.set_position(position).expect("room");
        });
        other.set_position(position).expect("room");
        calls.time(CALL, "set_gain", || {
            both.set_gain(&playspec, 0, Gain::both(0.5), 10)
                .expect("room");
        });
        let later = Swap::at(position + 1_000_000);
        let ticket = calls.time(CALL, "schedule", || both.schedule(&playspec, later));
        calls.time(CALL, "cancel", || {
            both.cancel(ticket.expect("it is queued")).expect("room");
        });
        calls.time(CALL, "bad_samples", || slow[0].bad_samples());
        calls.time(CALL, "stats", || both.stats());
        for rolling in [false, true] {
            calls.time(CALL, "set_rolling", || {
                both.set_rolling(rolling).expect("room");
            });
        }
    }
    // Clips on the other disk play on both interfaces.
    let mut missing: Vec<u64> = slow.iter().map(Clip::id).collect();
    while !missing.is_empty() {
        let event = both.wait_event(Duration::from_secs(10));
        if let EventKind::Underrun { clip, .. } = event.expect("one comes").kind {
            assert_ne!(clip, fast.id());
            missing.retain(|id| *id != clip);
        }
    }
    assert_eq!(other.stats().underruns, 0);
    calls.time(CALL, "stop", || both.stop().expect("it stops"));
    calls.time(CLOSE, "close", || both.close());
    calls.time(CALL, "dropping", || drop((both, playspec, slow)));
    fs::remove_file(seconds(folder)).expect("it is there");
}
