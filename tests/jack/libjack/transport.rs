//! The transport: state, position, clients that need time, the timebase, freewheeling.

use super::{expect_event, on_both_servers, open, until};
use amio::jack::{BarBeatTick, Client, Event, Position, TransportState};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// Activates a client, and waits for its first cycle: before, PipeWire ignores what is asked of the transport.
fn run(client: &Client) {
    client.activate().expect("the server takes it");
    until("a cycle", || {
        let times = client.cycle_times().expect("it is open");
        times.is_some_and(|times| times.frame > 0)
    });
}

on_both_servers!(
    row_05_the_transport_starts_moves_and_stops,
    |pipewire: bool| {
        let (client, observer) = (open("transport"), open("observer"));
        run(&client);
        run(&observer);
        let state = || observer.transport().expect("it is open").0;
        assert_eq!(state(), TransportState::Stopped);
        client.locate(48_000).expect("the server takes it");
        until("it is there", || {
            observer.transport().expect("it is open").1.frame == 48_000
        });
        client.start_transport().expect("it is open");
        until("it rolls", || state() == TransportState::Rolling);
        until("it gets on", || {
            observer.transport_frame().expect("it is open") > 52_800
        });
        client.stop_transport().expect("it is open");
        until("it stands", || state() == TransportState::Stopped);
        let (_, position) = client.transport().expect("it is open");
        assert_eq!((position.frame_rate_hz, position.bbt), (48_000, None));
        let bbt = BarBeatTick {
            bar: 3,
            beat: 2,
            tick: 100,
            bar_start_tick: 15_360.0,
            beats_per_bar: 4.0,
            beat_type: 4.0,
            ticks_per_beat: 1_920.0,
            beats_per_minute: 90.0,
            ..BarBeatTick::default()
        };
        let position = Position {
            frame: 96_000,
            bbt: Some(bbt),
            ..Position::default()
        };
        client.reposition(&position).expect("the server takes it");
        until("it is there", || {
            let (_, there) = observer.transport().expect("it is open");
            // PipeWire takes only the frame.
            there.frame == 96_000 && (pipewire || there.bbt == Some(bbt))
        });
    }
);

on_both_servers!(
    row_05_the_transport_waits_for_a_client_that_is_not_ready,
    |pipewire: bool| {
        let client = open("slow");
        run(&client);
        client
            .set_sync_timeout(Duration::from_secs(30))
            .expect("the server takes it");
        let (ready, asked) = (
            Arc::new(AtomicBool::new(false)),
            Arc::new(AtomicU64::new(0)),
        );
        let (is_ready, asks) = (ready.clone(), asked.clone());
        client
            .set_sync(move |_, _| {
                asks.fetch_add(1, Ordering::Relaxed);
                is_ready.load(Ordering::Relaxed)
            })
            .expect("the server takes it");
        client.start_transport().expect("it is open");
        // PipeWire of version 0.3.65 does not always wait.
        if !pipewire {
            until("it waits", || {
                client.transport().expect("it is open").0 == TransportState::Starting
                    && asked.load(Ordering::Relaxed) > 5
            });
        }
        ready.store(true, Ordering::Relaxed);
        until("it rolls", || {
            client.transport().expect("it is open").0 == TransportState::Rolling
        });
        client.clear_sync().expect("the server takes it");
        client.stop_transport().expect("it is open");
    }
);

on_both_servers!(row_05_a_timebase_gives_bars_and_beats, |pipewire: bool| {
    let (client, other) = (open("timebase"), open("other"));
    run(&client);
    run(&other);
    let position_of = |frame: u32| BarBeatTick {
        bar: (frame / 96_000 + 1) as i32,
        beat: (frame / 24_000 % 4 + 1) as i32,
        tick: (frame % 24_000) as i32,
        bar_start_tick: f64::from(frame / 96_000 * 96_000),
        beats_per_bar: 4.0,
        beat_type: 4.0,
        ticks_per_beat: 24_000.0,
        beats_per_minute: 120.0,
        ..BarBeatTick::default()
    };
    client
        .set_timebase(true, move |_, position| {
            position.bbt = Some(position_of(position.frame));
            position.frame = 0; // It cannot move the transport.
        })
        .expect("there is no other one");
    client.start_transport().expect("it is open");
    // PipeWire keeps a position as beats, makes 1,920 ticks of each, and tells that of the cycle before.
    let late = if pipewire { 256.0 / 24_000.0 } else { 0.0 };
    let is_at = |bbt: BarBeatTick, frame: u32| {
        let tick = f64::from(bbt.tick) / bbt.ticks_per_beat;
        let right = f64::from(frame % 24_000) / 24_000.0;
        let there = position_of(frame);
        (bbt.bar, bbt.beat) == (there.bar, there.beat)
            && (right - tick - late).abs() <= 1.5 / 1_920.0
            && bbt.beats_per_minute == 120.0
    };
    until("bars", || {
        let (state, there) = other.transport().expect("it is open");
        state == TransportState::Rolling
            && there.frame > 30_000
            && there.bbt.is_some_and(|bbt| is_at(bbt, there.frame))
    });
    let refused = other.set_timebase(true, |_, _| {});
    // PipeWire says so only to the one that is the timebase.
    assert!(refused.is_err() || pipewire);
    client.stop_transport().expect("it is open");
    until("it stands", || {
        client.transport().expect("it is open").0 == TransportState::Stopped
    });
    client.release_timebase().expect("it is the timebase");
    if !pipewire {
        other.set_timebase(true, |_, _| {}).expect("there is none");
        other.release_timebase().expect("it is the timebase");
    }
});

on_both_servers!(row_05_freewheeling_begins_and_ends, |_pipewire: bool| {
    let client = open("freewheel");
    let events = client.events(100_000).expect("there is memory");
    run(&client);
    client.set_freewheel(true).expect("the server takes it");
    expect_event(&events, "it begins", |event| {
        *event == Event::Freewheel { on: true }
    });
    client.set_freewheel(false).expect("the server takes it");
    expect_event(&events, "it ends", |event| {
        *event == Event::Freewheel { on: false }
    });
});

on_both_servers!(
    row_05_a_sync_handler_that_panics_counts_as_ready,
    |_pipewire: bool| {
        let client = open("panics");
        let events = client.events(0).expect("there is memory");
        run(&client);
        let handler = |_: TransportState, _: &Position| -> bool { panic!("the handler of a test") };
        client.set_sync(handler).expect("the server takes it");
        client.start_transport().expect("it is open");
        until("it rolls", || {
            client.transport().expect("it is open").0 == TransportState::Rolling
        });
        // Also where the queue is full.
        expect_event(&events, "the failure", |event| {
            *event == Event::HandlerFailed
        });
        client.clear_sync().expect("it is open");
        client.stop_transport().expect("it is open");
    }
);
