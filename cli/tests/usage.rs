//! The command line: help, exit codes, what goes to which stream.

use crate::common::Folder;
use std::io::Read;
use std::process::Stdio;

/// Those below another one follow it.
pub const SUBCOMMANDS: [&str; 25] = [
    "render",
    "play",
    "record",
    "plot",
    "info",
    "check",
    "find",
    "devices",
    "latency",
    "ports",
    "connect",
    "disconnect",
    "graph",
    "graph save",
    "graph restore",
    "transport",
    "transport start",
    "transport stop",
    "transport locate",
    "transport status",
    "midi",
    "midi monitor",
    "watch",
    "completions",
    "man",
];

/// To update the golden file: `AMIO_BLESS=1 cargo test -p amio-cli`.
#[test]
fn the_help_is_what_was_agreed_on() {
    let folder = Folder::new("help");
    let mut text = folder.succeed(&["--help"]).stdout;
    for subcommand in SUBCOMMANDS {
        text += &format!("\n==== amio {subcommand} --help\n\n");
        text += &folder.help_of(subcommand);
    }
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/help.txt");
    if std::env::var_os("AMIO_BLESS").is_some() {
        std::fs::write(golden, &text).expect("written");
    }
    let agreed = std::fs::read_to_string(golden).expect("the golden file");
    assert!(
        text == agreed,
        "the help differs from tests/help.txt; it is now:\n{text}"
    );
}

#[test]
fn the_version_is_the_packages() {
    let ran = Folder::new("version").succeed(&["--version"]);
    assert_eq!(
        ran.stdout,
        concat!("amio ", env!("CARGO_PKG_VERSION"), "\n")
    );
}

#[test]
fn a_wrong_command_line_ends_with_2_and_a_failure_with_1() {
    let folder = Folder::new("codes");
    for args in [
        &[][..],
        &["sing"],
        &["render"],
        &["render", "a.toml"],
        &["render", "a.toml", "-o", "a.wav", "--format", "mp3"],
        &["play"],
        &["play", "a.toml", "b.wav"],
        &["record", "a.wav", "--duration", "soon"],
        &["record", "a.wav", "--driver", "null", "--duration", "-1s"],
        &["record", "a.wav", "--channels", "65"],
        &["record", "a.flac", "--driver", "null", "--samples", "f32"],
        &["record", "a.wav", "--end", "9", "--duration", "9"],
        &[
            "record", "a.wav", "--driver", "null", "--begin", "9", "--end", "9",
        ],
        &["find", "a.wav", "b.wav", "--threshold", "0"],
        &["info"],
        &["latency", "a:b"],
        &["latency", "", "a:b"],
        &["latency", "--times", "0"],
        &["latency", "--driver", "null", "a:b", "c:d"],
        &["record", "a.wav", "--latency-offset", "1048577"],
        &["record", "a.wav", "--realtime-priority", "100"],
        &["connect", "a:b"],
        &["connect", "", "a:b"],
        &["connect", "a:b", ""],
        &["disconnect", ""],
        &["disconnect", "a:b", ""],
        &["midi", "monitor", ""],
        &["ports", "--server", ""],
        &["devices", "--server", ""],
        &["play", "--server", "", "a.wav"],
        &["play", "--name", "", "a.wav"],
        &["graph"],
        &["graph", "restore"],
        &["ports", "--json", "--names"],
        &["ports", "--inputs", "--outputs"],
        &["transport", "locate", "-1"],
        &["transport", "locate", "soon"],
        &["midi"],
    ] {
        let ran = folder.run(args);
        assert_eq!(ran.code, Some(2), "amio {args:?}: {ran:?}");
        assert!(ran.stdout.is_empty() && !ran.stderr.is_empty(), "{ran:?}");
    }
    for args in [
        &["render", "none.toml", "-o", "a.wav"][..],
        &["play", "--driver", "null", "none.wav"],
        &["plot", "none.toml", "-o", "a.png"],
        &["plot", "none.wav", "-o", "a.png"],
        &["info", "none.wav"],
        &["check", "none.toml", "none.wav"],
        &["find", "none.wav", "none.wav"],
        &["record", "no/folder/a.wav", "--driver", "null"],
    ] {
        let ran = folder.run(args);
        assert_eq!(ran.code, Some(1), "amio {args:?}: {ran:?}");
        assert!(ran.stderr.starts_with("amio: no"), "{ran:?}");
    }
    assert!(folder.names().is_empty(), "nothing is left behind");
}

