//! The recordings of an interface: what may be recorded, how one begins, and how all end with the interface.

use super::core::{Core, State};
use super::exchange::Exchange;
use super::plan::NewTap;
use super::punch::Punch;
use super::recording::OpenRecording;
use crate::clip::{FileFormat, Shape, Writer};
use crate::engine::Tap;
use crate::error::{Error, Result};
use crate::link::{self, RecordSource};
use crate::lock::Mutex;
use crate::sys::Resident;
use crate::units::{MAX_CHANNELS, check_length, check_position};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What a [`crate::Recorder`] records. The default: all inputs, as 32-bit float WAV, from the next period
/// on until it is stopped.
#[derive(Clone, Debug, Default)]
pub struct RecorderConfig {
    /// Captured input, or the mixed output.
    pub source: RecordSource,
    /// Which of its channels, counted from 0, in the order in which the file has them; empty: all.
    pub channels: Vec<u16>,
    /// What is written.
    pub format: FileFormat,
    /// Punch in: the timeline frame that is the file's first; `None`: the next period.
    pub begin: Option<i64>,
    /// Punch out: the timeline frame before which the file ends; `None`: when it is stopped.
    pub end: Option<i64>,
    /// The most frames that the file gets, 1 to 2^60; `None`: no limit.
    pub frames: Option<u64>,
    /// How many frames may wait for the disk, up to 2^26; 0: four seconds' worth.
    pub buffer_frames: u64,
}

pub(super) struct Recordings {
    core: Arc<Core>,
    exchange: Arc<Exchange>,
    /// Recordings that have not ended, and some that have.
    open: Mutex<Vec<Arc<OpenRecording>>>,
}

impl Recordings {
    pub fn new(core: &Arc<Core>, exchange: &Arc<Exchange>) -> Arc<Recordings> {
        Arc::new(Recordings {
            core: core.clone(),
            exchange: exchange.clone(),
            open: Mutex::default(),
        })
    }

    /// Begins a recording into what `open` makes.
    ///
    /// # Errors
    /// As [`crate::Interface::record`].
    pub fn begin(
        &self,
        path: &Path,
        config: &RecorderConfig,
        open: impl FnOnce(Shape) -> Result<Writer>,
    ) -> Result<Arc<OpenRecording>> {
        let core = &self.core;
        core.check_open()?;
        if core.state() == State::Failed {
            return Err(Error::InvalidState(
                "the interface has failed; make another one".into(),
            ));
        }
        let channels = self.recorded_channels(config)?;
        let frames = self.check_recording(config)?;
        let rate = core.rate;
        let shape = Shape {
            format: config.format,
            channels: channels.len() as u16,
            frame_rate_hz: rate.hz(),
        };
        config.format.check(shape.channels, rate.hz())?;
        // As with captured input: chunks run out before frames only if periods are very short.
        let shortest = u64::from(core.period_frames().min(8));
        let chunks = (frames / shortest) as usize + 64;
        let (mut tap, reader) = link::tap(channels.len(), rate, frames as usize, chunks)?;
        let mut resident = Resident::default();
        tap.keep_memory(&mut resident);
        // Before the file is made, since making it replaces an existing file.
        let place = self.exchange.reserve_tap()?;
        let buffer = OpenRecording::buffer(shape)?;
        let writer = open(shape)?;
        let punch = Punch::new(config.begin, config.end, config.frames);
        let watch = reader.watch();
        let reader = (reader, resident);
        let recording = OpenRecording::begin(path, writer, reader, punch, shape, buffer, core)?;
        {
            let mut open = self.open.lock();
            open.retain(|recording| !recording.has_ended());
            open.push(recording.clone());
        }
        // From here on, closing the interface ends this recording. If it was closed before, sending fails.
        let begun = self.exchange.begin_tap(NewTap {
            number: place.number,
            node: Box::new(Tap {
                source: config.source,
                writer: tap,
            }),
            source: config.source,
            channels,
            watch,
        });
        if let Err(error) = begun {
            recording.stop();
            // A failure of the file is reported by an event.
            let _ = recording.wait(None);
            return Err(error);
        }
        Ok(recording)
    }

    /// The channels that are recorded.
    fn recorded_channels(&self, config: &RecorderConfig) -> Result<Box<[u16]>> {
        let (side, count) = match config.source {
            RecordSource::Input => ("input", self.core.config.input_channels),
            RecordSource::Output => ("output", self.core.config.output_channels),
        };
        if count == 0 {
            return Err(Error::InvalidState(format!(
                "the interface has no {side} channels to record"
            )));
        }
        if let Some(channel) = config.channels.iter().find(|&&channel| channel >= count) {
            return Err(Error::InvalidArgument(format!(
                "channels has {channel}; the interface has {side} channels 0 to {}",
                count - 1
            )));
        }
        if config.channels.len() > usize::from(MAX_CHANNELS) {
            return Err(Error::OutOfRange {
                what: "the number of channels",
                given: config.channels.len() as i128,
                allowed: "0 to 64",
            });
        }
        Ok(match config.channels.is_empty() {
            true => (0..count).collect(),
            false => config.channels.as_slice().into(),
        })
    }

    /// Checks the rest; returns how many frames may wait.
    fn check_recording(&self, config: &RecorderConfig) -> Result<u64> {
        let begin = config.begin.map(|at| check_position("begin", at));
        let end = config.end.map(|at| check_position("end", at));
        if let (Some(begin), Some(end)) = (begin.transpose()?, end.transpose()?)
            && begin >= end
        {
            return Err(Error::InvalidArgument(format!(
                "end is {end}; it must be after begin, which is {begin}"
            )));
        }
        if let Some(frames) = config.frames
            && check_length("frames", frames)? == 0
        {
            return Err(Error::OutOfRange {
                what: "frames",
                given: 0,
                allowed: "1 to 2^60",
            });
        }
        match config.buffer_frames {
            0 => Ok(u64::from(self.core.rate.hz()) * 4),
            frames if frames <= 1 << 26 => Ok(frames),
            frames => Err(Error::OutOfRange {
                what: "buffer_frames",
                given: frames.into(),
                allowed: "0 to 2^26",
            }),
        }
    }

    /// Ends all recordings, and waits a while for their files.
    pub fn end_all(&self) {
        /// Together with the other waits of closing, it stays within a second.
        const PATIENCE: Duration = Duration::from_millis(400);
        let open = std::mem::take(&mut *self.open.lock());
        let began = Instant::now();
        for recording in &open {
            recording.stop();
        }
        for recording in &open {
            // A recording that takes longer completes its file later, on its own thread.
            let _ = recording.wait(Some(PATIENCE.saturating_sub(began.elapsed())));
        }
    }
}
