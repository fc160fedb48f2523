//! PCMs of ALSA, in safe Rust. libasound is opened at run time.
//!
//! Flow: `library` is the table of libasound's functions. A [`Pcm`] is opened by its name, [`negotiate`] agrees upon
//! [`Terms`] with it, and a [`Transfer`] moves frames, in the device's `format` (`sample`, `dither`) and in the order of
//! its channels (`channel_map`). What fails is a [`Failure`]. `messages` collects what libasound would print.
//! Thread: opening, negotiating and closing on control threads; the rest on the audio thread of a driver, and its
//! system calls are those of libasound and [`wait`].

mod areas;
mod channel_map;
mod dither;
mod failure;
mod format;
mod library;
mod messages;
mod pcm;
mod sample;
mod setup;
mod terms;
mod wait;

pub use format::DeviceFormat;
pub use terms::Access;

pub(crate) use areas::Transfer;
pub(crate) use channel_map::order;
pub(crate) use failure::{Attempt, Failure, Trouble};
pub(crate) use pcm::Pcm;
pub(crate) use setup::{arm, negotiate};
pub(crate) use terms::{Direction, Terms, Wanted, WantedRate};
pub(crate) use wait::wait;
