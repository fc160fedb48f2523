//! One recording: the thread that writes it, and what the others know of it.
//!
//! Flow: tap -> [`Punch`] -> [`Writer`] -> file; what happens -> the interface's events.
//! The audio thread cannot wake anybody, so this thread looks regularly whether there is something to
//! write.

use super::core::Core;
use super::events::{Event, EventKind};
use super::punch::{Punch, PunchState, Stretch};
use crate::clip::{Shape, Writer};
use crate::error::{Error, Result};
use crate::link::{Chunk, SkipPolicy, TapReader, TapStopper};
use crate::lock::{Condvar, Mutex};
use crate::memory;
use crate::sys::{self, Resident};
use crate::units::Rate;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often it looks for something to write.
const TICK: Duration = Duration::from_millis(20);
/// How often the file's header is brought up to date. It is also done after this much sound, which
/// comes faster than real time while a server freewheels.
const SETTLE: Duration = Duration::from_millis(250);
/// How many frames are taken out of the tap at once.
const BLOCK_FRAMES: usize = 4096;

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

/// A recording that has begun, as seen by all threads but its own.
pub(super) struct OpenRecording {
    path: PathBuf,
    stopper: TapStopper,
    status: Mutex<Status>,
    ended: Condvar,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Default)]
struct Status {
    recording: Recording,
    failure: Option<RecordingFailure>,
}

/// A copy of an error, so that it can be returned more than once.
struct RecordingFailure {
    kind: FailureKind,
    reason: String,
}

enum FailureKind {
    /// The error number of the system.
    Io(i32),
    /// The fields of [`Error::OutOfMemory`].
    Memory(u64, &'static str),
    Other,
}

impl OpenRecording {
    /// Room for what is taken out of a tap at once.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn buffer(shape: Shape) -> Result<Vec<f32>> {
        let samples = BLOCK_FRAMES * usize::from(shape.channels);
        memory::filled(0.0, samples, "a recorder")
    }

    /// Begins to write what comes out of a tap, by way of a [`OpenRecording::buffer`].
    pub fn begin(
        path: &Path,
        writer: Writer,
        (tap, resident): (TapReader, Resident),
        punch: Punch,
        shape: Shape,
        buffer: Vec<f32>,
        core: &Arc<Core>,
    ) -> Result<Arc<OpenRecording>> {
        let recording = Arc::new(OpenRecording {
            path: path.into(),
            stopper: tap.stopper(),
            status: Mutex::default(),
            ended: Condvar::new(),
            thread: Mutex::default(),
        });
        let job = Job {
            recording: recording.clone(),
            writer,
            _resident: resident,
            tap,
            punch,
            rate: Rate::new(shape.frame_rate_hz),
            channels: shape.channels.into(),
            catches_up: core.config.skip_policy == SkipPolicy::CatchUp,
            core: Arc::downgrade(core),
            done: Recording::default(),
            next: None,
            lost_seen: 0,
            settled: Instant::now(),
        };
        let thread = sys::spawn("amio-recorder", move || job.run(buffer))?;
        *recording.thread.lock() = Some(thread);
        Ok(recording)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn recording(&self) -> Recording {
        self.status.lock().recording
    }

    pub fn has_ended(&self) -> bool {
        self.recording().has_ended()
    }

    /// Asks for the end.
    pub fn stop(&self) {
        self.stopper.stop();
    }

    /// Waits for the end; for good without a timeout.
    pub fn wait(&self, timeout: Option<Duration>) -> Result<Recording> {
        // A deadline that is too far away to be represented means no deadline.
        let deadline =
            timeout.and_then(|timeout| Some((timeout, Instant::now().checked_add(timeout)?)));
        let mut status = self.status.lock();
        while !status.recording.has_ended() {
            let Some((timeout, at)) = deadline else {
                status = self.ended.wait(status);
                continue;
            };
            let is_over;
            (status, is_over) = self.ended.wait_until(status, at);
            if is_over && !status.recording.has_ended() {
                return Err(Error::Timeout {
                    what: "the end of the recording",
                    timeout_ms: timeout.as_millis() as u64,
                });
            }
        }
        let result = match &status.failure {
            None => Ok(status.recording),
            Some(failure) => Err(failure.error(&self.path)),
        };
        drop(status);
        if let Some(thread) = self.thread.lock().take() {
            // The thread has nothing left to do. A panic was recorded as a failure.
            let _ = thread.join();
        }
        result
    }

    /// Stores how it has ended, and tells it. Only the first call counts.
    fn end(&self, recording: Recording, failure: Option<RecordingFailure>, tell: impl FnOnce()) {
        let mut status = self.status.lock();
        if !status.recording.has_ended() {
            *status = Status { recording, failure };
            tell();
            self.ended.notify_all();
        }
    }
}

impl Recording {
    fn has_ended(&self) -> bool {
        matches!(self.state, RecorderState::Ended | RecorderState::Failed)
    }
}

impl RecordingFailure {
    fn of(error: &Error) -> RecordingFailure {
        let (kind, reason) = match error {
            Error::Io { source, .. } => {
                let kind = source
                    .raw_os_error()
                    .map_or(FailureKind::Other, FailureKind::Io);
                (kind, source.to_string())
            }
            Error::OutOfMemory(bytes, what) => {
                (FailureKind::Memory(*bytes, what), error.to_string())
            }
            other => (FailureKind::Other, other.to_string()),
        };
        RecordingFailure { kind, reason }
    }

