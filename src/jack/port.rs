//! Ports: what they are, what they are connected to, and their latencies.
#![allow(unsafe_code, reason = "calls of libjack")]

use super::audio_port::RawAudioPort;
use super::connection::Connection;
use super::latency_mode::LatencyMode;
use super::library::{LatencyRange, Library, RawPort};
use std::ffi::{CStr, c_char, c_ulong};
use std::ops::BitOr;
use std::ptr::NonNull;
use std::sync::Arc;

/// One port of a client. It keeps the client open; clones are the same port. The port is there until the client
/// is closed.
#[derive(Clone)]
pub(crate) struct Port {
    connection: Arc<Connection>,
    raw: NonNull<RawPort>,
}

// SAFETY: libjack's port functions may be called from any thread.
unsafe impl Send for Port {}
// SAFETY: as above.
unsafe impl Sync for Port {}

/// What goes through a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PortType(pub &'static CStr);

impl PortType {
    /// Samples of 32 bits.
    pub const AUDIO: PortType = PortType(c"32 bit float mono audio");
}

/// What a port is for; several are joined with `|`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PortFlags(pub(super) c_ulong);

impl PortFlags {
    /// Others send to it.
    pub const INPUT: PortFlags = PortFlags(0x1);
    /// Others receive from it.
    pub const OUTPUT: PortFlags = PortFlags(0x2);
    /// It belongs to a device.
    pub const PHYSICAL: PortFlags = PortFlags(0x4);
}

impl BitOr for PortFlags {
    type Output = PortFlags;

    fn bitor(self, other: PortFlags) -> PortFlags {
        PortFlags(self.0 | other.0)
    }
}

impl Port {
    pub(super) fn new(connection: &Arc<Connection>, raw: NonNull<RawPort>) -> Port {
        Port {
            connection: connection.clone(),
            raw,
        }
    }

    /// The same port, for a process callback that takes or makes audio.
    pub(super) fn audio(&self) -> RawAudioPort {
        RawAudioPort {
            client: self.connection.number,
            raw: self.raw,
        }
    }

    /// Its full name, which begins with the client's name and a colon.
    pub fn full_name(&self) -> String {
        // SAFETY: the port is valid; libjack returns a string that lives as long as it.
        unsafe {
            let name = (self.connection.library.port_name)(self.raw.as_ptr());
            CStr::from_ptr(name).to_string_lossy().into_owned()
        }
    }

    /// The full names of the ports that it is connected to. Reads what libjack knows, without
    /// asking the server.
    pub fn connections(&self) -> Vec<String> {
        // SAFETY: the port is valid, and ours.
        let names = unsafe { (self.connection.library.port_get_connections)(self.raw.as_ptr()) };
        // SAFETY: just returned by libjack.
        unsafe { take_names(self.connection.library, names) }
    }

    /// Declares that sound begins or ends here. Only inside [`Notifications::latency`](super::handlers::Notifications::latency).
    pub fn set_latency_to_none(&self, mode: LatencyMode) {
        let mut range = LatencyRange::default();
        let mode = mode.code();
        // SAFETY: the port and the range are valid.
        unsafe {
            (self.connection.library.port_set_latency_range)(self.raw.as_ptr(), mode, &mut range)
        };
    }
}

/// Copies and frees a list of names.
///
/// # Safety
/// `names` was just returned by libjack: null, or strings followed by null.
pub(super) unsafe fn take_names(
    library: &'static Library,
    names: *mut *const c_char,
) -> Vec<String> {
    let mut taken = Vec::new();
    if names.is_null() {
        return taken;
    }
    // SAFETY: promised by the caller; the loop ends at the null that ends the list, and the list
    // is not used after it was freed.
    unsafe {
        let mut next = names;
        while !(*next).is_null() {
            taken.push(CStr::from_ptr(*next).to_string_lossy().into_owned());
            next = next.add(1);
        }
        (library.free)(names.cast());
    }
    taken
}
