//! Recorder: writes input or output to a file while it comes.

use super::fault::{Checked, Fault, not_one_of};
use super::file::file_format;
use super::guard::{Caller, guard};
use super::handles::{self, Handle, ReservedHandle};
use super::interface::amio_interface;
use super::sized::Versioned;
use super::status::amio_status;
use crate::{RecordSource, Recorder, RecorderConfig, RecorderState};
use std::ffi::c_char;
use std::mem::offset_of;
use std::sync::Arc;
use std::time::Duration;

/// A recording of an interface to a file.
pub struct amio_recorder {
    _opaque: [u8; 0],
}

impl Handle for amio_recorder {
    type Target = Arc<Recorder>;
    const NAME: &'static str = "a recorder";
}

/// Record captured input: the default. Positions are those of what was heard meanwhile.
pub const AMIO_RECORD_INPUT: u32 = 0;
/// Record the mixed output, as the driver gets it. Positions are its own.
pub const AMIO_RECORD_OUTPUT: u32 = 1;

/// The first frame of a recording has not come yet.
pub const AMIO_RECORDER_WAITING: u32 = 0;
/// Frames are recorded.
pub const AMIO_RECORDER_RECORDING: u32 = 1;
/// The recording has ended, and its file is complete.
pub const AMIO_RECORDER_ENDED: u32 = 2;
/// The recording has ended because the file could not be written. What was written can be played.
pub const AMIO_RECORDER_FAILED: u32 = 3;

/// What is recorded. Set struct_size to sizeof(amio_recorder_config) and everything else to 0, then
/// what you want different: 0 and NULL mean "default" everywhere.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct amio_recorder_config {
    /// sizeof(amio_recorder_config).
    pub struct_size: u32,
    /// One of AMIO_RECORD_*. 0: the input.
    pub source: u32,
    /// What is written: one of AMIO_FILE_*. 0: WAV with 32-bit floats.
    pub file_format: u32,
    /// How many channels `channels` has, 1 to 64, in FLAC files to 8. 0: all that the source has.
    pub channel_count: u32,
    /// Which channels of the source the file has, counted from 0, in the file's order. NULL, with
    /// `channel_count` 0: all.
    pub channels: *const u32,
    /// 1: the file begins with timeline frame `begin_frame` (punch in). 0: with the next period.
    pub punch_in: u32,
    /// 1: the file ends before timeline frame `end_frame` (punch out). 0: when it is stopped.
    pub punch_out: u32,
    /// With `punch_in`: the timeline frame that is the file's first one, -2^61 to 2^61; 0 otherwise.
    pub begin_frame: i64,
    /// With `punch_out`: the first timeline frame that is no longer in the file, after `begin_frame`,
    /// -2^61 to 2^61; 0 otherwise.
    pub end_frame: i64,
    /// The most frames that the file gets, 1 to 2^60. 0: no limit.
    pub most_frames: u64,
    /// How many frames may wait for the disk, 1 to 2^26. 0: 4 seconds.
    pub buffer_frames: u64,
}

// SAFETY: repr(C), the first field is its size, and it has integers and a raw pointer only.
unsafe impl Versioned for amio_recorder_config {
    const NAME: &'static str = "amio_recorder_config";
    const SMALLEST: usize = offset_of!(amio_recorder_config, channels);
}

/// What was recorded so far, or in all. Set struct_size to sizeof(amio_recording) before the call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct amio_recording {
    /// sizeof(amio_recording).
    pub struct_size: u32,
    /// One of AMIO_RECORDER_*.
    pub state: u32,
    /// The length of the file. What waits for the disk does not count yet.
    pub frames: u64,
    /// How many of them are silence in place of frames for which the disk was too slow.
    pub lost_frames: u64,
    /// How many of them are silence in place of frames that the device skipped.
    pub skipped_frames: u64,
    /// Samples beyond -1.0 to 1.0 that were clipped, since the file has integers.
    pub clipped_samples: u64,
    /// The timeline frame of the file's first frame; 0 while there is none.
    pub position: i64,
    /// The device frame of the file's first frame; 0 while there is none.
    pub device_frame: u64,
    /// Samples that were NaN, infinite or beyond -1e6 to 1e6, and are 0 in the file.
    pub bad_samples: u64,
}

