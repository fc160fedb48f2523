//! Captured input on the offline driver: the stamps of chunks, and lost frames.
//!
//! The input is numbered, so each sample shows from which frame it comes. The random arrangements check
//! the stamps for readers that read everything in time. These tests are about lost and skipped frames.

use crate::reference::arrangement::Setup;
use crate::reference::rig::{interface, numbered_input};
use crate::reference::rng::Rng;
use amio::{
    Chunk, Clip, Config, DriverKind, Entry, EventKind, Interface, Latency, Playspec, Swap, Ticket,
};
use std::time::Duration;

const PERIOD: u32 = 64;

fn setup() -> Setup {
    Setup {
        inputs: 1,
        ..Setup::plain(1)
    }
}

fn open(setup: &Setup) -> Interface {
    interface(setup, PERIOD).expect("an interface")
}

/// A playspec that sounds from position 0 on, for a long time.
fn playspec() -> Playspec {
    let clip = Clip::from_f32(48_000, 1, &[0.25; 10_000]).expect("a clip");
    Playspec::new(vec![Entry::new(&clip, 0)]).expect("a playspec")
}

/// Advances with numbered input.
fn feed(interface: &Interface, frames: u64) {
    let first = interface.transport().device_frame;
    interface
        .advance(frames, Some(&numbered_input(1, first, frames)), None)
        .expect("it advances");
}

/// Advances after a skip. The numbers of the input have the same gap as the device frames.
fn feed_after_skip(interface: &Interface, skipped: u64, frames: u64) {
    let first = interface.transport().device_frame + skipped;
    interface.skip(skipped).expect("it skips");
    interface
        .advance(frames, Some(&numbered_input(1, first, frames)), None)
        .expect("it advances");
}

/// Reads all captured frames, and checks that each sample agrees with its chunk's device frame.
fn read_all(interface: &Interface) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    let mut buffer = [f32::NAN; 1_000];
    while let Some(chunk) = interface.read_input(&mut buffer).expect("it reads") {
        let numbers = numbered_input(1, chunk.device_frame, chunk.frames);
        assert_eq!(buffer[..numbers.len()], numbers, "{chunk:?}");
        chunks.push(chunk);
    }
    chunks
}

/// Joins chunks that continue the chunk before them.
fn joined(chunks: &[Chunk]) -> Vec<(u64, u64, i64, bool, Ticket)> {
    let mut spans: Vec<(u64, u64, i64, bool, Ticket)> = Vec::new();
    for chunk in chunks {
        if let Some((device_frame, frames, position, rolling, ticket)) = spans.last_mut() {
            let moved = if *rolling { *frames as i64 } else { 0 };
            let goes_on = chunk.device_frame == *device_frame + *frames
                && chunk.position == *position + moved
                && (chunk.rolling, chunk.ticket) == (*rolling, *ticket);
            if goes_on {
                *frames += chunk.frames;
                continue;
            }
        }
        spans.push((
            chunk.device_frame,
            chunk.frames,
            chunk.position,
            chunk.rolling,
            chunk.ticket,
        ));
    }
    spans
}

fn input_lost_in_events(interface: &Interface) -> u64 {
    std::iter::from_fn(|| interface.next_event())
        .map(|event| match event.kind {
            EventKind::InputLost { frames } => frames,
            _ => 0,
        })
        .sum()
}

#[test]
fn chunks_say_what_was_heard_when_they_were_recorded() {
    let interface = open(&Setup {
        capture_latency: 30,
        playback_latency: 70,
        ..setup()
    });
    let (first, second) = (playspec(), playspec());
    let a = interface
        .schedule(&first, Swap::at(0))
        .expect("it is scheduled");
    let swap = Swap {
        start_from: 5_000,
        ..Swap::at(150)
    };
    let b = interface.schedule(&second, swap).expect("it is scheduled");
    interface.set_rolling(true).expect("it rolls");
    feed(&interface, 200);
    interface.set_position(1_000).expect("it seeks");
    feed(&interface, 60);
    interface.set_rolling(false).expect("it stops");
    feed(&interface, 140);
    let chunks = read_all(&interface);
    let expected = [
        (0, 100, 0, false, Ticket::NONE),
        (100, 150, 0, true, a),
        (250, 50, 5_000, true, b),
        (300, 60, 1_000, true, b),
        (360, 40, 1_060, false, b),
    ];
    assert_eq!(joined(&chunks), expected);
    let latency = Latency {
        capture_frames: 30,
        playback_frames: 70,
    };
    assert!(
        chunks
            .iter()
            .all(|chunk| chunk.latency == latency && chunk.lost_before == 0)
    );
}

