//! From the server's frame counter to the frames that were skipped.

/// Follows a frame counter of 32 bits, which wraps, and which some servers begin anew.
pub(super) struct FrameClock {
    frame_rate_hz: u32,
    last: Option<Last>,
}

struct Last {
    /// The number that the next period's first frame has if none is skipped.
    next_frame: u32,
    frames: u32,
    /// When the last period was due.
    time_ns: u64,
}

/// A counter that steps back by more periods than this was begun anew; a step back within it comes
/// from a cycle that ran so late that it had seen a later cycle's number.
const LONGEST_STEP_BACK_PERIODS: u32 = 4;

impl FrameClock {
    pub fn new(frame_rate_hz: u32) -> FrameClock {
        FrameClock {
            frame_rate_hz,
            last: None,
        }
    }

    /// The next period is the first: nothing is skipped before it.
    pub fn restart(&mut self) {
        self.last = None;
    }

    /// Takes a period of `frames` frames that begins at the counter's `first_frame`; returns how
    /// many frames were skipped before it. `time_ns`: when it was due.
    ///
    /// # Real-time contract
    /// Audio thread only; wait-free; no allocation, free, lock, system call, log or panic.
    pub fn advance(&mut self, first_frame: u32, frames: u32, time_ns: u64) -> u64 {
        let (first_frame, skipped) = match &self.last {
            None => (first_frame, 0),
            // jackd numbers a cycle as if all before it had this cycle's length.
            Some(last)
                if first_frame
                    == last
                        .next_frame
                        .wrapping_add(frames.wrapping_sub(last.frames)) =>
            {
                (first_frame, 0)
            }
            Some(last) => {
                let ahead = first_frame.wrapping_sub(last.next_frame);
                let behind = last.next_frame.wrapping_sub(first_frame);
                if behind <= LONGEST_STEP_BACK_PERIODS.saturating_mul(frames) {
                    // Counted already: the step back cancels a step ahead.
                    (last.next_frame, 0)
                } else if self.confirms(ahead, time_ns.saturating_sub(last.time_ns)) {
                    (first_frame, ahead)
                } else {
                    (first_frame, 0)
                }
            }
        };
        self.last = Some(Last {
            next_frame: first_frame.wrapping_add(frames),
            frames,
            time_ns,
        });
        skipped.into()
    }

    /// Whether so much time has passed that `skipped` frames can have passed too. If not, the
    /// counter was begun anew: by another device of a PipeWire server, or by freewheeling.
    fn confirms(&self, skipped: u32, elapsed_ns: u64) -> bool {
        let needed_ns = u64::from(skipped) * 1_000_000_000 / u64::from(self.frame_rate_hz.max(1));
        elapsed_ns >= needed_ns / 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HZ: u32 = 1_000_000; // one frame is 1,000 ns

    fn at(first_frame: u32, time_ns: u64) -> FrameClock {
        let mut clock = FrameClock::new(HZ);
        assert_eq!(clock.advance(first_frame, 256, time_ns), 0);
        clock
    }

    #[test]
    fn consecutive_periods_skip_nothing_even_where_the_counter_wraps() {
        let mut clock = at(u32::MAX - 255, 0);
        assert_eq!(clock.advance(0, 333, 256_000), 0);
        assert_eq!(clock.advance(333, 1024, 589_000), 0);
        assert_eq!(clock.advance(1357, 1024, 1_613_000), 0);
    }

    #[test]
    fn a_gap_counts_its_frames_even_where_the_counter_wraps() {
        let mut clock = at(u32::MAX - 511, 0);
        assert_eq!(clock.advance(256, 256, 768_000), 512);
        assert_eq!(clock.advance(512, 256, 1_024_000), 0);
    }

    #[test]
    fn a_change_of_period_skips_nothing_though_jackd_moves_its_counter_by_the_difference() {
        let mut clock = at(1000, 0);
        assert_eq!(clock.advance(1256 + 77, 333, 256_000), 0);
        assert_eq!(clock.advance(1256 + 77 + 333, 333, 589_000), 0);
        assert_eq!(clock.advance(1256 + 666, 256, 922_000), 0);
        assert_eq!(clock.advance(1256 + 666 + 512, 256, 1_434_000), 256);
    }

    #[test]
    fn a_gap_after_a_pause_of_the_whole_server_is_counted() {
        let mut clock = at(0, 0);
        assert_eq!(clock.advance(2_000_256, 256, 2_000_256_000), 2_000_000);
    }

    #[test]
    fn a_jump_that_took_no_time_is_a_new_counter() {
        let mut clock = at(0, 0);
        assert_eq!(clock.advance(1_000_000, 256, 256_000), 0);
        assert_eq!(clock.advance(1_000_256, 256, 512_000), 0);
    }

    #[test]
    fn a_counter_that_begins_anew_skips_nothing() {
        let mut clock = at(5_000_000, 0);
        assert_eq!(clock.advance(256, 256, 256_000), 0);
        assert_eq!(clock.advance(1024, 256, 1_024_000), 512);
    }

    #[test]
    fn a_late_cycle_that_saw_the_next_number_is_not_counted_twice() {
        let mut clock = at(0, 0);
        assert_eq!(clock.advance(512, 256, 512_000), 256);
        assert_eq!(clock.advance(512, 256, 512_000), 0);
        // The server is at 768, 1024 frames were counted: the next gap is shorter by those.
        assert_eq!(clock.advance(1024, 256, 1_024_000), 0);
    }
}
