//! `amio play` and `amio record` on the null driver, which runs in real time without a device.

use crate::common::{Folder, Ran};
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running program that has printed its first line, and the rest of its output.
struct Working {
    child: Child,
    stderr: BufReader<std::process::ChildStderr>,
}

impl Working {
    /// Starts the program and waits for the line `begun`.
    fn start(folder: &Folder, args: &[&str], begun: &str) -> Working {
        let mut child = folder
            .amio(args)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let mut stderr = BufReader::new(child.stderr.take().expect("piped"));
        let mut line = String::new();
        stderr.read_line(&mut line).expect("text");
        assert!(line.starts_with(begun), "{line}");
        Working { child, stderr }
    }

    fn interrupt(mut self, signal: &str) -> Ran {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill")
            .args([signal, &pid])
            .status()
            .expect("kill");
        assert!(sent.success());
        let code = self.child.wait().expect("it ends").code();
        let mut stderr = String::new();
        self.stderr.read_to_string(&mut stderr).expect("text");
        Ran {
            code,
            stdout: String::new(),
            stderr,
        }
    }
}

const HALF_A_SECOND: &str = "rate = 48000\n[clips]\nc = { tone_hz = 440, length = 24000 }\n\
                             [[playspec.p]]\nclip = 'c'\nplay_at = 0\n";

#[test]
fn playing_takes_as_long_as_the_sound_and_then_ends() {
    let folder = Folder::new("play");
    folder.write("a.toml", HALF_A_SECOND);
    let began = Instant::now();
    let ran = folder.succeed(&["play", "--driver", "null", "a.toml"]);
    let took = began.elapsed();
    assert!((0.5..5.0).contains(&took.as_secs_f64()), "{took:?}");
    assert!(
        ran.stderr.starts_with("playing a.toml, 0.500 s, on null"),
        "{}",
        ran.stderr
    );
}

#[test]
fn files_are_played_one_after_another() {
    let folder = Folder::new("play_files");
    folder.write_i16("one.wav", 1, 44_100, &[100; 11_025]);
    folder.write_i16("two.wav", 2, 44_100, &[100; 2 * 11_025]);
    let ran = folder.succeed(&["play", "--driver", "null", "one.wav", "two.wav"]);
    assert!(
        ran.stderr.starts_with("playing one.wav, 0.500 s"),
        "{}",
        ran.stderr
    );
    folder.write_i16("other.wav", 1, 48_000, &[0; 12_000]);
    let ran = folder.succeed(&["play", "--driver", "null", "one.wav", "other.wav"]);
    assert!(
        ran.stderr.starts_with("playing one.wav, 0.500 s"),
        "converted to the first file's rate: {}",
        ran.stderr
    );
}

#[test]
fn each_file_is_named_when_it_begins_with_its_place_in_the_list() {
    let folder = Folder::new("play_named");
    for name in ["one.wav", "two.wav", "three.wav"] {
        folder.write_i16(name, 1, 48_000, &[100; 6_000]);
    }
    let play = [
        "play",
        "--driver",
        "null",
        "one.wav",
        "two.wav",
        "three.wav",
    ];
    let ran = folder.succeed(&play);
    let named: Vec<&str> = ran
        .stderr
        .lines()
        .filter(|l| l.contains(" of 3: "))
        .collect();
    assert_eq!(
        named,
        ["1 of 3: one.wav", "2 of 3: two.wav", "3 of 3: three.wav"]
    );
    let quiet = folder.succeed(&[&["--quiet"], &play[..]].concat());
    assert_eq!(quiet.stderr, "");
    // On a terminal, the name is printed above the progress bar.
    let seen = on_terminal(&folder, &play.join(" "));
    assert!(seen.contains("2 of 3: two.wav ["), "{seen}");
}

