//! What is to sound: an immutable list of entries, and its indexed form for the audio thread.
//!
//! Flow: [`Entry`]s -> [`Playspec::new`] (checks all of them) -> `control` schedules it -> the
//! player asks its [`index`] which entries sound.
#![forbid(unsafe_code)]

mod compiled;
mod entry;
pub(crate) mod gains;
pub(crate) mod index;
pub(crate) mod instances;

pub(crate) use compiled::Compiled;
pub use compiled::Playspec;
pub use entry::{Entry, Gain, MAX_OVERLAP, Repeat};
