//! Writes FLAC streams with features that encoders do not use: any order of block sizes, any number of
//! bits, every kind of subframe, side channels of 33 bits.

use super::bits::{Bits, crc};
use crate::rng::Rng;

/// The features that a stream uses.
pub struct Style {
    pub frame_rate_hz: u32,
    pub channels: u16,
    pub bits: u32,
    pub blocks: Blocks,
    /// Whether STREAMINFO has the number of frames.
    pub total: bool,
    pub bounds: Bounds,
}

/// The lengths of blocks, and how they are numbered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Blocks {
    /// All blocks except the last have one length; headers have the number of the block.
    Fixed,
    /// Headers have the number of the block's first frame.
    Variable,
    /// The same, but with the sync code of fixed blocks, as encoders wrote before FLAC 1.2.
    OldVariable,
}

/// The block lengths in STREAMINFO.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Bounds {
    Right,
    /// The minimum is 0.
    NoMinimum,
    /// The maximum is larger than any block.
    LargeMaximum,
}

impl Style {
    /// A stream of random sound; also returns its frames.
    pub fn write(&self, rng: &mut Rng) -> (Vec<u8>, usize) {
        let blocks = self.block_lengths(rng);
        let mut frames = Vec::new();
        let mut done = 0;
        for (n, length) in blocks.iter().enumerate() {
            let number = if self.blocks == Blocks::Fixed {
                n
            } else {
                done
            };
            frames.extend(self.frame(number as u64, *length, rng));
            done += length;
        }
        let mut file = b"fLaC".to_vec();
        file.extend(self.metadata(&blocks, done, rng));
        file.extend(frames);
        (file, done)
    }

    fn block_lengths(&self, rng: &mut Rng) -> Vec<usize> {
        let mut length = || match rng.count(0, 4) {
            0 => *rng.pick(&[192, 576, 1_152, 2_304, 4_608, 256, 512, 1_024, 4_096]),
            1 => rng.count(16, 300) as usize,
            _ => rng.count(16, 5_000) as usize,
        };
        let first = length();
        let mut lengths: Vec<usize> = match self.blocks {
            Blocks::Fixed => vec![first; 4],
            // At least two lengths, so that STREAMINFO shows that they vary.
            Blocks::Variable | Blocks::OldVariable => vec![first, first + 7, length(), length()],
        };
        lengths.truncate(rng.count(if self.blocks == Blocks::Fixed { 0 } else { 2 }, 4) as usize);
        let shortest = lengths.iter().min().copied().unwrap_or(300);
        lengths.push(rng.count(1, shortest as u64) as usize);
        lengths
    }

    fn metadata(&self, blocks: &[usize], frames: usize, rng: &mut Rng) -> Vec<u8> {
        let full = if blocks.len() > 1 {
            &blocks[..blocks.len() - 1]
        } else {
            blocks
        };
        let bound = |length: Option<&usize>| length.map_or(16, |n| *n.max(&16)) as u64;
        let mut info = Bits::default();
        info.put(
            if self.bounds == Bounds::NoMinimum {
                0
            } else {
                bound(full.iter().min())
            },
            16,
        );
        let largest = bound(full.iter().max());
        let more = if self.bounds == Bounds::LargeMaximum {
            rng.count(1, 4_096)
        } else {
            0
        };
        info.put(largest + more, 16);
        info.put(0, 24);
        info.put(0, 24);
        info.put(self.frame_rate_hz.into(), 20);
        info.put(u64::from(self.channels) - 1, 3);
        info.put(u64::from(self.bits) - 1, 5);
        info.put(if self.total { frames as u64 } else { 0 }, 36);
        (0..2).for_each(|_| info.put(0, 64));
        let mut blocks = vec![(0, info.bytes().to_vec())];
        for _ in 0..rng.count(0, 3) {
            let length = rng.count(0, 300) as usize;
            blocks.push(match rng.count(0, 2) {
                0 => (1, vec![0; length]),
                1 => (2, (0..4 + length).map(|_| rng.next() as u8).collect()),
                _ => (4, b"\x02\0\0\0me\0\0\0\0".to_vec()),
            });
        }
        let last = blocks.len() - 1;
        let mut bytes = Vec::new();
        for (n, (kind, body)) in blocks.into_iter().enumerate() {
            bytes.push(kind | u8::from(n == last) << 7);
            bytes.extend(&(body.len() as u32).to_be_bytes()[1..]);
            bytes.extend(body);
        }
        bytes
    }

