//! The owner of a driver. Calls into a server may hang, so they run on a thread of their own, and
//! the caller waits only up to a deadline.

use super::answer::{Answer, NoAnswer, answer};
use crate::driver::{self, Driver};
use crate::error::{Error, Result};
use crate::lock::Mutex;
use crate::sys;
use std::sync::mpsc::{self, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

type Job = Box<dyn FnOnce(&mut Option<Box<dyn Driver>>) + Send>;

/// How many times the wait may begin again.
const ANEW: u32 = 10;

/// The owner of a driver. Dropping it drops the driver, without waiting for that.
pub(super) enum Worker {
    /// On the caller's thread, for a driver whose calls return at once.
    Here(Mutex<Option<Box<dyn Driver>>>),
    /// On a thread.
    Apart(Sender<Job>, JoinHandle<()>),
}

impl Worker {
    /// Without a thread and without a driver yet; the first call makes a driver.
    pub fn here() -> Worker {
        Worker::Here(Mutex::new(None))
    }

    /// A thread without a driver yet; the first call makes one.
    pub fn apart() -> Result<Worker> {
        let (sender, jobs) = mpsc::channel::<Job>();
        let run = move || {
            let mut driver = None;
            for job in jobs {
                job(&mut driver);
            }
        };
        sys::spawn("amio-driver", run).map(|thread| Worker::Apart(sender, thread))
    }

    /// Begins a call; its result arrives at the receiver, unless it hangs.
    pub fn begin<T: Send + 'static>(
        &self,
        call: impl FnOnce(&mut Option<Box<dyn Driver>>) -> T + Send + 'static,
    ) -> Answer<T> {
        let (sender, answered) = answer();
        let job = move |driver: &mut Option<Box<dyn Driver>>| {
            // A caller that has stopped waiting does not want the result.
            sender.give(call(driver));
        };
        match self {
            Worker::Here(driver) => job(&mut driver.lock()),
            // If the thread is gone, the job is dropped, and the answer says so.
            Worker::Apart(jobs, _) => drop(jobs.send(Box::new(job))),
        }
        answered
    }

    /// Ends its thread, which has nothing left to do: its last call has returned.
    pub fn end(self) {
        if let Worker::Apart(jobs, thread) = self {
            drop(jobs);
            // A panic was returned as the error of a call.
            let _ = thread.join();
        }
    }

    /// Calls, and waits until it returns or `patience` ends.
    pub fn call<T: Send + 'static>(
        &self,
        what: &'static str,
        patience: &mut Patience,
        call: impl FnOnce(&mut Option<Box<dyn Driver>>) -> T + Send + 'static,
    ) -> Result<T> {
        self.call_unless(|| false, what, patience, call)
    }

    /// As [`Worker::call`], but also stops waiting when `given_up` returns true.
    pub fn call_unless<T: Send + 'static>(
        &self,
        given_up: impl Fn() -> bool,
        what: &'static str,
        patience: &mut Patience,
        call: impl FnOnce(&mut Option<Box<dyn Driver>>) -> T + Send + 'static,
    ) -> Result<T> {
        wait(&self.begin(call), what, || patience.lasts() && !given_up())
    }
}

/// How long a caller waits for a driver.
pub(super) struct Patience {
    until: Instant,
    turns: Option<AwaitedTurns>,
}

/// Calls that take turns with those of other interfaces: see [`driver::turns_ended`].
struct AwaitedTurns {
    /// How long each turn may take.
    patience: Duration,
    last: Instant,
    /// How many turns had ended at the last look.
    ended: u64,
}

impl Patience {
    /// A fixed time.
    pub fn of(patience: Duration) -> Patience {
        Patience {
            until: Instant::now() + patience,
            turns: None,
        }
    }

    /// The wait begins again when a call of any interface of the process ends, but lasts at most [`ANEW`] times as
    /// long in all. So each interface gets its turn where many begin at once.
    pub fn for_each_turn(patience: Duration) -> Patience {
        let now = Instant::now();
        Patience {
            until: now + patience,
            turns: Some(AwaitedTurns {
                patience,
                last: now + ANEW * patience,
                ended: driver::turns_ended(),
            }),
        }
    }

    fn lasts(&mut self) -> bool {
        self.lasts_at(Instant::now(), driver::turns_ended())
    }

    /// `ended`: how many turns have ended.
    fn lasts_at(&mut self, now: Instant, ended: u64) -> bool {
        if let Some(turns) = &mut self.turns
            && std::mem::replace(&mut turns.ended, ended) != ended
        {
            self.until = (now + turns.patience).min(turns.last);
        }
        now < self.until
    }
}

/// Waits for an answer as long as `worth` returns true.
fn wait<T>(answered: &Answer<T>, what: &'static str, mut worth: impl FnMut() -> bool) -> Result<T> {
    const LOOK: Duration = Duration::from_millis(20);
    let began = Instant::now();
    loop {
        match answered.take(LOOK) {
            Ok(answer) => return Ok(answer),
            Err(NoAnswer::Yet) if worth() => {}
            Err(NoAnswer::Yet) => {
                return Err(Error::Timeout {
                    what,
                    timeout_ms: began.elapsed().as_millis() as u64,
                });
            }
            Err(NoAnswer::Ever) => {
                return Err(Error::Driver {
                    driver: "any",
                    message: format!("{what}: its thread panicked"),
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(5);
    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn patience_for_each_turn_begins_again_with_a_turn_that_ends_and_with_nothing_else() {
        let mut patience = Patience::for_each_turn(PATIENCE);
        let (began, ended) = (Instant::now(), driver::turns_ended());
        assert!(patience.lasts_at(began + 4 * SECOND, ended));
        assert!(patience.lasts_at(began + 4 * SECOND, ended + 1));
        assert!(patience.lasts_at(began + 8 * SECOND, ended + 1));
        assert!(!patience.lasts_at(began + 9 * SECOND, ended + 1));
    }

    #[test]
    fn patience_for_each_turn_ends_however_many_turns_end() {
        let mut patience = Patience::for_each_turn(PATIENCE);
        let (began, ended) = (Instant::now(), driver::turns_ended());
        let lasts = (1..).take_while(|&second| {
            let ended = ended + u64::from(second);
            patience.lasts_at(began + second * SECOND, ended)
        });
        assert_eq!(lasts.last(), Some(ANEW * 5 - 1));
    }

    #[test]
    fn patience_that_is_not_for_each_turn_ends_in_time_while_turns_end() {
        let mut patience = Patience::of(SECOND);
        let began = Instant::now();
        assert!(patience.lasts_at(began + SECOND / 2, 1));
        assert!(!patience.lasts_at(began + SECOND, 2));
    }
}
