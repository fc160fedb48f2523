//! A file that is deleted, replaced or moved while it is recorded.

use super::files::{self, Folder};
use super::numbers::{feed, offline};
use amio::{EventKind, FileFormat, FileWriter, Interface, RecorderConfig, RecorderState};
use std::path::Path;
use std::time::Duration;

/// What the event about the end reports: the frames and the reason.
fn told(interface: &Interface) -> (u64, String) {
    let mut events = std::iter::from_fn(|| interface.next_event());
    let told = events.find_map(|event| match event.kind {
        EventKind::RecorderFailed { frames, reason, .. } => Some((frames, reason)),
        _ => None,
    });
    told.expect("a failure is told")
}

fn config(format: FileFormat) -> RecorderConfig {
    RecorderConfig {
        format,
        ..RecorderConfig::default()
    }
}

fn replace(path: &Path) {
    let other = path.with_extension("other");
    std::fs::write(&other, "another file").expect("the folder is writable");
    std::fs::rename(&other, path).expect("it takes its place");
}

fn delete(path: &Path) {
    std::fs::remove_file(path).expect("it is there");
}

#[test]
fn a_file_that_is_deleted_or_replaced_fails_and_says_so_and_other_recordings_go_on() {
    let folder = Folder::new("gone");
    for (name, format) in [
        ("take.wav", FileFormat::Wav24),
        ("take.flac", FileFormat::Flac24),
    ] {
        for lose in [delete, replace] {
            for begin in [None, Some(1_000_000)] {
                let interface = offline();
                let path = folder.file(name);
                let of_take = RecorderConfig {
                    begin,
                    ..config(format)
                };
                let take = interface.record(&path, &of_take).expect("it records");
                let other = folder.file("beside.wav");
                let beside = interface.record(&other, &config(FileFormat::Wav24));
                let beside = beside.expect("it records");
                feed(&interface, 5_000);
                interface.skip(500).expect("it skips");
                feed(&interface, 5_000);
                lose(&path);
                // The recording ends by itself, soon.
                let error = take.wait(Duration::from_secs(10)).expect_err("it is lost");
                assert!(error.to_string().contains("deleted or replaced"), "{error}");
                let recording = take.recording();
                assert_eq!(recording.state, RecorderState::Failed);
                assert_eq!((recording.frames, recording.skipped_frames), (0, 0));
                let (frames, reason) = told(&interface);
                assert_eq!(frames, 0);
                assert!(reason.contains("deleted or replaced"), "{reason}");
                feed(&interface, 10_000);
                assert_eq!(beside.stop().expect("it is there").frames, 20_500);
            }
        }
    }
}

#[test]
fn a_file_that_is_deleted_just_before_the_end_fails() {
    let folder = Folder::new("gone-last");
    let path = folder.file("take.flac");
    let interface = offline();
    let take = interface.record(&path, &config(FileFormat::Flac24));
    let take = take.expect("it records");
    feed(&interface, 10_000);
    delete(&path);
    take.stop().expect_err("it is lost");
    assert_eq!(told(&interface).0, 0);
    let mut writer = FileWriter::create(&path, FileFormat::Wav16, 1, 48_000).expect("a file");
    writer.write(&[0.5; 100]).expect("there is room");
    delete(&path);
    writer.finish().expect_err("it is lost");
}

#[test]
fn a_file_that_is_moved_is_complete_at_its_new_place() {
    let folder = Folder::new("moved");
    let path = folder.file("take.wav");
    let interface = offline();
    let take = interface.record(&path, &config(FileFormat::Wav24));
    let take = take.expect("it records");
    feed(&interface, 10_000);
    let moved = folder.file("moved.wav");
    std::fs::rename(&path, &moved).expect("it is there");
    feed(&interface, 10_000);
    assert_eq!(take.stop().expect("it is there").frames, 20_000);
    assert_eq!(files::frames(&moved), 20_000);
}

#[test]
fn a_file_that_never_had_a_name_is_written_through_its_descriptor() {
    let folder = Folder::new("nameless");
    let path = folder.file("take.wav");
    let file = std::fs::File::create(&path).expect("the folder is writable");
    delete(&path);
    let descriptor = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&file));
    let interface = offline();
    let take = interface.record(descriptor, &config(FileFormat::Wav24));
    let take = take.expect("it records");
    feed(&interface, 10_000);
    assert_eq!(take.stop().expect("it is there").frames, 10_000);
    assert!(file.metadata().expect("it is open").len() > 30_000);
}