// SAFETY: repr(C), the first field is its size, and it has integers only.
unsafe impl Versioned for amio_recording {
    const NAME: &'static str = "amio_recording";
    const SMALLEST: usize = offset_of!(amio_recording, bad_samples);
}

/// Begins to record to a file. An existing file of this name is replaced. The interface may be running or
/// not. Up to 64 recorders run at once, also beside amio_interface_read_input(). A recording ends
/// with amio_recorder_stop(), at `end_frame`, after `most_frames`, when the disk is full, or when the
/// interface is closed. The events AMIO_EVENT_RECORDER_STARTED, _ENDED, _FAILED and _LOST report what happens.
///
/// With `punch_in`, the first frame of the file is the one at which `begin_frame` is heard while the timeline
/// rolls. So a recording of the input is aligned with what was heard, for any latencies. Once begun
/// it goes on in real time, also over a stop or a seek. It ends before the first frame that is
/// heard rolling at `end_frame` or beyond. Frames that the device skipped, or for which the disk
/// was too slow, are silence in the file, so that all other frames keep their places. The offline driver and
/// a server in freewheel mode wait for the disk.
///
/// The file is valid at any time: if the process is killed, at most the last second is
/// missing. If the machine loses power, what the system has not yet written to the disk is lost.
///
/// Thread: any but the audio thread; makes the file, and a thread that writes it.
/// Units: in the fields' names.
/// Ownership: `path`, `config` and its channels are borrowed for the call. Release the recorder
/// with amio_recorder_free().
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (a field
/// is out of range, FLAC does not have the interface's rate, or the path is empty or has 4096 bytes
/// or more); AMIO_ERROR_UNSUPPORTED (the struct is newer than the library); AMIO_ERROR_IO (the file
/// cannot be made); AMIO_ERROR_INVALID_STATE (failed, closed, without channels of this kind, or the
/// file is being recorded already); AMIO_ERROR_QUEUE_FULL (64 recorders that the interface has not
/// yet let go of, or the command queue); AMIO_ERROR_OUT_OF_MEMORY; AMIO_ERROR_SYSTEM.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_recorder_new(
    iface: *mut amio_interface,
    path: *const c_char,
    config: *const amio_recorder_config,
    out_recorder: *mut *mut amio_recorder,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let interface = handles::get("iface", iface)?;
        let path = caller.path("path", path)?;
        let config = read_config(&caller, config)?;
        let out = caller.out("out_recorder", out_recorder)?;
        let place = ReservedHandle::take()?;
        let recorder = interface
            .record(path, &config)
            .map_err(|e| Fault::renamed(e, &CONFIG_FIELDS))?;
        out.set(place.fill(Arc::new(recorder)));
        Ok(())
    })
}

/// Ends the recording with the last period that has run, and completes the file. It may have
/// ended already.
///
/// Thread: any but the audio thread; waits for the disk.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_IO or
/// AMIO_ERROR_OUT_OF_MEMORY (the file could not be written to its end, now or before; what was
/// written can be played, unless the file was deleted or replaced meanwhile).
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_recorder_stop(recorder: *mut amio_recorder) -> amio_status {
    guard(|| {
        handles::get("recorder", recorder)?.stop()?;
        Ok(())
    })
}

/// Waits until the recording has ended by itself: at its `end_frame`, because the interface was closed, or
/// because the disk was full.
///
/// Thread: any but the audio thread; waits up to `timeout_ms` milliseconds.
/// Errors: as amio_recorder_stop(); AMIO_ERROR_TIMEOUT.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_recorder_wait(
    recorder: *mut amio_recorder,
    timeout_ms: u32,
) -> amio_status {
    guard(|| {
        let timeout = Duration::from_millis(timeout_ms.into());
        handles::get("recorder", recorder)?.wait(timeout)?;
        Ok(())
    })
}

