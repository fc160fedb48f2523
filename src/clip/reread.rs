//! A clip as a [`Source`]: what a conversion of it reads.

use super::source::Source;
use super::{Clip, ClipInfo};
use crate::error::Result;

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
        // A file may claim more than it has.
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
