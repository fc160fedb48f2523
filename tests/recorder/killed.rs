//! A process that is killed while it records: its file opens, and lacks at most the last second.

use crate::files::{self, Folder};
use crate::numbers::{config, interface, number};
use amio::{DriverKind, FileFormat, RecordSource, RecorderConfig};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// In the environment of the process that records and is killed: its file.
const FILE: &str = "AMIO_TEST_RECORDS_TO";

const THIS_TEST: &str = "killed::fifty_times_a_file_opens_and_lacks_at_most_the_last_second";

const RATE: u64 = 48_000;

/// The process that is killed. Says, line by line, how many frames were captured.
fn record_until_killed(path: &Path) {
    let interface = interface(config(DriverKind::Null));
    interface.set_rolling(true).expect("room");
    let config = RecorderConfig {
        source: RecordSource::Output,
        format: match path.extension() {
            Some(extension) if extension == "flac" => FileFormat::Flac24,
            _ => FileFormat::Wav24,
        },
        ..RecorderConfig::default()
    };
    let _recorder = interface.record(path, &config).expect("it records");
    interface.start().expect("it starts");
    loop {
        println!("captured {}", interface.transport().device_frame);
        std::thread::sleep(Duration::from_millis(5)); // positions cannot be waited for
    }
}

/// Kills a process after it has recorded for so long; returns how many frames it said it had.
fn kill_after(path: &Path, time: Duration) -> u64 {
    let mut child = Command::new(std::env::current_exe().expect("a test has a path"))
        .args(["--exact", THIS_TEST, "--nocapture", "--test-threads=1"])
        .env(FILE, path)
        .stdout(Stdio::piped())
        .spawn()
        .expect("this test starts again");
    let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    let mut next = || -> Option<u64> {
        lines.by_ref().map_while(Result::ok).find_map(|line| {
            let (_, number) = line.rsplit_once("captured ")?;
            number.parse().ok()
        })
    };
    let mut captured = 0;
    let mut began = None;
    while began.is_none_or(|began: Instant| began.elapsed() < time) {
        captured = next().expect("it records until it is killed");
        began = began.or((captured > 0).then(Instant::now));
    }
    child.kill().expect("it runs"); // by SIGKILL
    child.wait().expect("it was killed");
    // What it said between the last line that was read and its death.
    while let Some(more) = next() {
        captured = more;
    }
    captured
}

#[test]
fn fifty_times_a_file_opens_and_lacks_at_most_the_last_second() {
    if let Some(path) = std::env::var_os(FILE) {
        return record_until_killed(Path::new(&path));
    }
    let folder = Folder::new("killed");
    let folder = &folder;
    let one = |n: u64| {
        let extension = if n.is_multiple_of(2) { "wav" } else { "flac" };
        let path = folder.file(&format!("{n}.{extension}"));
        // Spread over two seconds, at odd places in the recorder's rounds.
        let time = Duration::from_micros(1000 + n * 7919 * 991 % 2_000_000);
        let captured = kill_after(&path, time);
        let found = files::samples(&path);
        let lacking = captured.saturating_sub(found.len() as u64);
        assert!(lacking <= RATE, "{path:?}: {lacking} of {captured} frames");
        // A busy machine skips periods, which are silent.
        let mut expected = 0;
        for (at, &found) in found.iter().enumerate().filter(|(_, x)| **x != 0.0) {
            assert_eq!(found, number(expected), "{path:?} at {at}");
            expected += 1;
        }
        println!("{path:?}: {captured} captured, {lacking} lacking");
    };
    // Several at once, which also disturbs their timing.
    std::thread::scope(|scope| {
        for lane in 0..5 {
            scope.spawn(move || (0..10).for_each(|n| one(5 * n + lane)));
        }
    });
}
