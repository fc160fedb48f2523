//! The thread that looks after a running interface: it pumps, watches that periods run, and
//! reconnects when the server or device is gone.
//!
//! The audio thread makes no system calls, so it cannot wake anybody. While an interface runs,
//! this thread wakes by itself, about once a period, and signals the threads that wait for events or
//! input. While nothing is expected of the engine it wakes less often, and while no interface runs
//! it sleeps until a notice comes.

use super::core::{Core, State};
use super::events::EventKind;
use super::expectation::{awaits_reports, quiet_periods};
use super::inbox::LONGEST_SLEEP;
use super::lifecycle::Lifecycle;
use super::reconnect::{Attempt, fail_of_rate};
use crate::driver::Notice;
use crate::error::{Error, Result};
use crate::sys;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often it looks while the interface runs: once a period, within these bounds.
const TICK: std::ops::RangeInclusive<Duration> =
    Duration::from_millis(1)..=Duration::from_millis(4);
/// For longer periods that come one at a time: how long after the next period is due it wakes, and the longest
/// sleep until then.
const AFTER_PERIOD: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(100));
/// How long without a period counts as stalled, at least; see [`stall_after`].
const STALL: Duration = Duration::from_millis(200);

/// Starts the supervisor. Its thread ends when the inbox is closed.
///
/// # Errors
/// [`Error::System`].
pub(super) fn spawn(lifecycle: &Arc<Lifecycle>) -> Result<JoinHandle<()>> {
    let lifecycle = lifecycle.clone();
    sys::spawn("amio-supervisor", move || Watch::default().run(&lifecycle))
}

/// What the supervisor knows.
#[derive(Default)]
struct Watch {
    /// How many periods had run when it last looked.
    periods: u64,
    /// When that number last changed, or the interface began to run; `None` while it does not.
    progressed: Option<Instant>,
    stalled: bool,
    /// Whether periods come faster than real time.
    freewheels: bool,
    attempt: Option<Attempt>,
}

impl Watch {
    fn run(mut self, lifecycle: &Lifecycle) {
        let Lifecycle { core, exchange, .. } = lifecycle;
        let mut tick = None;
        while let Some(notices) = core.inbox.wait(tick) {
            // Asked before the pump: a report that comes just after the pump must not wait for the end of a long
            // sleep. After a notice of the driver, the engine may report something, too.
            let looks_soon = !notices.is_empty() || awaits_reports(core, exchange);
            for notice in notices {
                self.take(lifecycle, notice);
            }
            exchange.pump();
            let state = core.state();
            if state != State::Running {
                self.progressed = None;
                self.stalled = false;
                self.freewheels = false;
            }
            if state != State::Lost {
                // The program stopped it while it was lost: no other client is wanted.
                self.attempt = None;
            }
            tick = match state {
                State::Running => {
                    let periods = self.watch_progress(lifecycle);
                    let quiet = match looks_soon || self.freewheels {
                        true => 0,
                        false => core
                            .inbox
                            .begin_long_sleep(|| quiet_periods(core, exchange)),
                    };
                    Some(tick_of(core, periods, quiet))
                }
                State::Lost => {
                    self.reconnect(lifecycle);
                    Some(*TICK.end())
                }
                State::Stopped | State::Failed | State::Closed => None,
            };
        }
    }

    fn take(&mut self, lifecycle: &Lifecycle, notice: Notice) {
        match notice {
            Notice::Lost { reason } => self.lose(lifecycle, reason),
            Notice::Xrun => {
                lifecycle.server_xruns.fetch_add(1, Ordering::Relaxed);
                lifecycle.core.event(EventKind::Xrun);
            }
            Notice::Period { frames } => {
                lifecycle.core.info.lock().period_frames = frames;
                lifecycle.core.event(EventKind::PeriodChanged { frames });
            }
            Notice::Rate { hz } if hz == lifecycle.core.rate.hz() => {}
            Notice::Rate { hz } => fail_of_rate(lifecycle, hz),
            Notice::Latency(latency) => {
                let before = std::mem::replace(&mut lifecycle.core.info.lock().latency, latency);
                if before != latency {
                    lifecycle.core.event(EventKind::LatencyChanged(latency));
                }
            }
            Notice::Freewheel { on } => {
                self.freewheels = on;
                lifecycle.core.event(EventKind::Freewheel { on });
            }
            Notice::Log(line) => lifecycle.core.event(EventKind::Log(line)),
        }
    }

