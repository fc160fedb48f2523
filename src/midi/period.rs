//! The MIDI ports of a driver without a server.

use super::port_events::PortEvents;
use super::ports::{MidiPorts, Written};
use crate::error::Result;

/// The ports of a driver without a server: nothing arrives, and what goes out is discarded.
#[derive(Default)]
pub(crate) struct PeriodMidi {
    outputs: Vec<PortEvents>,
}

impl PeriodMidi {
    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    pub fn new(outputs: usize) -> Result<PeriodMidi> {
        Ok(PeriodMidi {
            outputs: PortEvents::of_ports(outputs)?,
        })
    }

    /// With nothing that is to go out.
    ///
    /// # Real-time contract
    /// Wait-free; no allocation, free, lock, system call, log or panic.
    pub fn emptied(&mut self) -> &mut PeriodMidi {
        for events in &mut self.outputs {
            events.clear();
        }
        self
    }
}

impl MidiPorts for PeriodMidi {
    fn inputs(&self) -> &[PortEvents] {
        &[]
    }

    fn lost(&self) -> u64 {
        0
    }

    fn write(&mut self, port: usize, frame: u32, message: &[u8]) -> Written {
        let Some(events) = self.outputs.get_mut(port) else {
            return Written::Never;
        };
        match events.push(frame, message) {
            true => Written::Taken,
            false if events.is_empty() => Written::Never,
            false => Written::Full,
        }
    }
}
