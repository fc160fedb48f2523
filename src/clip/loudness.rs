//! Loudness by EBU R128, and the levels of each channel.
//!
//! The `ebur128` crate does the weighting, the gating (ITU-R BS.1770-4, EBU Tech 3341 and 3342) and the
//! interpolation for the true peak. The weight of each channel is decided here.

use super::data::Clip;
use super::info::ClipInfo;
use super::scan::{Seen, each_block_of, each_block_of_clip, open};
use super::source::Monitor;
use crate::error::{Error, Result};
use crate::memory;
use crate::sys;
use ebur128::{Channel, EbuR128, Mode, energy_to_loudness};
use std::collections::VecDeque;
use std::path::Path;

/// How loud a clip or a file is, as a whole.
///
/// Loudness is by EBU R128. Which loudspeaker a channel is for is taken from their number, in the
/// order of WAV files: 1 is counted once (not as if it came from two loudspeakers), 2 is stereo,
/// 3 left, right, centre, 4 quadraphonic, 5 and 6 a 5.1 without and with its LFE channel, 7 a 6.1,
/// 8 a 7.1. The LFE channel counts for nothing, and those beside the listener (within 60 to 120
/// degrees) for 1.41 (1.5 dB more). More channels than 8 are of no known order: no loudness is
/// measured then, nor below 4000 Hz, where the weighting filter has no place; levels are all the
/// same.
#[derive(Clone, Debug, PartialEq)]
pub struct Loudness {
    /// Rate, channels and length of what was measured.
    pub info: ClipInfo,
    /// Samples that were NaN, infinite or beyond ±1e6, and count as 0: as [`Clip::bad_samples`].
    pub bad_samples: u64,
    /// The loudness of the whole, gated, in LUFS; `None` if nothing of 400 ms is louder than
    /// -70 LUFS.
    pub integrated_lufs: Option<f64>,
    /// The loudness range (LRA), in LU; `None` if nothing of 3 s is louder than -70 LUFS.
    pub range_lu: Option<f64>,
    /// The loudest 400 ms, in LUFS; `None` if it is shorter, or silent.
    pub max_momentary_lufs: Option<f64>,
    /// The loudest 3 s, in LUFS; `None` if it is shorter, or silent.
    pub max_short_term_lufs: Option<f64>,
    /// Each channel.
    pub channels: Vec<ChannelLevels>,
}

/// The levels of one channel. Units: linear, 1.0 is full scale.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ChannelLevels {
    /// The largest magnitude of a sample.
    pub sample_peak: f32,
    /// The largest magnitude between samples too, as a converter to analogue makes them: from four
    /// times as many samples below 96 kHz, twice as many below 192 kHz; above, the sample peak.
    pub true_peak: f32,
    /// The root of the mean square of all samples.
    pub rms: f64,
    /// The mean of all samples.
    pub dc_offset: f64,
    /// How many samples are at or beyond full scale, which is 32767/32768, the greatest that 16
    /// bits hold.
    pub clipped: u64,
}

/// What counts as clipped.
const FULL_SCALE: f32 = 32_767.0 / 32_768.0;

/// The lowest rate at which the weighting filter is stable, rounded up: its shelf lies at 1682 Hz,
/// which must be below half the rate.
const LOWEST_RATE_HZ: u32 = 4_000;

impl Loudness {
    /// Measures a clip.
    ///
    /// # Errors
    /// [`Error::Cancelled`], [`Error::OutOfMemory`].
    pub fn of_clip(clip: &Clip, monitor: &mut Monitor<'_>) -> Result<Loudness> {
        let mut builder = LoudnessBuilder::new(clip.info())?;
        let seen = each_block_of_clip(clip, monitor, |block| builder.take(block))?;
        builder.finish(seen)
    }

    /// Measures a file without loading it.
    ///
    /// # Errors
    /// As [`Clip::open`], and [`Error::Cancelled`].
    pub fn of_file(path: impl AsRef<Path>, monitor: &mut Monitor<'_>) -> Result<Loudness> {
        let mut source = open(path.as_ref())?;
        let mut builder = LoudnessBuilder::new(source.info())?;
        let seen = each_block_of(&mut *source, monitor, |block| builder.take(block))?;
        builder.finish(seen)
    }

    /// The largest sample peak of all channels; linear, 1.0 is full scale.
    pub fn sample_peak(&self) -> f32 {
        self.channels
            .iter()
            .map(|c| c.sample_peak)
            .fold(0.0, f32::max)
    }

    /// The largest true peak of all channels; linear, 1.0 is full scale.
    pub fn true_peak(&self) -> f32 {
        self.channels
            .iter()
            .map(|c| c.true_peak)
            .fold(0.0, f32::max)
    }
}

