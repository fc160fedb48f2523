//! The library's locks: those of the standard library, without poisoning.
//!
//! Each lock is complete in itself, and waiting threads are kept by the system. A table of waiting
//! threads for the whole process would be wrong here: a child of `fork()` inherits the table, but not the
//! threads. So the locks that a child makes work, whatever the parent's threads were doing.
//!
//! A thread that panics under a lock leaves valid data behind: panics are caught and reported
//! elsewhere (`capi/guard.rs`, [`crate::sys::spawn`]).

use std::sync::{self, PoisonError, TryLockError};
use std::time::{Duration, Instant};

pub(crate) use std::sync::{MutexGuard, RwLockReadGuard, RwLockWriteGuard};

/// One thread at a time can use the value.
#[derive(Default)]
pub(crate) struct Mutex<T>(sync::Mutex<T>);

impl<T> Mutex<T> {
    pub const fn new(value: T) -> Mutex<T> {
        Mutex(sync::Mutex::new(value))
    }

    pub fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Without waiting; `None` while another thread holds it.
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        match self.0.try_lock() {
            Ok(held) => Some(held),
            Err(TryLockError::Poisoned(held)) => Some(held.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

/// Many threads read what is inside, or one writes it.
#[derive(Default)]
pub(crate) struct RwLock<T>(sync::RwLock<T>);

impl<T> RwLock<T> {
    pub fn read(&self) -> RwLockReadGuard<'_, T> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn write(&self) -> RwLockWriteGuard<'_, T> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Threads wait for a change of what a [`Mutex`] guards. They may also wake without one.
#[derive(Default)]
pub(crate) struct Condvar(sync::Condvar);

impl Condvar {
    pub const fn new() -> Condvar {
        Condvar(sync::Condvar::new())
    }

    pub fn notify_one(&self) {
        self.0.notify_one();
    }

    pub fn notify_all(&self) {
        self.0.notify_all();
    }

    /// Releases the lock until it is notified.
    pub fn wait<'a, T>(&self, held: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
        self.0.wait(held).unwrap_or_else(PoisonError::into_inner)
    }

    /// As [`Condvar::wait`], for at most `patience`; and whether that time is over.
    pub fn wait_for<'a, T>(
        &self,
        held: MutexGuard<'a, T>,
        patience: Duration,
    ) -> (MutexGuard<'a, T>, bool) {
        let waited = self.0.wait_timeout(held, patience);
        let (held, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        (held, timeout.timed_out())
    }

    /// As [`Condvar::wait`], until `deadline` at most; and whether it has passed.
    pub fn wait_until<'a, T>(
        &self,
        held: MutexGuard<'a, T>,
        deadline: Instant,
    ) -> (MutexGuard<'a, T>, bool) {
        self.wait_for(held, deadline.saturating_duration_since(Instant::now()))
    }
}
