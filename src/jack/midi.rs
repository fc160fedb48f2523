//! MIDI ports in a cycle: the events that arrived, and those that go out.
#![allow(unsafe_code, reason = "calls of libjack, and its buffers")]

use super::library::{Library, RawMidiEvent};
use super::process_port::ProcessPort;
use crate::error::Result;
use crate::memory;
use std::ffi::c_void;
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

/// A port that MIDI events come in by, with memory for the events of a cycle.
pub struct MidiInput {
    pub(super) port: ProcessPort,
    /// Each as its frame, and the end of its bytes.
    pub(super) events: Vec<(u32, usize)>,
    pub(super) bytes: Vec<u8>,
}

/// A port that MIDI events go out by: the right to write to it. There is one for each port.
pub struct MidiOutput(pub(super) ProcessPort);

/// As many events and bytes of one cycle as are read; more than the buffers of any server hold.
const MOST_EVENTS: usize = 8192;
const MOST_BYTES: usize = 1 << 16;

impl MidiInput {
    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    pub(super) fn new(port: ProcessPort) -> Result<MidiInput> {
        Ok(MidiInput {
            port,
            events: memory::touched_room(MOST_EVENTS, "the events of a MIDI port")?,
            bytes: memory::touched_room(MOST_BYTES, "the events of a MIDI port")?,
        })
    }
}

/// A MIDI event of a cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MidiEvent<'a> {
    /// The frame of the cycle.
    pub frame: u32,
    /// The message.
    pub bytes: &'a [u8],
}

/// The MIDI events that arrived in a cycle, in the order of their frames.
#[derive(Clone, Debug)]
pub struct MidiEvents<'a> {
    events: &'a [(u32, usize)],
    bytes: &'a [u8],
    begin: usize,
    lost: u32,
}

impl<'a> MidiEvents<'a> {
    pub(super) fn none(input: &'a mut MidiInput) -> MidiEvents<'a> {
        input.events.clear();
        MidiEvents {
            events: &input.events,
            bytes: &input.bytes,
            begin: 0,
            lost: 0,
        }
    }

    /// Copies the events of a cycle. Wait-free; no allocation.
    ///
    /// # Safety
    /// `buffer` is that of a MIDI port in a cycle that runs, and nobody writes to it meanwhile.
    pub(super) unsafe fn copied(
        library: &'static Library,
        buffer: NonNull<c_void>,
        input: &'a mut MidiInput,
    ) -> MidiEvents<'a> {
        input.events.clear();
        input.bytes.clear();
        // SAFETY: promised by the caller.
        let (count, mut lost) = unsafe {
            (
                (library.midi_get_event_count)(buffer.as_ptr()),
                (library.midi_get_lost_event_count)(buffer.as_ptr()),
            )
        };
        for number in 0..count {
            let mut event = RawMidiEvent::NONE;
            // SAFETY: promised by the caller; `event` is valid.
            let failed = unsafe { (library.midi_event_get)(&mut event, buffer.as_ptr(), number) };
            let room = input.bytes.capacity() - input.bytes.len();
            let fits = event.size <= room && input.events.len() < input.events.capacity();
            if failed != 0 || event.bytes.is_null() || !fits {
                lost += 1;
                continue;
            }
            // SAFETY: libjack has said so; nobody writes to the buffer meanwhile.
            let bytes = unsafe { std::slice::from_raw_parts(event.bytes, event.size) };
            input.bytes.extend_from_slice(bytes);
            input.events.push((event.frame, input.bytes.len()));
        }
        MidiEvents {
            events: &input.events,
            bytes: &input.bytes,
            begin: 0,
            lost,
        }
    }

    /// How many events of this cycle were lost, since buffers are limited.
    pub fn lost(&self) -> u32 {
        self.lost
    }
}

impl<'a> Iterator for MidiEvents<'a> {
    type Item = MidiEvent<'a>;

    fn next(&mut self) -> Option<MidiEvent<'a>> {
        let (&(frame, end), rest) = self.events.split_first()?;
        self.events = rest;
        let bytes = &self.bytes[self.begin..end];
        self.begin = end;
        Some(MidiEvent { frame, bytes })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.events.len(), Some(self.events.len()))
    }
}

impl ExactSizeIterator for MidiEvents<'_> {}

