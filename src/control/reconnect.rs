//! Reconnects to a server that was lost. It tries again and again, with pauses in between. No step of it
//! blocks: the supervisor calls [`Attempt::next`] every few milliseconds.

use super::answer::{Answer, NoAnswer};
use super::core::State;
use super::events::EventKind;
use super::lifecycle::{ANSWER_PATIENCE, DriverInUse, Lifecycle, driver_gone};
use super::opening::Opening;
use super::worker::Worker;
use crate::driver::{Driver, Info, Lease};
use crate::error::{Error, Result};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// How long a server may take from its first answer to its first period.
const FIRST_PERIOD_PATIENCE: Duration = Duration::from_secs(5);
/// The pauses between attempts to reconnect: the first, and the longest.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));

/// An attempt to reconnect.
pub(super) struct Attempt {
    pause: Duration,
    stage: AttemptStage,
}

enum AttemptStage {
    Waiting {
        until: Instant,
    },
    Opening {
        candidate: Candidate,
        result: Answer<Result<()>>,
    },
    /// It runs, but has not called the engine yet.
    FirstPeriod {
        candidate: Candidate,
        until: Instant,
    },
}

/// A driver that is to be taken into use, and the lease that it has.
struct Candidate {
    worker: Worker,
    lease: Lease,
}

impl Attempt {
    /// The first attempt, which starts at once.
    pub fn first() -> Attempt {
        Attempt {
            pause: BACK_OFF.0,
            stage: AttemptStage::Waiting {
                until: Instant::now(),
            },
        }
    }

    /// An attempt whose driver is being opened.
    #[cfg(test)]
    pub fn opening(worker: Worker, lease: Lease, result: Answer<Result<()>>) -> Attempt {
        Attempt {
            pause: BACK_OFF.0,
            stage: AttemptStage::Opening {
                candidate: Candidate { worker, lease },
                result,
            },
        }
    }

    /// The next attempt, after a pause.
    pub fn again(self, lifecycle: &Lifecycle, error: &Error) -> Attempt {
        Attempt::after(self.pause, lifecycle, error)
    }

    /// Goes on as far as it can without blocking. `None` once nothing is left to do.
    pub fn next(self, lifecycle: &Lifecycle) -> Option<Attempt> {
        let pause = self.pause;
        match self.stage.next(lifecycle) {
            Ok(stage) => stage.map(|stage| Attempt { pause, stage }),
            Err(error) => Some(Attempt::after(pause, lifecycle, &error)),
        }
    }

    fn after(pause: Duration, lifecycle: &Lifecycle, error: &Error) -> Attempt {
        lifecycle
            .core
            .event(EventKind::Log(format!("reconnecting: {error}")));
        Attempt {
            pause: (pause * 2).min(BACK_OFF.1),
            stage: AttemptStage::Waiting {
                until: Instant::now() + pause,
            },
        }
    }
}

impl AttemptStage {
    /// As [`Attempt::next`].
    fn next(self, lifecycle: &Lifecycle) -> Result<Option<AttemptStage>> {
        match self {
            AttemptStage::Waiting { until } if Instant::now() < until => Ok(Some(self)),
            AttemptStage::Waiting { .. } => {
                let in_use = lifecycle.driver.lock();
                match lifecycle.core.state() {
                    State::Lost => {
                        let opening = Opening::again(&lifecycle.core, in_use.resume.clone());
                        begin(lifecycle, &in_use, |place| opening.run(place)).map(Some)
                    }
                    // Started again meanwhile: the lease of that run must not end.
                    _ => Ok(None),
                }
            }
            AttemptStage::Opening { candidate, result } => match result.take(Duration::ZERO) {
                Err(NoAnswer::Yet) => Ok(Some(AttemptStage::Opening { candidate, result })),
                Err(NoAnswer::Ever) => Err(Error::Driver {
                    driver: lifecycle.core.config.driver.name(),
                    message: "its thread panicked".into(),
                }),
                Ok(Err(Error::ServerRate { server_hz, .. })) => {
                    fail_of_rate(lifecycle, server_hz);
                    Ok(None)
                }
                Ok(Err(error @ Error::DeviceRate { .. })) => {
                    fail_of_device(lifecycle, &error);
                    Ok(None)
                }
                Ok(Err(error)) => Err(error),
                Ok(Ok(())) => {
                    let until = Instant::now() + FIRST_PERIOD_PATIENCE;
                    Ok(Some(AttemptStage::FirstPeriod { candidate, until }))
                }
            },
            AttemptStage::FirstPeriod { candidate, until } => match candidate.lease.gap() {
                Some(gap_frames) => {
                    take_into_use(lifecycle, candidate.worker, gap_frames).map(|()| None)
                }
                None if Instant::now() < until => {
                    Ok(Some(AttemptStage::FirstPeriod { candidate, until }))
                }
                None => Err(Error::Timeout {
                    what: "the first period",
                    timeout_ms: FIRST_PERIOD_PATIENCE.as_millis() as u64,
                }),
            },
        }
    }
}

