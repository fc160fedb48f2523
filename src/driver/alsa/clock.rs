//! When each period was due: a delay-locked loop takes the jitter out of the time stamps.
//!
//! After Fons Adriaensen, "Using a DLL to filter time" (2005).
#![forbid(unsafe_code)]

use crate::units::Rate;

/// Follows the time stamps of one stream of periods.
pub(super) struct Clock {
    rate: Rate,
    period_ns: f64,
    /// How much of an error goes into the time, and into the length of a period.
    gains: (f64, f64),
    state: Option<State>,
}

/// What is known of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Due {
    /// When it was due; never earlier than the period before.
    pub time_ns: u64,
    /// By how many frames it was later than the periods before let expect.
    pub late_frames: i64,
}

/// Times are counted from `base_ns`, so that floats are exact enough.
struct State {
    base_ns: u64,
    /// When the last period was due, and the next one is.
    last: f64,
    next: f64,
    /// How long a period lasts, by the stamps.
    length: f64,
}

const BANDWIDTH_HZ: f64 = 0.5;
/// The loop swings where one period is a larger part of its time.
const MOST_OMEGA: f64 = 0.25;
/// A stamp that is further off than this, and than two periods, is not jitter.
const JUMP_NS: f64 = 20e6;

impl Clock {
    pub fn new(rate: Rate, period_frames: usize) -> Clock {
        let period_ns = rate.nanoseconds(period_frames as u64) as f64;
        let omega = 2.0 * std::f64::consts::PI * BANDWIDTH_HZ * period_ns / 1e9;
        let omega = omega.min(MOST_OMEGA);
        Clock {
            rate,
            period_ns,
            gains: (std::f64::consts::SQRT_2 * omega, omega * omega),
            state: None,
        }
    }

    /// The next stamp is of another stream. Returns when the next period would have been due; `None` if none ran.
    pub fn restart(&mut self) -> Option<u64> {
        self.state.take().map(|state| state.at(state.next))
    }

    /// Takes the stamp of the next period.
    ///
    /// # Real-time contract
    /// Wait-free; no allocation, free, lock, system call, log or panic.
    pub fn advance(&mut self, stamp_ns: u64) -> Due {
        let Some(state) = &mut self.state else {
            return self.begin(stamp_ns);
        };
        let error = stamp_ns.wrapping_sub(state.base_ns).cast_signed() as f64 - state.next;
        if error.abs() > JUMP_NS.max(2.0 * self.period_ns) {
            let last_ns = state.at(state.last);
            return self.begin(stamp_ns.max(last_ns));
        }
        state.last = state.next.max(state.last);
        state.next += self.gains.0 * error + state.length;
        state.length += self.gains.1 * error;
        Due {
            time_ns: state.at(state.last),
            late_frames: (error * f64::from(self.rate.hz()) / 1e9) as i64,
        }
    }

    fn begin(&mut self, stamp_ns: u64) -> Due {
        self.state = Some(State {
            base_ns: stamp_ns,
            last: 0.0,
            next: self.period_ns,
            length: self.period_ns,
        });
        Due {
            time_ns: stamp_ns,
            late_frames: 0,
        }
    }

    /// How many frames lie between two times.
    pub fn frames_between(&self, from_ns: u64, to_ns: u64) -> u64 {
        self.rate.frames_in(to_ns.saturating_sub(from_ns))
    }
}

impl State {
    fn at(&self, time: f64) -> u64 {
        self.base_ns.saturating_add_signed(time as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERIOD: usize = 256;

    fn clock() -> Clock {
        Clock::new(Rate::new(48_000), PERIOD)
    }

    /// When a period is due on a device whose clock is off by some parts in a million.
    fn due_ns(period: u64, ppm: f64) -> u64 {
        let length = PERIOD as f64 / 48_000.0 * 1e9;
        1_000_000_000 + (period as f64 * length * (1.0 + ppm / 1e6)) as u64
    }

    /// Up to a millisecond, without a pattern that a filter would see.
    fn jitter_ns(period: u64) -> u64 {
        period.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 44
    }

    #[test]
    fn stamps_that_come_late_by_chance_become_times_with_a_tenth_of_the_jitter() {
        let mut clock = clock();
        let mut errors = Vec::new();
        for period in 0..4_000 {
            let stamp_ns = due_ns(period, 0.0) + jitter_ns(period);
            let time = clock.advance(stamp_ns).time_ns;
            if period > 1_000 {
                errors.push(time.wrapping_sub(due_ns(period, 0.0)).cast_signed());
            }
        }
        let (least, most) = (errors.iter().min(), errors.iter().max());
        let spread = most.zip(least).map(|(most, least)| most - least);
        assert!(spread.is_some_and(|spread| spread < 100_000), "{spread:?}");
    }

    #[test]
    fn a_device_that_is_fast_or_slow_is_followed() {
        for ppm in [-300.0, 200.0] {
            let mut clock = clock();
            let mut error = 0;
            for period in 0..10_000 {
                let time = clock.advance(due_ns(period, ppm)).time_ns;
                error = time.wrapping_sub(due_ns(period, ppm)).cast_signed();
            }
            assert!(error.abs() < 1_000, "{ppm} ppm: {error} ns");
        }
    }

    #[test]
    fn a_jump_is_taken_over_at_once_and_time_never_goes_back() {
        let mut clock = clock();
        for period in 0..100 {
            clock.advance(due_ns(period, 0.0));
        }
        let later = due_ns(100, 0.0) + 500_000_000;
        assert_eq!(clock.advance(later).time_ns, later);
        // Where nothing paces the device, stamps come in a row.
        let mut last = later;
        for step in 1..1_000 {
            let time = clock.advance(later + step * 1_000).time_ns;
            assert!(time >= last);
            last = time;
        }
    }

    #[test]
    fn a_long_period_does_not_make_it_swing() {
        let rate = Rate::new(8_000);
        let mut clock = Clock::new(rate, 65_536);
        let mut error = 0;
        for period in 0..200 {
            let due = 1_000_000_000 + rate.nanoseconds(period * 65_536);
            let time = clock.advance(due + jitter_ns(period)).time_ns;
            error = time.abs_diff(due);
        }
        assert!(error < 1_000_000, "{error} ns");
    }

    #[test]
    fn a_restart_tells_when_the_next_period_would_have_been_due() {
        let mut clock = clock();
        assert_eq!(clock.restart(), None);
        for period in 0..100 {
            clock.advance(due_ns(period, 0.0));
        }
        let next = clock.restart().expect("it ran");
        assert!(next.abs_diff(due_ns(100, 0.0)) < 1_000);
        assert_eq!(clock.frames_between(next, next + 1_000_000_000), 48_000);
        assert_eq!(clock.frames_between(next, next - 1), 0);
    }

    #[test]
    fn a_period_that_is_late_is_told_by_how_much() {
        let mut clock = clock();
        for period in 0..1_000 {
            let due = clock.advance(due_ns(period, 0.0));
            assert!(due.late_frames.abs() <= 1, "{due:?}");
        }
        let due = clock.advance(due_ns(1_000, 0.0) + 2_000_000);
        assert!((95..=97).contains(&due.late_frames), "{due:?}");
    }
}
