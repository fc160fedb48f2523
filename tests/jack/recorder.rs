//! Recording to disk on a server: at the right place, and complete also when the server freewheels.

use crate::files::{self, Folder};
use crate::numbers::{number, playspec};
use crate::peer::Peer;
use crate::server::{Server, beside};
use crate::tools::{self, run_until, undisturbed, wait_until};
use amio::{Config, FileFormat, RecordSource, RecorderConfig, Swap};
use std::time::Duration;

fn from_to(source: RecordSource, format: FileFormat, begin: i64, frames: u64) -> RecorderConfig {
    RecorderConfig {
        source,
        channels: vec![0],
        format,
        begin: Some(begin),
        end: Some(begin + frames as i64),
        ..RecorderConfig::default()
    }
}

#[test]
fn what_comes_back_through_a_loopback_is_recorded_where_it_was_heard() {
    beside!(Server::Jackd(256), {
        for autoconnect in [false, true] {
            lines_up(autoconnect);
        }
    });
}

/// The loopback takes one period, and reports the latencies of a device: one period for capture, two for
/// playback.
fn lines_up(autoconnect: bool) {
    const BEGIN: u64 = 30_001;
    const FRAMES: u64 = 20_003;
    let folder = Folder::new("loopback");
    let path = folder.file("take.flac");
    let config = Config {
        autoconnect,
        ..tools::config()
    };
    let round_trip = 768;
    let (interface, take) = undisturbed(|| {
        let mut peer = Peer::start("peer");
        let interface = tools::start(config.clone());
        peer.connect("amio:output_l", "loopback:playback_1");
        peer.connect("loopback:capture_1", "amio:input_1");
        // Latencies come with the connections.
        wait_until(round_trip, || interface.latency().round_trip_frames());
        run_until(&interface, interface.transport().device_frame + 24_000);
        interface
            .schedule(&playspec(), Swap::at(0))
            .expect("there is room");
        let config = from_to(
            RecordSource::Input,
            FileFormat::Flac24,
            BEGIN as i64,
            FRAMES,
        );
        let recorder = interface.record(&path, &config).expect("it records");
        interface.set_rolling(true).expect("there is room");
        let take = recorder.wait(Duration::from_secs(20)).expect("it ends");
        (interface, peer, take)
    });
    assert_eq!(
        (take.position, take.frames),
        (BEGIN as i64, FRAMES),
        "{take:?}"
    );
    assert_eq!(interface.latency().round_trip_frames(), round_trip);
    let found = files::samples(&path);
    assert_eq!(found.len() as u64, FRAMES);
    // A frame was played one period before it was captured. According to the latencies, it was played one
    // round trip before.
    let first = BEGIN + round_trip - 256;
    for (n, found) in (first..).zip(found) {
        assert_eq!(found, number(n), "at {}", n - first);
    }
    files::verify_flac(&path);
}

#[test]
fn two_minutes_in_freewheel_mode_are_complete() {
    beside!(Server::Jackd(1024), freewheels_for(2 * 60));
}

#[test]
#[ignore = "an hour of sound: make test-long"]
fn an_hour_in_freewheel_mode_is_complete() {
    beside!(Server::Jackd(1024), freewheels_for(60 * 60));
}

/// Records the output, and the input that it is connected to.
fn freewheels_for(seconds: u64) {
    let folder = Folder::new("freewheel");
    let frames = seconds * 48_000;
    let mut peer = Peer::start("peer");
    let interface = tools::start(tools::config());
    peer.connect("amio:output_l", "amio:input_1");
    interface
        .schedule(&playspec(), Swap::at(0))
        .expect("there is room");
    interface.set_rolling(true).expect("there is room");
    run_until(&interface, 4096);
    peer.set_freewheel(true);
    // The first periods may still have been played in real time.
    let begin = interface.position() + 480_000;
    let record = |name: &str, source, format| {
        let config = from_to(source, format, begin, frames);
        interface
            .record(folder.file(name), &config)
            .expect("it records")
    };
    let recorders = [
        record("output.wav", RecordSource::Output, FileFormat::Wav24),
        record("input.flac", RecordSource::Input, FileFormat::Flac24),
    ];
    for recorder in &recorders {
        let take = recorder.wait(Duration::from_secs(140)).expect("it ends");
        assert_eq!((take.position, take.frames), (begin, frames));
        assert_eq!((take.lost_frames, take.skipped_frames), (0, 0));
    }
    peer.set_freewheel(false);
    // A connection from a client to itself has a delay of one period.
    for (recorder, late) in recorders.iter().zip([0, 1024]) {
        let path = recorder.path();
        assert_eq!(files::frames(path), frames);
        let first = begin as u64 - late;
        let found = files::samples(path);
        assert_eq!(found.len() as u64, frames);
        let wrong = (first..)
            .zip(&found)
            .find(|(n, found)| **found != number(*n));
        assert_eq!(wrong, None, "{path:?}");
    }
}
