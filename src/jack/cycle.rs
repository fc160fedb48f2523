//! One period of a client: its time, the transport, and the buffers of its ports.
#![allow(unsafe_code, reason = "calls of libjack, and its buffers")]

use super::library::{Library, RawClient, RawPort};
use super::midi::{MidiEvents, MidiInput, MidiOutput, MidiWriter};
use super::position::{Position, RawPosition, TransportState};
use super::process_port::{AudioInput, AudioOutput, ClientNumber, ProcessPort};
use crate::sys;
use std::ffi::c_void;
use std::ptr::{self, NonNull};
use std::sync::atomic::AtomicBool;

/// One period of a client, during its process handler.
///
/// # Real-time contract
/// No method waits, allocates, frees, or calls the system or the server. `transport` is
/// lock-free: libjack reads again while the server writes. The others are wait-free.
pub struct Cycle<'a> {
    pub(super) library: &'static Library,
    pub(super) number: ClientNumber,
    pub(super) client: NonNull<RawClient>,
    pub(super) frames: u32,
    /// Which cycle of this client it is.
    pub(super) count: u64,
    /// Whether the server freewheels: then nobody hears that the cycle takes long.
    pub(super) may_block: bool,
    /// What the server said of the cycle's times when the cycle began. Later on, it may tell those of the next one.
    pub(super) told: Option<CycleTimes>,
    /// Whether the audio thread waits for the program, and uses no buffer meanwhile.
    pub(super) waits: &'a AtomicBool,
}

