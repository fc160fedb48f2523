//! Several interfaces of one process on one server, opened and closed at random.

use crate::peer::Peer;
use crate::server::{Server, beside};
use crate::toolchain::{self, Linkage, build};
use crate::tools::{self, ports_of, wait_until};
use amio::{Config, Error, Interface};
use std::process::Command;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// The environment variable that sets for how many seconds the test runs; default 5.
const SECONDS: &str = "AMIO_TEST_SECONDS";

const INTERFACES: usize = 8;
const THREADS: u64 = 4;

#[test]
fn eight_interfaces_used_at_random_by_four_threads_neither_hang_nor_time_out() {
    beside!(Server::Jackd(64), {
        let seconds = std::env::var(SECONDS).map_or(5, |text| text.parse().expect("a number"));
        let deadline = Instant::now() + Duration::from_secs(seconds);
        let slots: [Mutex<Option<Interface>>; INTERFACES] = Default::default();
        let made: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS)
                .map(|number| {
                    let slots = &slots;
                    scope.spawn(move || use_at_random(slots, number, deadline))
                })
                .collect();
            let made = threads.into_iter().map(|thread| thread.join());
            made.map(|made| made.expect("no call failed")).sum()
        });
        println!("{made} interfaces made in {seconds} s");
        assert!(made > INTERFACES);
        drop(slots);
        for index in 0..INTERFACES {
            wait_until(Vec::<String>::new(), || ports_of(&name(index)));
        }
    });
}

#[test]
fn children_of_fork_use_clients_of_their_own_while_the_parent_opens_and_closes_others() {
    let program = build("ffi-tests/children.c", "c11", Linkage::Shared);
    beside!(Server::Jackd(256), {
        toolchain::succeed(Command::new(program).arg("jack"));
    });
}

fn name(index: usize) -> String {
    format!("random-{index}")
}

/// Makes, uses and closes interfaces at random until the deadline; returns how many it made.
fn use_at_random(slots: &[Mutex<Option<Interface>>], number: u64, deadline: Instant) -> usize {
    let mut random = number + 1;
    let mut next = |below: u64| {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (random >> 33) % below
    };
    let mut made = 0;
    while Instant::now() < deadline {
        let index = next(INTERFACES as u64) as usize;
        let mut slot = slots[index].lock().expect("no thread panicked");
        match (slot.take(), next(4)) {
            (None, _) => {
                let config = Config {
                    client_name: name(index),
                    ..tools::config()
                };
                *slot = Some(Interface::new(config).expect("the server runs"));
                made += 1;
            }
            (Some(interface), 0) => drop(interface),
            (Some(interface), 1) => {
                interface.close();
                *slot = Some(interface);
            }
            (Some(interface), action) => {
                let called = match action {
                    2 => interface.start(),
                    _ => interface.stop(),
                };
                // It may be running already, or closed.
                if let Err(error) = called {
                    assert!(matches!(error, Error::InvalidState(_)), "{error}");
                }
                *slot = Some(interface);
            }
        }
    }
    made
}

#[test]
fn a_client_that_is_slow_to_compute_its_latencies_does_not_keep_others_from_starting() {
    beside!(Server::Jackd(256), {
        let mut slow = Peer::start("slow");
        slow.be_slow(700);
        let interface = tools::start(tools::config());
        tools::run_until(&interface, 1_024);
    });
}

#[test]
fn calls_of_a_client_that_hangs_end_in_time_while_another_one_runs() {
    beside!(Server::Jackd(256), {
        let runs = tools::start(tools::config());
        let hangs = Interface::new(tools::config()).expect("the server runs");
        let mut slow = Peer::start("slow");
        // Longer than the limits of all calls below.
        slow.be_slow(30_000);
        std::thread::scope(|scope| {
            let began = Instant::now();
            let starting = scope.spawn(|| hangs.start());
            slow.wait_until_asked();
            let asking = Instant::now();
            hangs.stats();
            let stats_took = asking.elapsed();
            println!("stats: after {stats_took:?}");
            let stopping = Instant::now();
            let stopped = runs.stop();
            let stop_took = stopping.elapsed();
            println!("stop: {stopped:?} after {stop_took:?}");
            let started = starting.join().expect("no panic");
            let start_took = began.elapsed();
            println!("start: {started:?} after {start_took:?}");
            assert!(stats_took < Duration::from_millis(300));
            assert!(stop_took < Duration::from_millis(1_200));
            assert!(matches!(started, Err(Error::Timeout { .. })));
            assert!(start_took < Duration::from_millis(5_500));
        });
        slow.kill();
    });
}
