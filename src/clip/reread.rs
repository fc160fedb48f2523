//! A clip at another rate, and what the conversion reads: a clip as a [`Source`].

use super::convert::{self, Quality};
use super::data::Clip;
use super::info::ClipInfo;
use super::load::load;
use super::source::{Monitor, Source};
#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;

impl Clip {
    /// The clip at another frame rate: `round(frames * to / from)` frames, halves up, the first one
    /// in its place, gains unchanged. Samples that lie between those of this clip may exceed its
    /// peaks. At its own rate this is the clip itself.
    ///
    /// Progress is counted in frames of the result.
    ///
    /// ```
    /// use amio::{Clip, Quality};
    /// # use std::ops::ControlFlow;
    /// let clip = Clip::from_f32(44_100, 1, &[0.5; 441])?;
    /// let converted = clip.convert(48_000, Quality::Good, &mut |_| ControlFlow::Continue(()))?;
    /// assert_eq!(converted.info().frames, 480);
    /// # Ok::<(), amio::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a rate outside 1000 to 768000 Hz or a length that would pass 2^60
    /// frames, [`Error::Cancelled`], [`Error::OutOfMemory`].
    pub fn convert(
        &self,
        frame_rate_hz: u32,
        quality: Quality,
        monitor: &mut Monitor<'_>,
    ) -> Result<Clip> {
        if frame_rate_hz == self.info().frame_rate_hz {
            return Ok(self.clone());
        }
        let memory = Box::new(Reread::new(self.clone()));
        load(
            &mut *convert::convert(memory, frame_rate_hz, quality)?,
            monitor,
        )
    }
}

/// Reads a clip from its beginning.
pub(super) struct Reread {
    clip: Clip,
    next: u64,
}

impl Reread {
    pub fn new(clip: Clip) -> Reread {
        Reread { clip, next: 0 }
    }
}

impl Source for Reread {
    fn info(&self) -> ClipInfo {
        self.clip.info()
    }

    fn read(&mut self, out: &mut [&mut [f32]]) -> Result<usize> {
        let wanted = out.first().map_or(0, |channel| channel.len()) as u64;
        let frames = wanted.min(self.info().frames - self.next);
        for (channel, out) in (0..).zip(out) {
            let out = &mut out[..frames as usize];
            self.clip.try_read(channel, self.next, out)?;
        }
        self.next += frames;
        Ok(frames as usize)
    }

    fn certain_frames(&self) -> u64 {
        // A file may claim more frames than it has.
        if self.clip.is_streamed() {
            0
        } else {
            self.info().frames
        }
    }

    fn bad_samples(&self) -> u64 {
        self.clip.bad_samples()
    }

    fn seek(&mut self, frame: u64) -> Result<()> {
        self.next = frame.min(self.info().frames);
        Ok(())
    }
}
