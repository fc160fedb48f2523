//! What a clip or a file is, apart from its samples.

use crate::error::{Error, Result};
use crate::units::{FRAME_RATE_RANGE_HZ, MAX_CHANNELS, check_length};

/// What a clip is, apart from its samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClipInfo {
    /// Frames per second.
    pub frame_rate_hz: u32,
    /// Channels, 1 to 64.
    pub channels: u16,
    /// Length.
    pub frames: u64,
}

/// Checks rate, channels and length against their ranges.
pub(crate) fn check_info(info: ClipInfo) -> Result<()> {
    if !FRAME_RATE_RANGE_HZ.contains(&info.frame_rate_hz) {
        return Err(Error::OutOfRange {
            what: "frame_rate_hz",
            given: info.frame_rate_hz.into(),
            allowed: "1000 to 768000",
        });
    }
    if !(1..=MAX_CHANNELS).contains(&info.channels) {
        return Err(Error::OutOfRange {
            what: "channels",
            given: info.channels.into(),
            allowed: "1 to 64",
        });
    }
    check_length("frames", info.frames)?;
    Ok(())
}
