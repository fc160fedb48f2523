//! Where a file is written: to a place that can be come back to, or into a pipe.

use crate::clip::locked::Locked;
use crate::sys::without_signals;
use std::io::{Error, Result, Write};
use std::os::unix::fs::{FileExt, MetadataExt};

/// What takes the bytes of a file.
pub enum Medium {
    /// A file, whose header is brought up to date; and whether it had a name when it was opened.
    File(Locked, bool),
    /// What takes bytes one after another: its header is right from the beginning.
    Stream(Box<dyn Write + Send>),
}

impl Medium {
    /// A file, empty.
    pub fn file(file: Locked) -> Result<Medium> {
        without_signals(|| file.set_len(0))?;
        let has_name = file.metadata()?.nlink() > 0;
        Ok(Medium::File(file, has_name))
    }

    /// Fails for a file that had a name and has none any more: it was deleted, or another file took its
    /// place, and nobody will find what it holds.
    pub fn check_name(&self) -> Result<()> {
        match self {
            Medium::File(file, true) if file.metadata()?.nlink() == 0 => Err(Error::other(
                "the file was deleted or replaced while it was written; its content is lost",
            )),
            Medium::File(..) | Medium::Stream(_) => Ok(()),
        }
    }

    /// Appends bytes to a file that has `length` bytes.
    pub fn append(&mut self, bytes: &[u8], length: u64) -> Result<()> {
        without_signals(|| match self {
            Medium::File(file, _) => file.write_all_at(bytes, length),
            Medium::Stream(stream) => stream.write_all(bytes),
        })
    }

    /// Writes over the header, where that can be.
    pub fn set_header(&mut self, header: &[u8]) -> Result<()> {
        match self {
            Medium::File(file, _) => without_signals(|| file.write_all_at(header, 0)),
            Medium::Stream(_) => Ok(()),
        }
    }

    /// Cuts off what is behind `length`, or appends zeros; false where that cannot be.
    pub fn set_length(&mut self, length: u64) -> Result<bool> {
        match self {
            Medium::File(file, _) => without_signals(|| file.set_len(length)).map(|()| true),
            Medium::Stream(_) => Ok(false),
        }
    }

    /// Hands on what is held back.
    pub fn flush(&mut self) -> Result<()> {
        match self {
            Medium::File(..) => Ok(()),
            Medium::Stream(stream) => without_signals(|| stream.flush()),
        }
    }
}
