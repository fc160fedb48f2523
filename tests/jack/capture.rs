//! Captured input is complete and in order, and its stamps say what was heard at that time.

use crate::peer::Peer;
use crate::server::{Server, beside};
use crate::tools::{
    self, NUMBERS, assert_consecutive, assert_numbered, impulses, read_all, run_until, undisturbed,
};
use amio::{Chunk, Config, EventKind, Interface, Swap};
use std::collections::HashMap;
use std::process::Command;
use std::time::Duration;

const PERIOD: i64 = 256;

/// Longer than any latency here, so that an impulse cannot be mistaken for its neighbour.
const SPACING: i64 = 4_999;

#[test]
fn an_impulse_sent_to_an_input_of_the_same_client_is_stamped_one_period_later() {
    beside!(Server::Jackd(256), {
        let way = [("amio:output_l", "amio:input_1")];
        for chunk in stamps_are_exact(&tools::config(), &way) {
            // These ports are not connected to a device.
            assert_eq!(chunk.latency.round_trip_frames(), 0);
        }
    });
}

#[test]
fn the_latencies_of_a_device_are_taken_off_the_stamp() {
    beside!(Server::Jackd(256), {
        let config = Config {
            autoconnect: true,
            ..tools::config()
        };
        let way = [("amio:output_l", "amio:input_1")];
        for chunk in stamps_are_exact(&config, &way) {
            // The dummy device reports one period for capture, two for playback.
            assert_eq!(chunk.latency.capture_frames, 256);
            assert_eq!(chunk.latency.playback_frames, 512);
        }
    });
}

#[test]
fn an_impulse_sent_through_another_client_is_stamped_one_period_later() {
    beside!(Server::Jackd(256), {
        let there_and_back = [
            ("amio:output_l", "loopback:playback_1"),
            ("loopback:capture_1", "amio:input_1"),
        ];
        stamps_are_exact(&tools::config(), &there_and_back);
    });
}

#[test]
fn with_the_right_offset_an_impulse_is_stamped_with_the_frame_at_which_it_was_played() {
    beside!(Server::Jackd(256), {
        let way = [
            ("amio:output_l", "loopback:playback_1"),
            ("loopback:capture_1", "amio:input_1"),
        ];
        // The ports are not connected to a device: no latency is reported. The way takes one period.
        let config = Config {
            latency_offset_frames: PERIOD as i32,
            ..tools::config()
        };
        stamps_are_exact(&config, &way);
        // Here the dummy device reports three periods, and the way still takes one.
        let config = Config {
            autoconnect: true,
            latency_offset_frames: -2 * PERIOD as i32,
            ..tools::config()
        };
        stamps_are_exact(&config, &[("amio:output_l", "amio:input_1")]);
    });
}

/// Sends impulses through the connections `way`, which take one period. Checks that each is captured with
/// the position that was heard at that time, according to the current latencies. Returns the chunks that
/// contain them.
fn stamps_are_exact(config: &Config, way: &[(&str, &str)]) -> Vec<Chunk> {
    let (_interface, chunks) = undisturbed(|| {
        let mut peer = Peer::start("peer");
        let interface = tools::start(config.clone());
        for (source, destination) in way {
            peer.connect(source, destination);
        }
        // Latencies come with the connections.
        run_until(&interface, 24_000);
        let playspec = impulses(0.5, SPACING as u64);
        interface.schedule(&playspec, Swap::at(0)).expect("room");
        interface.set_rolling(true).expect("room");
        run_until(&interface, 96_000);
        let chunks = read_all(&interface);
        (interface, peer, chunks)
    });
    assert_consecutive(&chunks);
    let mut stamped = Vec::new();
    // Frames that were captured in the first round trip have stamps from before the start.
    for (chunk, samples) in chunks.iter().filter(|(chunk, _)| chunk.rolling) {
        let offset = i64::from(config.latency_offset_frames);
        let round_trip = chunk.latency.round_trip_frames() as i64 + offset;
        for (frame, _) in (0..).zip(samples).filter(|(_, sample)| **sample == 0.5) {
            // The impulse was sent at a multiple of the spacing and captured a period later. What was
            // heard at that time had been sent one round trip before.
            let sent = chunk.position + frame + round_trip - PERIOD;
            assert_eq!(sent % SPACING, 0, "frame {frame} of {chunk:?}");
            stamped.push(*chunk);
        }
    }
    assert!(
        stamped.len() >= 10,
        "only {} impulses came back",
        stamped.len()
    );
    stamped
}

#[test]
fn every_frame_of_a_numbered_source_is_captured_once_and_in_order_on_jackd() {
    beside!(Server::Jackd(256), numbers_are_complete());
}

#[test]
fn every_frame_of_a_numbered_source_is_captured_once_and_in_order_on_pipewire() {
    beside!(Server::PipeWire, numbers_are_complete());
}

