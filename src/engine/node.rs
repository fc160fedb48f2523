//! A node: one step of a period, which makes, changes, measures or consumes sound.

use super::buffers::Ports;
use super::timeline::Timeline;
use crate::link::{Outgoing, Published, Report};
use crate::sys::Resident;
use crate::units::{Latency, Rate};

/// One step of a period.
pub(crate) trait Node: Send {
    /// Renders the frames of `clock`: from the input ports, into the output ports.
    ///
    /// # Real-time contract
    /// Audio thread only; wait-free, unless [`Clock::may_block`]; no allocation, free, lock, system call, log
    /// or intended panic. No other thread reaches its state while it is in the engine.
    fn run(&mut self, clock: &Clock<'_>, ports: &mut Ports<'_, '_>, outbox: &mut Outbox);

    /// Hands over the memory that it writes to, to be made resident. Not for the audio thread.
    fn keep_memory(&mut self, _resident: &mut Resident) {}
}

/// The number of a node in the engine. The control half chooses it; see [`super::plan::MAX_NODES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NodeId(pub u16);

/// The stretch of time that a node renders: frames of one period in which the timeline is continuous.
pub(crate) struct Clock<'a> {
    pub frames: usize,
    /// Where the first one is in the period.
    pub offset: usize,
    /// The device frame of the first one.
    pub device_frame: u64,
    /// The server's number of it, which wraps.
    pub server_frame: u32,
    /// The `CLOCK_MONOTONIC` time at which the first frame is due, in nanoseconds.
    pub time_ns: u64,
    pub rate: Rate,
    /// Whether frames were skipped just before.
    pub after_skip: bool,
    pub latency: Latency,
    /// How many frames ago that was played which is captured now.
    pub round_trip_frames: u64,
    /// Whether the period has no deadline (offline, freewheel), so that a node may block on a disk.
    pub may_block: bool,
    pub(super) timeline: &'a Timeline,
}

impl Clock<'_> {
    /// When a frame is due; `frame` is counted from the first frame of the stretch.
    pub fn time_of(&self, frame: u64) -> u64 {
        self.time_ns + self.rate.nanoseconds(frame)
    }

    /// The server's number of a frame, counted as in [`Clock::time_of`].
    pub fn server_frame_of(&self, frame: u64) -> u32 {
        self.server_frame.wrapping_add(frame as u32)
    }
}

/// What a node may tell the control half.
pub(crate) struct Outbox(pub(super) Outgoing);

impl Outbox {
    /// Something that has happened; it becomes an event.
    pub fn report(&mut self, report: Report) {
        self.0.report(report);
    }

    /// Counters and meters, which anybody may read.
    pub fn shared(&self) -> &Published {
        &self.0.shared
    }
}
