//! Rate conversion: a [`Source`] that reads another one and gives its frames at another rate.
//!
//! Flow: source -> [`window`] (the input around a block) -> an [`Engine`] -> [`blocks`] -> reader.
//! Output frame `k` is the input at the time `k * from / to`, in input frames, with silence before
//! the first and after the last frame, and there are `round(n * to / from)` of them. Output is made
//! in blocks on a grid that is fixed at frame 0, and a block is a function of the input around it
//! alone: so a seek costs a block or two, and neither it nor the size of the reads changes a bit.
//!
//! Two engines share the work. [`fft`] is rubato's FFT resampler, many times faster than anything
//! else, for ratios whose blocks come out at the length that gives the wanted filter. [`sinc`], for
//! all other ratios, sums a windowed sinc for each output frame.
//! Thread: any but the audio thread.

mod blocks;
mod fft;
mod ratio;
mod sinc;
#[cfg(test)]
mod tests;
mod window;

use super::source::Source;
use super::{ClipInfo, check_info};
use crate::error::Result;
use blocks::Blocks;
use fft::Fft;
use ratio::Ratio;
use sinc::Sinc;

/// How well frame rates are converted, and how fast.
///
/// Measured from 44.1 to 48 kHz (the alias from 48 to 44.1 kHz) with tones at -1 dBFS in 32-bit
/// floats, whose own rounding is at -150 dB. `cargo bench --bench convert` measures it anew, beside
/// soxr and libsamplerate, and draws the responses:
///
/// | | THD+N, 997 Hz and 15 kHz | to 20 kHz within | at 21.5 kHz | alias of 22.5 kHz |
/// |---|---|---|---|---|
/// | `Draft` | -136 dB | 0.024 dB | -33.7 dB | -137 dB |
/// | `Good` | -136 dB | 0.0001 dB | -34.2 dB | -137 dB |
/// | `Best` | -150 dB | 0.00001 dB | -34.2 dB | -151 dB |
/// | soxr HQ | -134 dB | 0.008 dB | -25.3 dB | -136 dB |
/// | soxr VHQ | -150 dB | 0.006 dB | -32.1 dB | -151 dB |
///
/// There `Good` is faster than soxr HQ, and `Best` than soxr VHQ: a thousand times real time and
/// more in stereo. So it is with all ratios of small numbers, which are those of the usual rates.
/// With others, such as 44100 to 44101 Hz, each output frame is a sum of its own, at a tenth of that
/// speed (`Draft`: a third), and at five times real time from 767,999 to 1,000 Hz. The filters are
/// the same with all ratios, in relation to the lower rate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Quality {
    /// For previews. Faster than `Good` only for ratios of large numbers, where it keeps 80 dB and
    /// the band below 0.75 of the Nyquist frequency.
    Draft,
    /// For everything that is heard.
    #[default]
    Good,
    /// For what is processed further: computed in 64-bit floats.
    Best,
}

/// What memory is for.
const WHAT: &str = "a conversion";

/// Makes output blocks from the input around them.
trait Engine: Send {
    /// Frames in a block; block `b` is the output frames from `b` times this on.
    fn block_frames(&self) -> usize;

    /// The input that a block is made of: its first frame, which may lie before the beginning, and
    /// how many frames it has. Neither goes back from one block to the next.
    fn window(&self, block: u64) -> (i64, usize);

    /// Makes a block: `out` has a slice of `block_frames` for each channel. The result does not
    /// depend on what was made before.
    fn make(&mut self, block: u64, window: &[Vec<f32>], out: &mut [Vec<f32>]);
}

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
    let engine: Box<dyn Engine> = match (fft::piece(ratio, quality), quality) {
        (Some(piece), Quality::Best) => Box::new(Fft::<f64>::new(piece, quality, channels)),
        (Some(piece), _) => Box::new(Fft::<f32>::new(piece, quality, channels)),
        (None, _) => Box::new(Sinc::new(ratio, quality)),
    };
    Ok(Box::new(Blocks::new(source, engine, ratio, info)?))
}
