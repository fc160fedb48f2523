//! The thread that looks after a running interface: it pumps, watches that periods run, and
//! reconnects when the server or device is gone.
//!
//! The audio thread makes no system calls, so it cannot wake anybody. While an interface runs,
//! this thread wakes by itself, about once a period, and signals whoever waits for events or
//! input. While nothing is expected of the engine it wakes less often, and while no interface runs
//! it sleeps until a notice comes.

use super::events::EventKind;
use super::expectation::DOZE;
use super::interface::{Inner, State};
use super::reconnect::{Attempt, fail_of_rate};
use crate::driver::{Notice, Notify};
use crate::error::{Error, Result};
use crate::lock::{Condvar, Mutex};
use crate::sys;
use std::sync::atomic::{AtomicBool, Ordering, fence};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often it looks while the interface runs: once a period, within these bounds.
const TICK: std::ops::RangeInclusive<Duration> =
    Duration::from_millis(1)..=Duration::from_millis(4);
/// Where periods are longer, and come one by one: how long after the next one was due, and how long it
/// sleeps at most until then.
const AFTER_PERIOD: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(100));
/// How long without a period counts as stalled, at least; see [`stall_after`].
const STALL: Duration = Duration::from_millis(200);

/// Where drivers leave their notices.
pub(super) struct Inbox {
    queue: Mutex<Queue>,
    arrived: Condvar,
    /// Whether the supervisor sleeps for longer than a period.
    dozes: AtomicBool,
}

#[derive(Default)]
struct Queue {
    notices: Vec<Notice>,
    /// Number of the driver whose notices count; those of earlier ones are dropped.
    driver: u64,
    woken: bool,
    closed: bool,
}

impl Inbox {
    pub fn new() -> Arc<Inbox> {
        Arc::new(Inbox {
            queue: Mutex::default(),
            arrived: Condvar::new(),
            dozes: AtomicBool::new(false),
        })
    }

    /// For the next driver; notices of the previous one no longer count.
    pub fn notify(self: &Arc<Inbox>) -> Notify {
        let driver = {
            let mut queue = self.queue.lock();
            queue.driver += 1;
            queue.driver
        };
        let inbox = self.clone();
        Arc::new(move |notice| {
            let mut queue = inbox.queue.lock();
            if queue.driver == driver {
                queue.notices.push(notice);
                inbox.arrived.notify_one();
            }
        })
    }

    /// Makes the supervisor look around.
    pub fn wake(&self) {
        self.queue.lock().woken = true;
        self.arrived.notify_one();
    }

    /// Ends a long sleep of the supervisor. For whoever has just changed what
    /// [`Inner::quiet_periods`] looks at.
    pub fn rouse(&self) {
        // Together with the fence in `doze`: either the supervisor sees what was done, or this call sees
        // that the supervisor dozes.
        fence(Ordering::SeqCst);
        if self.dozes.swap(false, Ordering::Relaxed) {
            self.wake();
        }
    }

    /// Announces a long sleep. Returns by how many periods the next sleep may be longer than usual.
    fn doze(&self, quiet_periods: impl FnOnce() -> u64) -> u64 {
        self.dozes.store(true, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        let periods = quiet_periods();
        self.dozes.store(periods > 0, Ordering::Relaxed);
        periods
    }

    pub fn close(&self) {
        self.queue.lock().closed = true;
        self.arrived.notify_one();
    }

    /// Waits for notices, or for `tick`; `None` once closed.
    fn wait(&self, tick: Option<Duration>) -> Option<Vec<Notice>> {
        let mut queue = self.queue.lock();
        let deadline = tick.map(|tick| Instant::now() + tick);
        while queue.notices.is_empty() && !queue.woken && !queue.closed {
            let is_over;
            (queue, is_over) = match deadline {
                Some(at) => self.arrived.wait_until(queue, at),
                None => (self.arrived.wait(queue), false),
            };
            if is_over {
                break;
            }
        }
        queue.woken = false;
        self.dozes.store(false, Ordering::Relaxed);
        (!queue.closed).then(|| std::mem::take(&mut queue.notices))
    }
}

pub(super) struct Supervisor(JoinHandle<()>);

impl Supervisor {
    pub fn spawn(inner: &Arc<Inner>) -> Result<Supervisor> {
        let inbox = inner.inbox.clone();
        let inner = Arc::downgrade(inner);
        let run = move || Watch::default().run(&inbox, &inner);
        sys::spawn("amio-supervisor", run).map(Supervisor)
    }

