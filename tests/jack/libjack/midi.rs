//! MIDI ports.

use super::{on_both_servers, open, until};
use amio::jack::Client;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const EVENTS: u64 = 100_000;
const EVENTS_A_CYCLE: u32 = 128;

#[derive(Default)]
struct Counts {
    sent: AtomicU64,
    received: AtomicU64,
    /// At another frame, or with other bytes.
    wrong: AtomicU64,
    lost: AtomicU64,
}

/// A message that tells its number and the frame of the server's clock that it was sent for.
pub(super) fn message(number: u64, frame: u32) -> [u8; 12] {
    let mut bytes = [0; 12];
    let value = number << 32 | u64::from(frame);
    bytes[0] = 0xF0;
    for (place, byte) in bytes[1..11].iter_mut().enumerate() {
        *byte = (value >> (7 * place) & 0x7F) as u8;
    }
    bytes[11] = 0xF7;
    bytes
}

fn send(client: &Client, counts: &Arc<Counts>) {
    let (_, mut output) = client.register_midi_output("out").expect("room");
    let counts = counts.clone();
    let mut random = 1_u64;
    let handler = move |cycle: &mut amio::jack::Cycle<'_>| {
        let first = cycle.first_frame();
        let frames = cycle.frames() as u64;
        let Some(mut events) = cycle.midi_output(&mut output) else {
            return ControlFlow::Continue(());
        };
        // In this order of frames, each of them at random.
        let mut frame = 0;
        for left in (1..=EVENTS_A_CYCLE).rev() {
            let number = counts.sent.load(Ordering::Relaxed);
            if number == EVENTS {
                break;
            }
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let apart = (frames - 1 - frame) * 2 / u64::from(left);
            frame = (frame + (random >> 33) % (apart + 1)).min(frames - 1);
            let at = frame as u32;
            let bytes = message(number, first.wrapping_add(at));
            if !events.write(at, &bytes) {
                counts.lost.fetch_add(1, Ordering::Relaxed);
            }
            counts.sent.store(number + 1, Ordering::Relaxed);
        }
        ControlFlow::Continue(())
    };
    client.set_process(handler).expect("it is open");
}

fn receive(client: &Client, counts: &Arc<Counts>) {
    let (_, mut input) = client.register_midi_input("in").expect("room");
    let counts = counts.clone();
    let handler = move |cycle: &mut amio::jack::Cycle<'_>| {
        let first = cycle.first_frame();
        let events = cycle.read_midi(&mut input);
        counts
            .lost
            .fetch_add(events.lost().into(), Ordering::Relaxed);
        for event in events {
            let number = counts.received.fetch_add(1, Ordering::Relaxed);
            if event.bytes != message(number, first.wrapping_add(event.frame)) {
                counts.wrong.fetch_add(1, Ordering::Relaxed);
            }
        }
        ControlFlow::Continue(())
    };
    client.set_process(handler).expect("it is open");
}

on_both_servers!(row_11_each_event_arrives_at_its_frame, |_pipewire: bool| {
    let counts: Arc<Counts> = Arc::default();
    // None is sent before the ports are connected.
    counts.sent.store(EVENTS, Ordering::Relaxed);
    let (sender, receiver) = (open("sender"), open("receiver"));
    send(&sender, &counts);
    receive(&receiver, &counts);
    sender.activate().expect("the server takes it");
    receiver.activate().expect("the server takes it");
    until("both ports", || {
        receiver.has_port("sender:out").expect("it is open")
    });
    receiver
        .connect("sender:out", "receiver:in")
        .expect("both are there");
    until("they are connected", || {
        !receiver
            .connections("sender:out")
            .expect("it is there")
            .is_empty()
    });
    // The connection is in force some cycles after it is known.
    let cycles = sender.last_frame_time().expect("it is open");
    until("some cycles", || {
        sender
            .last_frame_time()
            .expect("it is open")
            .wrapping_sub(cycles)
            > 10 * 256
    });
    counts.sent.store(0, Ordering::Relaxed);
    until("all have arrived", || {
        let received = counts.received.load(Ordering::Relaxed);
        received + counts.lost.load(Ordering::Relaxed) >= EVENTS
    });
    let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
    println!(
        "{} sent, {} received",
        of(&counts.sent),
        of(&counts.received)
    );
    assert_eq!((of(&counts.wrong), of(&counts.lost)), (0, 0));
    assert_eq!((of(&counts.sent), of(&counts.received)), (EVENTS, EVENTS));
});

on_both_servers!(
    row_11_what_does_not_fit_is_refused_and_old_events_do_not_come_again,
    |_pipewire: bool| {
        let client = open("midi");
        let (_, mut output) = client.register_midi_output("out").expect("room");
        let (_, mut input) = client.register_midi_input("in").expect("room");
        let (sent, seen) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let (sends, sees) = (sent.clone(), seen.clone());
        let refused = Arc::new(AtomicU64::new(u64::MAX));
        let refusals = refused.clone();
        let handler = move |cycle: &mut amio::jack::Cycle<'_>| {
            sees.fetch_add(cycle.read_midi(&mut input).len() as u64, Ordering::Relaxed);
            let frames = cycle.frames() as u32;
            // Once.
            if sends.load(Ordering::Relaxed) == 1
                && let Some(mut events) = cycle.midi_output(&mut output)
            {
                let largest = events.room();
                let taken = [
                    events.write(5, &[0x90, 60, 100]),
                    events.write(4, &[0x80, 60, 0]),
                    events.write(frames, &[0x80, 60, 0]),
                    events.write(6, &[]),
                    events.reserve(7, largest + 1).is_some(),
                    events.reserve(7, (1 << 32) + 4).is_some(),
                    events.write(7, &[0x80, 60, 0]),
                ];
                let bits = taken
                    .iter()
                    .zip(0..)
                    .map(|(taken, bit)| u64::from(*taken) << bit);
                refusals.store(bits.sum(), Ordering::Relaxed);
                sends.store(2, Ordering::Relaxed);
            }
            ControlFlow::Continue(())
        };
        client.set_process(handler).expect("it is open");
        client.activate().expect("the server takes it");
        client
            .connect("midi:out", "midi:in")
            .expect("both are there");
        let wait = || {
            let cycles = client.last_frame_time().expect("it is open");
            until("some cycles", || {
                client
                    .last_frame_time()
                    .expect("it is open")
                    .wrapping_sub(cycles)
                    > 20 * 256
            });
        };
        wait();
        sent.store(1, Ordering::Relaxed);
        until("they are sent", || sent.load(Ordering::Relaxed) == 2);
        wait();
        assert_eq!(refused.load(Ordering::Relaxed), 0b100_0001);
        assert_eq!(seen.load(Ordering::Relaxed), 2);
    }
);
