//! The file: what is appended to it, and the header that describes what was.

use super::choose::encoding;
use super::encoding::{Encoding, PIECE_FRAMES, SILENCE_FRAMES, Shape, io_error};
use super::medium::Medium;
use crate::clip::bad_samples;
use crate::clip::locked::Locked;
use crate::error::{Error, Result};
use crate::memory;
use crate::sys;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

/// An audio file that is being written. Dropped without [`Writer::finish`], it holds what the last
/// [`Writer::settle`] described.
pub(crate) struct Writer {
    path: PathBuf,
    medium: Medium,
    encoding: Box<dyn Encoding>,
    channels: usize,
    /// Where the body begins.
    header_bytes: u64,
    /// What is in the file.
    frames: u64,
    body_bytes: u64,
    /// What the header on disk says.
    settled_frames: u64,
    /// It could not be written; what the encoder keeps does not fit to it any more.
    has_failed: bool,
    bad_samples: u64,
    /// Reused for each piece, and for the samples of one that has bad ones.
    piece: Vec<u8>,
    silenced: Vec<f32>,
    /// The header never tells where the body ends: all that follows belongs to it.
    is_open: bool,
}

impl Writer {
    /// Begins a file, in place of what had this name; a pipe that somebody reads, or a device, is written
    /// into.
    ///
    /// # Errors
    /// As [`FileFormat::check`](super::FileFormat::check); [`Error::Io`];
    /// [`Error::InvalidState`] if another writer or a streamed clip, of any process, has the file
    /// open.
    pub fn create(path: &Path, shape: Shape) -> Result<Writer> {
        shape.format.check(shape.channels, shape.frame_rate_hz)?;
        Writer::with(path, shape, encoding(shape)?)
    }

    pub(super) fn with(path: &Path, shape: Shape, encoding: Box<dyn Encoding>) -> Result<Writer> {
        // Before anything becomes of the file that had this name.
        let piece = room(shape)?;
        // Not truncated before it is known that nobody else writes it.
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        let file = sys::open_at_once(options, path).map_err(|e| io_error(path, e))?;
        let before = file.metadata().map_err(|e| io_error(path, e))?;
        if !before.is_file() {
            // A pipe, or a device, which is for many.
            return Writer::begin_stream(path, Box::new(file), shape, encoding, None);
        }
        let Some(file) = Locked::to_write(file) else {
            return Err(Error::InvalidState(format!(
                "{}: is being written already, or played by a streamed clip; take another file",
                path.display()
            )));
        };
        let medium = Medium::file(file).map_err(|e| io_error(path, e))?;
        let header = encoding.header(0, 0);
        Writer::begin(path, medium, header, shape, encoding, piece)
    }

    /// Begins to write into what takes bytes one after another; `path` is its name for messages. It is
    /// told how many frames will come, if anybody knows.
    ///
    /// # Errors
    /// As [`FileFormat::check`](super::FileFormat::check); [`Error::Io`].
    pub fn stream(
        path: &Path,
        stream: Box<dyn Write + Send>,
        shape: Shape,
        frames: Option<u64>,
    ) -> Result<Writer> {
        shape.format.check(shape.channels, shape.frame_rate_hz)?;
        Writer::begin_stream(path, stream, shape, encoding(shape)?, frames)
    }

    fn begin_stream(
        path: &Path,
        stream: Box<dyn Write + Send>,
        shape: Shape,
        encoding: Box<dyn Encoding>,
        frames: Option<u64>,
    ) -> Result<Writer> {
        let header = encoding.announced(frames);
        let (medium, piece) = (Medium::Stream(stream), room(shape)?);
        let writer = Writer::begin(path, medium, header, shape, encoding, piece)?;
        Ok(Writer {
            is_open: frames.is_none(),
            ..writer
        })
    }

    fn begin(
        path: &Path,
        mut medium: Medium,
        header: Vec<u8>,
        shape: Shape,
        encoding: Box<dyn Encoding>,
        piece: Vec<u8>,
    ) -> Result<Writer> {
        medium
            .append(&header, 0)
            .map_err(|source| io_error(path, source))?;
        Ok(Writer {
            path: path.into(),
            medium,
            encoding,
            channels: shape.channels.into(),
            header_bytes: header.len() as u64,
            frames: 0,
            body_bytes: 0,
            settled_frames: 0,
            has_failed: false,
            bad_samples: 0,
            piece,
            silenced: Vec::new(),
            is_open: false,
        })
    }

    /// Frames in the file; those that wait to fill a block of FLAC do not count yet.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// How many of them the header on disk does not tell of yet.
    pub fn unsettled_frames(&self) -> u64 {
        self.frames - self.settled_frames
    }

    /// Samples that were clipped, being beyond ±1.0 in a format of integers.
    pub fn clipped(&self) -> u64 {
        self.encoding.clipped()
    }

    /// Samples that were NaN, infinite or beyond ±1e6, and are 0 in the file.
    pub fn bad_samples(&self) -> u64 {
        self.bad_samples
    }