    fn frame(&self, number: u64, length: usize, rng: &mut Rng) -> Vec<u8> {
        let sound: Vec<Vec<i64>> = (0..self.channels)
            .map(|_| samples(self.bits, length, rng))
            .collect();
        let assignment = if self.channels == 2 {
            rng.count(0, 3)
        } else {
            0
        };
        let mut bits = Bits::default();
        bits.put(0x3FFE, 14);
        bits.put(u64::from(self.blocks == Blocks::Variable), 2);
        let (block, extra, width) = match length {
            192 => (1, 0, 0),
            576 | 1_152 | 2_304 | 4_608 => (2 + (length / 576).ilog2() as u64, 0, 0),
            256 | 512 | 1_024 | 2_048 | 4_096 => (length.ilog2() as u64, 0, 0),
            ..=256 => (6, length as u64 - 1, 8),
            _ => (7, length as u64 - 1, 16),
        };
        bits.put(block, 4);
        let rates = [
            0, 88_200, 176_400, 192_000, 8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000,
            96_000,
        ];
        let rate = rates
            .iter()
            .position(|hz| *hz == self.frame_rate_hz)
            .unwrap_or(0);
        bits.put(if rng.chance(70) { rate as u64 } else { 0 }, 4);
        bits.put(
            match assignment {
                0 => u64::from(self.channels) - 1,
                joint => 7 + joint,
            },
            4,
        );
        bits.put(
            match self.bits {
                8 => 1,
                12 => 2,
                16 => 4,
                20 => 5,
                24 => 6,
                32 => 7,
                _ => 0,
            },
            3,
        );
        bits.put(0, 1);
        coded_number(&mut bits, number);
        bits.put(extra, width);
        let check = crc(8, 0x07, 0, bits.bytes());
        bits.put(check.into(), 8);
        let side = |a: &[i64], b: &[i64]| a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<_>>();
        match (assignment, &sound[..]) {
            (1, [left, right]) => {
                subframe(&mut bits, left, self.bits, rng);
                subframe(&mut bits, &side(left, right), self.bits + 1, rng);
            }
            (2, [left, right]) => {
                subframe(&mut bits, &side(left, right), self.bits + 1, rng);
                subframe(&mut bits, right, self.bits, rng);
            }
            (3, [left, right]) => {
                let middle: Vec<i64> = left.iter().zip(right).map(|(l, r)| (l + r) >> 1).collect();
                subframe(&mut bits, &middle, self.bits, rng);
                subframe(&mut bits, &side(left, right), self.bits + 1, rng);
            }
            _ => sound
                .iter()
                .for_each(|channel| subframe(&mut bits, channel, self.bits, rng)),
        }
        let mut bytes = bits.bytes().to_vec();
        let check = crc(16, 0x8005, 0, &bytes) as u16;
        bytes.extend(check.to_be_bytes());
        bytes
    }
}

/// A number in the code of UTF-8, extended to 36 bits.
fn coded_number(bits: &mut Bits, number: u64) {
    if number < 0x80 {
        return bits.put(number, 8);
    }
    let more = (1..7)
        .find(|more| number >> (5 * more + 6) == 0)
        .unwrap_or(6);
    let head = 0xFF << (7 - more) & 0xFF;
    bits.put(head | number >> (6 * more), 8);
    (0..more)
        .rev()
        .for_each(|n| bits.put(0x80 | (number >> (6 * n) & 0x3F), 8));
}

/// Random sound of so many bits: loud, smooth, constant, or with zeros in its lowest bits.
fn samples(bits: u32, length: usize, rng: &mut Rng) -> Vec<i64> {
    let (low, high) = (-(1i64 << (bits - 1)), (1i64 << (bits - 1)) - 1);
    let kind = rng.count(0, 5);
    let wasted = if rng.chance(20) {
        rng.count(1, u64::from(bits) - 1)
    } else {
        0
    };
    let step = high / rng.range(2, 500).min(high.max(2)) + 1;
    let mut value = rng.range(low, high);
    let mut next = || {
        value = match kind {
            0 => value,
            1 => rng.range(low, high),
            2 => *rng.pick(&[low, high]),
            _ => (value + rng.range(-step, step)).clamp(low, high),
        };
        value >> wasted << wasted
    };
    (0..length).map(|_| next()).collect()
}

