//! The program on real servers, each started for the test by the scripts in `tests/servers`.

use crate::common::{Folder, Ran};
use std::process::Command;

/// Runs the program in a folder, beside a server.
pub fn run_beside(server: &[&str], folder: &Folder, args: &[&str]) -> Ran {
    let args = [&[env!("CARGO_BIN_EXE_amio")], args].concat();
    any_beside(server, folder, &args)
}

/// Runs a script of bash in a folder, beside a server. `$0` is the program, `$1` and so on are `args`.
pub fn script_beside(server: &[&str], folder: &Folder, script: &str, args: &[&str]) -> Ran {
    let command = &["bash", "-c", script, env!("CARGO_BIN_EXE_amio")];
    any_beside(server, folder, &[command, args].concat())
}

fn any_beside(server: &[&str], folder: &Folder, words: &[&str]) -> Ran {
    let script = format!(
        "{}/../tests/servers/{}",
        env!("CARGO_MANIFEST_DIR"),
        server[0]
    );
    let mut command = Command::new(script);
    command.args(&server[1..]).args(words);
    Ran::from(
        command
            .current_dir(&folder.0)
            .env("XDG_CONFIG_HOME", folder.0.join("config"))
            .output()
            .expect("the script runs"),
    )
}

pub const JACKD: &[&str] = &["with-jackd.sh", "333"];
pub const PIPEWIRE: &[&str] = &["with-pipewire.sh"];

#[test]
fn devices_tells_what_the_server_runs_with() {
    let ran = run_beside(JACKD, &Folder::new("jack_devices"), &["devices"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.stdout
            .contains("  rate:    48000 Hz\n  period:  333 frames\n  outputs: 4\n  inputs:  4\n"),
        "{}",
        ran.stdout
    );
    assert!(ran.stderr.is_empty(), "{}", ran.stderr);
}

#[test]
fn an_arrangement_is_played_to_its_end_on_each_server() {
    for server in [JACKD, PIPEWIRE] {
        let folder = Folder::new(&format!("jack_play_{}", server[0]));
        folder.write(
            "a.toml",
            "rate = 48000\n[clips]\nc = { tone_hz = 440, length = 24000 }\n\
             [[playspec.p]]\nclip = 'c'\nplay_at = 0\n",
        );
        let ran = run_beside(server, &folder, &["play", "a.toml"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(
            ran.stderr.contains("playing a.toml, 0.500 s, on jack"),
            "{}",
            ran.stderr
        );
    }
}

#[test]
fn a_recording_on_a_server_has_its_length_even_with_xruns() {
    let folder = Folder::new("jack_record");
    let ran = run_beside(JACKD, &folder, &["record", "a.wav", "--duration", "0.5s"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let (spec, samples) = folder.read_f32("a.wav");
    assert_eq!(
        (spec.channels, spec.sample_rate, samples.len()),
        (2, 48_000, 48_000)
    );
}

#[test]
fn a_period_that_the_server_does_not_have_is_refused() {
    let folder = Folder::new("jack_period");
    let ran = run_beside(JACKD, &folder, &["record", "a.wav", "--period", "256"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stderr.starts_with("amio: period_frames is 256"),
        "{}",
        ran.stderr
    );
    assert!(folder.names().is_empty());
}

#[test]
fn a_recording_whose_server_dies_keeps_what_was_recorded() {
    const SCRIPT: &str = r#"
        mkfifo said
        "$0" record a.wav 2>said & recorder=$!
        exec 3<said
        # The file grows as input comes; nothing else tells that it has.
        until [ "$(stat -c %s a.wav || echo 0)" -ge 65536 ]; do sleep 0.02; done
        kill -9 "$JACKD_PID"
        until [[ $line == *"the server is lost"* ]]; do read -r line <&3 || exit 99; done
        kill -INT "$recorder"
        cat <&3
        wait "$recorder"
    "#;
    let folder = Folder::new("jack_lost");
    let ran = script_beside(&["with-jackd.sh", "256"], &folder, SCRIPT, &[]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let (spec, samples) = folder.read_f32("a.wav");
    assert_eq!(spec.channels, 2);
    assert!(samples.len() >= 2 * 8_000, "{} samples", samples.len());
    let said = format!("a.wav: {} frames", samples.len() / 2);
    assert!(ran.stdout.contains(&said), "{}", ran.stdout);
}
