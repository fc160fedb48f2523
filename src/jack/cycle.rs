//! One period of a client: its time, and the buffers of its ports.
#![allow(unsafe_code, reason = "calls of libjack, and its buffers")]

use super::audio_port::{AudioInput, AudioOutput, ClientNumber, RawAudioPort};
use super::library::{Library, RawClient};
use crate::sys;
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

/// One period, during [`AudioHandler::process`](super::handlers::AudioHandler::process).
pub(crate) struct Cycle<'a> {
    pub(super) library: &'static Library,
    pub(super) number: ClientNumber,
    pub(super) client: NonNull<RawClient>,
    pub(super) frames: u32,
    pub(super) callback: PhantomData<&'a ()>,
}

impl Cycle<'_> {
    /// Its length.
    pub fn frames(&self) -> usize {
        self.frames as usize
    }

    /// The server's number of the first frame, which wraps; the `CLOCK_MONOTONIC` in nanoseconds at
    /// which it was due, as the server says; and the same clock now. Wait-free.
    pub fn start(&self) -> (u32, u64, u64) {
        let times = self.times();
        let now_ns = sys::now_ns();
        let Some((frame, due_us)) = times else {
            // SAFETY: the client is valid.
            let frame = unsafe { (self.library.last_frame_time)(self.client.as_ptr()) };
            return (frame, now_ns, now_ns);
        };
        // jackd's clock is CLOCK_MONOTONIC_RAW, PipeWire's CLOCK_MONOTONIC: only ages compare.
        // SAFETY: takes nothing; reads a clock.
        let server_now_us = unsafe { (self.library.get_time)() };
        let age_ns = server_now_us.wrapping_sub(due_us) as i64 * 1000;
        (frame, now_ns.wrapping_add_signed(-age_ns), now_ns)
    }

    /// The number of the first frame, and when it was due by the server's clock, in microseconds.
    fn times(&self) -> Option<(u32, u64)> {
        let ask = || {
            let (mut frame, mut due_us, mut next_us, mut period_us) = (0, 0, 0, 0.0);
            // SAFETY: the client and all four variables are valid.
            let failed = unsafe {
                (self.library.get_cycle_times)(
                    self.client.as_ptr(),
                    &mut frame,
                    &mut due_us,
                    &mut next_us,
                    &mut period_us,
                )
            };
            (failed == 0).then_some((frame, due_us))
        };
        // PipeWire's library reads what the server may be writing: the same twice is of one cycle.
        let mut times = ask();
        for _ in 0..3 {
            let again = ask();
            if std::mem::replace(&mut times, again) == again {
                break;
            }
        }
        times
    }

    /// Copies what arrived at an input port; silence where the server has no buffer for it, and for a port of
    /// another client.
    ///
    /// A copy, because the buffer of an input that is connected to an output of the same client
    /// may be that output's buffer. So all inputs are read before an output is written; the compiler refuses
    /// a read while a buffer of [`Self::output`] is in use.
    pub fn read(&mut self, input: &AudioInput, samples: &mut [f32]) {
        let Some(buffer) = self.buffer(input.0) else {
            return samples.fill(0.0);
        };
        let count = samples.len().min(self.frames());
        // SAFETY: libjack's buffer holds a period of floats; `samples` is memory of ours.
        unsafe { ptr::copy_nonoverlapping(buffer.as_ptr(), samples.as_mut_ptr(), count) };
    }

    /// The buffer of an output port, to be filled; `None` where the server has none, and for a port of another
    /// client.
    pub fn output<'b>(&'b self, output: &'b mut AudioOutput) -> Option<&'b mut [f32]> {
        let buffer = self.buffer(output.0)?;
        // SAFETY: it holds a period of floats until the cycle ends; each output has its own, and
        // `output`, which is the only one for this port, stays borrowed.
        Some(unsafe { std::slice::from_raw_parts_mut(buffer.as_ptr(), self.frames()) })
    }

    fn buffer(&self, port: RawAudioPort) -> Option<NonNull<f32>> {
        if port.client != self.number {
            return None;
        }
        // SAFETY: it is a port of this client, which is open, so it is valid; `frames` is the period of this
        // cycle.
        let buffer = unsafe { (self.library.port_get_buffer)(port.raw.as_ptr(), self.frames) };
        NonNull::new(buffer.cast())
    }
}
