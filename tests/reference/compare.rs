//! Compares the library's results with those of the reference renderer.

use super::arrangement::Arrangement;
use super::renderer::{Moment, Rendering, render};
use super::rig::{self, Periods, Run};
use amio::{Chunk, Ticket};

/// The largest difference that rounding to `f32` can cause, with full scale 1.0.
pub const TOLERANCE: f64 = 1e-6;

/// Plays the arrangement on both; the error describes the first difference.
pub fn check(arrangement: &Arrangement, periods: Periods) -> Result<Rendering, String> {
    let expected = render(arrangement);
    let run = rig::play(arrangement, periods)?;
    compare(arrangement, &expected, &run)?;
    Ok(expected)
}

fn compare(arrangement: &Arrangement, expected: &Rendering, run: &Run) -> Result<(), String> {
    // Events first: a wrong event says more about the cause than a wrong sample.
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
        (
            "cancels that found a pending swap",
            format!("{:?}", expected.cancels),
            format!("{:?}", run.cancels),
        ),
        (
            "skips",
            format!("{:?}", expected.skips),
            format!("{:?}", run.skips),
        ),
        (
            "where the script was",
            format!("{:?}", positions(arrangement, expected)),
            format!("{:?}", run.positions),
        ),
    ] {
        if expected != got {
            return Err(format!("{what}: expected {expected}, got {got}"));
        }
    }
    compare_output(arrangement, expected, run)?;
    compare_captured(arrangement, expected, run)
}

fn compare_output(
    arrangement: &Arrangement,
    expected: &Rendering,
    run: &Run,
) -> Result<(), String> {
    let outputs = usize::from(arrangement.setup.outputs);
    if run.output.len() != expected.output.len() {
        return Err(format!(
            "{} samples, expected {}",
            run.output.len(),
            expected.output.len()
        ));
    }
    for (n, (got, want)) in run.output.iter().zip(&expected.output).enumerate() {
        let (frame, output) = (n / outputs, n % outputs);
        let wrong =
            (f64::from(*got) - want).abs() > TOLERANCE || (expected.empty[n] && *got != 0.0);
        if wrong || got.is_nan() {
            return Err(format!(
                "frame {frame}, output {output}: expected {want}, got {got}"
            ));
        }
    }
    Ok(())
}

/// Checks the chunks of an application that reads all the time, so that no frames are lost.
fn compare_captured(
    arrangement: &Arrangement,
    expected: &Rendering,
    run: &Run,
) -> Result<(), String> {
    let setup = &arrangement.setup;
    let mut frames = (0..)
        .zip(&expected.timeline)
        .filter(|(_, moment)| !moment.skipped);
    for captured in &run.captured {
        let chunk = &captured.chunk;
        let wrong = |what: &str| Err(format!("{what}: {chunk:?}"));
        if chunk.frames == 0 || chunk.lost_before != 0 {
            return wrong("an empty chunk, or lost input");
        }
        for n in 0..chunk.frames {
            let Some((device_frame, _)) = frames.next() else {
                return wrong("more input than was fed in");
            };
            if n == 0 && chunk.device_frame != device_frame
                || device_frame != chunk.device_frame + n
            {
                return wrong(&format!(
                    "frame {n} of it is expected at device frame {device_frame}"
                ));
            }
            let after_skip =
                device_frame > 0 && expected.timeline[device_frame as usize - 1].skipped;
            if n == 0 && chunk.xrun != after_skip || n > 0 && after_skip {
                return wrong("a chunk begins where frames were skipped, and says so");
            }
            if !stamped_as_heard(run, expected, setup.round_trip_frames(), chunk, n) {
                let heard = heard(expected, device_frame, setup.round_trip_frames());
                return wrong(&format!("frame {n} of it was heard at {heard:?}"));
            }
        }
        if captured.samples != rig::numbered_input(setup.inputs, chunk.device_frame, chunk.frames) {
            return wrong("other samples than were fed in at these frames");
        }
    }
    if setup.inputs > 0 && frames.next().is_some() {
        return Err("less was captured than was fed in".into());
    }
    Ok(())
}

/// What sounded when the input of a device frame was recorded. "Before device frame 0 the
/// timeline stands at 0, stopped, without a ticket."
pub fn heard(expected: &Rendering, device_frame: u64, round_trip_frames: u64) -> Moment {
    let beginning = Moment {
        position: 0,
        rolling: false,
        playing: None,
        skipped: false,
    };
    match device_frame.checked_sub(round_trip_frames) {
        Some(frame) => expected.timeline[frame as usize],
        None => beginning,
    }
}

fn stamped_as_heard(
    run: &Run,
    expected: &Rendering,
    round_trip: u64,
    chunk: &Chunk,
    n: u64,
) -> bool {
    let heard = heard(expected, chunk.device_frame + n, round_trip);
    let ticket = heard
        .playing
        .map_or(Ticket::NONE, |name| run.tickets[&name]);
    let position = chunk.position + if chunk.rolling { n as i64 } else { 0 };
    (position, chunk.rolling, chunk.ticket) == (heard.position, heard.rolling, ticket)
}

/// Where the timeline stands after the last frame before each step, and at the end.
fn positions(arrangement: &Arrangement, expected: &Rendering) -> Vec<(u64, i64, bool)> {
    let rendered: Vec<(u64, i64, bool)> = (0..)
        .zip(&expected.timeline)
        .filter(|(_, moment)| !moment.skipped)
        .map(|(device_frame, moment)| {
            (
                device_frame + 1,
                moment.position + i64::from(moment.rolling),
                moment.rolling,
            )
        })
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
            for (entry, sound) in sounds.iter().enumerate() {
                if sound.gain != [0.0, 0.0] {
                    let mut candidate = smallest.clone();
                    candidate.playspecs[number][entry].gain = [0.0, 0.0];
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
