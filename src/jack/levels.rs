//! How loud samples are.
#![forbid(unsafe_code)]

use crate::kernels::{self, LANES};

/// How loud the samples of a port are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Levels {
    /// The largest magnitude. A sample that is not a number counts as 1e15, as do larger ones.
    pub peak: f32,
    /// The power: the root of the mean of the squares; 0 of no samples.
    pub rms: f32,
    /// How many samples are at or beyond full scale: 1.0 or -1.0.
    pub clipped: u64,
}

impl Levels {
    /// Of these samples, of one port. Wait-free; no allocation.
    pub fn of(samples: &[f32]) -> Levels {
        /// So many samples are summed up in single precision.
        const PART: usize = 64 * LANES;
        let mut levels = Levels::default();
        let mut square = 0.0;
        for part in samples.chunks(PART) {
            let mut measured = kernels::Levels::default();
            for step in part.chunks(LANES) {
                measured.add(0, step);
            }
            levels.peak = levels.peak.max(measured.peak());
            levels.clipped += measured.clipped();
            square += f64::from(measured.square());
        }
        if !samples.is_empty() {
            levels.rms = (square / samples.len() as f64).sqrt() as f32;
        }
        levels
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peak_and_power_are_those_of_the_samples() {
        assert_eq!(Levels::of(&[]), Levels::default());
        let square: Vec<f32> = (0..65_536)
            .map(|n| if n % 2 == 0 { 0.5 } else { -0.5 })
            .collect();
        let levels = Levels::of(&square);
        assert_eq!((levels.peak, levels.rms, levels.clipped), (0.5, 0.5, 0));
        let levels = Levels::of(&[0.0, -1.0, 0.0, 0.0]);
        assert_eq!((levels.peak, levels.rms, levels.clipped), (1.0, 0.5, 1));
    }
}
