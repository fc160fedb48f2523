//! What is to sound: an immutable list of entries, and its indexed form for the audio thread.
//!
//! Flow: [`Entry`]s -> [`Playspec::new`] (checks all of them) -> `control` schedules it -> the
//! player asks its [`index`] which entries sound.
#![forbid(unsafe_code)]

pub(crate) mod gains;
pub(crate) mod index;
pub(crate) mod instances;

use crate::clip::Clip;
use crate::error::{Error, Result};
use crate::memory;
use crate::units::{check_gain, check_length, check_position};
use index::Index;
use instances::Instances;
use std::num::{NonZeroU32, NonZeroU64};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

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

    /// The outputs it reaches at the most: one past the last, on an interface of `outputs`.
    fn outputs_needed(&self) -> u16 {
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
        // Of an empty clip there is nothing else to play.
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

/// A checked, immutable list of entries. Cloning is cheap; it may be scheduled any number of
/// times, on several interfaces at once.
#[derive(Clone)]
pub struct Playspec(pub(crate) Arc<Compiled>);

/// The form that the player reads.
pub(crate) struct Compiled {
    /// Unlike any other playspec's in this process.
    pub id: u64,
    /// In the order in which the caller gave them.
    pub entries: Vec<Entry>,
    /// Where each entry sounds, same order.
    pub instances: Vec<Instances>,
    /// Which entries sound when.
    pub index: Index,
    /// The clips that are streamed, each once.
    pub streams: Vec<Clip>,
}

impl Playspec {
    /// Checks and indexes the entries. A playspec without entries is silence.
    ///
    /// # Errors
    /// The first entry that is wrong: [`Error::InvalidArgument`] or [`Error::OutOfRange`];
    /// [`Error::OutOfMemory`].
    pub fn new(mut entries: Vec<Entry>) -> Result<Playspec> {
        Playspec::take(&mut entries)
    }

    /// As [`Playspec::new`]; after an error, the entries are where they were.
    pub(crate) fn take(entries: &mut Vec<Entry>) -> Result<Playspec> {
        static NEXT_ID: AtomicU64 = AtomicU64::new(1);
        if entries.len() > u32::MAX as usize {
            return Err(Error::OutOfRange {
                what: "entries",
                given: entries.len() as i128,
                allowed: "at most 2^32 - 1",
            });
        }
        for (number, entry) in entries.iter().enumerate() {
            entry
                .check()
                .map_err(|e| Error::InvalidArgument(format!("entry {number}: {e}")))?;
        }
        let instances = memory::collect(entries.iter().map(Instances::of), "a playspec")?;
        let index = Index::new(&instances)?;
        let streams = streams_of(entries)?;
        Ok(Playspec(Arc::new(Compiled {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            entries: std::mem::take(entries),
            instances,
            index,
            streams,
        })))
    }

    /// The entries, in the order in which they were given.
    pub fn entries(&self) -> &[Entry] {
        &self.0.entries
    }

    /// Checks that every entry has the interface's rate and fits its outputs.
    pub(crate) fn check_fit(&self, interface_hz: u32, outputs: u16) -> Result<()> {
        for (number, entry) in self.0.entries.iter().enumerate() {
            let clip_hz = entry.clip.info().frame_rate_hz;
            if clip_hz != interface_hz {
                return Err(Error::RateMismatch {
                    what: format!("the clip of entry {number}"),
                    clip_hz,
                    interface_hz,
                });
            }
            if entry.outputs_needed() > outputs {
                return Err(Error::InvalidArgument(format!(
                    "entry {number}: needs outputs {} to {}; the interface has {outputs}",
                    entry.first_output,
                    entry.outputs_needed() - 1
                )));
            }
        }
        Ok(())
    }
}

/// The clips that are streamed, each once.
fn streams_of(entries: &[Entry]) -> Result<Vec<Clip>> {
    let streamed = || entries.iter().filter(|entry| entry.clip.is_streamed());
    let mut streams = memory::room(streamed().count(), "a playspec")?;
    streams.extend(streamed().map(|entry| entry.clip.clone()));
    streams.sort_unstable_by_key(Clip::id);
    streams.dedup_by_key(|clip| clip.id());
    Ok(streams)
}

impl std::fmt::Debug for Playspec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Playspec({} entries)", self.0.entries.len())
    }
}
