//! Sees frames that are missing on one side of a pair, and that nobody reports. A plugin of a server has such gaps where the
//! server was too late.
//!
//! On one clock, the frames that wait to be read and those that wait to be heard are always as many together. Where
//! frames were not captured, this sum is smaller from then on, and the input is late. Where the output has stood still,
//! the sum is larger. Where both sides have stood still, the sum is as it was, and the input is late for long. One sum may be wrong, since plugins move many frames at once, and one side after the other. So only
//! sums in a row count, and they are compared with the first ones after a start.
#![forbid(unsafe_code)]

/// Watches the sum.
pub(super) struct Balance {
    period: u64,
    usual: Usual,
    captured: Run,
    played: Run,
    both: Run,
}

/// The first sums after a start.
struct Usual {
    sums: u32,
    least: u64,
    most: u64,
}

/// Sums in a row that are off, and the one of their second half that is so the least. The gap may still grow in the first.
struct Run {
    sums: u32,
    extreme: u64,
}

/// What is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    /// So many frames were not captured.
    Captured(u64),
    /// For so many periods the output has stood still.
    Played(u64),
    /// For so many frames both sides have stood still.
    Both(u64),
}

/// So many sums after a start are the usual ones.
const LEARNT: u32 = 16;
/// So many in a row are no chance. Nothing else tells that an output has stood still, so that takes more.
const CAPTURED_RUN: u32 = 6;
const PLAYED_RUN: u32 = 64;
const BOTH_RUN: u32 = 8;

impl Balance {
    pub fn new(period: u64) -> Balance {
        Balance {
            period,
            usual: Usual::NONE,
            captured: Run::NONE,
            played: Run::NONE,
            both: Run::NONE,
        }
    }

    /// The devices were started again, or what was missing was put right.
    pub fn restart(&mut self) {
        *self = Balance::new(self.period);
    }

    /// Takes the sum after a period, and by how many frames the period was later than those before let expect.
    ///
    /// # Real-time contract
    /// Wait-free; no allocation, free, lock, system call, log or panic.
    pub fn add(&mut self, sum: u64, late_frames: i64) -> Option<Missing> {
        let usual = &mut self.usual;
        if usual.sums < LEARNT {
            usual.sums += 1;
            usual.least = usual.least.min(sum);
            usual.most = usual.most.max(sum);
            return None;
        }
        let tolerance = self.period / 2;
        let is_late = late_frames >= self.period.cast_signed() / 8;
        let captured = (is_late && sum + tolerance < usual.most).then_some(sum);
        self.captured.take(captured, CAPTURED_RUN / 2, u64::max);
        let played = (sum > usual.least + tolerance).then_some(sum);
        self.played.take(played, PLAYED_RUN / 2, u64::min);
        if self.captured.sums >= CAPTURED_RUN {
            let missing = usual.most - self.captured.extreme;
            return Some(Missing::Captured(missing));
        }
        if self.played.sums >= PLAYED_RUN {
            let periods = (self.played.extreme - usual.least + tolerance) / self.period;
            return Some(Missing::Played(periods));
        }
        // What lets a late period be expected learns meanwhile. So the first one is late by the most.
        let is_behind = late_frames >= self.period.cast_signed() * 3 / 8;
        let behind = is_behind.then_some(late_frames.unsigned_abs());
        self.both.take(behind, 0, u64::max);
        (self.both.sums >= BOTH_RUN).then_some(Missing::Both(self.both.extreme))
    }
}

impl Usual {
    const NONE: Usual = Usual {
        sums: 0,
        least: u64::MAX,
        most: 0,
    };
}

impl Run {
    const NONE: Run = Run {
        sums: 0,
        extreme: 0,
    };

    /// `None`: a sum that is not off. `half`: so many are only counted.
    fn take(&mut self, sum: Option<u64>, half: u32, extreme: fn(u64, u64) -> u64) {
        let Some(sum) = sum else {
            *self = Run::NONE;
            return;
        };
        self.extreme = match self.sums > half {
            true => extreme(self.extreme, sum),
            false => sum,
        };
        self.sums += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERIOD: u64 = 256;
    const USUAL: u64 = 3 * PERIOD;
    const LATE: i64 = PERIOD as i64;

    fn learnt() -> Balance {
        let mut balance = Balance::new(PERIOD);
        for _ in 0..LEARNT {
            assert_eq!(balance.add(USUAL, 0), None);
        }
        balance
    }

    fn answers(sums: impl IntoIterator<Item = (u64, i64)>) -> Vec<Missing> {
        let mut balance = learnt();
        let answer = |(sum, late)| {
            let answer = balance.add(sum, late);
            if answer.is_some() {
                balance.restart();
            }
            answer
        };
        sums.into_iter().filter_map(answer).collect()
    }

    #[test]
    fn sums_that_are_off_by_a_few_frames_tell_nothing() {
        assert_eq!(
            answers((0..1_000).map(|n| (USUAL - 50 + n % 100, LATE / 4))),
            []
        );
    }

    #[test]
    fn sums_that_are_off_now_and_then_tell_nothing() {
        let early = (0..1_000).map(|n| (USUAL - PERIOD * u64::from(n % 5 != 0), LATE / 4));
        assert_eq!(answers(early), []);
        let late = (0..1_000).map(|n| (USUAL + PERIOD * u64::from(n % 60 != 0), 0));
        assert_eq!(answers(late), []);
    }

    #[test]
    fn frames_that_were_not_captured_are_told_where_the_input_is_late_as_well() {
        assert_eq!(answers([(USUAL - PERIOD, 0); 100]), []);
        let missing = Missing::Captured(PERIOD);
        assert_eq!(answers([(USUAL - PERIOD, LATE); 20]), [missing]);
    }

    #[test]
    fn two_sides_that_have_stood_still_are_told_where_periods_are_late_for_long() {
        let late = |n: u32| (USUAL, LATE - 12 * i64::from(n));
        assert_eq!(answers((0..7).map(late)), []);
        assert_eq!(answers((0..10).map(late)), [Missing::Both(PERIOD)]);
        assert_eq!(
            answers((0..100).map(|n| (USUAL, LATE * (n % 8).min(1)))),
            []
        );
    }

    #[test]
    fn an_output_that_has_stood_still_is_told_in_whole_periods() {
        let sums = (0..100).map(|n| (USUAL + 2 * PERIOD - n % 20, 0));
        assert_eq!(answers(sums), [Missing::Played(2)]);
    }

    #[test]
    fn the_sums_after_a_start_are_the_usual_ones() {
        let mut balance = learnt();
        balance.restart();
        for _ in 0..1_000 {
            assert_eq!(balance.add(USUAL - PERIOD, LATE / 4), None);
        }
    }
}
