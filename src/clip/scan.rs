//! Reading a clip or a file once, from its beginning to its end, in blocks.

use super::data::Clip;
use super::decode;
use super::info::{ClipInfo, check_info};
use super::source::{BLOCK, Monitor, Progress, Source};
use crate::error::{Error, Result};
use crate::memory;
use std::path::Path;

/// What was looked at.
#[derive(Clone, Copy)]
pub(super) struct Seen {
    /// With its true length.
    pub info: ClipInfo,
    /// As [`Clip::bad_samples`].
    pub bad_samples: u64,
}

/// A file as a source.
pub(super) fn open(path: &Path) -> Result<Box<dyn Source>> {
    Ok(decode::open(path)?.source)
}

/// Hands a clip over in blocks, a slice for each channel; returns what was read.
pub(super) fn each_block_of_clip(
    clip: &Clip,
    monitor: &mut Monitor<'_>,
    mut take: impl FnMut(&[&[f32]]) -> Result<()>,
) -> Result<Seen> {
    let info = clip.info();
    // What does not lie in memory as `f32` is converted here.
    let mut converted = vec![Vec::new(); info.channels.into()];
    for start in (0..info.frames).step_by(BLOCK) {
        let frames = (info.frames - start).min(BLOCK as u64) as usize;
        for (channel, samples) in (0..).zip(&mut converted) {
            if clip.slice(channel).is_none() {
                memory::resize(samples, frames, 0.0, "an analysis")?;
                clip.try_read(channel, start, samples)?;
            }
        }
        let block: Vec<&[f32]> = (0..)
            .zip(&converted)
            .map(|(channel, samples)| match clip.slice(channel) {
                Some(whole) => &whole[start as usize..][..frames],
                None => samples,
            })
            .collect();
        take(&block)?;
        report(monitor, start + frames as u64, info.frames)?;
    }
    Ok(Seen {
        info,
        bad_samples: clip.bad_samples(),
    })
}

/// Hands over what a source reads from its beginning to its end, in blocks, a slice for each
/// channel; returns what was read.
pub(super) fn each_block_of(
    source: &mut dyn Source,
    monitor: &mut Monitor<'_>,
    mut take: impl FnMut(&[&[f32]]) -> Result<()>,
) -> Result<Seen> {
    let mut info = source.info();
    check_info(info)?;
    let mut channels = memory::planar(0.0, info.channels.into(), BLOCK, "an analysis")?;
    let mut done = 0;
    loop {
        let mut slices: Vec<&mut [f32]> = channels.iter_mut().map(|c| &mut c[..]).collect();
        let read = source.read(&mut slices)?;
        let block: Vec<&[f32]> = channels.iter().map(|c| &c[..read]).collect();
        take(&block)?;
        done += read as u64;
        if read < BLOCK {
            break;
        }
        report(monitor, done, info.frames.max(done))?;
    }
    info.frames = done;
    check_info(info)?;
    Ok(Seen {
        info,
        bad_samples: source.bad_samples(),
    })
}

fn report(monitor: &mut Monitor<'_>, done_frames: u64, total_frames: u64) -> Result<()> {
    let progress = Progress {
        done_frames,
        total_frames,
    };
    if monitor(progress).is_break() {
        return Err(Error::Cancelled);
    }
    Ok(())
}