#[test]
fn a_latency_offset_moves_what_was_heard_and_never_beyond_what_was_played() {
    // The latencies are 100 frames together.
    for (offset, round_trip) in [(20, 120), (-30, 70), (-100, 0), (-150, 0), (-1 << 20, 0)] {
        let interface = Interface::new(Config {
            input_channels: 1,
            latency: Latency {
                capture_frames: 30,
                playback_frames: 70,
            },
            latency_offset_frames: offset,
            ..Config::new(DriverKind::Offline)
        })
        .expect("an interface");
        let ticket = interface.schedule(&playspec(), Swap::at(0)).expect("room");
        interface.set_rolling(true).expect("it rolls");
        interface.start().expect("it starts");
        feed(&interface, 1_000);
        let before = (0, round_trip, 0, false, Ticket::NONE);
        let heard = (round_trip, 1_000 - round_trip, 0, true, ticket);
        let expected = [before, heard];
        let expected = if round_trip == 0 {
            &expected[1..]
        } else {
            &expected
        };
        assert_eq!(joined(&read_all(&interface)), expected, "{offset}");
        // The program still sees what the driver reports.
        assert_eq!(interface.latency().round_trip_frames(), 100);
    }
}

#[test]
fn a_latency_offset_out_of_range_is_refused() {
    for offset in [(1 << 20) + 1, -(1 << 20) - 1, i32::MIN] {
        let config = Config {
            latency_offset_frames: offset,
            ..Config::new(DriverKind::Offline)
        };
        let Err(error) = Interface::new(config) else {
            panic!("{offset} is accepted");
        };
        let text = error.to_string();
        assert!(
            text.contains("latency_offset_frames") && text.contains("-2^20"),
            "{text}"
        );
    }
}

#[test]
fn a_reader_that_pauses_learns_exactly_how_much_it_missed() {
    let interface = open(&Setup {
        capture_buffer_frames: 1_000,
        ..setup()
    });
    let mut rng = Rng::new(7);
    let (mut next, mut lost) = (0, 0);
    for _ in 0..200 {
        // Sometimes more than the buffer can hold.
        feed(&interface, rng.count(1, 2_500));
        if rng.chance(30) {
            continue;
        }
        for chunk in read_all(&interface) {
            assert_eq!(chunk.device_frame, next + chunk.lost_before, "{chunk:?}");
            next = chunk.device_frame + chunk.frames;
            lost += chunk.lost_before;
        }
    }
    // The frames that were lost last are reported with the next chunk.
    read_all(&interface);
    feed(&interface, 1);
    assert!(
        lost > 10_000,
        "only {lost} frames were lost: the reader kept up"
    );
    for chunk in read_all(&interface) {
        assert!(chunk.device_frame >= next);
        next = chunk.device_frame + chunk.frames;
        lost += chunk.lost_before;
    }
    assert_eq!(next, interface.transport().device_frame);
    assert_eq!(interface.stats().input_lost_frames, lost);
    assert_eq!(input_lost_in_events(&interface), lost);
}

#[test]
fn what_was_captured_before_the_buffer_was_full_is_kept() {
    let interface = open(&Setup {
        capture_buffer_frames: 1_000,
        ..setup()
    });
    feed(&interface, 5_000);
    let kept = read_all(&interface);
    let frames: u64 = kept.iter().map(|chunk| chunk.frames).sum();
    assert_eq!(
        kept[0].device_frame, 0,
        "the newest are dropped, not the oldest"
    );
    assert!(frames >= 1_000, "{frames} frames were kept");
    feed(&interface, 100);
    let after = read_all(&interface);
    assert_eq!(after[0].device_frame, 5_000);
    assert_eq!(after[0].lost_before, 5_000 - frames);
    assert_eq!(
        after.iter().map(|chunk| chunk.lost_before).sum::<u64>(),
        5_000 - frames
    );
}

#[test]
fn the_first_chunk_after_an_xrun_says_so_and_nothing_counts_as_lost() {
    let interface = open(&setup());
    interface
        .schedule(&playspec(), Swap::at(0))
        .expect("it is scheduled");
    interface.set_rolling(true).expect("it rolls");
    feed(&interface, 100);
    feed_after_skip(&interface, 37, 200);
    let chunks = read_all(&interface);
    let marked: Vec<u64> = chunks
        .iter()
        .filter(|c| c.xrun)
        .map(|c| c.device_frame)
        .collect();
    assert_eq!(marked, [137]);
    let spans: Vec<_> = joined(&chunks).iter().map(|s| (s.0, s.1, s.2)).collect();
    assert_eq!(spans, [(0, 100, 0), (137, 200, 100)], "the timeline slips");
    assert!(chunks.iter().all(|chunk| chunk.lost_before == 0));
    assert_eq!(interface.stats().input_lost_frames, 0);
}

