//! Buffers of ports in a cycle, for callers that keep their own rules about them: the C interface.
//!
//! Here a port is known by its [`Port`], which may be shared. So nothing but the caller keeps two uses of a buffer
//! apart, and the buffer of an input may be that of an output of the same client: inputs are to be read before an
//! output is written.
#![allow(unsafe_code, reason = "calls of libjack, and its buffers")]

use super::cycle::Cycle;
use super::library::RawMidiEvent;
use super::midi::MidiWriter;
use super::port::Port;
use super::process_port::Content;
use std::ffi::c_void;
use std::ptr::NonNull;

/// Why a port cannot be used so in a cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It is a port of another client.
    OtherClient,
    /// It is unregistered.
    Unregistered,
    /// It has no audio.
    NotAudio,
    /// It has no MIDI events.
    NotMidi,
    /// It is an input.
    NotOutput,
    /// The server has no buffer for it.
    NoBuffer,
    /// An event has no bytes.
    EmptyEvent,
    /// A frame is not in the cycle.
    NotInCycle,
    /// An event is before the last one of the port.
    OutOfOrder,
    /// There is no room for an event.
    Full,
    /// There is no event of this number.
    NoSuchEvent,
}

/// A MIDI event in the server's memory: its frame, and its bytes, which are there until the cycle ends or the events of
/// the port are removed.
type RawEvent = (u32, NonNull<u8>, usize);

/// # Real-time contract
/// As [`Cycle`].
impl Cycle<'_> {
    /// The buffer of a port of any type. It is there until the cycle ends.
    pub(crate) fn buffer_of(&self, port: &Port) -> Result<NonNull<c_void>, Refusal> {
        let port = port.process_port();
        if !port.is_of(self.number) {
            return Err(Refusal::OtherClient);
        }
        if port.in_cycle_of(self.number).is_none() {
            return Err(Refusal::Unregistered);
        }
        let buffer = match (port.content(), port.is_output()) {
            (Content::Midi, true) => self.emptied(port),
            (Content::Audio, true) => self.written(port),
            _ => self.buffer(port),
        };
        buffer.ok_or(Refusal::NoBuffer)
    }

    /// The samples of an audio port: as many as the cycle has frames.
    pub(crate) fn samples_of(&self, port: &Port) -> Result<NonNull<f32>, Refusal> {
        match port.process_port().content() {
            Content::Audio => Ok(self.buffer_of(port)?.cast()),
            _ => Err(Refusal::NotAudio),
        }
    }

    /// How many MIDI events a port has in this cycle, and how many were lost since its buffer is limited.
    pub(crate) fn count_midi(&self, port: &Port) -> Result<(u32, u32), Refusal> {
        let buffer = self.midi_of(port)?.as_ptr();
        // SAFETY: it is the buffer of a MIDI port in this cycle.
        Ok(unsafe {
            (
                (self.library.midi_get_event_count)(buffer),
                (self.library.midi_get_lost_event_count)(buffer),
            )
        })
    }

    /// The MIDI event of this number, from 0 on.
    pub(crate) fn midi_event(&self, port: &Port, number: u32) -> Result<RawEvent, Refusal> {
        let buffer = self.midi_of(port)?.as_ptr();
        let mut event = RawMidiEvent::NONE;
        // SAFETY: it is the buffer of a MIDI port in this cycle; `event` is valid.
        let failed = unsafe {
            number >= (self.library.midi_get_event_count)(buffer)
                || (self.library.midi_event_get)(&mut event, buffer, number) != 0
        };
        match NonNull::new(event.bytes.cast_mut()) {
            Some(bytes) if !failed => Ok((event.frame, bytes, event.size)),
            _ => Err(Refusal::NoSuchEvent),
        }
    }

    /// Removes the events of a MIDI output.
    pub(crate) fn clear_midi(&self, port: &Port) -> Result<(), Refusal> {
        let buffer = self.midi_output_of(port)?.as_ptr();
        // SAFETY: it is the buffer of a MIDI port in this cycle.
        unsafe { (self.library.midi_clear_buffer)(buffer) };
        Ok(())
    }

    /// How many bytes the largest event has that would find room in a MIDI output now.
    pub(crate) fn midi_room(&self, port: &Port) -> Result<usize, Refusal> {
        Ok(self.midi_writer(port)?.room())
    }

    /// Adds an event of `size` bytes to a MIDI output, and returns them. They are 0, and are to be set.
    pub(crate) fn reserve_midi(
        &self,
        port: &Port,
        frame: u32,
        size: usize,
    ) -> Result<NonNull<u8>, Refusal> {
        let mut writer = self.midi_writer(port)?;
        if size == 0 {
            return Err(Refusal::EmptyEvent);
        }
        if frame >= self.frames {
            return Err(Refusal::NotInCycle);
        }
        if size > writer.room() {
            return Err(Refusal::Full);
        }
        let bytes = writer.reserve(frame, size).ok_or(Refusal::OutOfOrder)?;
        Ok(NonNull::from_mut(bytes).cast())
    }

    fn midi_writer(&self, port: &Port) -> Result<MidiWriter<'_>, Refusal> {
        let buffer = self.midi_output_of(port)?;
        // SAFETY: it is the buffer of a MIDI output in this cycle, and nothing else uses it while the writer is there.
        Ok(unsafe { MidiWriter::new(self.library, buffer, self.frames) })
    }

    fn midi_output_of(&self, port: &Port) -> Result<NonNull<c_void>, Refusal> {
        let buffer = self.midi_of(port)?;
        match port.process_port().is_output() {
            true => Ok(buffer),
            false => Err(Refusal::NotOutput),
        }
    }

    fn midi_of(&self, port: &Port) -> Result<NonNull<c_void>, Refusal> {
        match port.process_port().content() {
            Content::Midi => self.buffer_of(port),
            _ => Err(Refusal::NotMidi),
        }
    }
}
