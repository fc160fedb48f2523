//! Asking all drivers at once, for a limited time.

use super::alsa;
use super::device::{Device, FoundDevices};
use super::jack;
use crate::driver::DriverKind;
use crate::error::Result;
use crate::sys::{self, PerProcess};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

/// How long a caller waits for the drivers.
const PATIENCE: Duration = Duration::from_secs(3);
/// How many threads of a driver may hang before no more are made.
const MAX_THREADS: usize = 8;

/// The threads of one driver.
type Threads = PerProcess<AtomicUsize>;

/// All devices that are there now. A driver that is not available has none: [`DeviceSearch::run`] says why.
///
/// ALSA's PCMs are looked up in its configuration and asked of the controls of the cards. A PCM is opened only if nobody
/// uses it and nothing else depends on it. A JACK server gets a client for a moment. Nothing is printed. It takes up to 3
/// seconds, if a server hangs.
pub fn devices() -> Vec<Device> {
    DeviceSearch::default().run().devices
}

/// What to look for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceSearch {
    /// The JACK server to ask. `None`: the default one.
    pub server_name: Option<String>,
}

impl DeviceSearch {
    /// Looks for devices: see [`devices()`].
    pub fn run(&self) -> FoundDevices {
        static JACK: Threads = PerProcess::new();
        static ALSA: Threads = PerProcess::new();
        let server_name = self.server_name.clone();
        let until = Instant::now() + PATIENCE;
        let searches = [
            (
                DriverKind::Jack,
                begin(&JACK, move || jack::find(server_name)),
            ),
            (DriverKind::Alsa, begin(&ALSA, alsa::find)),
        ];
        let mut found = FoundDevices::default();
        for (driver, answer) in searches {
            match answer.and_then(|answer| wait(&answer, until)) {
                Ok(devices) => found.devices.extend(devices),
                Err(reason) => found.unavailable.push((driver, reason)),
            }
        }
        found
    }
}

type Answer = Receiver<Result<Vec<Device>>>;

/// Begins a search on a thread. If it hangs, the thread stays.
fn begin(
    threads: &'static Threads,
    find: impl FnOnce() -> Result<Vec<Device>> + Send + 'static,
) -> std::result::Result<Answer, String> {
    let running = Running::one_more(threads)?;
    let (sender, answer) = mpsc::sync_channel(1);
    let spawned = sys::spawn("amio-devices", move || {
        let found = find();
        drop(running);
        // A caller that waits no longer does not want it.
        let _ = sender.send(found);
    });
    spawned
        .map(|_detached| answer)
        .map_err(|error| error.to_string())
}

fn wait(answer: &Answer, until: Instant) -> std::result::Result<Vec<Device>, String> {
    let left = until.saturating_duration_since(Instant::now());
    match answer.recv_timeout(left) {
        Ok(found) => found.map_err(|error| error.to_string()),
        Err(_) => Err(format!("no answer within {} s", PATIENCE.as_secs())),
    }
}

/// A thread that searches.
struct Running(&'static AtomicUsize);

impl Running {
    fn one_more(threads: &'static Threads) -> std::result::Result<Running, String> {
        let count = threads.get();
        let running = Running(count);
        match count.fetch_add(1, Ordering::Relaxed) < MAX_THREADS {
            true => Ok(running),
            false => Err(format!("{MAX_THREADS} earlier searches wait for an answer")),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_driver_that_hangs_is_not_waited_for_and_gets_no_thread_without_end() {
        static THREADS: Threads = PerProcess::new();
        let (let_go, hanging): (Vec<_>, Vec<_>) = (0..MAX_THREADS)
            .map(|_| {
                let (let_go, hang) = mpsc::channel::<()>();
                let find = move || {
                    // Ends when nobody can send any more.
                    let _ = hang.recv();
                    Ok(Vec::new())
                };
                let answer = begin(&THREADS, find).expect("there may be so many");
                (let_go, answer)
            })
            .unzip();
        let late = wait(&hanging[0], Instant::now());
        assert_eq!(late, Err("no answer within 3 s".into()));
        let refused = begin(&THREADS, || Ok(Vec::new())).err();
        assert_eq!(
            refused.as_deref(),
            Some("8 earlier searches wait for an answer")
        );
        drop(let_go);
        for answer in hanging {
            assert!(answer.recv().is_ok());
        }
        let again = begin(&THREADS, || Ok(Vec::new())).expect("the others have ended");
        assert!(again.recv().is_ok());
    }
}
