//! Finds out how many frames were skipped before a cycle, and when the cycle was due.
//!
//! Each cycle, the server tells a frame number and a time. Where the two agree, the number is exact.
//! Where they do not agree, one of them is wrong:
//!
//! - PipeWire's frame counter starts again when the server changes its device. So does a counter after
//!   freewheeling.
//! - jackd's frame counter stops while jackd is stopped, or restarts its device. The clock then tells how
//!   long the pause was.
//! - jackd filters the times that it tells. After a pause they are too early by the length of the pause,
//!   and need seconds to become right. Until then, this module adds up frames from the last right time,
//!   and compares the sum with the clock of this machine: that shows further pauses.

use super::lateness::Lateness;
use crate::units::Rate;

/// Follows a frame counter of 32 bits, which wraps.
pub(super) struct FrameClock {
    rate: Rate,
    /// Whether the server smooths the times that it tells.
    smooths: bool,
    last: Option<SeenCycle>,
    /// A pause that was seen, and is not yet counted.
    pause: Option<Pause>,
    /// `Some` while the server's times are wrong.
    distrust: Option<Distrust>,
    /// Of the last cycles.
    lateness: Lateness,
    /// The least lateness of some cycles, measured when the server's times were right.
    usual_lateness_ns: i64,
}

/// The server's times are wrong, since a pause.
struct Distrust {
    since_ns: u64,
    /// How many cycles in a row have had a right time since.
    right: u32,
}

/// What the server says of a cycle.
#[derive(Clone, Copy)]
pub(super) struct Told {
    /// The counter's number of the first frame.
    pub first_frame: u32,
    pub frames: u32,
    /// When it was due (`CLOCK_MONOTONIC`), as the server says.
    pub due_ns: u64,
    /// The same clock now.
    pub now_ns: u64,
}

struct SeenCycle {
    told: Told,
    /// When it was due, as this module found.
    time_ns: u64,
}

/// A pause of the server, which ended with the last cycle.
#[derive(Clone, Copy)]
struct Pause {
    /// When the pause began: the first frame that came too late was due then.
    since_ns: u64,
}

/// What was found out about a cycle.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// How many frames were skipped before it.
    pub skipped: u64,
    /// When it was due.
    pub time_ns: u64,
}

/// Two times count as the same if they differ by no more than this. So do two numbers of frames.
const JITTER_NS: i64 = 1_000_000;
/// A device runs faster or slower than the clock by less than one part in this many.
const DRIFT: i64 = 5_000;
/// The server's times are trusted again after this many right ones in a row. After a pause they swing
/// around the right time, so a single one may be right by chance.
const RIGHT_CYCLES: u32 = 100;
/// A cycle's time is wrong if it lies further back than two periods and this.
const LATE_NS: i64 = 10_000_000;

impl FrameClock {
    pub fn new(rate: Rate, smooths: bool) -> FrameClock {
        FrameClock {
            rate,
            smooths,
            last: None,
            pause: None,
            distrust: None,
            lateness: Lateness::NONE,
            usual_lateness_ns: 0,
        }
    }

    /// The next cycle is the first: nothing is skipped before it.
    pub fn restart(&mut self) {
        self.last = None;
        self.pause = None;
    }

    /// Takes the next cycle.
    ///
    /// # Real-time contract
    /// Audio thread only; wait-free; no allocation, free, lock, system call, log or panic.
    pub fn advance(&mut self, told: Told) -> Step {
        let Some(last) = self.last.take() else {
            return self.first(told);
        };
        let last = self.take_back_false_pause(last, &told);
        // After a change of period, both servers count as if the last cycle had had the new length.
        let counted = told
            .first_frame
            .wrapping_sub(last.told.first_frame)
            .cast_signed();
        let counted = i64::from(counted) - i64::from(told.frames);
        let by_clock = self.passed(last.told.due_ns, told.due_ns, &last);
        let spread = match told.frames == last.told.frames {
            true => i64::from(told.frames / 2),
            // The period has changed. PipeWire's counter may be wrong by some periods, and jackd's
            // counter stops meanwhile.
            false => 0,
        };
        let tolerance = spread.max(self.frames(JITTER_NS));
        let agrees = |frames: i64, tolerance| (frames - counted).abs() <= tolerance;
        // Times of this machine's clock are less exact: this client may have been woken up to a period late.
        let agreed = agrees(by_clock, tolerance)
            || self.distrust.is_some()
                && agrees(
                    self.passed(last.told.now_ns, told.now_ns, &last),
                    tolerance.max(told.frames.into()),
                );
        let skipped = if agreed { counted.max(0) } else { 0 };
        let played_ns = self.nanoseconds(u64::from(last.told.frames) + skipped.cast_unsigned());
        let expected_ns = last.time_ns.saturating_add_signed(played_ns);
        let trusts = self.trusts(&told, expected_ns, by_clock < -tolerance);
        let time_ns = match trusts {
            true => told.due_ns,
            false => expected_ns.min(told.now_ns),
        };
        let paused = self.paused_by_own_clock(trusts, &told, time_ns);
        let skipped = skipped + paused;
        let time_ns = time_ns.saturating_add_signed(self.nanoseconds(paused.cast_unsigned()));
        let skipped = match self.pause.take() {
            // A pause is counted one cycle late. After a pause, jackd first runs the cycle that was due before the
            // pause.
            Some(pause) => {
                let since_ns = signed_difference(time_ns, pause.since_ns);
                self.frames(since_ns) - i64::from(last.told.frames)
            }
            None => skipped,
        };
        if !agreed && by_clock > tolerance && self.distrust.is_none() {
            self.pause = Some(Pause {
                since_ns: expected_ns,
            });
        }
        self.last = Some(SeenCycle { told, time_ns });
        Step {
            skipped: skipped.max(0).cast_unsigned(),
            time_ns,
        }
    }

