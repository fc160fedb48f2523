//! Damaged files: each file of a small corpus is cut off at every byte, and has bytes changed. Each
//! damaged file must load or fail with a clear error, in little memory and time.
//!
//! The work is done in a child process with limited memory.

use crate::again;
use crate::formats::files::{Folder, Sound, make, recipes};
use amio::{Clip, Error};
use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A file of each format, small enough to be cut off at every byte.
const CORPUS: &str = "
    s16.wav         sox -D $in -b 16 $out
    f32.wav         ffmpeg -v error -i $in -c:a pcm_f32le $out
    rf64.wav        ffmpeg -v error -i $in -rf64 always $out
    s24.w64         sndfile-convert -pcm24 $in $out
    s24.aiff        sox $in -b 24 $out
    f32.aifc        ffmpeg -v error -i $in -c:a pcm_f32be -f aiff $out
    s16.au          sox -D $in -b 16 $out
    f32.dns.au      sndfile-convert -endian=little -float32 $in $out
    s16.caf         sndfile-convert -pcm16 $in $out
    16.flac         flac -s --no-padding --blocksize=192 $in -o $out
    flac.ogg        ffmpeg -v error -bitexact -i $in -c:a flac $out
    alac.m4a        ffmpeg -v error -bitexact -i $in -c:a alac $out
    alac.caf        ffmpeg -v error -bitexact -i $in -c:a alac $out
    lame.mp3        lame --quiet -b 64 $in $out
    untagged.mp3    lame --quiet -t -b 64 $in $out
    opus.opus       opusenc --quiet --bitrate 24 --padding 0 $in $out
    aac.m4a         ffmpeg -v error -bitexact -i $in -c:a aac -b:a 32k $out
    adts.aac        ffmpeg -v error -bitexact -i $in -c:a aac -b:a 32k $out
    vorbis.ogg      oggenc -Q -q -1 $in -o $out
";

const SOUND: Sound = Sound {
    frame_rate_hz: 16_000,
    channels: 2,
    frames: 500,
};

/// How many copies of each file have bytes changed.
const COPIES: usize = 400;

/// The limit for the peak memory use of the whole process.
const MEMORY_KIB: u64 = 64 * 1024;

/// The address space of the process. Sizes in the header of a damaged file may be larger than this.
const ADDRESSES_KIB: u64 = 512 * 1024;

const LONGEST: Duration = Duration::from_secs(2);

const ALL: Duration = Duration::from_secs(120);

/// The environment variable of the child process that does the work; its value is the folder.
const WORKER: &str = "AMIO_DAMAGED_FILES";

const THIS_TEST: &str =
    "damaged_files::a_damaged_file_loads_or_fails_with_a_clear_error_in_little_memory";

#[test]
fn a_damaged_file_loads_or_fails_with_a_clear_error_in_little_memory() {
    if let Some(folder) = env::var_os(WORKER) {
        return damage_all(Path::new(&folder));
    }
    let folder = Folder::new("damage");
    let source = folder.path().join("source");
    SOUND.write(&source);
    for (name, line) in recipes(CORPUS) {
        make(line, &source, &folder.path().join(name));
    }
    let said = folder.path().join("said");
    let mut worker = Command::new("bash")
        .arg("-c")
        .arg(format!("ulimit -v {ADDRESSES_KIB}; exec \"$0\" \"$@\""))
        .arg(again::program())
        .args(again::only(THIS_TEST))
        .env(WORKER, folder.path())
        .stdin(Stdio::null())
        .stdout(fs::File::create(&said).expect("the folder is writable"))
        .stderr(Stdio::null())
        .spawn()
        .expect("there is a shell");
    let began = Instant::now();
    let status = loop {
        if let Some(status) = worker.try_wait().expect("it is our child") {
            break status;
        }
        if began.elapsed() > ALL {
            worker.kill().expect("it is our child");
            worker.wait().expect("it is our child");
            panic!("not done after {ALL:?}");
        }
        std::thread::sleep(Duration::from_millis(50)); // std has no wait with a timeout
    };
    let said = fs::read(&said).expect("it was made");
    let text = String::from_utf8_lossy(&said);
    assert!(again::passed(&said), "{status}\n{text}");
    println!("{text}");
}

fn damage_all(folder: &Path) {
    // In memory if possible: on a disk, the test would take minutes.
    let memory = Path::new("/dev/shm");
    let place = if memory.is_dir() { memory } else { folder };
    let damaged = place.join(format!("amio-damaged-{}", std::process::id()));
    let mut random = Random(1);
    for (name, _) in recipes(CORPUS) {
        let intact = fs::read(folder.join(name)).expect("it was made");
        let whole = samples(&Clip::open(folder.join(name)).unwrap_or_else(|e| panic!("{e}")));
        for length in 0..intact.len() {
            fs::write(&damaged, &intact[..length]).expect("the folder is writable");
            let loaded = load(&damaged, &format!("{name} cut off after {length} bytes"));
            if let Some(part) = loaded
                && !name.ends_with("opus")
            {
                // Frames before the cut are unchanged.
                let same = part
                    .iter()
                    .zip(&whole)
                    .all(|(part, whole)| whole.starts_with(part));
                assert!(same, "{name} cut off after {length} bytes");
            }
        }
        for copy in 0..COPIES {
            let mut bytes = intact.clone();
            // In every second copy, only bytes at the beginning change, where headers are.
            let range = if copy % 2 == 0 {
                bytes.len()
            } else {
                bytes.len().min(200)
            };
            for _ in 0..=random.below(8) {
                bytes[random.below(range)] = match random.below(3) {
                    0 => 0,
                    1 => 0xFF,
                    _ => random.below(256) as u8,
                };
            }
            fs::write(&damaged, &bytes).expect("the folder is writable");
            let _ = load(&damaged, &format!("{name}, changed copy {copy}"));
        }
        println!(
            "{name}: {} bytes; memory so far {} KiB",
            intact.len(),
            peak_kib()
        );
    }
    fs::remove_file(&damaged).expect("it was written");
    let peak = peak_kib();
    assert!(peak < MEMORY_KIB, "{peak} KiB");
}

/// The channels of a file that loads; `None` for a file that fails with a correct error.
fn load(file: &Path, what: &str) -> Option<Vec<Vec<f32>>> {
    let began = Instant::now();
    let result = Clip::open(file);
    let took = began.elapsed();
    assert!(took < LONGEST, "{what}: {took:?}");
    match result {
        Ok(clip) => Some(samples(&clip)),
        Err(Error::Format { .. }) => None,
        Err(error) => panic!("{what}: {error}"),
    }
}

fn samples(clip: &Clip) -> Vec<Vec<f32>> {
    let info = clip.info();
    let mut channels = vec![vec![0.0; info.frames as usize]; info.channels.into()];
    for (channel, samples) in channels.iter_mut().enumerate() {
        clip.read(channel as u16, 0, samples);
    }
    channels
}

/// The peak memory use of this process.
fn peak_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("this is Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let words = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    words.expect("the kernel counts it")
}

/// Pseudo-random numbers, the same in each run (Knuth's constants).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        let next = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = next.wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}
