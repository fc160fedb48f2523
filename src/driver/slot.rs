//! Where the engine lives while drivers come and go.
//!
//! The engine outlives its driver: when a server dies, the next connection goes on with the same
//! engine, while a thread of the old one may still be stuck in, or return from, the old library
//! call. So a driver never owns the engine; it holds a [`Lease`], and a lease that was replaced
//! yields silence. Entering and leaving are one atomic operation each.

use super::{Period, Process};
use crate::sys;
use std::cell::UnsafeCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

#[cfg(loom)]
use loom::sync::atomic::{AtomicBool, AtomicU64, Ordering};
#[cfg(not(loom))]
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

const BUSY: u64 = 1;

/// Holds the engine; hands out one valid lease at a time.
pub(crate) struct Slot {
    /// Number of the valid lease, shifted left by one, and [`BUSY`] while it runs.
    state: AtomicU64,
    /// Frames that no driver played, to be added to the next period's `skipped`.
    gap: AtomicU64,
    failed: AtomicBool,
    process: UnsafeCell<Box<dyn Process>>,
}

// SAFETY: `process` is reached only in `Lease::run`, between setting and clearing `BUSY` by
// compare-and-exchange, so by one thread at a time; `dyn Process` is `Send`.
#[allow(unsafe_code, reason = "exclusive access is guarded by the BUSY bit")]
unsafe impl Sync for Slot {}

/// The right to run the engine, until the next lease is taken.
#[derive(Clone)]
pub(crate) struct Lease {
    slot: Arc<Slot>,
    number: u64,
}

impl Slot {
    pub fn new(process: Box<dyn Process>) -> Arc<Slot> {
        Arc::new(Slot {
            state: AtomicU64::new(0),
            gap: AtomicU64::new(0),
            failed: AtomicBool::new(false),
            process: UnsafeCell::new(process),
        })
    }

    /// Ends the previous lease and makes a new one; `None` if the engine stays in the middle of a
    /// period for longer than `patience`.
    pub fn lease(self: &Arc<Slot>, patience: Duration) -> Option<Lease> {
        let deadline = Instant::now() + patience;
        loop {
            let state = self.state.load(Ordering::Relaxed);
            let number = (state >> 1) + 1;
            let idle = state & BUSY == 0;
            if idle
                && self
                    .state
                    .compare_exchange(state, number << 1, Ordering::AcqRel, Ordering::Relaxed)
                    .is_ok()
            {
                return Some(Lease {
                    slot: self.clone(),
                    number,
                });
            }
            if Instant::now() > deadline {
                return None;
            }
            std::thread::yield_now();
        }
    }

    /// Tells the engine, in its next period, that so many frames passed since the last one that
    /// no driver played. Instead of what was told before, if no period ran meanwhile.
    pub fn set_gap(&self, frames: u64) {
        self.gap.store(frames, Ordering::Relaxed);
    }

    /// Whether the engine panicked. It is never run again then.
    pub fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Acquire)
    }
}

impl Lease {
    /// Runs the engine for one period, with denormals flushed to zero; silence if the lease has
    /// ended or the engine has panicked. Returns whether the engine ran.
    ///
    /// # Real-time contract
    /// Audio thread only; wait-free; no allocation, free, lock, system call or log.
    pub fn run(&self, mut period: Period<'_, '_>) -> bool {
        let idle = self.number << 1;
        let state = &self.slot.state;
        if self.slot.failed.load(Ordering::Relaxed)
            || state
                .compare_exchange(idle, idle | BUSY, Ordering::AcqRel, Ordering::Relaxed)
                .is_err()
        {
            silence(period.outputs);
            return false;
        }
        period.skipped += self.slot.gap.swap(0, Ordering::Relaxed);
        let outputs = &mut *period.outputs;
        let panicked = {
            let _flushed = sys::FlushToZero::enable();
            let reborrowed = Period {
                outputs: &mut *outputs,
                ..period
            };
            // SAFETY: this thread set BUSY just above; nobody else enters until it is cleared.
            #[allow(unsafe_code, reason = "exclusive access is guarded by the BUSY bit")]
            let process = unsafe { &mut *self.slot.process.get() };
            catch_unwind(AssertUnwindSafe(|| guarded(|| process.process(reborrowed)))).is_err()
        };
        if panicked {
            self.slot.failed.store(true, Ordering::Release);
            silence(outputs);
        }
        state.store(idle, Ordering::Release);
        !panicked
    }
}

fn silence(outputs: &mut [&mut [f32]]) {
    for output in outputs {
        output.fill(0.0);
    }
}

#[cfg(feature = "rt-guard")]
fn guarded<T>(run: impl FnOnce() -> T) -> T {
    assert_no_alloc::assert_no_alloc(run)
}

#[cfg(not(feature = "rt-guard"))]
fn guarded<T>(run: impl FnOnce() -> T) -> T {
    run()
}
