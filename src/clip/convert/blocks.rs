//! The source that readers of a conversion see: it hands out frames of blocks.

use super::engine::{BlockMaker, WHAT};
use super::ratio::Ratio;
use super::window::Window;
use crate::clip::info::ClipInfo;
use crate::clip::source::Source;
use crate::error::Result;
use crate::memory;

/// A source whose frames an [`BlockMaker`] makes, block by block, from another source.
pub(super) struct Blocks {
    info: ClipInfo,
    certain_frames: u64,
    ratio: Ratio,
    engine: Box<dyn BlockMaker>,
    window: Window,
    /// The frame that is read next.
    next: u64,
    /// Which block `block` holds.
    made: Option<u64>,
    block: Vec<Vec<f32>>,
}

impl Blocks {
    /// `info` is what comes out; `ratio` says by which rates `engine` converts.
    pub fn new(
        source: Box<dyn Source>,
        engine: Box<dyn BlockMaker>,
        ratio: Ratio,
        info: ClipInfo,
    ) -> Result<Blocks> {
        let frames = engine.block_frames();
        Ok(Blocks {
            info,
            certain_frames: ratio.output_frames(source.certain_frames()),
            ratio,
            block: memory::planar(0.0, info.channels.into(), frames, WHAT)?,
            engine,
            window: Window::new(source),
            next: 0,
            made: None,
        })
    }

    fn make(&mut self, block: u64) -> Result<()> {
        let follows = self.made.take().is_some_and(|made| made + 1 == block);
        let (start, frames) = self.engine.window(block);
        self.window.move_to(start, frames)?;
        let window = self.window.channels();
        self.engine.make(block, follows, window, &mut self.block);
        self.made = Some(block);
        Ok(())
    }
}

impl Source for Blocks {
    fn info(&self) -> ClipInfo {
        self.info
    }

    fn read(&mut self, out: &mut [&mut [f32]]) -> Result<usize> {
        let wanted = out.first().map_or(0, |channel| channel.len());
        let size = self.engine.block_frames();
        let mut done = 0;
        while done < wanted {
            let block = self.next / size as u64;
            if self.made != Some(block) {
                self.make(block)?;
            }
            let offset = (self.next % size as u64) as usize;
            // A window reaches beyond the time of its block, so the end of the source is known in time.
            let left = self
                .ratio
                .output_frames(self.window.end())
                .saturating_sub(self.next);
            let frames = left.min((wanted - done).min(size - offset) as u64) as usize;
            if frames == 0 {
                break;
            }
            for (out, made) in out.iter_mut().zip(&self.block) {
                out[done..done + frames].copy_from_slice(&made[offset..offset + frames]);
            }
            done += frames;
            self.next += frames as u64;
        }
        Ok(done)
    }

    fn certain_frames(&self) -> u64 {
        self.certain_frames
    }

    fn bad_samples(&self) -> u64 {
        self.window.bad_samples()
    }

    fn seek(&mut self, frame: u64) -> Result<()> {
        self.next = frame;
        if self.window.is_short() {
            self.window.forget();
            self.made = None;
        }
        Ok(())
    }
}
