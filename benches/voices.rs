//! Measures the cost of a sounding entry, compared with a simple loop that mixes as many clips (multiply
//! and add, for two outputs). `cargo bench --bench voices` prints both, their ratio and its budget, and
//! fails if a ratio is above the budget.

use amio::{Clip, Config, DriverKind, Entry, Gain, Interface, Playspec, Swap};
use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

const PERIOD: usize = 256;
const PERIODS: usize = 200;
const ROUNDS: usize = 20;
const FRAMES: usize = PERIOD * PERIODS;

/// The state of the entries during the measurement, and the budget as a multiple of the simple loop.
const CASES: [(&str, f64); 3] = [("playing", 4.0), ("fading in", 8.0), ("gain moving", 8.0)];

fn main() -> ExitCode {
    let mut within = true;
    println!("one period of {PERIOD} frames, clips of one channel on two outputs");
    for voices in [1, 10, 100] {
        let clips: Vec<Vec<f32>> = (0..voices).map(|n| noise(n as u64)).collect();
        let plain = best(|| {
            let began = Instant::now();
            add_up(&clips);
            began.elapsed()
        });
        for (case, budget) in CASES {
            let playspec = playspec(&clips, case);
            let engine = best(|| play(&playspec, case));
            let ratio = engine.as_secs_f64() / plain.as_secs_f64();
            // With one voice, the fixed cost of a period dominates: it is printed, but has no budget.
            let counts = voices > 1;
            within &= !counts || ratio <= budget;
            println!(
                "{voices} entries {case}: {:.2?}; the plain loop {:.2?}; ratio {ratio:.2}{}",
                engine / PERIODS as u32,
                plain / PERIODS as u32,
                match (counts, ratio <= budget) {
                    (false, _) => String::new(),
                    (_, true) => format!(" (budget {budget:.2})"),
                    (_, false) => format!(" (budget {budget:.2})  TOO SLOW"),
                }
            );
        }
    }
    if within {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn best(mut measure: impl FnMut() -> Duration) -> Duration {
    (0..ROUNDS).map(|_| measure()).min().unwrap_or_default()
}

fn noise(seed: u64) -> Vec<f32> {
    let sample = |n: u64| ((n + seed) * 7_919 % 1_000) as f32 / 1e5;
    (0..FRAMES as u64).map(sample).collect()
}

fn add_up(clips: &[Vec<f32>]) {
    let (mut left, mut right) = ([0.0f32; PERIOD], [0.0f32; PERIOD]);
    let gain = black_box((0.5, 0.25));
    for period in 0..PERIODS {
        left.fill(0.0);
        right.fill(0.0);
        for clip in clips {
            let part = &clip[period * PERIOD..][..PERIOD];
            for ((left, right), sample) in left.iter_mut().zip(&mut right).zip(part) {
                *left += sample * gain.0;
                *right += sample * gain.1;
            }
        }
        black_box((&left, &right));
    }
}

fn playspec(clips: &[Vec<f32>], case: &str) -> Playspec {
    let entry = |samples: &Vec<f32>| {
        let clip = Clip::from_f32(48_000, 1, samples).expect("a clip");
        Entry {
            gain: Gain {
                left: 0.5,
                right: 0.25,
            },
            fade_in: if case == "fading in" {
                FRAMES as u64
            } else {
                0
            },
            ..Entry::new(&clip, 0)
        }
    };
    Playspec::new(clips.iter().map(entry).collect()).expect("a playspec")
}

/// How long it takes to play the playspec once.
fn play(playspec: &Playspec, case: &str) -> Duration {
    let interface = Interface::new(Config {
        frame_rate_hz: Some(48_000),
        period_frames: Some(PERIOD as u32),
        input_channels: 0,
        ..Config::new(DriverKind::Offline)
    })
    .expect("an interface");
    let mut group = interface.group();
    group.schedule(playspec, Swap::at(0)).expect("room");
    group.set_rolling(true).expect("room");
    if case == "gain moving" {
        for entry in 0..playspec.entries().len() {
            let quiet = Gain::both(0.1);
            group
                .set_gain(playspec, entry, quiet, FRAMES as u64)
                .expect("room");
        }
    }
    group.commit().expect("it is sent");
    interface.start().expect("it starts");
    let began = Instant::now();
    interface
        .advance(FRAMES as u64, None, None)
        .expect("it plays");
    began.elapsed()
}
