//! Reading what was captured.

use super::interface::Interface;
use crate::error::Result;
use crate::link::Chunk;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

impl Interface {
    /// Copies captured frames into `buffer`, interleaved: as many as wait, fit and belong together,
    /// of several periods if their times agree within 0.1 ms. `None` if none wait. Never blocks. One
    /// thread reads at a time.
    ///
    /// # Errors
    /// [`Error::InvalidState`](crate::Error::InvalidState) if the interface has no inputs,
    /// [`Error::InvalidArgument`](crate::Error::InvalidArgument) if `buffer` does not hold a frame.
    pub fn read_input(&self, buffer: &mut [f32]) -> Result<Option<Chunk>> {
        self.parts().input.read(buffer)
    }

    /// Sets how many captured frames must wait before [`Interface::input_fd`] becomes readable:
    /// 1 by default. A program that is woken less often needs less processor time.
    ///
    /// A number above half of [`Config::capture_buffer_frames`](crate::Config) is reduced to that
    /// half, so that there is time to read. While the interface does not run, no more frames come,
    /// and any number of them is enough. [`Interface::read_input`] always gives all that waits.
    ///
    /// # Errors
    /// [`Error::OutOfRange`](crate::Error::OutOfRange) for 0;
    /// [`Error::InvalidState`](crate::Error::InvalidState) if the interface has no inputs.
    pub fn set_input_threshold(&self, frames: u64) -> Result<()> {
        self.parts().input.set_threshold(frames)
    }

    /// As [`Interface::read_input`], but if nothing waits, it sleeps until enough does: one frame, or
    /// the number that was set by [`Interface::set_input_threshold`].
    ///
    /// # Errors
    /// As [`Interface::read_input`]; [`Error::Timeout`](crate::Error::Timeout) after `timeout`;
    /// [`Error::InvalidState`](crate::Error::InvalidState) if the interface is closed and all was read.
    pub fn wait_input(&self, buffer: &mut [f32], timeout: Duration) -> Result<Chunk> {
        let next = || self.read_input(buffer);
        let signal = &self.parts().input.signal;
        self.wait_for("captured input", timeout, next, signal)
    }

    /// A descriptor that is readable while enough captured input waits: one frame, or the number
    /// that was set by [`Interface::set_input_threshold`]. It lives as long as the interface; do not read
    /// from it or close it.
    pub fn input_fd(&self) -> BorrowedFd<'_> {
        self.parts().input.signal.as_fd()
    }
}
