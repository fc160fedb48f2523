//! MIDI messages inside the library: those of one port in one period ([`PortEvents`]), and those that wait for their
//! frame ([`Pending`]). Both have all their memory from the beginning, so that the audio thread can use them.
#![forbid(unsafe_code)]

mod pending;
mod port_events;

use crate::error::{Error, Result};

pub(crate) use pending::{BLOCK_BYTES, Message, Pending};
pub(crate) use port_events::PeriodMidi;

/// The longest message, in bytes: as much as a port takes in one period.
pub const MAX_MIDI_BYTES: usize = 1 << 16;

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
