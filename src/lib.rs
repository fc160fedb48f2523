//! Plays audio clips at exact frames, mixes them, and captures input that is stamped with the
//! frame at which it was heard, without a line of real-time code in the application.
//!
//! An application makes [`Clip`]s, puts them into a [`Playspec`], and schedules it on an
//! [`Interface`], whose driver plays it; captured input and events come back. What sounds at
//! which frame is written down in `docs/SEMANTICS.md`.
//!
//! ```text
//! Clip -> Entry -> Playspec -> Interface::schedule -> driver -> device
//!                              Interface::read_input <- driver <- device
//! ```
//!
//! The same library has a C interface, `include/amio.h`.

#![cfg_attr(rtsan, feature(sanitize))]

mod alsa;
mod atomic;
mod capi;
mod clip;
mod control;
mod devices;
mod driver;
mod engine;
mod error;
pub mod jack;
mod kernels;
mod link;
mod lock;
mod memory;
mod midi;
mod playspec;
mod ring;
#[cfg(feature = "seeded-bugs")]
mod seeded;
mod spsc;
mod sys;
mod units;

pub use alsa::{Access, DeviceFormat};
pub use clip::{
    Analysis, Bucket, ChannelLevels, Clip, ClipInfo, FileFormat, FileInfo, FileWriter, Layout,
    Loudness, Monitor, OpenOptions, Overview, Progress, Quality, SampleFormat, Written, probe,
};
pub use control::{
    CancelReason, Config, Event, EventKind, Group, Interface, MAX_GROUP, Meter, Meters,
    MidiMessage, Recorder, RecorderConfig, RecorderState, Recording, RingLevel, State, Stats,
    Transport,
};
pub use devices::{Device, DeviceSearch, DeviceSide, FoundDevices, devices};
pub use driver::{AlsaConfig, AlsaDevice, AlsaInfo, DriverKind};
pub use error::{Error, Result};
pub use link::{Chunk, LateMidi, LatePolicy, MidiStamp, MidiTime, RecordSource, SkipPolicy, Swap};
pub use midi::{MAX_MIDI_BYTES, MAX_MIDI_PORTS};
pub use playspec::{Entry, Gain, MAX_OVERLAP, Playspec, Repeat};
pub use sys::Realtime;
pub use units::{
    FRAME_RATE_RANGE_HZ, Latency, MAX_CHANNELS, MAX_GAIN, MAX_LENGTH_FRAMES, MAX_PERIOD_FRAMES,
    MAX_POSITION, MAX_SAMPLE, Ticket,
};

#[cfg(feature = "rt-guard")]
#[global_allocator]
static GUARDED: assert_no_alloc::AllocDisabler = assert_no_alloc::AllocDisabler;