    fn error(&self, path: &Path) -> Error {
        let source = match self.kind {
            FailureKind::Io(code) => io::Error::from_raw_os_error(code),
            FailureKind::Memory(bytes, what) => return Error::OutOfMemory(bytes, what),
            FailureKind::Other => io::Error::other(self.reason.clone()),
        };
        Error::Io {
            path: path.into(),
            source,
        }
    }
}

/// What the thread works with.
struct Job {
    recording: Arc<OpenRecording>,
    writer: Writer,
    /// Keeps the memory of the tap resident. Dropped before the tap.
    _resident: Resident,
    tap: TapReader,
    punch: Punch,
    rate: Rate,
    channels: usize,
    /// Whether the timeline goes on while the device skips frames.
    catches_up: bool,
    core: Weak<Core>,
    done: Recording,
    /// Where the next chunk begins if nothing is missing.
    next: Option<Next>,
    /// Frames that were missing before the chunks read so far.
    lost_seen: u64,
    /// When the header was last brought up to date.
    settled: Instant,
}

/// A place in the recording: the beginning of a chunk that follows another one without a gap.
#[derive(Clone, Copy)]
struct Next {
    position: i64,
    device_frame: u64,
    time_ns: u64,
    rolling: bool,
}

impl Next {
    /// The place so many frames after the beginning of a chunk.
    fn within(chunk: &Chunk, frames: u64, rate: Rate) -> Next {
        let advance = if chunk.rolling { frames as i64 } else { 0 };
        Next {
            position: chunk.position.saturating_add(advance),
            device_frame: chunk.device_frame + frames,
            time_ns: chunk.time_ns + rate.nanoseconds(frames),
            rolling: chunk.rolling,
        }
    }
}

impl Job {
    fn run(mut self, mut buffer: Vec<f32>) {
        let _watched = EndOnPanic(self.recording.clone());
        let result = self.record(&mut buffer).and_then(|()| self.writer.finish());
        self.update();
        let mut recording = self.done;
        // After a failure the file may have fewer frames than came.
        recording.lost_frames = recording.lost_frames.min(recording.frames);
        recording.skipped_frames = recording.skipped_frames.min(recording.frames);
        let failure = result.as_ref().err().map(RecordingFailure::of);
        let (path, frames) = (self.recording.path.clone(), recording.frames);
        let kind = match &failure {
            None => {
                recording.state = RecorderState::Ended;
                EventKind::RecorderEnded { path, frames }
            }
            Some(failure) => {
                recording.state = RecorderState::Failed;
                let reason = failure.reason.clone();
                EventKind::RecorderFailed {
                    path,
                    frames,
                    reason,
                }
            }
        };
        let (open, core, at) = (self.recording.clone(), self.core.clone(), self.next);
        // The file is closed before anybody learns of the end.
        drop(self);
        open.end(recording, failure, || tell(&core, kind, at));
    }

