//! The MIDI ports of a driver in one period, as the engine uses them.

use super::port_events::PortEvents;

/// What has become of a message that was to go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// It goes out in this period.
    Taken,
    /// The port has no room left in this period.
    Full,
    /// The port has no room for it in any period, or there is no such port.
    Never,
}

/// # Real-time contract
/// Audio thread only; wait-free; no allocation, free, lock, system call, log or panic.
pub(crate) trait MidiPorts {
    /// What has arrived at each input port.
    fn inputs(&self) -> &[PortEvents];

    /// How many messages that have arrived the server has lost.
    fn lost(&self) -> u64;

    /// Has a message go out of an output port, at a frame of the period: that of the port's message before, or a later
    /// one.
    fn write(&mut self, port: usize, frame: u32, message: &[u8]) -> Written;
}
