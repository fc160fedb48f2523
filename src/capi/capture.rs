//! Capture: input, stamped with the timeline frame that was heard when it was captured.

use super::fault::{Checked, Fault};
use super::guard::{Caller, guard};
use super::handles;
use super::interface::amio_interface;
use super::schedule::AMIO_TICKET_NONE;
use super::sized::Versioned;
use super::status::{AMIO_ERROR_INVALID_STATE, amio_status};
use crate::{Chunk, Interface};
use std::ffi::c_int;
use std::os::fd::AsRawFd;
use std::time::Duration;

/// Some consecutive frames of input, and where they belong. The timeline is continuous
/// within a chunk. Set struct_size to sizeof(amio_chunk) before the call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct amio_chunk {
    /// sizeof(amio_chunk).
    pub struct_size: u32,
    /// Whether the transport was rolling when they were heard: 1 or 0.
    pub rolling: u32,
    /// How many frames were written to the buffer; 0 if none waited.
    pub frames: u64,
    /// The timeline frame that was heard when the first of them was recorded: that of its
    /// device frame less both latencies. If it was not rolling, it is the same for all of them.
    pub position: i64,
    /// The device frame at which the first of them was captured.
    pub device_frame: u64,
    /// CLOCK_MONOTONIC of that device frame, in nanoseconds; offline, since the first frame.
    pub time_ns: u64,
    /// The ticket of the playspec that was heard; 0 before the first.
    pub ticket: u64,
    /// How many frames were lost just before the first of them, because the program read too
    /// slowly. Exact.
    pub lost_before_frames: u64,
    /// Whether the device skipped frames just before the first of them: 1 or 0.
    pub xrun: u32,
    /// The capture latency that the position accounts for, in frames. The configuration's latency_offset_frames
    /// comes on top.
    pub capture_latency_frames: u32,
    /// The playback latency that the position accounts for, in frames.
    pub playback_latency_frames: u32,
    /// Reserved; 0.
    pub reserved: u32,
}

// SAFETY: repr(C), the first field is its size, and it has integers only.
unsafe impl Versioned for amio_chunk {
    const NAME: &'static str = "amio_chunk";
    const SMALLEST: usize = size_of::<amio_chunk>();
}

/// Fetches captured input: as much as waits, fits and follows without a gap; of several periods if
/// their times agree within 0.1 ms. Never blocks: if nothing waits, it returns AMIO_OK with
/// `out_chunk->frames` 0.
///
/// Thread: any but the audio thread; one reader at a time, others wait their turn.
/// Units: `out_samples` has room for `capacity_frames * input_channels` floats, at least one
/// frame; they are written interleaved.
/// Ownership: both are the caller's; the struct_size of `out_chunk` must be set.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT
/// (struct_size; no room, or more than any memory has); AMIO_ERROR_INVALID_STATE (no input
/// channels).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_interface_read_input(
    iface: *mut amio_interface,
    out_chunk: *mut amio_chunk,
    out_samples: *mut f32,
    capacity_frames: u64,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let interface = handles::get("iface", iface)?;
        let out = caller.out_struct("out_chunk", out_chunk)?;
        let buffer = buffer(&caller, &interface, out_samples, capacity_frames)?;
        out.set(&interface.read_input(buffer)?.map_or(NOTHING, describe));
        Ok(())
    })
}

/// As amio_interface_read_input(), but if nothing waits, it sleeps until enough does: one frame, or
/// the number that was set by amio_interface_set_input_threshold().
///
/// Thread: any but the audio thread; waits up to `timeout_ms`. One reader at a time, others wait
/// their turn.
/// Units and ownership: as amio_interface_read_input(); `timeout_ms` is milliseconds.
/// Errors: as amio_interface_read_input(); AMIO_ERROR_TIMEOUT; AMIO_ERROR_INVALID_STATE also if it
/// is closed and all was fetched.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_interface_wait_input(
    iface: *mut amio_interface,
    out_chunk: *mut amio_chunk,
    out_samples: *mut f32,
    capacity_frames: u64,
    timeout_ms: u32,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let interface = handles::get("iface", iface)?;
        let out = caller.out_struct("out_chunk", out_chunk)?;
        let buffer = buffer(&caller, &interface, out_samples, capacity_frames)?;
        let timeout = Duration::from_millis(timeout_ms.into());
        out.set(&describe(interface.wait_input(buffer, timeout)?));
        Ok(())
    })
}

/// Sets how many captured frames must wait before the descriptor of amio_interface_input_fd()
/// becomes readable: 1 by default. A program that is woken less often needs less processor time.
/// A number above half of `capture_buffer_frames` is reduced to that half, so that there is time
/// to read. While the interface does not run, no more frames come, and any number of them is
/// enough. amio_interface_read_input() always gives all that waits.
///
/// Thread: any but the audio thread.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT
/// (`threshold_frames` is 0); AMIO_ERROR_INVALID_STATE (the interface has no input channels).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_interface_set_input_threshold(
    iface: *mut amio_interface,
    threshold_frames: u64,
) -> amio_status {
    guard(|| {
        handles::get("iface", iface)?.set_input_threshold(threshold_frames)?;
        Ok(())
    })
}

/// Returns a descriptor that is readable while enough captured input waits: one frame, or the number
/// that was set by amio_interface_set_input_threshold(). It is for poll(), epoll, asyncio or GLib.
/// Only poll it: do not read, write or close it.
///
/// Thread: any.
/// Ownership: it belongs to the interface and is valid until amio_interface_free().
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_interface_input_fd(
    iface: *mut amio_interface,
    out_fd: *mut c_int,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let interface = handles::get("iface", iface)?;
        caller
            .out("out_fd", out_fd)?
            .set(interface.input_fd().as_raw_fd());
        Ok(())
    })
}

fn buffer<'a>(
    caller: &'a Caller,
    interface: &Interface,
    samples: *mut f32,
    capacity_frames: u64,
) -> Checked<&'a mut [f32]> {
    let channels = interface.config().input_channels;
    if channels == 0 {
        return Err(Fault::new(
            AMIO_ERROR_INVALID_STATE,
            "the interface has no input channels",
        ));
    }
    caller.slice_mut("out_samples", samples, capacity_frames, channels.into())
}

const NOTHING: amio_chunk = amio_chunk {
    struct_size: 0,
    rolling: 0,
    frames: 0,
    position: 0,
    device_frame: 0,
    time_ns: 0,
    ticket: AMIO_TICKET_NONE,
    lost_before_frames: 0,
    xrun: 0,
    capture_latency_frames: 0,
    playback_latency_frames: 0,
    reserved: 0,
};

fn describe(chunk: Chunk) -> amio_chunk {
    amio_chunk {
        struct_size: 0,
        rolling: chunk.rolling.into(),
        frames: chunk.frames,
        position: chunk.position,
        device_frame: chunk.device_frame,
        time_ns: chunk.time_ns,
        ticket: chunk.ticket.0,
        lost_before_frames: chunk.lost_before,
        xrun: chunk.xrun.into(),
        capture_latency_frames: chunk.latency.capture_frames,
        playback_latency_frames: chunk.latency.playback_frames,
        reserved: 0,
    }
}
