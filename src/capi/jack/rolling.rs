//! Functions of the program that take part in JACK's transport, on the audio thread.

use super::super::callback::{UserData, call_caught};
use super::super::fault::Fault;
use super::super::guard::guard;
use super::super::handles;
use super::super::status::amio_status;
use super::super::transport::boolean;
use super::answers::ask;
use super::client::amio_jack_client;
use super::position::{amio_jack_position, state_number};
use crate::jack::Position;
use std::ffi::c_void;

/// Says whether the program is ready to roll from a position: anything but 0 means that it is. While `state` is
/// AMIO_JACK_TRANSPORT_STARTING, it is asked in each cycle, until it is ready. Real-time code, on the audio thread
/// before the cycle: see "Real-time code" at the head of this file. `position` is valid during the call; `user_data` is
/// what was passed with it.
pub type amio_jack_sync = Option<
    unsafe extern "C-unwind" fn(
        user_data: *mut c_void,
        state: u32,
        position: *const amio_jack_position,
    ) -> i32,
>;

/// Adds what it knows (bar, beat and tick, say, with their bits in `valid`) to the position of the next cycle, which has
/// `frames`. `state` is one of AMIO_JACK_TRANSPORT_*. `is_new` is 1 if somebody has moved the transport: the position
/// then holds what was asked for. Otherwise it is 0, and the position holds what the function said of the cycle
/// before. The function cannot change `frame`. Real-time code, on the audio thread after the cycle: see "Real-time
/// code" at the head of this file. `position` is valid during the call; `user_data` is what was passed with it.
pub type amio_jack_timebase = Option<
    unsafe extern "C-unwind" fn(
        user_data: *mut c_void,
        state: u32,
        frames: u32,
        is_new: u32,
        position: *mut amio_jack_position,
    ),
>;

/// Has JACK's transport wait for the program: when it starts or moves, `sync` is asked whether the program is ready. The
/// transport rolls once all clients are ready, or when the time of amio_jack_client_set_sync_timeout() is over. PipeWire's
/// library of version 0.3.65 does not always wait. `sync` takes the place of the one before; NULL: none.
///
/// Thread: any but the audio thread; waits for the server, and for a call of the function before. That one is not
/// called any more when this returns.
/// Ownership: `user_data` is kept until another function is set or the client is closed; it may be NULL.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (closed, or in a function that
/// JACK calls); AMIO_ERROR_DRIVER (the server refuses it).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_client_set_sync(
    client: *mut amio_jack_client,
    sync: amio_jack_sync,
    user_data: *mut c_void,
) -> amio_status {
    let user_data = UserData::new(user_data);
    ask("client", client, |client| {
        let Some(sync) = sync else {
            return client.clear_sync();
        };
        client.set_sync(move |state, position| {
            let position = amio_jack_position::from(position);
            let ready = call_caught("sync", || {
                // SAFETY: the caller's function, with the caller's argument.
                unsafe { sync(user_data.get(), state_number(state), &position) }
            });
            ready != 0
        })
    })
}

/// Becomes the timebase: `timebase` describes the position of each next cycle to all clients. With `conditional` 1, only
/// if no other client is the timebase; with 0, in place of the one before.
///
/// Thread: any but the audio thread; waits for the server, and for a call of the function before.
/// Ownership: `user_data` is kept until another function is set, amio_jack_client_release_timebase() is called, or the
/// client is closed; it may be NULL.
/// Errors: AMIO_ERROR_NULL_POINTER (also of `timebase`); AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT
/// (`conditional` is neither 0 nor 1); AMIO_ERROR_INVALID_STATE (closed, or in a function that JACK calls);
/// AMIO_ERROR_DRIVER (there is another timebase, or the server refuses it).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_client_set_timebase(
    client: *mut amio_jack_client,
    conditional: u32,
    timebase: amio_jack_timebase,
    user_data: *mut c_void,
) -> amio_status {
    let user_data = UserData::new(user_data);
    guard(|| {
        let client = handles::get("client", client)?;
        let conditional = boolean("conditional", conditional)?;
        let timebase = timebase.ok_or_else(|| Fault::null("timebase"))?;
        client.set_timebase(conditional, move |query, position| {
            let mut described = amio_jack_position::from(&*position);
            let (state, is_new) = (state_number(query.state), query.is_new.into());
            call_caught("timebase", || {
                // SAFETY: the caller's function, with the caller's argument.
                unsafe { timebase(user_data.get(), state, query.frames, is_new, &mut described) }
            });
            *position = Position::from(&described);
        })?;
        Ok(())
    })
}

/// Stops being the timebase. jackd's library crashes if it calls `timebase` at the same instant, so the client must be
/// inactive, or the transport stopped.
///
/// Thread: any but the audio thread; waits for the server. `timebase` is not called any more when this returns.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (closed, or in a function that
/// JACK calls); AMIO_ERROR_DRIVER (it was not the timebase).
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_jack_client_release_timebase(
    client: *mut amio_jack_client,
) -> amio_status {
    ask("client", client, |client| client.release_timebase())
}