    fn lose(&mut self, lifecycle: &Lifecycle, reason: String) {
        if lifecycle.core.state() == State::Lost
            && let Some(attempt) = self.attempt.take()
        {
            // The server came back and died again before the driver was in use.
            let driver = lifecycle.core.config.driver.name();
            let message = reason;
            let error = Error::Driver { driver, message };
            self.attempt = Some(attempt.again(lifecycle, &error));
            return;
        }
        let mut in_use = lifecycle.driver.lock();
        if let Some(worker) = in_use.worker.take() {
            in_use.keep_resume(&worker);
            // Dropping the worker closes the dead client on its own thread.
        }
        // What the engine has reported before becomes events first. Nothing more is reported after this.
        if let Err(error) = lifecycle.core.lease() {
            lifecycle.core.event(EventKind::Log(error.to_string()));
        }
        lifecycle.exchange.pump();
        if lifecycle.core.state() == State::Running {
            lifecycle.core.set_state(State::Lost);
            self.attempt = Some(Attempt::first());
        }
        drop(in_use);
        lifecycle.core.event(EventKind::Lost { reason });
    }

    /// How many periods have run since the last call.
    fn watch_progress(&mut self, lifecycle: &Lifecycle) -> u64 {
        let periods = lifecycle
            .core
            .shared
            .counters
            .periods
            .load(Ordering::Relaxed);
        let silence = self.progressed.get_or_insert_with(Instant::now).elapsed();
        let silent_ms = silence.as_millis() as u64;
        let ran = periods.wrapping_sub(self.periods);
        if ran > 0 {
            self.periods = periods;
            self.progressed = Some(Instant::now());
            if std::mem::take(&mut self.stalled) {
                lifecycle.core.event(EventKind::Resumed { silent_ms });
            }
        } else if !self.stalled && silence > stall_after(&lifecycle.core) {
            self.stalled = true;
            lifecycle.core.event(EventKind::Stalled { silent_ms });
        }
        ran
    }

    fn reconnect(&mut self, lifecycle: &Lifecycle) {
        let attempt = self.attempt.take();
        self.attempt = attempt.and_then(|attempt| attempt.next(lifecycle));
    }
}

/// How long the supervisor sleeps. `ran`: how many periods have run since the last look. `quiet`: for how many
/// of the next periods nobody waits for a report or for input.
fn tick_of(core: &Core, ran: u64, quiet: u64) -> Duration {
    let frames = core.period_frames();
    let period = core.rate.duration(frames.into());
    let due = core.shared.snapshot.read().time_ns;
    let until_due = Duration::from_nanos(due.saturating_sub(sys::now_ns()));
    // Several periods come in a row, so there is no use in waking just after the next one.
    let tick = match period <= *TICK.end() || ran > 1 || until_due.is_zero() {
        true => period.clamp(*TICK.start(), *TICK.end()),
        false => (until_due + AFTER_PERIOD.0).min(AFTER_PERIOD.1),
    };
    let quiet = quiet.min(u64::from(u32::MAX)) as u32;
    (tick + period.saturating_mul(quiet)).min(tick.max(LONGEST_SLEEP))
}

