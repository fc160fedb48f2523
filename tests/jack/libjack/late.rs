//! What the audio thread has to tell, and what a cycle that is late is told.

use super::process::{Heard, fill, listener};
use super::{expect_event, on_both_servers, open, until};
use amio::jack::{Client, Event};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// Many periods of 256 frames.
const LATE: Duration = Duration::from_millis(50);

/// A client that plays what its frames sound like, and is late once it is told so, in one cycle.
fn player(be_late: &Arc<AtomicBool>) -> Client {
    let client = open("player");
    let (_, mut output) = client.register_audio_output("out").expect("room");
    let be_late = be_late.clone();
    let handler = move |cycle: &mut amio::jack::Cycle<'_>| {
        if be_late.swap(false, Ordering::Relaxed) {
            let (first, times) = (cycle.first_frame(), cycle.times());
            let before = cycle.frames_since_start();
            thread::sleep(LATE); // how late it is
            let passed = cycle.frames_since_start() - before;
            assert!((2_400..48_000).contains(&passed), "{passed} frames");
            assert_eq!((cycle.first_frame(), cycle.times()), (first, times));
        }
        fill(cycle, &mut output);
        ControlFlow::Continue(())
    };
    client.set_process(handler).expect("it is open");
    client.activate().expect("the server takes it");
    client
}

on_both_servers!(
    row_06_an_xrun_is_told_and_a_late_cycle_keeps_its_times,
    |pipewire: bool| {
        let be_late = Arc::new(AtomicBool::new(false));
        let heard = Arc::new(Heard::default());
        let (player, _listener) = (player(&be_late), listener(&heard));
        player
            .connect("player:out", "listener:in")
            .expect("both are there");
        until("it is heard", || heard.right.load(Ordering::Relaxed) > 0);
        let events = player.events(1_000).expect("it is open");
        be_late.store(true, Ordering::Relaxed);
        until("it goes on", || !be_late.load(Ordering::Relaxed));
        let is_xrun = |event: &Event| matches!(event, Event::Xrun { .. });
        if !pipewire {
            expect_event(&events, "the xrun", is_xrun);
        }
        let right = heard.right.load(Ordering::Relaxed);
        until("it is heard again", || {
            heard.right.load(Ordering::Relaxed) > right + 48_000
        });
        // Nothing has failed in the handler.
        player.close().expect("it is open");
        while let Some(event) = events.next() {
            assert_ne!(event, Event::HandlerFailed);
            // PipeWire's library of version 0.3.65 does not tell of a client that was late.
            assert!(!(pipewire && is_xrun(&event)), "{event:?}");
        }
    }
);

on_both_servers!(
    row_06_a_failure_is_told_also_if_the_client_is_closed_at_once,
    |_pipewire: bool| {
        let client = open("failing");
        let events = client.events(100).expect("it is open");
        let has_run = Arc::new(AtomicBool::new(false));
        let tell = has_run.clone();
        let handler = move |_: &mut amio::jack::Cycle<'_>| {
            tell.store(true, Ordering::Relaxed);
            panic!("as the test wants it")
        };
        client.set_process(handler).expect("it is open");
        client.activate().expect("the server takes it");
        until("it has run", || has_run.load(Ordering::Relaxed));
        client.close().expect("it is open");
        let mut told = std::iter::from_fn(|| events.next());
        assert!(told.any(|event| event == Event::HandlerFailed));
    }
);
