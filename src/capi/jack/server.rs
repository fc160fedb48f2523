//! What a client is told of its server, and what it may set there.

use super::super::status::amio_status;
use super::answers::{ask, switch, tell};
use super::client::amio_jack_client;

/// Returns the server's frame rate.
///
/// Thread: any but the audio thread.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (closed).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_client_frame_rate_hz(
    client: *mut amio_jack_client,
    out_hz: *mut u32,
) -> amio_status {
    let out = ("out_hz", out_hz);
    // SAFETY: the pointers come from a C caller.
    unsafe { tell(("client", client), out, |client| client.frame_rate_hz()) }
}

/// Returns the server's period: how many frames a cycle has.
///
/// Thread, Errors: as amio_jack_client_frame_rate_hz().
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_client_period_frames(
    client: *mut amio_jack_client,
    out_frames: *mut u32,
) -> amio_status {
    let out = ("out_frames", out_frames);
    // SAFETY: the pointers come from a C caller.
    unsafe { tell(("client", client), out, |client| client.period_frames()) }
}

/// Asks the server for another period. AMIO_JACK_EVENT_PERIOD tells all clients of it. PipeWire changes it some cycles
/// later.
///
/// Thread: any but the audio thread; waits for the server.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (closed, or in a function that
/// JACK calls); AMIO_ERROR_DRIVER (the server refuses it).
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_jack_client_set_period_frames(
    client: *mut amio_jack_client,
    frames: u32,
) -> amio_status {
    ask("client", client, |client| client.set_period_frames(frames))
}

/// Returns how much of each cycle the server and its clients are at work, in percent.
///
/// Thread, Errors: as amio_jack_client_frame_rate_hz().
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_client_cpu_load_percent(
    client: *mut amio_jack_client,
    out_percent: *mut f32,
) -> amio_status {
    let out = ("out_percent", out_percent);
    // SAFETY: the pointers come from a C caller.
    unsafe { tell(("client", client), out, |client| client.cpu_load_percent()) }
}

/// Returns whether the server runs in real time: 1 or 0.
///
/// Thread, Errors: as amio_jack_client_frame_rate_hz().
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_client_is_realtime(
    client: *mut amio_jack_client,
    out_realtime: *mut u32,
) -> amio_status {
    let out = ("out_realtime", out_realtime);
    // SAFETY: the pointers come from a C caller.
    unsafe {
        tell(("client", client), out, |client| {
            Ok(client.is_realtime()?.into())
        })
    }
}

/// Returns the longest delay of a cycle so far, in microseconds, as the server reports it with xruns.
///
/// Thread, Errors: as amio_jack_client_frame_rate_hz().
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_client_max_delayed_us(
    client: *mut amio_jack_client,
    out_us: *mut f32,
) -> amio_status {
    let out = ("out_us", out_us);
    // SAFETY: the pointers come from a C caller.
    unsafe { tell(("client", client), out, |client| client.max_delayed_us()) }
}

/// Begins to look for the longest delay anew.
///
/// Thread, Errors: as amio_jack_client_frame_rate_hz().
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_jack_client_reset_max_delayed(
    client: *mut amio_jack_client,
) -> amio_status {
    ask("client", client, |client| client.reset_max_delayed())
}

/// Starts (1) or ends (0) freewheeling: cycles follow each other as fast as they can, and no device plays.
///
/// Thread: any but the audio thread; waits for the server.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (neither 0 nor 1);
/// AMIO_ERROR_INVALID_STATE (closed, or in a function that JACK calls); AMIO_ERROR_DRIVER (the server refuses it).
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_jack_client_set_freewheel(
    client: *mut amio_jack_client,
    on: u32,
) -> amio_status {
    switch("client", client, on, |client, on| client.set_freewheel(on))
}
