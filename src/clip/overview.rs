//! Overviews: the least and greatest sample and the RMS of any stretch of a clip, fast enough to
//! draw from, at any zoom.
//!
//! A mip-map: the finest level has one block for each 256 frames of a channel, each level above
//! it one for four blocks of the level below, up to one block for all. A stretch is made up of
//! the largest blocks that fit into it, so that the work for it grows with the logarithm of its
//! length. All levels together take 16 bytes for 256 samples, a 64th of the samples themselves.

use super::data::Clip;
use super::info::ClipInfo;
use super::scan::{Seen, each_block_of, each_block_of_clip, open};
use super::source::Monitor;
use crate::error::{Error, Result};
use crate::memory;
use crate::sys;
use std::ops::Range;
use std::path::Path;

/// The frames of a block of the finest level.
const FINEST: u64 = 256;
/// How many blocks of a level are one of the next.
const FACTOR: usize = 4;

/// What to draw for one stretch of a channel. Units: linear, 1.0 is full scale. All zeros where
/// there is nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bucket {
    /// The least sample.
    pub min: f32,
    /// The greatest sample.
    pub max: f32,
    /// The root of the mean square.
    pub rms: f32,
}

/// Peaks and RMS of a clip or a file at every zoom. Made once; reading it is fast.
///
/// ```
/// use amio::{Bucket, Clip, Overview};
/// use std::ops::ControlFlow;
///
/// let clip = Clip::from_f32(48_000, 1, &[0.5, -0.25, 1.0, 0.0])?;
/// let overview = Overview::of_clip(&clip, &mut |_| ControlFlow::Continue(()))?;
/// let mut pixels = [Bucket::default(); 2];
/// overview.read(0, 0..4, &mut pixels)?;
/// assert_eq!((pixels[0].min, pixels[0].max), (-0.25, 0.5));
/// assert_eq!((pixels[1].min, pixels[1].max), (0.0, 1.0));
/// # Ok::<(), amio::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Overview {
    info: ClipInfo,
    bad_samples: u64,
    /// The levels of each channel, the finest first.
    channels: Vec<Vec<Vec<OverviewBlock>>>,
    /// For what is finer than the finest level.
    clip: Option<Clip>,
}

impl Overview {
    /// The overview of a clip, which it keeps: what is finer than 256 frames is read from there,
    /// so that every answer is exact. A streamed clip is read once and not kept; its overview is
    /// that of its file.
    ///
    /// # Errors
    /// [`Error::Cancelled`], [`Error::OutOfMemory`].
    pub fn of_clip(clip: &Clip, monitor: &mut Monitor<'_>) -> Result<Overview> {
        let mut builder = OverviewBuilder::new(clip.info().channels);
        let seen = each_block_of_clip(clip, monitor, |block| builder.take(block))?;
        builder.finish(seen, Some(clip))
    }

    /// The overview of a file that is not loaded: exact where stretches begin and end at
    /// multiples of 256 frames, and otherwise of up to 255 frames more at either end.
    ///
    /// # Errors
    /// As [`Clip::open`], and [`Error::Cancelled`].
    pub fn of_file(path: impl AsRef<Path>, monitor: &mut Monitor<'_>) -> Result<Overview> {
        let mut source = open(path.as_ref())?;
        let mut builder = OverviewBuilder::new(source.info().channels);
        let seen = each_block_of(&mut *source, monitor, |block| builder.take(block))?;
        builder.finish(seen, None)
    }

    /// Rate, channels and length of what it shows.
    pub fn info(&self) -> ClipInfo {
        self.info
    }

    /// Samples that were NaN, infinite or beyond ±1e6, and are shown as 0: as
    /// [`Clip::bad_samples`].
    pub fn bad_samples(&self) -> u64 {
        self.bad_samples
    }

    /// Divides `frames` of one channel into as many stretches as `out` is long, and fills in each:
    /// see [`Overview::buckets`].
    ///
    /// # Errors
    /// [`Error::OutOfRange`] (no such channel), [`Error::InvalidArgument`] (`frames` is empty or
    /// ends before it begins, and there are frames).
    pub fn read(&self, channel: u16, frames: Range<u64>, out: &mut [Bucket]) -> Result<()> {
        let buckets = self.buckets(channel, frames, out.len())?;
        for (place, bucket) in out.iter_mut().zip(buckets) {
            *place = bucket;
        }
        Ok(())
    }

