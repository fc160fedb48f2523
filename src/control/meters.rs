//! The levels of inputs and outputs.

use super::interface::Interface;
use crate::link::{Gauge, Reading};

/// The level of one channel over the last 0.3 s: 29 blocks of a hundredth of a second (rounded
/// down to whole frames), and what has begun of the next. Units: linear, 1.0 is full scale.
///
/// The level at a frame does not depend on the period. Skipped frames count as
/// silence. While no periods run, levels stay as they are. An input sample that is not a number counts
/// as 1e15, which is the largest level.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Meter {
    /// The largest magnitude.
    pub peak: f32,
    /// The root of the mean square. A sine of amplitude 1.0 has 0.707.
    pub rms: f32,
    /// How many samples were at or beyond ±1.0 since the interface was made; for an output before
    /// the clamp.
    pub clipped: u64,
}

/// The meters of all channels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Meters {
    /// Of the inputs.
    pub inputs: Vec<Meter>,
    /// Of the outputs, before the clamp.
    pub outputs: Vec<Meter>,
}

/// Reading a meter never waits and changes nothing: all readers see the same.
/// A program that reads every 0.29 s or more often misses no peak. The values of a channel are of one moment.
impl Interface {
    /// The levels of all inputs and outputs, as of the last period.
    pub fn meters(&self) -> Meters {
        let meters = &self.parts().core.shared.meters;
        let all = |gauges: &[Gauge]| gauges.iter().map(|gauge| gauge.read().into()).collect();
        Meters {
            inputs: all(&meters.inputs),
            outputs: all(&meters.outputs),
        }
    }

    /// The levels of one input, as of the last period; `None` if there is no such input. Allocates
    /// nothing.
    pub fn input_meter(&self, channel: u16) -> Option<Meter> {
        let inputs = &self.parts().core.shared.meters.inputs;
        Some(inputs.get(usize::from(channel))?.read().into())
    }

    /// The levels of one output before the clamp, as of the last period; `None` if there is no such
    /// output. Allocates nothing.
    pub fn output_meter(&self, channel: u16) -> Option<Meter> {
        let outputs = &self.parts().core.shared.meters.outputs;
        Some(outputs.get(usize::from(channel))?.read().into())
    }
}

impl From<Reading> for Meter {
    fn from(reading: Reading) -> Meter {
        Meter {
            peak: reading.peak,
            rms: reading.mean_square.sqrt(),
            clipped: reading.clipped,
        }
    }
}
