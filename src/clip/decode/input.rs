//! The file that is decoded. It is read at given positions, so other readers of it are not disturbed, and no
//! more memory is allocated than the file has bytes.

use super::info::{SUPPORTED, WHAT};
use crate::clip::locked::Locked;
use crate::error::{Error, Result};
use crate::memory;
use crate::sys;
use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The most chunks or boxes of a file that are read: zeros look like an endless row of empty ones.
pub(super) const PARTS: usize = 1 << 14;

/// An open file, or a part of it.
pub(super) struct Input {
    file: Arc<Locked>,
    path: PathBuf,
    /// Bytes in the file when it was opened.
    file_length: u64,
    /// The byte of the file at which positions begin to count.
    begin: u64,
    length: u64,
}

impl Input {
    pub fn open(path: &Path) -> Result<Arc<Input>> {
        let failed = |source| Error::Io {
            path: path.into(),
            source,
        };
        // Asked before it is opened, since opening a named pipe waits for a writer.
        if !fs::metadata(path).map_err(failed)?.is_file() {
            return Err(Error::Format {
                path: path.into(),
                found: "not a regular file".into(),
                supported: SUPPORTED,
            });
        }
        let file = sys::open_to_read(path).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        Ok(Arc::new(Input {
            file: Arc::new(Locked::to_read(file)),
            path: path.into(),
            file_length: length,
            begin: 0,
            length,
        }))
    }

    /// What comes after its first `bytes`, as if it were the file.
    pub fn after(&self, bytes: u64) -> Arc<Input> {
        self.part(bytes, self.length)
    }

    /// Its first `bytes`, as if they were the file.
    pub fn until(&self, bytes: u64) -> Arc<Input> {
        self.part(0, bytes)
    }

    fn part(&self, begin: u64, end: u64) -> Arc<Input> {
        let end = end.min(self.length);
        let begin = begin.min(end);
        Arc::new(Input {
            file: Arc::clone(&self.file),
            path: self.path.clone(),
            file_length: self.file_length,
            begin: self.begin + begin,
            length: end - begin,
        })
    }

    /// Bytes in it when it was opened.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Whether bytes were added to the file since it was opened.
    pub fn has_grown(&self) -> Result<bool> {
        let now = self.file.metadata().map_err(|source| self.failed(source))?;
        Ok(now.len() > self.file_length)
    }

    /// Fills `out` from `offset` on, unless the file ends before; returns how many bytes it read.
    pub fn read_at(&self, offset: u64, out: &mut [u8]) -> Result<usize> {
        let left = self.length.saturating_sub(offset);
        let room = out.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let out = &mut out[..room];
        // No file is that long: only a wrong header points there.
        let fits = |offset: &u64| i64::try_from(*offset).is_ok();
        let Some(offset) = self.begin.checked_add(offset).filter(fits) else {
            return Ok(0);
        };
        let mut done = 0;
        while done < out.len() {
            match self.file.read_at(&mut out[done..], offset + done as u64) {
                Ok(0) => break,
                Ok(read) => done += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(source) => return Err(self.failed(source)),
            }
        }
        Ok(done)
    }

    /// `N` bytes at `offset`, unless the file ends before.
    pub fn array<const N: usize>(&self, offset: u64) -> Result<Option<[u8; N]>> {
        let mut bytes = [0; N];
        Ok((self.read_at(offset, &mut bytes)? == N).then_some(bytes))
    }

    /// `length` bytes at `offset`, or as many as the file has.
    pub fn bytes(&self, offset: u64, length: u64) -> Result<Vec<u8>> {
        let length = length.min(self.length.saturating_sub(offset)) as usize;
        let mut bytes = memory::filled(0, length, WHAT)?;
        let read = self.read_at(offset, &mut bytes)?;
        bytes.truncate(read);
        Ok(bytes)
    }

    /// The error for a file that is not what it should be.
    pub fn bad(&self, found: impl Into<String>) -> Error {
        Error::Format {
            path: self.path.clone(),
            found: found.into(),
            supported: SUPPORTED,
        }
    }

    fn failed(&self, source: io::Error) -> Error {
        Error::Io {
            path: self.path.clone(),
            source,
        }
    }
}

/// A piece of the file in memory, for those who read it from front to back in small steps.
pub(super) struct InputWindow {
    input: Arc<Input>,
    start: u64,
    bytes: Vec<u8>,
}

impl InputWindow {
    /// Bytes that are read at once.
    const STEP: usize = 1 << 16;

    pub fn new(input: Arc<Input>) -> InputWindow {
        InputWindow {
            input,
            start: 0,
            bytes: Vec::new(),
        }
    }

    /// The file.
    pub fn input(&self) -> &Arc<Input> {
        &self.input
    }

    /// `length` bytes at `offset`, or as many as the file has.
    pub fn at(&mut self, offset: u64, length: usize) -> Result<&[u8]> {
        let left = self.input.length().saturating_sub(offset);
        let length = left.min(length as u64) as usize;
        let inside = offset
            .checked_sub(self.start)
            .map(|skip| skip as usize)
            .filter(|skip| skip + length <= self.bytes.len());
        let skip = match inside {
            Some(skip) => skip,
            None => {
                let step = left.min(length.max(Self::STEP) as u64) as usize;
                memory::resize(&mut self.bytes, step, 0, WHAT)?;
                let read = self.input.read_at(offset, &mut self.bytes)?;
                self.bytes.truncate(read);
                self.start = offset;
                0
            }
        };
        let end = (skip + length).min(self.bytes.len());
        Ok(&self.bytes[skip..end])
    }
}
