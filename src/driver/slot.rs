//! Where the engine lives while drivers come and go.
//!
//! The engine outlives its driver. When a server dies, the next connection goes on with the same
//! engine, while a thread of the old driver may still hang in a call of its library, or return from
//! it. So a driver never owns the engine. It holds a [`Lease`], and a lease that was replaced
//! plays silence.

use super::gate::Gate;
use super::period::{Period, Process};
use crate::sys;
use crate::units::Rate;
use std::cell::UnsafeCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Holds the engine; hands out one valid lease at a time.
pub(crate) struct Slot {
    gate: Gate,
    rate: Rate,
    failed: AtomicBool,
    process: UnsafeCell<Box<dyn Process>>,
}

// SAFETY: `process` is reached only in `Lease::run`, inside the gate, so by one thread at a time;
// `dyn Process` is `Send`.
#[allow(unsafe_code, reason = "the gate lets one thread in at a time")]
unsafe impl Sync for Slot {}

/// The right to run the engine, until the next lease is taken. Clones are the same lease.
#[derive(Clone)]
pub(crate) struct Lease {
    slot: Arc<Slot>,
    number: u64,
    gap: Option<Arc<Gap>>,
}

/// The frames between the last period of a lost driver and the first one of the next.
struct Gap {
    /// When the first of these frames was due.
    since_ns: u64,
    /// How many frames there are. [`UNCOUNTED`] until the lease has run a period.
    frames: AtomicU64,
}

const UNCOUNTED: u64 = u64::MAX;

impl Slot {
    pub fn new(process: Box<dyn Process>, rate: Rate) -> Arc<Slot> {
        #[cfg(feature = "seeded-bugs")]
        crate::seeded::prepare();
        Arc::new(Slot {
            gate: Gate::default(),
            rate,
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
                let gap = None;
                return Some(Lease { slot, number, gap });
            }
            if Instant::now() > deadline {
                return None;
            }
            std::thread::yield_now();
        }
    }

    /// Whether the engine panicked. It is never run again then.
    pub fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Acquire)
    }
}

impl Lease {
    /// The same lease, whose first period counts the frames between `since_ns` and its own beginning as
    /// skipped.
    pub fn with_gap_since(self, since_ns: u64) -> Lease {
        let frames = AtomicU64::new(UNCOUNTED);
        let gap = Some(Arc::new(Gap { since_ns, frames }));
        Lease { gap, ..self }
    }

    /// How many frames were counted as skipped. `None` until that period has run, and without a gap.
    pub fn gap(&self) -> Option<u64> {
        self.gap.as_ref().and_then(|gap| gap.counted())
    }

    /// Runs the engine for one period, with denormals flushed to zero; silence if the lease has
    /// ended or the engine has panicked. Returns whether the engine ran.
    ///
    /// # Real-time contract
    /// Audio thread only; wait-free; no allocation, free, lock, system call or log.
    pub fn run(&self, mut period: Period<'_, '_>) -> bool {
        let inside = self.slot.gate.enter(self.number);
        // A failure of an earlier holder is visible here.
        if inside.is_none() || self.slot.has_failed() {
            silence(period.outputs);
            return false;
        }
        if let Some(gap) = &self.gap {
            period.skipped += gap.count(period.time_ns, self.slot.rate);
        }
        let outputs = &mut *period.outputs;
        let panicked = {
            let _flushed = sys::Denormals::flushed();
            let reborrowed = Period {
                outputs: &mut *outputs,
                midi: &mut *period.midi,
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

impl Gap {
    fn counted(&self) -> Option<u64> {
        let frames = self.frames.load(Ordering::Acquire);
        (frames != UNCOUNTED).then_some(frames)
    }

    /// Counts the frames up to `time_ns`; 0 if they were counted before. Only inside the gate.
    fn count(&self, time_ns: u64, rate: Rate) -> u64 {
        if self.counted().is_some() {
            return 0;
        }
        let missed_ns = time_ns.saturating_sub(self.since_ns);
        let frames = rate.frames_in(missed_ns);
        self.frames.store(frames, Ordering::Release);
        frames
    }
}

fn silence(outputs: &mut [&mut [f32]]) {
    for output in outputs {
        output.fill(0.0);
    }
}

fn run_period(process: &mut dyn Process, period: Period<'_, '_>) {
    sys::in_real_time(|| {
        #[cfg(feature = "seeded-bugs")]
        crate::seeded::commit();
        process.process(period);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::midi::PeriodMidi;
    use crate::units::Latency;

    const SECOND_NS: u64 = 1_000_000_000;

    /// Counts the frames that were skipped.
    struct Skipped(Arc<AtomicU64>);

    impl Process for Skipped {
        fn process(&mut self, period: Period<'_, '_>) {
            self.0.fetch_add(period.skipped, Ordering::Relaxed);
        }
    }

    /// A slot with a frame rate of 48,000, and the number of frames that its engine was told to be skipped.
    fn slot() -> (Arc<Slot>, Arc<AtomicU64>) {
        let skipped = Arc::<AtomicU64>::default();
        let process = Box::new(Skipped(skipped.clone()));
        (Slot::new(process, Rate::new(48_000)), skipped)
    }

    fn lease(slot: &Arc<Slot>) -> Lease {
        slot.lease(Duration::ZERO).expect("nobody is inside")
    }

    fn run(lease: &Lease, time_ns: u64) -> bool {
        lease.run(Period {
            frames: 1,
            skipped: 0,
            recovered: None,
            server_frame: 0,
            time_ns,
            may_block: false,
            latency: Latency::default(),
            inputs: &[],
            outputs: &mut [],
            midi: &mut PeriodMidi::default(),
        })
    }

    #[test]
    fn the_first_period_of_a_lease_counts_its_gap_and_no_later_one_does() {
        let (slot, skipped) = slot();
        let lease = lease(&slot).with_gap_since(SECOND_NS);
        assert_eq!(lease.gap(), None);
        let at_the_driver = lease.clone();
        assert!(run(&at_the_driver, 3 * SECOND_NS));
        assert_eq!(lease.gap(), Some(2 * 48_000));
        assert!(run(&at_the_driver, 4 * SECOND_NS));
        assert_eq!(skipped.load(Ordering::Relaxed), 2 * 48_000);
    }

    #[test]
    fn the_gap_of_a_lease_that_has_ended_is_counted_in_no_period() {
        let (slot, skipped) = slot();
        let late = lease(&slot).with_gap_since(SECOND_NS);
        let valid = lease(&slot);
        assert!(!run(&late, 3 * SECOND_NS));
        assert!(run(&valid, 3 * SECOND_NS));
        assert!(!run(&late, 4 * SECOND_NS));
        assert!(run(&valid, 4 * SECOND_NS));
        assert_eq!((late.gap(), valid.gap()), (None, None));
        assert_eq!(skipped.load(Ordering::Relaxed), 0);
    }
}
