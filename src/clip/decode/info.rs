//! What a file holds: what is shown to users, and the source that reads it.

use crate::clip::source::Source;

/// What memory is for.
pub(super) const WHAT: &str = "a file that is read";

/// What can be loaded, for error messages.
pub(crate) const SUPPORTED: &str = "WAV, RF64, BW64, Wave64, AIFF, AU and CAF with PCM of 8 to 32 bits, \
    floats of 32 or 64 bits, A-law or mu-law; FLAC; MP3; Vorbis, Opus and FLAC in Ogg; \
    AAC-LC and HE-AAC in MP4 (M4A), CAF and ADTS; ALAC in MP4 (M4A) and CAF; \
    1 to 64 channels, 1000 to 768000 Hz";

/// What an audio file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileInfo {
    /// The format of the file: "WAV", "RF64", "AIFF", "FLAC", "Ogg", "MP3", "MP4" ...
    pub container: &'static str,
    /// How the samples are written: "24-bit PCM", "32-bit float", "FLAC", "Vorbis", "MP3" ...
    pub encoding: &'static str,
    /// Frames per second.
    pub frame_rate_hz: u32,
    /// Channels, 1 to 64.
    pub channels: u16,
    /// Length, without what an encoder put before and after. In a damaged file, reading may end
    /// before it.
    pub frames: u64,
    /// Bits of a sample, where the encoding keeps a number of them.
    pub bits_per_sample: Option<u16>,
}

/// A file that was recognised.
pub(crate) struct Opened {
    pub info: FileInfo,
    pub source: Box<dyn Source>,
}
