//! Making clips from files: loaded or streamed, at the rate they have or at another.

use super::convert::{self, Quality};
use super::data::Clip;
use super::decode;
use super::load::load;
use super::source::{Monitor, Source, unwatched};
use crate::error::Result;
use std::path::Path;

/// How a file becomes a clip. The default: at the rate it has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenOptions {
    /// The frame rate that the clip is to have, 1,000 to 768,000; usually that of the interface
    /// that will play it. A file of another rate is converted. `None`: the file's.
    pub frame_rate_hz: Option<u32>,
    /// How it is converted.
    pub quality: Quality,
}

impl OpenOptions {
    /// At this rate, in good quality.
    pub fn at_rate(frame_rate_hz: u32) -> OpenOptions {
        OpenOptions {
            frame_rate_hz: Some(frame_rate_hz),
            ..OpenOptions::default()
        }
    }

    fn source(&self, path: &Path) -> Result<Box<dyn Source>> {
        let source = decode::open(path)?.source;
        match self.frame_rate_hz {
            Some(hz) => convert::convert(source, hz, self.quality),
            None => Ok(source),
        }
    }
}

impl Clip {
    /// Loads a file of any supported format whole, at the rate it has. Several channels come in
    /// the order of WAV, also if the file has another order. Samples that are NaN, infinite or beyond
    /// ±1e6 are 0; [`Clip::bad_samples`] counts them. [`crate::probe`] says what a file holds.
    ///
    /// # Errors
    /// [`crate::Error::Io`], [`crate::Error::Format`] (names what was found and what is supported),
    /// [`crate::Error::OutOfMemory`].
    pub fn open(path: impl AsRef<Path>) -> Result<Clip> {
        Clip::open_with(path, &OpenOptions::default(), &mut unwatched)
    }

    /// Loads a file whole; `monitor` is told how far it is, and may give up.
    ///
    /// ```no_run
    /// # let interface = amio::Interface::new(amio::Config::new(amio::DriverKind::Null))?;
    /// let options = amio::OpenOptions::at_rate(interface.frame_rate_hz());
    /// let clip = amio::Clip::open_with("take.flac", &options, &mut |progress| {
    ///     eprintln!("{} of {} frames", progress.done_frames, progress.total_frames);
    ///     std::ops::ControlFlow::Continue(())
    /// })?;
    /// # Ok::<(), amio::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Clip::open`]; [`crate::Error::OutOfRange`] for the rate; [`crate::Error::Cancelled`].
    pub fn open_with(
        path: impl AsRef<Path>,
        options: &OpenOptions,
        monitor: &mut Monitor<'_>,
    ) -> Result<Clip> {
        load(&mut *options.source(path.as_ref())?, monitor)
    }

    /// Plays a file without loading it: an interface on which it is scheduled reads ahead of what
    /// plays, and converts what it reads. It sounds bit for bit like the loaded file. Where the file
    /// is not read in time, the frames that are missing are silent, counted, and reported by
    /// [`crate::EventKind::Underrun`]; what cannot be read is silent, and reported by
    /// [`crate::EventKind::StreamFailed`].
    ///
    /// The file stays open as long as the clip lives, and must not change. While it plays it takes
    /// about 2 MiB of memory for two channels, more where it is played at many places at once or
    /// read ahead further than by default.
    ///
    /// # Errors
    /// As [`Clip::open`]; [`crate::Error::OutOfRange`] for the rate.
    pub fn open_stream(path: impl AsRef<Path>, options: &OpenOptions) -> Result<Clip> {
        let path = path.as_ref();
        Clip::streamed(options.source(path)?, path)
    }
}
