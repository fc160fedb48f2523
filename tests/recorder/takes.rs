//! Which frames are recorded.

use super::files::{self, Folder};
use super::numbers::{config, feed, interface, number, numbers, offline, playspec};
use amio::{
    Clip, Config, DriverKind, Entry, Error, EventKind, FileFormat, Interface, Playspec,
    RecordSource, RecorderConfig, RecorderState, Swap,
};
use std::path::Path;
use std::time::Duration;

fn output(format: FileFormat) -> RecorderConfig {
    RecorderConfig {
        source: RecordSource::Output,
        format,
        ..RecorderConfig::default()
    }
}

#[test]
fn input_is_recorded_from_the_next_period_until_it_is_stopped_and_can_be_read_as_well() {
    let folder = Folder::new("input");
    let interface = offline();
    feed(&interface, 500);
    let path = folder.file("take.wav");
    let recorder = interface
        .record(&path, &RecorderConfig::default())
        .expect("it records");
    feed(&interface, 1000);
    let take = recorder.stop().expect("there is room");
    feed(&interface, 300);
    assert_eq!(files::samples(&path), numbers(500, 1000));
    assert_eq!((take.state, take.frames), (RecorderState::Ended, 1000));
    assert_eq!(take.device_frame, 500);
    assert_eq!(recorder.stop().expect("it has ended"), take);
    let mut buffer = vec![0.0; 2000];
    let mut read: Vec<f32> = Vec::new();
    while let Some(chunk) = interface.read_input(&mut buffer).expect("it reads") {
        read.extend(&buffer[..chunk.frames as usize]);
    }
    assert_eq!(read, numbers(0, 1800));
}

#[test]
fn the_file_has_the_chosen_channels_in_the_chosen_order() {
    let folder = Folder::new("channels");
    let interface = Interface::new(Config {
        input_channels: 3,
        ..Config::new(DriverKind::Offline)
    })
    .expect("an interface");
    interface.start().expect("it starts");
    let path = folder.file("take.flac");
    let chosen = RecorderConfig {
        channels: vec![2, 0],
        format: FileFormat::Flac24,
        ..RecorderConfig::default()
    };
    let recorder = interface.record(&path, &chosen).expect("it records");
    interface
        .advance(2, Some(&[0.1, 0.25, 0.5, 0.2, 0.75, -0.5]), None)
        .expect("it advances");
    recorder.stop().expect("there is room");
    let found = files::samples(&path);
    assert_eq!((found.len(), found[0], found[2]), (4, 0.5, -0.5));
    assert!((found[1] - 0.1).abs() < 1e-6 && (found[3] - 0.2).abs() < 1e-6);
}

#[test]
fn the_output_is_recorded_as_the_driver_gets_it() {
    let folder = Folder::new("output");
    let interface = Interface::new(Config {
        output_channels: 2,
        clamp: Some(true),
        ..config(DriverKind::Offline)
    })
    .expect("an interface");
    let clip = Clip::from_f32(48_000, 2, &[0.5, -0.5, 3.0, -3.0, 1.0, 0.25]).expect("a clip");
    let playspec = Playspec::new(vec![Entry::new(&clip, 1)]).expect("a playspec");
    interface.schedule(&playspec, Swap::at(0)).expect("room");
    interface.set_rolling(true).expect("room");
    interface.start().expect("it starts");
    let path = folder.file("mix.wav");
    let recorder = interface
        .record(&path, &output(FileFormat::WavF32))
        .expect("it records");
    let mut mixed = [0.0; 10];
    interface
        .advance(5, None, Some(&mut mixed))
        .expect("it advances");
    recorder.stop().expect("there is room");
    assert_eq!(files::samples(&path), mixed);
    assert_eq!(mixed[4], 1.0);
}

