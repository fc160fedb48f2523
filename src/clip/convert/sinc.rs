//! Conversion by a windowed sinc, evaluated anew for the time of each output frame: for ratios
//! without a suitable FFT piece, such as 44100 to 44101 Hz.
//!
//! rubato's `Async` is such a converter too, but adds up its position in floating point and can
//! start only at a whole input frame, so that neither the exact time of a frame nor a seek to it
//! can be had. Here the time is an exact fraction, and each output frame is a sum of its own.
//!
//! The filter is tabulated at steps of 1/128 of a frame of the lower rate, and interpolated between
//! them by cubic polynomials, which leaves errors near -160 dB. (Julius O. Smith, "Digital Audio
//! Resampling", describes the method, and Kaiser's window and the formulas for it are in Oppenheim
//! and Schafer, "Discrete-Time Signal Processing".) Where the reduced ratio has few enough times
//! within a frame, each has its own row in the table, and nothing is interpolated.
//!
//! The cost for each channel is one multiplication for each tap and frame of the *higher* rate,
//! with the 232 taps of `Good` and `Best`: some ten times that of the FFT.

use super::engine::{BlockMaker, Quality};
use super::ratio::Ratio;
use std::f64::consts::PI;

/// Rows of the table within a frame of the lower rate.
const STEPS: u64 = 128;
/// The most table entries (of 8 bytes) for which each time gets a row of its own.
const EXACT_TABLE: u64 = 1 << 18;
/// How many partial sums there are, which SIMD adds in parallel.
const LANES: usize = 8;

/// A filter, relative to the lower of the two rates.
struct Filter {
    /// Length in frames.
    length: u64,
    /// Where it is at half its gain, as a part of the Nyquist frequency.
    cutoff: f64,
    /// How far below the passband its stopband lies.
    attenuation_db: f64,
}

fn filter(quality: Quality) -> Filter {
    match quality {
        Quality::Draft => Filter {
            length: 40,
            cutoff: 0.87,
            attenuation_db: 80.0,
        },
        // Crosses from passband to stopband in the same band as the FFT's filter.
        Quality::Good | Quality::Best => Filter {
            length: 232,
            cutoff: 0.953,
            attenuation_db: 155.0,
        },
    }
}

pub(super) struct Sinc {
    ratio: Ratio,
    block_frames: u64,
    /// Input frames that an output frame is made of; a multiple of [`LANES`].
    taps: usize,
    /// Rows within an input frame.
    rows: u64,
    /// Row after row, `taps` factors each, from one row before the first one to two after the last.
    table: Vec<f64>,
    /// The factors for one output frame.
    factors: Vec<f64>,
}

impl Sinc {
    pub fn new(ratio: Ratio, quality: Quality) -> Sinc {
        let filter = filter(quality);
        let stretch = (ratio.from as f64 / ratio.to as f64).max(1.0);
        let length = filter.length as f64 * stretch;
        let taps = (length.ceil() as usize).next_multiple_of(LANES);
        let rows = if ratio.to * taps as u64 <= EXACT_TABLE {
            ratio.to
        } else {
            (STEPS as f64 / stretch).ceil() as u64
        };
        let kaiser = Kaiser::new(filter.attenuation_db);
        let bandwidth = filter.cutoff / stretch;
        let table = (0..rows + 3)
            .flat_map(|row| (0..taps).map(move |tap| (row, tap)))
            .map(|(row, tap)| {
                let row = row as f64 - 1.0;
                let time = row / rows as f64 + (taps / 2 - 1) as f64 - tap as f64;
                bandwidth * sinc(bandwidth * time) * kaiser.at(2.0 * time / length)
            })
            .collect();
        Sinc {
            ratio,
            // Several times as long as the filter, so that most of the window is kept from block to block.
            block_frames: (4.0 * filter.length as f64 / stretch.min(4.0)) as u64,
            taps,
            rows,
            table,
            factors: vec![0.0; taps],
        }
    }

