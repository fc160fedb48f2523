//! MIDI on an interface: at frames of its timeline, of the device and of the server.

use crate::server::{Server, beside};
use crate::tools::{config, run_until, start, wait_until};
use amio::{Config, Error, Interface, LateMidi, MidiMessage, MidiTime, Swap};
use std::time::Duration;

const LONG: Duration = Duration::from_secs(20);

/// How long a message takes from the output to the input of the same client: what goes out in one cycle comes in
/// with the next one.
const LOOP: i64 = 256;

/// An interface whose MIDI output is connected to its own MIDI input, without audio latency.
fn looped() -> Interface {
    let interface = start(Config {
        midi_inputs: 1,
        midi_outputs: 2,
        autoconnect: false,
        ..config()
    });
    let client = interface.jack_client().expect("the driver is jack");
    let name = interface.client_name();
    let (source, destination) = (format!("{name}:midi_out_1"), format!("{name}:midi_in_1"));
    client.connect(&source, &destination).expect("both exist");
    wait_until(vec![destination], || {
        client.connections(&source).expect("it exists")
    });
    // The connection carries from the next cycle on.
    run_until(&interface, interface.transport().device_frame + 2_048);
    interface
}

fn message(number: u32) -> [u8; 4] {
    let part = |shift: u32| (number >> shift & 127) as u8;
    [0xF0, part(14), part(7), part(0)]
}

fn number(message: &MidiMessage) -> u32 {
    let part = |at: usize| u32::from(message.bytes[at]);
    assert_eq!(message.bytes.len(), 4, "{message:?}");
    part(1) << 14 | part(2) << 7 | part(3)
}

fn next(interface: &Interface) -> MidiMessage {
    interface.wait_midi(LONG).expect("a message arrives")
}

fn on_each_server(test: impl Fn(&Interface)) {
    let interface = looped();
    test(&interface);
    let stats = interface.stats();
    assert_eq!((stats.midi_output_lost, stats.midi_input_lost), (0, 0));
}

/// Frames of the timeline at random distances, sent in another order than that of their frames.
fn timeline(interface: &Interface) {
    interface.set_rolling(true).expect("room");
    let begin = interface.position() + 24_000;
    let mut state = 1u32;
    let mut frame = begin;
    let mut frames: Vec<i64> = Vec::new();
    for _ in 0..1_000 {
        state = state.wrapping_mul(1664525).wrapping_add(1013904223);
        frame += i64::from(state >> 24) % 97;
        frames.push(frame);
    }
    let send = |at: usize| {
        let time = MidiTime::Timeline(frames[at]);
        interface
            .send_midi(0, time, &message(at as u32), LateMidi::Drop)
            .expect("there is room");
    };
    // The order of the calls counts only where the frames are equal.
    (0..1_000).step_by(2).for_each(send);
    (1..1_000).step_by(2).for_each(send);
    let mut seen = Vec::new();
    for _ in 0..1_000 {
        let message = next(interface);
        let at = number(&message);
        // Without audio latency, what is heard is what is played.
        assert_eq!(message.stamp.position, frames[at as usize] + LOOP);
        assert!(message.stamp.rolling);
        seen.push(at);
    }
    let mut expected: Vec<u32> = (0..1_000).collect();
    expected.sort_by_key(|&at| (frames[at as usize], at % 2, at));
    assert_eq!(seen, expected);
    let stats = interface.stats();
    assert_eq!((stats.midi_sent, stats.midi_received), (1_000, 1_000));
    assert_eq!(stats.midi_late, 0);
}

#[test]
fn messages_for_the_timeline_go_out_at_their_frames_on_jackd() {
    beside!(Server::Jackd(256), on_each_server(timeline));
}

#[test]
fn messages_for_the_timeline_go_out_at_their_frames_on_pipewire() {
    beside!(Server::PipeWire, on_each_server(timeline));
}

#[test]
fn messages_wait_while_the_transport_is_stopped_and_follow_seeks_and_swaps() {
    beside!(Server::Jackd(256), {
        let interface = looped();
        let send = |at, number, late| {
            interface
                .send_midi(0, MidiTime::Timeline(at), &message(number), late)
                .expect("there is room");
        };
        interface.set_position(10_000).expect("room");
        send(30_000, 3, LateMidi::Drop);
        send(12_000, 1, LateMidi::Drop);
        send(9_000, 0, LateMidi::Send); // late, and so sent at once
        send(9_500, 9, LateMidi::Drop); // late, and so never sent
        run_until(&interface, interface.transport().device_frame + 9_600);
        assert!(interface.next_midi().expect("there is an input").is_none());
        interface.set_rolling(true).expect("room");
        let first = next(&interface);
        assert_eq!((number(&first), first.stamp.position), (0, 10_000 + LOOP));
        let second = next(&interface);
        assert_eq!((number(&second), second.stamp.position), (1, 12_000 + LOOP));
        // A seek to just before the next one, then a swap in the middle of a period that jumps.
        interface.set_position(29_900).expect("room");
        let third = next(&interface);
        assert_eq!((number(&third), third.stamp.position), (3, 30_000 + LOOP));
        let jump = interface.position() + 5_001;
        let empty = amio::Playspec::new(Vec::new()).expect("an empty one");
        let mut swap = Swap::at(jump);
        swap.start_from = 100_000.into();
        send(100_000, 4, LateMidi::Drop);
        send(100_007, 5, LateMidi::Drop);
        interface.schedule(&empty, swap).expect("room");
        let (fourth, fifth) = (next(&interface), next(&interface));
        assert_eq!(
            (number(&fourth), fourth.stamp.position),
            (4, 100_000 + LOOP)
        );
        assert_eq!((number(&fifth), fifth.stamp.position), (5, 100_007 + LOOP));
        assert_eq!(fifth.stamp.device_frame - fourth.stamp.device_frame, 7);
        // The position does not return to them by itself; nothing is sent twice.
        interface.set_position(99_900).expect("room");
        run_until(&interface, interface.transport().device_frame + 9_600);
        assert!(interface.next_midi().expect("there is an input").is_none());
        assert_eq!(interface.stats().midi_late, 2);
    });
}

