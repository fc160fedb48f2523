//! Which devices and servers there are, and what each can do.
//!
//! Flow: [`devices()`] -> a thread for each driver (`alsa`, `jack`) -> [`Device`]. Nothing is kept: each search looks anew.
//! Thread: any but the audio thread. What a driver asks may hang, so the caller waits for its thread for a limited time.
#![forbid(unsafe_code)]

mod alsa;
mod device;
mod jack;
mod search;

pub use device::{Device, DeviceSide, FoundDevices};
pub use search::{DeviceSearch, devices};