    /// The first input frame for an output time whose whole part is `frame`.
    fn first_input(&self, frame: u64) -> i64 {
        frame as i64 - (self.taps as i64 / 2 - 1)
    }

    /// The factors for a time of `part / ratio.to` input frames after a whole one.
    fn factors(&mut self, part: u64) -> &[f64] {
        let taps = self.taps;
        let (row, rest) = (
            (part * self.rows / self.ratio.to) as usize,
            part * self.rows % self.ratio.to,
        );
        if rest == 0 {
            return &self.table[(row + 1) * taps..][..taps];
        }
        let x = rest as f64 / self.ratio.to as f64;
        // Lagrange's polynomials for points at -1, 0, 1 and 2.
        let [a, b, c, d] = [
            -x * (x - 1.0) * (x - 2.0) / 6.0,
            (x + 1.0) * (x - 1.0) * (x - 2.0) / 2.0,
            -(x + 1.0) * x * (x - 2.0) / 2.0,
            (x + 1.0) * x * (x - 1.0) / 6.0,
        ];
        let rows = &self.table[row * taps..][..4 * taps];
        let (before, rows) = rows.split_at(taps);
        let (here, rows) = rows.split_at(taps);
        let (after, last) = rows.split_at(taps);
        for (n, factor) in self.factors.iter_mut().enumerate() {
            *factor = a * before[n] + b * here[n] + c * after[n] + d * last[n];
        }
        &self.factors
    }
}

impl BlockMaker for Sinc {
    fn block_frames(&self) -> usize {
        self.block_frames as usize
    }

    fn window(&self, block: u64) -> (i64, usize) {
        let first = block * self.block_frames;
        let (begin, _) = self.ratio.input_time(first);
        let (end, _) = self.ratio.input_time(first + self.block_frames - 1);
        (self.first_input(begin), (end - begin) as usize + self.taps)
    }

    fn make(&mut self, block: u64, _: bool, window: &[Vec<f32>], out: &mut [Vec<f32>]) {
        let taps = self.taps;
        let ratio = self.ratio;
        let (_, mut part) = ratio.input_time(block * self.block_frames);
        let mut first = 0;
        for frame in 0..self.block_frames as usize {
            let factors = self.factors(part);
            for (out, window) in out.iter_mut().zip(window) {
                out[frame] = sum_of_products(factors, &window[first..first + taps]) as f32;
            }
            part += ratio.from;
            first += (part / ratio.to) as usize;
            part %= ratio.to;
        }
    }
}

fn sum_of_products(factors: &[f64], samples: &[f32]) -> f64 {
    let mut sums = [0.0; LANES];
    let (factors, _) = factors.as_chunks::<LANES>();
    let (samples, _) = samples.as_chunks::<LANES>();
    for (factors, samples) in factors.iter().zip(samples) {
        for ((sum, factor), sample) in sums.iter_mut().zip(factors).zip(samples) {
            *sum += factor * f64::from(*sample);
        }
    }
    sums.iter().sum()
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 {
        1.0
    } else {
        (PI * x).sin() / (PI * x)
    }
}

/// Kaiser's window.
struct Kaiser {
    beta: f64,
    peak: f64,
}

impl Kaiser {
    /// For a stopband at least 50 dB below the passband.
    fn new(attenuation_db: f64) -> Kaiser {
        let beta = 0.1102 * (attenuation_db - 8.7);
        Kaiser {
            beta,
            peak: bessel_i0(beta),
        }
    }

    /// The window from -1 to 1, 0 outside.
    fn at(&self, x: f64) -> f64 {
        if x.abs() > 1.0 {
            return 0.0;
        }
        bessel_i0(self.beta * (1.0 - x * x).sqrt()) / self.peak
    }
}

/// The modified Bessel function of order 0, by its power series.
fn bessel_i0(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let (mut term, mut sum) = (1.0, 1.0);
    let mut n = 1.0;
    while term > sum * f64::EPSILON {
        term *= quarter / (n * n);
        sum += term;
        n += 1.0;
    }
    sum
}
