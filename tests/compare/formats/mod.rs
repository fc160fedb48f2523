//! Makes random files, one function for each format.

mod aac;
mod flac;
mod mp3;
mod ogg;
mod pcm;

use crate::case::{Case, NotMade, Workshop};

/// Makes a file of one format.
pub type Make = fn(Workshop) -> Result<Case, NotMade>;

/// All formats, with the names under which they are counted. Rounds use them in turn.
pub const FORMATS: [(&str, Make); 17] = [
    ("MP3 of encoders", mp3::encoded),
    ("MP3 written", mp3::written),
    ("MP3 joined", mp3::joined),
    ("ADTS", aac::adts),
    ("AAC in MP4", aac::mp4),
    ("HE-AAC", aac::he),
    ("ALAC", aac::alac),
    ("FLAC of encoders", flac::encoded),
    ("FLAC written", flac::written),
    ("FLAC in Ogg", ogg::flac),
    ("Vorbis", ogg::vorbis),
    ("Opus", ogg::opus),
    ("WAV", pcm::wav),
    ("AIFF", pcm::aiff),
    ("AU", pcm::au),
    ("CAF", pcm::caf),
    ("Wave64", pcm::wave64),
];
