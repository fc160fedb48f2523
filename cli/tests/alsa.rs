//! The program on PCMs of ALSA that need no hardware: files are what is played and captured.

use crate::common::{Folder, Ran};

/// Samples of two channels that are not 0, each frame another one.
fn samples() -> Vec<i16> {
    (1..=4_000).map(|n| n * 7).collect()
}

/// Runs the program with a configuration of ALSA that has the PCMs `tofile`, which writes `played.raw`, and `fromfile`,
/// which reads `captured.raw`.
fn run(folder: &Folder, args: &[&str]) -> Ran {
    let pcms = format!(
        "</usr/share/alsa/alsa.conf>\n\
         pcm.tofile {{ type file slave.pcm \"null\" file \"{0}/played.raw\" format \"raw\" }}\n\
         pcm.fromfile {{ type file slave.pcm \"null\" file \"/dev/null\" infile \"{0}/captured.raw\" format \"raw\" }}\n",
        folder.0.display()
    );
    folder.write("asound.conf", &pcms);
    let output = folder
        .amio(args)
        .env("ALSA_CONFIG_PATH", folder.0.join("asound.conf"))
        .output()
        .expect("the program runs");
    Ran::from(output)
}

fn succeed(folder: &Folder, args: &[&str]) -> Ran {
    let ran = run(folder, args);
    assert_eq!(ran.code, Some(0), "amio {args:?}: {}", ran.stderr);
    ran
}

#[test]
fn what_is_played_reaches_the_device_in_the_format_that_was_asked_for() {
    for (format, least_frame) in [("S16_LE", 4), ("s32_be", 8)] {
        let folder = Folder::new(&format!("alsa_play_{format}"));
        folder.write_i16("a.wav", 2, 48_000, &samples());
        let device = ["--driver", "alsa", "--device", "tofile", "--period", "64"];
        let options = ["--alsa-format", format, "--alsa-periods", "2", "a.wav"];
        let ran = succeed(&folder, &[&["play"], &device[..], &options].concat());
        assert!(
            ran.stderr.starts_with("playing a.wav, 0.042 s, on alsa"),
            "{}",
            ran.stderr
        );
        let played = std::fs::read(folder.0.join("played.raw")).expect("it was written");
        let expected: Vec<u8> = samples()
            .into_iter()
            .flat_map(|sample| match format {
                "S16_LE" => sample.to_le_bytes().to_vec(),
                _ => (i32::from(sample) << 16).to_be_bytes().to_vec(),
            })
            .collect();
        let begin = played.iter().position(|byte| *byte != 0).expect("sound");
        let begin = begin - begin % least_frame;
        assert!(
            begin >= 2 * 64 * least_frame,
            "it is ahead of what is heard"
        );
        assert_eq!(played[begin..begin + expected.len()], expected, "{format}");
    }
}

#[test]
fn what_the_device_captures_is_recorded_from_its_first_frame_on() {
    let folder = Folder::new("alsa_record");
    let captured: Vec<u8> = samples().into_iter().flat_map(i16::to_le_bytes).collect();
    std::fs::write(folder.0.join("captured.raw"), captured).expect("written");
    let file = ["record", "a.wav", "--duration", "2000", "--samples", "i16"];
    let device = ["--driver", "alsa", "--input-device", "fromfile"];
    let format = ["--device", "no-such", "--alsa-format", "S16_LE"];
    let ran = succeed(&folder, &[&file[..], &device, &format].concat());
    let expected: Vec<i32> = samples().into_iter().map(i32::from).collect();
    assert!(folder.read_i32("a.wav").1 == expected, "{}", ran.stderr);
}

#[test]
fn a_device_that_is_missing_is_named_in_one_line() {
    let folder = Folder::new("alsa_missing");
    folder.write_i16("a.wav", 2, 48_000, &samples());
    let ran = run(
        &folder,
        &["play", "--driver", "alsa", "--device", "no-such", "a.wav"],
    );
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("no-such"), "{}", ran.stderr);
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
}

#[test]
fn options_for_alsa_with_another_driver_are_wrong_usage() {
    let folder = Folder::new("alsa_usage");
    folder.write_i16("a.wav", 2, 48_000, &samples());
    for option in [
        &["--device", "hw:0"][..],
        &["--input-device", "hw:0"],
        &["--alsa-format", "U8"],
        &["--alsa-periods", "2"],
        &["--alsa-dither"],
        &["--alsa-convert-rate"],
    ] {
        let ran = run(
            &folder,
            &[&["play", "--driver", "null", "a.wav"], option].concat(),
        );
        assert_eq!(ran.code, Some(2), "{option:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("--driver alsa"), "{}", ran.stderr);
    }
    let ran = run(
        &folder,
        &[
            "play",
            "--driver",
            "alsa",
            "--alsa-format",
            "S16_XE",
            "a.wav",
        ],
    );
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("S24_3LE"), "{}", ran.stderr);
}

#[test]
fn the_shells_complete_the_formats() {
    let folder = Folder::new("alsa_completions");
    for shell in ["bash", "zsh", "fish"] {
        let script = folder.succeed(&["completions", shell]).stdout;
        for word in ["alsa-format", "S24_3LE", "input-device"] {
            assert!(script.contains(word), "{word} for {shell}");
        }
    }
}
