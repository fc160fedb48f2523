//! Compares loading files with libsndfile: `amio_clip_open`, with all its checks, against
//! `sf_readf_float` into memory of the right size. Each is called by a C program that is linked to the
//! release build of the library. (The library in this program has the allocator of the tests, which
//! clears memory itself.) `cargo bench --bench decode` prints both speeds as multiples of real time: the
//! best of several runs, taken in turns, with a warm cache. It fails if amio loads WAV files slower than
//! libsndfile reads them.

#[path = "../../tests/formats/files.rs"]
#[allow(dead_code, reason = "the formats' own tests use more of it")]
mod files;

use files::{Folder, Sound, make, recipes};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;

const SOUND: Sound = Sound {
    frame_rate_hz: 48_000,
    channels: 2,
    frames: 120 * 48_000,
};

const ROUNDS: usize = 7;

/// The files that are measured. libsndfile cannot read the last three.
const FILES: &str = "
    16.wav          sox -D $in -b 16 $out
    24.wav          cp $in $out
    f32.wav         ffmpeg -v error -i $in -c:a pcm_f32le $out
    f64.wav         ffmpeg -v error -i $in -c:a pcm_f64le $out
    24.aiff         sox $in -b 24 $out
    24.flac         flac -s $in -o $out
    16.flac         sox -D $in -b 16 $out
    vorbis.ogg      oggenc -Q -q 5 $in -o $out
    opus.opus       opusenc --quiet --bitrate 128 $in $out
    cbr.mp3         lame --quiet -b 192 $in $out
    aac.m4a         ffmpeg -v error -i $in -c:a aac -b:a 192k $out
    alac.m4a        ffmpeg -v error -i $in -c:a alac $out
    flac.ogg        ffmpeg -v error -i $in -c:a flac $out
";

fn main() -> ExitCode {
    let folder = Folder::new("bench-decode");
    let source = folder.path().join("source.wav");
    SOUND.write(&source);
    let libraries = release_build();
    let libraries = libraries.display();
    let mut amio = Peer::start(
        &folder.path().join("amio"),
        &[
            "-DAMIO",
            &format!("-I{}/include", env!("CARGO_MANIFEST_DIR")),
            &format!("-L{libraries}"),
            "-lamio",
            &format!("-Wl,-rpath,{libraries}"),
        ],
    );
    let mut libsndfile = Peer::start(&folder.path().join("libsndfile"), &["-lsndfile"]);
    let mut within = true;
    println!(
        "loading {} s of stereo at 48 kHz, in times real time",
        SOUND.frames / 48_000
    );
    for (name, line) in recipes(FILES) {
        let file = folder.path().join(name);
        make(line, &source, &file);
        let (mut ours, mut theirs) = (Duration::MAX, None::<Duration>);
        for _ in 0..ROUNDS {
            ours = ours.min(amio.read(&file).expect("amio reads all of them"));
            if let Some(took) = libsndfile.read(&file) {
                theirs = Some(theirs.map_or(took, |best| best.min(took)));
            }
        }
        let times = |took: Duration| f64::from(SOUND.frames) / 48_000.0 / took.as_secs_f64();
        let Some(theirs) = theirs else {
            println!("{name:11} {:8.0}; libsndfile does not read it", times(ours));
            continue;
        };
        let ratio = times(ours) / times(theirs);
        let budget = name.ends_with(".wav");
        within &= !budget || ratio >= 1.0;
        println!(
            "{name:11} {:8.0}; libsndfile {:8.0}; ratio {ratio:.2}{}",
            times(ours),
            times(theirs),
            match (budget, ratio >= 1.0) {
                (false, _) => "",
                (true, true) => " (budget 1.00)",
                (true, false) => " (budget 1.00)  TOO SLOW",
            }
        );
    }
    if within {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Builds the library in release mode; returns its folder, where it also has the name by which programs
/// load it.
fn release_build() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let built = Command::new(env!("CARGO"))
        .args(["build", "--locked", "--release", "--lib", "--manifest-path"])
        .arg(root.join("Cargo.toml"))
        .status()
        .expect("cargo runs");
    assert!(built.success(), "the library is not built");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), PathBuf::from);
    let folder = std::path::absolute(target.join("release")).expect("a folder");
    std::fs::copy(folder.join("libamio.so"), folder.join("libamio.so.0")).expect("it was built");
    folder
}

/// A program that reads files with one of the libraries and prints how long each took.
struct Peer {
    child: Child,
    answers: BufReader<std::process::ChildStdout>,
}

impl Peer {
    fn start(program: &Path, libraries: &[&str]) -> Peer {
        let compiled = Command::new("cc")
            .args(["-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-o"])
            .arg(program)
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/decode/peer.c"))
            .args(libraries)
            .status()
            .expect("there is a compiler");
        assert!(
            compiled.success(),
            "libsndfile's header and library are missing; scripts/setup bench installs them"
        );
        let mut child = Command::new(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it was compiled");
        let answers = BufReader::new(child.stdout.take().expect("it is piped"));
        Peer { child, answers }
    }

    /// The time for reading a whole file; `None` if the library cannot read it.
    fn read(&mut self, file: &Path) -> Option<Duration> {
        let questions = self.child.stdin.as_mut().expect("it is piped");
        writeln!(questions, "{}", file.display()).expect("it runs");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("it runs");
        answer.trim().parse().ok().map(Duration::from_nanos)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
