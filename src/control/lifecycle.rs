//! Starting, stopping and closing an interface. Each call of the driver has a deadline, and only one runs at a
//! time.

use super::core::{Core, State, closed};
use super::events::{CancelReason, EventKind};
use super::exchange::Exchange;
use super::opening::Opening;
use super::read_ahead::ReadAhead;
use super::recordings::Recordings;
use super::worker::{Patience, Worker};
use crate::driver::{Driver, Resume};
use crate::error::{Error, Result};
use crate::lock::Mutex;
use crate::sys::{self, Realtime};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::thread::JoinHandle;
use std::time::Duration;

/// How long `start` waits, also if it opens the driver anew. Other clients that compute their latencies slowly
/// delay it.
const START_PATIENCE: Duration = Duration::from_secs(5);
/// How long `stop` waits for each turn. Together with the waits for the lease and for the driver's answer it
/// stays within a second.
const STOP_PATIENCE: Duration = Duration::from_millis(850);
/// How long `close` waits. Together with the wait for another call it stays within a second.
const CLOSE_PATIENCE: Duration = Duration::from_millis(350);
/// How long statistics wait for the driver.
const REALTIME_PATIENCE: Duration = Duration::from_millis(200);
/// How long a running driver may take to answer a question.
pub(super) const ANSWER_PATIENCE: Duration = Duration::from_millis(50);

/// Starts, stops and closes an interface. The supervisor and `reconnect.rs` use it, too.
pub(super) struct Lifecycle {
    pub core: Arc<Core>,
    pub exchange: Arc<Exchange>,
    read_ahead: Arc<ReadAhead>,
    recordings: Arc<Recordings>,
    /// How often the server reported an over- or underrun.
    pub server_xruns: AtomicU64,
    /// How often a lost server or device came back.
    pub reconnects: AtomicU64,
    /// Held while a call of the driver is under way.
    pub driver: Mutex<DriverInUse>,
}

/// The driver in use, and what belongs to it. It changes when an interface starts, stops, is lost or closed.
pub(super) struct DriverInUse {
    /// The open driver; `None` after it was lost.
    pub worker: Option<Worker>,
    /// The thread of the supervisor, if there is one.
    pub supervisor: Option<JoinHandle<()>>,
    /// What the last driver that was lost or stopped wants kept for the next one. `None` if it is not known.
    pub resume: Option<Resume>,
    /// When it was started (`CLOCK_MONOTONIC`).
    pub started_ns: u64,
}

impl DriverInUse {
    /// Keeps what the driver wants kept. If it does not answer at once, what was known before stays.
    pub fn keep_resume(&mut self, worker: &Worker) {
        let answer = worker.begin(|driver| driver.as_ref().and_then(|d| d.resume()));
        if let Ok(Some(resume)) = answer.take(ANSWER_PATIENCE) {
            self.resume = Some(resume);
        }
    }
}

impl Lifecycle {
    /// Of an interface whose driver is open, and is not started.
    pub fn new(
        core: &Arc<Core>,
        exchange: &Arc<Exchange>,
        read_ahead: &Arc<ReadAhead>,
        recordings: &Arc<Recordings>,
        worker: Worker,
    ) -> Arc<Lifecycle> {
        Arc::new(Lifecycle {
            core: core.clone(),
            exchange: exchange.clone(),
            read_ahead: read_ahead.clone(),
            recordings: recordings.clone(),
            server_xruns: AtomicU64::new(0),
            reconnects: AtomicU64::new(0),
            driver: Mutex::new(DriverInUse {
                worker: Some(worker),
                supervisor: None,
                resume: None,
                started_ns: 0,
            }),
        })
    }

    /// As [`crate::Interface::start`].
    pub fn start(&self) -> Result<()> {
        self.core.check_home()?;
        let mut in_use = self.driver.lock();
        let refused = match self.core.state() {
            State::Stopped => None,
            State::Running | State::Lost => Some("runs already"),
            State::Failed => Some("has failed; make another one"),
            State::Closed => Some("is closed"),
        };
        if let Some(why) = refused {
            return Err(Error::InvalidState(format!("the interface {why}")));
        }
        let lease = self.core.lease()?;
        let mut patience = Patience::for_each_turn(START_PATIENCE);
        let worker = match in_use.worker.take() {
            Some(worker) => worker,
            None => self.reopen(in_use.resume.clone(), &mut patience)?,
        };
        let started_ns = sys::now_ns();
        let started = self.ask(
            &worker,
            "starting the driver",
            &mut patience,
            move |driver| {
                driver.as_mut().map_or(Err(driver_gone()), |driver| {
                    driver.start(lease)?;
                    Ok(driver.info())
                })
            },
        );
        match started.and_then(|started| started) {
            Ok(info) => {
                *self.core.info.lock() = info;
                in_use.worker = Some(worker);
                in_use.started_ns = started_ns;
                self.core.set_state(State::Running);
                self.core.inbox.wake();
                Ok(())
            }
            Err(error) => {
                // The next start opens the driver anew. If this one starts late, the end of the lease keeps it
                // silent. The first error is the one that is returned.
                drop(self.core.lease());
                Err(error)
            }
        }
    }

