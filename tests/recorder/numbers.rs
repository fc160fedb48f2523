//! Audio whose samples are numbers.

use amio::{Clip, Config, DriverKind, Entry, Interface, Playspec, Repeat, Swap};
use std::num::{NonZeroU32, NonZeroU64};

/// Numbers repeat after so many frames.
pub const NUMBERS: u64 = 1 << 20;

/// The sample of frame `n`: never 0, and exact in 24 bits.
pub fn number(n: u64) -> f32 {
    (n % NUMBERS + 1) as f32 / 4_194_304.0
}

/// Numbers from a frame on.
pub fn numbers(first: u64, frames: u64) -> Vec<f32> {
    (first..first + frames).map(number).collect()
}

/// A playspec in which the sample at each frame of the timeline is the frame's number, from 0 on.
pub fn playspec() -> Playspec {
    let clip = Clip::from_f32(48_000, 1, &numbers(0, NUMBERS)).expect("a clip");
    let mut entry = Entry::new(&clip, 0);
    entry.repeat = Some(Repeat {
        numerator: NonZeroU64::new(NUMBERS).expect("not 0"),
        denominator: NonZeroU32::MIN,
        count: None,
    });
    Playspec::new(vec![entry]).expect("a playspec")
}

/// One input, one output, hard cuts.
pub fn config(driver: DriverKind) -> Config {
    Config {
        input_channels: 1,
        output_channels: 1,
        declick_frames: Some(0),
        ..Config::new(driver)
    }
}

pub fn interface(config: Config) -> Interface {
    let interface = Interface::new(config).expect("an interface");
    interface
        .schedule(&playspec(), Swap::at(0))
        .expect("it is scheduled");
    interface
}

/// An offline interface that was started and plays numbers once it rolls.
pub fn offline() -> Interface {
    let interface = interface(config(DriverKind::Offline));
    interface.start().expect("it starts");
    interface
}

/// Advances with input numbered by device frames.
pub fn feed(interface: &Interface, frames: u64) {
    let first = interface.transport().device_frame;
    interface
        .advance(frames, Some(&numbers(first, frames)), None)
        .expect("it advances");
}
