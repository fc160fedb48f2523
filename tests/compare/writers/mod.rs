//! Writes files with features that encoders do not use: bits, tags, pages, chunks and whole streams.

pub mod bits;
pub mod flac;
pub mod mp3;
pub mod mp4;
pub mod mpeg;
pub mod ogg;
pub mod pcm;
pub mod tags;