    /// Appends interleaved frames.
    ///
    /// # Errors
    /// [`Error::Io`]: the disk is full, say. The file is cut back then to whole frames, with a
    /// header that describes them. [`Error::InvalidState`]: that was so before.
    pub fn write(&mut self, samples: &[f32]) -> Result<()> {
        self.check()?;
        for piece in samples.chunks(PIECE_FRAMES * self.channels) {
            self.piece.clear();
            let piece = if bad_samples::are_good(piece) {
                piece
            } else {
                self.silenced.clear();
                memory::reserve(&mut self.silenced, piece.len(), WHAT)?;
                self.bad_samples += bad_samples::count(piece);
                self.silenced.extend(piece);
                bad_samples::silence(&mut self.silenced);
                &self.silenced
            };
            let frames = self.encoding.encode(piece, &mut self.piece)?;
            self.append(frames)?;
        }
        Ok(())
    }

    /// Appends frames of silence.
    ///
    /// # Errors
    /// As [`Writer::write`].
    pub fn write_silence(&mut self, frames: u64) -> Result<()> {
        self.check()?;
        if let Some(bytes) = self.encoding.silent_frame_bytes() {
            // A hole, which reads as zeros.
            let body_bytes = self.body_bytes.saturating_add(frames.saturating_mul(bytes));
            let length = self.header_bytes.saturating_add(body_bytes);
            match self.medium.set_length(length) {
                Ok(true) => {
                    self.body_bytes = body_bytes;
                    self.frames += frames;
                    return Ok(());
                }
                Ok(false) => {}
                Err(source) => return Err(self.cut_back(source)),
            }
        }
        let mut left = frames;
        while left > 0 {
            let now = left.min(SILENCE_FRAMES);
            self.piece.clear();
            let frames = self.encoding.encode_silence(now, &mut self.piece)?;
            self.append(frames)?;
            left -= now;
        }
        Ok(())
    }

    /// Brings the header up to date: what is in the file now is there even if the process is
    /// killed afterwards. A pipe, which nobody comes back to, hands on what it holds back.
    ///
    /// # Errors
    /// As [`Writer::write`].
    pub fn settle(&mut self) -> Result<()> {
        self.check()?;
        if let Err(source) = self.medium.check_name() {
            return Err(self.lose(source));
        }
        if self.unsettled_frames() == 0 {
            return Ok(());
        }
        if let Err(source) = self.write_header().and_then(|()| self.medium.flush()) {
            return Err(self.cut_back(source));
        }
        self.settled_frames = self.frames;
        Ok(())
    }

    /// Completes the file.
    ///
    /// # Errors
    /// As [`Writer::write`].
    pub fn finish(&mut self) -> Result<()> {
        self.check()?;
        self.piece.clear();
        let frames = self.encoding.flush(&mut self.piece)?;
        self.append(frames)?;
        let (header, padding) = self.encoding.completed(self.frames, self.body_bytes);
        let padding = if self.is_open { &[] } else { padding };
        let end = self.header_bytes + self.body_bytes;
        let written = self
            .medium
            .append(padding, end)
            .and_then(|()| self.medium.set_header(&header))
            .and_then(|()| self.medium.flush());
        if let Err(source) = written {
            return Err(self.cut_back(source));
        }
        self.settled_frames = self.frames;
        self.medium.check_name().map_err(|source| self.lose(source))
    }

    /// Refuses to go on after a failure.
    fn check(&self) -> Result<()> {
        match self.has_failed {
            false => Ok(()),
            true => Err(Error::InvalidState(format!(
                "{}: an earlier write failed; the frames before it are in the file and can be played",
                self.path.display()
            ))),
        }
    }

    /// Appends the piece, which completes so many frames.
    fn append(&mut self, frames: u64) -> Result<()> {
        let end = self.header_bytes + self.body_bytes;
        if let Err(source) = self.medium.append(&self.piece, end) {
            return Err(self.cut_back(source));
        }
        self.body_bytes += self.piece.len() as u64;
        self.frames += frames;
        Ok(())
    }

    /// Takes away what was written in part.
    fn cut_back(&mut self, source: std::io::Error) -> Error {
        self.has_failed = true;
        // The first error is the one that is reported. Where this fails as well, something follows what the header
        // tells of.
        let _ = self.medium.set_length(self.header_bytes + self.body_bytes);
        if self.write_header().is_err() {
            // The file is as it was when it was settled last.
            self.frames = self.settled_frames;
        }
        io_error(&self.path, source)
    }

    /// Gives up a file that nobody will find.
    fn lose(&mut self, source: std::io::Error) -> Error {
        self.has_failed = true;
        self.frames = 0;
        self.settled_frames = 0;
        io_error(&self.path, source)
    }

    fn write_header(&mut self) -> std::io::Result<()> {
        let header = self.encoding.header(self.frames, self.body_bytes);
        self.medium.set_header(&header)
    }
}

/// What memory is for.
const WHAT: &str = "a file that is written";

/// Room for a piece in the form that it has in the file.
fn room(shape: Shape) -> Result<Vec<u8>> {
    let samples = PIECE_FRAMES * usize::from(shape.channels);
    memory::room(samples * size_of::<f32>(), WHAT)
}
