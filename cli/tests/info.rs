//! `amio info`: the printed values are those of the files.

use crate::common::Folder;
use std::f64::consts::PI;

/// Five seconds. Left: a sine of 1 kHz at -20 dB. Right: silence except for one sample.
fn write_tone(folder: &Folder, name: &str) {
    let samples: Vec<i16> = (0..5 * 48_000)
        .flat_map(|n| {
            let tone = (2.0 * PI * 1000.0 * f64::from(n) / 48_000.0).sin() * 3276.8;
            [tone.round() as i16, if n == 100 { i16::MAX } else { 0 }]
        })
        .collect();
    folder.write_i16(name, 2, 48_000, &samples);
}

/// The value of a row of the text.
fn row<'a>(text: &'a str, name: &str) -> &'a str {
    let of_name = |line: &'a str| line.trim_start().strip_prefix(name).map(str::trim);
    text.lines().find_map(of_name).expect("a row")
}

#[test]
fn the_text_says_how_long_and_how_loud_a_file_is() {
    let folder = Folder::new("info");
    write_tone(&folder, "tone.wav");
    let ran = folder.succeed(&["info", "tone.wav"]);
    let text = &ran.stdout;
    assert!(text.starts_with("tone.wav\n"), "{text}");
    assert_eq!(row(text, "container"), "WAV");
    assert_eq!(row(text, "encoding"), "16-bit PCM");
    assert_eq!(row(text, "rate"), "48000 Hz");
    assert_eq!(row(text, "channels"), "2");
    assert_eq!(row(text, "length"), "5.000 s (240000 frames)");
    assert_eq!(row(text, "integrated"), "-23.0 LUFS");
    assert_eq!(row(text, "range"), "0.0 LU");
    assert_eq!(row(text, "sample peak"), "0.0 dBFS");
    let left: Vec<_> = row(text, "0 ").split_whitespace().collect();
    assert_eq!(
        left,
        ["-20.0", "dB", "-20.0", "dB", "-23.0", "dB", "0.000000", "0"]
    );
    let right: Vec<_> = row(text, "1 ").split_whitespace().collect();
    assert_eq!(right[2..4], ["0.0", "dB"]);
    assert_eq!(right.last(), Some(&"1"));
    assert!(ran.stderr.is_empty(), "{}", ran.stderr);
}

#[test]
fn what_cannot_be_measured_is_said_and_not_made_up() {
    let folder = Folder::new("info_silence");
    folder.write_i16("silence.wav", 1, 8_000, &[0; 400]);
    let text = folder.succeed(&["info", "silence.wav"]).stdout;
    assert_eq!(row(&text, "integrated"), "not measured");
    assert_eq!(row(&text, "true peak"), "-inf dBTP");
    assert!(!text.contains("range"), "{text}");
    let json = folder.succeed(&["info", "--json", "silence.wav"]).stdout;
    for name in ["integrated_lufs", "range_lu", "true_peak_dbtp", "rms_dbfs"] {
        assert!(json.contains(&format!("\"{name}\": null")), "{json}");
    }
}

#[test]
fn a_file_that_cannot_be_read_does_not_keep_the_others_from_being() {
    let folder = Folder::new("info_failed");
    write_tone(&folder, "tone.wav");
    folder.write("words.wav", "These are words.");
    let files = ["none.wav", "tone.wav", "words.wav", "tone.wav"];
    let ran = folder.run(&[&["info"][..], &files].concat());
    assert_eq!(ran.code, Some(1));
    assert_eq!(ran.stdout.matches("integrated").count(), 2);
    assert!(
        ran.stderr.contains("amio: none.wav: No such file"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("amio: words.wav: "), "{}", ran.stderr);
    assert!(
        ran.stderr
            .ends_with("amio: 2 of 4 files could not be read\n"),
        "{}",
        ran.stderr
    );

    let ran = folder.run(&[&["info", "--json"][..], &files].concat());
    assert_eq!(ran.code, Some(1));
    let objects: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let errors: Vec<_> = objects
        .as_array()
        .expect("an array")
        .iter()
        .map(|object| object.get("error").is_some())
        .collect();
    assert_eq!(errors, [true, false, true, false]);
}

#[test]
fn a_file_that_ends_before_its_header_says_is_measured_as_far_as_it_goes() {
    let folder = Folder::new("info_short");
    write_tone(&folder, "tone.wav");
    let whole = std::fs::read(folder.0.join("tone.wav")).expect("the file");
    std::fs::write(folder.0.join("cut.wav"), &whole[..44 + 4 * 100_000]).expect("written");
    let text = folder.succeed(&["info", "cut.wav"]).stdout;
    assert!(
        row(&text, "length").starts_with("2.083 s (100000 frames)"),
        "{text}"
    );
}

#[test]
fn json_has_the_numbers_of_the_text_and_more_digits() {
    let folder = Folder::new("info_json");
    write_tone(&folder, "tone.wav");
    let json = folder.succeed(&["info", "--json", "tone.wav"]).stdout;
    let objects: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let tone = &objects[0];
    assert_eq!(tone["file"], "tone.wav");
    assert_eq!(
        (&tone["frames"], &tone["frame_rate_hz"]),
        (&240_000.into(), &48_000.into())
    );
    assert_eq!(
        (&tone["container"], &tone["bits_per_sample"]),
        (&"WAV".into(), &16.into())
    );
    let loudness = tone["integrated_lufs"].as_f64().expect("a number");
    assert!((loudness + 23.0).abs() < 0.05, "{loudness}");
    let left = &tone["levels"][0];
    assert!((left["rms_dbfs"].as_f64().expect("a number") + 23.01).abs() < 0.01);
    assert_eq!(tone["levels"][1]["clipped_samples"], 1);
}