/// Measures what it is given, block by block.
pub(super) struct LoudnessBuilder {
    weighted: Option<Weighted>,
    peaks: Box<EbuR128>,
    levels: Vec<Level>,
}

impl LoudnessBuilder {
    pub fn new(info: ClipInfo) -> Result<LoudnessBuilder> {
        let (channels, rate) = (info.channels.into(), info.frame_rate_hz);
        Ok(LoudnessBuilder {
            weighted: Weighted::new(info)?,
            peaks: meter(channels, rate, Mode::TRUE_PEAK)?,
            levels: vec![Level::default(); info.channels.into()],
        })
    }

    /// Adds the next frames, a slice for each channel.
    pub fn take(&mut self, block: &[&[f32]]) -> Result<()> {
        for (level, samples) in self.levels.iter_mut().zip(block) {
            level.add(samples);
        }
        add(&mut self.peaks, block)?;
        self.weighted
            .as_mut()
            .map_or(Ok(()), |weighted| weighted.take(block))
    }

    /// The loudness of all that was added.
    pub fn finish(mut self, seen: Seen) -> Result<Loudness> {
        // Silence pushes out what the interpolation still holds.
        let silence = [0.0; 24];
        let block = vec![&silence[..]; self.levels.len()];
        add(&mut self.peaks, &block)?;
        let mut loudness = Loudness {
            info: seen.info,
            bad_samples: seen.bad_samples,
            integrated_lufs: None,
            range_lu: None,
            max_momentary_lufs: None,
            max_short_term_lufs: None,
            channels: Vec::with_capacity(self.levels.len()),
        };
        if let Some(weighted) = &self.weighted {
            weighted.fill_in(&mut loudness)?;
        }
        // The mean of nothing is 0.
        let frames = seen.info.frames.max(1) as f64;
        for (channel, level) in (0..).zip(&self.levels) {
            let between = self.peaks.true_peak(channel).map_err(failed)? as f32;
            loudness.channels.push(ChannelLevels {
                sample_peak: level.peak,
                true_peak: between.max(level.peak),
                rms: (level.squares / frames).sqrt(),
                dc_offset: level.sum / frames,
                clipped: level.clipped,
            });
        }
        Ok(loudness)
    }
}

/// The weighted, gated measurement, and the loudest of its windows.
struct Weighted {
    meter: Box<EbuR128>,
    /// Frames between two measurements, a tenth of a second.
    step: usize,
    /// How many of them are still to come before the next measurement.
    until_step: usize,
    /// How many there were.
    measured: usize,
    /// The power of the last steps.
    steps: VecDeque<f64>,
    max_momentary: f64,
    max_short_term: f64,
    range_is_measured: bool,
}

/// The steps of 400 ms and of 3 s.
const MOMENTARY: usize = 4;
const SHORT_TERM: usize = 30;

impl Weighted {
    /// Nothing where loudness is not measured.
    fn new(info: ClipInfo) -> Result<Option<Weighted>> {
        let rate = info.frame_rate_hz;
        let Some(places) = places(info.channels).filter(|_| rate >= LOWEST_RATE_HZ) else {
            return Ok(None);
        };
        let modes = Mode::I | Mode::LRA;
        let mut meter = meter(info.channels.into(), rate, modes)?;
        meter.set_channel_map(places).map_err(failed)?;
        // As the crate rounds it.
        let step = (rate as usize + 5) / 10;
        Ok(Some(Weighted {
            meter,
            step,
            until_step: step,
            measured: 0,
            steps: VecDeque::with_capacity(SHORT_TERM + 1),
            max_momentary: 0.0,
            max_short_term: 0.0,
            range_is_measured: false,
        }))
    }

    fn take(&mut self, block: &[&[f32]]) -> Result<()> {
        let frames = block.first().map_or(0, |samples| samples.len());
        let mut done = 0;
        while done < frames {
            let now = self.until_step.min(frames - done);
            let part: Vec<&[f32]> = block.iter().map(|c| &c[done..done + now]).collect();
            add(&mut self.meter, &part)?;
            done += now;
            self.until_step -= now;
            if self.until_step == 0 {
                self.until_step = self.step;
                self.look()?;
            }
        }
        Ok(())
    }

