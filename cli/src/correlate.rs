//! Finds a clip in a recording by normalised cross-correlation, computed with Fourier transforms.
//!
//! Both are differentiated first. That makes their spectra flatter, and so the peaks narrower: a peak
//! stays at its frame when other sounds overlap.

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use std::sync::Arc;

/// A place at which the clip begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Match {
    /// The frame of the recording.
    pub frame: u64,
    /// The normalised cross-correlation at that frame; 1: equal except for loudness.
    pub likeness: f32,
}

/// One channel of a clip, prepared for a search.
pub struct Template {
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    /// The conjugate spectrum of the clip, scaled so that its energy is 1.
    spectrum: Vec<Complex<f32>>,
    frames: usize,
}

impl Template {
    /// `None` for a clip that is too short or silent, for which a search has no meaning.
    pub fn new(clip: &[f32]) -> Option<Template> {
        const SHORTEST: usize = 64;
        let sharp = differentiated(clip);
        let energy: f64 = sharp.iter().map(|x| f64::from(*x).powi(2)).sum();
        if clip.len() < SHORTEST || energy == 0.0 {
            return None;
        }
        // Four times the length of the clip, so that three quarters of each transform are useful.
        let size = (4 * clip.len()).next_power_of_two().max(1 << 14);
        let mut planner = RealFftPlanner::new();
        let forward = planner.plan_fft_forward(size);
        let inverse = planner.plan_fft_inverse(size);
        let mut padded = sharp;
        let frames = padded.len();
        padded.resize(size, 0.0);
        let scale = (1.0 / (energy.sqrt() * size as f64)) as f32;
        let spectrum = transform(&*forward, &mut padded)
            .iter()
            .map(|x| x.conj() * scale)
            .collect();
        Some(Template {
            forward,
            inverse,
            spectrum,
            frames,
        })
    }

    /// All places, in ascending order, where the likeness is at least `threshold`, and greater than
    /// everywhere else within half the length of the clip. Without a threshold, `beyond_chance`.
    pub fn find(&self, recording: &[f32], threshold: Option<f32>) -> Vec<Match> {
        let threshold = threshold.unwrap_or_else(|| self.beyond_chance());
        let likeness = self.likeness(&differentiated(recording));
        let near = (self.frames / 2).max(1);
        let mut found: Vec<Match> = Vec::new();
        for (frame, &likeness) in likeness.iter().enumerate() {
            if likeness < threshold {
                continue;
            }
            let here = Match {
                frame: frame as u64,
                likeness,
            };
            match found.last_mut() {
                Some(last) if here.frame - last.frame < near as u64 => {
                    if likeness > last.likeness {
                        *last = here;
                    }
                }
                _ => found.push(here),
            }
        }
        found
    }

    /// A likeness that unrelated sounds practically never reach.
    ///
    /// The likeness of unrelated noise has a standard deviation of 1 / sqrt(length). The samples of
    /// real sounds are not independent, and there are many places, so the threshold is 14 times that.
    /// 0.8 is enough for the shortest clips. Below 0.25, another word of the same voice could reach it.
    fn beyond_chance(&self) -> f32 {
        (14.0 / (self.frames as f32).sqrt()).clamp(0.25, 0.8)
    }

    /// The likeness at each frame at which the clip can begin.
    fn likeness(&self, recording: &[f32]) -> Vec<f32> {
        let places = (recording.len() + 1).saturating_sub(self.frames);
        let size = self.forward.len();
        let step = size - self.frames + 1;
        let mut likeness = Vec::with_capacity(places);
        for start in (0..places).step_by(step) {
            let mut block = recording[start..recording.len().min(start + size)].to_vec();
            block.resize(size, 0.0);
            let energy = running_energy(&block);
            let silence = energy[size] * AUDIBLE;
            let mut spectrum = transform(&*self.forward, &mut block);
            for (x, clip) in spectrum.iter_mut().zip(&self.spectrum) {
                *x *= clip;
            }
            back(&*self.inverse, &mut spectrum, &mut block);
            for (at, product) in block[..step.min(places - start)].iter().enumerate() {
                let here = energy[at + self.frames] - energy[at];
                let audible = here > silence;
                likeness.push(if audible {
                    product / here.sqrt() as f32
                } else {
                    0.0
                });
            }
        }
        likeness
    }
}

