//! Loading: a source is read whole, into a clip in memory.

use super::data::{Clip, zeroed};
use super::info::check_info;
use super::source::{BLOCK, Monitor, Progress, Source};
use crate::error::{Error, Result};
use crate::memory;
use crate::sys::{self, Denormals};

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
    Ok(Clip::loaded(info, channels, source.bad_samples()))
}
