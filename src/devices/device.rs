//! What is known of a device.

use crate::alsa::DeviceFormat;
use crate::driver::DriverKind;
use std::ops::RangeInclusive;

/// A device of ALSA, or a JACK server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// By which driver it is used.
    pub driver: DriverKind,
    /// For machines: what [`crate::AlsaConfig::playback`] and [`crate::AlsaConfig::capture`] take, or
    /// [`crate::Config::server_name`].
    pub name: String,
    /// For people, on one line.
    pub description: String,
    /// Whether the driver takes it if no device is named.
    pub is_default: bool,
    /// The period of a server. `None`: it is agreed upon when the device is opened.
    pub period_frames: Option<u32>,
    /// How it plays. `None`: it does not.
    pub playback: Option<DeviceSide>,
    /// How it records. `None`: it does not.
    pub capture: Option<DeviceSide>,
}

/// What a device can do in one direction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceSide {
    /// The least and the greatest number of channels. Of a server: how many physical ports it has; an interface can
    /// have any number. `None`: it is not known.
    pub channels: Option<RangeInclusive<u32>>,
    /// The rates that it has, in ascending order: the common ones, its lowest and its highest. Empty: they are not known.
    pub rates_hz: Vec<u32>,
    /// The formats that it has, the best first. Empty: they are not known.
    pub formats: Vec<DeviceFormat>,
    /// Why these are not known. ALSA tells them only of an open PCM, and one that is in use, or that might disturb others,
    /// is not opened.
    pub unknown: Option<String>,
}

impl DeviceSide {
    pub(super) fn unknown(why: String) -> DeviceSide {
        DeviceSide {
            unknown: Some(why),
            ..DeviceSide::default()
        }
    }
}

/// What a search has found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundDevices {
    /// JACK servers, then PCMs of ALSA: the default one, those of cards, the others of the configuration.
    pub devices: Vec<Device>,
    /// The drivers by which none was found, and why.
    pub unavailable: Vec<(DriverKind, String)>,
}
