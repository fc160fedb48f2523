//! A process is killed while it records: its file can be opened, and lacks at most the last second.

use super::files::{self, Folder};
use super::numbers::{config, interface, number};
use crate::again;
use amio::{DriverKind, FileFormat, RecordSource, RecorderConfig};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Set in the environment of the child process that records and is killed: its file.
const FILE: &str = "AMIO_TEST_RECORDS_TO";

const THIS_TEST: &str =
    "recorder::killed::fifty_times_a_file_opens_and_lacks_at_most_the_last_second";

const RATE: u64 = 48_000;

/// Runs in the process that is killed. Prints lines with the number of frames that were captured.
fn record_until_killed(path: &Path) {
    // The offline driver runs faster than real time.
    let driver = match path.parent().and_then(|folder| folder.file_name()) {
        Some(name) if name == "offline" => DriverKind::Offline,
        _ => DriverKind::Null,
    };
    let interface = interface(config(driver));
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
        match driver {
            DriverKind::Offline => interface.advance(777, None, None).expect("it runs"),
            _ => std::thread::sleep(Duration::from_millis(5)), // positions cannot be waited for
        }
    }
}

/// Kills a process after it has recorded for `time`; returns how many frames it had reported.
fn kill_after(path: &Path, time: Duration) -> u64 {
    let mut child = Command::new(again::program())
        .args(again::only(THIS_TEST))
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
    // Lines that were printed after the last one that was read, before the process was killed.
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
    for driver in ["null", "offline"] {
        std::fs::create_dir(folder.file(driver)).expect("the folder is new");
    }
    let folder = &folder;
    let one = |n: u64| {
        let extension = if n.is_multiple_of(2) { "wav" } else { "flac" };
        // The times are spread over two seconds, so that the kills hit different places in the recorder's
        // cycle. On the offline driver, which is faster than real time, they are shorter.
        let (driver, longest) = match n / 2 % 2 {
            0 => ("null", 2_000_000),
            _ => ("offline", 300_000),
        };
        let path = folder.file(&format!("{driver}/{n}.{extension}"));
        let time = Duration::from_micros(1000 + n * 7919 * 991 % longest);
        let captured = kill_after(&path, time);
        let found = files::samples(&path);
        let lacking = captured.saturating_sub(found.len() as u64);
        assert!(lacking <= RATE, "{path:?}: {lacking} of {captured} frames");
        // On a busy machine periods are skipped; they are silent.
        let heard = found.iter().filter(|sample| **sample != 0.0);
        let wrong = (0..).zip(heard).find(|(n, found)| **found != number(*n));
        assert_eq!(wrong, None, "{path:?}");
        println!("{path:?}: {captured} captured, {lacking} lacking");
    };
    // Several processes at the same time, which also disturb each other's timing.
    std::thread::scope(|scope| {
        for lane in 0..5 {
            scope.spawn(move || (0..10).for_each(|n| one(5 * n + lane)));
        }
    });
}
