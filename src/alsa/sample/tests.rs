//! Against a reference that knows nothing of the code.

use super::*;

#[path = "../../../tests/alsa/reference.rs"]
mod reference;

const ALL: [DeviceFormat; 11] = DeviceFormat::BEST_FIRST;

/// Values of which most lie between two integers of every format, and some beyond full scale.
fn samples() -> Vec<f32> {
    let mut samples: Vec<f32> = (-1_000..=1_000)
        .map(|n| (n as f32 * 0.618_034).sin() * n as f32 / 800.0)
        .collect();
    samples.extend([0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 0.999_999_94, 7.5, -7.5]);
    samples.extend([1.0 / 256.0, -1.0 / 256.0, 1.0 / 65_536.0, -1.0 / 65_536.0]);
    samples
}

fn encoded(format: DeviceFormat, samples: &[f32], dither: Option<&mut Dither>) -> Vec<u8> {
    let width = format.bytes();
    let mut bytes = vec![0xAA; samples.len() * width];
    encode(format, samples, dither, |index, sample| {
        bytes[index * width..][..width].copy_from_slice(sample);
    });
    bytes
}

fn decoded(format: DeviceFormat, bytes: &[u8]) -> Vec<f32> {
    let width = format.bytes();
    let mut samples = vec![f32::NAN; bytes.len() / width];
    decode(format, &mut samples, |index, sample| {
        sample.copy_from_slice(&bytes[index * width..][..width]);
    });
    samples
}

#[test]
fn every_format_has_the_bytes_that_its_name_says() {
    let samples = samples();
    for format in ALL {
        let bytes = encoded(format, &samples, None);
        let expected: Vec<u8> = samples
            .iter()
            .flat_map(|&sample| reference::bytes(format.name(), sample, 0.0))
            .collect();
        assert_eq!(bytes, expected, "{format:?}");
    }
}

#[test]
fn what_a_device_stores_comes_back_as_the_float_that_it_means() {
    for format in ALL {
        let bits = match format.encoding() {
            Encoding::Float => 24,
            Encoding::Signed { bits, .. } => bits.min(24),
            Encoding::Unsigned8 => 8,
        };
        let scale = 2f32.powi(bits as i32 - 1);
        let exact: Vec<f32> = (-100..100)
            .map(|n| n as f32 / scale)
            .chain([-1.0, (scale - 1.0) / scale])
            .collect();
        let bytes = encoded(format, &exact, None);
        assert_eq!(decoded(format, &bytes), exact, "{format:?}");
    }
}

#[test]
fn the_fourth_byte_of_24_bits_does_not_count() {
    let minus_one = [0xFF, 0xFF, 0xFF, 0x12];
    assert_eq!(
        decoded(DeviceFormat::S24Le, &minus_one),
        [-1.0 / 8_388_608.0]
    );
    let reversed = [0x12, 0xFF, 0xFF, 0xFF];
    assert_eq!(
        decoded(DeviceFormat::S24Be, &reversed),
        [-1.0 / 8_388_608.0]
    );
}

#[test]
fn what_is_not_a_number_becomes_silence_in_integers() {
    let bytes = encoded(DeviceFormat::S16Le, &[f32::NAN], None);
    assert_eq!(bytes, [0, 0]);
    assert_eq!(encoded(DeviceFormat::U8, &[f32::NAN], None), [128]);
}

#[test]
fn dither_is_the_same_for_a_seed_and_another_for_another_seed_or_channel() {
    let silence = [0.0; 1_000];
    for format in [DeviceFormat::S16Le, DeviceFormat::S16Be, DeviceFormat::U8] {
        let of = |seed, channel| encoded(format, &silence, Some(&mut Dither::new(seed, channel)));
        assert_eq!(of(7, 0), of(7, 0));
        assert_ne!(of(7, 0), of(8, 0));
        assert_ne!(of(7, 0), of(7, 1));
        assert_ne!(of(7, 0), encoded(format, &silence, None));
    }
}

#[test]
fn dither_is_what_its_definition_says() {
    let samples = samples();
    for format in [DeviceFormat::S16Le, DeviceFormat::U8] {
        let bytes = encoded(format, &samples, Some(&mut Dither::new(9, 1)));
        let expected: Vec<u8> = samples
            .iter()
            .zip(reference::dither(9, 1))
            .flat_map(|(&sample, noise)| reference::bytes(format.name(), sample, noise))
            .collect();
        assert_eq!(bytes, expected, "{format:?}");
    }
}

#[test]
fn dither_does_not_depend_on_how_samples_are_cut_into_periods() {
    let samples = samples();
    let whole = encoded(DeviceFormat::S16Le, &samples, Some(&mut Dither::new(1, 0)));
    let mut dither = Dither::new(1, 0);
    let parts: Vec<u8> = samples
        .chunks(77)
        .flat_map(|part| encoded(DeviceFormat::S16Le, part, Some(&mut dither)))
        .collect();
    assert_eq!(whole, parts);
}

#[test]
fn formats_of_more_than_16_bits_are_not_dithered() {
    let samples = samples();
    for format in ALL.into_iter().filter(|format| format.bytes() > 2) {
        let dithered = encoded(format, &samples, Some(&mut Dither::new(1, 0)));
        assert_eq!(dithered, encoded(format, &samples, None), "{format:?}");
    }
}

#[test]
fn dither_makes_the_mean_of_a_constant_right_and_its_error_independent_of_it() {
    const COUNT: usize = 200_000;
    for tenths in [0.0, 1.0, 3.0, 5.0, 9.0] {
        let level = (100.0 + tenths / 10.0) / 32_768.0;
        let bytes = encoded(
            DeviceFormat::S16Le,
            &vec![level; COUNT],
            Some(&mut Dither::new(3, 0)),
        );
        let steps = bytes.chunks(2).map(|b| i16::from_le_bytes([b[0], b[1]]));
        let errors: Vec<f64> = steps
            .map(|step| f64::from(step) - f64::from(level) * 32_768.0)
            .collect();
        let mean = errors.iter().sum::<f64>() / COUNT as f64;
        let power = errors.iter().map(|error| error * error).sum::<f64>() / COUNT as f64;
        assert!(mean.abs() < 0.01, "{tenths}: {mean}");
        // Of the rounding 1/12, of the two noises as much each.
        assert!((power - 0.25).abs() < 0.01, "{tenths}: {power}");
    }
}

#[test]
fn dither_near_full_scale_is_clipped() {
    let loud = [1.0, -1.0].repeat(1_000);
    let bytes = encoded(DeviceFormat::S16Le, &loud, Some(&mut Dither::new(3, 0)));
    for pair in bytes.chunks(4) {
        assert!(i16::from_le_bytes([pair[0], pair[1]]) >= 32_766);
        assert!(i16::from_le_bytes([pair[2], pair[3]]) <= -32_766);
    }
}