    /// Divides `frames` of one channel into `count` stretches. Bucket n covers what lies from
    /// `start + n * length / count`, rounded down, up to where the next one begins, and at least
    /// the frame in which it begins. What lies behind the end of the clip counts for nothing.
    ///
    /// Nothing is allocated; a bucket takes no longer for a long stretch than for a short one,
    /// but for the logarithm of its length.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] (no such channel), [`Error::InvalidArgument`] (`frames` is empty or
    /// ends before it begins, and there are frames).
    pub fn buckets(
        &self,
        channel: u16,
        frames: Range<u64>,
        count: usize,
    ) -> Result<impl Iterator<Item = Bucket>> {
        let levels = self
            .channels
            .get(usize::from(channel))
            .ok_or(Error::OutOfRange {
                what: "channel",
                given: channel.into(),
                allowed: "less than the clip's channels",
            })?;
        if frames.is_empty() && self.info.frames > 0 {
            return Err(Error::InvalidArgument(format!(
                "frames is {frames:?}; it must end after it begins"
            )));
        }
        let length = u128::from(frames.end.saturating_sub(frames.start));
        let edge = move |n: usize| frames.start + (n as u128 * length / count as u128) as u64;
        Ok((0..count).map(move |n| {
            let start = edge(n);
            let end = edge(n + 1)
                .max(start.saturating_add(1))
                .min(self.info.frames);
            if start < end {
                self.tally(channel, levels, start..end).bucket()
            } else {
                Bucket::default()
            }
        }))
    }

    /// What lies in a stretch that is not empty and does not leave the clip.
    fn tally(&self, channel: u16, levels: &[Vec<OverviewBlock>], frames: Range<u64>) -> Tally {
        let mut tally = Tally::default();
        let whole = |blocks: Range<u64>, tally: &mut Tally| {
            climb(
                levels,
                blocks.start as usize,
                blocks.end as usize,
                |level, index| {
                    let length = FINEST << (2 * level);
                    let left = self.info.frames - index as u64 * length;
                    tally.add_block(&levels[level][index], length.min(left));
                },
            );
        };
        let outer = frames.start / FINEST..frames.end.div_ceil(FINEST);
        let Some(clip) = &self.clip else {
            whole(outer, &mut tally);
            return tally;
        };
        let first = frames.start.div_ceil(FINEST);
        // The last block of the clip is whole where the clip ends in it.
        let last = match frames.end {
            end if end == self.info.frames => outer.end,
            end => end / FINEST,
        };
        if first >= last {
            read_samples(clip, channel, frames, &mut tally);
            return tally;
        }
        let inner = first * FINEST..(last * FINEST).min(frames.end);
        read_samples(clip, channel, frames.start..inner.start, &mut tally);
        whole(first..last, &mut tally);
        read_samples(clip, channel, inner.end..frames.end, &mut tally);
        tally
    }
}

/// Visits the largest blocks that make up those from `first` to before `last` of the finest level.
fn climb(
    levels: &[Vec<OverviewBlock>],
    mut first: usize,
    mut last: usize,
    mut visit: impl FnMut(usize, usize),
) {
    for level in 0..levels.len() {
        while first < last && !first.is_multiple_of(FACTOR) {
            visit(level, first);
            first += 1;
        }
        while first < last && !last.is_multiple_of(FACTOR) {
            last -= 1;
            visit(level, last);
        }
        first /= FACTOR;
        last /= FACTOR;
    }
}

fn read_samples(clip: &Clip, channel: u16, frames: Range<u64>, tally: &mut Tally) {
    if let Some(samples) = clip.slice(channel) {
        tally.add_samples(&samples[frames.start as usize..frames.end as usize]);
        return;
    }
    let mut samples = [0.0; FINEST as usize];
    for start in frames.clone().step_by(samples.len()) {
        let samples = &mut samples[..(frames.end - start).min(FINEST) as usize];
        clip.read(channel, start, samples);
        tally.add_samples(samples);
    }
}

#[derive(Clone, Copy, Debug)]
struct OverviewBlock {
    min: f32,
    max: f32,
    mean_square: f32,
}

/// What was found so far.
#[derive(Clone, Copy)]
struct Tally {
    min: f32,
    max: f32,
    squares: f64,
    frames: u64,
}

impl Default for Tally {
    fn default() -> Tally {
        Tally {
            min: f32::INFINITY,
            max: f32::NEG_INFINITY,
            squares: 0.0,
            frames: 0,
        }
    }
}

/// As many samples as processors can look at at once.
const LANES: usize = 8;

struct Lanes {
    min: [f32; LANES],
    max: [f32; LANES],
    squares: [f64; LANES],
}

impl Lanes {
    /// Adds at most one sample to each lane.
    #[inline(always)]
    fn add(&mut self, samples: &[f32]) {
        let Lanes { min, max, squares } = self;
        for (((min, max), square), &sample) in min.iter_mut().zip(max).zip(squares).zip(samples) {
            *min = if sample < *min { sample } else { *min };
            *max = if sample > *max { sample } else { *max };
            *square += f64::from(sample) * f64::from(sample);
        }
    }
}