    /// Waits for a call of the driver. Stops waiting when somebody closes the interface: that counts
    /// as closed.
    fn ask<T: Send + 'static>(
        &self,
        worker: &Worker,
        what: &'static str,
        patience: &mut Patience,
        call: impl FnOnce(&mut Option<Box<dyn Driver>>) -> T + Send + 'static,
    ) -> Result<T> {
        match worker.call_unless(|| self.core.is_closing(), what, patience, call) {
            Err(Error::Timeout { .. }) if self.core.is_closing() => Err(closed()),
            answer => answer,
        }
    }

    /// Opens the driver again after it was lost or abandoned.
    fn reopen(&self, resume: Option<Resume>, patience: &mut Patience) -> Result<Worker> {
        let worker = Worker::apart()?;
        let opening = Opening::again(&self.core, resume);
        let open = |place: &mut _| opening.run(place);
        self.ask(&worker, "opening the driver", patience, open)??;
        Ok(worker)
    }

    /// As [`crate::Interface::stop`].
    pub fn stop(&self) -> Result<()> {
        self.core.check_home()?;
        let mut in_use = self.driver.lock();
        match self.core.state() {
            State::Closed => return Err(closed()),
            State::Stopped => return Ok(()),
            State::Failed => {}
            State::Running | State::Lost => self.core.set_state(State::Stopped),
        }
        let Some(worker) = in_use.worker.take() else {
            // An attempt to reconnect may be under way. The end of its lease keeps it silent.
            self.core.lease()?;
            return Ok(());
        };
        // If it does not stop in time, the next start opens another driver.
        in_use.keep_resume(&worker);
        let mut patience = Patience::for_each_turn(STOP_PATIENCE);
        let stopped = self.ask(&worker, "stopping the driver", &mut patience, |driver| {
            driver
                .as_mut()
                .map_or(Err(driver_gone()), |driver| driver.stop())
        });
        let ended = self.core.lease();
        stopped.and_then(|stopped| stopped)?;
        ended?;
        in_use.worker = Some(worker);
        drop(in_use);
        self.exchange.pump();
        Ok(())
    }

    /// As [`crate::Interface::close`].
    pub fn close(&self) {
        if !self.core.home.is_here() {
            return;
        }
        self.core.begin_closing();
        let supervisor = {
            let mut in_use = self.driver.lock();
            if self.core.state() == State::Closed {
                return;
            }
            self.core.set_state(State::Closed);
            if let Some(worker) = in_use.worker.take() {
                // A driver that hangs stays with its thread, which drops it when the call returns.
                let mut patience = Patience::of(CLOSE_PATIENCE);
                let closed = worker.call("closing the driver", &mut patience, |place| {
                    *place = None;
                });
                match closed {
                    Ok(()) => worker.end(),
                    Err(error) => self.core.event(EventKind::Log(error.to_string())),
                }
            }
            in_use.supervisor.take()
        };
        if let Some(supervisor) = supervisor {
            self.core.inbox.close();
            sys::join(supervisor);
        }
        self.read_ahead.stop();
        if let Err(error) = self.core.lease() {
            self.core.event(EventKind::Log(error.to_string()));
        }
        self.exchange.pump();
        self.recordings.end_all();
        let pending = self.exchange.outlook.lock().end_all();
        for swap in pending {
            self.core.event(EventKind::Cancelled {
                ticket: swap.ticket,
                user_data: swap.when.user_data,
                reason: CancelReason::Closed,
            });
        }
        // Wakes those who wait, so that they find the interface closed.
        self.core.events.wake();
        self.exchange.input.end();
        self.exchange.midi.end();
    }

    /// The scheduling of the audio thread, as far as it is known. Does not wait for another call of the driver.
    pub fn realtime(&self) -> Option<Realtime> {
        if let Some(known) = &self.core.info.lock().realtime {
            return Some(known.clone());
        }
        let asked = {
            let in_use = self.driver.try_lock()?;
            let worker = in_use.worker.as_ref()?;
            worker.begin(|driver| driver.as_ref().map(|d| d.info()))
        };
        let info = asked.take(REALTIME_PATIENCE).ok()??;
        self.core.info.lock().realtime.clone_from(&info.realtime);
        info.realtime
    }
}

pub(super) fn driver_gone() -> Error {
    Error::InvalidState("the driver is gone".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::{Config, Interface};
    use crate::driver::DriverKind;
    use std::sync::mpsc;

    #[test]
    fn a_call_of_the_driver_that_closing_gives_up_says_that_the_interface_is_closed() {
        let interface = Interface::new(Config::new(DriverKind::Null)).expect("an interface");
        let worker = Worker::apart().expect("a thread");
        let (begun, has_begun) = mpsc::channel();
        let (release, released) = mpsc::channel::<()>();
        let asked = std::thread::scope(|scope| {
            let asking = scope.spawn(|| {
                let hang = move |_: &mut Option<Box<dyn Driver>>| {
                    begun.send(()).expect("the test waits");
                    // Until the test ends.
                    let _ = released.recv();
                };
                let mut patience = Patience::of(Duration::from_secs(60));
                interface
                    .parts()
                    .lifecycle
                    .ask(&worker, "starting", &mut patience, hang)
            });
            has_begun.recv().expect("it begins");
            interface.close();
            asking.join().expect("it ends")
        });
        drop(release);
        assert!(matches!(asked, Err(Error::InvalidState(_))), "{asked:?}");
    }

    #[test]
    fn statistics_do_not_wait_for_a_call_of_the_driver_that_hangs() {
        let interface = Interface::new(Config::new(DriverKind::Null)).expect("an interface");
        let (tell, told) = mpsc::channel();
        std::thread::scope(|scope| {
            // As `start` and `stop` hold it while they wait.
            let in_use = interface.parts().lifecycle.driver.lock();
            scope.spawn(|| tell.send(interface.stats().realtime));
            let realtime = told.recv_timeout(Duration::from_secs(30));
            drop(in_use);
            assert_eq!(realtime, Ok(None));
        });
    }
}
