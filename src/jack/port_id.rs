//! The server's numbers of ports.

use std::sync::atomic::{AtomicU32, Ordering};

/// The server's number of a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PortId(pub(super) u32);

/// The highest number of a port that libjack has told this process of its server.
static HIGHEST_TOLD: AtomicU32 = AtomicU32::new(0);

impl PortId {
    /// The port with this number, which may be the number of no port.
    pub fn new(number: u32) -> PortId {
        PortId(number)
    }

    /// A number that libjack tells.
    pub(super) fn told(number: u32) -> PortId {
        HIGHEST_TOLD.fetch_max(number, Ordering::Relaxed);
        PortId(number)
    }

    /// Whether libjack can be asked for it. jackd's library ends the process if a number is beyond its table of ports;
    /// it tells of no port beyond it.
    pub(super) fn can_be_asked(self) -> bool {
        self.0 <= HIGHEST_TOLD.load(Ordering::Relaxed)
    }

    /// jackd's library may have another server from now on, whose table may be shorter. This process has no client.
    pub(super) fn forget_told() {
        HIGHEST_TOLD.store(0, Ordering::Relaxed);
    }

    /// The number.
    pub fn get(self) -> u32 {
        self.0
    }
}
