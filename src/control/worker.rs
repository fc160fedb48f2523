//! Where a driver lives: calls into a server may hang, so they run on a thread of their own, and
//! the caller waits for a limited time.

use super::answer::{Answer, NoAnswer, answer};
use crate::driver::{self, Driver};
use crate::error::{Error, Result};
use crate::lock::Mutex;
use crate::sys;
use std::sync::mpsc::{self, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

type Job = Box<dyn FnOnce(&mut Option<Box<dyn Driver>>) + Send>;

/// How often the waiting may start again.
const ANEW: u32 = 10;

/// The owner of a driver. Dropping it drops the driver, without waiting for that.
pub(super) enum Worker {
    /// In place, for a driver whose calls return at once.
    Here(Mutex<Option<Box<dyn Driver>>>),
    /// On a thread.
    Apart(Sender<Job>, JoinHandle<()>),
}

impl Worker {
    pub fn here(driver: Box<dyn Driver>) -> Worker {
        Worker::Here(Mutex::new(Some(driver)))
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
        let (asked, given) = answer();
        let job = move |driver: &mut Option<Box<dyn Driver>>| {
            // Whoever has stopped waiting does not want the result.
            asked.give(call(driver));
        };
        match self {
            Worker::Here(driver) => job(&mut driver.lock()),
            // A thread that is gone drops the job, and the answer says so.
            Worker::Apart(jobs, _) => drop(jobs.send(Box::new(job))),
        }
        given
    }

    /// Ends its thread, which has nothing left to do: its last call has returned.
    pub fn end(self) {
        if let Worker::Apart(jobs, thread) = self {
            drop(jobs);
            // A panic was told as that of a call.
            let _ = thread.join();
        }
    }

    /// Calls, and waits for at most `patience`.
    pub fn call<T: Send + 'static>(
        &self,
        what: &'static str,
        patience: Duration,
        call: impl FnOnce(&mut Option<Box<dyn Driver>>) -> T + Send + 'static,
    ) -> Result<T> {
        let deadline = Instant::now() + patience;
        wait(&self.begin(call), what, || Instant::now() < deadline)
    }

    /// As [`Worker::call`], but stops waiting soon after `given_up` holds. While servers answer, the waiting
    /// starts again, up to [`ANEW`] times: other interfaces may have to come first.
    pub fn call_unless<T: Send + 'static>(
        &self,
        given_up: impl Fn() -> bool,
        what: &'static str,
        patience: Duration,
        call: impl FnOnce(&mut Option<Box<dyn Driver>>) -> T + Send + 'static,
    ) -> Result<T> {
        let mut progress = driver::progress();
        let mut deadline = Instant::now() + patience;
        let last = Instant::now() + ANEW * patience;
        wait(&self.begin(call), what, || {
            if std::mem::replace(&mut progress, driver::progress()) != progress {
                deadline = Instant::now() + patience;
            }
            Instant::now() < deadline.min(last) && !given_up()
        })
    }
}

/// Waits for an answer as long as `worth` returns true.
fn wait<T>(given: &Answer<T>, what: &'static str, mut worth: impl FnMut() -> bool) -> Result<T> {
    const LOOK: Duration = Duration::from_millis(20);
    let began = Instant::now();
    loop {
        match given.take(LOOK) {
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
