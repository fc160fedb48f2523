//! The programs in `examples` and in the README, run with their documented commands, on drivers that need
//! no hardware.

use crate::toolchain::Linkage::{Shared, Static};
use crate::toolchain::{build, repository, scratch, shared_library, succeed};
use amio::{Clip, FileFormat};
use std::path::{Path, PathBuf};
use std::process::Command;

fn c(name: &str) -> Command {
    Command::new(build(&format!("examples/c/{name}.c"), "c99", Shared))
}

fn python(name: &str) -> Command {
    let mut command = interpreter();
    command
        .arg(repository().join(format!("examples/python-ctypes/{name}.py")))
        .env("AMIO_LIBRARY", shared_library().join("libamio.so"));
    command
}

/// Python with numpy, from the repository's own virtual environment, which is made if it is missing.
fn interpreter() -> Command {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent();
    let mut command = Command::new(repository().join("scripts/python"));
    command.env(
        "CARGO_TARGET_DIR",
        target.expect("it is in the target directory"),
    );
    command
}

/// The output of the program if the transport starts in the first period.
const TWO_CLIPS_OFFLINE: &str = "440 Hz at frame 4800, device frame 4800\n\
                                 660 Hz at frame 10001, device frame 10001\n";

#[test]
fn two_clips_are_played_at_exact_frames_from_c() {
    two_clips(c);
}

#[test]
fn two_clips_are_played_at_exact_frames_from_python() {
    two_clips(python);
}

fn two_clips(program: fn(&str) -> Command) {
    let printed = |driver| succeed(program("play_two_clips").args(["--driver", driver]));
    assert_eq!(printed("offline"), TWO_CLIPS_OFFLINE);
    let frames = numbers_after("device frame ", &printed("null"));
    assert_eq!(frames.len(), 2);
    assert_eq!(frames[1] - frames[0], 10_001 - 4_800);
}

#[test]
fn input_is_captured_to_a_wav_file_from_c() {
    capture(c, "c.wav");
}

#[test]
fn input_is_captured_to_a_wav_file_from_python() {
    capture(python, "python.wav");
}

fn capture(program: fn(&str) -> Command, file: &str) {
    let path = scratch().join(file);
    let printed = succeed(
        program("capture_to_wav")
            .arg(&path)
            .args(["--driver", "null"]),
    );
    assert!(printed.contains("48000 frames at 48000 Hz"), "{printed}");
    let info = Clip::open(&path).expect("the program wrote it").info();
    assert_eq!((info.frames, info.channels), (48_000, 2));
}

#[test]
fn a_take_is_recorded_over_a_click_from_frame_to_frame() {
    for (driver, file) in [("offline", "take.wav"), ("null", "take.flac")] {
        let path = scratch().join(file);
        let printed = succeed(c("overdub").arg(&path).args(["--driver", driver]));
        assert_eq!(numbers_after("from frame ", &printed), [24_000]);
        assert!(printed.contains(" frames at 48000 Hz"), "{printed}");
        let frames = numbers_after("\n", &printed)[0];
        let skipped = numbers_after(" lost, ", &printed)[0];
        assert_eq!(frames - skipped, 48_000);
    }
}

#[test]
fn files_of_any_rate_are_streamed_one_after_another() {
    let paths = [(44_100, "a.wav"), (48_000, "b.flac")].map(|(rate, name)| {
        let path = scratch().join(format!("streamed-{name}"));
        let clip = Clip::from_f32(rate, 1, &vec![0.25; 44_100]).expect("samples");
        let format = match rate {
            48_000 => FileFormat::Flac16,
            _ => FileFormat::WavF32,
        };
        clip.save(&path, format).expect("it is written");
        path
    });
    for driver in ["offline", "null"] {
        let printed = succeed(c("stream_files").args(["--driver", driver]).args(&paths));
        let frames = numbers_after("frame ", &printed);
        assert_eq!(frames, [0, 48_000], "{printed}");
        assert!(printed.contains("48000 frames\n") && printed.contains("44100 frames\n"));
        assert!(printed.ends_with("\n0 underruns\n"), "{printed}");
    }
}

