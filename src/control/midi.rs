//! MIDI on an interface, as the program uses it.

use super::interface::Interface;
use super::midi_queues::MidiMessage;
use crate::error::{Error, Result};
use crate::link::{LateMidi, MidiTime};
use crate::midi::{Fetched, check_message};
use crate::units::check_position;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

/// MIDI, on the ports of [`Config::midi_inputs`](crate::Config) and [`Config::midi_outputs`](crate::Config).
impl Interface {
    /// The oldest MIDI message that has arrived and was not fetched yet. Its stamp says which frame of the timeline was
    /// heard when it arrived, as that of captured input does. Up to 8,192 messages, of 256 KiB in all, wait to be
    /// fetched; later ones are lost, and counted by the next stamp.
    ///
    /// # Errors
    /// [`Error::InvalidState`]: the interface has no MIDI inputs.
    pub fn next_midi(&self) -> Result<Option<MidiMessage>> {
        let next = self.next_midi_within(usize::MAX)?;
        Ok(next.and_then(Fetched::message))
    }

    /// As [`Interface::next_midi`], for a buffer of so many bytes.
    ///
    /// # Errors
    /// As [`Interface::next_midi`].
    pub(crate) fn next_midi_within(
        &self,
        most_bytes: usize,
    ) -> Result<Option<Fetched<MidiMessage>>> {
        self.parts().midi.next(most_bytes)
    }

    /// As [`Interface::next_midi`], but waits for a message.
    ///
    /// # Errors
    /// As [`Interface::next_midi`]; [`Error::Timeout`] after `timeout`; [`Error::InvalidState`] if the interface is
    /// closed and all were fetched.
    pub fn wait_midi(&self, timeout: Duration) -> Result<MidiMessage> {
        let midi = &self.parts().midi;
        let next = || Ok(midi.next(usize::MAX)?.and_then(Fetched::message));
        self.wait_for("a MIDI message", timeout, next, &midi.signal)
    }

    /// As [`Interface::wait_midi`], for a buffer of so many bytes.
    ///
    /// # Errors
    /// As [`Interface::wait_midi`].
    pub(crate) fn wait_midi_within(
        &self,
        most_bytes: usize,
        timeout: Duration,
    ) -> Result<Fetched<MidiMessage>> {
        let midi = &self.parts().midi;
        let next = || midi.next(most_bytes);
        self.wait_for("a MIDI message", timeout, next, &midi.signal)
    }

    /// A descriptor that is readable while a MIDI message waits. It lives as long as the interface; do not read from it
    /// or close it.
    pub fn midi_fd(&self) -> BorrowedFd<'_> {
        self.parts().midi.signal.as_fd()
    }

    /// Has a MIDI message sent from output port `port`, counted from 0, at a frame; from any thread. Messages go out in
    /// the order of their frames; those of one frame in the order of the calls. A message goes out once, also if the
    /// timeline comes to its frame again. Up to 16,384 messages, of 512 KiB in all, wait for frames of the
    /// timeline, and as many for frames of the device or the server. Between two periods, and before the interface is
    /// started, up to 8,192 are accepted, of 256 KiB in all. (A message counts as a multiple of 16 bytes.)
    ///
    /// If the server's buffer is full, a message goes out with the next period, or is dropped, as `late` says. One that
    /// the buffer never has room for is lost, and counted by [`Stats::midi_output_lost`](crate::Stats).
    ///
    /// # Errors
    /// [`Error::InvalidArgument`]: no such port, a message without bytes or with more than [`MAX_MIDI_BYTES`](crate::MAX_MIDI_BYTES),
    /// or one that begins with no status byte (128 or more). [`Error::OutOfRange`]: the frame.
    /// [`Error::QueueFull`]: too many messages wait. [`Error::InvalidState`]: the interface is closed, or has no MIDI
    /// outputs.
    pub fn send_midi(&self, port: u16, at: MidiTime, bytes: &[u8], late: LateMidi) -> Result<()> {
        let parts = self.open()?;
        let ports = parts.core.config.midi_outputs;
        if port >= ports && ports > 0 {
            return Err(Error::InvalidArgument(format!(
                "port is {port}; the interface has MIDI outputs 0 to {}",
                ports - 1
            )));
        }
        check_message(bytes)?;
        match at {
            MidiTime::Timeline(position) => drop(check_position("at", position)?),
            MidiTime::Device(frame) if frame > 1 << 62 => {
                return Err(Error::OutOfRange {
                    what: "at",
                    given: frame.into(),
                    allowed: "0 to 2^62",
                });
            }
            MidiTime::Device(_) | MidiTime::Server(_) => {}
        }
        parts.midi.orders()?.send(port, at, late, bytes)
    }

    /// Forgets all MIDI messages that wait for their frames, however many they are. From the next period on, none of
    /// them goes out, and their room is free.
    ///
    /// # Errors
    /// [`Error::InvalidState`]: the interface is closed, or has no MIDI outputs.
    pub fn cancel_midi(&self) -> Result<()> {
        self.open()?.midi.orders()?.cancel();
        Ok(())
    }
}
