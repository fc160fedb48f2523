//! The JACK client, `amio::jack`, on jackd and on PipeWire. Each test has the number of the row of JACK-Client's
//! features that it is about.

mod blocks;
mod clients;
mod freewheel;
mod graph;
mod late;
mod latencies;
mod lent;
mod lifetimes;
mod midi;
mod midi_streams;
mod names;
mod patches;
mod process;
mod transport;
mod twice;

use amio::jack::{Client, ClientOptions, Event, Events};
use std::time::{Duration, Instant};

/// Declares a test that runs beside each of the servers.
macro_rules! on_both_servers {
    ($name:ident, $test:expr) => {
        mod $name {
            use super::*;

            #[test]
            fn jackd() {
                crate::server::beside!(crate::server::Server::Jackd(256), $test(false));
            }

            #[test]
            fn pipewire() {
                crate::server::beside!(crate::server::Server::PipeWire, $test(true));
            }
        }
    };
}
use on_both_servers;

fn open(name: &str) -> Client {
    Client::open(name, &ClientOptions::default()).expect("the server runs")
}

/// Longer than anything takes.
const LONG: Duration = Duration::from_secs(20);

/// Waits for an event that fits.
fn expect_event(events: &Events, what: &str, fits: impl Fn(&Event) -> bool) -> Event {
    let until = Instant::now() + LONG;
    let mut others = Vec::new();
    loop {
        match events.wait(until.saturating_duration_since(Instant::now())) {
            Some(event) if fits(&event) => return event,
            Some(event) => others.push(event),
            None => panic!("{what} does not come, but {others:?}"),
        }
    }
}

/// Waits until something is so that no event tells.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let until = Instant::now() + LONG;
    while !is_so() {
        assert!(Instant::now() < until, "not within {LONG:?}: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