    /// Returns when the thread has ended; at once if called on it (when it held the last handle).
    pub fn join(self) {
        if !sys::is_own(&self.0) {
            // A panic there has been printed; the interface is closing anyway.
            drop(self.0.join());
        }
    }
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
    fn run(mut self, inbox: &Inbox, inner: &Weak<Inner>) {
        let mut tick = None;
        while let Some(notices) = inbox.wait(tick) {
            let Some(inner) = inner.upgrade() else {
                return;
            };
            // Asked before the pump: a report that comes just after the pump must not wait for a long
            // sleep. After a notice of the driver, the engine may have something to report, too.
            let awaits_reports = !notices.is_empty() || inner.awaits_reports();
            for notice in notices {
                self.take(&inner, notice);
            }
            inner.pump();
            let state = inner.state();
            if state != State::Running {
                self.progressed = None;
                self.stalled = false;
                self.freewheels = false;
            }
            if state != State::Lost {
                // Whoever stopped it while it was lost wants no other client.
                self.attempt = None;
            }
            tick = match state {
                State::Running => {
                    let periods = self.watch_progress(&inner);
                    let quiet = match awaits_reports || self.freewheels {
                        true => 0,
                        false => inbox.doze(|| inner.quiet_periods()),
                    };
                    Some(tick_of(&inner, periods, quiet))
                }
                State::Lost => {
                    self.reconnect(&inner);
                    Some(*TICK.end())
                }
                State::Stopped | State::Failed | State::Closed => None,
            };
        }
    }

    fn take(&mut self, inner: &Inner, notice: Notice) {
        match notice {
            Notice::Lost { reason } => self.lose(inner, reason),
            Notice::Xrun => {
                inner.server_xruns.fetch_add(1, Ordering::Relaxed);
                inner.event(EventKind::Xrun);
            }
            Notice::Period { frames } => {
                inner.info.lock().period_frames = frames;
                inner.event(EventKind::PeriodChanged { frames });
            }
            Notice::Rate { hz } if hz == inner.frame_rate_hz => {}
            Notice::Rate { hz } => fail_of_rate(inner, hz),
            Notice::Latency(latency) => {
                let before = std::mem::replace(&mut inner.info.lock().latency, latency);
                if before != latency {
                    inner.event(EventKind::LatencyChanged(latency));
                }
            }
            Notice::Freewheel { on } => {
                self.freewheels = on;
                inner.event(EventKind::Freewheel { on });
            }
            Notice::Log(line) => inner.event(EventKind::Log(line)),
        }
    }

    fn lose(&mut self, inner: &Inner, reason: String) {
        if inner.state() == State::Lost
            && let Some(attempt) = self.attempt.take()
        {
            // It came back and went again before it was taken into use.
            let driver = inner.config.driver.name();
            let message = reason;
            let error = Error::Driver { driver, message };
            self.attempt = Some(attempt.again(inner, &error));
            return;
        }
        let mut life = inner.life.lock();
        if let Some(worker) = life.worker.take() {
            life.remember_connections(&worker);
            // Dropping the worker closes the dead client on its own thread.
        }
        // All that the engine reported before comes before, and nothing more comes.
        if let Err(error) = inner.lease() {
            inner.event(EventKind::Log(error.to_string()));
        }
        inner.pump();
        if inner.state() == State::Running {
            inner.set_state(&mut life, State::Lost);
            self.attempt = Some(Attempt::first());
        }
        drop(life);
        inner.event(EventKind::Lost { reason });
    }

    /// Tells how many periods have run since it was asked last.
    fn watch_progress(&mut self, inner: &Inner) -> u64 {
        let periods = inner.shared.counters.periods.load(Ordering::Relaxed);
        let silence = self.progressed.get_or_insert_with(Instant::now).elapsed();
        let silent_ms = silence.as_millis() as u64;
        let ran = periods.wrapping_sub(self.periods);
        if ran > 0 {
            self.periods = periods;
            self.progressed = Some(Instant::now());
            if std::mem::take(&mut self.stalled) {
                inner.event(EventKind::Resumed { silent_ms });
            }
        } else if !self.stalled && silence > stall_after(inner) {
            self.stalled = true;
            inner.event(EventKind::Stalled { silent_ms });
        }
        ran
    }

