//! MIDI messages inside the library: those of a period ([`MidiPorts`]), those of one port in one period
//! ([`PortEvents`]), and those that wait for their frame ([`Pending`]). All have their memory from the beginning, so
//! that the audio thread can use them.
#![forbid(unsafe_code)]

mod pending;
mod period;
mod port_events;
mod ports;

use crate::error::{Error, Result};

pub(crate) use pending::{BLOCK_BYTES, Message, Pending, blocks_of};
pub(crate) use period::PeriodMidi;
pub(crate) use port_events::PortEvents;
pub(crate) use ports::{MidiPorts, Written};

/// The longest message, in bytes.
pub const MAX_MIDI_BYTES: usize = 1 << 16;

/// What a queue gives to a caller with limited room.
pub(crate) enum Fetched<M> {
    /// The oldest message.
    Message(M),
    /// The oldest message has so many bytes, which is more than there is room for. It waits on.
    TooLong(usize),
}

impl<M> Fetched<M> {
    pub fn message(self) -> Option<M> {
        match self {
            Fetched::Message(message) => Some(message),
            Fetched::TooLong(_) => None,
        }
    }
}

/// # Errors
/// [`Error::InvalidArgument`]: the message is no MIDI message.
pub(crate) fn check_message(bytes: &[u8]) -> Result<()> {
    let wrong = match bytes.first() {
        Some(status @ ..128) => {
            format!("begins with {status}; it must begin with a status byte, 128 to 255")
        }
        Some(_) if bytes.len() <= MAX_MIDI_BYTES => return Ok(()),
        _ => format!(
            "has {} bytes; it must have 1 to {MAX_MIDI_BYTES}",
            bytes.len()
        ),
    };
    Err(Error::InvalidArgument(format!("the MIDI message {wrong}")))
}

/// How many MIDI ports an interface has on a side at the most.
pub const MAX_MIDI_PORTS: u16 = 16;
