//! Which of a port's two latencies.

use std::ffi::c_int;

/// Which of a port's two latencies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LatencyMode {
    /// From where sound comes in, up to the port.
    Capture,
    /// From the port to where sound goes out.
    Playback,
}

impl LatencyMode {
    pub(super) fn code(self) -> c_int {
        match self {
            LatencyMode::Capture => 0,
            LatencyMode::Playback => 1,
        }
    }
}
