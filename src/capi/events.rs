//! Events: what has happened, in order. The program fetches them.

use super::guard::{Caller, guard};
use super::handles;
use super::interface::{AMIO_SKIP_CATCH_UP, AMIO_SKIP_SLIP, amio_interface};
use super::schedule::AMIO_TICKET_NONE;
use super::sized::{Versioned, text_field};
use super::status::amio_status;
use crate::{CancelReason, Event, EventKind, SkipPolicy};
use std::ffi::{c_char, c_int};
use std::mem::offset_of;
use std::os::fd::AsRawFd;
use std::time::Duration;

/// How many bytes a text in a struct has, with the NUL at its end.
pub const AMIO_MESSAGE_BYTES: usize = 256;

/// No event waits.
pub const AMIO_EVENT_NONE: u32 = 0;
/// A swap took over: `ticket`, at `position` and `device_frame`, `frames` late.
pub const AMIO_EVENT_APPLIED: u32 = 1;
/// A swap took over at the same device frame as a later one, and has not sounded: `ticket`.
pub const AMIO_EVENT_SUPERSEDED: u32 = 2;
/// A swap did not happen: `ticket`, `cancel_reason`.
pub const AMIO_EVENT_CANCELLED: u32 = 3;
/// The device skipped `frames`; what the timeline did is in `skip_policy`.
pub const AMIO_EVENT_SKIPPED: u32 = 4;
/// The server reported an over- or underrun.
pub const AMIO_EVENT_XRUN: u32 = 5;
/// Captured input was not read in time: `frames` were dropped.
pub const AMIO_EVENT_INPUT_LOST: u32 = 6;
/// The server or device is gone, `message` says why. If it was running, the interface reconnects by
/// itself.
pub const AMIO_EVENT_LOST: u32 = 7;
/// The server or device is back; it missed `frames`, which count as skipped: AMIO_EVENT_SKIPPED
/// follows with the first period.
pub const AMIO_EVENT_RECONNECTED: u32 = 8;
/// No period has run for `silent_ms`.
pub const AMIO_EVENT_STALLED: u32 = 9;
/// Periods run again, after `silent_ms`.
pub const AMIO_EVENT_RESUMED: u32 = 10;
/// A period has `frames` now.
pub const AMIO_EVENT_PERIOD_CHANGED: u32 = 11;
/// The latencies are now `capture_latency_frames` and `playback_latency_frames`.
pub const AMIO_EVENT_LATENCY_CHANGED: u32 = 12;
/// The server entered (`count` 1) or left (`count` 0) freewheel mode.
pub const AMIO_EVENT_FREEWHEEL: u32 = 13;
/// The interface has failed (AMIO_STATE_FAILED); `message` says why: a defect of the library
/// stopped the audio, or the server runs with another rate now. Free it and make another.
pub const AMIO_EVENT_FAILED: u32 = 14;
/// More than 65536 events were not fetched: the oldest, `count` of them, are missing here.
pub const AMIO_EVENT_EVENTS_LOST: u32 = 15;
/// Information for a log, in `message`.
pub const AMIO_EVENT_LOG: u32 = 16;
/// A streamed clip was not read from its file in time: `frames` of it, from `clip_frame` on, were
/// silent. `clip_id` says which clip.
pub const AMIO_EVENT_UNDERRUN: u32 = 17;
/// A part of a streamed clip cannot be read and is silent, `message` says why; `clip_id` says which
/// clip.
pub const AMIO_EVENT_STREAM_FAILED: u32 = 18;
/// A recorder has its first frame, at `position` and `device_frame`; `message` is its file.
pub const AMIO_EVENT_RECORDER_STARTED: u32 = 19;
/// A recorder has ended, and its file, `message`, is complete and has `frames`.
pub const AMIO_EVENT_RECORDER_ENDED: u32 = 20;
/// A recorder could not go on, because the disk is full, say: `message` names the file and the
/// reason. The file can be played, and has the `frames` that were written before; none if it was deleted
/// or replaced meanwhile.
pub const AMIO_EVENT_RECORDER_FAILED: u32 = 21;
/// The disk was too slow for a recorder: its file, `message`, has silence in place of the `frames`
/// before `position` and `device_frame`.
pub const AMIO_EVENT_RECORDER_LOST: u32 = 22;
/// A device had stopped, because it ran out of data or room, or the system slept, and runs again: `frames` were not
/// captured, and `count` frames that were played before were not heard. AMIO_EVENT_SKIPPED, which comes first, says how
/// many passed.
pub const AMIO_EVENT_RECOVERED: u32 = 23;