#[test]
fn several_recorders_at_once_write_what_they_were_asked_for() {
    let folder = Folder::new("several");
    let interface = offline();
    interface.set_rolling(true).expect("room");
    let paths = ["in.wav", "mix.flac", "late.wav"].map(|name| folder.file(name));
    let first = interface.record(&paths[0], &RecorderConfig::default());
    let second = interface.record(&paths[1], &output(FileFormat::Flac24));
    feed(&interface, 10_000);
    let third = interface.record(&paths[2], &output(FileFormat::Wav24));
    feed(&interface, 10_000);
    for recorder in [first, second, third] {
        recorder.expect("it records").stop().expect("there is room");
    }
    assert!(files::samples(&paths[0]) == numbers(0, 20_000));
    assert!(files::samples(&paths[1]) == numbers(0, 20_000));
    assert!(files::samples(&paths[2]) == numbers(10_000, 10_000));
    files::verify_flac(&paths[1]);
}

#[test]
fn the_recording_does_not_depend_on_the_period() {
    let folder = Folder::new("periods");
    for period in [1, 127, 1024, 65_536] {
        let interface = offline();
        interface.set_period_frames(period).expect("in range");
        interface.set_rolling(true).expect("room");
        let path = folder.file("take.wav");
        let recorder = interface
            .record(&path, &output(FileFormat::WavF32))
            .expect("it records");
        feed(&interface, 70_000);
        recorder.stop().expect("there is room");
        assert!(files::samples(&path) == numbers(0, 70_000), "{period}");
    }
}

#[test]
fn samples_beyond_full_scale_are_counted_where_integers_are_written() {
    let folder = Folder::new("clipped");
    for (format, clipped) in [(FileFormat::Wav16, 2), (FileFormat::WavF32, 0)] {
        let interface = offline();
        let path = folder.file("take.wav");
        let config = RecorderConfig {
            format,
            ..RecorderConfig::default()
        };
        let recorder = interface.record(&path, &config).expect("it records");
        interface
            .advance(4, Some(&[0.5, 1.5, -2.0, 1.0]), None)
            .expect("it advances");
        let take = recorder.stop().expect("there is room");
        assert_eq!(take.clipped_samples, clipped);
    }
}

#[test]
fn a_recorder_that_is_dropped_completes_its_file() {
    let folder = Folder::new("dropped");
    let interface = offline();
    let path = folder.file("take.flac");
    let flac = RecorderConfig {
        format: FileFormat::Flac24,
        ..RecorderConfig::default()
    };
    let recorder = interface.record(&path, &flac).expect("it records");
    feed(&interface, 1000);
    drop(recorder);
    assert_eq!(files::samples(&path), numbers(0, 1000));
    files::verify_flac(&path);
}

