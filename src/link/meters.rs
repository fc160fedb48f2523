//! The levels of each channel, published by the engine and read at any time by any number of
//! threads. A reader takes nothing from the others.

use super::seqlock::Seqlock;

/// A channel's levels at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Reading {
    pub peak: f32,
    pub mean_square: f32,
    pub clipped: u64,
}

/// Where one channel's levels are published.
#[derive(Default)]
pub(crate) struct Gauge(Seqlock<2>);

impl Gauge {
    /// Publishes; one writer at a time.
    ///
    /// # Real-time contract
    /// Wait-free; no allocation, lock, system call or log.
    pub fn write(&self, reading: Reading) {
        let levels = u64::from(reading.peak.to_bits()) << 32;
        let levels = levels | u64::from(reading.mean_square.to_bits());
        self.0.write([levels, reading.clipped]);
    }

    /// The levels of one moment.
    pub fn read(&self) -> Reading {
        let [levels, clipped] = self.0.read();
        Reading {
            peak: f32::from_bits((levels >> 32) as u32),
            mean_square: f32::from_bits(levels as u32),
            clipped,
        }
    }
}

/// A gauge for each channel.
#[derive(Default)]
pub(crate) struct Meters {
    pub inputs: Box<[Gauge]>,
    pub outputs: Box<[Gauge]>,
}

impl Meters {
    pub fn new(inputs: usize, outputs: usize) -> Meters {
        let gauges = |count| std::iter::repeat_with(Gauge::default).take(count).collect();
        Meters {
            inputs: gauges(inputs),
            outputs: gauges(outputs),
        }
    }
}
