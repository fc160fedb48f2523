//! Reading what was captured.

use super::expectation::DOZE;
use super::interface::{Inner, Interface, State};
use crate::error::{Error, Result};
use crate::link::{Chunk, InputReader};
use crate::units;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::atomic::Ordering;
use std::time::Duration;

impl Interface {
    /// Copies captured frames into `buffer`, interleaved: as many as wait, fit and belong together,
    /// of several periods if their times agree within 0.1 ms. `None` if none wait. Never blocks. One
    /// thread reads at a time.
    ///
    /// # Errors
    /// [`Error::InvalidState`] if the interface has no inputs,
    /// [`Error::InvalidArgument`] if `buffer` does not hold a frame.
    pub fn read_input(&self, buffer: &mut [f32]) -> Result<Option<Chunk>> {
        let inner = self.inner();
        inner.check_home()?;
        let channels = usize::from(inner.config.input_channels);
        let mut reader = inner.input.lock();
        let Some(reader) = reader.as_mut() else {
            return Err(no_inputs());
        };
        if buffer.len() < channels {
            return Err(Error::InvalidArgument(format!(
                "buffer holds {} samples; one frame is {channels}",
                buffer.len()
            )));
        }
        let chunk = reader.read_on(buffer, inner.frame_rate_hz);
        if !inner.input_is_due(reader) {
            inner.input_signal.clear();
            let missing = inner.missing_input(reader) as u64;
            // The supervisor looks again before that anyway.
            if missing < units::frames_in(DOZE.as_nanos() as u64, inner.frame_rate_hz) {
                inner.inbox.rouse();
            }
        }
        Ok(chunk)
    }

    /// Sets how many captured frames must wait before [`Interface::input_fd`] becomes readable:
    /// 1 from the beginning. Who is woken less often needs less processor time.
    ///
    /// More than half of [`Config::capture_buffer_frames`](crate::Config) counts as that half, so
    /// that there is time to read. Fewer frames are told of where none follow, since the interface
    /// does not run. [`Interface::read_input`] gives what waits at any time.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for 0; [`Error::InvalidState`] if the interface has no inputs.
    pub fn set_input_threshold(&self, frames: u64) -> Result<()> {
        let inner = self.inner();
        inner.check_home()?;
        if frames == 0 {
            return Err(Error::OutOfRange {
                what: "threshold_frames",
                given: frames.into(),
                allowed: "at least 1",
            });
        }
        let input = inner.input.lock();
        let Some(input) = input.as_ref() else {
            return Err(no_inputs());
        };
        let most = (inner.sizes.input_frames / 2).max(1);
        let frames = usize::try_from(frames).map_or(most, |frames| frames.min(most));
        inner.input_threshold.store(frames, Ordering::Relaxed);
        match inner.input_is_due(input) {
            true => inner.input_signal.set(),
            false => inner.input_signal.clear(),
        }
        inner.inbox.rouse();
        Ok(())
    }

    /// As [`Interface::read_input`], but waits if there is nothing: until there is as much as
    /// [`Interface::set_input_threshold`] asks for.
    ///
    /// # Errors
    /// As [`Interface::read_input`]; [`Error::Timeout`] after `timeout`; [`Error::InvalidState`]
    /// if the interface is closed and all was read.
    pub fn wait_input(&self, buffer: &mut [f32], timeout: Duration) -> Result<Chunk> {
        let next = || self.read_input(buffer);
        self.wait_for("captured input", timeout, next, |inner| &inner.input_signal)
    }

    /// A descriptor that is readable while captured input waits, as much as
    /// [`Interface::set_input_threshold`] asks for. It lives as long as the interface; do not read
    /// from it or close it.
    pub fn input_fd(&self) -> BorrowedFd<'_> {
        self.inner().input_signal.as_fd()
    }
}

impl Inner {
    /// Whether so much input waits that the program is to be told.
    pub fn input_is_due(&self, input: &InputReader) -> bool {
        !input.is_empty()
            && (self.missing_input(input) == 0 || input.is_full() || self.state() != State::Running)
    }

    /// How many frames must still come before the program is told.
    pub fn missing_input(&self, input: &InputReader) -> usize {
        let threshold = self.input_threshold.load(Ordering::Relaxed);
        threshold.saturating_sub(input.waiting())
    }
}

fn no_inputs() -> Error {
    Error::InvalidState("the interface has no input channels".into())
}
