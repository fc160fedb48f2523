//! A disk that is full: the recording ends with an error, and its file can be played.

use super::files;
use super::numbers::{feed, offline};
use crate::again;
use amio::{Error, EventKind, FileFormat, RecorderConfig, RecorderState};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// Set in the environment of the child process with a small disk: the path of the disk.
const DISK: &str = "AMIO_TEST_SMALL_DISK";

/// Runs the test again in a child process with its own mount namespace and a disk of 256 KiB.
fn on_a_small_disk(test: &str, run: fn(&Path)) {
    if let Some(disk) = std::env::var_os(DISK) {
        return run(Path::new(&disk));
    }
    let disk = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{test}-disk"));
    std::fs::create_dir_all(&disk).expect("the target directory is writable");
    let script = "mount -t tmpfs -o size=256k tmpfs \"$1\" || exit 99; shift; exec \"$@\"";
    let output = Command::new("unshare")
        .args(["-rm", "sh", "-c", script, "sh"])
        .arg(&disk)
        .arg(again::program())
        .args(again::only(&format!("recorder::full::{test}")))
        .env(DISK, &disk)
        .output()
        .expect("util-linux is installed: run scripts/setup test");
    let printed = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    if again::passed(printed.as_bytes()) {
        return;
    }
    let not_allowed = !printed.contains("running 1 test");
    assert!(
        not_allowed && std::env::var_os("CI").is_none(),
        "{}\n{printed}",
        output.status
    );
    eprintln!("\n*** SKIPPED, NOTHING WAS TESTED: no small disk can be mounted: {printed} ***\n");
}

/// Noise that FLAC cannot compress, exact in 24 bits.
fn noise(frames: usize) -> Vec<f32> {
    let mut seed = 1u32;
    let next = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed.cast_signed() >> 8) as f32 / 8_388_608.0
    };
    std::iter::repeat_with(next).take(frames).collect()
}

fn fill(disk: &Path, format: FileFormat, name: &str) {
    let interface = offline();
    let path = disk.join(name);
    let other = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("beside-{name}"));
    let config = RecorderConfig {
        format,
        ..RecorderConfig::default()
    };
    let recorder = interface.record(&path, &config).expect("it records");
    let beside = interface.record(&other, &config).expect("it records");
    let noise = noise(200_000);
    interface
        .advance(200_000, Some(&noise), None)
        .expect("it advances");
    let error = recorder.wait(Duration::from_secs(20)).expect_err("full");
    assert!(matches!(&error, Error::Io { path: named, .. } if *named == path));
    assert!(error.to_string().contains("No space left"), "{error}");
    let take = recorder.recording();
    assert_eq!(take.state, RecorderState::Failed);
    // The disk is full except for less than one write.
    assert!(take.frames > 50_000, "{take:?}");

    let told = std::iter::from_fn(|| interface.next_event()).find_map(|event| match event.kind {
        EventKind::RecorderFailed {
            path,
            frames,
            reason,
        } => Some((path, frames, reason)),
        _ => None,
    });
    let (named, frames, reason) = told.expect("it was told");
    assert_eq!((named, frames), (path.clone(), take.frames));
    assert!(reason.contains("No space left"), "{reason}");

    // The file can be read, and has whole frames to its end. (libsndfile's tool needs space for its
    // output, so it gets a copy on another disk.)
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("copy-{name}"));
    std::fs::copy(&path, &copy).expect("it is there");
    assert!(files::samples(&copy) == noise[..take.frames as usize]);
    // The other recording, on another disk, goes on.
    feed(&interface, 1000);
    assert_eq!(beside.stop().expect("there is room").frames, 201_000);
    std::fs::remove_file(copy).expect("it is there");
    std::fs::remove_file(other).expect("it is there");
    std::fs::remove_file(path).expect("it is there");
}

#[test]
fn a_full_disk_leaves_a_wav_file_that_can_be_played() {
    on_a_small_disk("a_full_disk_leaves_a_wav_file_that_can_be_played", |disk| {
        fill(disk, FileFormat::Wav24, "full.wav");
    });
}

#[test]
fn a_full_disk_leaves_a_flac_file_that_can_be_played() {
    on_a_small_disk(
        "a_full_disk_leaves_a_flac_file_that_can_be_played",
        |disk| {
            fill(disk, FileFormat::Flac24, "full.flac");
        },
    );
}
