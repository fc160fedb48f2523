//! A place for an object that real-time code uses by its key.

use crate::atomic::{AtomicU64, Ordering, fence};
use std::cell::UnsafeCell;

/// Holds an object under a key, or is empty, under the key 0. A key is never used again.
pub(super) struct Slot<T> {
    key: AtomicU64,
    /// How many threads look whether the key is theirs, or use the object.
    users: AtomicU64,
    /// Changed only while the key is 0 and nobody uses it.
    object: UnsafeCell<Option<T>>,
}

// SAFETY: several threads use the object at once, and the last one to use it may not be the one that made it.
unsafe impl<T: Send + Sync> Sync for Slot<T> {}

impl<T> Default for Slot<T> {
    fn default() -> Slot<T> {
        Slot {
            key: AtomicU64::new(0),
            users: AtomicU64::new(0),
            object: UnsafeCell::new(None),
        }
    }
}

impl<T> Slot<T> {
    /// Uses the object, if it has this key.
    ///
    /// # Real-time contract
    /// Wait-free; no allocation, free, system call or log, unless `run` does it.
    pub fn with<R>(&self, key: u64, run: impl FnOnce(&T) -> R) -> Option<R> {
        let _user = User::enter(&self.users);
        // Either `take` sees this user, or this sees that the key is gone.
        fence(Ordering::SeqCst);
        if self.key.load(Ordering::Acquire) != key {
            return None;
        }
        // SAFETY: the object is there since its key was set, and `take` waits for this user.
        let object = unsafe { &*self.object.get() };
        object.as_ref().map(run)
    }

    /// Puts an object into an empty slot. Only one thread at a time puts and takes.
    ///
    /// # Safety
    /// The slot is empty: [`Slot::take`] has returned since the last `put`. No other thread puts or takes meanwhile.
    pub unsafe fn put(&self, key: u64, object: T) {
        // SAFETY: the key is 0, so nobody looks at the object.
        unsafe { *self.object.get() = Some(object) };
        self.key.store(key, Ordering::Release);
    }

    /// Empties the slot, if it holds the object of this key, and returns the object once nobody uses it. `wait` is
    /// called again and again meanwhile. No other user comes after the call has begun.
    pub fn take(&self, key: u64, mut wait: impl FnMut()) -> Option<T> {
        self.key
            .compare_exchange(key, 0, Ordering::Relaxed, Ordering::Relaxed)
            .ok()?;
        fence(Ordering::SeqCst);
        while self.users.load(Ordering::Acquire) > 0 {
            wait();
        }
        // SAFETY: the users that have seen the key have left, and those that come now see 0; only the thread that has
        // exchanged the key is here.
        unsafe { (*self.object.get()).take() }
    }
}

/// A thread that uses a slot, until this is dropped.
struct User<'a>(&'a AtomicU64);

impl User<'_> {
    fn enter(users: &AtomicU64) -> User<'_> {
        users.fetch_add(1, Ordering::Relaxed);
        User(users)
    }
}

impl Drop for User<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Release);
    }
}
