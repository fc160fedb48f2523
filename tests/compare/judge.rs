//! Decodes a file with the library and with the references, and finds the differences.

use crate::case::Case;
use crate::references::{Reference, Samples};
use crate::rng::Rng;
use amio::{Clip, OpenOptions};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// What the library's samples differ from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Other {
    Reference(Reference),
    /// The library's own samples, read at random places from a streamed clip.
    Streamed,
    /// The sound of which the file was made: its channels, rate and length.
    Source,
}

/// How the library's result differs.
#[derive(Clone, Debug, PartialEq)]
pub enum How {
    /// The library rejects the file, with this error.
    WeRefuse(String),
    /// The reference rejects the file; the library gives `ours` frames.
    TheyRefuse { error: String, ours: usize },
    /// The channels or the rate differ.
    Shape(String),
    /// The numbers of frames, which are equal up to the end of the shorter one.
    Length { ours: usize, theirs: usize },
    /// The numbers of frames: the reference has all of the library's, in the same order, and more between
    /// them.
    More { ours: usize, theirs: usize },
    /// The first and the last frame that differ, and the largest difference of all.
    Samples {
        frame: usize,
        last: usize,
        ours: usize,
        theirs: usize,
        worst: f32,
        /// One bit for each channel, set if it differs.
        channels: u64,
    },
}

/// One difference of a case.
pub struct Difference<'a> {
    pub case: &'a Case,
    pub other: Other,
    pub how: How,
}

impl fmt::Display for Difference<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let other = match self.other {
            Other::Reference(reference) => reference.name(),
            Other::Streamed => "the same file streamed",
            Other::Source => "what it was made of",
        };
        write!(f, "{other}: ")?;
        match &self.how {
            How::WeRefuse(error) => write!(f, "it decodes what we refuse: {error}"),
            How::TheyRefuse { error, .. } => write!(f, "it refuses what we decode: {error}"),
            How::Shape(text) => f.write_str(text),
            How::Length { ours, theirs } => {
                write!(f, "we give {ours} frames, and it gives {theirs}")
            }
            How::More { ours, theirs } => {
                write!(
                    f,
                    "we give {ours} frames, and it gives these among {theirs}"
                )
            }
            How::Samples {
                frame,
                last,
                ours,
                theirs,
                worst,
                channels,
            } => write!(
                f,
                "frame {frame} is the first that differs, {last} the last; the largest difference is \
                 {worst:e}, in channels {channels:#b} ({ours} frames of ours, {theirs} of it)"
            ),
        }
    }
}

/// What a comparison found.
#[derive(Default)]
pub struct Verdict<'a> {
    pub differences: Vec<Difference<'a>>,
    /// The references that decoded the file; the library did too.
    pub compared: Vec<Reference>,
}

/// Compares a case with all its references.
pub fn judge<'a>(case: &'a Case, scratch: &Path, rng: &mut Rng) -> Verdict<'a> {
    let mut verdict = Verdict::default();
    let found = &mut verdict.differences;
    let mut differs = |other, how| found.push(Difference { case, other, how });
    let opened = catch_unwind(AssertUnwindSafe(|| Clip::open(&case.file)));
    let clip = match opened {
        Ok(clip) => clip.map_err(|error| error.to_string()),
        Err(_) => {
            differs(Other::Source, How::WeRefuse("we panic".into()));
            return verdict;
        }
    };
    let ours = clip.as_ref().map(interleaved).map_err(Clone::clone);
    if let Ok(clip) = &clip {
        let info = clip.info();
        let (channels, hz) = (case.channels, case.frame_rate_hz);
        if (info.channels, info.frame_rate_hz) != (channels, hz) {
            let text = format!(
                "we give {} channels at {} Hz, and it has {channels} at {hz}",
                info.channels, info.frame_rate_hz
            );
            differs(Other::Source, How::Shape(text));
            return verdict;
        }
        let (ours, theirs) = (info.frames as usize, case.frames.unwrap_or(info.frames));
        let theirs = theirs as usize;
        if ours != theirs {
            differs(Other::Source, How::Length { ours, theirs });
        }
        if let Err(how) = catch_unwind(AssertUnwindSafe(|| sought(case, clip, rng)))
            .unwrap_or_else(|_| Err(How::WeRefuse("we panic as we seek".into())))
        {
            differs(Other::Streamed, how);
        }
    }
    for &reference in case.references {
        let parts = case
            .parts
            .iter()
            .map(|part| reference.decode(part, scratch));
        let theirs = parts
            .collect::<Result<Vec<_>, _>>()
            .map(|parts| reference.in_wav_order(case, parts.concat()));
        if ours.is_ok() && theirs.is_ok() {
            verdict.compared.push(reference);
        }
        if let Some(how) = compare(case, reference, &ours, &theirs) {
            differs(Other::Reference(reference), how);
        }
    }
    verdict
}

