//! What a file is written as: its format, and what encodes it.

use crate::error::{Error, Result};
use std::path::Path;

/// What an audio file is written as. Integers are rounded to the nearest, without dither; samples
/// beyond full scale are clipped. Samples that are NaN, infinite or beyond ±1e6 become 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FileFormat {
    /// WAV, 16-bit integers; RF64 once it passes 4 GiB.
    Wav16,
    /// WAV, 24-bit integers; RF64 once it passes 4 GiB.
    Wav24,
    /// WAV, 32-bit floats, bit for bit what was recorded; RF64 once it passes 4 GiB.
    #[default]
    WavF32,
    /// FLAC, 16-bit integers; 1 to 8 channels.
    Flac16,
    /// FLAC, 24-bit integers; 1 to 8 channels.
    Flac24,
    /// Wave64, 16-bit integers.
    Wave64_16,
    /// Wave64, 24-bit integers.
    Wave64_24,
    /// Wave64, 32-bit floats.
    Wave64F32,
}

impl FileFormat {
    /// The bits of a sample.
    pub fn bits(self) -> u16 {
        match self {
            FileFormat::Wav16 | FileFormat::Flac16 | FileFormat::Wave64_16 => 16,
            FileFormat::Wav24 | FileFormat::Flac24 | FileFormat::Wave64_24 => 24,
            FileFormat::WavF32 | FileFormat::Wave64F32 => 32,
        }
    }
}

/// What a file is made for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub format: FileFormat,
    pub channels: u16,
    pub frame_rate_hz: u32,
}

/// How frames become the bytes of one kind of file: a header of fixed length, then the body.
pub(super) trait Encoding: Send {
    /// Encodes at most [`PIECE_FRAMES`] interleaved frames. What is complete is appended to
    /// `body`; returns how many frames that is, counting those kept back from earlier calls.
    fn encode(&mut self, samples: &[f32], body: &mut Vec<u8>) -> Result<u64>;

    /// Encodes at most [`SILENCE_FRAMES`] of silence, as [`Encoding::encode`] does.
    fn encode_silence(&mut self, frames: u64, body: &mut Vec<u8>) -> Result<u64>;

    /// Encodes what was kept back; returns how many frames.
    fn flush(&mut self, body: &mut Vec<u8>) -> Result<u64>;

    /// How many bytes a frame of silence takes, if all of them are zeros.
    fn silent_frame_bytes(&self) -> Option<u64>;

    /// The header of a file with so many frames in so many bytes of body; always of the same
    /// length.
    fn header(&self, frames: u64, body_bytes: u64) -> Vec<u8>;

    /// As [`Encoding::header`], for a file that is complete; and what follows its body.
    fn completed(&self, frames: u64, body_bytes: u64) -> (Vec<u8>, &'static [u8]);

    /// The header of a file that is never changed afterwards: it will have so many frames, if that is known.
    fn announced(&self, frames: Option<u64>) -> Vec<u8>;

    /// Samples so far that were beyond full scale.
    fn clipped(&self) -> u64;
}

/// Frames that are encoded at once, at most.
pub(super) const PIECE_FRAMES: usize = 4096;

/// Frames of silence that are encoded at once, at most.
pub(super) const SILENCE_FRAMES: u64 = 8 * PIECE_FRAMES as u64;

/// An error of the system about a file.
pub(super) fn io_error(path: &Path, source: std::io::Error) -> Error {
    Error::Io {
        path: path.into(),
        source,
    }
}