#[test]
fn pipes_get_text_without_colour_or_progress() {
    let folder = Folder::new("pipes");
    folder.write(
        "a.toml",
        "rate = 48000\n[clips]\nc = { tone_hz = [4000, 500], length = '50ms' }\n\
         [[playspec.p]]\nclip = 'c'\nplay_at = 480\nrepeat_every = 4800\nrepeat_count = 1000\n",
    );
    let rendered = folder.succeed(&["render", "a.toml", "-o", "a.wav"]);
    assert!(rendered.stdout.is_empty());
    assert_eq!(
        rendered.stderr,
        "a.wav: 4798080 frames, 99.960 s, 2 channels at 48000 Hz, 32-bit float WAV\n"
    );
    let quiet = folder.succeed(&["--quiet", "render", "a.toml", "-o", "a.wav"]);
    assert!(quiet.stderr.is_empty());
    let devices = folder.succeed(&["devices"]);
    assert!(devices.stderr.is_empty());
    for kind in ["jack: ", "alsa: ", "null: ", "offline: "] {
        assert!(
            devices.stdout.lines().any(|line| line.starts_with(kind)),
            "{}",
            devices.stdout
        );
    }
    let said = devices.stdout + &folder.run(&["sing"]).stderr;
    assert!(!said.contains('\x1b') && !said.contains('\r'), "{said:?}");
}

#[test]
fn devices_are_a_table_for_people_and_json_for_machines() {
    let folder = Folder::new("devices");
    folder.write(
        "asound.conf",
        "pcm.null { type null hint { show on description 'Nothing' } }\n\
         pcm.!default { type null hint { show on description 'Silence' } }\n\
         pcm.take { type file slave.pcm null file take.raw hint { show on description 'A file' } }\n",
    );
    let devices = |words: &[&str]| {
        let server = ["devices", "--server", "amio-test-no-such-server"];
        let mut command = folder.amio(&[&server, words].concat());
        let output = command.env("ALSA_CONFIG_PATH", folder.0.join("asound.conf"));
        let output = output.output().expect("the program runs");
        assert!(
            output.status.success() && output.stderr.is_empty(),
            "{output:?}"
        );
        String::from_utf8(output.stdout).expect("text")
    };
    let text = devices(&[]);
    let rows: Vec<_> = text.lines().map(|line| line.split_whitespace()).collect();
    let row = |words: &str| rows.iter().any(|row| row.clone().eq(words.split(' ')));
    assert!(
        row("name outputs inputs rates in Hz best format description"),
        "{text}"
    );
    assert!(
        row("* default any any 8000-768000 FLOAT_LE Silence"),
        "{text}"
    );
    assert!(row("take ? ? ? ? A file"), "{text}");

    let json = devices(&["--json"]);
    let found: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    let [default, ..] = found["devices"].as_array().expect("an array").as_slice() else {
        panic!("{json}");
    };
    assert_eq!(
        (&default["name"], &default["default"]),
        (&"default".into(), &true.into())
    );
    assert_eq!(default["capture"]["formats"][0], "FLOAT_LE");
    let take = &found["devices"][2];
    assert_eq!(
        (&take["name"], &take["description"]),
        (&"take".into(), &"A file".into())
    );
    assert_eq!(
        take["playback"]["unknown"],
        "opening a PCM of the type \"file\" may disturb others"
    );
    assert!(take["playback"]["least_channels"].is_null());
    assert_eq!(found["unavailable"][0]["driver"], "jack");
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let folder = Folder::new("broken_pipe");
    let mut child = folder
        .amio(&["devices"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    drop(child.stdout.take());
    let status = child.wait().expect("it ends");
    let mut said = String::new();
    child
        .stderr
        .take()
        .expect("piped")
        .read_to_string(&mut said)
        .expect("text");
    assert_eq!((status.code(), said.as_str()), (Some(0), ""));
}