/// Beside a server, `tests/jack` runs it.
#[test]
fn a_jack_client_says_what_is_missing_without_a_server() {
    let mut program = c("jack_client");
    let output = program
        .env("JACK_DEFAULT_SERVER", "amio-nowhere")
        .env("PIPEWIRE_REMOTE", "amio-nowhere")
        .output();
    let output = output.expect("the program runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1));
    assert!(said.starts_with("amio: "), "{said}");
}

#[test]
fn every_c_program_is_run() {
    let these = include_str!("examples.rs");
    for file in std::fs::read_dir(repository().join("examples/c")).expect("it is there") {
        let path = file.expect("it can be read").path();
        let name = path.file_stem().and_then(|name| name.to_str());
        let name = name.expect("a plain name");
        let run = [format!("(\"{name}\")"), format!("examples/c/{name}.c")];
        assert!(run.iter().any(|run| these.contains(run)), "{name}");
    }
}

#[test]
fn bars_are_swapped_in_time_by_an_event_loop() {
    let printed = succeed(c("swap_in_time").args(["--driver", "null"]));
    let bars = numbers_after("device frame ", &printed);
    assert_eq!(bars.len(), 6);
    assert!(
        printed.lines().all(|line| line.ends_with(" 0 frames late")),
        "{printed}"
    );
    // On a busy machine the timer skips frames, and a bar is longer by these. It is never shorter.
    assert!(
        bars.windows(2).all(|two| two[1] - two[0] >= 12_000),
        "{printed}"
    );
}

#[test]
fn voices_are_rendered_over_a_metronome() {
    let (voice, out) = (voice(), scratch().join("mix.wav"));
    let mut program = Command::new(build("examples/c/offline_render.c", "c11", Static));
    let printed = succeed(program.arg(&out).arg(&voice).arg(&voice));
    assert_eq!(numbers_after("at frame ", &printed), [0, 1_000]);

    let mix = Clip::open(&out).expect("the program wrote it");
    assert_eq!((mix.info().frames, mix.info().channels), (2_000, 2));
    let mut left = [0.0; 2_000];
    mix.read(0, 0, &mut left);
    assert_eq!(left[0], 0.75, "half a voice and a quarter of a click");
    assert_eq!(left[899], 0.5, "the voice, just before it fades");
    assert_eq!(left[999], 0.0, "the voice has faded");
    assert_eq!(left[1_000], 0.5, "the voice begins again");
}

#[test]
fn a_file_is_shown_in_letters() {
    let path = scratch().join("shown.wav");
    let samples: Vec<f32> = (0..72 * 1024)
        .map(|n| {
            if n < 36 * 1024 {
                0.0
            } else {
                [1.0, -0.5][n % 2]
            }
        })
        .collect();
    let clip = Clip::from_f32(48_000, 1, &samples).expect("good samples");
    clip.save(&path, FileFormat::WavF32)
        .expect("the target directory is writable");
    let printed = succeed(c("look_at_file").arg(&path));
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(lines[0], "73728 frames at 48000 Hz");
    assert!(lines[2].ends_with("18432 samples clipped"), "{}", lines[2]);
    let loud = |letter: &str| letter.repeat(36);
    assert_eq!(lines[3], format!("{:36}{}", "", loud("|")));
    assert_eq!(lines[5], format!("{:36}{}", "", loud("#")));
    assert_eq!(lines[7], loud("--"));
    assert_eq!(lines[9], format!("{:36}{}", "", loud("#")));
    assert_eq!(lines[10].trim(), "", "it does not reach so far down");
}

#[test]
fn input_levels_are_shown_ten_times_a_second() {
    let printed = succeed(c("level_meter").args(["1", "--driver", "null"]));
    let silence =
        "input 0: peak 0.000 RMS 0.000 clipped 0, input 1: peak 0.000 RMS 0.000 clipped 0\n";
    assert_eq!(printed, silence.repeat(10));
}

/// A file of a thousand frames, all 0.5.
fn voice() -> PathBuf {
    let path = scratch().join("voice.wav");
    let clip = Clip::from_f32(48_000, 1, &[0.5; 1_000]).expect("good samples");
    clip.save(&path, FileFormat::WavF32)
        .expect("the target directory is writable");
    path
}

#[test]
fn the_c_program_in_the_readme_says_where_the_clicks_are() {
    let source = scratch().join("readme.c");
    std::fs::write(&source, of_the_readme("c")).expect("the target directory is writable");
    let source = source.to_str().expect("a plain path");
    let printed = succeed(&mut Command::new(build(source, "c99", Shared)));
    assert_eq!(printed, "a click at frame 100\na click at frame 25814\n");
}

#[test]
fn the_python_program_in_the_readme_says_where_the_click_is() {
    let mut program = interpreter();
    program.args(["-c", &of_the_readme("python")]);
    let printed = succeed(program.env("LD_LIBRARY_PATH", shared_library()));
    assert_eq!(printed, "the click is at frame 100\n");
}

/// The README's program in a language.
fn of_the_readme(language: &str) -> String {
    let readme = std::fs::read_to_string(repository().join("README.md")).expect("it is there");
    let begin = format!("```{language}\n");
    let (_, program) = readme.split_once(&begin).expect("it has one");
    let (program, _) = program.split_once("```").expect("it ends");
    program.to_owned()
}

#[test]
fn wrong_arguments_are_explained() {
    let mut program = c("offline_render");
    let output = program
        .args([scratch().join("x.wav").as_path(), Path::new("/nowhere.wav")])
        .output()
        .expect("the program runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("/nowhere.wav"), "{said}");
}

/// The numbers that follow `words` in a text.
fn numbers_after(words: &str, text: &str) -> Vec<u64> {
    text.split(words)
        .skip(1)
        .filter_map(|rest| {
            rest.split(|c: char| !c.is_ascii_digit())
                .next()?
                .parse()
                .ok()
        })
        .collect()
}