#[test]
fn a_small_buffer_takes_a_chunk_in_parts_without_losing_a_frame() {
    let interface = open(&setup());
    interface.set_rolling(true).expect("it rolls");
    feed(&interface, 300);
    for frame in 0..300 {
        let mut one = [f32::NAN];
        let chunk = interface
            .read_input(&mut one)
            .expect("it reads")
            .expect("a chunk");
        let stamp = (chunk.frames, chunk.device_frame, chunk.position, one[0]);
        assert_eq!(stamp, (1, frame, frame as i64, (frame + 1) as f32));
    }
    assert!(
        interface
            .read_input(&mut [0.0])
            .expect("it reads")
            .is_none()
    );
}

#[test]
fn parts_of_a_chunk_have_the_times_of_their_frames_to_the_nanosecond() {
    // At this rate, a frame does not last a whole number of nanoseconds.
    let mut setup = setup();
    setup.frame_rate_hz = 44_100;
    let interface = interface(&setup, 4_096).expect("an interface");
    feed(&interface, 4_096);
    for frame in 0..4_096 {
        let chunk = interface.read_input(&mut [0.0]).expect("it reads");
        let time_ns = chunk.expect("a chunk").time_ns;
        assert_eq!(time_ns, frame * 1_000_000_000 / 44_100, "{frame}");
    }
}

#[test]
fn what_belongs_together_is_fetched_at_once_however_many_periods_it_is() {
    let interface = open(&setup());
    interface.set_rolling(true).expect("it rolls");
    feed(&interface, 500);
    interface.set_position(9_000).expect("it seeks");
    feed(&interface, 100);
    feed_after_skip(&interface, 7, 50);
    feed(&interface, 2_000);
    let fetched: Vec<_> = read_all(&interface)
        .iter()
        .map(|chunk| (chunk.device_frame, chunk.frames, chunk.position))
        .collect();
    // The last of these chunks does not fit into the buffer as a whole.
    let expected = [
        (0, 500, 0),
        (500, 100, 9_000),
        (607, 1_000, 9_100),
        (1_607, 1_000, 10_100),
        (2_607, 50, 11_100),
    ];
    assert_eq!(fetched, expected);
}

#[test]
fn channels_are_interleaved_in_their_order() {
    let setup = Setup {
        inputs: 5,
        ..setup()
    };
    let interface = open(&setup);
    let input = numbered_input(5, 0, 130);
    interface
        .advance(130, Some(&input), None)
        .expect("it advances");
    let mut all: Vec<f32> = Vec::new();
    let mut buffer = [0.0; 5 * 48];
    while let Some(chunk) = interface.read_input(&mut buffer).expect("it reads") {
        all.extend_from_slice(&buffer[..5 * chunk.frames as usize]);
    }
    assert_eq!(all, input);
}

#[test]
fn waiting_for_input_gives_up_after_the_given_time() {
    let interface = open(&setup());
    let mut buffer = [0.0; 10];
    let waited = interface.wait_input(&mut buffer, Duration::from_millis(20));
    assert!(
        matches!(waited, Err(amio::Error::Timeout { .. })),
        "{waited:?}"
    );
    feed(&interface, 10);
    let chunk = interface
        .wait_input(&mut buffer, Duration::from_secs(60))
        .expect("a chunk");
    assert_eq!((chunk.frames, chunk.device_frame), (10, 0));
}

#[test]
fn an_input_clip_is_heard_from_its_first_frame_and_then_silence() {
    let interface = open(&setup());
    let clip = Clip::from_f32(48_000, 1, &numbered_input(1, 0, 90)).expect("a clip");
    interface.advance(10, None, None).expect("it advances");
    interface.set_input_clip(Some(&clip)).expect("it is set");
    interface.advance(100, None, None).expect("it advances");
    let mut all: Vec<f32> = Vec::new();
    let mut buffer = [0.0; 64];
    while let Some(chunk) = interface.read_input(&mut buffer).expect("it reads") {
        all.extend_from_slice(&buffer[..chunk.frames as usize]);
    }
    let mut expected = vec![0.0; 10];
    expected.extend(numbered_input(1, 0, 90));
    expected.extend([0.0; 10]);
    assert_eq!(all, expected);
}

#[test]
fn what_was_captured_can_be_read_after_the_interface_was_closed() {
    let interface = Interface::new(Config::new(DriverKind::Offline)).expect("it opens");
    interface.start().expect("it starts");
    interface
        .advance(2, Some(&[0.1, 0.2, 0.3, 0.4]), None)
        .expect("it runs");
    interface.close();
    let mut buffer = [0.0; 8];
    let chunk = interface.wait_input(&mut buffer, Duration::ZERO);
    assert_eq!(chunk.expect("it was captured").frames, 2);
    assert_eq!(buffer[..4], [0.1, 0.2, 0.3, 0.4]);
    let nothing = interface.wait_input(&mut buffer, Duration::MAX);
    assert!(matches!(nothing, Err(amio::Error::InvalidState(_))));
    let nothing = interface.wait_event(Duration::MAX);
    assert!(matches!(nothing, Err(amio::Error::InvalidState(_))));
}
