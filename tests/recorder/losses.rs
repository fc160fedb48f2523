//! A disk that is too slow, or for which the recorder does not wait.

use super::files::{self, Folder};
use super::numbers::{config, feed, interface, number, numbers, offline};
use amio::{Config, DriverKind, EventKind, FileFormat, RecordSource, RecorderConfig, SkipPolicy};
use std::time::Duration;

#[test]
fn in_real_time_lost_frames_are_silent_counted_and_told_and_the_rest_stays_in_place() {
    let folder = Folder::new("slow");
    let interface = interface(Config {
        skip_policy: SkipPolicy::CatchUp,
        period_frames: Some(64),
        ..config(DriverKind::Null)
    });
    interface.set_rolling(true).expect("room");
    interface.start().expect("it starts");
    let path = folder.file("take.wav");
    let recorder = interface
        .record(
            &path,
            &RecorderConfig {
                source: RecordSource::Output,
                format: FileFormat::Wav24,
                begin: Some(4800),
                end: Some(48_000),
                // Much less than what is captured between two reads of the recorder.
                buffer_frames: 200,
                ..RecorderConfig::default()
            },
        )
        .expect("it records");
    let take = recorder.wait(Duration::from_secs(20)).expect("it ends");
    assert_eq!((take.frames, take.position), (43_200, 4800));
    assert!(take.lost_frames > 0, "{take:?}");
    let found = files::samples(&path);
    assert_eq!(found.len(), 43_200);
    let mut silent = 0;
    for (n, found) in (4800..).zip(found) {
        assert!(found == number(n) || found == 0.0, "frame {n}: {found}");
        silent += u64::from(found == 0.0);
    }
    assert_eq!(silent, take.lost_frames + take.skipped_frames);
    let mut told = 0;
    while let Some(event) = interface.next_event() {
        if let EventKind::RecorderLost { frames, .. } = event.kind {
            told += frames;
        }
    }
    assert_eq!(told, take.lost_frames);
}

#[test]
fn where_nobody_waits_for_the_period_the_engine_waits_for_the_disk() {
    let folder = Folder::new("waits");
    for (buffer_frames, period) in [(1, 17), (200, 64), (1000, 8192)] {
        let interface = offline();
        interface.set_period_frames(period).expect("in range");
        let path = folder.file("take.flac");
        let config = RecorderConfig {
            format: FileFormat::Flac24,
            buffer_frames,
            ..RecorderConfig::default()
        };
        let recorder = interface.record(&path, &config).expect("it records");
        feed(&interface, 20_000);
        let take = recorder.stop().expect("there is room");
        assert_eq!((take.frames, take.lost_frames), (20_000, 0));
        assert!(files::samples(&path) == numbers(0, 20_000));
    }
}