    /// A window is a number of steps, so its power is the mean of theirs.
    fn look(&mut self) -> Result<()> {
        self.measured += 1;
        self.check_memory()?;
        if self.steps.len() == SHORT_TERM {
            self.steps.pop_front();
        }
        // If a tenth of a second is not a whole number of frames, this is rounded down.
        let step = sys::with_stack(|| self.meter.loudness_window(100)).map_err(failed)?;
        self.steps.push_back(power(step));
        let mean_of_last = |count: usize| -> f64 {
            self.steps.iter().rev().take(count).sum::<f64>() / count as f64
        };
        if self.steps.len() >= MOMENTARY {
            self.max_momentary = self.max_momentary.max(mean_of_last(MOMENTARY));
        }
        if self.steps.len() == SHORT_TERM {
            let short_term = mean_of_last(SHORT_TERM);
            self.max_short_term = self.max_short_term.max(short_term);
            self.range_is_measured |= short_term > power(GATE_LUFS);
        }
        Ok(())
    }

    /// Whether there is memory for the powers of all steps, twice, which `ebur128` keeps. Without memory it would end
    /// the process.
    fn check_memory(&self) -> Result<()> {
        memory::room::<f64>(2 * self.measured, "measuring loudness").map(drop)
    }

    fn fill_in(&self, loudness: &mut Loudness) -> Result<()> {
        let measured = |lufs: f64| lufs.is_finite().then_some(lufs);
        self.check_memory()?;
        let meter = &self.meter;
        let (range, global) = sys::with_stack(|| (meter.loudness_range(), meter.loudness_global()));
        let range = range.map_err(failed)?;
        loudness.integrated_lufs = measured(global.map_err(failed)?);
        loudness.range_lu = self.range_is_measured.then_some(range);
        loudness.max_momentary_lufs = measured(energy_to_loudness(self.max_momentary));
        loudness.max_short_term_lufs = measured(energy_to_loudness(self.max_short_term));
        Ok(())
    }
}

/// In a box, since it takes some KiB.
fn meter(channels: u32, frame_rate_hz: u32, modes: Mode) -> Result<Box<EbuR128>> {
    sys::with_stack(|| EbuR128::new(channels, frame_rate_hz, modes).map(Box::new)).map_err(failed)
}

fn add(meter: &mut EbuR128, block: &[&[f32]]) -> Result<()> {
    sys::with_stack(|| meter.add_frames_planar_f32(block)).map_err(failed)
}

/// Power below this does not count.
const GATE_LUFS: f64 = -70.0;

/// The power of a loudness (ITU-R BS.1770-4, equation 2, backwards).
fn power(lufs: f64) -> f64 {
    10f64.powf((lufs + 0.691) / 10.0)
}

/// What each channel counts for, by its place: see [`Loudness`].
fn places(channels: u16) -> Option<&'static [Channel]> {
    use Channel::{
        Center as C, Left as L, LeftSurround as LS, Mm090 as SR, Mm135 as BR, Mp090 as SL,
        Mp135 as BL, Mp180 as BC, Right as R, RightSurround as RS, Unused as LFE,
    };
    Some(match channels {
        1 => &[L],
        2 => &[L, R],
        3 => &[L, R, C],
        4 => &[L, R, LS, RS],
        5 => &[L, R, C, LS, RS],
        6 => &[L, R, C, LFE, LS, RS],
        7 => &[L, R, C, LFE, BC, SL, SR],
        8 => &[L, R, C, LFE, BL, BR, SL, SR],
        _ => return None,
    })
}

/// The levels of one channel so far.
#[derive(Clone, Default)]
struct Level {
    peak: f32,
    sum: f64,
    squares: f64,
    clipped: u64,
}

/// As many samples as processors can look at at once.
const LANES: usize = 8;

impl Level {
    fn add(&mut self, samples: &[f32]) {
        let mut peaks = [0.0f32; LANES];
        let (mut sums, mut squares) = ([0.0f64; LANES], [0.0f64; LANES]);
        let mut clipped = [0u32; LANES];
        let mut add = |samples: &[f32]| {
            for (n, &sample) in samples.iter().enumerate() {
                let magnitude = sample.abs();
                peaks[n] = if magnitude > peaks[n] {
                    magnitude
                } else {
                    peaks[n]
                };
                clipped[n] += u32::from(magnitude >= FULL_SCALE);
                sums[n] += f64::from(sample);
                squares[n] += f64::from(sample) * f64::from(sample);
            }
        };
        let (rows, rest) = samples.as_chunks::<LANES>();
        rows.iter().for_each(|row| add(row));
        add(rest);
        self.peak = peaks.into_iter().fold(self.peak, f32::max);
        self.sum += sums.iter().sum::<f64>();
        self.squares += squares.iter().sum::<f64>();
        self.clipped += clipped.iter().map(|n| u64::from(*n)).sum::<u64>();
    }
}

/// Rates and channels are checked before; what is left is a defect of ours.
fn failed(error: ebur128::Error) -> Error {
    Error::InvalidState(format!("loudness: {error}"))
}