/// The event is not a cancelled swap.
pub const AMIO_CANCEL_NONE: u32 = 0;
/// amio_interface_cancel() or amio_group_cancel(); or its group was not committed.
pub const AMIO_CANCEL_ASKED: u32 = 1;
/// It was late, and AMIO_LATE_REFUSE.
pub const AMIO_CANCEL_LATE: u32 = 2;
/// The interface was closed.
pub const AMIO_CANCEL_CLOSED: u32 = 3;

/// Something that happened. `position`, `device_frame` and `time_ns` say when; other fields that
/// its kind does not name are 0. Set struct_size to sizeof(amio_event) before the call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct amio_event {
    /// sizeof(amio_event).
    pub struct_size: u32,
    /// One of AMIO_EVENT_*.
    pub kind: u32,
    /// The swap that it is about; 0 if none.
    pub ticket: u64,
    /// The timeline frame at which it happened; for a swap that took over, its own first frame.
    pub position: i64,
    /// The device frame at which it happened.
    pub device_frame: u64,
    /// CLOCK_MONOTONIC of that device frame, in nanoseconds; offline, since the first frame.
    pub time_ns: u64,
    /// How many frames it is about: late, skipped, dropped, missed, silent, recorded, not captured, or the
    /// new period.
    pub frames: u64,
    /// For how long no period ran, in milliseconds.
    pub silent_ms: u64,
    /// How many events are missing, how many frames were not heard, or whether freewheel is on.
    pub count: u64,
    /// Why a swap was cancelled: one of AMIO_CANCEL_*.
    pub cancel_reason: u32,
    /// What the timeline did where frames were skipped: one of AMIO_SKIP_*.
    pub skip_policy: u32,
    /// The new capture latency, in frames.
    pub capture_latency_frames: u32,
    /// The new playback latency, in frames.
    pub playback_latency_frames: u32,
    /// UTF-8, ended by NUL, cut at the end of a character where it is too long.
    pub message: [c_char; AMIO_MESSAGE_BYTES],
    /// The clip that it is about: `id` of its amio_clip_properties; 0 if none.
    pub clip_id: u64,
    /// The first frame of that clip that it is about.
    pub clip_frame: u64,
    /// What the program gave amio_interface_schedule() for the swap that it is about; 0 if it is about none.
    pub user_data: u64,
}

// SAFETY: repr(C), the first field is its size, and it has integers only.
unsafe impl Versioned for amio_event {
    const NAME: &'static str = "amio_event";
    const SMALLEST: usize = offset_of!(amio_event, clip_id);
}

/// Fetches the oldest event. Never blocks: if none waits, it returns AMIO_OK with the kind
/// AMIO_EVENT_NONE.
///
/// Thread: any but the audio thread; each event goes to one caller.
/// Ownership: `out_event` is the caller's; its struct_size must be set.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT
/// (struct_size).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_interface_next_event(
    iface: *mut amio_interface,
    out_event: *mut amio_event,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let interface = handles::get("iface", iface)?;
        let out = caller.out_struct("out_event", out_event)?;
        out.set(&interface.next_event().map_or(NOTHING, describe));
        Ok(())
    })
}

/// As amio_interface_next_event(), but waits until there is one.
///
/// Thread: any but the audio thread; waits up to `timeout_ms` milliseconds.
/// Ownership: as amio_interface_next_event().
/// Errors: as amio_interface_next_event(); AMIO_ERROR_TIMEOUT; AMIO_ERROR_INVALID_STATE (closed,
/// and all were fetched).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_interface_wait_event(
    iface: *mut amio_interface,
    out_event: *mut amio_event,
    timeout_ms: u32,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let interface = handles::get("iface", iface)?;
        let out = caller.out_struct("out_event", out_event)?;
        let event = interface.wait_event(Duration::from_millis(timeout_ms.into()))?;
        out.set(&describe(event));
        Ok(())
    })
}

/// Returns a descriptor that is readable while an event waits, for poll(), epoll, asyncio or GLib.
/// Only poll it: do not read, write or close it.
///
/// Thread: any.
/// Ownership: it belongs to the interface and is valid until amio_interface_free().
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_interface_event_fd(
    iface: *mut amio_interface,
    out_fd: *mut c_int,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let interface = handles::get("iface", iface)?;
        caller
            .out("out_fd", out_fd)?
            .set(interface.event_fd().as_raw_fd());
        Ok(())
    })
}

const NOTHING: amio_event = amio_event {
    struct_size: 0,
    kind: AMIO_EVENT_NONE,
    ticket: AMIO_TICKET_NONE,
    position: 0,
    device_frame: 0,
    time_ns: 0,
    frames: 0,
    silent_ms: 0,
    count: 0,
    cancel_reason: AMIO_CANCEL_NONE,
    skip_policy: 0,
    capture_latency_frames: 0,
    playback_latency_frames: 0,
    message: [0; AMIO_MESSAGE_BYTES],
    clip_id: 0,
    clip_frame: 0,
    user_data: 0,
};