/// Codes samples of so many bits as a random kind of subframe that can hold them.
fn subframe(out: &mut Bits, samples: &[i64], bits: u32, rng: &mut Rng) {
    let all = samples.iter().fold(0, |all, sample| all | sample);
    let wasted = if all == 0 {
        0
    } else {
        all.trailing_zeros().min(bits - 1)
    };
    let samples: Vec<i64> = samples.iter().map(|sample| sample >> wasted).collect();
    let bits = bits - wasted;
    let header = |out: &mut Bits, kind: u64| {
        out.put(kind, 7);
        if wasted == 0 {
            out.put(0, 1);
        } else {
            out.put(1, 1);
            out.unary(u64::from(wasted) - 1);
        }
    };
    let constant = samples.windows(2).all(|pair| pair[0] == pair[1]);
    if constant && rng.chance(70) {
        header(out, 0);
        return out.put(samples[0] as u64, bits);
    }
    let prediction = if rng.chance(50) {
        let order = rng.count(0, 4.min(samples.len() as u64 - 1)) as usize;
        let fixed: [&[i64]; 5] = [&[], &[1], &[2, -1], &[3, -3, 1], &[4, -6, 4, -1]];
        Prediction {
            coefficients: fixed[order].to_vec(),
            shift: 0,
            linear: None,
        }
    } else {
        Prediction::random(samples.len(), rng)
    };
    match prediction.residual(&samples) {
        Some(residual) if rng.chance(90) => {
            let order = prediction.coefficients.len();
            header(
                out,
                if prediction.linear.is_some() { 31 } else { 8 } + order as u64,
            );
            samples[..order]
                .iter()
                .for_each(|sample| out.put(*sample as u64, bits));
            if let Some(precision) = prediction.linear {
                out.put(u64::from(precision) - 1, 4);
                out.put(prediction.shift.into(), 5);
                prediction
                    .coefficients
                    .iter()
                    .for_each(|c| out.put(*c as u64, precision));
            }
            rice(out, &residual, order, rng);
        }
        _ => {
            header(out, 1);
            samples
                .iter()
                .for_each(|sample| out.put(*sample as u64, bits));
        }
    }
}

struct Prediction {
    coefficients: Vec<i64>,
    shift: u32,
    /// The bits of each coefficient; `None` for a fixed predictor.
    linear: Option<u32>,
}

impl Prediction {
    /// Small random coefficients around those of a slowly changing sound.
    fn random(length: usize, rng: &mut Rng) -> Prediction {
        let order = rng.count(1, 32.min(length as u64 - 1).max(1)) as usize;
        let precision = rng.count(5, 15) as u32;
        let shift = rng.count(0, u64::from(precision) - 2) as u32;
        let most = (1i64 << (precision - 1)) - 1;
        let mut coefficients: Vec<i64> = (0..order)
            .map(|_| rng.range(-most / 16, most / 16))
            .collect();
        coefficients[0] = (1i64 << shift).min(most);
        Prediction {
            coefficients,
            shift,
            linear: Some(precision),
        }
    }

    /// The residual of the samples, if each value fits.
    fn residual(&self, samples: &[i64]) -> Option<Vec<i64>> {
        let order = self.coefficients.len();
        if samples.len() < order {
            return None;
        }
        (order..samples.len())
            .map(|n| {
                let before = samples[..n].iter().rev();
                let sum: i64 = self
                    .coefficients
                    .iter()
                    .zip(before)
                    .map(|(c, s)| c * s)
                    .sum();
                let left = samples[n] - (sum >> self.shift);
                (left.abs() < 1 << 31).then_some(left)
            })
            .collect()
    }
}

/// Codes a residual in random partitions, some of them as plain integers.
fn rice(out: &mut Bits, residual: &[i64], order: usize, rng: &mut Rng) {
    let length = residual.len() + order;
    let divides = |power: &u64| length.is_multiple_of(1 << power) && length >> power > order;
    let most = (0..9).take_while(divides).last().unwrap_or(0);
    let partitions = rng.count(0, most);
    let folded = |value: &i64| (value << 1 ^ value >> 63) as u64;
    let width_of =
        |values: &[i64]| 64 - values.iter().map(folded).max().unwrap_or(0).leading_zeros();
    let wide = rng.chance(50) || width_of(residual) > 27;
    out.put(u64::from(wide), 2);
    out.put(partitions, 4);
    let (width, escape) = if wide { (5, 31) } else { (4, 15) };
    let each = length >> partitions;
    for n in 0..1usize << partitions {
        let from = (n * each).max(order) - order;
        let values = &residual[from..(n + 1) * each - order];
        let bits = width_of(values);
        if bits < 32 && rng.chance(10) {
            out.put(escape.into(), width);
            out.put(bits.into(), 5);
            values.iter().for_each(|value| out.put(*value as u64, bits));
            continue;
        }
        // The first partition may be empty: all of its samples may be warm-up samples.
        let mean = values.iter().map(folded).sum::<u64>() / values.len().max(1) as u64;
        // So large that no value takes more than a few thousand bits.
        let parameter = (mean + 1)
            .ilog2()
            .max(bits.saturating_sub(13))
            .min(escape - 1);
        out.put(parameter.into(), width);
        for value in values.iter().map(folded) {
            out.unary(value >> parameter);
            out.put(value, parameter);
        }
    }
}
