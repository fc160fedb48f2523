//! Rate conversion: a [`Source`] that reads another one and gives its frames at another rate.
//!
//! Flow: source -> [`window`] (the input around a block) -> an [`engine`] -> [`blocks`] -> reader.
//! Output frame `k` is the input at the time `k * from / to`, in input frames, with silence before
//! the first and after the last frame, and there are `round(n * to / from)` of them. Output is made
//! in blocks on a grid that begins at frame 0, and a block depends only on the input around
//! it. So a seek costs a block or two, and neither seeks nor the sizes of reads change a bit.
//!
//! There are two engines. [`fft`] is rubato's FFT resampler, many times faster than anything
//! else. It is used for ratios whose blocks have the length that gives the wanted filter. [`sinc`], for
//! all other ratios, sums a windowed sinc for each output frame.
//! Thread: any but the audio thread.

mod blocks;
mod engine;
mod fft;
mod ratio;
mod sinc;
#[cfg(test)]
mod tests;
mod window;

pub use engine::Quality;

use super::info::{ClipInfo, check_info};
use super::source::Source;
use crate::error::Result;
use blocks::Blocks;
use engine::BlockMaker;
use fft::Fft;
use ratio::Ratio;
use sinc::Sinc;

/// A source that gives the frames of `source` at the rate `to_hz`; `source` itself where that is
/// its rate.
///
/// # Errors
/// [`crate::Error::OutOfRange`] for a rate outside 1000 to 768000 Hz or a length that would pass
/// 2^60 frames.
pub(crate) fn convert(
    source: Box<dyn Source>,
    to_hz: u32,
    quality: Quality,
) -> Result<Box<dyn Source>> {
    let found = source.info();
    let mut info = ClipInfo {
        frame_rate_hz: to_hz,
        ..found
    };
    check_info(info)?;
    if found.frame_rate_hz == to_hz {
        return Ok(source);
    }
    let ratio = Ratio::new(found.frame_rate_hz, to_hz);
    info.frames = ratio.output_frames(found.frames);
    check_info(info)?;
    let channels = usize::from(info.channels);
    let engine: Box<dyn BlockMaker> = match (fft::piece(ratio, quality), quality) {
        (Some(piece), Quality::Best) => Box::new(Fft::<f64>::new(piece, quality, channels)),
        (Some(piece), _) => Box::new(Fft::<f32>::new(piece, quality, channels)),
        (None, _) => Box::new(Sinc::new(ratio, quality)),
    };
    Ok(Box::new(Blocks::new(source, engine, ratio, info)?))
}
