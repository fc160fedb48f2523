//! Clips that an arrangement makes itself: short tones for metronomes and tests.

use super::value::Glide;
use std::f64::consts::TAU;

/// `frames` frames of a sine that glides from one frequency to the other. Its first peak is at full
/// scale, and it fades to silence at its last frame. A glide sounds like a click. Its autocorrelation
/// has one narrow peak, so a cross-correlation finds it in a mix at exactly its frame.
pub fn samples(glide: Glide, frames: usize, rate_hz: u32) -> Vec<f32> {
    let (from, to) = (f64::from(glide.from_hz), f64::from(glide.to_hz));
    let seconds = |frame: f64| frame / f64::from(rate_hz);
    (0..frames)
        .map(|frame| {
            let done = frame as f64 / frames as f64;
            // The integral of the frequency, which moves linearly.
            let cycles = seconds(frame as f64) * (from + (to - from) * done / 2.0);
            ((TAU * cycles).sin() * (1.0 - done).powi(2)) as f32
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_tone_has_its_frequency() {
        let hz = Glide {
            from_hz: 1_000.0,
            to_hz: 1_000.0,
        };
        let tone = samples(hz, 48_000, 48_000);
        let upward = tone
            .windows(2)
            .filter(|w| w[0] <= 0.0 && w[1] > 0.0)
            .count();
        assert!((998..=1_000).contains(&upward), "{upward}");
    }
}
