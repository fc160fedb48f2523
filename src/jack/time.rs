//! The server's clock, in frames and in microseconds.
#![allow(unsafe_code, reason = "calls of libjack")]

use super::client::Client;
use super::cycle::CycleTimes;
use crate::error::Result;

/// Time. The server counts frames in 32 bits, so numbers of frames wrap.
///
/// # Errors
/// Of all of these. [`Error::InvalidState`](crate::Error::InvalidState): the client is closed.
impl Client {
    /// The frame that is due now, as far as the server can say between two cycles.
    pub fn frame_time(&self) -> Result<u32> {
        let client = self.enter()?;
        // SAFETY: the client is valid.
        Ok(unsafe { (client.library.frame_time)(client.raw()) })
    }

    /// The first frame of the cycle that runs now, or ran last.
    pub fn last_frame_time(&self) -> Result<u32> {
        let client = self.enter()?;
        // SAFETY: the client is valid.
        Ok(unsafe { (client.library.last_frame_time)(client.raw()) })
    }

    /// How many frames have passed since the cycle began.
    pub fn frames_since_cycle_start(&self) -> Result<u32> {
        let client = self.enter()?;
        // SAFETY: the client is valid.
        Ok(unsafe { (client.library.frames_since_cycle_start)(client.raw()) })
    }

    /// When a frame is due, in microseconds of the server's clock.
    pub fn frames_to_time_us(&self, frame: u32) -> Result<u64> {
        let client = self.enter()?;
        // SAFETY: the client is valid.
        Ok(unsafe { (client.library.frames_to_time)(client.raw(), frame) })
    }

    /// Which frame is due at a time, in microseconds of the server's clock.
    pub fn time_us_to_frames(&self, time_us: u64) -> Result<u32> {
        let client = self.enter()?;
        // SAFETY: the client is valid.
        Ok(unsafe { (client.library.time_to_frames)(client.raw(), time_us) })
    }

    /// The server's clock now, in microseconds.
    pub fn time_us(&self) -> Result<u64> {
        let client = self.enter()?;
        // SAFETY: takes nothing; reads a clock.
        Ok(unsafe { (client.library.get_time)() })
    }

    /// The times of the cycle that runs now, or ran last; `None` if the server does not know them.
    pub fn cycle_times(&self) -> Result<Option<CycleTimes>> {
        let client = self.enter()?;
        // SAFETY: the client is valid.
        Ok(unsafe { CycleTimes::of(client.library, client.raw()) })
    }
}