impl Cycle<'_> {
    /// Its length in frames.
    pub fn frames(&self) -> usize {
        self.frames as usize
    }

    /// The server's number of the first frame, which wraps; the `CLOCK_MONOTONIC` in nanoseconds at
    /// which it was due, as the server says; and the same clock now. Wait-free.
    pub(crate) fn start(&self) -> (u32, u64, u64) {
        let now_ns = sys::now_ns();
        let Some(told) = self.told else {
            return (self.first_frame(), now_ns, now_ns);
        };
        // jackd's clock is CLOCK_MONOTONIC_RAW, PipeWire's CLOCK_MONOTONIC: only ages compare.
        // SAFETY: takes nothing; reads a clock.
        let server_now_us = unsafe { (self.library.get_time)() };
        let age_ns = server_now_us.wrapping_sub(told.start_us) as i64 * 1000;
        (told.frame, now_ns.wrapping_add_signed(-age_ns), now_ns)
    }

    /// Asks the server for its times.
    pub(super) fn ask_times(&mut self) {
        // SAFETY: the client is open during a cycle.
        let ask = || unsafe { CycleTimes::of(self.library, self.client.as_ptr()) };
        let key = |times: &Option<CycleTimes>| times.map(|times| (times.frame, times.start_us));
        let mut times = ask();
        // PipeWire's library reads what the server may be writing: the same twice is of one cycle.
        let most = if self.library.is_pipewires { 3 } else { 0 };
        for _ in 0..most {
            let again = ask();
            let is_same = key(&again) == key(&times);
            times = again;
            if is_same {
                break;
            }
        }
        self.told = times;
    }

    /// The server's number of the first frame. It wraps.
    pub fn first_frame(&self) -> u32 {
        match self.told {
            Some(told) => told.frame,
            // SAFETY: the client is open during a cycle.
            None => unsafe { (self.library.last_frame_time)(self.client.as_ptr()) },
        }
    }

    /// How many frames have passed since the cycle began, by the server's clock.
    pub fn frames_since_start(&self) -> u32 {
        let client = self.client.as_ptr();
        match self.told {
            Some(told) => {
                // SAFETY: the client is open during a cycle.
                let (now_us, rate_hz) = unsafe {
                    (
                        (self.library.get_time)(),
                        (self.library.get_sample_rate)(client),
                    )
                };
                let passed_us = u128::from(now_us.saturating_sub(told.start_us));
                (passed_us * u128::from(rate_hz) / 1_000_000) as u32
            }
            // SAFETY: as above.
            None => unsafe { (self.library.frames_since_cycle_start)(client) },
        }
    }

    /// The server's times of this cycle; `None` if it does not know them.
    pub fn times(&self) -> Option<CycleTimes> {
        self.told
    }

    /// What the transport does in this cycle, and where.
    pub fn transport(&self) -> (TransportState, Position) {
        let mut position = RawPosition::default();
        // SAFETY: as above; the position is valid.
        let state = unsafe { (self.library.transport_query)(self.client.as_ptr(), &mut position) };
        (TransportState::from_code(state), position.get())
    }

    /// Starts the transport, as soon as all clients are ready.
    pub fn start_transport(&self) {
        // SAFETY: as above.
        unsafe { (self.library.transport_start)(self.client.as_ptr()) }
    }

    /// Stops the transport.
    pub fn stop_transport(&self) {
        // SAFETY: as above.
        unsafe { (self.library.transport_stop)(self.client.as_ptr()) }
    }

    /// Moves the transport. Returns whether the server takes it.
    pub fn locate(&self, frame: u32) -> bool {
        // SAFETY: as above.
        unsafe { (self.library.transport_locate)(self.client.as_ptr(), frame) == 0 }
    }

    /// Copies what arrived at an input port; silence where the server has no buffer for it, for a port of
    /// another client, and in what is longer than the cycle.
    ///
    /// A copy, because the buffer of an input that is connected to an output of the same client
    /// may be that output's buffer. So all inputs are read before an output is written; the compiler refuses
    /// a read while a buffer of [`Self::output`] is in use.
    pub fn read(&mut self, input: &AudioInput, samples: &mut [f32]) {
        self.read_from(0, input, samples);
    }

    /// As [`Self::read`], from a frame of the cycle on.
    pub(super) fn read_from(&mut self, first: usize, input: &AudioInput, samples: &mut [f32]) {
        let Some(buffer) = self.samples(&input.0) else {
            return samples.fill(0.0);
        };
        let first = first.min(self.frames());
        let count = samples.len().min(self.frames() - first);
        // SAFETY: libjack's buffer holds a period of floats; `samples` is memory of ours.
        unsafe {
            let begin = buffer.as_ptr().add(first);
            ptr::copy_nonoverlapping(begin, samples.as_mut_ptr(), count);
        }
        samples[count..].fill(0.0);
    }

    /// The buffer of an output port, to be filled; it holds what happens to be there. (Outputs that are not asked for are
    /// silent.) `None` where the server has none, and for a port of another client.
    pub fn output<'b>(&'b self, output: &'b mut AudioOutput) -> Option<&'b mut [f32]> {
        let buffer: NonNull<f32> = self.written(&output.0)?.cast();
        // SAFETY: it holds a period of floats until the cycle ends; each output has its own, and
        // `output`, which is the only one for this port, stays borrowed.
        Some(unsafe { std::slice::from_raw_parts_mut(buffer.as_ptr(), self.frames()) })
    }

    /// Copies the events that arrived at a MIDI input, in the order of their frames; none where the server has no
    /// buffer for it, and for a port of another client. As with [`Self::read`], all inputs are read before an
    /// output is written.
    pub fn read_midi<'b>(&mut self, input: &'b mut MidiInput) -> MidiEvents<'b> {
        match self.buffer(&input.port) {
            // SAFETY: it is the buffer of a MIDI port in this cycle.
            Some(buffer) => unsafe { MidiEvents::copied(self.library, buffer, input) },
            None => MidiEvents::none(input),
        }
    }

    /// Writes the events of a MIDI output, which has none at first; `None` where the server has no
    /// buffer for it, and for a port of another client.
    pub fn midi_output<'b>(&'b self, output: &'b mut MidiOutput) -> Option<MidiWriter<'b>> {
        let buffer = self.emptied(&output.0)?;
        // SAFETY: it is the buffer of a MIDI port in this cycle, and `output`, which is the only one for it, stays
        // borrowed.
        Some(unsafe { MidiWriter::new(self.library, buffer, self.frames) })
    }

    /// Fills an audio output with silence.
    pub(super) fn silence(&mut self, output: &ProcessPort) {
        if let Some(buffer) = self.samples(output) {
            // SAFETY: it holds a period of floats, and nobody else writes to it now.
            unsafe { ptr::write_bytes(buffer.as_ptr(), 0, self.frames()) };
        }
    }

    /// Fills an audio output with silence, unless it was given out for writing in this cycle.
    pub(super) fn silence_unless_written(&mut self, output: &ProcessPort) {
        if output.is_first_use_in(self.count) {
            self.silence(output);
        }
    }

    /// Removes the events of the cycle before, which libjack keeps, from a MIDI output that nobody has written to.
    pub(super) fn end_midi(&mut self, output: &ProcessPort) {
        self.emptied(output);
    }

    /// Removes all events of a MIDI output.
    pub(super) fn discard_midi(&mut self, output: &ProcessPort) {
        if let Some(buffer) = self.buffer(output) {
            // SAFETY: it is the buffer of a MIDI port, and nobody else uses it now.
            unsafe { (self.library.midi_clear_buffer)(buffer.as_ptr()) };
        }
    }

    /// The buffer of an audio output, which counts as written in this cycle.
    pub(super) fn written(&self, output: &ProcessPort) -> Option<NonNull<c_void>> {
        let buffer = self.buffer(output)?;
        output.is_first_use_in(self.count);
        Some(buffer)
    }

    /// The buffer of a MIDI output, without the events of the cycle before. (They are removed as late as this because
    /// an input of this client may have the same buffer, and be read before.)
    pub(super) fn emptied(&self, output: &ProcessPort) -> Option<NonNull<c_void>> {
        let buffer = self.buffer(output)?;
        if output.is_first_use_in(self.count) {
            // SAFETY: it is the buffer of a MIDI port, and nobody else uses it now.
            unsafe { (self.library.midi_clear_buffer)(buffer.as_ptr()) };
        }
        Some(buffer)
    }

    fn samples(&self, port: &ProcessPort) -> Option<NonNull<f32>> {
        self.buffer(port).map(NonNull::cast)
    }

    pub(super) fn buffer(&self, port: &ProcessPort) -> Option<NonNull<c_void>> {
        let raw: NonNull<RawPort> = port.in_cycle_of(self.number)?;
        // SAFETY: it is a port of this client, which is open, and it is registered at least until the cycle ends,
        // so it is valid; `frames` is the period of this cycle.
        NonNull::new(unsafe { (self.library.port_get_buffer)(raw.as_ptr(), self.frames) })
    }
}

/// The times of a cycle, by the server's clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CycleTimes {
    /// The server's number of the first frame. It wraps.
    pub frame: u32,
    /// When the cycle began, in microseconds.
    pub start_us: u64,
    /// When the next one begins, in microseconds, as far as is known.
    pub next_us: u64,
    /// How long a cycle takes at present, in microseconds.
    pub period_us: f32,
}

impl CycleTimes {
    /// # Safety
    /// The client is valid.
    pub(super) unsafe fn of(
        library: &'static Library,
        client: *const RawClient,
    ) -> Option<CycleTimes> {
        let (mut frame, mut start_us, mut next_us, mut period_us) = (0, 0, 0, 0.0);
        // SAFETY: promised by the caller; all four variables are valid.
        let failed = unsafe {
            (library.get_cycle_times)(
                client,
                &mut frame,
                &mut start_us,
                &mut next_us,
                &mut period_us,
            )
        };
        (failed == 0).then_some(CycleTimes {
            frame,
            start_us,
            next_us,
            period_us,
        })
    }
}
