//! Subframes (RFC 9639, section 9.2): the samples of one channel in one frame.
//!
//! Samples are `i64`, in which even the difference of two channels of 32 bits has room. A damaged
//! subframe may give any numbers, so arithmetic wraps; the frame's checksum detects that.

use super::bits::Bits;

/// The longest predictor.
const MOST_COEFFICIENTS: usize = 32;

/// How the samples are coded (table 19).
enum Coding {
    Constant,
    Verbatim,
    Fixed { order: usize },
    Linear { order: usize },
}

/// The beginning of a subframe.
struct Header {
    coding: Coding,
    /// Low bits that are 0 in every sample, and left out.
    wasted_bits: u32,
    /// Bits of the samples that are coded.
    bits: u32,
}

impl Header {
    /// Reads the header of a subframe of `frames` samples of `sample_bits`.
    fn read(bits: &mut Bits, frames: usize, sample_bits: u32) -> Option<Header> {
        let byte = bits.unsigned(8) as usize;
        let coding = match byte >> 1 {
            0 => Coding::Constant,
            1 => Coding::Verbatim,
            code @ 0b001_000..=0b001_100 => Coding::Fixed { order: code & 7 },
            code @ 0b100_000..=0b111_111 => Coding::Linear {
                order: (code & 31) + 1,
            },
            _ => return None,
        };
        let wasted_bits = match byte & 1 {
            0 => 0,
            _ => u32::try_from(bits.unary()? + 1).ok()?,
        };
        let header = Header {
            coding,
            wasted_bits,
            bits: sample_bits.checked_sub(wasted_bits)?,
        };
        let fits = match header.coding {
            Coding::Fixed { order } | Coding::Linear { order } => order <= frames,
            Coding::Constant | Coding::Verbatim => true,
        };
        (header.bits > 0 && fits).then_some(header)
    }
}

/// Reads a subframe of samples of `sample_bits`, as many as `samples` has room for; none if there
/// can be no such subframe.
pub fn read(bits: &mut Bits, sample_bits: u32, samples: &mut [i64]) -> Option<()> {
    let header = Header::read(bits, samples.len(), sample_bits)?;
    match header.coding {
        Coding::Constant => samples.fill(bits.signed(header.bits)),
        Coding::Verbatim => samples.fill_with(|| bits.signed(header.bits)),
        Coding::Fixed { order } => {
            samples[..order].fill_with(|| bits.signed(header.bits));
            read_residual(bits, order, samples)?;
            match order {
                0 => {}
                1 => predict(&[1], 0, samples),
                2 => predict(&[-1, 2], 0, samples),
                3 => predict(&[1, -3, 3], 0, samples),
                _ => predict(&[-1, 4, -6, 4], 0, samples),
            }
        }
        Coding::Linear { order } => {
            samples[..order].fill_with(|| bits.signed(header.bits));
            let predictor = Predictor::read(bits, order)?;
            read_residual(bits, order, samples)?;
            predictor.predict(samples);
        }
    }
    if header.wasted_bits > 0 {
        for sample in samples {
            *sample <<= header.wasted_bits;
        }
    }
    Some(())
}

/// Skips a subframe of `frames` samples.
pub fn skip(bits: &mut Bits, sample_bits: u32, frames: usize) -> Option<()> {
    let header = Header::read(bits, frames, sample_bits)?;
    let sample_bits = header.bits as usize;
    match header.coding {
        Coding::Constant => bits.skip(sample_bits),
        Coding::Verbatim => bits.skip(sample_bits * frames),
        Coding::Fixed { order } => {
            bits.skip(sample_bits * order);
            residual(bits, order, frames, |_| ())?;
        }
        Coding::Linear { order } => {
            bits.skip(sample_bits * order);
            Predictor::read(bits, order)?;
            residual(bits, order, frames, |_| ())?;
        }
    }
    Some(())
}