    /// How many frames passed between two times, less those of the cycle between them.
    fn passed(&self, from_ns: u64, to_ns: u64, between: &SeenCycle) -> i64 {
        self.frames(signed_difference(to_ns, from_ns)) - i64::from(between.told.frames)
    }

    /// While the server's times are wrong, the clock of this machine shows a pause: all cycles after it run
    /// late by its length. Returns how many frames it lasted; 0 if there was none.
    fn paused_by_own_clock(&mut self, trusts: bool, told: &Told, time_ns: u64) -> i64 {
        if !self.smooths {
            return 0;
        }
        let late_ns = signed_difference(told.now_ns, time_ns);
        let Some(late) = self.lateness.add(late_ns) else {
            return 0;
        };
        if trusts {
            self.usual_lateness_ns = late.least_ns;
            return 0;
        }
        let pause_ns = late.least_ns - self.usual_lateness_ns;
        let period_ns = self.nanoseconds(told.frames.into());
        // After a pause, a server that catches up runs cycles faster than real time.
        let makes_up = late.first_ns - late.last_ns > period_ns;
        match makes_up || pause_ns <= JITTER_NS.max(period_ns / 2) {
            true => 0,
            false => self.frames(pause_ns),
        }
    }

    /// Takes back a pause if this cycle is on time after all. The last cycle's time was wrong then: jackd
    /// may tell when it woke up, and PipeWire may tell the time of another cycle.
    fn take_back_false_pause(&mut self, last: SeenCycle, told: &Told) -> SeenCycle {
        let Some(Pause { since_ns }) = self.pause else {
            return last;
        };
        let due_ns = self.nanoseconds(last.told.frames.into()) + since_ns.cast_signed();
        if (told.due_ns.cast_signed() - due_ns).abs() > JITTER_NS {
            return last;
        }
        self.pause = None;
        SeenCycle {
            told: Told {
                due_ns: since_ns,
                ..last.told
            },
            time_ns: since_ns,
        }
    }

    /// Whether a cycle was due when the server says.
    fn trusts(&mut self, told: &Told, expected_ns: u64, went_back: bool) -> bool {
        if !self.smooths {
            return true;
        }
        let age_ns = signed_difference(told.now_ns, told.due_ns);
        if went_back || !self.may_be_right(age_ns, told) {
            let since_ns = told.now_ns;
            self.distrust
                .get_or_insert(Distrust { since_ns, right: 0 })
                .right = 0;
            return false;
        }
        let Some(distrust) = &mut self.distrust else {
            return true;
        };
        let lasted_ns = signed_difference(told.now_ns, distrust.since_ns);
        let allowed_ns = JITTER_NS + lasted_ns / DRIFT;
        let is_right = signed_difference(told.due_ns, expected_ns).abs() <= allowed_ns;
        distrust.right = if is_right { distrust.right + 1 } else { 0 };
        let trusts = distrust.right >= RIGHT_CYCLES;
        if trusts {
            self.distrust = None;
        }
        trusts
    }

    fn first(&mut self, told: Told) -> Step {
        let age_ns = signed_difference(told.now_ns, told.due_ns);
        let trusts = !self.smooths || self.may_be_right(age_ns, &told);
        let (time_ns, distrust) = match trusts {
            true => (told.due_ns, None),
            false => {
                let since_ns = told.now_ns;
                (since_ns, Some(Distrust { since_ns, right: 0 }))
            }
        };
        self.distrust = distrust;
        self.lateness = Lateness::NONE;
        self.usual_lateness_ns = 0;
        self.last = Some(SeenCycle { told, time_ns });
        Step {
            skipped: 0,
            time_ns,
        }
    }

    /// Whether the age of a due time is possible.
    fn may_be_right(&self, age_ns: i64, told: &Told) -> bool {
        let late_ns = 2 * self.nanoseconds(told.frames.into()) + LATE_NS;
        (-JITTER_NS..=late_ns).contains(&age_ns)
    }

    /// To the nearest frame.
    fn frames(&self, nanoseconds: i64) -> i64 {
        let frames = self.rate.frames_in(nanoseconds.unsigned_abs()) as i64;
        frames * nanoseconds.signum()
    }

    fn nanoseconds(&self, frames: u64) -> i64 {
        self.rate.nanoseconds(frames).cast_signed()
    }
}

fn signed_difference(to: u64, from: u64) -> i64 {
    to.wrapping_sub(from).cast_signed()
}

#[cfg(test)]
mod tests;