#[test]
fn closing_the_interface_ends_the_recording_and_says_so() {
    let folder = Folder::new("closed");
    let interface = offline();
    let path = folder.file("take.wav");
    let recorder = interface
        .record(&path, &RecorderConfig::default())
        .expect("it records");
    feed(&interface, 1000);
    interface.close();
    assert_eq!(recorder.recording().state, RecorderState::Ended);
    assert_eq!(files::frames(&path), 1000);
    let mut told = Vec::new();
    while let Some(event) = interface.next_event() {
        match event.kind {
            EventKind::RecorderStarted { path } => {
                told.push((path, event.device_frame, "started"));
            }
            EventKind::RecorderEnded { path, frames: 1000 } => {
                told.push((path, event.device_frame, "ended"));
            }
            EventKind::Applied { .. } => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(
        told,
        [(path.clone(), 0, "started"), (path.clone(), 1000, "ended")]
    );
    let refused = interface.record(&path, &RecorderConfig::default());
    assert!(matches!(refused, Err(Error::InvalidState(_))));
}

#[test]
fn a_recorder_of_an_interface_that_never_ran_leaves_an_empty_file() {
    let folder = Folder::new("empty");
    let interface = interface(config(DriverKind::Null));
    for (name, format) in [("a.wav", FileFormat::Wav16), ("a.flac", FileFormat::Flac16)] {
        let path = folder.file(name);
        let recorder = interface
            .record(&path, &output(format))
            .expect("it records");
        assert_eq!(recorder.stop().expect("there is room").frames, 0);
        if format == FileFormat::Wav16 {
            assert_eq!(files::frames(&path), 0);
        }
    }
}

#[test]
fn a_recorder_waits_for_an_interface_that_starts_later_and_goes_on_over_a_stop() {
    let folder = Folder::new("stopped");
    let interface = interface(config(DriverKind::Offline));
    let path = folder.file("take.wav");
    let recorder = interface
        .record(&path, &RecorderConfig::default())
        .expect("it records");
    interface.start().expect("it starts");
    feed(&interface, 100);
    interface.stop().expect("it stops");
    interface.start().expect("it starts");
    feed(&interface, 100);
    recorder.stop().expect("there is room");
    assert_eq!(files::samples(&path), numbers(0, 200));
}

#[test]
fn there_are_at_most_64_recorders_and_one_that_has_ended_makes_room() {
    let folder = Folder::new("many");
    let interface = offline();
    let begin = |n: usize| {
        let path = folder.file(&format!("{n}.wav"));
        interface.record(path, &RecorderConfig::default())
    };
    let mut recorders: Vec<_> = (0..64).map(|n| begin(n).expect("room")).collect();
    feed(&interface, 64);
    std::fs::write(folder.file("64.wav"), "of worth").expect("the folder is there");
    let refused = begin(64).expect_err("there are 64");
    assert!(matches!(refused, Error::QueueFull { capacity: 64, .. }));
    let kept = std::fs::read(folder.file("64.wav")).expect("it is there");
    assert_eq!(kept, b"of worth", "a call that is refused changes nothing");
    recorders.pop();
    feed(&interface, 64);
    recorders.push(begin(65).expect("room again"));
    feed(&interface, 64);
    drop(recorders);
    assert_eq!(files::frames(&folder.file("3.wav")), 192);
    assert_eq!(files::frames(&folder.file("65.wav")), 64);
}

#[test]
fn what_cannot_be_recorded_is_refused_by_name() {
    let folder = Folder::new("refused");
    let interface = offline();
    let path = folder.file("take.wav");
    let good = RecorderConfig::default;
    let refused = |path: &Path, config: RecorderConfig| {
        let error = interface.record(path, &config).expect_err("not to be had");
        error.to_string()
    };
    let channels = |channels: Vec<u16>| RecorderConfig { channels, ..good() };
    assert!(refused(&path, channels(vec![0, 7])).contains("channels has 7"));
    assert!(refused(&path, channels(vec![0; 65])).contains("65"));
    let flac = RecorderConfig {
        format: FileFormat::Flac16,
        ..channels(vec![0; 9])
    };
    assert!(refused(&path, flac).contains("1 to 8 in a FLAC file"));
    let backwards = RecorderConfig {
        begin: Some(9),
        end: Some(9),
        ..good()
    };
    assert!(refused(&path, backwards).contains("after begin"));
    let far = RecorderConfig {
        begin: Some(i64::MIN),
        ..good()
    };
    assert!(refused(&path, far).contains("begin is"));
    let large = RecorderConfig {
        buffer_frames: 1 << 27,
        ..good()
    };
    assert!(refused(&path, large).contains("buffer_frames"));
    assert!(!path.exists(), "nothing of this made a file");
    assert!(refused(Path::new("/nowhere/take.wav"), good()).contains("/nowhere/take.wav"));
    let first = interface.record(&path, &good()).expect("it records");
    assert!(refused(&path, good()).contains("being written"));
    first.stop().expect("there is room");
    interface.record(&path, &good()).expect("it is free again");
    let deaf = Interface::new(Config {
        input_channels: 0,
        ..Config::new(DriverKind::Offline)
    });
    let error = deaf.expect("an interface").record(&path, &good());
    assert!(matches!(error, Err(Error::InvalidState(_))));
}

#[test]
fn the_null_driver_is_recorded_without_a_gap() {
    let folder = Folder::new("null");
    let interface = interface(config(DriverKind::Null));
    interface.set_rolling(true).expect("room");
    let path = folder.file("take.flac");
    let end = RecorderConfig {
        begin: Some(4800),
        end: Some(24_000),
        ..output(FileFormat::Flac24)
    };
    let recorder = interface.record(&path, &end).expect("it records");
    interface.start().expect("it starts");
    let take = recorder.wait(Duration::from_secs(20)).expect("it ends");
    // On a busy machine periods are skipped, and the recording is longer by these.
    assert_eq!(take.frames - take.skipped_frames, 19_200);
    assert_eq!((take.lost_frames, take.position), (0, 4800));
    let found = files::samples(&path);
    assert_eq!(found.len() as u64, take.frames);
    let kept: Vec<f32> = found.into_iter().filter(|sample| *sample != 0.0).collect();
    assert!(kept == numbers(4800, 19_200));
    files::verify_flac(&path);
}

/// Records `frames` frames on the offline driver, into each file format.
fn offline_for(frames: u64) {
    let folder = Folder::new("long");
    let interface = interface(config(DriverKind::Offline));
    interface.set_period_frames(1024).expect("in range");
    interface.set_rolling(true).expect("room");
    interface.start().expect("it starts");
    for (name, format) in [
        ("take.wav", FileFormat::Wav24),
        ("take.flac", FileFormat::Flac24),
    ] {
        let path = folder.file(name);
        let first = interface.transport().device_frame;
        let recorder = interface
            .record(&path, &output(format))
            .expect("it records");
        let mut left = frames;
        while left > 0 {
            let now = left.min(1 << 20);
            interface.advance(now, None, None).expect("it advances");
            left -= now;
        }
        let take = recorder.stop().expect("there is room");
        assert_eq!((take.frames, take.lost_frames), (frames, 0));
        let found = files::samples(&path);
        assert_eq!(found.len() as u64, frames);
        let wrong = (first..)
            .zip(&found)
            .find(|(n, found)| **found != number(*n));
        assert_eq!(wrong, None);
    }
}

#[test]
fn five_minutes_faster_than_real_time_are_complete() {
    offline_for(5 * 60 * 48_000);
}

#[test]
#[ignore = "takes a minute and 2 GB: make test-long"]
fn an_hour_faster_than_real_time_is_complete() {
    offline_for(60 * 60 * 48_000);
}

#[test]
fn a_playspec_that_is_swapped_in_meanwhile_is_recorded_from_its_first_frame() {
    let folder = Folder::new("swap");
    let interface = offline();
    interface.set_rolling(true).expect("room");
    let swap = Swap {
        start_from: 5000,
        ..Swap::at(777)
    };
    interface.schedule(&playspec(), swap).expect("room");
    let path = folder.file("take.wav");
    let recorder = interface
        .record(&path, &output(FileFormat::WavF32))
        .expect("it records");
    feed(&interface, 1000);
    recorder.stop().expect("there is room");
    let expected = [numbers(0, 777), numbers(5000, 223)].concat();
    assert!(files::samples(&path) == expected);
}

#[test]
fn a_recorder_that_has_ended_takes_no_place_from_commands() {
    const QUEUE: usize = 8;
    let folder = Folder::new("places");
    let interface = Interface::new(Config {
        command_queue: QUEUE,
        ..config(DriverKind::Offline)
    })
    .expect("an interface");
    const RECORDERS: usize = 3;
    for number in 0..RECORDERS {
        let path = folder.file(&format!("{number}.wav"));
        let recorder = interface.record(&path, &RecorderConfig::default());
        recorder.expect("room").stop().expect("the disk has room");
        while interface.next_event().is_some() {}
    }
    // The beginning of each waits for the next period, like any command.
    for position in RECORDERS..QUEUE {
        interface.set_position(position as i64).expect("room");
    }
    let full = interface.set_position(0);
    assert!(matches!(
        full,
        Err(Error::QueueFull {
            capacity: QUEUE,
            ..
        })
    ));
    interface.start().expect("it starts");
    for _ in 0..2 {
        feed(&interface, 16);
    }
    for position in 0..QUEUE {
        interface.set_position(position as i64).expect("room");
    }
}