/// What linear prediction takes from the samples before (section 9.2.6).
struct Predictor {
    order: usize,
    shift: u32,
    /// The oldest sample's first; before that one, zeros for samples that do not count.
    coefficients: [i64; MOST_COEFFICIENTS],
}

impl Predictor {
    fn read(bits: &mut Bits, order: usize) -> Option<Predictor> {
        let precision = bits.unsigned(4) as u32 + 1;
        let shift = bits.signed(5);
        if precision == 16 {
            return None;
        }
        let mut coefficients = [0; MOST_COEFFICIENTS];
        for coefficient in coefficients.iter_mut().rev().take(order) {
            *coefficient = bits.signed(precision);
        }
        Some(Predictor {
            order,
            shift: u32::try_from(shift).ok()?,
            coefficients,
        })
    }

    /// Adds to each residual what is predicted from the samples before it.
    fn predict(&self, samples: &mut [i64]) {
        match self.order {
            0..=4 => self.predict_by::<4>(samples),
            5..=8 => self.predict_by::<8>(samples),
            9..=12 => self.predict_by::<12>(samples),
            13..=16 => self.predict_by::<16>(samples),
            _ => self.predict_by::<MOST_COEFFICIENTS>(samples),
        }
    }

    /// The same by `N` samples, of which the oldest may count for nothing: a loop of fixed length
    /// is unrolled.
    fn predict_by<const N: usize>(&self, samples: &mut [i64]) {
        let Some(coefficients) = self.coefficients.last_chunk::<N>() else {
            return;
        };
        // The first samples have no `N` others before them.
        for at in self.order..samples.len().min(N) {
            let (before, rest) = samples.split_at_mut(at);
            let sum = dot(before, &coefficients[N - at..]);
            rest[0] = rest[0].wrapping_add(sum >> self.shift);
        }
        predict(coefficients, self.shift, samples);
    }
}

fn dot(samples: &[i64], coefficients: &[i64]) -> i64 {
    let products = samples.iter().zip(coefficients);
    products.fold(0, |sum: i64, (a, b)| sum.wrapping_add(a.wrapping_mul(*b)))
}

/// Adds to each residual that has `N` samples before it what is predicted from them.
#[inline]
fn predict<const N: usize>(coefficients: &[i64; N], shift: u32, samples: &mut [i64]) {
    for at in N..samples.len() {
        let (before, rest) = samples.split_at_mut(at);
        let Some(before) = before.last_chunk::<N>() else {
            return;
        };
        rest[0] = rest[0].wrapping_add(dot(before, coefficients) >> shift);
    }
}

/// Reads what a predictor of `order` left, into the samples that it predicts.
fn read_residual(bits: &mut Bits, order: usize, samples: &mut [i64]) -> Option<()> {
    let frames = samples.len();
    let mut samples = samples[order..].iter_mut();
    residual(bits, order, frames, |residual| {
        if let Some(sample) = samples.next() {
            *sample = residual;
        }
    })
}

/// Hands over each residual (section 9.2.7).
fn residual(bits: &mut Bits, order: usize, frames: usize, mut each: impl FnMut(i64)) -> Option<()> {
    let parameter_bits = match bits.unsigned(2) {
        0 => 4,
        1 => 5,
        _ => return None,
    };
    let partitions = 1 << bits.unsigned(4);
    let length = frames / partitions;
    if length * partitions != frames {
        return None;
    }
    // The first samples, which are not predicted, are part of the first partition.
    let mut count = length.checked_sub(order)?;
    for _ in 0..partitions {
        let parameter = bits.unsigned(parameter_bits) as u32;
        if parameter + 1 < 1 << parameter_bits {
            for _ in 0..count {
                each(bits.rice(parameter)?);
            }
        } else {
            match bits.unsigned(5) as u32 {
                0 => (0..count).for_each(|_| each(0)),
                width => (0..count).for_each(|_| each(bits.signed(width))),
            }
        }
        if bits.overrun() {
            return None;
        }
        count = length;
    }
    Some(())
}
