//! Where on the timeline a recording begins and ends, by frame.

use super::files::{self, Folder};
use super::numbers::{config, feed, interface, number, numbers};
use amio::{
    Config, DriverKind, EventKind, FileFormat, Interface, Latency, RecordSource, Recorder,
    RecorderConfig, SkipPolicy,
};
use std::collections::VecDeque;
use std::path::Path;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(5);

const LATENCY: Latency = Latency {
    capture_frames: 30,
    playback_frames: 71,
};

/// An interface that captures what it plays, with the delay that its latencies report.
struct Loopback {
    interface: Interface,
    on_the_way: VecDeque<f32>,
}

impl Loopback {
    fn new(skip_policy: SkipPolicy) -> Loopback {
        let interface = interface(Config {
            latency: LATENCY,
            period_frames: Some(64),
            skip_policy,
            ..config(DriverKind::Offline)
        });
        interface.start().expect("it starts");
        Loopback {
            interface,
            on_the_way: std::iter::repeat_n(0.0, LATENCY.round_trip_frames() as usize).collect(),
        }
    }

    fn rolling() -> Loopback {
        let loopback = Loopback::new(SkipPolicy::CatchUp);
        loopback.interface.set_rolling(true).expect("room");
        loopback
    }

    /// Runs in periods that are shorter than the round trip.
    fn run(&mut self, frames: usize) {
        for _ in 0..frames / 50 {
            let heard: Vec<f32> = self.on_the_way.drain(..50).collect();
            let mut played = [0.0; 50];
            self.interface
                .advance(50, Some(&heard), Some(&mut played))
                .expect("it advances");
            self.on_the_way.extend(played);
        }
    }

    /// Skips frames, as a device would: they are neither played nor captured.
    fn skip(&mut self, frames: u64) {
        self.interface.skip(frames).expect("it skips");
        self.on_the_way
            .extend(std::iter::repeat_n(0.0, frames as usize));
        self.on_the_way.drain(..frames as usize);
    }

    fn record(
        &self,
        path: &Path,
        source: RecordSource,
        begin: Option<i64>,
        end: Option<i64>,
    ) -> Recorder {
        let config = RecorderConfig {
            source,
            format: FileFormat::Wav24,
            begin,
            end,
            ..RecorderConfig::default()
        };
        self.interface.record(path, &config).expect("it records")
    }
}

const SOURCES: [RecordSource; 2] = [RecordSource::Input, RecordSource::Output];

#[test]
fn an_overdub_lines_up_with_what_was_heard_whatever_the_latency() {
    let folder = Folder::new("overdub");
    for source in SOURCES {
        let mut loopback = Loopback::rolling();
        let path = folder.file("take.wav");
        let recorder = loopback.record(&path, source, Some(1234), Some(5678));
        loopback.run(8000);
        let take = recorder.wait(PATIENCE).expect("it ends by itself");
        assert_eq!((take.position, take.frames), (1234, 4444));
        let late = match source {
            RecordSource::Input => LATENCY.round_trip_frames(),
            RecordSource::Output => 0,
        };
        assert_eq!(take.device_frame, 1234 + late);
        assert!(files::samples(&path) == numbers(1234, 4444), "{source:?}");
    }
}

#[test]
fn the_first_frame_is_told_where_it_lies() {
    let folder = Folder::new("told");
    let mut loopback = Loopback::rolling();
    let path = folder.file("take.wav");
    let _recorder = loopback.record(&path, RecordSource::Input, Some(1234), Some(5678));
    loopback.run(8000);
    let events = std::iter::from_fn(|| loopback.interface.wait_event(PATIENCE).ok());
    let mut told = Vec::new();
    for event in events {
        match event.kind {
            EventKind::RecorderStarted { .. } => told.push((event.position, event.device_frame)),
            EventKind::RecorderEnded { frames, .. } => {
                assert_eq!(frames, 4444);
                break;
            }
            _ => {}
        }
    }
    assert_eq!(told, [(1234, 1234 + LATENCY.round_trip_frames())]);
}

#[test]
fn without_begin_it_starts_at_once_and_ends_at_its_end() {
    let folder = Folder::new("end");
    let mut loopback = Loopback::rolling();
    loopback.run(500);
    let path = folder.file("take.wav");
    let recorder = loopback.record(&path, RecordSource::Output, None, Some(777));
    loopback.run(500);
    recorder.stop().expect("there is room");
    assert!(files::samples(&path) == numbers(500, 277));
}

#[test]
fn a_position_that_is_never_reached_records_nothing() {
    let folder = Folder::new("never");
    let mut loopback = Loopback::rolling();
    let path = folder.file("take.wav");
    let recorder = loopback.record(&path, RecordSource::Input, Some(5000), None);
    loopback.run(4000);
    // A stopped transport at the punch position does not begin the recording.
    loopback.interface.set_rolling(false).expect("room");
    loopback.interface.set_position(5000).expect("in range");
    loopback.run(500);
    let take = recorder.stop().expect("there is room");
    assert_eq!((take.frames, take.position), (0, 0));
    assert_eq!(files::frames(&path), 0);
}