impl Tally {
    fn add_samples(&mut self, samples: &[f32]) {
        let mut lanes = Lanes {
            min: [self.min; LANES],
            max: [self.max; LANES],
            squares: [0.0; LANES],
        };
        let (rows, rest) = samples.as_chunks::<LANES>();
        for row in rows {
            lanes.add(row);
        }
        lanes.add(rest);
        self.min = lanes.min.into_iter().fold(self.min, f32::min);
        self.max = lanes.max.into_iter().fold(self.max, f32::max);
        self.squares += lanes.squares.iter().sum::<f64>();
        self.frames += samples.len() as u64;
    }

    fn add_block(&mut self, block: &OverviewBlock, frames: u64) {
        self.min = self.min.min(block.min);
        self.max = self.max.max(block.max);
        self.squares += f64::from(block.mean_square) * frames as f64;
        self.frames += frames;
    }

    fn mean_square(&self) -> f64 {
        self.squares / self.frames as f64
    }

    fn block(&self) -> OverviewBlock {
        OverviewBlock {
            min: self.min,
            max: self.max,
            mean_square: self.mean_square() as f32,
        }
    }

    fn bucket(&self) -> Bucket {
        Bucket {
            min: self.min,
            max: self.max,
            rms: self.mean_square().sqrt() as f32,
        }
    }
}

/// Makes the finest level from the samples as they come, and the other levels at the end.
pub(super) struct OverviewBuilder {
    /// The finest level of each channel, and the block that is not full.
    channels: Vec<(Vec<OverviewBlock>, Tally)>,
}

impl OverviewBuilder {
    pub fn new(channels: u16) -> OverviewBuilder {
        OverviewBuilder {
            channels: vec![Default::default(); channels.into()], // 64 at the most
        }
    }

    /// Adds the next frames, a slice for each channel.
    pub fn take(&mut self, block: &[&[f32]]) -> Result<()> {
        for ((level, tally), samples) in self.channels.iter_mut().zip(block) {
            memory::reserve(level, samples.len() / FINEST as usize + 1, WHAT)?;
            let mut rest = *samples;
            while !rest.is_empty() {
                let wanted = (FINEST - tally.frames) as usize;
                let now;
                (now, rest) = rest.split_at(wanted.min(rest.len()));
                tally.add_samples(now);
                if tally.frames == FINEST {
                    level.push(std::mem::take(tally).block());
                }
            }
        }
        Ok(())
    }

    /// The overview of all that was added.
    pub fn finish(self, seen: Seen, clip: Option<&Clip>) -> Result<Overview> {
        let mut channels = Vec::with_capacity(self.channels.len());
        for (mut finest, tally) in self.channels {
            if tally.frames > 0 {
                memory::push(&mut finest, tally.block(), WHAT)?;
            }
            sys::give_back(&mut finest);
            channels.push(levels(finest, seen.info.frames)?);
        }
        Ok(Overview {
            info: seen.info,
            bad_samples: seen.bad_samples,
            channels,
            clip: clip.filter(|clip| !clip.is_streamed()).cloned(),
        })
    }
}

/// All levels above the finest, up to the one that has one block.
fn levels(finest: Vec<OverviewBlock>, frames: u64) -> Result<Vec<Vec<OverviewBlock>>> {
    let mut levels = vec![finest];
    let mut length = FINEST;
    while let Some(below) = levels.last()
        && below.len() > 1
    {
        let mut level = memory::room(below.len().div_ceil(FACTOR), WHAT)?;
        for (index, four) in below.chunks(FACTOR).enumerate() {
            let mut tally = Tally::default();
            for (n, block) in four.iter().enumerate() {
                let start = (index * FACTOR + n) as u64 * length;
                tally.add_block(block, length.min(frames - start));
            }
            level.push(tally.block());
        }
        length *= FACTOR as u64;
        levels.push(level);
    }
    Ok(levels)
}

/// What memory is for.
const WHAT: &str = "an overview";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overview_takes_a_64th_of_the_samples() {
        let frames = 1_000_000;
        let clip = Clip::from_f32(48_000, 1, &vec![0.5; frames]).expect("a clip");
        let overview = Overview::of_clip(&clip, &mut crate::clip::source::unwatched);
        let levels = &overview.expect("an overview").channels[0];
        let bytes: usize = levels
            .iter()
            .map(|level| level.capacity() * size_of::<OverviewBlock>())
            .sum();
        // A block more where a level does not end with a whole one.
        assert!(
            bytes <= frames * 4 / 64 + levels.len() * size_of::<OverviewBlock>(),
            "{bytes}"
        );
        assert_eq!(levels.last().map(Vec::len), Some(1));
    }
}
