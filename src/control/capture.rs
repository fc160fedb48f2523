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
            // If more is missing, the supervisor looks again before it is due.
            if missing < units::frames_in(DOZE.as_nanos() as u64, inner.frame_rate_hz) {
                inner.inbox.rouse();
            }
        }
        Ok(chunk)
    }

    /// Sets how many captured frames must wait before [`Interface::input_fd`] becomes readable:
    /// 1 by default. A program that is woken less often needs less processor time.
    ///
    /// A number above half of [`Config::capture_buffer_frames`](crate::Config) is reduced to that
    /// half, so that there is time to read. While the interface does not run, no more frames come,
    /// and any number of them is enough. [`Interface::read_input`] always gives all that waits.
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

    /// As [`Interface::read_input`], but if nothing waits, it sleeps until enough does: one frame, or
    /// the number that was set by [`Interface::set_input_threshold`].
    ///
    /// # Errors
    /// As [`Interface::read_input`]; [`Error::Timeout`] after `timeout`; [`Error::InvalidState`]
    /// if the interface is closed and all was read.
    pub fn wait_input(&self, buffer: &mut [f32], timeout: Duration) -> Result<Chunk> {
        let next = || self.read_input(buffer);
        self.wait_for("captured input", timeout, next, |inner| &inner.input_signal)
    }

    /// A descriptor that is readable while enough captured input waits: one frame, or the number
    /// that was set by [`Interface::set_input_threshold`]. It lives as long as the interface; do not read
    /// from it or close it.
    pub fn input_fd(&self) -> BorrowedFd<'_> {
        self.inner().input_signal.as_fd()
    }
}

impl Inner {
    /// Whether enough input waits to wake the program.
    pub fn input_is_due(&self, input: &InputReader) -> bool {
        !input.is_empty()
            && (self.missing_input(input) == 0 || input.is_full() || self.state() != State::Running)
    }

    /// How many frames must still come before the program is woken.
    pub fn missing_input(&self, input: &InputReader) -> usize {
        let threshold = self.input_threshold.load(Ordering::Relaxed);
        threshold.saturating_sub(input.waiting())
    }
}

fn no_inputs() -> Error {
    Error::InvalidState("the interface has no input channels".into())
}
