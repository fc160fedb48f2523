//! The loops over samples. Each operation is rounded by itself and none are fused, so that every
//! instruction set gives the same bits.
//!
//! The same source is compiled for several instruction sets; [`Kernels::choose`] picks one when an
//! interface is made.

use crate::error::{Error, Result};

/// Adds `source * gain` to `out`; both have the same length.
type Mix = fn(out: &mut [f32], source: &[f32], gain: f32);
/// Adds `source * gains[0]` to `left` and `source * gains[1]` to `right`; all have the same length.
type MixBoth = fn(left: &mut [f32], right: &mut [f32], source: &[f32], gains: [f32; 2]);
/// As [`MixBoth`], with a sample for the left and one for the right in each frame of the source.
type MixPairs = fn(left: &mut [f32], right: &mut [f32], source: &[[f32; 2]], gains: [f32; 2]);
/// Adds `source * gains` to `out`; all have the same length.
type MixShaped = fn(out: &mut [f32], source: &[f32], gains: &[f32]);
/// Adds rows of samples to levels, each to its own lane.
type Measure = fn(levels: &mut Levels, rows: &[[f32; LANES]]);
/// Whether all samples are numbers within ±1.0.
type Fits = fn(samples: &[f32]) -> bool;
/// Multiplies each `out[n]` by `(first + n) / length` or, falling, by `(first - n) / length`.
type Scale = fn(out: &mut [f32], first: u64, length: u64);

#[derive(Clone, Copy)]
pub(crate) struct Kernels {
    pub mix: Mix,
    pub mix_both: MixBoth,
    pub mix_pairs: MixPairs,
    pub mix_shaped: MixShaped,
    pub scale_rising: Scale,
    pub scale_falling: Scale,
    pub measure: Measure,
    pub fits: Fits,
}

/// The variable that names an instruction set instead of the best one, for tests.
const CHOICE: &str = "AMIO_SIMD";

impl Kernels {
    /// For the instruction set named in `AMIO_SIMD`, or the best that this processor has.
    pub fn choose() -> Result<Kernels> {
        let Some(name) = std::env::var_os(CHOICE) else {
            return Ok(Kernels::available()
                .last()
                .map_or(BASELINE, |(_, kernels)| *kernels));
        };
        let available = Kernels::available();
        let found = available.iter().find(|(n, _)| *n == name);
        found.map(|(_, kernels)| *kernels).ok_or_else(|| {
            let names: Vec<_> = available.iter().map(|(n, _)| *n).collect();
            Error::InvalidArgument(format!(
                "{CHOICE} is {name:?}; this processor has {}",
                names.join(", ")
            ))
        })
    }

    /// What this processor can run, by name, the best last.
    fn available() -> Vec<(&'static str, Kernels)> {
        #[allow(
            unused_mut,
            reason = "only some processors have more than the baseline"
        )]
        let mut all = vec![("baseline", BASELINE)];
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            all.push(("avx2", x86::AVX2));
        }
        all
    }
}

/// What every processor of the target has: SSE2, NEON.
const BASELINE: Kernels = Kernels {
    mix,
    mix_both,
    mix_pairs,
    mix_shaped,
    scale_rising: scale::<false>,
    scale_falling: scale::<true>,
    measure,
    fits,
};

/// How many samples are looked at in one step.
pub(crate) const LANES: usize = 16;

/// Larger magnitudes, and what is not a number, are measured as this, so that sums of squares
/// stay finite.
const MOST: f32 = 1e15;

/// What was found in the samples that went to each lane.
#[derive(Clone, Default)]
pub(crate) struct Levels {
    peaks: [f32; LANES],
    squares: [f32; LANES],
    clipped: [u32; LANES],
}

impl Levels {
    /// Adds samples, at most one for each lane from `lane` on.
    #[inline(always)]
    pub fn add(&mut self, lane: usize, samples: &[f32]) {
        let places = self.peaks.iter_mut().zip(&mut self.squares);
        let places = places.zip(&mut self.clipped).skip(lane);
        for (((peak, square), clipped), sample) in places.zip(samples) {
            let magnitude = sample.abs();
            // Written so that a NaN takes the other branch.
            let magnitude = if magnitude < MOST { magnitude } else { MOST };
            *peak = if magnitude > *peak { magnitude } else { *peak };
            *square += magnitude * magnitude;
            *clipped += u32::from(magnitude >= 1.0);
        }
    }

    /// The largest magnitude.
    pub fn peak(&self) -> f32 {
        greatest(self.peaks)
    }

    /// The sum of all squares.
    pub fn square(&self) -> f32 {
        sum(self.squares)
    }

    /// How many were at or beyond full scale.
    pub fn clipped(&self) -> u64 {
        self.clipped.iter().map(|n| u64::from(*n)).sum()
    }
}

