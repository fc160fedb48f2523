//! Every subcommand accepts files with bad samples and files without frames, which recorders can write.

use crate::common::Folder;
use std::path::Path;

/// A file of 32-bit floats in one channel at 48 kHz.
fn write_f32(path: &Path, samples: &[f32]) {
    let data = samples.iter().flat_map(|x| x.to_le_bytes());
    let mut file =
        b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x03\0\x01\0\x80\xBB\0\0\0\xEE\x02\0\x04\0\x20\0data"
            .to_vec();
    file.extend((4 * samples.len() as u32).to_le_bytes());
    file.extend(data);
    let bytes = file.len() as u32 - 8;
    file[4..8].copy_from_slice(&bytes.to_le_bytes());
    std::fs::write(path, file).expect("the folder is writable");
}

fn song(clip: &str) -> String {
    format!("rate = 48000\n[clips]\nx = {{ {clip} }}\n[[playspec.a]]\nclip = 'x'\nplay_at = 0\n")
}

#[test]
fn bad_samples_are_silent_and_every_subcommand_says_so() {
    let folder = Folder::new("bad_samples");
    let mut samples = vec![0.25; 480];
    samples[3] = f32::NAN;
    samples[5] = 1e30;
    write_f32(&folder.0.join("bad.wav"), &samples);
    folder.write("loaded.toml", &song("file = 'bad.wav'"));
    folder.write("streamed.toml", &song("file = 'bad.wav', stream = true"));
    let told = "2 samples are NaN, infinite or beyond ±1e6; they are silent";
    for (args, name) in [
        (&["info", "bad.wav"][..], "bad.wav"),
        (&["plot", "bad.wav", "-o", "bad.png"], "bad.wav"),
        (&["render", "loaded.toml", "-o", "loaded.wav"], "x"),
        (&["render", "streamed.toml", "-o", "streamed.wav"], "x"),
        (&["play", "--driver", "null", "loaded.toml"], "x"),
    ] {
        let ran = folder.succeed(args);
        let line = format!("amio: warning: {name}: {told}");
        let lines = ran.stderr.lines().filter(|said| *said == line);
        assert_eq!(lines.count(), 1, "{args:?}: {}", ran.stderr);
    }
    let played = folder.succeed(&["play", "--driver", "null", "bad.wav"]);
    assert!(
        played.stderr.contains("2 samples between frames 0 and 480"),
        "{}",
        played.stderr
    );
    let json = folder.succeed(&["info", "--json", "bad.wav"]).stdout;
    assert!(json.contains("\"bad_samples\": 2"), "{json}");
    for rendered in ["loaded.wav", "streamed.wav"] {
        let (_, output) = folder.read_f32(rendered);
        let left: Vec<f32> = output.iter().step_by(2).copied().collect();
        assert_eq!(left[..7], [0.25, 0.25, 0.25, 0.0, 0.25, 0.0, 0.25]);
    }
}

#[test]
fn a_file_without_frames_is_silence_of_no_length() {
    let folder = Folder::new("no_frames");
    write_f32(&folder.0.join("none.wav"), &[]);
    write_f32(&folder.0.join("click.wav"), &[0.5; 100]);
    folder.write("song.toml", &song("file = 'none.wav'"));
    let endless = song("file = 'none.wav'") + "repeat_every = 100\n";
    folder.write("endless.toml", &endless);
    let text = folder.succeed(&["info", "none.wav"]).stdout;
    assert!(text.contains("0.000 s (0 frames)"), "{text}");
    folder.succeed(&["info", "--json", "none.wav"]);
    folder.succeed(&["plot", "none.wav", "-o", "none.png"]);
    folder.succeed(&[
        "play",
        "--driver",
        "null",
        "none.wav",
        "click.wav",
        "none.wav",
    ]);
    folder.succeed(&["play", "--driver", "null", "none.wav"]);
    folder.succeed(&["play", "--driver", "null", "song.toml"]);
    for song in ["song.toml", "endless.toml"] {
        folder.succeed(&["render", song, "-o", "out.wav"]);
        assert_eq!(folder.read_f32("out.wav").1, [0.0; 0]);
        folder.succeed(&["plot", song, "-o", "song.png"]);
        folder.run(&["check", song, "out.wav"]);
    }
    let ran = folder.run(&["find", "click.wav", "none.wav"]);
    assert!(
        ran.stderr.contains("click.wav: not found"),
        "{}",
        ran.stderr
    );
    let ran = folder.run(&["find", "none.wav", "click.wav"]);
    assert!(ran.stderr.contains("too short"), "{}", ran.stderr);
}
