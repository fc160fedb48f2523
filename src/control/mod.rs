//! The half that may wait: everything that an application calls, on any thread but the audio thread.
//!
//! Flow: application -> [`Interface`] -> `link` -> engine; engine -> `link` -> [`Interface`]'s
//! pump -> events, captured input, freed playspecs. A [`supervisor`] thread pumps while a driver
//! with an audio thread of its own runs, watches its progress and [`reconnect`]s what is lost.
#![forbid(unsafe_code)]

mod answer;
mod capture;
mod config;
mod core;
mod events;
mod exchange;
mod expectation;
mod inbox;
mod input;
mod interface;
mod lifecycle;
mod meters;
mod midi;
mod midi_queues;
mod offline;
mod opening;
mod outlook;
mod plan;
mod punch;
mod read_ahead;
mod readers;
mod reconnect;
mod recorder;
mod recording;
mod recordings;
mod schedule;
mod stats;
mod supervisor;
mod worker;

pub use config::Config;
pub use core::State;
pub use events::{CancelReason, Event, EventKind};
pub use interface::{Interface, Transport};
pub use meters::{Meter, Meters};
pub use midi_queues::MidiMessage;
pub use recorder::Recorder;
pub use recording::{RecorderState, Recording};
pub use recordings::RecorderConfig;
pub use schedule::{Group, MAX_GROUP};
pub use stats::{RingLevel, Stats};
