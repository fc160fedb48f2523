//! Clients that come and go, and whose server goes at any moment.
#![allow(unsafe_code, reason = "libjack itself, to compare with")]

use super::*;
use crate::jackd::Jackd;
use crate::server::{Server, beside};
use crate::tools::wait_until;
use amio::Error;
use amio::jack::{PortFilter, PortFlags, PortType};
use std::ffi::{CStr, c_char, c_int, c_void};
use std::ops::ControlFlow;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

/// The bytes of the heap that are in use, the descriptors, and the threads.
fn held() -> (usize, usize, usize) {
    let entries = |folder| {
        std::fs::read_dir(folder)
            .expect("a folder of /proc")
            .count()
    };
    // SAFETY: takes nothing.
    let heap = unsafe { libc::mallinfo2() };
    (
        heap.uordblks + heap.hblkhd,
        entries("/proc/self/fd"),
        entries("/proc/self/task"),
    )
}

/// libjack without this library in between.
struct Bare {
    open: ClientOpen,
    close: ClientClose,
}

type ClientOpen = unsafe extern "C" fn(*const c_char, c_int, *mut c_int, ...) -> *mut c_void;
type ClientClose = unsafe extern "C" fn(*mut c_void) -> c_int;

impl Bare {
    fn load() -> Bare {
        // SAFETY: the names and types are those of jack/jack.h.
        unsafe {
            let library = libc::dlopen(c"libjack.so.0".as_ptr(), libc::RTLD_NOW);
            assert!(!library.is_null(), "it is installed");
            let symbol = |name: &CStr| {
                let symbol = libc::dlsym(library, name.as_ptr());
                assert!(!symbol.is_null(), "{name:?}");
                symbol
            };
            Bare {
                open: std::mem::transmute::<*mut c_void, ClientOpen>(symbol(c"jack_client_open")),
                close: std::mem::transmute::<*mut c_void, ClientClose>(symbol(
                    c"jack_client_close",
                )),
            }
        }
    }

    fn open_and_close(&self) {
        // SAFETY: the name is a text; the client is closed once.
        unsafe {
            let client = (self.open)(c"cycle".as_ptr(), 1, ptr::null_mut());
            assert!(!client.is_null(), "the server runs");
            assert_eq!((self.close)(client), 0);
        }
    }
}

fn open_and_close() {
    drop(open("cycle"));
}

/// What a round takes for good, in bytes of the heap, besides what the first rounds take. The C library keeps some freed
/// memory for each thread, and counts it as held. So this is the least of three times as many rounds: what is lost
/// is lost in each of them.
fn growth(rounds: usize, round: impl Fn()) -> f64 {
    for _ in 0..20 {
        round();
    }
    let mut before = held();
    let growths = [(); 3].map(|()| {
        for _ in 0..rounds / 3 {
            round();
        }
        let after = held();
        assert_eq!(
            (after.1, after.2),
            (before.1, before.2),
            "descriptors and threads"
        );
        let grown = after.0 as f64 - before.0 as f64;
        before = after;
        grown / (rounds / 3) as f64
    });
    growths.into_iter().fold(f64::INFINITY, f64::min)
}

fn compare(rounds: usize) {
    let bare = Bare::load();
    let libjack = growth(rounds.min(500), || bare.open_and_close());
    let ours = growth(rounds, open_and_close);
    println!("{rounds} clients: {ours:.1} bytes of the heap each, libjack alone {libjack:.1}");
    // Below one allocation for each client.
    assert!(ours < libjack + 8.0, "{ours} and {libjack} bytes");
}

on_both_servers!(clients_that_come_and_go_leave_nothing_behind, |_| compare(
    60
));

#[test]
#[ignore = "it takes minutes"]
fn ten_thousand_clients_leave_nothing_behind() {
    beside!(Server::Jackd(256), compare(10_000));
}

