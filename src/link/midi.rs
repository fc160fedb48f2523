//! MIDI messages between the engine and the control half: a ring of stamps beside a ring of bytes.
//!
//! The bytes of a message are pushed before its stamp, so a reader that has the stamp also has the bytes.

use crate::error::Result;
use crate::memory::Keeper;
use crate::midi::MAX_MIDI_BYTES;
use crate::spsc::{Consumer, HeapCons, HeapProd, Observer, Producer, ring};
use crate::units::Ticket;

/// How many messages a ring holds, and how many bytes.
pub(crate) const MIDI_MESSAGES: usize = 8192;
const BYTES: usize = 4 * MAX_MIDI_BYTES;

/// For which frame a MIDI message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MidiTime {
    /// A frame of the timeline: the message goes out when that frame is played. While the transport is stopped,
    /// it waits.
    Timeline(i64),
    /// A frame of the device.
    Device(u64),
    /// A frame by the number that the server gives it, which wraps. It is the next or the last one of this number,
    /// whichever is nearer.
    Server(u32),
}

/// What happens to a MIDI message whose frame has passed, or that finds the server's buffer full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LateMidi {
    /// It goes out at once, or with the next period.
    #[default]
    Send,
    /// It is dropped.
    Drop,
}

/// When and where a MIDI message arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MidiStamp {
    /// The input port, counted from 0.
    pub port: u16,
    /// The timeline frame that was heard then.
    pub position: i64,
    /// The device frame.
    pub device_frame: u64,
    /// The server's number of that frame, which wraps; that of the device frame where there is no server.
    pub server_frame: u32,
    /// `CLOCK_MONOTONIC` when that frame came to the driver, in nanoseconds.
    pub time_ns: u64,
    /// The swap that was heard then; [`Ticket::NONE`] before the first.
    pub ticket: Ticket,
    /// Whether the transport was heard rolling.
    pub rolling: bool,
    /// How many messages are missing just before, because nobody read in time.
    pub lost_before: u64,
}

/// # Errors
/// [`crate::Error::OutOfMemory`].
pub(crate) fn midi<S>() -> Result<(MidiWriter<S>, MidiReader<S>)> {
    let (stamps_in, stamps_out) = ring(MIDI_MESSAGES, "MIDI messages")?;
    let (bytes_in, bytes_out) = ring(BYTES, "MIDI messages")?;
    let writer = MidiWriter {
        stamps: stamps_in,
        bytes: bytes_in,
    };
    let reader = MidiReader {
        stamps: stamps_out,
        bytes: bytes_out,
    };
    Ok((writer, reader))
}

/// Wait-free; no allocation, free, lock, system call or log.
pub(crate) struct MidiWriter<S> {
    stamps: HeapProd<(S, u32)>,
    bytes: HeapProd<u8>,
}

impl<S> MidiWriter<S> {
    /// Hands over the memory that is written to. Not for the audio thread.
    pub fn keep_memory(&mut self, keeper: &mut impl Keeper) {
        keeper.keep(self.stamps.vacant_slices_mut().0);
        keeper.keep(self.bytes.vacant_slices_mut().0);
    }

    /// False if there is no room.
    pub fn write(&mut self, stamp: S, message: &[u8]) -> bool {
        if self.stamps.is_full() || self.bytes.vacant_len() < message.len() {
            return false;
        }
        self.bytes.push_slice(message);
        self.stamps.try_push((stamp, message.len() as u32)).is_ok()
    }
}

/// As [`MidiWriter`], but for [`MidiReader::read`] into a vector without enough room.
pub(crate) struct MidiReader<S> {
    stamps: HeapCons<(S, u32)>,
    bytes: HeapCons<u8>,
}

impl<S: Copy> MidiReader<S> {
    /// The next message, without its bytes, and how many bytes it has.
    pub fn peek(&self) -> Option<(S, usize)> {
        let (stamp, length) = self.stamps.try_peek()?;
        Some((*stamp, *length as usize))
    }

    /// Takes the next message out. Its bytes replace what is in `message`.
    pub fn read(&mut self, message: &mut Vec<u8>) -> Option<S> {
        let (stamp, length) = self.stamps.try_pop()?;
        message.clear();
        message.extend(self.bytes.pop_iter().take(length as usize));
        Some(stamp)
    }

    pub fn is_empty(&self) -> bool {
        self.stamps.is_empty()
    }
}
