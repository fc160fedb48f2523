//! One entry of a playspec: a clip, cropped, placed, repeated and scaled.

use crate::clip::Clip;
use crate::error::{Error, Result};
use crate::units::{check_gain, check_length, check_position};
use std::num::{NonZeroU32, NonZeroU64};

/// The most copies of one repeating entry that may sound at the same time.
pub const MAX_OVERLAP: u64 = 1024;

/// A gain factor for the left and the right side; see [`Entry::first_output`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gain {
    /// Factor for channels 0, 2, 4, ... of the clip.
    pub left: f32,
    /// Factor for channels 1, 3, 5, ... of the clip.
    pub right: f32,
}

impl Gain {
    /// Both sides unchanged.
    pub const UNITY: Gain = Gain::both(1.0);

    /// The same factor on both sides.
    pub const fn both(factor: f32) -> Gain {
        Gain {
            left: factor,
            right: factor,
        }
    }
}

/// When an entry sounds again: every `numerator / denominator` frames.
///
/// Repeat `k` begins at `play_at + round(k * numerator / denominator)`, halves upwards, so that a
/// metronome never drifts by more than half a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repeat {
    /// The interval's numerator, in frames.
    pub numerator: NonZeroU64,
    /// The interval's denominator.
    pub denominator: NonZeroU32,
    /// How often the entry sounds in all; `None`: without end.
    pub count: Option<NonZeroU64>,
}

/// One clip, cropped, placed, repeated and scaled.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What sounds.
    pub clip: Clip,
    /// The first frame of the clip that sounds.
    pub begin: u64,
    /// The first frame of the clip that no longer sounds; after `begin`, and at most the clip's
    /// length. Of an empty clip both are 0, and nothing sounds.
    pub end: u64,
    /// Where `begin` sounds on the timeline; may be negative.
    pub play_at: i64,
    /// Whether it sounds again.
    pub repeat: Option<Repeat>,
    /// How loud.
    pub gain: Gain,
    /// The output that the clip's first channel goes to. A clip of one channel sounds on this
    /// output with the left gain and on the next one, where there is one, with the right gain;
    /// channel `n` of any other clip sounds on output `first_output + n`.
    pub first_output: u16,
    /// Frames over which each repeat fades in, linearly, from silence at its first frame.
    pub fade_in: u64,
    /// Frames over which each repeat fades out, linearly, to silence at its last frame.
    pub fade_out: u64,
}

impl Entry {
    /// The whole clip once, at `play_at`, unchanged, on outputs 0 and 1.
    pub fn new(clip: &Clip, play_at: i64) -> Entry {
        Entry {
            clip: clip.clone(),
            begin: 0,
            end: clip.info().frames,
            play_at,
            repeat: None,
            gain: Gain::UNITY,
            first_output: 0,
            fade_in: 0,
            fade_out: 0,
        }
    }

    /// How long each repeat sounds.
    pub(crate) fn length(&self) -> u64 {
        self.end - self.begin
    }

    /// One past the last output that it may reach.
    pub(super) fn outputs_needed(&self) -> u16 {
        self.first_output + self.clip.info().channels
    }

    /// Checks every field; `what` in the errors is the field's name.
    pub fn check(&self) -> Result<()> {
        let frames = self.clip.info().frames;
        if self.end > frames {
            return Err(Error::InvalidArgument(format!(
                "end is {}; the clip has {frames} frames",
                self.end
            )));
        }
        // An empty clip has no frames to choose from.
        if self.begin > self.end || self.begin == self.end && frames > 0 {
            return Err(Error::InvalidArgument(format!(
                "begin is {}; it must be below end, which is {}",
                self.begin, self.end
            )));
        }
        check_position("play_at", self.play_at)?;
        check_gain("gain.left", self.gain.left)?;
        check_gain("gain.right", self.gain.right)?;
        let last_output = u32::from(self.first_output) + u32::from(self.clip.info().channels);
        if last_output > u32::from(crate::units::MAX_CHANNELS) {
            return Err(Error::OutOfRange {
                what: "first_output",
                given: self.first_output.into(),
                allowed: "0 to 64 less the clip's channels",
            });
        }
        for (what, fade) in [("fade_in", self.fade_in), ("fade_out", self.fade_out)] {
            if fade > self.length() {
                return Err(Error::InvalidArgument(format!(
                    "{what} is {fade}; the entry sounds for {} frames",
                    self.length()
                )));
            }
        }
        self.repeat
            .map_or(Ok(()), |repeat| self.check_repeat(repeat))
    }

    fn check_repeat(&self, repeat: Repeat) -> Result<()> {
        check_length("repeat.numerator", repeat.numerator.get())?;
        if repeat.numerator.get() < u64::from(repeat.denominator.get()) {
            return Err(Error::InvalidArgument(format!(
                "repeat interval is {}/{} frames; it must be at least 1",
                repeat.numerator, repeat.denominator
            )));
        }
        let copies = u128::from(self.length()) * u128::from(repeat.denominator.get());
        if repeat.count.is_none_or(|count| count.get() > MAX_OVERLAP)
            && copies > u128::from(MAX_OVERLAP) * u128::from(repeat.numerator.get())
        {
            return Err(Error::InvalidArgument(format!(
                "repeat interval is {}/{} frames for {} frames of sound; at most {MAX_OVERLAP} \
                 copies of an entry may sound at once",
                repeat.numerator,
                repeat.denominator,
                self.length()
            )));
        }
        Ok(())
    }
}
