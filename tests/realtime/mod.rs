//! Real-time scheduling of the null driver's audio thread: granted by the system, granted or refused by rtkit.
//!
//! The driver runs in child processes: of a user who may not have real-time scheduling, with a private D-Bus, on which
//! a small rtkit of the tests answers.

mod bus;
mod child;

use bus::{Answer, Bus};
use child::{Seen, Task, as_nobody, here};
use std::os::unix::net::UnixListener;

/// SCHED_FIFO and SCHED_RR, as the kernel numbers them.
const FIFO: u32 = 1;
const ROUND_ROBIN: u32 = 2;

/// Whether this user can give real-time scheduling to others. If not, tests are skipped, loudly, and fail on CI.
fn may_grant() -> bool {
    let is_allowed = child::succeeds("chrt", &["--fifo", "99", "true"])
        && child::succeeds("setpriv", &["--reuid=65534", "true"]);
    if !is_allowed {
        let why = "root with CAP_SYS_NICE is needed";
        assert!(std::env::var_os("CI").is_none(), "{why}");
        eprintln!("\n*** SKIPPED, REAL-TIME SCHEDULING IS NOT TESTED: {why} ***\n");
    }
    is_allowed
}

#[test]
fn the_audio_thread_has_the_priority_that_was_asked_for() {
    if child::is_child() {
        return child::run();
    }
    if !may_grant() {
        return;
    }
    let test = "realtime::the_audio_thread_has_the_priority_that_was_asked_for";
    let nowhere = "unix:path=/nonexistent";
    for (asked, priority) in [(None, 10), (Some(7), 7), (Some(99), 99)] {
        let task = Task {
            priority: asked,
            ..Task::new(test, nowhere)
        };
        let seen = child::seen(here(), &task);
        assert_eq!(seen.len(), 2, "it is started twice");
        for seen in seen {
            assert_eq!(
                seen.realtime,
                format!("Some(Granted {{ priority: {priority} }})")
            );
            assert_eq!((seen.policy, seen.priority), (FIFO, priority));
            assert_eq!(seen.rttime_limit, "unlimited");
        }
    }
}

#[test]
fn another_user_is_refused_with_both_reasons() {
    if child::is_child() {
        return child::run();
    }
    if !may_grant() {
        return;
    }
    let test = "realtime::another_user_is_refused_with_both_reasons";
    let refusing = Bus::start(Answer::Refuse);
    // It takes connections, and says nothing.
    let silent = bus::folder("silent");
    let _listener = UnixListener::bind(silent.join("bus")).expect("the folder is new");
    bus::open_to_all(&silent.join("bus"));
    for (address, why) in [
        ("unix:path=/nonexistent".into(), "rtkit: "),
        (refusing.address(), "the fake refuses"),
        (bus::address_in(&silent), "rtkit: no answer in 800 ms"),
    ] {
        for seen in child::seen(as_nobody(), &Task::new(test, &address)) {
            assert!(seen.realtime.starts_with("Some(Refused"), "{seen:?}");
            assert!(
                seen.realtime.contains("Operation not permitted"),
                "{seen:?}"
            );
            assert!(seen.realtime.contains("rtprio limit"), "{seen:?}");
            assert!(seen.realtime.contains(why), "{seen:?}");
            assert_eq!((seen.policy, seen.priority), (0, 0), "{seen:?}");
        }
    }
    std::fs::remove_dir_all(&silent).expect("it is there");
}

#[test]
fn rtkit_gives_another_user_what_it_allows_and_the_process_outlives_an_overload() {
    if child::is_child() {
        return child::run();
    }
    if !may_grant() {
        return;
    }
    let test =
        "realtime::rtkit_gives_another_user_what_it_allows_and_the_process_outlives_an_overload";
    let bus = Bus::start(Answer::Grant);
    let address = bus.address();
    for (asked, priority) in [(None, 10), (Some(15), 15), (Some(70), bus::HIGHEST)] {
        let task = Task {
            priority: asked,
            ..Task::new(test, &address)
        };
        for seen in child::seen(as_nobody(), &task) {
            granted_by_rtkit(&seen, priority);
        }
    }
    let task = Task {
        overload: true,
        ..Task::new(test, &address)
    };
    for seen in child::seen(as_nobody(), &task) {
        granted_by_rtkit(&seen, 10);
    }
}

fn granted_by_rtkit(seen: &Seen, priority: u32) {
    assert_eq!(
        seen.realtime,
        format!("Some(Granted {{ priority: {priority} }})")
    );
    assert_eq!(
        (seen.policy, seen.priority),
        (ROUND_ROBIN, priority),
        "{seen:?}"
    );
    assert_eq!(seen.rttime_limit, bus::LONGEST_US.to_string(), "{seen:?}");
}