on_both_servers!(clients_and_their_ports_are_dropped_in_any_order, |_| {
    let mut random = Random(7);
    for _ in 0..20 {
        let mut clients: Vec<Option<Client>> = (0..3).map(|_| Some(open("order"))).collect();
        let mut kept: Vec<Box<dyn std::any::Any>> = Vec::new();
        for client in clients.iter().flatten() {
            let (port, output) = client.register_audio_output("out").expect("room");
            let (midi, input) = client.register_midi_input("in").expect("room");
            let events = client.events(10).expect("memory");
            client
                .set_process(move |_| {
                    let _ = &output;
                    ControlFlow::Continue(())
                })
                .expect("it is open");
            client.activate().expect("the server takes it");
            kept.extend::<[Box<dyn std::any::Any>; 4]>([
                Box::new(port),
                Box::new(midi),
                Box::new(input),
                Box::new(events),
            ]);
        }
        while !kept.is_empty() || clients.iter().any(Option::is_some) {
            match random.below(2) {
                0 if !kept.is_empty() => drop(kept.swap_remove(random.below(kept.len()))),
                _ => drop(clients[random.below(3)].take()),
            }
        }
    }
});

on_both_servers!(handlers_are_set_from_several_threads_at_once, |_| {
    let client = open("setters");
    client.activate().expect("the server takes it");
    let calls = Arc::new(AtomicU64::new(0));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for round in 0..50 {
                    let calls = calls.clone();
                    let handler = move |_: &mut amio::jack::Cycle<'_>| {
                        calls.fetch_add(1, Ordering::Relaxed);
                        ControlFlow::Continue(())
                    };
                    client.set_process(handler).expect("it is open");
                    client.set_sync(|_, _| true).expect("the server takes it");
                    if round % 5 == 0 {
                        client.clear_sync().expect("it is open");
                        client.clear_process().expect("it is open");
                    }
                }
            });
        }
    });
    let (last, counted) = (calls.clone(), calls.load(Ordering::Relaxed));
    client
        .set_process(move |_| {
            last.fetch_add(1, Ordering::Relaxed);
            ControlFlow::Continue(())
        })
        .expect("it is open");
    until("the last handler runs", || {
        calls.load(Ordering::Relaxed) > counted
    });
});

/// xorshift: the same numbers in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}

/// Uses a client in all ways until it is closed or its server is gone. Errors must be documented ones.
fn use_everything(client: &Client, number: u64, stop: &AtomicBool) {
    let mut random = Random(number * 77 + 1);
    let allowed = |error: Error| {
        let documented = matches!(
            error,
            Error::InvalidState(_)
                | Error::InvalidArgument(_)
                | Error::Driver { .. }
                | Error::NoServer { .. }
        );
        assert!(documented, "{error:?}");
    };
    while !stop.load(Ordering::Relaxed) {
        let all = PortFilter::default();
        let done = match random.below(9) {
            0 => client
                .register("", &PortType::AUDIO, PortFlags::OUTPUT)
                .err(),
            1 => client
                .register_audio_output(&format!("{}", random.below(1000)))
                .and_then(|(port, _)| port.unregister())
                .err(),
            2 => client.find_ports(&all).err(),
            3 => client
                .connect("system:capture_1", "system:playback_1")
                .err(),
            4 => client
                .disconnect("system:capture_1", "system:playback_1")
                .err(),
            5 => client.locate(random.below(1000) as u32).err(),
            6 => client.name().err(),
            7 => client.uuid().err(),
            _ => client.set_process(|_| ControlFlow::Continue(())).err(),
        };
        done.into_iter().for_each(allowed);
    }
}

#[test]
fn a_server_that_is_killed_at_any_moment_gives_errors_and_no_crash() {
    beside!(Server::Jackd(256), {
        let mut server = Jackd::of_the_script();
        let mut random = Random(3);
        for round in 0..8 {
            wait_until(true, || {
                Client::open("first", &ClientOptions::default()).is_ok()
            });
            let client = open("victim");
            let events = client.events(10_000).expect("memory");
            client.activate().expect("the server takes it");
            let stop = AtomicBool::new(false);
            thread::scope(|scope| {
                for number in 0..3 {
                    let (client, stop) = (&client, &stop);
                    scope.spawn(move || use_everything(client, round * 3 + number, stop));
                }
                scope.spawn(|| {
                    while !stop.load(Ordering::Relaxed) {
                        // It may be killed in the middle.
                        drop(Client::open("passer-by", &ClientOptions::default()));
                    }
                });
                thread::sleep(Duration::from_millis(random.below(60) as u64));
                server.signal("-KILL");
                expect_event(&events, "the end", |event| {
                    matches!(event, Event::Shutdown { .. })
                });
                stop.store(true, Ordering::Relaxed);
            });
            drop(client);
            server = server.replace();
        }
    });
}
