//! Calls for the offline driver alone.

use super::core::closed;
use super::interface::{Interface, Parts};
use super::worker::Worker;
use crate::clip::Clip;
use crate::driver::Offline;
use crate::error::{Error, Result};
use crate::units::MAX_PERIOD_FRAMES;
use std::any::Any;

/// Only with [`crate::DriverKind::Offline`].
impl Interface {
    /// Runs `frames` frames in whole periods and a last shorter one, at once, on this thread.
    /// `input` and `output` are interleaved, with `frames` times the channels samples. Without input, the
    /// input clip sounds, or silence. Closing the interface ends it early.
    ///
    /// # Errors
    /// [`Error::InvalidState`] (another driver, stopped, failed, closed, also meanwhile),
    /// [`Error::InvalidArgument`] (a buffer of another length).
    pub fn advance(
        &self,
        frames: u64,
        input: Option<&[f32]>,
        output: Option<&mut [f32]>,
    ) -> Result<()> {
        let parts = self.open()?;
        let core = &parts.core;
        let expect = |what: &str, given: usize, channels: u16| {
            let expected = u128::from(frames) * u128::from(channels);
            if given as u128 == expected {
                return Ok(());
            }
            Err(Error::InvalidArgument(format!(
                "{what} holds {given} samples; {frames} frames of {channels} channels are {expected}"
            )))
        };
        if let Some(input) = input {
            expect("input", input.len(), core.config.input_channels)?;
        }
        if let Some(output) = &output {
            expect("output", output.len(), core.config.output_channels)?;
        }
        parts.offline("advance", |offline| {
            let (input, output) = (input.unwrap_or(&[]), output.unwrap_or(&mut []));
            offline.advance(frames, input, output, || core.is_closing())
        })??;
        let streams = parts.read_ahead.streams();
        parts.exchange.pump();
        // Without memory for the list, read errors become events after a later call.
        let streams = streams.as_deref().unwrap_or(&[]);
        parts.read_ahead.tell_trouble(streams);
        if core.is_closing() {
            return Err(closed());
        }
        if core.slot.has_failed() {
            return Err(Error::InvalidState(
                "the engine has failed; make another interface".into(),
            ));
        }
        Ok(())
    }

    /// Sets the period of the calls of [`Interface::advance`] that follow.
    ///
    /// # Errors
    /// [`Error::OutOfRange`]; [`Error::InvalidState`] (another driver, closed);
    /// [`Error::OutOfMemory`].
    pub fn set_period_frames(&self, frames: u32) -> Result<()> {
        if !(1..=MAX_PERIOD_FRAMES).contains(&frames) {
            return Err(Error::OutOfRange {
                what: "period_frames",
                given: frames.into(),
                allowed: "1 to 65536",
            });
        }
        let parts = self.open()?;
        parts.offline("set_period_frames", |offline| {
            offline.set_period_frames(frames)
        })??;
        parts.core.info.lock().period_frames = frames;
        Ok(())
    }

    /// Feeds a clip into the inputs, from its first frame on, then silence, wherever
    /// [`Interface::advance`] is given no input; `None`: silence. A clip of one channel goes to
    /// all inputs.
    ///
    /// # Errors
    /// [`Error::RateMismatch`]; [`Error::InvalidState`] (another driver, closed).
    pub fn set_input_clip(&self, clip: Option<&Clip>) -> Result<()> {
        let parts = self.open()?;
        let interface_hz = parts.core.rate.hz();
        if let Some(hz) = clip.map(|clip| clip.info().frame_rate_hz)
            && hz != interface_hz
        {
            return Err(Error::RateMismatch {
                what: "clip".into(),
                clip_hz: hz,
                interface_hz,
            });
        }
        parts.offline("set_input_clip", |offline| {
            offline.set_input_clip(clip.cloned())
        })
    }

    /// Makes the next period begin as if the device had skipped frames before it.
    ///
    /// # Errors
    /// [`Error::OutOfRange`]; [`Error::InvalidArgument`] (centuries in all);
    /// [`Error::InvalidState`] (another driver, closed).
    pub fn skip(&self, frames: u64) -> Result<()> {
        if frames > 1 << 40 {
            return Err(Error::OutOfRange {
                what: "frames",
                given: frames.into(),
                allowed: "0 to 2^40",
            });
        }
        let parts = self.open()?;
        parts.offline("skip", |offline| offline.skip(frames))?
    }
}

impl Parts {
    fn offline<T>(&self, call: &str, run: impl FnOnce(&mut Offline) -> T) -> Result<T> {
        let in_use = self.lifecycle.driver.lock();
        let refused = || {
            Error::InvalidState(format!(
                "{call} is for the offline driver; this interface runs on {}",
                self.core.config.driver.name()
            ))
        };
        let Some(Worker::Here(driver)) = &in_use.worker else {
            return Err(refused());
        };
        let mut driver = driver.lock();
        let offline = driver
            .as_mut()
            .and_then(|driver| (&mut **driver as &mut dyn Any).downcast_mut::<Offline>())
            .ok_or_else(refused)?;
        Ok(run(offline))
    }
}
