//! Reading what was captured.

use super::interface::Interface;
use crate::error::{Error, Result};
use crate::link::Chunk;
use std::os::fd::{AsFd, BorrowedFd};
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
            return Err(Error::InvalidState(
                "the interface has no input channels".into(),
            ));
        };
        if buffer.len() < channels {
            return Err(Error::InvalidArgument(format!(
                "buffer holds {} samples; one frame is {channels}",
                buffer.len()
            )));
        }
        let chunk = reader.read_on(buffer, inner.frame_rate_hz);
        if reader.is_empty() {
            inner.input_signal.clear();
            inner.inbox.rouse();
        }
        Ok(chunk)
    }

    /// As [`Interface::read_input`], but waits until there is something.
    ///
    /// # Errors
    /// As [`Interface::read_input`]; [`Error::Timeout`] after `timeout`; [`Error::InvalidState`]
    /// if the interface is closed and all was read.
    pub fn wait_input(&self, buffer: &mut [f32], timeout: Duration) -> Result<Chunk> {
        let next = || self.read_input(buffer);
        self.wait_for("captured input", timeout, next, |inner| &inner.input_signal)
    }

    /// A descriptor that is readable while captured input waits. It lives as long as the
    /// interface; do not read from it or close it.
    pub fn input_fd(&self) -> BorrowedFd<'_> {
        self.inner().input_signal.as_fd()
    }
}
