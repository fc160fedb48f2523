//! Tells a thread of the program that something of a stream waits for it.

use crate::error::Result;
use crate::sys::Signal;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How much the audio thread has delivered, how much of it the program has taken, and a descriptor that is readable while
/// something waits. The audio thread only counts; the [`Waker`](super::waker::Waker) makes the descriptor readable.
pub(super) struct Mail {
    signal: Signal,
    delivered: AtomicU64,
    taken: AtomicU64,
    /// Nothing more comes.
    is_over: AtomicBool,
    /// The program takes nothing more.
    is_unwanted: AtomicBool,
}

impl Mail {
    /// # Errors
    /// [`crate::Error::System`].
    pub fn new() -> Result<Mail> {
        Ok(Mail {
            signal: Signal::new()?,
            delivered: AtomicU64::new(0),
            taken: AtomicU64::new(0),
            is_over: AtomicBool::new(false),
            is_unwanted: AtomicBool::new(false),
        })
    }

    /// So much more waits. With `may_block`, wakes the program at once.
    ///
    /// # Real-time contract
    /// Audio thread only. Without `may_block` wait-free; no allocation, lock, system call or log.
    pub fn deliver(&self, count: u64, may_block: bool) {
        self.delivered.fetch_add(count, Ordering::Release);
        if may_block {
            self.wake_if_due();
        }
    }

    /// Whether the audio thread need not wait for the program any more. Wait-free.
    pub fn is_unwanted(&self) -> bool {
        self.is_unwanted.load(Ordering::Relaxed)
    }

    /// The program takes nothing more.
    pub fn refuse(&self) {
        self.is_unwanted.store(true, Ordering::Relaxed);
    }

    /// Makes the descriptor readable, if something waits.
    pub fn wake_if_due(&self) {
        if self.delivered.load(Ordering::Acquire) != self.taken.load(Ordering::Relaxed) {
            self.signal.set();
        }
    }

    /// Nothing more comes. The descriptor stays readable.
    pub fn end(&self) {
        self.is_over.store(true, Ordering::Release);
        self.signal.set();
    }

    /// Whether nothing more comes.
    pub fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Acquire)
    }

    /// Takes one with `take`, if one waits. One thread at a time.
    pub fn take<T>(&self, mut take: impl FnMut() -> Option<T>) -> Option<T> {
        let taken = take().or_else(|| {
            if self.is_over() {
                return take(); // Nothing more comes after this.
            }
            self.signal.clear();
            // What came before the clear.
            let taken = take();
            if self.is_over() {
                self.signal.set();
            }
            taken
        })?;
        self.taken.fetch_add(1, Ordering::Relaxed);
        self.wake_if_due();
        Some(taken)
    }

    /// Waits until something may have come; false once `until` has passed. `None`: for ever.
    pub fn wait_until(&self, until: Option<Instant>) -> bool {
        let left = match until {
            Some(until) => until.saturating_duration_since(Instant::now()),
            None => Duration::MAX,
        };
        !left.is_zero() && (self.signal.wait(left) || until.is_none())
    }
}

impl AsFd for Mail {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.signal.as_fd()
    }
}

/// How long the audio thread waits for a program that takes or brings nothing, where it may block. jackd gives up a client
/// that needs more than 10 s for a cycle of freewheeling.
const LONGEST_WAIT: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_micros(50);

/// Waits for the program on the audio thread, where that may block. Once it has waited in vain, it waits no more until
/// the program goes on.
#[derive(Default)]
pub(super) struct Patience {
    has_gone: bool,
}

impl Patience {
    /// Returns whether it is so, at last. `waits` is true meanwhile.
    pub fn wait_until(
        &mut self,
        mail: &Mail,
        waits: &AtomicBool,
        is_so: impl FnMut() -> bool,
    ) -> bool {
        waits.store(true, Ordering::SeqCst);
        let is_so = self.wait(mail, is_so);
        waits.store(false, Ordering::SeqCst);
        is_so
    }

    fn wait(&mut self, mail: &Mail, mut is_so: impl FnMut() -> bool) -> bool {
        let until = Instant::now() + LONGEST_WAIT;
        while !is_so() {
            if self.has_gone || mail.is_unwanted() {
                return false;
            }
            self.has_gone = Instant::now() >= until;
            std::thread::sleep(PAUSE);
        }
        self.has_gone = false;
        true
    }
}
