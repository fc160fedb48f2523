//! Requests that are too large are errors, and long calls can be cancelled.

use crate::again;
use amio::{Config, DriverKind, Error, Interface};
use std::process::Command;
use std::time::{Duration, Instant};

fn offline() -> Interface {
    let interface = Interface::new(Config::new(DriverKind::Offline)).expect("an interface");
    interface.start().expect("it starts");
    interface
}

#[test]
fn closing_ends_an_advance_that_would_take_years() {
    let interface = offline();
    std::thread::scope(|scope| {
        let advancing = scope.spawn(|| interface.advance(1 << 55, None, None));
        while interface.transport().device_frame == 0 {
            std::thread::yield_now();
        }
        let began = Instant::now();
        interface.close();
        assert!(began.elapsed() < Duration::from_secs(1));
        let ended = advancing.join().expect("no panic");
        assert!(matches!(ended, Err(Error::InvalidState(_))), "{ended:?}");
    });
}

#[test]
fn no_more_frames_can_be_skipped_than_can_be_timed() {
    let interface = offline();
    let mut skips = 0;
    let refused = loop {
        match interface.skip(1 << 40) {
            Ok(()) => skips += 1,
            Err(error) => break error,
        }
        interface.advance(1, None, None).expect("it runs");
    };
    assert!(matches!(refused, Error::InvalidArgument(_)), "{refused:?}");
    assert_eq!(interface.transport().device_frame, skips * ((1 << 40) + 1));
    interface.advance(1000, None, None).expect("it runs on");
}

#[test]
fn a_ring_that_memory_cannot_hold_is_an_error() {
    let output = Command::new("sh")
        .args(["-c", "ulimit -v 4000000 && exec \"$0\" \"$@\""])
        .arg(again::program())
        .args(again::only("limits::with_little_memory"))
        .env(CHILD, "1")
        .output()
        .expect("sh runs");
    assert!(again::passed(&output.stdout), "{output:?}");
}

/// Set in the child process that has little memory.
const CHILD: &str = "AMIO_TEST_CHILD";

#[test]
#[ignore = "run with little memory by the test above"]
fn with_little_memory() {
    if std::env::var_os(CHILD).is_none() {
        return; // started by `cargo test -- --ignored`, not by the test above
    }
    let refused = Interface::new(Config {
        input_channels: 64,
        capture_buffer_frames: 1 << 26,
        ..Config::new(DriverKind::Offline)
    });
    assert!(matches!(
        refused.map(|_| ()),
        Err(Error::OutOfMemory(17_179_869_184, _))
    ));
}
