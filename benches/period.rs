//! Renders periods offline, for a tool that counts instructions: `scripts/instructions`.
//!
//! Arguments: how many voices sound, and how many periods are rendered.

use amio::{Clip, Config, DriverKind, Entry, Interface, Playspec, Swap};
use std::process::ExitCode;

/// In frames.
const PERIOD: usize = 128;
const CLIP: usize = 48_000;

fn main() -> ExitCode {
    let numbers = std::env::args().filter_map(|argument| argument.parse().ok());
    let numbers: Vec<usize> = numbers.collect();
    let [voices, periods] = numbers[..] else {
        // `cargo bench` runs all benchmarks without arguments.
        println!("usage: period VOICES PERIODS; see scripts/instructions");
        return ExitCode::SUCCESS;
    };
    if let Err(error) = render(voices, periods) {
        eprintln!("{error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn render(voices: usize, periods: usize) -> Result<(), amio::Error> {
    let mut config = Config::new(DriverKind::Offline);
    config.input_channels = 2;
    config.clamp = Some(true);
    let interface = Interface::new(config)?;
    let samples: Vec<f32> = (0..2 * CLIP).map(|n| (n % 100) as f32 / 1e5).collect();
    let clip = Clip::from_f32(48_000, 2, &samples)?;
    let entries = (0..voices).map(|_| Entry::new(&clip, 0)).collect();
    interface.schedule(&Playspec::new(entries)?, Swap::at(0))?;
    interface.set_rolling(true)?;
    interface.start()?;
    for _ in 0..periods {
        interface.advance(PERIOD as u64, None, None)?;
    }
    Ok(())
}
