//! Measures gain, delay and distortion of a rate converter with tones.
//!
//! A tone of -1 dBFS is converted, and a sine of its frequency is fitted to the middle of the result by
//! least squares; the ends have no effect there. The amplitude of the fit is the gain at that frequency,
//! and its phase is the delay. The residual, over the whole band, is THD+N. Tones and results are 32-bit
//! floats, whose rounding noise is at about -150 dB.

use std::f64::consts::PI;

/// Converts mono samples from a rate to another one, in Hz.
pub type Convert<'a> = dyn FnMut(&[f32], u32, u32) -> Vec<f32> + 'a;

/// A tone of -1 dBFS that begins at phase 0.
pub fn tone(hz: f64, rate_hz: u32, frames: usize) -> Vec<f32> {
    tone_at(0.0, hz, rate_hz, frames)
}

/// A tone of -1 dBFS that begins at a phase, in radians.
fn tone_at(phase: f64, hz: f64, rate_hz: u32, frames: usize) -> Vec<f32> {
    let step = 2.0 * PI * hz / f64::from(rate_hz);
    let sample = |n| (amplitude() * (step * n as f64 + phase).sin()) as f32;
    (0..frames).map(sample).collect()
}

fn amplitude() -> f64 {
    10f64.powf(-1.0 / 20.0)
}

/// A level relative to the tone's.
pub fn level_db(samples: impl Iterator<Item = f64> + Clone) -> f64 {
    let frames = samples.clone().count() as f64;
    let power = samples.map(|sample| sample * sample).sum::<f64>() / frames;
    10.0 * (2.0 * power / amplitude().powi(2)).log10()
}

/// A sine, fitted to the output of a converter for a tone.
pub struct Fit {
    /// The output's level at the tone's frequency, relative to the input's.
    pub gain_db: f64,
    /// The delay of the output, in output frames.
    pub delay_frames: f64,
    /// The output minus the fitted sine.
    pub residual: Vec<f64>,
}

impl Fit {
    /// The level of the residual relative to the tone in the output.
    pub fn thd_n_db(&self) -> f64 {
        level_db(self.residual.iter().copied()) - self.gain_db
    }
}

/// Converts `seconds` of a tone, and fits a sine to the middle half of the output.
pub fn fit(convert: &mut Convert, hz: f64, from_hz: u32, to_hz: u32, seconds: f64) -> Fit {
    let input = tone(hz, from_hz, (seconds * f64::from(from_hz)) as usize);
    fit_to(&convert(&input, from_hz, to_hz), hz, to_hz)
}

fn fit_to(output: &[f32], hz: f64, to_hz: u32) -> Fit {
    let begin = output.len() / 4;
    let middle = &output[begin..output.len() - begin];
    let step = 2.0 * PI * hz / f64::from(to_hz);
    let waves: Vec<_> = (begin..)
        .take(middle.len())
        .map(|n| (step * n as f64).sin_cos())
        .collect();
    // The normal equations of sample = a * sin + b * cos.
    let (mut ss, mut sc, mut cc, mut xs, mut xc) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for ((sin, cos), sample) in waves.iter().zip(middle) {
        let sample = f64::from(*sample);
        ss += sin * sin;
        sc += sin * cos;
        cc += cos * cos;
        xs += sample * sin;
        xc += sample * cos;
    }
    let determinant = ss * cc - sc * sc;
    let a = (xs * cc - xc * sc) / determinant;
    let b = (xc * ss - xs * sc) / determinant;
    let rest = |((sin, cos), sample): (&(f64, f64), &f32)| f64::from(*sample) - a * sin - b * cos;
    Fit {
        gain_db: 20.0 * (a.hypot(b) / amplitude()).log10(),
        delay_frames: -b.atan2(a) / step,
        residual: waves.iter().zip(middle).map(rest).collect(),
    }
}

/// THD+N of a tone from 44.1 to 48 kHz, relative to the tone: the mean over tones that begin at
/// different phases. (A tone of 15 kHz has only 16 different samples at 48 kHz, whose rounding error
/// depends on the phase by 2 dB.)
fn thd_n_db(convert: &mut Convert, hz: f64) -> f64 {
    const PHASES: u32 = 16;
    let power = |n| {
        let input = tone_at(0.37 * f64::from(n), hz, 44_100, 44_100);
        let fit = fit_to(&convert(&input, 44_100, 48_000), hz, 48_000);
        10f64.powf(fit.thd_n_db() / 10.0)
    };
    10.0 * ((0..PHASES).map(power).sum::<f64>() / f64::from(PHASES)).log10()
}

/// The figures of a converter, from 44.1 to 48 kHz except where noted.
pub struct Figures {
    /// At 997 Hz and at 15 kHz, relative to the tone.
    pub thd_n_db: [f64; 2],
    /// The largest deviation from unity up to 20 kHz.
    pub ripple_db: f64,
    /// The gain for a tone of 21.5 kHz, inside the transition band.
    pub transition_db: f64,
    /// The level of the output, over all frequencies, for a tone of 22.5 kHz from 48 to 44.1 kHz.
    pub alias_db: f64,
    /// The delay of a tone of 997 Hz.
    pub delay_frames: f64,
    /// Output frames for an input of 60 s and one frame, which is as long as 2,880,001.09 output frames.
    pub frames: usize,
}

/// Measures them.
pub fn figures(convert: &mut Convert) -> Figures {
    let mut ripple_db = 0.0f64;
    for hz in passband_hz() {
        let gain_db = fit(convert, hz, 44_100, 48_000, 1.0).gain_db;
        if gain_db.abs() > ripple_db.abs() {
            ripple_db = gain_db;
        }
    }
    let stopped = tone(22_500.0, 48_000, 4 * 48_000);
    let stopped = convert(&stopped, 48_000, 44_100);
    let middle = &stopped[44_100..3 * 44_100];
    Figures {
        thd_n_db: [997.0, 15_000.0].map(|hz| thd_n_db(convert, hz)),
        ripple_db,
        transition_db: fit(convert, 21_500.0, 44_100, 48_000, 4.0).gain_db,
        alias_db: level_db(middle.iter().map(|sample| f64::from(*sample))),
        delay_frames: fit(convert, 997.0, 44_100, 48_000, 4.0).delay_frames,
        frames: convert(&vec![0.0; 60 * 44_100 + 1], 44_100, 48_000).len(),
    }
}

/// Frequencies up to 20 kHz, closer to each other near the edge.
fn passband_hz() -> impl Iterator<Item = f64> {
    let below = (1..=36).map(|n| f64::from(n) * 500.0);
    let edge = (0..=20).map(|n| 18_000.0 + f64::from(n) * 100.0);
    [20.0, 100.0].into_iter().chain(below).chain(edge)
}
