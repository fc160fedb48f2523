//! Writing audio files, piece by piece.
//!
//! Flow: interleaved `f32` frames -> [`encoding`] (`wav` and `w64`, `flac`) -> bytes -> [`Writer`] ->
//! [`medium`]: a file, or a pipe.
//! Thread: a recorder's own, or whichever saves a clip; never the audio thread.
//!
//! What a file holds is appended first and its header brought up to date afterwards, by one small
//! write: whenever the process ends, the header on disk describes frames that are there.

mod choose;
mod encoding;
mod file_writer;
mod flac;
mod medium;
mod quantize;
mod w64;
mod wav;
mod writer;

pub use encoding::FileFormat;
pub(crate) use encoding::Shape;
pub use file_writer::{FileWriter, Written};

pub(crate) use writer::Writer;

#[cfg(test)]
mod tests;
