//! Whether the library did what the model says.

use super::arrangement::Arrangement;
use super::renderer::{Rendering, render};
use super::rig::{self, Periods, Run};

/// The largest difference that rounding to `f32` excuses, with full scale 1.0.
pub const TOLERANCE: f64 = 1e-6;

/// Plays the arrangement on both; the first difference, in words.
pub fn check(arrangement: &Arrangement, periods: Periods) -> Result<Rendering, String> {
    let expected = render(arrangement);
    let run = rig::play(arrangement, periods)?;
    compare(arrangement, &expected, &run)?;
    Ok(expected)
}

fn compare(arrangement: &Arrangement, expected: &Rendering, run: &Run) -> Result<(), String> {
    // Events first: they say more about what went wrong than a sample does.
    for (name, ending) in &expected.endings {
        let seen = run.endings.get(name);
        if seen != Some(ending) {
            return Err(format!("swap {name}: expected {ending:?}, got {seen:?}"));
        }
    }
    if run.endings.len() != expected.endings.len() {
        return Err(format!("endings of unknown swaps: {:?}", run.endings));
    }
    for (what, expected, got) in [
        ("cancels that found a pending swap", format!("{:?}", expected.cancels), format!("{:?}", run.cancels)),
        ("skips", format!("{:?}", expected.skips), format!("{:?}", run.skips)),
        ("where the script was", format!("{:?}", positions(arrangement, expected)), format!("{:?}", run.positions)),
    ] {
        if expected != got {
            return Err(format!("{what}: expected {expected}, got {got}"));
        }
    }
    let outputs = usize::from(arrangement.setup.outputs);
    if run.output.len() != expected.output.len() {
        return Err(format!("{} samples, expected {}", run.output.len(), expected.output.len()));
    }
    for (n, (got, want)) in run.output.iter().zip(&expected.output).enumerate() {
        let (frame, output) = (n / outputs, n % outputs);
        let wrong = (f64::from(*got) - want).abs() > TOLERANCE || (expected.empty[n] && *got != 0.0);
        if wrong || got.is_nan() {
            return Err(format!("frame {frame}, output {output}: expected {want}, got {got}"));
        }
    }
    Ok(())
}

/// Where the timeline stands after the last frame before each step, and at the end.
fn positions(arrangement: &Arrangement, expected: &Rendering) -> Vec<(u64, i64, bool)> {
    let rendered: Vec<(u64, _)> = (0..)
        .zip(&expected.timeline)
        .filter(|(_, moment)| !moment.skipped)
        .map(|(device_frame, moment)| (device_frame + 1, moment.position + i64::from(moment.rolling), moment.rolling))
        .collect();
    let ends = arrangement.script.iter().map(|step| step.frame);
    let mut frames: Vec<u64> = ends.filter(|frame| *frame < arrangement.frames).collect();
    frames.push(arrangement.frames);
    frames.dedup();
    frames
        .into_iter()
        .map(|frame| match frame {
            0 => (0, 0, false),
            _ => rendered[frame as usize - 1],
        })
        .collect()
}

/// Leaves out steps and sounds as long as the arrangement still fails.
pub fn shrink(arrangement: &Arrangement, periods: Periods) -> Arrangement {
    let fails = |candidate: &Arrangement| check(candidate, periods).is_err();
    let mut smallest = arrangement.clone();
    loop {
        let mut candidates = Vec::new();
        for step in 0..smallest.script.len() {
            let mut candidate = smallest.clone();
            candidate.script.remove(step);
            candidates.push(candidate);
        }
        for (number, sounds) in smallest.playspecs.iter().enumerate() {
            for entry in 0..sounds.len() {
                let mut candidate = smallest.clone();
                candidate.playspecs[number][entry].gain = [0.0, 0.0];
                if sounds[entry].gain != [0.0, 0.0] {
                    candidates.push(candidate);
                }
            }
        }
        match candidates.into_iter().find(fails) {
            Some(smaller) => smallest = smaller,
            None => return smallest,
        }
    }
}