#[test]
fn messages_for_frames_of_the_device_and_the_server_go_out_there() {
    beside!(Server::Jackd(256), {
        let interface = looped();
        let here = interface.transport().device_frame;
        let device = MidiTime::Device(here + 20_001);
        let send = |at, number| {
            interface
                .send_midi(0, at, &message(number), LateMidi::Send)
                .expect("there is room");
        };
        send(device, 1);
        let first = next(&interface);
        assert_eq!(first.stamp.device_frame, here + 20_001 + LOOP as u64);
        let at = first.stamp.server_frame.wrapping_add(30_003);
        send(MidiTime::Server(at), 2);
        let second = next(&interface);
        assert_eq!(second.stamp.server_frame, at.wrapping_add(LOOP as u32));
        assert_eq!(second.stamp.device_frame, here + 50_004 + 2 * LOOP as u64);
        // What waits can be taken back.
        send(MidiTime::Server(at.wrapping_add(48_000)), 3);
        send(MidiTime::Device(here + 99_000), 4);
        interface.cancel_midi().expect("room");
        send(MidiTime::Device(here + 100_000), 5);
        assert_eq!(number(&next(&interface)), 5);
    });
}

#[test]
fn messages_that_nobody_fetches_are_lost_and_counted() {
    beside!(Server::Jackd(256), {
        let interface = looped();
        const SENT: u64 = 9_000;
        let begin = interface.transport().device_frame + 4_800;
        for at in 0..SENT {
            let time = MidiTime::Device(begin + at * 4);
            while let Err(Error::QueueFull { .. }) =
                interface.send_midi(0, time, &message(at as u32), LateMidi::Send)
            {
                run_until(&interface, interface.transport().device_frame + 256);
            }
        }
        run_until(&interface, begin + SENT * 4 + 2_048);
        let stats = interface.stats();
        assert_eq!(stats.midi_sent, SENT);
        assert_eq!(stats.midi_received + stats.midi_input_lost, SENT);
        for at in 0..stats.midi_received {
            assert_eq!(number(&next(&interface)), at as u32);
        }
        let after = interface.transport().device_frame + 4_800;
        interface
            .send_midi(0, MidiTime::Device(after), &message(1), LateMidi::Send)
            .expect("there is room");
        assert_eq!(next(&interface).stamp.lost_before, stats.midi_input_lost);
        assert!(stats.midi_input_lost > 0);
    });
}

#[test]
fn bad_messages_and_ports_are_refused() {
    beside!(Server::Jackd(256), {
        let interface = looped();
        let send = |port, at, bytes: &[u8]| {
            interface
                .send_midi(port, at, bytes, LateMidi::Send)
                .expect_err("it is wrong")
                .to_string()
        };
        let now = MidiTime::Timeline(0);
        for (error, expected) in [
            (
                send(2, now, &[0xF8]),
                "port is 2; the interface has MIDI outputs 0 to 1",
            ),
            (
                send(0, now, &[]),
                "the MIDI message has 0 bytes; it must have 1 to 65536",
            ),
            (
                send(0, now, &[0x7F, 1]),
                "the MIDI message begins with 127; it must begin with a status byte, 128 to 255",
            ),
            (
                send(0, MidiTime::Device(u64::MAX), &[0xF8]),
                "at is 18446744073709551615; it must be 0 to 2^62",
            ),
        ] {
            assert_eq!(error, expected);
        }
        assert!(matches!(
            start(config()).next_midi(),
            Err(Error::InvalidState(_))
        ));
    });
}

/// More at one frame than the server's buffer holds, and one that it never holds.
fn more_than_a_period_holds(interface: &Interface) {
    const SENT: u32 = 6_000;
    let at = interface.transport().device_frame + 9_600;
    let send = |number, late| {
        let at = MidiTime::Device(at);
        interface
            .send_midi(0, at, &message(number), late)
            .expect("there is room");
    };
    (0..SENT).for_each(|number| send(number, LateMidi::Send));
    // It would be the last one of the first period, which is full.
    send(SENT, LateMidi::Drop);
    let seen: Vec<u32> = (0..SENT).map(|_| number(&next(interface))).collect();
    assert_eq!(seen, (0..SENT).collect::<Vec<_>>());
    let stats = interface.stats();
    assert_eq!(stats.midi_sent, SENT.into());
    assert!(
        (100..u64::from(SENT)).contains(&stats.midi_late),
        "{stats:?}"
    );

    let too_long = vec![0xF0; 65_536];
    for number in [7, 8] {
        let here = MidiTime::Device(0);
        interface
            .send_midi(0, here, &too_long, LateMidi::Send)
            .expect("it is no longer than allowed");
        interface
            .send_midi(0, here, &message(number), LateMidi::Send)
            .expect("there is room");
        assert_eq!(next(interface).bytes, message(number));
    }
    let after = interface.stats();
    assert_eq!(after.midi_sent - stats.midi_sent, 2);
    assert_eq!((after.midi_output_lost, after.midi_input_lost), (2, 0));
}

#[test]
fn what_finds_the_server_full_goes_out_in_the_next_period_on_jackd() {
    beside!(Server::Jackd(256), more_than_a_period_holds(&looped()));
}

#[test]
fn what_finds_the_server_full_goes_out_in_the_next_period_on_pipewire() {
    beside!(Server::PipeWire, more_than_a_period_holds(&looped()));
}