/// The sum, whose order of additions is fixed and short.
pub(crate) fn sum<const N: usize>(values: [f32; N]) -> f32 {
    in_halves(values, |a, b| a + b)
}

/// The greatest of values that are all numbers.
pub(crate) fn greatest<const N: usize>(values: [f32; N]) -> f32 {
    in_halves(values, |a, b| if a > b { a } else { b })
}

/// Adds one half to the other until one value is left; N is a power of two. In a row of additions,
/// each would wait for the one before.
#[inline(always)]
fn in_halves<const N: usize>(mut values: [f32; N], both: impl Fn(f32, f32) -> f32) -> f32 {
    const { assert!(N.is_power_of_two()) }
    let mut half = N / 2;
    while half > 0 {
        for n in 0..half {
            values[n] = both(values[n], values[n + half]);
        }
        half /= 2;
    }
    values[0]
}

/// Prefetches samples that are read soon. The samples of each voice and channel
/// lie elsewhere: too many places for the processor's own prefetcher.
#[inline(always)]
pub(crate) fn prefetch<T>(samples: &[T]) {
    #[cfg(target_arch = "x86_64")]
    x86::prefetch(samples);
    #[cfg(not(target_arch = "x86_64"))]
    let _ = samples;
}

#[inline(always)]
fn mix(out: &mut [f32], source: &[f32], gain: f32) {
    for (out, source) in out.iter_mut().zip(source) {
        *out += source * gain;
    }
}

#[inline(always)]
fn mix_both(left: &mut [f32], right: &mut [f32], source: &[f32], gains: [f32; 2]) {
    for ((left, right), source) in left.iter_mut().zip(right).zip(source) {
        *left += source * gains[0];
        *right += source * gains[1];
    }
}

#[inline(always)]
fn mix_pairs(left: &mut [f32], right: &mut [f32], source: &[[f32; 2]], gains: [f32; 2]) {
    for ((left, right), source) in left.iter_mut().zip(right).zip(source) {
        *left += source[0] * gains[0];
        *right += source[1] * gains[1];
    }
}

#[inline(always)]
fn mix_shaped(out: &mut [f32], source: &[f32], gains: &[f32]) {
    for ((out, source), gain) in out.iter_mut().zip(source).zip(gains) {
        *out += source * gain;
    }
}

#[inline(always)]
fn measure(levels: &mut Levels, rows: &[[f32; LANES]]) {
    for row in rows {
        levels.add(0, row);
    }
}

#[inline(always)]
fn fits(samples: &[f32]) -> bool {
    // No early exit, so that the loop vectorises.
    let fit = |all, sample: &f32| all & (sample.abs() <= 1.0);
    samples.iter().fold(true, fit)
}