    /// Writes until the end; `buffer` holds [`BLOCK_FRAMES`].
    fn record(&mut self, buffer: &mut [f32]) -> Result<()> {
        loop {
            // In this order: everything written before the stop was asked for is in the file, and nothing after it.
            let stopped = self.tap.is_stopped();
            let lost = self.tap.lost();
            let chunks = self.tap.chunks();
            for _ in 0..chunks {
                while let Some((chunk, whole)) = self.tap.read(buffer) {
                    self.fill_gap_before(&chunk)?;
                    let samples = &buffer[..chunk.frames as usize * self.channels];
                    self.put(&chunk, samples)?;
                    self.next = Some(Next::within(&chunk, chunk.frames, self.rate));
                    if self.punch.state() == PunchState::Done {
                        return Ok(());
                    }
                    if whole {
                        break;
                    }
                }
                self.settle()?;
            }
            if stopped {
                return self.fill_up(lost.saturating_sub(self.lost_seen));
            }
            self.settle()?;
            self.update();
            if chunks == 0 {
                self.tap.wait(TICK);
            }
        }
    }

    /// Writes what the punch takes of a chunk.
    fn put(&mut self, chunk: &Chunk, samples: &[f32]) -> Result<()> {
        let taken = self.punch.take(Stretch {
            frames: chunk.frames,
            position: chunk.position,
            rolling: chunk.rolling,
        });
        if taken.is_empty() {
            return Ok(());
        }
        if self.done.state == RecorderState::Waiting {
            self.start(Next::within(chunk, taken.start, self.rate));
        }
        let samples = &samples[taken.start as usize * self.channels..];
        let samples = &samples[..(taken.end - taken.start) as usize * self.channels];
        self.writer.write(samples)
    }

    /// Writes silence for what is missing between the chunk before and this one.
    fn fill_gap_before(&mut self, chunk: &Chunk) -> Result<()> {
        self.lost_seen += chunk.lost_before;
        let Some(next) = self.next else {
            return Ok(());
        };
        let missing = chunk.device_frame.saturating_sub(next.device_frame);
        if missing == 0 {
            return Ok(());
        }
        let silent = self.put_silence(next, missing, chunk)?;
        let lost = silent.min(chunk.lost_before);
        self.done.lost_frames += lost;
        self.done.skipped_frames += silent - lost;
        if lost > 0 {
            let path = self.recording.path.clone();
            let kind = EventKind::RecorderLost { path, frames: lost };
            self.tell(kind, Some(Next::within(chunk, 0, self.rate)));
        }
        Ok(())
    }

    /// Writes silence for missing frames, as far as the punch takes them. Returns how many it took.
    fn put_silence(&mut self, from: Next, frames: u64, until: &Chunk) -> Result<u64> {
        // Where the timeline went on meanwhile as before, the missing frames were a part of it: those
        // that were skipped, also where it is cut behind them, and lost ones if it is not.
        let skipped = until.lost_before == 0 && self.catches_up;
        let distance = until.position.checked_sub(from.position);
        let uncut = until.rolling && distance == i64::try_from(frames).ok();
        let taken = self.punch.take(Stretch {
            frames,
            position: from.position,
            rolling: from.rolling && (skipped || uncut),
        });
        let silent = taken.end - taken.start;
        if silent > 0 && self.done.state == RecorderState::Waiting {
            self.start(Next {
                position: from.position + taken.start as i64,
                device_frame: from.device_frame + taken.start,
                ..from
            });
        }
        self.writer.write_silence(silent)?;
        Ok(silent)
    }

    /// The last frames before the end were lost: they are silence, too, as far as the file was to
    /// have them.
    fn fill_up(&mut self, lost: u64) -> Result<()> {
        let Some(next) = self
            .next
            .filter(|_| self.punch.state() == PunchState::Recording)
        else {
            return Ok(());
        };
        let taken = self.punch.take(Stretch {
            frames: lost,
            position: next.position,
            rolling: next.rolling,
        });
        let silent = taken.end - taken.start;
        if silent == 0 {
            return Ok(());
        }
        self.writer.write_silence(silent)?;
        self.done.lost_frames += silent;
        let path = self.recording.path.clone();
        let kind = EventKind::RecorderLost {
            path,
            frames: silent,
        };
        self.tell(kind, self.next);
        Ok(())
    }

    /// Notes and tells where the first frame lies.
    fn start(&mut self, first: Next) {
        self.done.state = RecorderState::Recording;
        self.done.position = first.position;
        self.done.device_frame = first.device_frame;
        let path = self.recording.path.clone();
        self.tell(EventKind::RecorderStarted { path }, Some(first));
    }

