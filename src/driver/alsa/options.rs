//! What a program can ask of the driver for ALSA, and what it is told of the devices.
#![forbid(unsafe_code)]

use crate::alsa::{Access, DeviceFormat};
use crate::error::{Error, Result};

/// The settings of [`crate::DriverKind::Alsa`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlsaConfig {
    /// ALSA's name of the PCM for the output, such as `hw:0` or `plughw:CARD=PCH`. `None`: `default`. It is not
    /// opened if there are no output channels.
    pub playback: Option<String>,
    /// The same for the input. It must be of the same card as the output, or have the same clock. `None`: `default`.
    pub capture: Option<String>,
    /// How many periods the output is ahead of what is heard, 2 to 64. Fewer are a shorter latency; more bear a longer
    /// delay of the audio thread. Default: 3. A device with a short buffer gets fewer.
    pub periods: u32,
    /// The device's buffer, at least so many frames; `None`: as it suits the period. A longer one does not add to the latency.
    pub buffer_frames: Option<u32>,
    /// The format of the samples. `None`: the one with the most bits that the device has.
    pub format: Option<DeviceFormat>,
    /// How samples get to the device.
    pub access: Access,
    /// Whether samples are dithered in formats of 16 bits or fewer. Without it, samples that were made for such a format reach
    /// the device bit for bit. Default: no.
    pub dither: bool,
    /// Where the dither begins. The same seed gives the same noise at each start.
    pub dither_seed: u64,
    /// Whether ALSA converts the rate if a device lacks it. Otherwise that is an error. Default: no.
    pub convert_rate: bool,
}

impl Default for AlsaConfig {
    fn default() -> AlsaConfig {
        AlsaConfig {
            playback: None,
            capture: None,
            periods: 3,
            buffer_frames: None,
            format: None,
            access: Access::Auto,
            dither: false,
            dither_seed: 0,
            convert_rate: false,
        }
    }
}

impl AlsaConfig {
    /// # Errors
    /// [`Error::OutOfRange`].
    pub(crate) fn check(&self) -> Result<()> {
        let out_of = |what, given: u32, allowed| {
            let given = given.into();
            Err(Error::OutOfRange {
                what,
                given,
                allowed,
            })
        };
        if !(2..=64).contains(&self.periods) {
            return out_of("alsa.periods", self.periods, "2 to 64");
        }
        match self.buffer_frames {
            Some(frames) if !(1..=1 << 24).contains(&frames) => {
                out_of("alsa.buffer_frames", frames, "1 to 2^24")
            }
            _ => Ok(()),
        }
    }
}

/// What was agreed with the devices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlsaInfo {
    /// Of the output.
    pub playback: Option<AlsaDevice>,
    /// Of the input.
    pub capture: Option<AlsaDevice>,
    /// Whether the system starts both as one.
    pub linked: bool,
}

/// What was agreed with one device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlsaDevice {
    /// The PCM that was opened.
    pub name: String,
    /// How many channels it has. Those that the interface lacks are silent, or not read.
    pub channels: u32,
    /// The format of its samples.
    pub format: DeviceFormat,
    /// How often the device tells, in frames.
    pub period_frames: u32,
    /// Its buffer, in frames.
    pub buffer_frames: u32,
    /// Whether samples get there through shared memory.
    pub mmap: bool,
}
