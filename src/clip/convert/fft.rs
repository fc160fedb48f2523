//! rubato's FFT resampler, for the ratios at which it has the right filter.
//!
//! It cuts the input into pieces, multiplies the spectrum of each with that of a windowed sinc as
//! long as the piece, changes the length of the spectrum, and adds what the pieces overlap. So the
//! length of a piece decides the filter, whose edge cannot be chosen apart from it. With pieces of
//! 294 frames at the lower of the rates, and the squared Blackman-Harris window, the filter falls
//! from 0.907 to 1.0 of that rate's Nyquist frequency: for 44.1 kHz from 20.0 to 22.05 kHz. Shorter
//! pieces lose some of the passband, longer ones (rubato is mostly used with several thousand
//! frames) let more through close to the Nyquist frequency: a tone of 21.5 kHz is at -34 dB with 294
//! frames, -26 dB with 343, -14 dB with 441, 0 dB with 4096. Pieces are multiples of the reduced
//! ratio, so that not every ratio has a good one.
//!
//! In 32-bit floats the noise is at -136 dB, that of the transforms; in 64-bit floats it is that of
//! the 32-bit output.

use super::engine::{BlockMaker, Quality};
use super::ratio::Ratio;
use rubato::audioadapter_buffers::direct::SequentialSliceOfVecs;
use rubato::{FixedSync, Indexing, Resampler, Sample, WindowFunction};
use std::ops::RangeInclusive;

/// The longest piece, at the higher rate: memory and the time of a seek grow with it.
const LONGEST_PIECE: u64 = 1 << 15;
/// About the frames of a block, at the higher rate.
const BLOCK: usize = 1 << 11;

/// The piece that rubato converts at once for a ratio: `from` input frames become `to` output frames.
/// None if no length suits.
pub(super) fn piece(ratio: Ratio, quality: Quality) -> Option<Ratio> {
    let suitable = lower_rate_frames(quality);
    let (lower, higher) = (ratio.from.min(ratio.to), ratio.from.max(ratio.to));
    let times = suitable.start().div_ceil(lower);
    let suits = suitable.contains(&(times * lower)) && times * higher <= LONGEST_PIECE;
    suits.then_some(Ratio {
        from: times * ratio.from,
        to: times * ratio.to,
    })
}

/// The lengths of a piece, in frames at the lower of the two rates, that give the filter of a
/// quality. For `Good` a tone at 0.975 of the Nyquist frequency is at -26 dB or less, for `Best` at
/// -32 dB or less; a draft may let it through.
fn lower_rate_frames(quality: Quality) -> RangeInclusive<u64> {
    match quality {
        Quality::Draft => 147..=4096,
        Quality::Good => 294..=343,
        Quality::Best => 294..=305,
    }
}

/// The resampler and its buffers. `T` is what it computes in.
pub(super) struct Fft<T: Precision> {
    resampler: rubato::Fft<T>,
    /// What rubato takes and gives at once.
    piece: Ratio,
    /// Pieces in one block: enough that little time is spent between blocks.
    pieces: usize,
    input: Vec<Vec<T>>,
    output: Vec<Vec<T>>,
}

impl<T: Precision> Fft<T> {
    /// `piece` is what [`piece`] gave for `quality`.
    pub fn new(piece: Ratio, quality: Quality, channels: usize) -> Self {
        let (from, to) = (piece.from as usize, piece.to as usize);
        let window = match quality {
            Quality::Draft => WindowFunction::BlackmanHarris,
            Quality::Good | Quality::Best => WindowFunction::BlackmanHarris2,
        };
        let resampler =
            rubato::Fft::new_custom(from, to, from, 1, channels, window, FixedSync::Both)
                .expect("neither rates nor chunk are 0");
        Fft {
            resampler,
            piece,
            pieces: (BLOCK / from.max(to)).max(1),
            input: vec![Vec::new(); channels],
            output: vec![Vec::new(); channels],
        }
    }
}

impl<T: Precision> BlockMaker for Fft<T> {
    fn block_frames(&self) -> usize {
        self.pieces * self.piece.to as usize
    }

    /// The filter is as long as a piece, and its middle has no delay: it reaches half a piece before and after
    /// the time of the output. Only whole pieces are read, so a whole piece is read before.
    fn window(&self, block: u64) -> (i64, usize) {
        let (from, pieces) = (self.piece.from as i64, self.pieces as i64);
        let start = block as i64 * pieces * from - (from - from / 2);
        (start, ((pieces + 1) * from) as usize)
    }

    fn make(&mut self, _: u64, follows: bool, window: &[Vec<f32>], out: &mut [Vec<f32>]) {
        let (from, to) = (self.piece.from as usize, self.piece.to as usize);
        let input = T::input(window, &mut self.input);
        let input = SequentialSliceOfVecs::new(input, input.len(), input[0].len())
            .expect("all channels have the same length");
        let resampler = &mut self.resampler;
        T::output(out, &mut self.output, |out| {
            let (channels, frames) = (out.len(), out[0].len());
            let mut out = SequentialSliceOfVecs::new_mut(out, channels, frames)
                .expect("all channels have the same length");
            let mut put_through = |input_offset, output_offset| {
                let at = Indexing::new()
                    .input_offset(input_offset)
                    .output_offset(output_offset);
                resampler
                    .process_into_buffer(&input, &mut out, Some(&at))
                    .expect("a piece fits at each offset");
            };
            if !follows {
                // The overlap from the piece before depends only on that piece. The output that
                // comes with it is overwritten.
                put_through(0, 0);
            }
            for piece in 0..self.pieces {
                put_through((piece + 1) * from, piece * to);
            }
        });
    }
}

/// A float that rubato computes in, and how samples become it and come from it.
pub(super) trait Precision: Sample {
    /// `samples` in this precision. They are put into `room` if they must be converted.
    fn input<'a>(samples: &'a [Vec<f32>], room: &'a mut [Vec<Self>]) -> &'a [Vec<Self>];

    /// Fills `out` with samples of this precision, by way of `room` if they must be converted.
    fn output(out: &mut [Vec<f32>], room: &mut [Vec<Self>], fill: impl FnOnce(&mut [Vec<Self>]));
}

impl Precision for f32 {
    fn input<'a>(samples: &'a [Vec<f32>], _: &'a mut [Vec<f32>]) -> &'a [Vec<f32>] {
        samples
    }

    fn output(out: &mut [Vec<f32>], _: &mut [Vec<f32>], fill: impl FnOnce(&mut [Vec<f32>])) {
        fill(out);
    }
}

impl Precision for f64 {
    fn input<'a>(samples: &'a [Vec<f32>], room: &'a mut [Vec<f64>]) -> &'a [Vec<f64>] {
        for (room, samples) in room.iter_mut().zip(samples) {
            room.clear();
            room.extend(samples.iter().map(|sample| f64::from(*sample)));
        }
        room
    }

    fn output(out: &mut [Vec<f32>], room: &mut [Vec<f64>], fill: impl FnOnce(&mut [Vec<f64>])) {
        for (room, out) in room.iter_mut().zip(&*out) {
            room.resize(out.len(), 0.0);
        }
        fill(room);
        for (out, room) in out.iter_mut().zip(room) {
            for (out, made) in out.iter_mut().zip(room) {
                *out = *made as f32;
            }
        }
    }
}
