//! With the skip policy "catch up", the timeline follows the clock, also if the server stops or dies.

use crate::jackd::Jackd;
use crate::server::{Server, beside};
use crate::tools::{self, run_until, wait_for};
use amio::{Config, EventKind, Interface, SkipPolicy};
use std::process::Command;
use std::time::Duration;

const HZ: f64 = 48_000.0;

/// An interface that rolls and whose timeline catches up.
fn start() -> Interface {
    let interface = tools::start(Config {
        skip_policy: SkipPolicy::CatchUp,
        ..tools::config()
    });
    interface.set_rolling(true).expect("room");
    run_until(&interface, 24_000);
    interface
}

/// How many frames the position is ahead of the clock, as the average over half a second.
fn ahead(interface: &Interface) -> f64 {
    const TIMES: u32 = 50;
    let mut sum = 0.0;
    for _ in 0..TIMES {
        let transport = interface.transport();
        sum += transport.position as f64 - transport.time_ns as f64 * 1e-9 * HZ;
        std::thread::sleep(Duration::from_millis(10)); // spread over time
    }
    sum / f64::from(TIMES)
}

#[test]
fn four_restarts_of_jackd_cost_no_time() {
    beside!(Server::Jackd(1024), {
        let mut server = Jackd::of_the_script();
        let interface = start();
        let before = ahead(&interface);
        for restart in 1..=4 {
            server.signal("-KILL");
            server = server.replace();
            wait_for(&interface, Duration::from_secs(8), |event| {
                matches!(event.kind, EventKind::Reconnected { .. }).then_some(())
            });
            run_until(&interface, interface.transport().device_frame + 24_000);
            let off = ahead(&interface) - before;
            println!("after {restart} restarts: {off:+.1} frames");
            // At first, jackd's own clock is wrong by some frames, by more if it was woken late. A period would be 1024.
            assert!(off.abs() < 24.0 * f64::from(restart), "{off}");
        }
        drop(interface);
    });
}

#[test]
fn six_changes_of_pipewires_quantum_and_back_cost_no_time() {
    beside!(Server::PipeWire, {
        let interface = start();
        set_quantum(&interface, 64);
        let before = ahead(&interface);
        for _ in 0..6 {
            for quantum in [1_024, 64] {
                set_quantum(&interface, quantum);
                let off = ahead(&interface) - before;
                println!("quantum {quantum}: {off:+.1} frames");
                assert!(off.abs() <= 1.0, "{off}");
            }
        }
    });
}

fn set_quantum(interface: &Interface, frames: u32) {
    let status = Command::new("pw-metadata")
        .args(["-n", "settings", "0", "clock.force-quantum"])
        .arg(frames.to_string())
        .output()
        .expect("it is installed")
        .status;
    assert!(status.success());
    wait_for(interface, Duration::from_secs(3), |event| {
        (event.kind == EventKind::PeriodChanged { frames }).then_some(())
    });
    run_until(interface, interface.transport().device_frame + 8_192);
}

#[test]
fn seconds_in_which_jackd_is_stopped_are_skipped() {
    beside!(
        Server::Jackd(256),
        stopped_for_seconds(&Jackd::of_the_script())
    );
}

/// After a stop, the times of jackd are wrong for many seconds. Further stops during that time must be
/// counted too, also by a client that is made during that time.
fn stopped_for_seconds(server: &Jackd) {
    for stops in [2, 1] {
        let interface = start();
        let before = ahead(&interface);
        for _ in 0..stops {
            stop_for_a_second(server, &interface);
            let off = ahead(&interface) - before;
            println!("{off:+.1} frames off");
            // The precision is that of this client's wake-ups.
            assert!(off.abs() < 96.0, "{off}");
            run_until(&interface, interface.transport().device_frame + 38_400);
        }
    }
}

fn stop_for_a_second(server: &Jackd, interface: &Interface) {
    server.signal("-STOP");
    std::thread::sleep(Duration::from_secs(1)); // how long it is stopped
    server.signal("-CONT");
    let (skipped, _) = wait_for(interface, Duration::from_secs(3), |event| {
        match event.kind {
            // This client may have missed some periods, too.
            EventKind::Skipped { frames, .. } if frames > 24_000 => Some(frames),
            _ => None,
        }
    });
    assert!((46_000..60_000).contains(&skipped), "{skipped}");
}
