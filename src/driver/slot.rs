//! Where the engine lives while drivers come and go.
//!
//! The engine outlives its driver: when a server dies, the next connection goes on with the same
//! engine, while a thread of the old one may still be stuck in, or return from, the old library
//! call. So a driver never owns the engine; it holds a [`Lease`], and a lease that was replaced
//! yields silence.

use super::gate::Gate;
use super::{Period, Process};
use crate::sys;
use std::cell::UnsafeCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Holds the engine; hands out one valid lease at a time.
pub(crate) struct Slot {
    gate: Gate,
    /// Frames that no driver played, to be added to the next period's `skipped`.
    gap: AtomicU64,
    failed: AtomicBool,
    process: UnsafeCell<Box<dyn Process>>,
}

// SAFETY: `process` is reached only in `Lease::run`, inside the gate, so by one thread at a time;
// `dyn Process` is `Send`.
#[allow(unsafe_code, reason = "the gate lets one thread in at a time")]
unsafe impl Sync for Slot {}

/// The right to run the engine, until the next lease is taken.
#[derive(Clone)]
pub(crate) struct Lease {
    slot: Arc<Slot>,
    number: u64,
}

impl Slot {
    pub fn new(process: Box<dyn Process>) -> Arc<Slot> {
        #[cfg(feature = "seeded-bugs")]
        crate::seeded::prepare();
        Arc::new(Slot {
            gate: Gate::default(),
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
            if let Some(number) = self.gate.next() {
                let slot = self.clone();
                return Some(Lease { slot, number });
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
        let inside = self.slot.gate.enter(self.number);
        // Inside, a failure of whoever was here before is seen.
        if inside.is_none() || self.slot.has_failed() {
            silence(period.outputs);
            return false;
        }
        period.skipped += self.slot.gap.swap(0, Ordering::Relaxed);
        let outputs = &mut *period.outputs;
        let panicked = {
            let _flushed = sys::Denormals::flushed();
            let reborrowed = Period {
                outputs: &mut *outputs,
                ..period
            };
            // SAFETY: this thread is inside the gate; nobody else enters until it has left.
            #[allow(unsafe_code, reason = "the gate lets one thread in at a time")]
            let process = unsafe { &mut *self.slot.process.get() };
            catch_unwind(AssertUnwindSafe(|| run_period(&mut **process, reborrowed))).is_err()
        };
        if panicked {
            self.slot.failed.store(true, Ordering::Release);
            silence(outputs);
        }
        !panicked
    }
}

fn silence(outputs: &mut [&mut [f32]]) {
    for output in outputs {
        output.fill(0.0);
    }
}

/// What the detectors watch: the allocation guard of test builds, and the real-time sanitizer.
#[cfg_attr(rtsan, sanitize(realtime = "nonblocking"))]
fn run_period(process: &mut dyn Process, period: Period<'_, '_>) {
    let run = || {
        #[cfg(feature = "seeded-bugs")]
        crate::seeded::commit();
        process.process(period);
    };
    // One watches at a time: the guard ends the process before the sanitizer has seen anything.
    #[cfg(all(feature = "rt-guard", not(rtsan)))]
    assert_no_alloc::assert_no_alloc(run);
    #[cfg(not(all(feature = "rt-guard", not(rtsan))))]
    run();
}