/// The samples of a clip, interleaved.
fn interleaved(clip: &Clip) -> Vec<f32> {
    let info = clip.info();
    let channels = usize::from(info.channels);
    let mut samples = vec![0.0; info.frames as usize * channels];
    let mut one = vec![0.0; info.frames as usize];
    for channel in 0..channels {
        clip.read(channel as u16, 0, &mut one);
        for (frame, sample) in samples.chunks_exact_mut(channels).zip(&one) {
            frame[channel] = *sample;
        }
    }
    samples
}

/// Reads a streamed clip of the same file at random places, and compares it bit for bit with the loaded one.
fn sought(case: &Case, loaded: &Clip, rng: &mut Rng) -> Result<(), How> {
    let streamed = Clip::open_stream(&case.file, &OpenOptions::default())
        .map_err(|error| How::WeRefuse(error.to_string()))?;
    let (info, length) = (loaded.info(), streamed.info().frames);
    let (ours, theirs) = (info.frames as usize, length as usize);
    if ours != theirs {
        return Err(How::Length { ours, theirs });
    }
    for _ in 0..3 {
        let start = rng.count(0, length);
        let count = rng.count(0, 3_000).min(length - start) as usize;
        let channel = rng.count(0, u64::from(info.channels) - 1) as u16;
        let (mut a, mut b) = (vec![0.0f32; count], vec![0.0f32; count]);
        loaded.read(channel, start, &mut a);
        streamed.read(channel, start, &mut b);
        let mut differing = (0..count).filter(|&n| a[n].to_bits() != b[n].to_bits());
        if let Some(first) = differing.next() {
            let last = differing.next_back().unwrap_or(first);
            return Err(How::Samples {
                frame: start as usize + first,
                last: start as usize + last,
                ours,
                theirs,
                worst: a
                    .iter()
                    .zip(&b)
                    .map(|(a, b)| (a - b).abs())
                    .fold(0.0, f32::max),
                channels: 1 << channel,
            });
        }
    }
    Ok(())
}

fn compare(case: &Case, reference: Reference, ours: &Samples, theirs: &Samples) -> Option<How> {
    let channels = usize::from(case.channels);
    let (ours, theirs) = match (ours, theirs) {
        (Ok(ours), Ok(theirs)) => (ours, theirs),
        (Err(error), Ok(_)) => return Some(How::WeRefuse(error.clone())),
        (Ok(ours), Err(error)) => {
            return Some(How::TheyRefuse {
                error: error.clone(),
                ours: ours.len() / channels,
            });
        }
        (Err(_), Err(_)) => return None,
    };
    let clip = |sample: f32| match reference.clips() {
        true => sample.clamp(-1.0, 1.0),
        false => sample,
    };
    let tolerance = reference.tolerance(case);
    // Above full scale, the tolerance grows with the peak.
    let peak = theirs
        .iter()
        .fold(1.0f32, |peak, sample| peak.max(sample.abs()));
    let differs = |ours: f32, theirs: f32| match tolerance {
        0.0 => ours.to_bits() != theirs.to_bits(),
        _ => {
            let apart = (clip(ours) - theirs).abs();
            apart.is_nan() || apart > tolerance * peak
        }
    };
    let (mut first, mut last, mut worst, mut differing) = (None, 0, 0.0f32, 0);
    for (at, (one, other)) in ours.iter().zip(theirs).enumerate() {
        if differs(*one, *other) {
            first = first.or(Some(at / channels));
            last = at / channels;
            worst = worst.max((clip(*one) - other).abs());
            differing |= 1 << (at % channels);
        }
    }
    let is_among = first.is_some() && has_among(ours, theirs, channels, differs);
    let (ours, theirs) = (ours.len() / channels, theirs.len() / channels);
    match first {
        Some(_) if is_among => Some(How::More { ours, theirs }),
        Some(frame) => Some(How::Samples {
            frame,
            last,
            ours,
            theirs,
            worst,
            channels: differing,
        }),
        None if ours != theirs => Some(How::Length { ours, theirs }),
        None => None,
    }
}

/// Whether `theirs` is `ours` with frames inserted at some places.
fn has_among(
    mut ours: &[f32],
    mut theirs: &[f32],
    channels: usize,
    differs: impl Fn(f32, f32) -> bool,
) -> bool {
    /// How many equal frames identify the place where ours continue.
    const SURE: usize = 256;
    let same =
        |ours: &[f32], theirs: &[f32]| ours.iter().zip(theirs).all(|(a, b)| !differs(*a, *b));
    loop {
        let pairs = ours.iter().zip(theirs);
        let alike = pairs.take_while(|(a, b)| !differs(**a, **b)).count() / channels * channels;
        (ours, theirs) = (&ours[alike..], &theirs[alike..]);
        if ours.is_empty() {
            return true;
        }
        let Some(more) = theirs.len().checked_sub(ours.len()) else {
            return false;
        };
        let window = &ours[..ours.len().min(SURE * channels)];
        let goes_on = |skipped: &usize| same(window, &theirs[*skipped..]);
        match (channels..=more).step_by(channels).find(goes_on) {
            Some(skipped) => theirs = &theirs[skipped..],
            None => return false,
        }
    }
}
