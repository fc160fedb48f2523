//! The captured input of an interface: reading it, and waking the program when enough of it waits.

use super::core::{Core, State};
use super::inbox::LONGEST_SLEEP;
use crate::error::{Error, Result};
use crate::link::{Chunk, InputReader};
use crate::lock::Mutex;
use crate::sys::Signal;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

pub(super) struct CapturedInput {
    core: Arc<Core>,
    /// `None` if the interface has no input channels.
    reader: Mutex<Option<InputReader>>,
    /// Set while enough input waits.
    pub signal: Signal,
    /// How many frames must wait before the program is woken.
    threshold: AtomicUsize,
}

impl CapturedInput {
    /// # Errors
    /// [`Error::System`].
    pub fn new(core: &Arc<Core>, reader: Option<InputReader>) -> Result<Arc<CapturedInput>> {
        Ok(Arc::new(CapturedInput {
            core: core.clone(),
            reader: Mutex::new(reader),
            signal: Signal::new()?,
            threshold: AtomicUsize::new(1),
        }))
    }

    /// As [`crate::Interface::read_input`].
    pub fn read(&self, buffer: &mut [f32]) -> Result<Option<Chunk>> {
        self.core.check_home()?;
        let channels = usize::from(self.core.config.input_channels);
        let mut reader = self.reader.lock();
        let Some(reader) = reader.as_mut() else {
            return Err(no_inputs());
        };
        if buffer.len() < channels {
            return Err(Error::InvalidArgument(format!(
                "buffer holds {} samples; one frame is {channels}",
                buffer.len()
            )));
        }
        let chunk = reader.read_on(buffer, self.core.rate);
        if !self.is_due(reader) {
            self.signal.clear();
            let missing = self.missing(reader) as u64;
            let longest_ns = LONGEST_SLEEP.as_nanos() as u64;
            // If more is missing than passes in the longest sleep, the supervisor wakes in time anyway.
            if missing < self.core.rate.frames_in(longest_ns) {
                self.core.inbox.end_long_sleep();
            }
        }
        Ok(chunk)
    }

    /// As [`crate::Interface::set_input_threshold`].
    pub fn set_threshold(&self, frames: u64) -> Result<()> {
        self.core.check_home()?;
        if frames == 0 {
            return Err(Error::OutOfRange {
                what: "threshold_frames",
                given: frames.into(),
                allowed: "at least 1",
            });
        }
        let reader = self.reader.lock();
        let Some(reader) = reader.as_ref() else {
            return Err(no_inputs());
        };
        let most = (self.core.sizes.input_frames / 2).max(1);
        let frames = usize::try_from(frames).map_or(most, |frames| frames.min(most));
        self.threshold.store(frames, Ordering::Relaxed);
        match self.is_due(reader) {
            true => self.signal.set(),
            false => self.signal.clear(),
        }
        self.core.inbox.end_long_sleep();
        Ok(())
    }

    /// Wakes the program if enough input waits.
    pub fn wake_if_due(&self) {
        let reader = self.reader.lock();
        if reader.as_ref().is_some_and(|reader| self.is_due(reader)) {
            self.signal.set();
        }
    }

    /// Wakes the program: no more input comes.
    pub fn end(&self) {
        let _reader = self.reader.lock();
        self.signal.set();
    }

    /// How many frames must still come before the program is woken. `None` if it is not to be woken: it was
    /// woken already, or there are no inputs.
    pub fn frames_to_wake(&self) -> Option<usize> {
        let reader = self.reader.lock();
        let reader = reader.as_ref().filter(|reader| !self.is_due(reader))?;
        Some(self.missing(reader))
    }

    /// Whether enough input waits to wake the program.
    fn is_due(&self, reader: &InputReader) -> bool {
        let is_enough = || self.missing(reader) == 0 || reader.is_full();
        // No more input comes while the interface does not run, so any number of frames is enough.
        !reader.is_empty() && (is_enough() || self.core.state() != State::Running)
    }

    /// How many frames are missing to the threshold.
    fn missing(&self, reader: &InputReader) -> usize {
        let threshold = self.threshold.load(Ordering::Relaxed);
        threshold.saturating_sub(reader.waiting())
    }
}

fn no_inputs() -> Error {
    Error::InvalidState("the interface has no input channels".into())
}
