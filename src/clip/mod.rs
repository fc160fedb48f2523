//! Immutable audio data: what playspecs play.
//!
//! Flow: memory or a file -> [`Clip`] -> `playspec` -> the player reads it on the audio thread.
//! A clip is checked when it is made (no bad samples, sizes within limits), so that the audio thread need
//! not. Clones share the data; the last owner, never the audio thread, frees it.
#![forbid(unsafe_code)]

mod analysis;
mod bad_samples;
mod convert;
mod data;
mod decode;
mod encode;
mod format;
mod info;
mod load;
mod locked;
mod loudness;
mod open;
mod overview;
mod reread;
mod save;
mod scan;
mod source;
pub(crate) mod stream;

pub use analysis::Analysis;
pub use convert::Quality;
pub use data::Clip;
pub use decode::{FileInfo, probe};
pub use encode::{FileFormat, FileWriter, Written};
pub(crate) use encode::{Shape, Writer};
pub use format::{Layout, SampleFormat};
pub use info::ClipInfo;
pub use loudness::{ChannelLevels, Loudness};
pub use open::OpenOptions;
pub use overview::{Bucket, Overview};
#[cfg(test)]
pub(crate) use source::Source;
pub use source::{Monitor, Progress};
