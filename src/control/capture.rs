//! Reading what was captured.

use super::interface::Interface;
use crate::error::{Error, Result};
use crate::link::Stamp;
use crate::units::{Latency, Ticket};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

/// Consecutive captured frames, and what was heard while they were captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// How many.
    pub frames: u64,
    /// The timeline frame that was heard when the first one was captured.
    pub position: i64,
    /// The device frame at which the first one was captured.
    pub device_frame: u64,
    /// `CLOCK_MONOTONIC` when the first one came to the driver, in nanoseconds.
    pub time_ns: u64,
    /// The swap that was heard; [`Ticket::NONE`] before the first.
    pub ticket: Ticket,
    /// Whether the transport was heard rolling; if not, `position` is that of every frame.
    pub rolling: bool,
    /// Frames missing before the first one because nobody read in time.
    pub lost_before: u64,
    /// Whether the driver skipped frames just before the first one.
    pub xrun: bool,
    /// The latencies that were subtracted to find `position`.
    pub latency: Latency,
}

impl From<Stamp> for Chunk {
    fn from(stamp: Stamp) -> Chunk {
        let Stamp {
            frames,
            position,
            device_frame,
            time_ns,
            ticket,
            rolling,
            lost_before,
            xrun,
            latency,
        } = stamp;
        Chunk {
            frames,
            position,
            device_frame,
            time_ns,
            ticket,
            rolling,
            lost_before,
            xrun,
            latency,
        }
    }
}

impl Interface {
    /// Copies captured frames into `buffer`, interleaved: those of one chunk, as many as there
    /// are and fit. `None` if none wait. Never blocks. One thread reads at a time.
    ///
    /// # Errors
    /// [`Error::InvalidState`] if the interface has no inputs,
    /// [`Error::InvalidArgument`] if `buffer` does not hold a frame.
    pub fn read_input(&self, buffer: &mut [f32]) -> Result<Option<Chunk>> {
        let inner = self.inner();
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
        let stamp = reader.read(buffer, inner.frame_rate_hz);
        if reader.is_empty() {
            inner.input_signal.clear();
        }
        Ok(stamp.map(Chunk::from))
    }

    /// As [`Interface::read_input`], but waits until there is something.
    ///
    /// # Errors
    /// As [`Interface::read_input`]; [`Error::Timeout`] after `timeout`; [`Error::InvalidState`]
    /// if the interface is closed and all was read.
    pub fn wait_input(&self, buffer: &mut [f32], timeout: Duration) -> Result<Chunk> {
        let began = Instant::now();
        loop {
            if let Some(chunk) = self.read_input(buffer)? {
                return Ok(chunk);
            }
            let left = timeout.saturating_sub(began.elapsed());
            if !self.open()?.input_signal.wait(left) && left.is_zero() {
                return Err(Error::Timeout {
                    what: "captured input",
                    timeout_ms: timeout.as_millis() as u64,
                });
            }
        }
    }

    /// A descriptor that is readable while captured input waits. It lives as long as the
    /// interface; do not read from it or close it.
    pub fn input_fd(&self) -> BorrowedFd<'_> {
        self.inner().input_signal.as_fd()
    }
}
