//! The cost of a period must depend on how many entries sound, not on how many the playspec has: with a
//! million entries it is at most twice that with ten, also when seeking.
//!
//! `cargo bench --bench playspec_size` prints the shortest and the longest of many runs, the ratio and
//! its budget, and fails if a ratio is above the budget. `tests/playspec_size.rs` makes the same
//! comparison by counting instructions.

#[path = "workload/mod.rs"]
mod workload;

use amio::Interface;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use workload::{Shape, play, playing, playspec, seek};

/// The budget: the cost with a million entries, as a multiple of the cost with ten.
const BUDGET: f64 = 2.0;
const ROUNDS: usize = 60;
const PERIODS: u64 = 100;

/// What is measured: plays [`PERIODS`] periods.
type Work = fn(&Interface);

fn main() -> ExitCode {
    let work: [(&str, Work); 2] = [
        ("playing", |interface| play(interface, PERIODS)),
        ("seeking", |interface| seek(interface, PERIODS)),
    ];
    let mut within = true;
    println!(
        "one period of {} frames, ten entries sounding",
        workload::PERIOD_FRAMES
    );
    for shape in [Shape::Row, Shape::Pile, Shape::Round] {
        let small = playing(&playspec(shape, 10));
        let large = playing(&playspec(shape, 1_000_000));
        for (name, work) in work {
            let (mut of_small, mut of_large) = (Vec::new(), Vec::new());
            // In turns, so that other load of the machine affects both equally.
            for _ in 0..ROUNDS {
                of_small.push(time(work, &small));
                of_large.push(time(work, &large));
            }
            let ratio = best(&of_large).as_secs_f64() / best(&of_small).as_secs_f64();
            within &= ratio <= BUDGET;
            println!(
                "{name}, {shape:?}: 10 entries {}; 1,000,000 entries {}; ratio {ratio:.2} (budget {BUDGET:.2}){}",
                span(&of_small),
                span(&of_large),
                if ratio <= BUDGET { "" } else { "  TOO SLOW" }
            );
        }
    }
    if within {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn time(work: Work, interface: &Interface) -> Duration {
    let start = Instant::now();
    work(interface);
    start.elapsed() / PERIODS as u32
}

fn best(times: &[Duration]) -> Duration {
    times.iter().copied().min().unwrap_or_default()
}

fn span(times: &[Duration]) -> String {
    format!(
        "{:.2?} (worst {:.2?})",
        best(times),
        times.iter().max().copied().unwrap_or_default()
    )
}