/// A stretch counts as silent if it has less than this part of the energy of its block: there,
/// rounding errors of the transforms would determine the likeness.
const AUDIBLE: f64 = 1e-11;

/// For each frame, the sum of the energy of all frames before it.
fn running_energy(block: &[f32]) -> Vec<f64> {
    let mut sum = 0.0;
    let sums = block.iter().map(|x| {
        sum += f64::from(*x).powi(2);
        sum
    });
    std::iter::once(0.0).chain(sums).collect()
}

/// The difference between each sample and the one before it; as many values as samples.
fn differentiated(samples: &[f32]) -> Vec<f32> {
    let mut before = 0.0;
    samples
        .iter()
        .map(|&sample| sample - std::mem::replace(&mut before, sample))
        .collect()
}

fn transform(plan: &dyn RealToComplex<f32>, block: &mut [f32]) -> Vec<Complex<f32>> {
    let mut spectrum = plan.make_output_vec();
    plan.process(block, &mut spectrum)
        .expect("the plan made the output, and the block has its length");
    spectrum
}

fn back(plan: &dyn ComplexToReal<f32>, spectrum: &mut [Complex<f32>], block: &mut [f32]) {
    // The first and last bins of a real signal's spectrum are real; remove what rounding has left.
    let last = spectrum.len() - 1;
    spectrum[0].im = 0.0;
    spectrum[last].im = 0.0;
    plan.process(spectrum, block)
        .expect("the spectrum came from the same plan, and its ends are real");
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Noise that is the same on every run.
    fn noise(seed: u32, frames: usize) -> Vec<f32> {
        let mut state = seed;
        (0..frames)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as f32 / (1 << 23) as f32 - 1.0
            })
            .collect()
    }

    #[test]
    fn a_clip_is_found_at_each_place_and_nowhere_else() {
        let clip = noise(1, 700);
        let mut mix: Vec<f32> = noise(2, 100_000).iter().map(|x| x * 0.3).collect();
        let places = [0, 5_000, 5_701, 40_000, 99_300];
        for place in places {
            for (x, y) in mix[place..].iter_mut().zip(&clip) {
                *x += y * 0.5;
            }
        }
        let found = Template::new(&clip)
            .expect("long enough")
            .find(&mix, Some(0.4));
        let frames: Vec<u64> = found.iter().map(|m| m.frame).collect();
        assert_eq!(frames, places.map(|p| p as u64));
    }

    #[test]
    fn a_clip_alone_is_exactly_alike_whatever_its_gain() {
        let clip = noise(3, 1_000);
        let mut mix = vec![0.0; 20_000];
        for (x, y) in mix[12_345..].iter_mut().zip(&clip) {
            *x = y * -1e-3;
        }
        assert!(
            Template::new(&clip)
                .expect("long enough")
                .find(&mix, Some(0.5))
                .is_empty()
        );
        for x in &mut mix {
            *x *= -7.0;
        }
        let found = Template::new(&clip)
            .expect("long enough")
            .find(&mix, Some(0.5));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].frame, 12_345);
        assert!((found[0].likeness - 1.0).abs() < 1e-3);
    }

    #[test]
    fn silence_is_neither_looked_for_nor_found() {
        assert!(Template::new(&[0.0; 1_000]).is_none());
        assert!(Template::new(&[1.0; 3]).is_none());
        let template = Template::new(&noise(4, 100)).expect("long enough");
        assert!(template.find(&[0.0; 10_000], Some(0.3)).is_empty());
        assert!(template.find(&[0.5; 10], Some(0.3)).is_empty());
    }
}
