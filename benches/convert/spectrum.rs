//! The curves of the picture: the frequency response of a converter, and the spectrum of its noise.

use std::f64::consts::PI;

/// Points of a curve: frequency in Hz, level in dB.
pub type Curve = Vec<(f64, f64)>;

/// The frequency response from 44.1 to 48 kHz, as the spectrum of a converted impulse. Above 22.05 kHz,
/// it shows the images of lower frequencies.
pub fn response(convert: &mut dyn FnMut(&[f32]) -> Vec<f32>, from_hz: f64, to_hz: f64) -> Curve {
    const FRAMES: usize = 1 << 14;
    let mut impulse = vec![0.0; FRAMES];
    impulse[FRAMES / 2] = 1.0;
    let output = convert(&impulse);
    // Outside the middle there is only the converter's noise.
    let middle = output.len() / 2;
    let around = &output[middle - 2_000..middle + 2_000];
    (0..=400)
        .map(|n| from_hz + (to_hz - from_hz) * f64::from(n) / 400.0)
        .map(|hz| {
            (
                hz,
                10.0 * (power(around, hz / 48_000.0) * (44.1f64 / 48.0).powi(2)).log10(),
            )
        })
        .collect()
}

/// The spectrum of the residual of a converted tone, averaged over windows that overlap by half
/// (Welch's method), in bands of 35 Hz. 0 dB is a sine at the tone's level.
pub fn noise(residual: &[f64], rate_hz: f64) -> Curve {
    const PIECE: usize = 2_048;
    const BANDS: usize = 300;
    let hann = |n: usize| 0.5 - 0.5 * (2.0 * PI * n as f64 / PIECE as f64).cos();
    let pieces: Vec<Vec<f32>> = residual
        .windows(PIECE)
        .step_by(PIECE / 2)
        .take(20)
        .map(|piece| {
            (0..)
                .zip(piece)
                .map(|(n, x)| (x * hann(n) * 1e6) as f32)
                .collect()
        })
        .collect();
    let full = 1e6 * 10f64.powf(-1.0 / 20.0) * PIECE as f64 / 4.0;
    (1..BANDS)
        .map(|band| {
            let hz = rate_hz / 2.0 * band as f64 / BANDS as f64;
            let sum: f64 = pieces.iter().map(|piece| power(piece, hz / rate_hz)).sum();
            (
                hz,
                10.0 * (sum / pieces.len() as f64 / full.powi(2)).log10(),
            )
        })
        .collect()
}

/// The squared magnitude of the spectrum at a frequency in cycles for each frame.
fn power(samples: &[f32], frequency: f64) -> f64 {
    let (mut re, mut im) = (0.0, 0.0);
    for (n, sample) in samples.iter().enumerate() {
        let (sin, cos) = (2.0 * PI * frequency * n as f64).sin_cos();
        re += f64::from(*sample) * cos;
        im += f64::from(*sample) * sin;
    }
    re * re + im * im
}
