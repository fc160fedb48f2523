//! When one entry sounds: once, or at every multiple of its interval. Arithmetic only.

use super::entry::Entry;

/// The places on the timeline where an entry begins to sound, and how long it sounds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Instances {
    first: i64,
    length: i64,
    /// `None`: the entry does not repeat.
    interval: Option<Interval>,
    /// Number of the last repeat.
    last: u64,
}

/// `numerator / denominator` frames, at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Interval {
    pub numerator: u64,
    pub denominator: u32,
}

impl Instances {
    pub fn of(entry: &Entry) -> Instances {
        let interval = entry.repeat.map(|repeat| Interval {
            numerator: repeat.numerator.get(),
            denominator: repeat.denominator.get(),
        });
        let last = entry.repeat.map_or(0, |repeat| {
            repeat.count.map_or(u64::MAX, |count| count.get() - 1)
        });
        Instances {
            first: entry.play_at,
            length: entry.length() as i64,
            interval,
            last,
        }
    }

    /// The first frame that sounds.
    pub fn begin(&self) -> i64 {
        self.first
    }

    /// The first frame after all sound; `i64::MAX` if it has no end, or ends beyond all positions.
    pub fn end(&self) -> i64 {
        if self.last == u64::MAX {
            return i64::MAX;
        }
        let end = i128::from(self.first) + self.offset(self.last) + i128::from(self.length);
        end.min(i64::MAX.into()) as i64
    }

    /// How long each repeat sounds.
    pub fn length(&self) -> i64 {
        self.length
    }

    /// The interval, if there are gaps between repeats. If the entry has an end, only if the gaps are long.
    pub fn interval_with_gaps(&self) -> Option<Interval> {
        let times = if self.last == u64::MAX { 1 } else { 8 };
        let length = i128::from(self.length) * times;
        self.interval
            .filter(|i| length * i128::from(i.denominator) < i128::from(i.numerator))
    }

    /// The beginnings of the repeats that sound somewhere in `[from, to)`, in ascending order.
    pub fn sounding(self, from: i64, to: i64) -> impl Iterator<Item = i64> {
        let (mut k, last) = self.whole_numbers(from, to).unwrap_or_else(|| {
            let (first, last) = self.numbers(from, to);
            (first as i64, last as i64)
        });
        std::iter::from_fn(move || {
            if k > last {
                return None;
            }
            let begin = i128::from(self.first) + self.offset(k as u64);
            k += 1;
            Some(begin as i64)
        })
    }

    /// As [`Instances::numbers`], by one division of 64-bit numbers. That is enough for most voices:
    /// repeats begin whole frames apart, and no number is near the limits.
    fn whole_numbers(&self, from: i64, to: i64) -> Option<(i64, i64)> {
        let interval = self.interval.filter(|interval| interval.denominator == 1)?;
        let interval = i64::try_from(interval.numerator).ok()?;
        let from = from.checked_sub(self.first)?;
        let to = to.checked_sub(self.first)?;
        let last = to.checked_sub(1)?.div_euclid(interval);
        let last = last.min(i64::try_from(self.last).unwrap_or(i64::MAX));
        let mut first = last + 1;
        while first > 0
            && (first - 1)
                .checked_mul(interval)?
                .checked_add(self.length)?
                > from
        {
            first -= 1;
        }
        Some((first, last))
    }

    /// Whether it sounds exactly once.
    pub fn sounds_once(&self) -> bool {
        self.interval.is_none()
    }

    /// Whether a repeat begins at exactly this frame.
    pub fn begins_at(self, frame: i64) -> bool {
        frame
            .checked_add(1)
            .is_some_and(|next| self.sounding(frame, next).any(|begin| begin == frame))
    }

    /// The numbers of the first and the last repeat that sound in `[from, to)`; first > last if
    /// none does.
    fn numbers(&self, from: i64, to: i64) -> (i128, i128) {
        const NONE: (i128, i128) = (1, 0);
        let from = i128::from(from) - i128::from(self.first);
        let to = i128::from(to) - i128::from(self.first);
        let length = i128::from(self.length);
        let Some(interval) = self.interval else {
            return if to > 0 && from < length {
                (0, 0)
            } else {
                NONE
            };
        };
        if to <= 0 {
            return NONE;
        }
        // offset(k) is k * interval, rounded. So these are off by at most one, which the loops correct.
        let number_near = |offset: i128| {
            let parts = offset * i128::from(interval.denominator);
            // A division of 128-bit numbers takes ten times as long.
            match (i64::try_from(parts), i64::try_from(interval.numerator)) {
                (Ok(parts), Ok(numerator)) => i128::from(parts / numerator),
                _ => parts / i128::from(interval.numerator),
            }
        };
        let mut first = (number_near(from - length) - 1).max(0);
        while self.offset(first as u64) + length <= from {
            first += 1;
        }
        let mut last = (number_near(to) + 1).min(self.last.into());
        while last >= 0 && self.offset(last as u64) >= to {
            last -= 1;
        }
        (first, last)
    }

    /// Frames from the first beginning to the beginning of repeat `k`.
    fn offset(&self, k: u64) -> i128 {
        let Some(interval) = self.interval else {
            return 0;
        };
        let exact = i128::from(k) * i128::from(interval.numerator);
        match interval.denominator {
            1 => exact,
            d => (2 * exact + i128::from(d)).div_euclid(2 * i128::from(d)),
        }
    }
}

#[cfg(test)]
impl Instances {
    /// Without a numerator: once; with a count of 0: without end.
    pub fn at(first: i64, length: i64, numerator: u64, denominator: u32, count: u64) -> Instances {
        let interval = (numerator > 0).then_some(Interval {
            numerator,
            denominator,
        });
        Instances {
            first,
            length,
            interval,
            last: interval.map_or(0, |_| count.wrapping_sub(1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_third_of_a_frame_never_drifts() {
        let third = Instances::at(0, 1, 100_001, 3, 0);
        let begins: Vec<i64> = third.sounding(0, 200_002).collect();
        assert_eq!(begins, [0, 33_334, 66_667, 100_001, 133_335, 166_668]);
        assert!(third.begins_at(100_001 * 1_000_000));
    }

    #[test]
    fn every_window_finds_what_a_scan_finds() {
        for (numerator, denominator) in [(1, 1), (3, 1), (7, 2), (22, 7), (50, 1)] {
            for length in [1, 2, 5, 60] {
                for count in [0, 1, 3, 40] {
                    let it = Instances::at(-13, length, numerator, denominator, count);
                    let scan = |from: i64, to: i64| -> Vec<i64> {
                        (0..if count == 0 { 400 } else { count })
                            .map(|k| -13 + it.offset(k) as i64)
                            .filter(|b| *b < to && b + length > from)
                            .collect()
                    };
                    for from in -80..200 {
                        for window in [1, 4, 64] {
                            let found: Vec<i64> = it.sounding(from, from + window).collect();
                            assert_eq!(found, scan(from, from + window), "{it:?} from {from}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn the_ends_of_the_timeline_do_not_overflow() {
        let it = Instances::at(-crate::units::MAX_POSITION, 1 << 60, 1 << 60, 1, 0);
        assert!(it.sounding(i64::MAX - 5, i64::MAX).count() <= 3);
        assert!(it.sounding(i64::MIN, i64::MIN + 5).count() == 0);
    }
}
