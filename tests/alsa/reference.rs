//! What samples are in the formats of devices. It knows nothing of the library: it makes the digits of each number from
//! its definition. The library's unit tests use it, too.

use std::cmp::Ordering;

/// The bytes of a sample, by ALSA's name of the format. `noise`: what dither adds, in steps of the integer.
pub fn bytes(format: &str, sample: f32, noise: f32) -> Vec<u8> {
    let integer = |bits| integer(sample, bits, noise);
    let (number, bytes) = match format.trim_end_matches("LE").trim_end_matches("BE") {
        "FLOAT_" => (i64::from(sample.to_bits()), 4),
        "S32_" => (integer(32), 4),
        "S24_" => (integer(24), 4),
        "S24_3" => (integer(24), 3),
        "S16_" => (integer(16), 2),
        "U8" => (integer(8) + 128, 1),
        other => panic!("no format is called {other}"),
    };
    let mut digits: Vec<u8> = (0..bytes).map(|n| (number >> (8 * n)) as u8).collect();
    if format.ends_with("BE") {
        digits.reverse();
    }
    digits
}

/// The integer of a sample, found by comparing with the integers beside it.
fn integer(sample: f32, bits: u32, noise: f32) -> i64 {
    let (least, most) = (-(1i64 << (bits - 1)), (1i64 << (bits - 1)) - 1);
    let exact = f64::from(sample) * 2f64.powi(bits as i32 - 1) + f64::from(noise);
    if exact >= most as f64 {
        return most;
    }
    if exact <= least as f64 {
        return least;
    }
    let below = exact.floor();
    match (exact - below).partial_cmp(&0.5) {
        Some(Ordering::Less) => below as i64,
        // Halfway: away from 0.
        Some(Ordering::Equal) if exact < 0.0 => below as i64,
        _ => below as i64 + 1,
    }
}

/// The dither of a channel, sample after sample, by its definition: the sum of two numbers of 24 bits from SplitMix64.
pub fn dither(seed: u64, channel: u64) -> impl Iterator<Item = f32> {
    let mix = |z: u64| {
        let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    };
    let mut state = mix(seed ^ mix(channel + 1));
    std::iter::from_fn(move || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = mix(state);
        let parts = [z as u32 >> 8, (z >> 40) as u32];
        let steps = parts.map(|part| f64::from(part) / f64::from(1 << 24) - 0.5);
        Some((steps[0] + steps[1]) as f32)
    })
}
