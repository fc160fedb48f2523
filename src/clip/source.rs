//! Audio that is read piece by piece, off the audio thread: a file that is decoded, another clip,
//! or either of them on its way through a conversion.

use super::info::ClipInfo;
#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;
use std::ops::ControlFlow;

/// Frames in order, from any frame on.
pub(crate) trait Source: Send {
    /// Rate, channels and length. A length that a file only claims is no more than the file can
    /// hold; reading may end before it where the file is cut short.
    fn info(&self) -> ClipInfo;

    /// Reads the next frames into `out`, a slice for each channel, all of the same length. Fills
    /// them, unless the end comes before; returns how many frames it read, 0 at the end.
    fn read(&mut self, out: &mut [&mut [f32]]) -> Result<usize>;

    /// Frames that are there for certain, so that memory for them may be taken at once: the bytes
    /// that hold them are in the file.
    fn certain_frames(&self) -> u64 {
        0
    }

    /// Samples of the file that were bad in what was read so far, and are 0 (see
    /// [`super::bad_samples`]).
    fn bad_samples(&self) -> u64 {
        0
    }

    /// Makes `frame`, at most the length, the next that is read. What is read after it is bit for
    /// bit what reading from the beginning gives.
    fn seek(&mut self, frame: u64) -> Result<()>;
}

/// How far a long piece of work is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Frames that are done.
    pub done_frames: u64,
    /// Frames in all, as far as is known.
    pub total_frames: u64,
}

/// Told how far a long piece of work is, several times a second, on the thread that asked for the
/// work; breaks to give it up, which then fails with [`Error::Cancelled`].
pub type Monitor<'a> = dyn FnMut(Progress) -> ControlFlow<()> + 'a;

/// Watches nothing.
pub(crate) fn unwatched(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// Frames that are read at once.
pub(crate) const BLOCK: usize = 1 << 14;