#[inline(always)]
fn scale<const FALLING: bool>(out: &mut [f32], first: u64, length: u64) {
    let length = length as f32;
    // Processors convert several numbers at once only if they are narrow. The bits are the same.
    let narrow = i32::MAX as u64 - out.len() as u64;
    if first <= narrow {
        for (out, n) in out.iter_mut().zip(0i32..) {
            let number = if FALLING {
                first as i32 - n
            } else {
                first as i32 + n
            };
            *out *= number as f32 / length;
        }
    } else {
        for (out, n) in out.iter_mut().zip(0..) {
            let number = if FALLING { first - n } else { first + n };
            *out *= number as f32 / length;
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[allow(
    unsafe_code,
    reason = "calling code for an instruction set that was detected"
)]
mod x86 {
    use super::{Kernels, LANES, Levels};
    use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};

    /// Only handed out where AVX2 was detected.
    pub const AVX2: Kernels = Kernels {
        // SAFETY: `Kernels::available` offers this where the processor has AVX2.
        mix: |out, source, gain| unsafe { mix(out, source, gain) },
        // SAFETY: as above.
        mix_both: |left, right, source, gains| unsafe { mix_both(left, right, source, gains) },
        // SAFETY: as above.
        mix_pairs: |left, right, source, gains| unsafe { mix_pairs(left, right, source, gains) },
        // SAFETY: as above.
        mix_shaped: |out, source, gains| unsafe { mix_shaped(out, source, gains) },
        // SAFETY: as above.
        scale_rising: |out, first, length| unsafe { scale::<false>(out, first, length) },
        // SAFETY: as above.
        scale_falling: |out, first, length| unsafe { scale::<true>(out, first, length) },
        // SAFETY: as above.
        measure: |levels, rows| unsafe { measure(levels, rows) },
        // SAFETY: as above.
        fits: |samples| unsafe { fits(samples) },
    };

    const LINE_BYTES: usize = 64;

    /// Into the second-level cache: the first level is too small for all voices.
    #[inline(always)]
    pub fn prefetch<T>(samples: &[T]) {
        for byte in (0..size_of_val(samples)).step_by(LINE_BYTES) {
            let line = samples.as_ptr().wrapping_byte_add(byte);
            // SAFETY: a hint, which reads nothing; every x86-64 processor takes it.
            unsafe { _mm_prefetch::<_MM_HINT_T1>(line.cast()) };
        }
    }

    #[target_feature(enable = "avx2")]
    fn mix(out: &mut [f32], source: &[f32], gain: f32) {
        super::mix(out, source, gain);
    }

    #[target_feature(enable = "avx2")]
    fn mix_both(left: &mut [f32], right: &mut [f32], source: &[f32], gains: [f32; 2]) {
        super::mix_both(left, right, source, gains);
    }

    #[target_feature(enable = "avx2")]
    fn mix_pairs(left: &mut [f32], right: &mut [f32], source: &[[f32; 2]], gains: [f32; 2]) {
        super::mix_pairs(left, right, source, gains);
    }

    #[target_feature(enable = "avx2")]
    fn mix_shaped(out: &mut [f32], source: &[f32], gains: &[f32]) {
        super::mix_shaped(out, source, gains);
    }

    #[target_feature(enable = "avx2")]
    fn measure(levels: &mut Levels, rows: &[[f32; LANES]]) {
        super::measure(levels, rows);
    }

    #[target_feature(enable = "avx2")]
    fn fits(samples: &[f32]) -> bool {
        super::fits(samples)
    }

    #[target_feature(enable = "avx2")]
    fn scale<const FALLING: bool>(out: &mut [f32], first: u64, length: u64) {
        super::scale::<FALLING>(out, first, length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let source: Vec<f32> = (0..1003).map(|n| ((n * 7919) as f32).sin()).collect();
        let gains: Vec<f32> = (0..1003).map(|n| ((n * 104_729) as f32).cos()).collect();
        let render = |kernels: Kernels| {
            let mut out = gains.clone();
            let mut other = source.clone();
            (kernels.mix)(&mut out, &source, 0.3);
            (kernels.mix_both)(&mut out, &mut other, &source, [0.7, -0.1]);
            (kernels.mix_pairs)(
                &mut out[501..],
                &mut other[502..],
                source.as_chunks().0,
                [0.2, 9.0],
            );
            (kernels.mix)(&mut out, &other, 1.1);
            (kernels.mix_shaped)(&mut out, &source, &gains);
            (kernels.scale_rising)(&mut out, 16_777_217, 20_000_003);
            (kernels.scale_falling)(&mut out, 1_003, 1_009);
            let mut levels = Levels::default();
            (kernels.measure)(&mut levels, out.as_chunks().0);
            out.extend([levels.peak(), levels.square(), levels.clipped() as f32]);
            out.iter().map(|x| x.to_bits()).collect::<Vec<_>>()
        };
        for (name, kernels) in Kernels::available() {
            assert_eq!(render(kernels), render(BASELINE), "{name}");
        }
    }

    #[test]
    fn what_is_no_number_or_beyond_full_scale_does_not_fit() {
        for (name, kernels) in Kernels::available() {
            for place in [0, 7, 100, 102] {
                for (sample, fits) in [(1.0, true), (-1.0, true), (1.0001, false), (-2.0, false)] {
                    let mut samples = [0.5; 103];
                    samples[place] = sample;
                    assert_eq!(
                        (kernels.fits)(&samples),
                        fits,
                        "{name}: {sample} at {place}"
                    );
                    samples[place] = f32::NAN;
                    assert!(!(kernels.fits)(&samples), "{name}: NaN at {place}");
                }
            }
        }
    }

    #[test]
    fn a_slope_is_a_function_of_the_frame_wherever_a_block_begins() {
        let ends = [0, 1 << 24, i32::MAX as u64, u32::MAX.into(), 1 << 60];
        for around in ends.map(|end| end.max(300)) {
            let (low, length) = (around - 300, around + 300);
            let expected = |number: u64| (number as f32 / length as f32).to_bits();
            for (_, kernels) in Kernels::available() {
                let (mut up, mut down) = ([1.0f32; 600], [1.0f32; 600]);
                for (block, first) in up.chunks_mut(7).zip((low..).step_by(7)) {
                    (kernels.scale_rising)(block, first, length);
                }
                (kernels.scale_falling)(&mut down, low + 599, length);
                for (n, (up, down)) in (low..).zip(up.iter().zip(down.iter().rev())) {
                    assert_eq!(up.to_bits(), expected(n));
                    assert_eq!(down.to_bits(), expected(n));
                }
            }
        }
    }
}
