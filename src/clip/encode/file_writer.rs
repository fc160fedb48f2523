//! Files that a program writes itself.

use super::encoding::{FileFormat, Shape};
use super::writer::Writer;
use crate::error::{Error, Result};
use std::io::Write;
use std::path::Path;

/// Writes an audio file, block by block: what was rendered offline, say. Any thread but the audio
/// thread.
///
/// ```
/// use amio::{Clip, FileFormat, FileWriter};
///
/// let path = std::env::temp_dir().join(format!("amio-doc-writer-{}.flac", std::process::id()));
/// let mut writer = FileWriter::create(&path, FileFormat::Flac24, 2, 48_000)?;
/// writer.write(&[0.5, -0.5])?;
/// writer.write(&[0.25, -0.25])?;
/// assert_eq!(writer.finish()?.frames, 2);
/// assert_eq!(Clip::open(&path)?.info().frames, 2);
/// # std::fs::remove_file(&path).expect("it is there");
/// # Ok::<(), amio::Error>(())
/// ```
pub struct FileWriter {
    writer: Writer,
    shape: Shape,
    /// How many frames will come, if that was said.
    announced: Option<u64>,
    /// What was written, with what waits to fill a block of FLAC.
    frames: u64,
}

/// What a complete file holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Its length.
    pub frames: u64,
    /// Samples beyond ±1.0, which a file of integers does not hold: they are clipped.
    pub clipped_samples: u64,
    /// Samples that were NaN, infinite or beyond ±1e6, and are 0 in the file.
    pub bad_samples: u64,
}

impl FileWriter {
    /// Begins a file, in place of what has this name; a named pipe that somebody reads is written into. Dropped
    /// without [`FileWriter::finish`], it may lack its last frames.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] and [`Error::InvalidArgument`] for channels and rates that the format does
    /// not have; [`Error::Io`]; [`Error::InvalidState`] if the file is being written already, or played
    /// by a streamed clip.
    pub fn create(
        path: impl AsRef<Path>,
        format: FileFormat,
        channels: u16,
        frame_rate_hz: u32,
    ) -> Result<FileWriter> {
        let shape = Shape {
            format,
            channels,
            frame_rate_hz,
        };
        Ok(FileWriter {
            writer: Writer::create(path.as_ref(), shape)?,
            shape,
            announced: None,
            frames: 0,
        })
    }

    /// Begins to write into a pipe, a socket or whatever else takes bytes one after another; `name` is
    /// for messages. Nobody comes back to the header: it says that there will be `frames` frames or, for
    /// `None`, that it does not know. FLAC has no digest then.
    ///
    /// # Errors
    /// As [`FileWriter::create`], without [`Error::InvalidState`].
    pub fn stream(
        name: impl AsRef<Path>,
        stream: impl Write + Send + 'static,
        format: FileFormat,
        channels: u16,
        frame_rate_hz: u32,
        frames: Option<u64>,
    ) -> Result<FileWriter> {
        let shape = Shape {
            format,
            channels,
            frame_rate_hz,
        };
        Ok(FileWriter {
            writer: Writer::stream(name.as_ref(), Box::new(stream), shape, frames)?,
            shape,
            announced: frames,
            frames: 0,
        })
    }

    /// Appends interleaved frames.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for a part of a frame, and for more frames than were announced;
    /// [`Error::Io`]: a file holds what was written before then; [`Error::InvalidState`]: that was so before.
    pub fn write(&mut self, samples: &[f32]) -> Result<()> {
        let channels = usize::from(self.shape.channels);
        if !samples.len().is_multiple_of(channels) {
            return Err(Error::InvalidArgument(format!(
                "samples has {} samples; it must have whole frames of {channels}",
                samples.len()
            )));
        }
        let frames = self.frames + (samples.len() / channels) as u64;
        match self.announced {
            Some(announced) if frames > announced => Err(Error::InvalidArgument(format!(
                "samples ends at frame {frames}; {announced} frames were announced"
            ))),
            _ => {
                self.writer.write(samples)?;
                self.frames = frames;
                Ok(())
            }
        }
    }

    /// Completes the file.
    ///
    /// # Errors
    /// [`Error::InvalidState`] for fewer frames than were announced; [`Error::Io`], also where the file was
    /// deleted or replaced meanwhile.
    pub fn finish(mut self) -> Result<Written> {
        if let Some(announced) = self.announced
            && announced != self.frames
        {
            return Err(Error::InvalidState(format!(
                "{} frames were written, and {announced} announced",
                self.frames
            )));
        }
        self.writer.finish()?;
        Ok(Written {
            frames: self.writer.frames(),
            clipped_samples: self.writer.clipped(),
            bad_samples: self.writer.bad_samples(),
        })
    }
}