    fn settle(&mut self) -> Result<()> {
        let unsettled = self.writer.unsettled_frames();
        if self.settled.elapsed() >= SETTLE || unsettled >= u64::from(self.rate.hz()) / 4 {
            self.writer.settle()?;
            self.settled = Instant::now();
        }
        Ok(())
    }

    /// Lets the others know how far it is.
    fn update(&mut self) {
        self.done.frames = self.writer.frames();
        self.done.clipped_samples = self.writer.clipped();
        self.done.bad_samples = self.writer.bad_samples();
        self.recording.status.lock().recording = self.done;
    }

    fn tell(&self, kind: EventKind, at: Option<Next>) {
        tell(&self.core, kind, at);
    }
}

/// Adds an event, unless nobody is left to fetch it.
fn tell(core: &Weak<Core>, kind: EventKind, at: Option<Next>) {
    let Some(core) = core.upgrade() else {
        return;
    };
    match at {
        None => core.event(kind),
        Some(at) => core.events.push(Event {
            kind,
            position: at.position,
            device_frame: at.device_frame,
            time_ns: at.time_ns,
        }),
    }
}

/// On the stack of the thread: after a panic, a waiting thread must not wait for ever.
struct EndOnPanic(Arc<OpenRecording>);

impl Drop for EndOnPanic {
    fn drop(&mut self) {
        let recording = Recording {
            state: RecorderState::Failed,
            ..self.0.recording()
        };
        let failure = RecordingFailure {
            kind: FailureKind::Other,
            reason: "the recorder's thread panicked".into(),
        };
        self.0.end(recording, Some(failure), || {});
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clip::FileFormat;
    use crate::control::{Config, Interface, RecorderConfig};
    use crate::driver::DriverKind;
    use crate::link;
    use crate::units::{Latency, Ticket};

    /// Records 25 frames that roll from 0 on, the last 15 of which find no room, until it is
    /// stopped.
    fn lost_at_the_end(name: &str, punch: Punch) -> Recording {
        let interface = Interface::new(Config::new(DriverKind::Offline)).expect("an interface");
        let file = format!("amio-{name}-{}.wav", std::process::id());
        let path = std::env::temp_dir().join(file);
        let shape = Shape {
            format: FileFormat::WavF32,
            channels: 1,
            frame_rate_hz: 48_000,
        };
        let writer = Writer::create(&path, shape).expect("a file");
        let (mut tap, reader) = link::tap(1, Rate::new(48_000), 10, 8).expect("memory");
        let chunk = Chunk {
            frames: 25,
            position: 0,
            device_frame: 0,
            time_ns: 0,
            ticket: Ticket::NONE,
            rolling: true,
            lost_before: 0,
            xrun: false,
            latency: Latency::default(),
        };
        tap.write(&[&[0.5; 25]], 0, chunk, false);
        let buffer = OpenRecording::buffer(shape).expect("memory");
        let reader = (reader, Resident::default());
        let core = &interface.parts().core;
        let open = OpenRecording::begin(&path, writer, reader, punch, shape, buffer, core);
        let open = open.expect("a thread");
        open.stop();
        let recording = open.wait(None).expect("there is room");
        std::fs::remove_file(&path).expect("it is there");
        recording
    }

    #[test]
    fn what_was_lost_at_the_end_is_silent_as_far_as_the_file_was_to_have_it() {
        for (name, end, most, frames) in [
            ("lost-all", None, None, 25),
            ("lost-some", Some(20), None, 20),
            ("lost-most", None, Some(12), 12),
            ("lost-none", None, Some(10), 10),
        ] {
            let recording = lost_at_the_end(name, Punch::new(None, end, most));
            assert_eq!(
                (recording.frames, recording.lost_frames),
                (frames, frames - 10),
                "{name}"
            );
        }
    }

    #[test]
    fn waiting_for_as_long_as_there_is_time_ends_with_the_recording() {
        let interface = Interface::new(Config::new(DriverKind::Offline)).expect("an interface");
        let file = format!("amio-wait-{}.wav", std::process::id());
        let path = std::env::temp_dir().join(file);
        let recorder = interface.record(&path, &RecorderConfig::default());
        let recorder = recorder.expect("it records");
        interface.close();
        let recording = recorder.wait(Duration::MAX).expect("it has ended");
        assert_eq!(recording.state, RecorderState::Ended);
        std::fs::remove_file(&path).expect("it is there");
    }
}
