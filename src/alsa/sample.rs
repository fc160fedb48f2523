//! Floats to the samples of a device and back, one channel at a time.
//!
//! Full scale is ±1.0. Integers are the nearest ones, halves away from 0; what is beyond full scale is clipped.
#![forbid(unsafe_code)]

use super::dither::Dither;
use super::format::{DeviceFormat, Encoding};

/// Converts floats, and hands the bytes of each to `put`, with its number. The dither is used where the format has
/// 16 bits or fewer.
///
/// # Real-time contract
/// Wait-free; no allocation, free, lock, system call, log or panic, if `put` has none.
pub(super) fn encode(
    format: DeviceFormat,
    samples: &[f32],
    dither: Option<&mut Dither>,
    mut put: impl FnMut(usize, &[u8]),
) {
    let is_big = format.is_big_endian();
    let samples = samples.iter().copied().enumerate();
    match (format.encoding(), dither) {
        (Encoding::Float, _) => {
            for (index, sample) in samples {
                put(index, &ordered(sample.to_le_bytes(), is_big));
            }
        }
        (Encoding::Signed { bits: 16, .. }, Some(dither)) => {
            for (index, sample) in samples {
                let value = integer(sample, 16, dither.next());
                put(index, &ordered(lowest::<2>(value), is_big));
            }
        }
        (Encoding::Signed { bits, bytes: 2 }, _) => {
            for (index, sample) in samples {
                let value = integer(sample, bits, 0.0);
                put(index, &ordered(lowest::<2>(value), is_big));
            }
        }
        (Encoding::Signed { bits, bytes: 3 }, _) => {
            for (index, sample) in samples {
                let value = integer(sample, bits, 0.0);
                put(index, &ordered(lowest::<3>(value), is_big));
            }
        }
        (Encoding::Signed { bits, .. }, _) => {
            for (index, sample) in samples {
                let value = integer(sample, bits, 0.0);
                put(index, &ordered(lowest::<4>(value), is_big));
            }
        }
        (Encoding::Unsigned8, mut dither) => {
            for (index, sample) in samples {
                let noise = dither.as_mut().map_or(0.0, |dither| dither.next());
                put(index, &[(integer(sample, 8, noise) + 128) as u8]);
            }
        }
    }
}

/// Fills `samples` with floats. `get` fetches the bytes of each, by its number.
///
/// # Real-time contract
/// As [`encode`].
pub(super) fn decode(
    format: DeviceFormat,
    samples: &mut [f32],
    mut get: impl FnMut(usize, &mut [u8]),
) {
    let is_big = format.is_big_endian();
    let samples = samples.iter_mut().enumerate();
    match format.encoding() {
        Encoding::Float => {
            for (index, sample) in samples {
                let mut bytes = [0; 4];
                get(index, &mut bytes);
                *sample = f32::from_le_bytes(ordered(bytes, is_big));
            }
        }
        Encoding::Signed { bits, bytes: 2 } => {
            for (index, sample) in samples {
                *sample = float(fetched::<2>(index, is_big, &mut get), bits);
            }
        }
        Encoding::Signed { bits, bytes: 3 } => {
            for (index, sample) in samples {
                *sample = float(fetched::<3>(index, is_big, &mut get), bits);
            }
        }
        Encoding::Signed { bits, .. } => {
            for (index, sample) in samples {
                *sample = float(fetched::<4>(index, is_big, &mut get), bits);
            }
        }
        Encoding::Unsigned8 => {
            for (index, sample) in samples {
                let mut byte = [0];
                get(index, &mut byte);
                *sample = (f32::from(byte[0]) - 128.0) / 128.0;
            }
        }
    }
}

/// `noise`: in steps of the integer.
fn integer(sample: f32, bits: u32, noise: f32) -> i32 {
    let full_scale = f64::from(1u32 << (bits - 1));
    let scaled = f64::from(sample) * full_scale + f64::from(noise);
    // What is not a number becomes 0.
    scaled.round().clamp(-full_scale, full_scale - 1.0) as i32
}

/// Of an integer in the lowest bits; those above do not count.
fn float(value: i32, bits: u32) -> f32 {
    let above = 32 - bits;
    let value = value << above >> above;
    (f64::from(value) / f64::from(1u32 << (bits - 1))) as f32
}

fn fetched<const BYTES: usize>(
    index: usize,
    is_big: bool,
    get: &mut impl FnMut(usize, &mut [u8]),
) -> i32 {
    let mut bytes = [0; BYTES];
    get(index, &mut bytes);
    let mut value = [0; 4];
    value[..BYTES].copy_from_slice(&ordered(bytes, is_big));
    i32::from_le_bytes(value)
}

fn lowest<const BYTES: usize>(value: i32) -> [u8; BYTES] {
    let bytes = value.to_le_bytes();
    std::array::from_fn(|index| bytes[index])
}

/// From little endian to the order of the device, or back.
fn ordered<const BYTES: usize>(mut bytes: [u8; BYTES], is_big: bool) -> [u8; BYTES] {
    if is_big {
        bytes.reverse();
    }
    bytes
}

#[cfg(test)]
mod tests;
