//! What an owner of a client is called for: audio, on the audio thread, and notifications, on others.

use super::cycle::Cycle;
use super::latency_mode::LatencyMode;
use super::port_id::PortId;
use super::position::{Position, TransportState};
use super::property::PropertyChange;
use super::status::Status;
use std::ops::ControlFlow;

/// What a process handler says at the end of a cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is called again.
    GoOn,
    /// This was its last cycle.
    Last,
    /// It has failed, as if it had panicked: the outputs of this cycle are silent, too.
    Failed,
}

impl From<ControlFlow<()>> for Verdict {
    fn from(flow: ControlFlow<()>) -> Verdict {
        match flow {
            ControlFlow::Continue(()) => Verdict::GoOn,
            ControlFlow::Break(()) => Verdict::Last,
        }
    }
}

/// Makes and takes the audio and the MIDI events of a cycle. Unless it goes on, it is not called again.
///
/// # Real-time contract
/// Runs on the audio thread: it must not allocate, free, lock, wait, call the system, or log. The server waits
/// for it in each cycle.
pub(super) type ProcessHandler = Box<dyn FnMut(&mut Cycle<'_>) -> Verdict + Send + 'static>;

/// Says whether the client is ready to roll from a position.
///
/// # Real-time contract
/// As [`ProcessHandler`]; it runs before it on the same thread.
pub(super) type SyncHandler = Box<dyn FnMut(TransportState, &Position) -> bool + Send + 'static>;

/// Adds what it knows to the position of the next cycle.
///
/// # Real-time contract
/// As [`ProcessHandler`]; it runs after it on the same thread.
pub(super) type TimebaseHandler = Box<dyn FnMut(TimebaseQuery, &mut Position) + Send + 'static>;

/// What a timebase is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimebaseQuery {
    /// What the transport does.
    pub state: TransportState,
    /// The length of a cycle.
    pub frames: u32,
    /// Whether somebody has moved the transport: the position then holds what was asked for, otherwise what
    /// the timebase said of the cycle before.
    pub is_new: bool,
}

/// What happens to a client, and around it. The methods run on threads of libjack that must not call the server
/// back, or on the waker's: they must not wait. None runs on the audio thread.
pub(crate) trait Notifications: Send + Sync + 'static {
    /// The latencies of this kind were computed anew; ports may set theirs now, only now.
    fn latency(&self, _mode: LatencyMode) {}
    /// The server was late, or a client was, by so many microseconds.
    fn xrun(&self, _delay_us: f32) {}
    /// The period is `frames` from the next cycle on.
    fn period(&self, _frames: u32) {}
    /// The frame rate is `hz` from the next cycle on.
    fn rate(&self, _hz: u32) {}
    /// Freewheeling began or ended.
    fn freewheel(&self, _on: bool) {}
    /// Clients run in another order.
    fn graph_order(&self) {}
    /// A client came or went.
    fn client_registered(&self, _name: &str, _exists: bool) {}
    /// A port came or went. Its name, if the server still knows it.
    fn port_registered(&self, _port: PortId, _name: Option<&str>, _exists: bool) {}
    /// A port has another full name.
    fn port_renamed(&self, _port: PortId, _before: &str, _now: &str) {}
    /// Two ports were connected or disconnected.
    fn ports_connected(&self, _source: PortId, _destination: PortId, _connected: bool) {}
    /// Metadata has changed.
    fn property_changed(&self, _change: &PropertyChange) {}
    /// A handler of the audio thread has failed.
    fn handler_failed(&self) {}
    /// The server is gone. libjack may say so more than once. Close the client soon: none can be
    /// opened before.
    fn lost(&self, _status: Status, _reason: &str) {}
}
