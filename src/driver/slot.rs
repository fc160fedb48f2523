//! Where the engine lives while drivers come and go.
//!
//! The engine outlives its driver: when a server dies, the next connection goes on with the same
//! engine, while a thread of the old one may still be stuck in, or return from, the old library
//! call. So a driver never owns the engine; it holds a [`Lease`], and a lease that was replaced
//! yields silence.

use super::gate::Gate;
use super::{Period, Process};
use crate::sys;
use crate::units;
use std::cell::UnsafeCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Holds the engine; hands out one valid lease at a time.
pub(crate) struct Slot {
    gate: Gate,
    frame_rate_hz: u32,
    gap: Gap,
    failed: AtomicBool,
    process: UnsafeCell<Box<dyn Process>>,
}

// SAFETY: `process` is reached only in `Lease::run`, inside the gate, so by one thread at a time;
// `dyn Process` is `Send`.
#[allow(unsafe_code, reason = "the gate lets one thread in at a time")]
unsafe impl Sync for Slot {}

/// The frames between the last period of a lost driver and the first one of the next.
struct Gap {
    /// When the first of these frames was due. [`NONE`] while nothing is to be counted.
    since_ns: AtomicU64,
    /// How many frames there are. [`NONE`] until they are counted.
    frames: AtomicU64,
}

const NONE: u64 = u64::MAX;

/// The right to run the engine, until the next lease is taken.
#[derive(Clone)]
pub(crate) struct Lease {
    slot: Arc<Slot>,
    number: u64,
}

impl Slot {
    pub fn new(process: Box<dyn Process>, frame_rate_hz: u32) -> Arc<Slot> {
        #[cfg(feature = "seeded-bugs")]
        crate::seeded::prepare();
        Arc::new(Slot {
            gate: Gate::default(),
            frame_rate_hz,
            gap: Gap {
                since_ns: AtomicU64::new(NONE),
                frames: AtomicU64::new(NONE),
            },
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

    /// From now on, the next period counts the frames between `since_ns` and its own beginning as skipped.
    /// Call this only while the engine cannot run: before the next lease has run a period.
    pub fn expect_gap(&self, since_ns: u64) {
        self.gap.frames.store(NONE, Ordering::Relaxed);
        self.gap.since_ns.store(since_ns, Ordering::Release);
    }

    /// How many frames were counted so; `None` until that period has run.
    pub fn gap(&self) -> Option<u64> {
        let frames = self.gap.frames.load(Ordering::Acquire);
        (frames != NONE).then_some(frames)
    }

    /// Whether the engine panicked. It is never run again then.
    pub fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Acquire)
    }

    /// Counts the gap that was announced, if any, up to `time_ns`; 0 if there is none.
    fn count_gap(&self, time_ns: u64) -> u64 {
        if self.gap.since_ns.load(Ordering::Acquire) == NONE {
            return 0;
        }
        let missed_ns = time_ns.saturating_sub(self.gap.since_ns.swap(NONE, Ordering::Relaxed));
        let frames = units::frames_in(missed_ns, self.frame_rate_hz);
        self.gap.frames.store(frames, Ordering::Release);
        frames
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
        period.skipped += self.slot.count_gap(period.time_ns);
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
