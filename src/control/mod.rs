//! The half that waits: everything an application calls, on any thread but the audio thread.
//!
//! Flow: application -> [`Interface`] -> `link` -> engine; engine -> `link` -> [`Interface`]'s
//! pump -> events, captured input, freed playspecs. A [`supervisor`] thread pumps while a driver
//! with an audio thread of its own runs, watches its progress and [`reconnect`]s what is lost.
#![forbid(unsafe_code)]

mod answer;
mod capture;
mod config;
mod events;
mod expectation;
mod interface;
mod life;
mod meters;
mod offline;
mod outlook;
mod plan;
mod pump;
mod punch;
mod read_ahead;
mod readers;
mod reconnect;
mod recorder;
mod recording;
mod schedule;
mod stats;
mod supervisor;
mod worker;

pub use config::Config;
pub use events::{CancelReason, Event, EventKind};
pub use interface::{Interface, State, Transport};
pub use meters::{Meter, Meters};
pub use recorder::{Recorder, RecorderConfig, RecorderState, Recording};
pub use schedule::{Group, MAX_GROUP};
pub use stats::{RingLevel, Stats};
