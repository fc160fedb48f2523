//! JACK's transport, which all clients of a server share.

use super::super::guard::{Caller, guard};
use super::super::handles;
use super::super::status::amio_status;
use super::answers::{ask, tell};
use super::client::amio_jack_client;
use super::position::{amio_jack_position, state_number};
use crate::jack::Position;
use std::time::Duration;

/// Starts JACK's transport, as soon as all clients are ready. PipeWire ignores what is asked of the transport before
/// the first cycle of the client.
///
/// Thread: any but the audio thread.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (closed).
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_jack_client_transport_start(
    client: *mut amio_jack_client,
) -> amio_status {
    ask("client", client, |client| client.start_transport())
}

/// Stops JACK's transport with the next cycle.
///
/// Thread, Errors: as amio_jack_client_transport_start().
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_jack_client_transport_stop(
    client: *mut amio_jack_client,
) -> amio_status {
    ask("client", client, |client| client.stop_transport())
}

/// Moves JACK's transport to a frame, from the next cycle on.
///
/// Thread: any but the audio thread.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (closed); AMIO_ERROR_DRIVER
/// (the server refuses it).
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_jack_client_transport_locate(
    client: *mut amio_jack_client,
    frame: u32,
) -> amio_status {
    ask("client", client, |client| client.locate(frame))
}

/// Moves JACK's transport to a position, from the next cycle on. The server's fields of it are ignored, and so are
/// unknown bits of `valid`. PipeWire's library of version 0.3.65 takes only the frame.
///
/// Thread: any but the audio thread.
/// Ownership: `position` is borrowed for the call.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (struct_size);
/// AMIO_ERROR_UNSUPPORTED (the struct is newer than the library); AMIO_ERROR_INVALID_STATE (closed); AMIO_ERROR_DRIVER
/// (the server refuses it).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_client_transport_reposition(
    client: *mut amio_jack_client,
    position: *const amio_jack_position,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let client = handles::get("client", client)?;
        let position = caller.read("position", position)?;
        Ok(client.reposition(&Position::from(&position))?)
    })
}

/// Returns what JACK's transport does, one of AMIO_JACK_TRANSPORT_*, and its position at the beginning of the cycle.
///
/// Thread: any but the audio thread.
/// Ownership: `out_position` is the caller's, and may be NULL; otherwise its struct_size must be set.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (struct_size);
/// AMIO_ERROR_INVALID_STATE (closed).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_client_transport(
    client: *mut amio_jack_client,
    out_state: *mut u32,
    out_position: *mut amio_jack_position,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let client = handles::get("client", client)?;
        let out = caller.out("out_state", out_state)?;
        let place = match out_position.is_null() {
            true => None,
            false => Some(caller.out_struct("out_position", out_position)?),
        };
        let (state, position) = client.transport()?;
        if let Some(place) = place {
            place.set(&amio_jack_position::from(&position));
        }
        out.set(state_number(state));
        Ok(())
    })
}

/// Returns the frame of JACK's transport now, as far as the server can say between two cycles.
///
/// Thread: any but the audio thread.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (closed).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_client_transport_frame(
    client: *mut amio_jack_client,
    out_frame: *mut u32,
) -> amio_status {
    let out = ("out_frame", out_frame);
    // SAFETY: the pointers come from a C caller.
    unsafe { tell(("client", client), out, |client| client.transport_frame()) }
}

/// Sets how long JACK's transport waits for clients that are not ready: for all clients of the server.
///
/// Thread: any but the audio thread.
/// Units: microseconds.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (closed); AMIO_ERROR_DRIVER
/// (the server refuses it).
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_jack_client_set_sync_timeout(
    client: *mut amio_jack_client,
    us: u64,
) -> amio_status {
    ask("client", client, |client| {
        client.set_sync_timeout(Duration::from_micros(us))
    })
}
