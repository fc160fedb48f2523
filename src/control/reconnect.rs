//! Reconnects to a server that was lost. It tries again and again, with pauses in between. No step of it
//! blocks: the supervisor calls [`Attempt::next`] every few milliseconds.

use super::answer::{Answer, NoAnswer};
use super::events::EventKind;
use super::interface::{Inner, State};
use super::life::Life;
use super::worker::Worker;
use crate::driver::{self, Request};
use crate::error::{Error, Result};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// How long a running driver may take to answer a question.
pub(super) const ANSWER_PATIENCE: Duration = Duration::from_millis(50);
/// How long a server may take from its first answer to its first period.
const FIRST_PERIOD_PATIENCE: Duration = Duration::from_secs(5);
/// The pauses between attempts to reconnect: the first, and the longest.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));

/// An attempt to reconnect.
pub(super) struct Attempt {
    pause: Duration,
    stage: Stage,
}

enum Stage {
    Waiting {
        until: Instant,
    },
    Opening {
        worker: Worker,
        result: Answer<Result<()>>,
    },
    /// It runs, but has not called the engine yet.
    FirstPeriod {
        worker: Worker,
        until: Instant,
    },
}

impl Attempt {
    /// The first attempt, which starts at once.
    pub fn first() -> Attempt {
        Attempt {
            pause: BACK_OFF.0,
            stage: Stage::Waiting {
                until: Instant::now(),
            },
        }
    }

    /// An attempt whose driver is being opened.
    #[cfg(test)]
    pub fn opening(worker: Worker, result: Answer<Result<()>>) -> Attempt {
        Attempt {
            pause: BACK_OFF.0,
            stage: Stage::Opening { worker, result },
        }
    }

    /// The next attempt, after a pause.
    pub fn again(self, inner: &Inner, error: &Error) -> Attempt {
        Attempt::after(self.pause, inner, error)
    }

    /// Goes on as far as it can without blocking. `None` once nothing is left to do.
    pub fn next(self, inner: &Inner) -> Option<Attempt> {
        let pause = self.pause;
        match self.stage.next(inner) {
            Ok(stage) => stage.map(|stage| Attempt { pause, stage }),
            Err(error) => Some(Attempt::after(pause, inner, &error)),
        }
    }

    fn after(pause: Duration, inner: &Inner, error: &Error) -> Attempt {
        inner.event(EventKind::Log(format!("reconnecting: {error}")));
        Attempt {
            pause: (pause * 2).min(BACK_OFF.1),
            stage: Stage::Waiting {
                until: Instant::now() + pause,
            },
        }
    }
}

impl Stage {
    /// As [`Attempt::next`].
    fn next(self, inner: &Inner) -> Result<Option<Stage>> {
        match self {
            Stage::Waiting { until } if Instant::now() < until => Ok(Some(self)),
            Stage::Waiting { .. } => {
                let life = inner.life.lock();
                match inner.state() {
                    State::Lost => begin(inner, &life).map(Some),
                    // Started again meanwhile: that lease is not to be ended.
                    _ => Ok(None),
                }
            }
            Stage::Opening { worker, result } => match result.take(Duration::ZERO) {
                Err(NoAnswer::Yet) => Ok(Some(Stage::Opening { worker, result })),
                Err(NoAnswer::Ever) => Err(Error::Driver {
                    driver: inner.config.driver.name(),
                    message: "its thread panicked".into(),
                }),
                Ok(Err(Error::ServerRate { server_hz, .. })) => {
                    fail_of_rate(inner, server_hz);
                    Ok(None)
                }
                Ok(Err(error)) => Err(error),
                Ok(Ok(())) => {
                    let until = Instant::now() + FIRST_PERIOD_PATIENCE;
                    Ok(Some(Stage::FirstPeriod { worker, until }))
                }
            },
            Stage::FirstPeriod { worker, until } => match inner.slot.gap() {
                Some(gap_frames) => resume(inner, worker, gap_frames).map(|()| None),
                None if Instant::now() < until => Ok(Some(Stage::FirstPeriod { worker, until })),
                None => Err(Error::Timeout {
                    what: "the first period",
                    timeout_ms: FIRST_PERIOD_PATIENCE.as_millis() as u64,
                }),
            },
        }
    }
}

/// Opens and starts the driver on a thread of its own.
fn begin(inner: &Inner, life: &Life) -> Result<Stage> {
    let lease = inner.lease()?;
    let worker = Worker::apart()?;
    let request = Request {
        restore: life.connections.clone(),
        ..inner.config.request_again(inner.frame_rate_hz)
    };
    let notify = inner.inbox.notify();
    let engine = inner.slot.clone();
    let since_ns = inner.shared.snapshot.read().time_ns.max(life.started_ns);
    let result = worker.begin(move |place| {
        let driver = place.insert(driver::open(&request, notify)?);
        engine.expect_gap(since_ns);
        driver.start(lease)
    });
    Ok(Stage::Opening { worker, result })
}

/// Takes a driver into use that runs again.
fn resume(inner: &Inner, worker: Worker, gap_frames: u64) -> Result<()> {
    let asked = worker.begin(|driver| driver.as_ref().map(|d| d.info()));
    let Ok(Some(info)) = asked.take(ANSWER_PATIENCE) else {
        return Err(Error::Timeout {
            what: "the driver's answer",
            timeout_ms: ANSWER_PATIENCE.as_millis() as u64,
        });
    };
    let mut life = inner.life.lock();
    if inner.state() != State::Lost {
        return Ok(()); // Stopped or closed meanwhile; dropping the worker closes the new client.
    }
    let frames = info.period_frames;
    let before = std::mem::replace(&mut *inner.info.lock(), info);
    life.worker = Some(worker);
    inner.reconnects.fetch_add(1, Ordering::Relaxed);
    // Before the state, which lets through what the engine has reported since.
    inner.event(EventKind::Reconnected { gap_frames });
    inner.set_state(&mut life, State::Running);
    drop(life);
    if frames != before.period_frames {
        inner.event(EventKind::PeriodChanged { frames });
    }
    Ok(())
}

/// The server runs with a rate that the interface was not made for.
pub(super) fn fail_of_rate(inner: &Inner, server_hz: u32) {
    // What its driver plays from here on would be too fast or too slow.
    if let Err(error) = inner.lease() {
        inner.event(EventKind::Log(error.to_string()));
    }
    inner.fail(&format!(
        "the server runs with {server_hz} Hz now, the interface with {}; the output is silent, make \
         another interface",
        inner.frame_rate_hz
    ));
}
