//! Audio that is read piece by piece, off the audio thread: a file that is decoded, another clip,
//! or either of them on its way through a conversion.

use super::{Clip, ClipInfo, Samples, check_info};
use crate::error::{Error, Result};
use crate::memory;
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

/// Frames that a clip is loaded with at once: more system calls for less cost more, and more at
/// once leave the cache.
const AT_ONCE: usize = 1 << 15;

/// What memory is for.
const WHAT: &str = "a clip";

/// Reads a source whole, from its beginning, into a clip. Memory grows with what is read, or is
/// taken at once for what is certainly there; never for what was only claimed.
pub(crate) fn load(source: &mut dyn Source, monitor: &mut Monitor<'_>) -> Result<Clip> {
    let _kept = Denormals::kept();
    let mut info = source.info();
    check_info(info)?;
    let certain = usize::try_from(source.certain_frames()).unwrap_or(usize::MAX);
    let mut channels = memory::room(info.channels.into(), WHAT)?;
    for _ in 0..info.channels {
        channels.push(zeroed(certain)?);
    }
    let (mut done, mut there) = (0, certain);
    while (done as u64) < info.frames {
        if done == there {
            there += BLOCK.max(done / 2);
            for channel in &mut channels {
                channel
                    .try_reserve_exact(there - done)
                    .map_err(|_| memory::out_of_memory::<f32>(there, WHAT))?;
                channel.resize(there, 0.0);
            }
        }
        let wanted = AT_ONCE.min(there - done);
        let mut slices: Vec<&mut [f32]> = channels
            .iter_mut()
            .map(|channel| &mut channel[done..done + wanted])
            .collect();
        let read = source.read(&mut slices)?;
        done += read;
        if read < wanted {
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
    info.frames = done as u64;
    check_info(info)?;
    for channel in &mut channels {
        channel.truncate(done);
        sys::give_back(channel);
    }
    Ok(Clip::new(
        info,
        Samples::Planar(channels),
        source.bad_samples(),
    ))
}

/// Zeros, as the system gives them: memory is touched first when it is written.
pub(super) fn zeroed(samples: usize) -> Result<Vec<f32>> {
    let mut zeros: Box<[f32]> = bytemuck::allocation::try_zeroed_slice_box(samples)
        .map_err(|()| memory::out_of_memory::<f32>(samples, WHAT))?;
    sys::prefer_large_pages(&mut zeros);
    Ok(zeros.into_vec())
}
