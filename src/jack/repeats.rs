//! Finds out whether the server wakes a client once more for the cycle that has just run. jackd does, at times.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

/// The last cycle. Audio thread only; wait-free.
#[derive(Default)]
pub(super) struct LastCycle {
    is_known: AtomicBool,
    frame: AtomicU32,
    start_us: AtomicU64,
}

impl LastCycle {
    /// Whether the cycle that begins now is the last one again; it is the last one from now on. `times` are its first
    /// frame, and when it began, by the server's clock; `None` if they tell nothing, as while the server freewheels.
    pub fn is_again(&self, times: Option<(u32, u64)>) -> bool {
        let last = (
            self.frame.load(Ordering::Relaxed),
            self.start_us.load(Ordering::Relaxed),
        );
        let is_again = self.is_known.load(Ordering::Relaxed) && times == Some(last);
        self.is_known.store(times.is_some(), Ordering::Relaxed);
        if let Some((frame, start_us)) = times {
            self.frame.store(frame, Ordering::Relaxed);
            self.start_us.store(start_us, Ordering::Relaxed);
        }
        is_again
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cycle_is_the_last_one_again_if_both_its_frame_and_its_time_are_the_same() {
        let last = LastCycle::default();
        for (times, is_again) in [
            (Some((0, 0)), false),
            (Some((0, 0)), true),
            (Some((0, 0)), true),
            (Some((256, 5_333)), false),
            // The counter stops while jackd is stopped.
            (Some((256, 90_000)), false),
            // PipeWire may tell the number of one cycle and the time of another.
            (Some((512, 90_000)), false),
            (None, false),
            (Some((512, 90_000)), false),
            (Some((512, 90_000)), true),
            (None, false),
            (None, false),
        ] {
            assert_eq!(last.is_again(times), is_again, "{times:?}");
        }
    }
}
