//! What an owner of a client is called for: audio, on the audio thread, and notifications, on others.

use super::cycle::Cycle;
use super::latency_mode::LatencyMode;

/// Makes and takes the audio of a client.
pub(crate) trait AudioHandler: Send + Sync + 'static {
    /// One period is due.
    ///
    /// # Real-time contract
    /// Audio thread only; no allocation, free, lock, system call or log.
    fn process(&self, cycle: &mut Cycle<'_>);
}

/// The server's number of a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PortId(pub u32);

/// What happens to a client, and around it. The methods run on threads of libjack that must not call the server
/// back, and may run on the audio thread: they must not wait.
pub(crate) trait Notifications: Send + Sync + 'static {
    /// The latencies of this kind were computed anew; ports may set theirs now, only now.
    fn latency(&self, _mode: LatencyMode) {}
    /// The server was late, or a client was.
    fn xrun(&self) {}
    /// The period is `frames` from the next cycle on.
    fn period(&self, _frames: u32) {}
    /// The frame rate is `hz` from the next cycle on.
    fn rate(&self, _hz: u32) {}
    /// Freewheeling began or ended.
    fn freewheel(&self, _on: bool) {}
    /// Clients run in another order.
    fn graph_order(&self) {}
    /// A port came or went.
    fn port_registered(&self, _port: PortId, _exists: bool) {}
    /// Two ports were connected or disconnected.
    fn ports_connected(&self, _source: PortId, _destination: PortId, _connected: bool) {}
    /// The server is gone. libjack may say so more than once. Close the client soon: none can be
    /// opened before.
    fn lost(&self, _reason: &str) {}
}
