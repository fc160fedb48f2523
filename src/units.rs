//! Limits and identities that every layer shares.
//!
//! Lengths are `u64` frames, positions on a timeline are `i64` frames, device frames are `u64`
//! counted since the interface was created, times are `u64` nanoseconds of `CLOCK_MONOTONIC`.
//! A *sample* is one channel at one instant; a *frame* is all channels at one instant.

use crate::error::{Error, Result};
use std::time::Duration;

/// The most channels a clip or one side of an interface may have.
pub const MAX_CHANNELS: u16 = 64;

/// The longest period, in frames, that an interface accepts.
pub const MAX_PERIOD_FRAMES: u32 = 65_536;

/// Positions are accepted from `-MAX_POSITION` to `MAX_POSITION`, so that sums of a position and
/// a length never leave `i64`.
pub const MAX_POSITION: i64 = 1 << 61;

/// The longest clip, fade, ramp or repeat interval, in frames.
pub const MAX_LENGTH_FRAMES: u64 = 1 << 60;

/// The frame rates that are accepted, in hertz.
pub const FRAME_RATE_RANGE_HZ: std::ops::RangeInclusive<u32> = 1_000..=768_000;

/// Identifies one scheduled swap; never reused within a process. 0 means "none".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

impl Ticket {
    /// No swap: what sounds before the first swap was applied.
    pub const NONE: Ticket = Ticket(0);
}

/// The latencies between the period and the sound in the air, in frames, as the driver reports them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Latency {
    /// From the microphone to the input buffer of a period.
    pub capture_frames: u32,
    /// From the output buffer of a period to the loudspeaker.
    pub playback_frames: u32,
}

impl Latency {
    /// How many frames ago that was played which is captured now: the sum of both latencies.
    pub fn round_trip_frames(self) -> u64 {
        u64::from(self.capture_frames) + u64::from(self.playback_frames)
    }

    /// How many frames ago that was played which is captured now, where the driver's latencies are off by
    /// [`crate::Config::latency_offset_frames`]; never less than 0.
    pub(crate) fn corrected_round_trip(self, offset_frames: i32) -> u64 {
        self.round_trip_frames()
            .saturating_add_signed(offset_frames.into())
    }
}

const NS_PER_SECOND: u64 = 1_000_000_000;

/// Frames per second: makes nanoseconds of frames, and frames of nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate(u32);

impl Rate {
    /// `hz` is not 0.
    pub const fn new(hz: u32) -> Rate {
        Rate(hz)
    }

    pub const fn hz(self) -> u32 {
        self.0
    }

    /// How many nanoseconds so many frames last, rounded down.
    pub fn nanoseconds(self, frames: u64) -> u64 {
        let hz = u64::from(self.0);
        frames / hz * NS_PER_SECOND + frames % hz * NS_PER_SECOND / hz
    }

    /// How many frames so many nanoseconds last, to the nearest one.
    pub fn frames_in(self, nanoseconds: u64) -> u64 {
        let hz = u64::from(self.0);
        let rest = nanoseconds % NS_PER_SECOND * hz;
        nanoseconds / NS_PER_SECOND * hz + (rest + NS_PER_SECOND / 2) / NS_PER_SECOND
    }

    /// How long so many frames last.
    pub fn duration(self, frames: u64) -> Duration {
        Duration::from_nanos(self.nanoseconds(frames))
    }
}

/// Refuses a position outside `-MAX_POSITION..=MAX_POSITION`.
pub(crate) fn check_position(what: &'static str, position: i64) -> Result<i64> {
    if (-MAX_POSITION..=MAX_POSITION).contains(&position) {
        return Ok(position);
    }
    Err(Error::OutOfRange {
        what,
        given: position.into(),
        allowed: "-2^61 to 2^61",
    })
}

/// Refuses a length above `MAX_LENGTH_FRAMES`.
pub(crate) fn check_length(what: &'static str, frames: u64) -> Result<u64> {
    if frames <= MAX_LENGTH_FRAMES {
        return Ok(frames);
    }
    Err(Error::OutOfRange {
        what,
        given: frames.into(),
        allowed: "0 to 2^60",
    })
}

/// Refuses a gain that is NaN or infinite.
pub(crate) fn check_gain(what: &'static str, gain: f32) -> Result<f32> {
    if gain.is_finite() && gain.abs() <= MAX_GAIN {
        return Ok(gain);
    }
    Err(Error::BadFloat {
        what,
        given: gain.into(),
        allowed: "a finite number from -1e6 to 1e6",
    })
}

/// The largest gain factor (120 dB); larger ones would overflow when many entries are summed.
pub const MAX_GAIN: f32 = 1e6;

/// The largest magnitude of a sample in a clip; larger ones would overflow when entries are summed.
pub const MAX_SAMPLE: f32 = 1e6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_and_nanoseconds_become_each_other_also_over_centuries() {
        assert_eq!(Rate::new(44_100).nanoseconds(44_100), 1_000_000_000);
        assert_eq!(Rate::new(44_100).nanoseconds(1), 22_675);
        assert_eq!(
            Rate::new(48_000).nanoseconds(432_000_000_000_001),
            9_000_000_000_000_020_833
        );
        assert_eq!(Rate::new(44_100).frames_in(22_675), 1);
        assert_eq!(Rate::new(44_100).frames_in(11_337), 0);
        assert_eq!(Rate::new(44_100).frames_in(11_338), 1);
        assert_eq!(
            Rate::new(48_000).frames_in(9_000_000_000_000_020_833),
            432_000_000_000_001
        );
    }
}
