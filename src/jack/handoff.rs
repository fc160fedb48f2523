//! A value that the audio thread uses, and that other threads exchange.

use crate::lock::Mutex;
use std::mem;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// The audio thread never waits for it. Others wait for the audio thread, at most for the rest of a cycle.
#[derive(Default)]
pub(super) struct Handoff<T> {
    value: Mutex<T>,
    /// How many threads want to exchange it. Meanwhile the audio thread goes without.
    waiting: AtomicUsize,
}

impl<T> Handoff<T> {
    /// Uses the value; `None` while another thread exchanges it.
    ///
    /// # Real-time contract
    /// Wait-free; no allocation, free, system call or log.
    pub fn with<R>(&self, run: impl FnOnce(&mut T) -> R) -> Option<R> {
        if self.waiting.load(Ordering::Relaxed) > 0 {
            return None;
        }
        self.value.try_lock().map(|mut value| run(&mut value))
    }

    /// Exchanges the value. Not on the audio thread.
    pub fn replace(&self, value: T) -> T {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let before = loop {
            // A thread that waits in the lock would have to be woken by the audio thread, with a system call.
            if let Some(mut held) = self.value.try_lock() {
                break mem::replace(&mut *held, value);
            }
            thread::sleep(Duration::from_millis(1));
        };
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        before
    }
}