fn stall_after(core: &Core) -> Duration {
    let frames = core.period_frames();
    let periods = core.rate.duration(8 * u64::from(frames));
    periods.max(STALL)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::answer::answer;
    use crate::control::worker::Worker;
    use crate::control::{Config, Interface};
    use crate::driver::{DriverKind, Resume};
    use std::sync::mpsc;

    /// Without a supervisor of its own.
    fn interface() -> Interface {
        Interface::new(Config::new(DriverKind::Offline)).expect("an interface")
    }

    #[test]
    fn a_server_that_dies_while_it_is_taken_into_use_is_opened_again() {
        let interface = interface();
        let lifecycle = &*interface.parts().lifecycle;
        lifecycle.core.set_state(State::Lost);
        let (opened, result) = answer();
        opened.give(Ok(()));
        let lease = lifecycle.core.lease().expect("nobody is inside");
        let worker = Worker::apart().expect("a thread");
        let mut watch = Watch {
            attempt: Some(Attempt::opening(worker, lease, result)),
            ..Watch::default()
        };
        let reason = "the server died".to_owned();
        watch.take(lifecycle, Notice::Lost { reason });
        watch.reconnect(lifecycle);
        assert_eq!(lifecycle.core.state(), State::Lost);
        assert!(watch.attempt.is_some(), "nobody opens it again");
    }

    #[test]
    fn connections_that_are_known_are_kept_where_those_of_the_lost_driver_cannot_be_read() {
        let interface = interface();
        let lifecycle = &*interface.parts().lifecycle;
        let known = vec![("output_l".to_owned(), "system:playback_1".to_owned())];
        let hangs = Worker::apart().expect("a thread");
        let (release, released) = mpsc::channel::<()>();
        // Until the test ends.
        drop(hangs.begin(move |_| released.recv()));
        {
            let mut in_use = lifecycle.driver.lock();
            in_use.resume = Some(Resume::new(known.clone()));
            in_use.worker = Some(hangs);
            lifecycle.core.set_state(State::Running);
        }
        let reason = "the server died".to_owned();
        Watch::default().take(lifecycle, Notice::Lost { reason });
        assert_eq!(lifecycle.core.state(), State::Lost);
        let in_use = lifecycle.driver.lock();
        let kept = in_use
            .resume
            .as_ref()
            .and_then(Resume::get::<Vec<(String, String)>>);
        assert_eq!(kept, Some(&known));
        drop(release);
    }

    #[test]
    fn an_attempt_that_finds_the_interface_started_again_leaves_its_lease_alone() {
        let interface = interface();
        let lifecycle = &*interface.parts().lifecycle;
        interface.start().expect("it starts");
        let mut watch = Watch {
            attempt: Some(Attempt::first()),
            ..Watch::default()
        };
        watch.reconnect(lifecycle);
        interface.advance(1, None, None).expect("it runs");
        assert_eq!(interface.stats().periods, 1);
    }

    #[test]
    fn whoever_changes_what_is_expected_ends_a_long_sleep() {
        let interface = interface();
        let lifecycle = &*interface.parts().lifecycle;
        let inbox = &lifecycle.core.inbox;
        interface.start().expect("it starts");
        let ends_sleep = |change: &dyn Fn()| {
            assert!(inbox.begin_long_sleep(|| 1) > 0);
            change();
            let begun = Instant::now();
            inbox.wait(Some(Duration::from_secs(60)));
            assert!(begun.elapsed() < Duration::from_secs(30));
            assert!(!inbox.sleeps_long());
        };
        ends_sleep(&|| interface.set_rolling(true).expect("it is asked"));
        interface.advance(1, None, None).expect("it runs");
        ends_sleep(&|| {
            assert!(
                interface
                    .read_input(&mut [0.0; 2])
                    .expect("it reads")
                    .is_some()
            );
        });
        assert_eq!(
            inbox.begin_long_sleep(|| quiet_periods(&lifecycle.core, &lifecycle.exchange)),
            0
        );
        inbox.end_long_sleep();
        assert!(!inbox.is_woken(), "it did not sleep for long");
    }

    #[test]
    fn a_pause_before_the_start_is_no_stall() {
        let interface = interface();
        let mut watch = Watch::default();
        std::thread::sleep(STALL + Duration::from_millis(10));
        watch.watch_progress(&interface.parts().lifecycle);
        assert!(!watch.stalled);
        std::thread::sleep(STALL + Duration::from_millis(10));
        watch.watch_progress(&interface.parts().lifecycle);
        assert!(watch.stalled);
    }
}
