//! Audio that is read piece by piece, off the audio thread: a file that is decoded, another clip,
//! or either of them on its way through a conversion.

use super::info::ClipInfo;
#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;
use std::ops::ControlFlow;

/// Frames in order, from any frame on.
pub(crate) trait Source: Send {
    /// Rate, channels and length. The length is never more than the file can hold, whatever its header
    /// claims. If the file is cut short, reading ends before it.
    fn info(&self) -> ClipInfo;

    /// Reads the next frames into `out`, a slice for each channel, all of the same length. Fills
    /// them, unless the end comes before; returns how many frames it read, 0 at the end. After a read that came
    /// short or failed, only [`Source::seek`] says what is read next.
    fn read(&mut self, out: &mut [&mut [f32]]) -> Result<usize>;

    /// How many frames are certainly there, since their bytes are in the file. Memory for them may be allocated at
    /// once.
    fn certain_frames(&self) -> u64 {
        0
    }

    /// Samples of the file that were bad in what was read so far, and are 0 (see
    /// [`super::bad_samples`]).
    fn bad_samples(&self) -> u64 {
        0
    }

    /// The next frame that is read is `frame`, at most the length. What is read after it is bit for
    /// bit what reading from the beginning gives. After a read that came short or failed, the file is looked at
    /// anew: it may have become whole.
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

/// Called several times a second during a long piece of work, on the thread that asked for it, with its
/// progress. If it breaks, the work ends with [`Error::Cancelled`].
pub type Monitor<'a> = dyn FnMut(Progress) -> ControlFlow<()> + 'a;

/// A monitor that does nothing.
pub(crate) fn unwatched(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// Frames that are read at once.
pub(crate) const BLOCK: usize = 1 << 14;