/// The output of the program on a terminal.
fn on_terminal(folder: &Folder, args: &str) -> String {
    let line = format!("stty cols 100; {} {args}", env!("CARGO_BIN_EXE_amio"));
    let output = std::process::Command::new("script")
        .args(["--quiet", "--return", "--command", &line, "/dev/null"])
        .env("TERM", "xterm")
        .current_dir(&folder.0)
        .stdin(std::process::Stdio::null())
        .output()
        .expect("`script` is part of every Debian");
    assert!(output.status.success(), "amio {args}: {output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_recording_shows_levels_on_a_terminal_alone() {
    let folder = Folder::new("record_levels");
    let record = "record a.wav --force --driver null --duration 300ms --channels 2";
    let seen = on_terminal(&folder, record);
    for line in [" 0 [", " 1 ["] {
        assert!(seen.contains(line), "{seen}");
    }
    assert!(seen.contains("-inf dBFS, peak   -inf, 0 clipped"), "{seen}");
    let words: Vec<&str> = record.split(' ').collect();
    let ran = folder.succeed(&words);
    assert!(!ran.stderr.contains("dBFS"), "{}", ran.stderr);
}

#[test]
fn ctrl_c_ends_what_plays_without_end() {
    let folder = Folder::new("play_endless");
    folder.write("a.toml", &format!("{HALF_A_SECOND}repeat_every = 24000\n"));
    let playing = Working::start(
        &folder,
        &["play", "--driver", "null", "a.toml"],
        "playing a.toml, without end",
    );
    let asked = Instant::now();
    let ran = playing.interrupt("-INT");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(asked.elapsed() < Duration::from_secs(2));
}

#[test]
fn a_recording_has_exactly_the_frames_that_were_asked_for() {
    let folder = Folder::new("record");
    let ran = folder.succeed(&[
        "record",
        "a.wav",
        "--driver",
        "null",
        "--duration",
        "12345",
        "--channels",
        "3",
    ]);
    let (spec, samples) = folder.read_f32("a.wav");
    assert_eq!(
        (spec.channels, spec.sample_rate, samples.len()),
        (3, 48_000, 3 * 12_345)
    );
    assert!(samples.iter().all(|x| *x == 0.0));
    assert!(
        ran.stderr
            .contains("12345 frames, 0.257 s, 3 channels at 48000 Hz; 0 frames lost"),
        "{}",
        ran.stderr
    );

    folder.succeed(&[
        "record",
        "b.wav",
        "--driver",
        "null",
        "--duration",
        "50ms",
        "--samples",
        "i24",
    ]);
    let (spec, samples) = folder.read_i32("b.wav");
    assert_eq!((spec.bits_per_sample, samples.len()), (24, 2 * 2_400));
    assert_eq!(folder.names(), ["a.wav", "b.wav"]);
}

#[test]
fn a_flac_file_is_recorded_from_frame_to_frame() {
    let folder = Folder::new("record_flac");
    let args = ["record", "a.flac", "--driver", "null", "--channels", "1"];
    let ran = folder.succeed(&[&args[..], &["--begin", "50ms", "--end", "7000"]].concat());
    let said = "a.flac: 4600 frames, 0.096 s, 1 channel at 48000 Hz; 0 frames lost";
    assert!(ran.stderr.contains(said), "{}", ran.stderr);
    let verified = Command::new("flac")
        .arg("-stw")
        .arg(folder.0.join("a.flac"))
        .status()
        .expect("scripts/setup test installs flac");
    assert!(verified.success());
}

#[test]
fn ctrl_c_completes_the_recording() {
    for signal in ["-INT", "-TERM"] {
        let folder = Folder::new(&format!("record{signal}"));
        let recording = Working::start(
            &folder,
            &["record", "a.wav", "--driver", "null"],
            "recording 2 channels",
        );
        assert!(folder.0.join("a.wav").exists(), "it grows under its name");
        let ran = recording.interrupt(signal);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert_eq!(folder.names(), ["a.wav"]);
        let (spec, samples) = folder.read_f32("a.wav");
        assert_eq!((spec.channels, samples.len() % 2), (2, 0));
        let said = format!("a.wav: {} frames", samples.len() / 2);
        assert!(
            ran.stderr.starts_with(&said),
            "{} in the file, but {}",
            samples.len() / 2,
            ran.stderr
        );
    }
}

#[test]
fn ctrl_c_during_a_render_leaves_nothing() {
    let folder = Folder::new("render_interrupted");
    folder.write(
        "a.toml",
        &format!("length = 1_000_000_000\nchannels = 1\n{HALF_A_SECOND}"),
    );
    let args = ["render", "a.toml", "-o", "a.wav", "--samples", "i16"];
    let child = folder
        .amio(&args)
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let pid = child.id().to_string();
    let deadline = Instant::now() + Duration::from_secs(10);
    // The only sign that the work has begun is the draft beside the target.
    while folder.names().len() == 1 && Instant::now() < deadline {
        std::thread::yield_now();
    }
    assert!(
        Command::new("kill")
            .args(["-INT", &pid])
            .status()
            .expect("kill")
            .success()
    );
    let ran = Ran::from(child.wait_with_output().expect("it ends"));
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (Some(130), "amio: interrupted\n")
    );
    assert_eq!(folder.names(), ["a.toml"]);
}

#[test]
fn without_a_server_the_program_says_so() {
    let folder = Folder::new("no_server");
    folder.write("a.toml", HALF_A_SECOND);
    let ran = folder.run(&["play", "--server", "amio-test-no-such-server", "a.toml"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stderr.starts_with("amio: ") && ran.stderr.contains("start one"),
        "{}",
        ran.stderr
    );
    let devices = folder.succeed(&["devices", "--server", "amio-test-no-such-server"]);
    assert!(
        devices.stdout.contains("  not available: "),
        "{}",
        devices.stdout
    );
}
