//! Recording to disk and into pipes: what is asked for, and what the application holds meanwhile.

use super::interface::{Inner, Interface, State};
use super::plan::{NewTap, PlanBook, TapNumber};
use super::punch::Punch;
use super::recording::Take;
use crate::clip::{FileFormat, Shape, Writer};
use crate::engine::Tap;
use crate::error::{Error, Result};
use crate::link::{self, RecordSource};
use crate::lock::Mutex;
use crate::sys::{Home, Resident};
use crate::units::{MAX_CHANNELS, check_length, check_position};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What a [`Recorder`] records. The default: all inputs, as 32-bit float WAV, from the next period
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

/// How far a recording is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RecorderState {
    /// Its first frame has not come yet.
    #[default]
    Waiting,
    /// Frames are recorded.
    Recording,
    /// It has ended, and its file is complete.
    Ended,
    /// It has ended because the file could not be written.
    Failed,
}

/// What was recorded so far, or in all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recording {
    /// How far it is.
    pub state: RecorderState,
    /// The length of the file.
    pub frames: u64,
    /// How many of them are silence in place of frames for which the disk was too slow.
    pub lost_frames: u64,
    /// How many of them are silence in place of frames that the device skipped.
    pub skipped_frames: u64,
    /// Samples beyond ±1.0, which a file of integers does not hold.
    pub clipped_samples: u64,
    /// Samples that were NaN, infinite or beyond ±1e6, and are 0 in the file.
    pub bad_samples: u64,
    /// The timeline frame of the file's first frame; 0 while there is none.
    pub position: i64,
    /// The device frame of the file's first frame; 0 while there is none.
    pub device_frame: u64,
}

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
pub struct Recorder(Arc<Take>, Home);

impl Interface {
    /// Records to a file, in place of what has this name, on a thread of its own; several at once,
    /// and beside [`Interface::read_input`]. A named pipe that somebody reads is written into.
    /// The interface may be running or not. What a punch in, a stop or a seek does to a recording,
    /// and what a file holds when the process or the machine dies, is in `docs/SEMANTICS.md`.
    ///
    /// # Errors
    /// [`Error::Io`] if the file cannot be made; [`Error::OutOfRange`] and
    /// [`Error::InvalidArgument`] for what the interface or the format does not have;
    /// [`Error::InvalidState`] (failed, closed, the file is being written already);
    /// [`Error::QueueFull`] (64 recorders, or the command queue); [`Error::OutOfMemory`];
    /// [`Error::System`].
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
        begin: impl FnOnce(Shape) -> Result<Writer>,
    ) -> Result<Recorder> {
        self.open()?;
        let inner = self.shared();
        if inner.state() == State::Failed {
            return Err(Error::InvalidState(
                "the interface has failed; make another one".into(),
            ));
        }
        let channels = inner.recorded_channels(config)?;
        let frames = inner.check_recording(config)?;
        let rate = inner.frame_rate_hz;
        let shape = Shape {
            format: config.format,
            channels: channels.len() as u16,
            frame_rate_hz: rate,
        };
        config.format.check(shape.channels, rate)?;
        // As with captured input: chunks run out first only where periods are very short.
        let shortest = u64::from(inner.info.lock().period_frames.clamp(1, 8));
        let chunks = (frames / shortest) as usize + 64;
        let (mut writer_of_tap, reader) = link::tap(channels.len(), rate, frames as usize, chunks)?;
        let mut resident = Resident::default();
        writer_of_tap.keep_memory(&mut resident);
        // Before the file is made, which takes the place of another one.
        let place = inner.reserve_tap()?;
        let buffer = Take::buffer(shape)?;
        let writer = begin(shape)?;
        let punch = Punch::new(config.begin, config.end, config.frames);
        let watch = reader.watch();
        let take = Take::begin(
            path,
            writer,
            (reader, resident),
            punch,
            shape,
            buffer,
            inner,
        )?;
        let recorder = Recorder(take.clone(), inner.home);
        {
            let mut takes = inner.takes.lock();
            takes.retain(|take| !take.has_ended());
            takes.push(take);
        }
        // From here on closing the interface ends it, and where that was earlier, sending fails.
        let source = config.source;
        let writer = writer_of_tap;
        inner.begin_tap(NewTap {
            number: place.number,
            node: Box::new(Tap { source, writer }),
            source,
            channels,
            watch,
        })?;
        Ok(recorder)
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
    /// [`Error::Io`] or [`Error::OutOfMemory`]: the file could not be written to its end; it holds
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
    /// As [`Recorder::stop`]; [`Error::Timeout`] after `timeout`.
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

impl Inner {
    /// The channels that are recorded.
    fn recorded_channels(&self, config: &RecorderConfig) -> Result<Box<[u16]>> {
        let (side, count) = match config.source {
            RecordSource::Input => ("input", self.config.input_channels),
            RecordSource::Output => ("output", self.config.output_channels),
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
            0 => Ok(u64::from(self.frame_rate_hz) * 4),
            frames if frames <= 1 << 26 => Ok(frames),
            frames => Err(Error::OutOfRange {
                what: "buffer_frames",
                given: frames.into(),
                allowed: "0 to 2^26",
            }),
        }
    }

    /// Takes the place of one more tap, if the engine has it.
    fn reserve_tap(&self) -> Result<ReservedTap<'_>> {
        self.pump();
        let plan = &self.plan;
        let number = plan.lock().reserve_tap()?;
        Ok(ReservedTap { plan, number })
    }

    /// Ends all recordings, and waits a while for their files.
    pub fn end_recordings(&self) {
        /// With what else closing waits for it stays within a second.
        const PATIENCE: Duration = Duration::from_millis(400);
        let takes = std::mem::take(&mut *self.takes.lock());
        let began = Instant::now();
        for take in &takes {
            take.stop();
        }
        for take in &takes {
            // One that takes longer completes its file later, on its own thread.
            let _ = take.wait(Some(PATIENCE.saturating_sub(began.elapsed())));
        }
    }
}

/// The place of a tap in the engine. Given back when this is dropped, unless the tap has begun.
struct ReservedTap<'a> {
    plan: &'a Mutex<PlanBook>,
    number: TapNumber,
}

impl Drop for ReservedTap<'_> {
    fn drop(&mut self) {
        self.plan.lock().give_back(self.number);
    }
}