fn numbers_are_complete() {
    let (_interface, chunks) = undisturbed(|| {
        let mut source = Peer::start("source");
        let interface = tools::start(tools::config());
        source.connect("source:out", "amio:input_1");
        run_until(&interface, 192_000);
        let chunks = read_all(&interface);
        (interface, source, chunks)
    });
    assert_consecutive(&chunks);
    assert!(chunks.iter().all(|(chunk, _)| chunk.lost_before == 0));
    let numbered = assert_numbered(&chunks);
    assert!(numbered > 150_000, "only {numbered} frames carry a number");
}

#[test]
fn the_frames_that_nobody_read_in_time_are_counted_exactly() {
    beside!(Server::Jackd(256), {
        let (interface, chunks) = undisturbed(read_with_pauses);
        let lost: u64 = chunks.iter().map(|(chunk, _)| chunk.lost_before).sum();
        assert!(lost > 3 * 10_000, "only {lost} frames were lost");
        assert_eq!(interface.stats().input_lost_frames, lost);
        let events = std::iter::from_fn(|| interface.next_event());
        let told: u64 = events
            .map(|event| match event.kind {
                EventKind::InputLost { frames } => frames,
                _ => 0,
            })
            .sum();
        assert_eq!(told, lost);
        assert_consecutive(&chunks);
        assert_numbered(&chunks);
    });
}

/// Pauses for half a second, then reads everything for a while, and repeats this.
fn read_with_pauses() -> (Interface, Peer, Vec<(Chunk, Vec<f32>)>) {
    let mut source = Peer::start("source");
    let interface = tools::start(Config {
        capture_buffer_frames: 8_192,
        ..tools::config()
    });
    source.connect("source:out", "amio:input_1");
    let mut chunks = Vec::new();
    for round in 1..=4 {
        run_until(&interface, round * 48_000);
        while interface.transport().device_frame < round * 48_000 + 24_000 {
            chunks.extend(read_all(&interface));
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    chunks.extend(read_all(&interface));
    (interface, source, chunks)
}

#[test]
fn the_frames_that_the_server_went_on_without_us_are_counted_exactly() {
    beside!(Server::Jackd(256), {
        for _ in 0..5 {
            let mut source = Peer::start("source");
            let interface = tools::start(tools::config());
            source.connect("source:out", "amio:input_1");
            run_until(&interface, 24_000);
            stop_this_process_for_a_moment();
            run_until(&interface, interface.transport().device_frame + 24_000);
            let chunks = read_all(&interface);
            if source.gaps() > 0 {
                println!("the source was disturbed as well");
                continue;
            }
            let skipped = interface.stats().skipped_frames;
            assert!(skipped > 0, "the server waited for us");
            assert_consecutive(&chunks);
            let numbered = assert_numbered(&without_first_periods_after_skips(chunks));
            assert!(numbered > 30_000, "only {numbered} frames carry a number");
            return;
        }
        panic!("the source was disturbed each time: inconclusive");
    });
}

/// The server runs us in the middle of a cycle then, in which the source may not have run yet: its buffer has the
/// samples of the cycle before.
fn without_first_periods_after_skips(chunks: Vec<(Chunk, Vec<f32>)>) -> Vec<(Chunk, Vec<f32>)> {
    const PERIOD: usize = 256;
    let shorten = |(mut chunk, mut samples): (Chunk, Vec<f32>)| {
        if chunk.xrun {
            samples.drain(..PERIOD);
            chunk.device_frame += PERIOD as u64;
        }
        (chunk, samples)
    };
    chunks.into_iter().map(shorten).collect()
}

fn stop_this_process_for_a_moment() {
    let script = "kill -STOP $PPID; sleep 0.1; kill -CONT $PPID";
    let status = Command::new("sh").args(["-c", script]).status();
    assert!(status.expect("there is a shell").success());
}

#[test]
fn the_time_of_a_chunk_is_when_its_first_frame_was_due_on_jackd() {
    beside!(Server::Jackd(256), times_are_due_times());
}

#[test]
fn the_time_of_a_chunk_is_when_its_first_frame_was_due_on_pipewire() {
    beside!(Server::PipeWire, times_are_due_times());
}

fn times_are_due_times() {
    let mut source = Peer::start("source");
    let interface = tools::start(tools::config());
    source.connect("source:out", "amio:input_1");
    run_until(&interface, 48_000);
    let due: HashMap<u32, i64> = source
        .recording()
        .iter()
        .map(|block| (block.first_frame % NUMBERS, block.due_ns))
        .collect();
    let mut differences: Vec<i64> = read_all(&interface)
        .iter()
        .filter_map(|(chunk, samples)| Some(chunk.time_ns as i64 - due.get(&(samples[0] as u32))?))
        .collect();
    differences.sort_unstable();
    // Both computed the time from the same clock, but read it at slightly different moments.
    let median = differences[differences.len() / 2];
    assert!(differences.len() >= 10, "only {} chunks", differences.len());
    assert!(median.abs() < 100_000, "{median} ns off");
}