/// Opens and starts the driver on a thread of its own.
fn begin(
    lifecycle: &Lifecycle,
    in_use: &DriverInUse,
    open: impl FnOnce(&mut Option<Box<dyn Driver>>) -> Result<Info> + Send + 'static,
) -> Result<AttemptStage> {
    let core = &lifecycle.core;
    // This ends a period of the attempt before. (When the server was lost, a first new lease has ended the period
    // of the driver that was lost.)
    let lease = core.lease()?;
    let worker = Worker::apart()?;
    // No period runs now, so this is the end of the last one.
    let since_ns = core.shared.snapshot.read().time_ns.max(in_use.started_ns);
    let lease = lease.with_gap_since(since_ns);
    let given = lease.clone();
    let result = worker.begin(move |place| {
        open(place)?;
        place
            .as_mut()
            .map_or(Err(driver_gone()), |driver| driver.start(given))
    });
    let candidate = Candidate { worker, lease };
    Ok(AttemptStage::Opening { candidate, result })
}

/// Takes a driver into use that has run its first period.
fn take_into_use(lifecycle: &Lifecycle, worker: Worker, gap_frames: u64) -> Result<()> {
    let answer = worker.begin(|driver| driver.as_ref().map(|d| d.info()));
    let Ok(Some(info)) = answer.take(ANSWER_PATIENCE) else {
        return Err(Error::Timeout {
            what: "the driver's answer",
            timeout_ms: ANSWER_PATIENCE.as_millis() as u64,
        });
    };
    let mut in_use = lifecycle.driver.lock();
    if lifecycle.core.state() != State::Lost {
        return Ok(()); // Stopped or closed meanwhile; dropping the worker closes the new client.
    }
    let frames = info.period_frames;
    let before = std::mem::replace(&mut *lifecycle.core.info.lock(), info);
    in_use.worker = Some(worker);
    lifecycle.reconnects.fetch_add(1, Ordering::Relaxed);
    // Reports of the engine are held back while the state is LOST. They stay held until the event is queued, so this
    // event comes before them. A program that gets the event finds the new state.
    lifecycle.exchange.hold_reports(|| {
        lifecycle.core.set_state(State::Running);
        lifecycle.core.event(EventKind::Reconnected { gap_frames });
    });
    drop(in_use);
    if frames != before.period_frames {
        lifecycle.core.event(EventKind::PeriodChanged { frames });
    }
    Ok(())
}

/// The device no longer has the rate of the interface.
fn fail_of_device(lifecycle: &Lifecycle, error: &Error) {
    if let Err(error) = lifecycle.core.lease() {
        lifecycle.core.event(EventKind::Log(error.to_string()));
    }
    lifecycle.core.fail(&error.to_string());
}

/// The server runs with a rate that the interface was not made for.
pub(super) fn fail_of_rate(lifecycle: &Lifecycle, server_hz: u32) {
    // At the wrong rate everything would play too fast or too slow.
    if let Err(error) = lifecycle.core.lease() {
        lifecycle.core.event(EventKind::Log(error.to_string()));
    }
    lifecycle.core.fail(&format!(
        "the server runs with {server_hz} Hz now, the interface with {}; the output is silent, make \
         another interface",
        lifecycle.core.rate.hz()
    ));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::{Config, Interface};
    use crate::driver::DriverKind;
    use std::sync::mpsc;

    #[test]
    fn an_attempt_that_comes_late_adds_no_gap_to_a_run_that_the_program_has_started() {
        let interface = Interface::new(Config::new(DriverKind::Offline)).expect("an interface");
        let lifecycle = &*interface.parts().lifecycle;
        interface.start().expect("it starts");
        interface.advance(1_000, None, None).expect("it runs");
        let (release, released) = mpsc::channel::<()>();
        let stage = {
            let mut in_use = lifecycle.driver.lock();
            lifecycle.core.set_state(State::Lost);
            // Offline, time is counted from the first frame.
            in_use.started_ns = 0;
            let opening = Opening::again(&lifecycle.core, None);
            let open = move |place: &mut _| {
                released.recv().expect("the test releases it");
                opening.run(place)
            };
            begin(lifecycle, &in_use, open).expect("a thread")
        };
        interface.stop().expect("it stops");
        interface.start().expect("it starts");
        interface.advance(1_000, None, None).expect("it runs");
        release.send(()).expect("it waits");
        let AttemptStage::Opening { result, .. } = stage else {
            panic!("it has just begun");
        };
        let opened = result.take(Duration::from_secs(60)).expect("it opens");
        opened.expect("offline always opens");
        interface.advance(1_000, None, None).expect("it runs");
        assert_eq!(interface.stats().skipped_frames, 0);
    }
}
