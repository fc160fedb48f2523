//! Recording to disk and into pipes: what the application holds meanwhile.

use super::interface::Interface;
use super::recording::{OpenRecording, Recording};
use super::recordings::RecorderConfig;
use crate::clip::{Shape, Writer};
use crate::error::Result;
use crate::sys::Home;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Records to a file until it is stopped or dropped, its end is reached, the disk is full, or the
/// interface is closed. For any thread, in the process that made it: see [`Interface`].
///
/// ```
/// use amio::{Config, DriverKind, Interface, RecorderConfig};
///
/// let interface = Interface::new(Config::new(DriverKind::Offline))?;
/// let path = std::env::temp_dir().join(format!("amio-doc-{}.wav", std::process::id()));
/// let recorder = interface.record(&path, &RecorderConfig::default())?;
/// interface.start()?;
/// interface.advance(1000, Some(&[0.5; 2 * 1000]), None)?;
/// assert_eq!(recorder.stop()?.frames, 1000);
/// # std::fs::remove_file(&path).expect("it is there");
/// # Ok::<(), amio::Error>(())
/// ```
pub struct Recorder(Arc<OpenRecording>, Home);

impl Interface {
    /// Records to a file, in place of what has this name, on a thread of its own; several at once,
    /// and beside [`Interface::read_input`]. A named pipe that somebody reads is written into.
    /// The interface may be running or not. What a punch in, a stop or a seek does to a recording,
    /// and what a file holds when the process or the machine dies, is in `docs/SEMANTICS.md`.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io) if the file cannot be made; [`Error::OutOfRange`](crate::Error::OutOfRange) and
    /// [`Error::InvalidArgument`](crate::Error::InvalidArgument) for what the interface or the format does not have;
    /// [`Error::InvalidState`](crate::Error::InvalidState) (failed, closed, the file is being written already);
    /// [`Error::QueueFull`](crate::Error::QueueFull) (64 recorders, or the command queue); [`Error::OutOfMemory`](crate::Error::OutOfMemory);
    /// [`Error::System`](crate::Error::System).
    pub fn record(&self, path: impl AsRef<Path>, config: &RecorderConfig) -> Result<Recorder> {
        let path = path.as_ref();
        self.record_with(path, config, |shape| Writer::create(path, shape))
    }

    /// Records into a pipe, a socket or whatever else takes bytes one after another, as
    /// [`Interface::record`] does into a file; `name` is for messages. The header says that it does not
    /// know the length, and FLAC has no digest. Frames that come faster than they are taken wait as
    /// they do for a disk; the end waits until the last ones are taken.
    ///
    /// # Errors
    /// As [`Interface::record`].
    pub fn record_stream(
        &self,
        name: impl AsRef<Path>,
        stream: impl Write + Send + 'static,
        config: &RecorderConfig,
    ) -> Result<Recorder> {
        let name = name.as_ref();
        self.record_with(name, config, |shape| {
            Writer::stream(name, Box::new(stream), shape, None)
        })
    }

    fn record_with(
        &self,
        path: &Path,
        config: &RecorderConfig,
        open: impl FnOnce(Shape) -> Result<Writer>,
    ) -> Result<Recorder> {
        let parts = self.parts();
        let recording = parts.recordings.begin(path, config, open)?;
        Ok(Recorder(recording, parts.core.home))
    }
}

impl Recorder {
    /// The file, or the name of what is written into.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// What was recorded so far. What waits for the disk, and to fill a block of FLAC, does not
    /// count yet.
    pub fn recording(&self) -> Recording {
        self.0.recording()
    }

    /// Ends the recording with the last period that has run, and completes the file, for as long
    /// as the disk takes. Stopping one that has ended is fine.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io) or [`Error::OutOfMemory`](crate::Error::OutOfMemory): the file could not be written to its end; it holds
    /// what could.
    pub fn stop(&self) -> Result<Recording> {
        self.1.check("the recorder")?;
        self.0.stop();
        self.0.wait(None)
    }

    /// Waits until the recording has ended by itself: at its end on the timeline, with the
    /// interface, or because the disk was full.
    ///
    /// # Errors
    /// As [`Recorder::stop`]; [`Error::Timeout`](crate::Error::Timeout) after `timeout`.
    pub fn wait(&self, timeout: Duration) -> Result<Recording> {
        self.1.check("the recorder")?;
        self.0.wait(Some(timeout))
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        if self.1.is_here() {
            // What went wrong was told as an event.
            let _ = self.stop();
        } else {
            std::mem::forget(self.0.clone());
        }
    }
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (self.path(), self.recording()).fmt(f)
    }
}
