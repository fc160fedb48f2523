//! The ratio of two rates, and what it makes of frame counts and times.

/// Input frames to output frames, in lowest terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ratio {
    /// Input frames in the time that `to` output frames take.
    pub from: u64,
    /// Output frames in the time that `from` input frames take.
    pub to: u64,
}

impl Ratio {
    pub fn new(from_hz: u32, to_hz: u32) -> Ratio {
        let divisor = greatest_common_divisor(from_hz, to_hz);
        Ratio {
            from: (from_hz / divisor).into(),
            to: (to_hz / divisor).into(),
        }
    }

    /// The length that `frames` input frames are converted to: the nearest, halves up. More than
    /// 2^64, which no clip may have, is given as the largest number.
    pub fn output_frames(self, frames: u64) -> u64 {
        let (from, to) = (u128::from(self.from), u128::from(self.to));
        let rounded = (2 * u128::from(frames) * to + from) / (2 * from);
        rounded.try_into().unwrap_or(u64::MAX)
    }

    /// The time of an output frame: whole input frames, and the rest in parts of `to`.
    pub fn input_time(self, output_frame: u64) -> (u64, u64) {
        let time = u128::from(output_frame) * u128::from(self.from);
        let to = u128::from(self.to);
        let whole = (time / to).try_into().unwrap_or(u64::MAX);
        (whole, (time % to) as u64)
    }
}

fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 {
        a
    } else {
        greatest_common_divisor(b, a % b)
    }
}