#[test]
fn once_begun_a_stop_and_a_seek_are_recorded_as_they_are_heard() {
    let folder = Folder::new("through");
    for source in SOURCES {
        let mut loopback = Loopback::rolling();
        let path = folder.file("take.wav");
        let recorder = loopback.record(&path, source, Some(1000), Some(3000));
        loopback.run(1500);
        loopback.interface.set_rolling(false).expect("room");
        loopback.run(200);
        // Beyond the end, but stopped.
        loopback.interface.set_position(9000).expect("in range");
        loopback.run(200);
        loopback.interface.set_position(100).expect("in range");
        loopback.interface.set_rolling(true).expect("room");
        loopback.run(4000);
        recorder.stop().expect("there is room");
        let expected = [
            numbers(1000, 500),
            vec![0.0; 400],
            numbers(100, 2900), // up to frame 3000, which is not included
        ]
        .concat();
        assert!(files::samples(&path) == expected, "{source:?}");
    }
}

#[test]
fn a_seek_beyond_the_end_ends_it_there() {
    let folder = Folder::new("beyond");
    let mut loopback = Loopback::rolling();
    let path = folder.file("take.wav");
    let recorder = loopback.record(&path, RecordSource::Output, Some(1000), Some(3000));
    loopback.run(1500);
    loopback.interface.set_position(3000).expect("in range");
    loopback.run(500);
    recorder.stop().expect("there is room");
    assert!(files::samples(&path) == numbers(1000, 500));
}

#[test]
fn frames_that_are_skipped_are_silent_and_what_follows_stays_in_place() {
    let folder = Folder::new("skipped");
    for source in SOURCES {
        let mut loopback = Loopback::new(SkipPolicy::CatchUp);
        loopback.interface.set_rolling(true).expect("room");
        let path = folder.file("take.wav");
        let recorder = loopback.record(&path, source, Some(1000), Some(5000));
        loopback.run(2000);
        loopback.skip(500);
        loopback.run(4000);
        let take = recorder.stop().expect("there is room");
        assert_eq!((take.frames, take.skipped_frames), (4000, 500));
        let found = files::samples(&path);
        assert_eq!(found.len(), 4000);
        for (n, found) in (1000..).zip(found) {
            assert!(found == number(n) || found == 0.0, "{source:?}: frame {n}");
        }
    }
}

#[test]
fn where_the_timeline_slips_the_silence_comes_between() {
    let folder = Folder::new("slipped");
    let mut loopback = Loopback::new(SkipPolicy::Slip);
    loopback.interface.set_rolling(true).expect("room");
    let path = folder.file("take.wav");
    let recorder = loopback.record(&path, RecordSource::Output, Some(1000), Some(5000));
    loopback.run(2000);
    loopback.skip(500);
    loopback.run(4000);
    let take = recorder.stop().expect("there is room");
    assert_eq!((take.frames, take.skipped_frames), (4500, 500));
    let expected = [numbers(1000, 1000), vec![0.0; 500], numbers(2000, 3000)].concat();
    assert!(files::samples(&path) == expected);
}

#[test]
fn a_begin_and_an_end_that_are_skipped_are_where_they_would_have_been() {
    let folder = Folder::new("inside");
    let mut loopback = Loopback::rolling();
    let path = folder.file("take.wav");
    let recorder = loopback.record(&path, RecordSource::Output, Some(1100), Some(2100));
    loopback.run(1000);
    loopback.skip(500);
    loopback.run(500);
    loopback.skip(500);
    loopback.run(500);
    let take = recorder.stop().expect("there is room");
    assert_eq!((take.position, take.skipped_frames), (1100, 500));
    let expected = [vec![0.0; 400], numbers(1500, 500), vec![0.0; 100]].concat();
    assert!(files::samples(&path) == expected);
}

#[test]
fn a_begin_or_an_end_that_was_skipped_counts_also_where_the_timeline_is_cut_behind_it() {
    let folder = Folder::new("skipped-and-cut");
    let path = folder.file("take.wav");
    let stop = |interface: &Interface| interface.set_rolling(false).expect("room");
    let seek = |interface: &Interface| interface.set_position(5_000).expect("room");
    let cuts: [&dyn Fn(&Interface); 3] = [&|_| (), &stop, &seek];
    for source in SOURCES {
        for cut in cuts {
            let take = |begin, end| {
                let interface = interface(Config {
                    skip_policy: SkipPolicy::CatchUp,
                    ..config(DriverKind::Offline)
                });
                interface.start().expect("it starts");
                interface.set_rolling(true).expect("room");
                let config = RecorderConfig {
                    source,
                    channels: vec![0],
                    begin: Some(begin),
                    end,
                    ..RecorderConfig::default()
                };
                let recorder = interface.record(&path, &config).expect("it records");
                feed(&interface, 960);
                interface.skip(200).expect("it skips");
                cut(&interface);
                feed(&interface, 2_000);
                let take = recorder.stop().expect("there is room");
                (take.position, take.frames)
            };
            assert_eq!(take(500, Some(1_000)), (500, 500), "{source:?}");
            // From the middle of the gap on, to the end of all.
            assert_eq!(take(1_000, None), (1_000, 160 + 2_000), "{source:?}");
        }
    }
}

#[test]
fn a_recorder_that_comes_late_begins_where_it_is() {
    let folder = Folder::new("late");
    let interface = super::numbers::offline();
    interface.set_rolling(true).expect("room");
    feed(&interface, 2000);
    let path = folder.file("take.wav");
    let config = RecorderConfig {
        begin: Some(1000),
        end: Some(3000),
        ..RecorderConfig::default()
    };
    let recorder = interface.record(&path, &config).expect("it records");
    feed(&interface, 2000);
    let take = recorder.stop().expect("there is room");
    assert_eq!((take.position, take.frames), (2000, 1000));
    assert!(files::samples(&path) == numbers(2000, 1000));
}
