//! What ports are: types, flags, latencies, and what is known of a port of any client.

use super::property::Uuid;
use crate::error::{Error, Result};
use std::borrow::Cow;
use std::ffi::{CStr, CString, c_ulong};
use std::ops::{BitOr, BitOrAssign};

/// What goes through a port.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PortType(pub(super) Cow<'static, CStr>);

impl PortType {
    /// Samples of 32 bits.
    pub const AUDIO: PortType = PortType(Cow::Borrowed(c"32 bit float mono audio"));
    /// MIDI events.
    pub const MIDI: PortType = PortType(Cow::Borrowed(c"8 bit raw midi"));

    /// A type by its name. Servers know audio and MIDI; PipeWire also others.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`]: it contains NUL.
    pub fn new(name: &str) -> Result<PortType> {
        let name = CString::new(name).map_err(|_| {
            Error::InvalidArgument(format!("port type is {name:?}; it must not contain NUL"))
        })?;
        Ok(PortType(Cow::Owned(name)))
    }

    /// Its name.
    pub fn name(&self) -> Cow<'_, str> {
        self.0.to_string_lossy()
    }
}

/// What a port is for; several are joined with `|`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct PortFlags(pub(super) c_ulong);

impl PortFlags {
    /// Others send to it.
    pub const INPUT: PortFlags = PortFlags(0x1);
    /// Others receive from it.
    pub const OUTPUT: PortFlags = PortFlags(0x2);
    /// It belongs to a device.
    pub const PHYSICAL: PortFlags = PortFlags(0x4);
    /// Its device can play what comes in by it.
    pub const CAN_MONITOR: PortFlags = PortFlags(0x8);
    /// What comes in by an input goes no further, or what goes out by an output comes from nowhere else.
    pub const TERMINAL: PortFlags = PortFlags(0x10);

    /// The flags that libjack knows by this number.
    pub fn from_bits(bits: u32) -> PortFlags {
        PortFlags(c_ulong::from(bits))
    }

    /// libjack's number of these flags.
    pub const fn bits(self) -> u32 {
        self.0 as u32
    }

    /// Whether all of the others are among these.
    pub fn contains(self, others: PortFlags) -> bool {
        self.0 & others.0 == others.0
    }
}

impl BitOr for PortFlags {
    type Output = PortFlags;

    fn bitor(self, other: PortFlags) -> PortFlags {
        PortFlags(self.0 | other.0)
    }
}

impl BitOrAssign for PortFlags {
    fn bitor_assign(&mut self, other: PortFlags) {
        self.0 |= other.0;
    }
}

/// The shortest and the longest way that sound takes, in frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LatencyRange {
    /// The shortest.
    pub min_frames: u32,
    /// The longest.
    pub max_frames: u32,
}

/// What is known of a port of any client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortInfo {
    /// The client's name, a colon, and the short name.
    pub name: String,
    /// Other names of it, up to two.
    pub aliases: Vec<String>,
    /// What goes through it.
    pub kind: PortType,
    /// What it is for.
    pub flags: PortFlags,
    /// By which metadata refers to it.
    pub uuid: Uuid,
    /// Whether it is one of the client that was asked.
    pub is_own: bool,
}

impl PortInfo {
    /// The name of its client.
    pub fn client_name(&self) -> &str {
        self.name.split_once(':').map_or("", |(client, _)| client)
    }

    /// Its name without that of its client.
    pub fn short_name(&self) -> &str {
        self.name
            .split_once(':')
            .map_or(&self.name, |(_, short)| short)
    }
}

/// Which ports are looked for. All ports, by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PortFilter {
    /// An extended regular expression (POSIX) that is in the full name; empty: any name.
    pub name: String,
    /// An extended regular expression that is in the type's name; empty: any type.
    pub kind: String,
    /// Flags that a port must all have.
    pub flags: PortFlags,
}
