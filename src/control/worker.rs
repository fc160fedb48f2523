//! Where a driver lives: calls into a server may hang, so they run on a thread of their own, and
//! the caller waits for a limited time.

use crate::driver::Driver;
use crate::error::{Error, Result};
use parking_lot::Mutex;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

type Job = Box<dyn FnOnce(&mut Option<Box<dyn Driver>>) + Send>;

/// The owner of a driver. Dropping it drops the driver, without waiting for that.
pub(super) enum Worker {
    /// In place, for a driver whose calls return at once.
    Here(Mutex<Option<Box<dyn Driver>>>),
    /// On a thread.
    Apart(Sender<Job>),
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
        let thread = std::thread::Builder::new()
            .name("amio-driver".into())
            .spawn(run);
        thread
            .map(|_| Worker::Apart(sender))
            .map_err(|source| Error::System {
                what: "starting a driver's thread",
                source,
            })
    }

    /// Begins a call; its result arrives at the receiver, unless it hangs.
    pub fn begin<T: Send + 'static>(
        &self,
        call: impl FnOnce(&mut Option<Box<dyn Driver>>) -> T + Send + 'static,
    ) -> Receiver<T> {
        let (sender, receiver) = mpsc::sync_channel(1);
        let job = move |driver: &mut Option<Box<dyn Driver>>| {
            // Whoever has stopped waiting does not want the result.
            drop(sender.send(call(driver)));
        };
        match self {
            Worker::Here(driver) => job(&mut driver.lock()),
            // A thread that is gone drops the job, and the receiver says so.
            Worker::Apart(jobs) => drop(jobs.send(Box::new(job))),
        }
        receiver
    }

    /// Calls, and waits for at most `patience`.
    pub fn call<T: Send + 'static>(
        &self,
        what: &'static str,
        patience: Duration,
        call: impl FnOnce(&mut Option<Box<dyn Driver>>) -> T + Send + 'static,
    ) -> Result<T> {
        self.begin(call)
            .recv_timeout(patience)
            .map_err(|e| match e {
                RecvTimeoutError::Timeout => Error::Timeout {
                    what,
                    timeout_ms: patience.as_millis() as u64,
                },
                RecvTimeoutError::Disconnected => Error::Driver {
                    driver: "any",
                    message: format!("{what}: its thread panicked"),
                },
            })
    }
}
