//! A value that one thread uses at a time, without waiting, and that other threads exchange: the audio thread finds the
//! one before or the new one, never none.
#![allow(
    unsafe_code,
    reason = "memory that is used and exchanged without a lock"
)]

use crate::lock::Mutex;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

/// The audio thread never waits for it. Others wait for the audio thread, at most for the rest of a cycle. Where the audio
/// thread waits for the program, they may keep the value before until later.
pub(super) struct Published<T> {
    value: AtomicPtr<T>,
    /// How often a use has begun or ended: odd while a thread uses the value.
    uses: AtomicU64,
    /// Values from before, and the number of the use that may have each of them.
    kept: Mutex<Vec<(*mut T, u64)>>,
    /// It passes the value from thread to thread, as a lock does.
    owned: PhantomData<Mutex<T>>,
}

impl<T> Published<T> {
    pub fn new(value: T) -> Published<T> {
        Published {
            value: AtomicPtr::new(Box::into_raw(Box::new(value))),
            uses: AtomicU64::new(0),
            kept: Mutex::default(),
            owned: PhantomData,
        }
    }

    /// Uses the value; also passes on the number of this use. `None` while another thread uses it.
    ///
    /// # Real-time contract
    /// Wait-free; no allocation, free, system call or log.
    pub fn with<R>(&self, run: impl FnOnce(&mut T, u64) -> R) -> Option<R> {
        let in_use = Use::begin(&self.uses)?;
        // SAFETY: only this use has the value, and whoever exchanges it waits for the end of the use: the orders are
        // sequentially consistent, so a thread that has not seen the use begin has exchanged the pointer before it is
        // loaded here.
        let value = unsafe { &mut *self.value.load(Ordering::SeqCst) };
        Some(run(value, in_use.number))
    }

    /// Exchanges the value, and waits until nobody uses the one before. Not inside [`Published::with`].
    pub fn replace(&self, value: T) -> T {
        let value = Box::into_raw(Box::new(value));
        let before = self.value.swap(value, Ordering::SeqCst);
        self.wait_for_end_of_use(|| false);
        // SAFETY: it came from a box, nobody uses it any more, and nobody else has taken it out.
        *unsafe { Box::from_raw(before) }
    }

    /// As [`Published::replace`], and waits no longer once `gives_up`. Returns all values from before that nobody uses any
    /// more. Those that are in use still are kept until later.
    pub fn replace_or_keep(&self, value: T, gives_up: impl Fn() -> bool) -> Vec<T> {
        let value = Box::into_raw(Box::new(value));
        let mut kept = self.kept.lock();
        let before = self.value.swap(value, Ordering::SeqCst);
        let in_use = self.uses.load(Ordering::SeqCst);
        kept.push((before, in_use));
        drop(kept);
        self.wait_for_end_of_use(gives_up);
        let now = self.uses.load(Ordering::SeqCst);
        self.kept
            .lock()
            .extract_if(.., |(_, number)| number.is_multiple_of(2) || *number != now)
            // SAFETY: as above.
            .map(|(value, _)| *unsafe { Box::from_raw(value) })
            .collect()
    }

    /// Waits until the use that goes on now has ended, or `gives_up`. Not inside [`Published::with`].
    pub fn wait_for_end_of_use(&self, gives_up: impl Fn() -> bool) {
        let now = self.uses.load(Ordering::SeqCst);
        while !now.is_multiple_of(2) && self.uses.load(Ordering::SeqCst) == now {
            // The audio thread wakes nobody: that would be a system call.
            thread::sleep(Duration::from_millis(1));
            if gives_up() {
                return;
            }
        }
    }
}

impl<T: Default> Default for Published<T> {
    fn default() -> Published<T> {
        Published::new(T::default())
    }
}

impl<T> Drop for Published<T> {
    fn drop(&mut self) {
        // SAFETY: it came from a box, and nobody uses it.
        drop(unsafe { Box::from_raw(*self.value.get_mut()) });
        for (value, _) in self.kept.lock().drain(..) {
            // SAFETY: as above.
            drop(unsafe { Box::from_raw(value) });
        }
    }
}

// SAFETY: the values are passed from thread to thread as by a lock: the pointers own them.
unsafe impl<T: Send> Send for Published<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Published<T> {}

/// Ends a use when it is dropped, also after a panic.
struct Use<'a> {
    uses: &'a AtomicU64,
    number: u64,
}

impl Use<'_> {
    fn begin(uses: &AtomicU64) -> Option<Use<'_>> {
        let before = uses.load(Ordering::SeqCst);
        let number = before + 1;
        let begins = before.is_multiple_of(2)
            && uses
                .compare_exchange(before, number, Ordering::SeqCst, Ordering::SeqCst)
                .is_ok();
        // Made only where it begins: it ends when it is dropped.
        begins.then(|| Use { uses, number })
    }
}

impl Drop for Use<'_> {
    fn drop(&mut self) {
        self.uses.fetch_add(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    #[test]
    fn every_use_finds_a_value_that_nobody_has_dropped() {
        struct Kept(Arc<AtomicBool>);
        impl Drop for Kept {
            fn drop(&mut self) {
                self.0.store(true, Ordering::SeqCst);
            }
        }
        let new = || Kept(Arc::default());
        let published = Published::new(new());
        let ended = AtomicBool::new(false);
        let uses = AtomicU64::new(0);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !ended.load(Ordering::Relaxed) {
                    let dropped = published.with(|value, _| value.0.load(Ordering::SeqCst));
                    assert_eq!(dropped, Some(false));
                    uses.fetch_add(1, Ordering::Relaxed);
                }
            });
            while uses.load(Ordering::Relaxed) < 1000 {
                drop(published.replace(new()));
            }
            ended.store(true, Ordering::Relaxed);
        });
    }

    #[test]
    fn a_value_that_is_in_use_is_kept_until_nobody_uses_it() {
        let published = Published::new(1);
        published.with(|value, _| {
            assert!(published.replace_or_keep(2, || true).is_empty());
            assert!(published.replace_or_keep(3, || true).is_empty());
            assert_eq!(*value, 1);
        });
        published.with(|value, _| assert_eq!(*value, 3));
        assert_eq!(published.replace_or_keep(4, || true), [1, 2, 3]);
        assert_eq!(published.replace_or_keep(5, || true), [4]);
    }

    #[test]
    fn one_thread_uses_it_at_a_time() {
        let published = Published::new(1);
        let inner = published.with(|_, _| published.with(|_, _| ()));
        assert_eq!(inner, Some(None));
        assert_eq!(
            published.with(|value, number| (*value, number)),
            Some((1, 3))
        );
        assert_eq!(published.replace(2), 1);
    }
}
