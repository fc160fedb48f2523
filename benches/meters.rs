//! Measures the cost of meters: an output with its meter, compared with an entry that plays on two
//! outputs. `cargo bench --bench meters` prints both, their ratio and its budget, and fails if the ratio
//! is above the budget.

use amio::{Clip, Config, DriverKind, Entry, Interface, Playspec, Swap};
use std::process::ExitCode;
use std::time::{Duration, Instant};

const PERIOD: u32 = 256;
const PERIODS: u64 = 500;
const FRAMES: u64 = PERIOD as u64 * PERIODS;
const ROUNDS: usize = 20;

/// The budget: the cost of an output with its meter, as a multiple of the cost of an entry.
const BUDGET: f64 = 1.25;

fn main() -> ExitCode {
    let entry = (play(100, 2) - play(20, 2)) / 80;
    let output = (play(1, 64) - play(1, 4)) / 60;
    let ratio = output.as_secs_f64() / entry.as_secs_f64();
    println!(
        "one period of {PERIOD} frames: an output with its meter {:.1?}, an entry {:.1?}; ratio \
         {ratio:.2} (budget {BUDGET:.2})",
        output / PERIODS as u32,
        entry / PERIODS as u32,
    );
    if ratio <= BUDGET {
        ExitCode::SUCCESS
    } else {
        println!("TOO SLOW");
        ExitCode::FAILURE
    }
}

/// The shortest measured time for so many entries on so many outputs.
fn play(entries: usize, outputs: u16) -> Duration {
    let samples: Vec<f32> = (0..FRAMES)
        .map(|n| (n * 7_919 % 1_000) as f32 / 1e5)
        .collect();
    let clip = Clip::from_f32(48_000, 1, &samples).expect("a clip");
    let playspec = Playspec::new(vec![Entry::new(&clip, 0); entries]).expect("a playspec");
    let interface = Interface::new(Config {
        frame_rate_hz: Some(48_000),
        period_frames: Some(PERIOD),
        input_channels: 0,
        output_channels: outputs,
        ..Config::new(DriverKind::Offline)
    })
    .expect("an interface");
    interface.schedule(&playspec, Swap::at(0)).expect("room");
    interface.set_rolling(true).expect("room");
    interface.start().expect("it starts");
    let once = || {
        interface.set_position(0).expect("room");
        let began = Instant::now();
        interface.advance(FRAMES, None, None).expect("it plays");
        began.elapsed()
    };
    (0..ROUNDS).map(|_| once()).min().unwrap_or_default()
}
