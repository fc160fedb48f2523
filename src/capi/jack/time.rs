//! The server's clock, in frames and in microseconds.

use super::super::fault::Fault;
use super::super::guard::{Caller, guard};
use super::super::handles;
use super::super::sized::Versioned;
use super::super::status::{AMIO_ERROR_DRIVER, amio_status};
use super::answers::tell;
use super::client::amio_jack_client;
use crate::jack::{CycleTimes, time_us};

/// The times of a cycle. Set struct_size to sizeof(amio_jack_cycle_times) before the call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct amio_jack_cycle_times {
    /// sizeof(amio_jack_cycle_times).
    pub struct_size: u32,
    /// The server's number of the first frame. It wraps.
    pub frame: u32,
    /// When the cycle began, in microseconds of the server's clock.
    pub start_us: u64,
    /// When the next one begins, in microseconds of the server's clock, as far as is known.
    pub next_us: u64,
    /// How long a cycle takes at present, in microseconds.
    pub period_us: f32,
    /// 0.
    pub reserved: u32,
}

// SAFETY: repr(C), the first field is its size, and it has numbers only.
unsafe impl Versioned for amio_jack_cycle_times {
    const NAME: &'static str = "amio_jack_cycle_times";
    const SMALLEST: usize = size_of::<amio_jack_cycle_times>();
}

impl From<CycleTimes> for amio_jack_cycle_times {
    fn from(times: CycleTimes) -> amio_jack_cycle_times {
        amio_jack_cycle_times {
            struct_size: size_of::<amio_jack_cycle_times>() as u32,
            frame: times.frame,
            start_us: times.start_us,
            next_us: times.next_us,
            period_us: times.period_us,
            reserved: 0,
        }
    }
}

/// Returns the frame that is due now, as far as the server can say between two cycles. The server counts frames in 32
/// bits, so their numbers wrap.
///
/// Thread: any but the audio thread.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (closed).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_client_frame_time(
    client: *mut amio_jack_client,
    out_frame: *mut u32,
) -> amio_status {
    let out = ("out_frame", out_frame);
    // SAFETY: the pointers come from a C caller.
    unsafe { tell(("client", client), out, |client| client.frame_time()) }
}

/// Returns the first frame of the cycle that runs now, or ran last.
///
/// Thread, Errors: as amio_jack_client_frame_time().
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_client_last_frame_time(
    client: *mut amio_jack_client,
    out_frame: *mut u32,
) -> amio_status {
    let out = ("out_frame", out_frame);
    // SAFETY: the pointers come from a C caller.
    unsafe { tell(("client", client), out, |client| client.last_frame_time()) }
}

/// Returns how many frames have passed since the cycle began.
///
/// Thread, Errors: as amio_jack_client_frame_time().
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_client_frames_since_cycle_start(
    client: *mut amio_jack_client,
    out_frames: *mut u32,
) -> amio_status {
    let out = ("out_frames", out_frames);
    // SAFETY: the pointers come from a C caller.
    unsafe {
        tell(("client", client), out, |client| {
            client.frames_since_cycle_start()
        })
    }
}

/// Returns when a frame is due, in microseconds of the server's clock.
///
/// Thread, Errors: as amio_jack_client_frame_time().
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_client_frames_to_time(
    client: *mut amio_jack_client,
    frame: u32,
    out_us: *mut u64,
) -> amio_status {
    let out = ("out_us", out_us);
    // SAFETY: the pointers come from a C caller.
    unsafe {
        tell(("client", client), out, |client| {
            client.frames_to_time_us(frame)
        })
    }
}

/// Returns which frame is due at a time, in microseconds of the server's clock.
///
/// Thread, Errors: as amio_jack_client_frame_time().
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_client_time_to_frames(
    client: *mut amio_jack_client,
    us: u64,
    out_frame: *mut u32,
) -> amio_status {
    let out = ("out_frame", out_frame);
    // SAFETY: the pointers come from a C caller.
    unsafe {
        tell(("client", client), out, |client| {
            client.time_us_to_frames(us)
        })
    }
}

/// Returns the times of the cycle that runs now, or ran last.
///
/// Thread: any but the audio thread.
/// Ownership: `out_times` is the caller's; its struct_size must be set.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (struct_size);
/// AMIO_ERROR_INVALID_STATE (closed); AMIO_ERROR_DRIVER (the server does not know them).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_client_cycle_times(
    client: *mut amio_jack_client,
    out_times: *mut amio_jack_cycle_times,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let client = handles::get("client", client)?;
        let out = caller.out_struct("out_times", out_times)?;
        let times = client.cycle_times()?.ok_or_else(|| {
            Fault::new(
                AMIO_ERROR_DRIVER,
                "the JACK server does not know the times of its cycles",
            )
        })?;
        out.set(&times.into());
        Ok(())
    })
}

/// Returns the server's clock now, in microseconds.
///
/// Thread: any but the audio thread.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_STATE (this process has had no client yet, with which the
/// clock begins).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_time_us(out_us: *mut u64) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let out = caller.out("out_us", out_us)?;
        out.set(time_us()?);
        Ok(())
    })
}
