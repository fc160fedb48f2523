//! The part of the input that an engine looks at. It moves along the source.

use super::engine::WHAT;
use crate::clip::source::Source;
use crate::error::Result;
use crate::memory;

/// Consecutive frames of a source, with silence before its beginning and after its end.
pub(super) struct Window {
    source: Box<dyn Source>,
    /// The frame that the source reads next; `u64::MAX` where that is unknown.
    next: u64,
    /// See [`Window::end`].
    end: u64,
    /// The frame in front.
    start: i64,
    /// How many of the frames in `channels` are those of the source.
    held: usize,
    channels: Vec<Vec<f32>>,
}

impl Window {
    /// An empty window over a source that has not been read.
    pub fn new(source: Box<dyn Source>) -> Window {
        let info = source.info();
        Window {
            source,
            next: 0,
            end: info.frames,
            start: 0,
            held: 0,
            channels: vec![Vec::new(); info.channels.into()],
        }
    }

    /// The frames, a vector for each channel.
    pub fn channels(&self) -> &[Vec<f32>] {
        &self.channels
    }

    /// As [`Source::bad_samples`].
    pub fn bad_samples(&self) -> u64 {
        self.source.bad_samples()
    }

    /// The length of the source: the true one if its end was read, otherwise the one that it claims. If a move
    /// jumped over the true end, this is between that end and the window.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Moves to the `frames` frames from `start` on. Frames that the window already has are kept,
    /// the rest is read. After an error or a panic nothing in it is kept.
    pub fn move_to(&mut self, start: i64, frames: usize) -> Result<()> {
        // None, should something fail.
        let held = std::mem::replace(&mut self.held, 0);
        let gone = usize::try_from(start.saturating_sub(self.start)).unwrap_or(held);
        let gone = gone.min(held);
        let kept = frames.min(held - gone);
        for channel in &mut self.channels {
            memory::reserve(channel, frames.saturating_sub(channel.len()), WHAT)?;
        }
        for channel in &mut self.channels {
            channel.drain(..gone);
            channel.resize(frames, 0.0);
        }
        self.start = start;
        self.fill(kept)?;
        self.held = frames;
        Ok(())
    }

    /// Whether the source came short of the length that it claims.
    pub fn is_short(&self) -> bool {
        self.end < self.source.info().frames
    }

    /// Forgets what was read, and where the source came short: its file may have become whole.
    pub fn forget(&mut self) {
        self.held = 0;
        self.end = self.source.info().frames;
    }

    /// Fills the window from its frame number `kept` on.
    fn fill(&mut self, kept: usize) -> Result<()> {
        let frames = self.channels[0].len();
        let frame_at = |n: usize| self.start.saturating_add(n as i64);
        let silent = usize::try_from(-frame_at(kept)).unwrap_or(0);
        let from = frames.min(kept + silent);
        let first = frame_at(from).unsigned_abs();
        let wanted = self.end.saturating_sub(first).min((frames - from) as u64) as usize;
        let mut read = 0;
        if wanted > 0 {
            // Unknown, should something fail or the source come short.
            if std::mem::replace(&mut self.next, u64::MAX) != first {
                self.source.seek(first)?;
            }
            let mut slices: Vec<&mut [f32]> = self
                .channels
                .iter_mut()
                .map(|channel| &mut channel[from..from + wanted])
                .collect();
            read = self.source.read(&mut slices)?;
            let end = first + read as u64;
            match read < wanted {
                true => self.end = end,
                false => self.next = end,
            }
        }
        for channel in &mut self.channels {
            channel[kept..from].fill(0.0);
            channel[from + read..].fill(0.0);
        }
        Ok(())
    }
}