    fn reconnect(&mut self, inner: &Inner) {
        let attempt = self.attempt.take();
        self.attempt = attempt.and_then(|attempt| attempt.next(inner));
    }
}

/// How long the supervisor sleeps. `ran`: how many periods have run since it looked last. `quiet`: for how many
/// of the next periods nobody waits for news.
fn tick_of(inner: &Inner, ran: u64, quiet: u64) -> Duration {
    let frames = inner.info.lock().period_frames;
    let period = Duration::from_secs_f64(f64::from(frames) / f64::from(inner.frame_rate_hz));
    let due = inner.shared.snapshot.read().time_ns;
    let until_due = Duration::from_nanos(due.saturating_sub(sys::now_ns()));
    // Several have run, so nothing is to be gained by waking just after the next one.
    let tick = match period <= *TICK.end() || ran > 1 || until_due.is_zero() {
        true => period.clamp(*TICK.start(), *TICK.end()),
        false => (until_due + AFTER_PERIOD.0).min(AFTER_PERIOD.1),
    };
    let quiet = quiet.min(u64::from(u32::MAX)) as u32;
    (tick + period.saturating_mul(quiet)).min(tick.max(DOZE))
}

fn stall_after(inner: &Inner) -> Duration {
    let frames = inner.info.lock().period_frames;
    let periods = Duration::from_secs_f64(8.0 * f64::from(frames) / f64::from(inner.frame_rate_hz));
    periods.max(STALL)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::answer::answer;
    use crate::control::worker::Worker;
    use crate::control::{Config, Interface};
    use crate::driver::DriverKind;
    use std::sync::mpsc;

    /// Without a supervisor of its own.
    fn interface() -> Interface {
        Interface::new(Config::new(DriverKind::Offline)).expect("an interface")
    }

    #[test]
    fn a_server_that_dies_while_it_is_taken_into_use_is_opened_again() {
        let interface = interface();
        let inner = interface.inner();
        inner.set_state(&mut inner.life.lock(), State::Lost);
        let (opened, result) = answer();
        opened.give(Ok(()));
        let lease = inner.lease().expect("nobody is inside");
        let worker = Worker::apart().expect("a thread");
        let mut watch = Watch {
            attempt: Some(Attempt::opening(worker, lease, result)),
            ..Watch::default()
        };
        let reason = "the server died".to_owned();
        watch.take(inner, Notice::Lost { reason });
        watch.reconnect(inner);
        assert_eq!(inner.state(), State::Lost);
        assert!(watch.attempt.is_some(), "nobody opens it again");
    }

    #[test]
    fn connections_that_are_known_are_kept_where_those_of_the_lost_driver_cannot_be_read() {
        let interface = interface();
        let inner = interface.inner();
        let known = vec![("output_l".to_owned(), "system:playback_1".to_owned())];
        let hangs = Worker::apart().expect("a thread");
        let (release, released) = mpsc::channel::<()>();
        // Until the test ends.
        drop(hangs.begin(move |_| released.recv()));
        {
            let mut life = inner.life.lock();
            life.connections = Some(known.clone());
            life.worker = Some(hangs);
            inner.set_state(&mut life, State::Running);
        }
        let reason = "the server died".to_owned();
        Watch::default().take(inner, Notice::Lost { reason });
        assert_eq!(inner.state(), State::Lost);
        assert_eq!(inner.life.lock().connections, Some(known));
        drop(release);
    }

    #[test]
    fn an_attempt_that_finds_the_interface_started_again_leaves_its_lease_alone() {
        let interface = interface();
        let inner = interface.inner();
        interface.start().expect("it starts");
        let mut watch = Watch {
            attempt: Some(Attempt::first()),
            ..Watch::default()
        };
        watch.reconnect(inner);
        interface.advance(1, None, None).expect("it runs");
        assert_eq!(interface.stats().periods, 1);
    }

    #[test]
    fn whoever_changes_what_is_expected_ends_a_long_sleep() {
        let interface = interface();
        let (inner, inbox) = (interface.inner(), &interface.inner().inbox);
        interface.start().expect("it starts");
        let ends_sleep = |change: &dyn Fn()| {
            assert!(inbox.doze(|| 1) > 0);
            change();
            let begun = Instant::now();
            inbox.wait(Some(Duration::from_secs(60)));
            assert!(begun.elapsed() < Duration::from_secs(30));
            assert!(!inbox.dozes.load(Ordering::Relaxed));
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
        assert_eq!(inbox.doze(|| inner.quiet_periods()), 0);
        inbox.rouse();
        assert!(!inbox.queue.lock().woken, "it did not sleep for long");
    }

    #[test]
    fn a_pause_before_the_start_is_no_stall() {
        let interface = interface();
        let mut watch = Watch::default();
        std::thread::sleep(STALL + Duration::from_millis(10));
        watch.watch_progress(interface.inner());
        assert!(!watch.stalled);
        std::thread::sleep(STALL + Duration::from_millis(10));
        watch.watch_progress(interface.inner());
        assert!(watch.stalled);
    }
}