/// Returns what was recorded so far, or in all.
///
/// Thread: any.
/// Ownership: `out_recording` is the caller's; its struct_size must be set.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT
/// (struct_size).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_recorder_recording(
    recorder: *mut amio_recorder,
    out_recording: *mut amio_recording,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let recording = handles::get("recorder", recorder)?.recording();
        let out = caller.out_struct("out_recording", out_recording)?;
        out.set(&amio_recording {
            struct_size: 0,
            state: match recording.state {
                RecorderState::Waiting => AMIO_RECORDER_WAITING,
                RecorderState::Recording => AMIO_RECORDER_RECORDING,
                RecorderState::Ended => AMIO_RECORDER_ENDED,
                RecorderState::Failed => AMIO_RECORDER_FAILED,
            },
            frames: recording.frames,
            lost_frames: recording.lost_frames,
            skipped_frames: recording.skipped_frames,
            clipped_samples: recording.clipped_samples,
            position: recording.position,
            device_frame: recording.device_frame,
            bad_samples: recording.bad_samples,
        });
        Ok(())
    })
}

/// Ends the recording as amio_recorder_stop() does, and makes the handle invalid. Only amio_recorder_stop() and
/// the events say whether the whole file was written. NULL does nothing.
///
/// Thread: any but the audio thread; waits for the disk.
/// Errors: AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_recorder_free(recorder: *mut amio_recorder) -> amio_status {
    guard(|| {
        if let Some(recorder) = handles::release("recorder", recorder)? {
            // Also where another thread waits for its end. The events have told what went wrong.
            let _ = recorder.stop();
        }
        Ok(())
    })
}

/// The names of fields in Rust, and in C.
const CONFIG_FIELDS: [(&str, &str); 6] = [
    ("channels", "config->channels"),
    ("the number of channels", "config->channel_count"),
    ("begin", "config->begin_frame"),
    ("end", "config->end_frame"),
    ("frames", "config->most_frames"),
    ("buffer_frames", "config->buffer_frames"),
];

fn read_config(caller: &Caller, config: *const amio_recorder_config) -> Checked<RecorderConfig> {
    let given = caller.read("config", config)?;
    let source = match given.source {
        AMIO_RECORD_INPUT => RecordSource::Input,
        AMIO_RECORD_OUTPUT => RecordSource::Output,
        other => return Err(not_one_of("config->source", other, "AMIO_RECORD_*, 0 or 1")),
    };
    Ok(RecorderConfig {
        source,
        channels: read_channels(caller, &given)?,
        format: file_format("config->file_format", given.file_format)?,
        begin: punch("punch_in", given.punch_in, "begin_frame", given.begin_frame)?,
        end: punch("punch_out", given.punch_out, "end_frame", given.end_frame)?,
        frames: Some(given.most_frames).filter(|&frames| frames > 0),
        buffer_frames: given.buffer_frames,
    })
}

fn read_channels(caller: &Caller, given: &amio_recorder_config) -> Checked<Vec<u16>> {
    let count = given.channel_count;
    if count == 0 {
        if given.channels.is_null() {
            return Ok(Vec::new());
        }
        return Err(Fault::argument(
            "config->channel_count is 0; with config->channels it must be 1 to 64",
        ));
    }
    if count > crate::MAX_CHANNELS.into() {
        return Err(Fault::argument(format!(
            "config->channel_count is {count}; it must be 0 to 64"
        )));
    }
    let channels = caller.slice("config->channels", given.channels, count.into(), 1)?;
    // One that is too large for 16 bits is too large for any interface.
    let channels = channels
        .iter()
        .map(|&c| u16::try_from(c).unwrap_or(u16::MAX));
    Ok(channels.collect())
}

/// A place on the timeline, if there is to be one.
fn punch(switch: &str, on: u32, field: &str, frame: i64) -> Checked<Option<i64>> {
    match (on, frame) {
        (1, frame) => Ok(Some(frame)),
        (0, 0) => Ok(None),
        (0, frame) => Err(Fault::argument(format!(
            "config->{field} is {frame}; it must be 0 without config->{switch}"
        ))),
        (other, _) => Err(Fault::argument(format!(
            "config->{switch} is {other}; it must be 0 or 1"
        ))),
    }
}