/// The room in a buffer of PipeWire's library with so many events, in which an event of so many bytes would find room.
///
/// The buffer has 24 bytes, 8 for each event, and the bytes of those that have more than 4. What is sent has 16 bytes, 16
/// for each event, and its bytes rounded up to a multiple of 8: less than 24 and the bytes of those that have more than 4.
fn room_when_rewritten(room: usize, events: usize) -> usize {
    const IN_PLACE: usize = 4;
    match room.checked_sub(16 * events + 8) {
        Some(left) => left.max(room.min(IN_PLACE)),
        None => 0,
    }
}

/// Writes the events of a MIDI output in a cycle.
pub struct MidiWriter<'a> {
    library: &'static Library,
    buffer: NonNull<c_void>,
    frames: u32,
    port: PhantomData<&'a mut MidiOutput>,
}

impl MidiWriter<'_> {
    /// # Safety
    /// `buffer` is that of a MIDI output in a cycle that runs, and nobody else uses it.
    pub(super) unsafe fn new<'a>(
        library: &'static Library,
        buffer: NonNull<c_void>,
        frames: u32,
    ) -> MidiWriter<'a> {
        MidiWriter {
            library,
            buffer,
            frames,
            port: PhantomData,
        }
    }

    /// Adds an event at a frame of the cycle. Returns false if it was not added: it has no bytes, the frame is before
    /// that of the event before, or not in the cycle, or there is no room.
    ///
    /// # Real-time contract
    /// As [`Cycle`](super::Cycle).
    pub fn write(&mut self, frame: u32, bytes: &[u8]) -> bool {
        match self.reserve(frame, bytes.len()) {
            Some(room) => {
                room.copy_from_slice(bytes);
                true
            }
            None => false,
        }
    }

    /// Adds an event whose bytes are then to be set; they are 0 until then. `None` as [`Self::write`].
    ///
    /// # Real-time contract
    /// As [`Cycle`](super::Cycle).
    pub fn reserve(&mut self, frame: u32, size: usize) -> Option<&mut [u8]> {
        // jackd's library would write a line about what it refuses.
        if size == 0 || size > self.room() || frame >= self.frames || frame < self.last_frame() {
            return None;
        }
        // SAFETY: it is the buffer of a MIDI port of this cycle, and only this writes to it.
        let room = unsafe { (self.library.midi_event_reserve)(self.buffer.as_ptr(), frame, size) };
        let room = NonNull::new(room)?;
        // SAFETY: libjack has reserved so many bytes; they are initialised before they become a slice.
        unsafe {
            ptr::write_bytes(room.as_ptr(), 0, size);
            Some(std::slice::from_raw_parts_mut(room.as_ptr(), size))
        }
    }

    /// The frame of the last event; 0 if there is none.
    fn last_frame(&self) -> u32 {
        let mut event = RawMidiEvent::NONE;
        // SAFETY: it is the buffer of a MIDI port, and has an event with this number.
        unsafe {
            let count = (self.library.midi_get_event_count)(self.buffer.as_ptr());
            if count > 0 {
                (self.library.midi_event_get)(&mut event, self.buffer.as_ptr(), count - 1);
            }
        }
        event.frame
    }

    /// How many bytes the largest event has that would find room now.
    pub fn room(&self) -> usize {
        // SAFETY: it is the buffer of a MIDI port.
        let room = unsafe { (self.library.midi_max_event_size)(self.buffer.as_ptr()) };
        if !self.library.rewrites_midi() {
            return room;
        }
        // SAFETY: as above.
        let events = unsafe { (self.library.midi_get_event_count)(self.buffer.as_ptr()) };
        room_when_rewritten(room, events as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As PipeWire's library counts.
    const BUFFER: usize = 32_768;

    #[test]
    fn what_finds_room_can_also_be_sent_in_the_other_form() {
        for size in 1..100 {
            let (mut events, mut far) = (0, 0);
            loop {
                let room = (BUFFER - 24 - far).saturating_sub(8 * (events + 1));
                if room_when_rewritten(room, events) < size {
                    break;
                }
                (events, far) = (events + 1, far + if size > 4 { size } else { 0 });
            }
            let sent = 16 + events * (16 + size.next_multiple_of(8));
            assert!(sent <= BUFFER, "{events} events of {size} bytes");
            assert!(
                // No more than a third is left unused.
                sent > BUFFER - BUFFER / 3,
                "{events} events of {size} bytes"
            );
        }
    }
}
