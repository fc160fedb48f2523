//! Where a file is written: to a place that can be come back to, or into a pipe.

use crate::clip::locked::Locked;
use std::io::{Result, Write};
use std::os::unix::fs::FileExt;

/// What takes the bytes of a file.
pub enum Medium {
    /// A file, whose header is brought up to date.
    File(Locked),
    /// What takes bytes one after another: its header is right from the beginning.
    Stream(Box<dyn Write + Send>),
}

impl Medium {
    /// Appends bytes to a file that has `length` bytes.
    pub fn append(&mut self, bytes: &[u8], length: u64) -> Result<()> {
        match self {
            Medium::File(file) => file.write_all_at(bytes, length),
            Medium::Stream(stream) => stream.write_all(bytes),
        }
    }

    /// Writes over the header, where that can be.
    pub fn set_header(&mut self, header: &[u8]) -> Result<()> {
        match self {
            Medium::File(file) => file.write_all_at(header, 0),
            Medium::Stream(_) => Ok(()),
        }
    }

    /// Cuts off what is behind `length`, or appends zeros; false where that cannot be.
    pub fn set_length(&mut self, length: u64) -> Result<bool> {
        match self {
            Medium::File(file) => file.set_len(length).map(|()| true),
            Medium::Stream(_) => Ok(false),
        }
    }

    /// Hands on what is held back.
    pub fn flush(&mut self) -> Result<()> {
        match self {
            Medium::File(_) => Ok(()),
            Medium::Stream(stream) => stream.flush(),
        }
    }
}
