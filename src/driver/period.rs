//! The interface between a driver and the engine.

use crate::midi::MidiPorts;
use crate::units::Latency;

/// The half of the library that runs on the audio thread, as a driver sees it.
pub(crate) trait Process: Send {
    /// Renders one period: fills all outputs, consumes all inputs.
    ///
    /// # Real-time contract
    /// Audio thread only; wait-free, unless [`Period::may_block`]; no allocation, free, log or panic,
    /// and no lock or system call either, unless [`Period::may_block`].
    fn process(&mut self, period: Period<'_, '_>);
}

/// What the stop of a device has cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Recovery {
    /// Frames that were not captured.
    pub lost_frames: u64,
    /// Frames of earlier periods that were not heard.
    pub unheard_frames: u64,
}

/// One period of audio, as the driver hands it to the engine.
pub(crate) struct Period<'a, 'b> {
    /// Length in frames of each slice below; 1 or more.
    pub frames: usize,
    /// Device frames that were skipped between the previous period and this one.
    pub skipped: u64,
    /// The device had stopped between the previous period and this one.
    pub recovered: Option<Recovery>,
    /// The server's number of the first frame, which wraps; the lower bits of the device frame where there is no server.
    pub server_frame: u32,
    /// `CLOCK_MONOTONIC` at which the first frame of the period was due, in nanoseconds.
    pub time_ns: u64,
    /// The period has no deadline (offline, freewheel), so the engine may block on disk.
    pub may_block: bool,
    /// The latencies in force now.
    pub latency: Latency,
    /// One slice for each input channel.
    pub inputs: &'a [&'b [f32]],
    /// One slice for each output channel; the engine overwrites them.
    pub outputs: &'a mut [&'b mut [f32]],
    /// The MIDI ports.
    pub midi: &'a mut dyn MidiPorts,
}
