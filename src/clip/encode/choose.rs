//! Which encoding writes which format, and what each format can hold.

use super::encoding::{Encoding, FileFormat, Shape};
use super::{flac, wav};
use crate::error::{Error, Result};
use crate::units::{FRAME_RATE_RANGE_HZ, MAX_CHANNELS};

impl FileFormat {
    /// Refuses channels and rates that a file of this format cannot have.
    ///
    /// # Errors
    /// [`Error::OutOfRange`]; [`Error::InvalidArgument`] for a rate that FLAC has no number for.
    pub(crate) fn check(self, channels: u16, frame_rate_hz: u32) -> Result<()> {
        let (most, allowed) = match self {
            FileFormat::Flac16 | FileFormat::Flac24 => {
                (flac::MAX_CHANNELS, "1 to 8 in a FLAC file")
            }
            _ => (MAX_CHANNELS, "1 to 64"),
        };
        if !(1..=most).contains(&channels) {
            return Err(Error::OutOfRange {
                what: "channels",
                given: channels.into(),
                allowed,
            });
        }
        if !FRAME_RATE_RANGE_HZ.contains(&frame_rate_hz) {
            return Err(Error::OutOfRange {
                what: "frame_rate_hz",
                given: frame_rate_hz.into(),
                allowed: "1000 to 768000",
            });
        }
        if matches!(self, FileFormat::Flac16 | FileFormat::Flac24) && !flac::has_rate(frame_rate_hz)
        {
            return Err(Error::InvalidArgument(format!(
                "frame_rate_hz is {frame_rate_hz}; a FLAC file has up to 65534 Hz, or multiples of \
                 10 Hz up to 655340; WAV has all"
            )));
        }
        Ok(())
    }
}

/// Makes the encoding of a shape that was checked.
pub(super) fn encoding(shape: Shape) -> Result<Box<dyn Encoding>> {
    Ok(match shape.format {
        FileFormat::Flac16 | FileFormat::Flac24 => Box::new(flac::Flac::new(shape)?),
        _ => Box::new(wav::Wav::new(shape)),
    })
}
