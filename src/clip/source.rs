//! Audio that is read piece by piece, off the audio thread: a file that is decoded, another clip,
//! or either of them on its way through a conversion.

use super::{Clip, ClipInfo, Samples, check_info};
use crate::error::{Error, Result};
use crate::sys::{self, Denormals};
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

/// Reads a source whole, from its beginning, into a clip. Memory is taken for frames that are
/// certain; beyond them it grows with what is read, never with what was claimed.
pub(crate) fn load(source: &mut dyn Source, monitor: &mut Monitor<'_>) -> Result<Clip> {
    let _kept = Denormals::kept();
    let mut info = source.info();
    check_info(info)?;
    let mut channels: Vec<Vec<f32>> = vec![Vec::new(); info.channels.into()];
    let out_of_memory = |frames: u64| Error::OutOfMemory(frames.saturating_mul(4), "a clip");
    let certain = source.certain_frames();
    if certain > 0 {
        let room = usize::try_from(certain).unwrap_or(usize::MAX);
        for channel in &mut channels {
            channel
                .try_reserve_exact(room.saturating_add(BLOCK))
                .map_err(|_| out_of_memory(certain))?;
            sys::prefer_large_pages(channel.spare_capacity_mut());
        }
    }
    let mut done = 0;
    loop {
        let mut slices = Vec::with_capacity(channels.len());
        for channel in &mut channels {
            channel
                .try_reserve(BLOCK)
                .map_err(|_| out_of_memory((done + BLOCK) as u64))?;
            channel.resize(done + BLOCK, 0.0);
            slices.push(&mut channel[done..]);
        }
        let read = source.read(&mut slices)?;
        done += read;
        if read < BLOCK {
            break;
        }
        let progress = Progress {
            done_frames: done as u64,
            total_frames: info.frames.max(done as u64),
        };
        if monitor(progress).is_break() {
            return Err(Error::Cancelled);
        }
    }
    for channel in &mut channels {
        channel.truncate(done);
    }
    info.frames = done as u64;
    let channels = channels.into_iter().map(Vec::into_boxed_slice);
    Clip::checked(info, Samples::Planar(channels.collect()))
}
