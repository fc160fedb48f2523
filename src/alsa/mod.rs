//! PCMs of ALSA, in safe Rust. libasound is opened at run time.
//!
//! Flow: `library` is the table of libasound's functions. A [`Pcm`] is opened by its name, [`negotiate`] agrees upon
//! [`Terms`] with it, and a [`Transfer`] moves frames, in the device's `format` (`sample`, `dither`) and in the order of
//! its channels (`channel_map`). What fails is a [`Failure`]. `messages` collects what libasound would print.
//! To find devices: [`card_pcms`] asks the controls of the cards, [`hints`] the configuration. [`check_harmless`] says whether
//! a PCM may be opened to see what it [`offers`].
//! Thread: opening, negotiating and closing on control threads; the rest on the audio thread of a driver, and its
//! system calls are those of libasound and [`wait`].

mod areas;
mod cards;
mod channel_map;
mod definition;
mod dither;
mod failure;
mod format;
mod hints;
mod library;
mod messages;
mod offers;
mod pcm;
mod sample;
mod setup;
mod terms;
mod wait;

pub use format::DeviceFormat;
pub use terms::Access;

pub(crate) use areas::Transfer;
pub(crate) use cards::{CardPcm, card_pcms};
pub(crate) use channel_map::order;
pub(crate) use definition::{check_harmless, is_defined};
pub(crate) use failure::{Attempt, Failure, Trouble};
pub(crate) use hints::{Hint, hints};
pub(crate) use offers::offers;
pub(crate) use pcm::Pcm;
pub(crate) use setup::{arm, negotiate};
pub(crate) use terms::{Direction, Terms, Wanted, WantedRate};
pub(crate) use wait::wait;
