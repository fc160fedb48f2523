//! Ports: what they are connected to, and their latencies.
#![allow(unsafe_code, reason = "calls of libjack")]

use super::library::{LatencyRange, Library, RawPort};
use std::ffi::{CStr, c_char, c_int, c_ulong};
use std::ptr::NonNull;

/// Which way sound goes through a port, seen from its owner; also which side of a latency is
/// meant: from the source to here (`Input`), from here to the sink (`Output`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Input,
    Output,
}

impl Direction {
    pub(super) fn port_flag(self) -> c_ulong {
        match self {
            Direction::Input => 0x1,
            Direction::Output => 0x2,
        }
    }

    pub(super) fn latency_mode(self) -> c_int {
        match self {
            Direction::Input => 0,
            Direction::Output => 1,
        }
    }
}

/// One port of a client. A handle: it stays valid until the client is closed.
#[derive(Clone, Copy)]
pub(crate) struct Port {
    library: &'static Library,
    raw: NonNull<RawPort>,
}

// SAFETY: libjack's port functions may be called from any thread.
unsafe impl Send for Port {}
// SAFETY: as above.
unsafe impl Sync for Port {}

impl Port {
    pub(super) fn new(library: &'static Library, raw: NonNull<RawPort>) -> Port {
        Port { library, raw }
    }

    pub(super) fn raw(&self) -> *mut RawPort {
        self.raw.as_ptr()
    }

    /// Its full name, which begins with the client's name and a colon.
    pub fn full_name(&self) -> String {
        // SAFETY: the port is valid; libjack returns a string that lives as long as it.
        unsafe {
            let name = (self.library.port_name)(self.raw.as_ptr());
            CStr::from_ptr(name).to_string_lossy().into_owned()
        }
    }

    /// The full names of the ports that it is connected to. Reads what libjack knows, without
    /// asking the server.
    pub fn connections(&self) -> Vec<String> {
        // SAFETY: the port is valid, and ours.
        let names = unsafe { (self.library.port_get_connections)(self.raw.as_ptr()) };
        // SAFETY: just returned by libjack.
        unsafe { take_names(self.library, names) }
    }

    /// Declares that sound begins or ends here. Only inside [`Handler::latency`].
    pub fn set_latency_to_none(&self, direction: Direction) {
        let mut range = LatencyRange::default();
        let mode = direction.latency_mode();
        // SAFETY: the port and the range are valid.
        unsafe { (self.library.port_set_latency_range)(self.raw.as_ptr(), mode, &mut range) };
    }
}

/// The right to write to an output port; there is one for each.
pub(crate) struct Output(Port);

impl Output {
    pub(super) fn new(port: Port) -> Output {
        Output(port)
    }

    /// The port, for questions about it.
    pub fn port(&self) -> Port {
        self.0
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
