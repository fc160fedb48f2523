//! The trait of what makes output blocks, and the qualities that there are.

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
/// `Good` is faster than soxr HQ there, and `Best` faster than soxr VHQ: a thousand times real time and
/// more in stereo. That holds for all ratios of small numbers, which the usual rates have.
/// For other ratios, such as 44100 to 44101 Hz, each output frame is computed alone, at a tenth of that
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
    /// For audio that is processed further: computed in 64-bit floats.
    Best,
}

/// What memory is for.
pub(super) const WHAT: &str = "a conversion";

/// Makes output blocks from the input around them.
pub(super) trait BlockMaker: Send {
    /// Frames in a block; block `b` is the output frames from `b` times this on.
    fn block_frames(&self) -> usize;

    /// The input that a block is made of: its first frame, which may lie before the beginning, and
    /// how many frames it has. Neither goes back from one block to the next.
    fn window(&self, block: u64) -> (i64, usize);

    /// Makes a block: `out` has a slice of `block_frames` for each channel. The block that was made last is the one
    /// before, of the same input, if it `follows`. The result does not depend on that.
    fn make(&mut self, block: u64, follows: bool, window: &[Vec<f32>], out: &mut [Vec<f32>]);
}
