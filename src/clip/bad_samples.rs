//! Samples that cannot be played: NaN, infinite, or beyond [`MAX_SAMPLE`]. The whole library has one
//! rule for them (`docs/SEMANTICS.md`, "Bad samples"). In memory that an application passes they
//! are refused. In a file that is read ([`Silenced`]) or written (`encode`) they become 0, and are
//! counted. All other code may rely on that.

use super::info::ClipInfo;
use super::source::Source;
use crate::error::{Error, Result};
use crate::memory;
use crate::units::MAX_SAMPLE;
use std::ops::Range;

fn is_good(sample: f32) -> bool {
    sample.abs() <= MAX_SAMPLE // false for NaN
}

/// Whether no sample is bad. No early exit, so that the loop vectorises.
pub(super) fn are_good(samples: &[f32]) -> bool {
    samples.iter().fold(true, |all, x| all & is_good(*x))
}

/// Fails at the first bad sample of a channel. These are its samples from `start` on.
pub(super) fn refuse(start: u64, channel: u16, samples: &[f32]) -> Result<()> {
    if are_good(samples) {
        return Ok(());
    }
    let at = samples.iter().position(|x| !is_good(*x)).unwrap_or(0);
    Err(Error::BadSample {
        frame: start + at as u64,
        channel,
        value: samples[at].into(),
    })
}

/// Makes bad samples 0.
pub(super) fn silence(samples: &mut [f32]) {
    for sample in samples {
        if !is_good(*sample) {
            *sample = 0.0;
        }
    }
}

/// How many samples are bad.
pub(super) fn count(samples: &[f32]) -> u64 {
    samples.iter().filter(|x| !is_good(**x)).count() as u64
}

/// A source whose bad samples are 0.
pub(super) struct Silenced {
    source: Box<dyn Source>,
    /// The frame that is read next.
    next: u64,
    /// Bad samples so far, each counted once however often it is read.
    count: u64,
    /// The frames whose bad samples are counted: stretches in order that do not touch.
    counted: Vec<Range<u64>>,
}

impl Silenced {
    pub fn new(source: Box<dyn Source>) -> Silenced {
        Silenced {
            source,
            next: 0,
            count: 0,
            counted: Vec::new(),
        }
    }

    /// Marks frames as counted. Returns those that were not counted before.
    fn note(&mut self, frames: Range<u64>) -> Result<Vec<Range<u64>>> {
        let touches = |range: &Range<u64>| range.start <= frames.end && frames.start <= range.end;
        let first = self
            .counted
            .partition_point(|range| range.end < frames.start);
        let last = first + self.counted[first..].partition_point(|range| touches(range));
        const WHAT: &str = "what was read of a file";
        memory::reserve(&mut self.counted, 1, WHAT)?;
        let mut new = memory::room(last - first + 1, WHAT)?;
        let (mut start, mut whole) = (frames.start, frames.clone());
        for old in self.counted.drain(first..last) {
            if start < old.start {
                new.push(start..old.start);
            }
            start = start.max(old.end);
            whole = whole.start.min(old.start)..whole.end.max(old.end);
        }
        if start < frames.end {
            new.push(start..frames.end);
        }
        self.counted.insert(first, whole);
        Ok(new)
    }
}

impl Source for Silenced {
    fn info(&self) -> ClipInfo {
        self.source.info()
    }

    fn read(&mut self, out: &mut [&mut [f32]]) -> Result<usize> {
        let read = self.source.read(out)?;
        let start = self.next;
        self.next += read as u64;
        // Done while the samples are in the cache.
        if out.iter().all(|channel| are_good(&channel[..read])) {
            return Ok(read);
        }
        for new in self.note(start..self.next)? {
            let new = (new.start - start) as usize..(new.end - start) as usize;
            let counts = out.iter().map(|channel| count(&channel[new.clone()]));
            self.count += counts.sum::<u64>();
        }
        for channel in out {
            silence(&mut channel[..read]);
        }
        Ok(read)
    }

    fn certain_frames(&self) -> u64 {
        self.source.certain_frames()
    }

    fn bad_samples(&self) -> u64 {
        self.count
    }

    fn seek(&mut self, frame: u64) -> Result<()> {
        self.next = frame;
        self.source.seek(frame)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every third sample is bad, in one of three ways.
    struct Thirds {
        at: u64,
    }

    impl Source for Thirds {
        fn info(&self) -> ClipInfo {
            ClipInfo {
                frame_rate_hz: 48_000,
                channels: 1,
                frames: 300,
            }
        }

        fn read(&mut self, out: &mut [&mut [f32]]) -> Result<usize> {
            let frames = out[0].len().min((300 - self.at) as usize);
            for sample in &mut out[0][..frames] {
                *sample = match self.at % 9 {
                    0 => f32::NAN,
                    3 => f32::NEG_INFINITY,
                    6 => -1.000_001e6,
                    _ => 1e6,
                };
                self.at += 1;
            }
            Ok(frames)
        }

        fn seek(&mut self, frame: u64) -> Result<()> {
            self.at = frame;
            Ok(())
        }
    }

    #[test]
    fn bad_samples_are_silent_and_counted_once_however_often_they_are_read() {
        let mut source = Silenced::new(Box::new(Thirds { at: 0 }));
        let mut seen = [false; 300];
        let mut random = 1u64;
        for _ in 0..200 {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let start = (random >> 33) % 300;
            let mut out = vec![9.0; (random >> 50) as usize % 40 + 1];
            source.seek(start).expect("it seeks");
            let read = source.read(&mut [&mut out]).expect("it reads");
            for (frame, sample) in (start as usize..).zip(&out[..read]) {
                seen[frame] = true;
                assert_eq!(*sample, if frame % 3 == 0 { 0.0 } else { 1e6 }, "{frame}");
            }
            let expected = seen.iter().step_by(3).filter(|seen| **seen).count();
            assert_eq!(source.bad_samples(), expected as u64);
        }
        assert!(source.bad_samples() > 80, "most was read");
    }
}