fn describe(event: Event) -> amio_event {
    let mut out = amio_event {
        position: event.position,
        device_frame: event.device_frame,
        time_ns: event.time_ns,
        ..NOTHING
    };
    out.kind = match event.kind {
        EventKind::Applied {
            ticket,
            user_data,
            late_frames,
        } => {
            (out.ticket, out.user_data) = (ticket.0, user_data);
            out.frames = late_frames;
            AMIO_EVENT_APPLIED
        }
        EventKind::Superseded { ticket, user_data } => {
            (out.ticket, out.user_data) = (ticket.0, user_data);
            AMIO_EVENT_SUPERSEDED
        }
        EventKind::Cancelled {
            ticket,
            user_data,
            reason,
        } => {
            (out.ticket, out.user_data) = (ticket.0, user_data);
            out.cancel_reason = match reason {
                CancelReason::Asked => AMIO_CANCEL_ASKED,
                CancelReason::Late => AMIO_CANCEL_LATE,
                CancelReason::Closed => AMIO_CANCEL_CLOSED,
            };
            AMIO_EVENT_CANCELLED
        }
        EventKind::Skipped { frames, policy } => {
            out.frames = frames;
            out.skip_policy = match policy {
                SkipPolicy::Slip => AMIO_SKIP_SLIP,
                SkipPolicy::CatchUp => AMIO_SKIP_CATCH_UP,
            };
            AMIO_EVENT_SKIPPED
        }
        EventKind::Xrun => AMIO_EVENT_XRUN,
        EventKind::InputLost { frames } => {
            out.frames = frames;
            AMIO_EVENT_INPUT_LOST
        }
        EventKind::Underrun {
            clip,
            clip_frame,
            frames,
        } => {
            (out.clip_id, out.clip_frame) = (clip, clip_frame);
            out.frames = frames;
            AMIO_EVENT_UNDERRUN
        }
        EventKind::StreamFailed { clip, reason } => {
            out.clip_id = clip;
            out.message = text_field(&reason);
            AMIO_EVENT_STREAM_FAILED
        }
        EventKind::Lost { reason } => {
            out.message = text_field(&reason);
            AMIO_EVENT_LOST
        }
        EventKind::Recovered {
            lost_frames,
            unheard_frames,
        } => {
            (out.frames, out.count) = (lost_frames, unheard_frames);
            AMIO_EVENT_RECOVERED
        }
        EventKind::Reconnected { gap_frames } => {
            out.frames = gap_frames;
            AMIO_EVENT_RECONNECTED
        }
        EventKind::Stalled { silent_ms } => {
            out.silent_ms = silent_ms;
            AMIO_EVENT_STALLED
        }
        EventKind::Resumed { silent_ms } => {
            out.silent_ms = silent_ms;
            AMIO_EVENT_RESUMED
        }
        EventKind::PeriodChanged { frames } => {
            out.frames = frames.into();
            AMIO_EVENT_PERIOD_CHANGED
        }
        EventKind::LatencyChanged(latency) => {
            out.capture_latency_frames = latency.capture_frames;
            out.playback_latency_frames = latency.playback_frames;
            AMIO_EVENT_LATENCY_CHANGED
        }
        EventKind::Freewheel { on } => {
            out.count = on.into();
            AMIO_EVENT_FREEWHEEL
        }
        EventKind::Failed { reason } => {
            out.message = text_field(&reason);
            AMIO_EVENT_FAILED
        }
        EventKind::EventsLost { count } => {
            out.count = count;
            AMIO_EVENT_EVENTS_LOST
        }
        EventKind::Log(text) => {
            out.message = text_field(&text);
            AMIO_EVENT_LOG
        }
        EventKind::RecorderStarted { path } => {
            out.message = text_field(&path.to_string_lossy());
            AMIO_EVENT_RECORDER_STARTED
        }
        EventKind::RecorderEnded { path, frames } => {
            out.message = text_field(&path.to_string_lossy());
            out.frames = frames;
            AMIO_EVENT_RECORDER_ENDED
        }
        EventKind::RecorderFailed {
            path,
            frames,
            reason,
        } => {
            out.message = text_field(&format!("{}: {reason}", path.display()));
            out.frames = frames;
            AMIO_EVENT_RECORDER_FAILED
        }
        EventKind::RecorderLost { path, frames } => {
            out.message = text_field(&path.to_string_lossy());
            out.frames = frames;
            AMIO_EVENT_RECORDER_LOST
        }
    };
    out
}
