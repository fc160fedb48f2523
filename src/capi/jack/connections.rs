//! Changes to ports of any clients, by their full names.

use super::super::guard::{Caller, guard};
use super::super::handles;
use super::super::status::amio_status;
use super::super::transport::boolean;
use super::answers::{ask, ask_with};
use super::client::amio_jack_client;
use std::ffi::c_char;

/// Connects an output to an input, by their full names. They may be connected already. A port of the program's own can
/// be connected while its client is active.
///
/// Thread: any but the audio thread; waits for the server.
/// Ownership: the texts are borrowed for the call.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (a name that is empty
/// or not UTF-8); AMIO_ERROR_INVALID_STATE (closed, or in a function that JACK calls); AMIO_ERROR_DRIVER (the server refuses
/// it: no such port, the wrong direction or type, or a client that is not active; or the name is also an alias of another
/// port).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_client_connect(
    client: *mut amio_jack_client,
    source: *const c_char,
    destination: *const c_char,
) -> amio_status {
    let ports = [("source", source), ("destination", destination)];
    // SAFETY: the pointers come from a C caller.
    unsafe {
        ask_with(("client", client), ports, |client, [from, to]| {
            client.connect(from, to)
        })
    }
}

/// Disconnects an output from an input, by their full names.
///
/// Thread, Ownership: as amio_jack_client_connect().
/// Errors: as amio_jack_client_connect(); AMIO_ERROR_DRIVER also if they are not connected.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_client_disconnect(
    client: *mut amio_jack_client,
    source: *const c_char,
    destination: *const c_char,
) -> amio_status {
    let ports = [("source", source), ("destination", destination)];
    // SAFETY: the pointers come from a C caller.
    unsafe {
        ask_with(("client", client), ports, |client, [from, to]| {
            client.disconnect(from, to)
        })
    }
}

/// Has the server compute the latencies of all ports anew.
///
/// Thread: any but the audio thread; waits for the server.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (closed, or in a function that
/// JACK calls); AMIO_ERROR_DRIVER.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_jack_client_recompute_latencies(
    client: *mut amio_jack_client,
) -> amio_status {
    ask("client", client, |client| client.recompute_latencies())
}

/// Gives the port with this full name another short name, which keeps its connections.
///
/// Thread: any but the audio thread; waits for the server.
/// Ownership: the texts are borrowed for the call.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (there is no such port, or a
/// text is empty or not UTF-8); AMIO_ERROR_INVALID_STATE (closed, or in a function that JACK calls); AMIO_ERROR_DRIVER
/// (another port of this client has this name or alias, the server refuses it, or it would cut it).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_client_rename_port(
    client: *mut amio_jack_client,
    port: *const c_char,
    short_name: *const c_char,
) -> amio_status {
    let texts = [("port", port), ("short_name", short_name)];
    // SAFETY: the pointers come from a C caller.
    unsafe {
        ask_with(("client", client), texts, |client, [port, name]| {
            client.rename_port(port, name)
        })
    }
}

/// Adds another name to the port with this full name. A port can have two.
///
/// Thread: any but the audio thread; waits for the server.
/// Ownership: the texts are borrowed for the call.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (there is no such port; a
/// text that is empty or not UTF-8; an alias that is too long); AMIO_ERROR_INVALID_STATE (closed, or in a function that JACK
/// calls); AMIO_ERROR_DRIVER (it has two already).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_client_set_alias(
    client: *mut amio_jack_client,
    port: *const c_char,
    alias: *const c_char,
) -> amio_status {
    let texts = [("port", port), ("alias", alias)];
    // SAFETY: the pointers come from a C caller.
    unsafe {
        ask_with(("client", client), texts, |client, [port, alias]| {
            client.set_alias(port, alias)
        })
    }
}

/// Takes a name from a port that amio_jack_client_set_alias() has given it. PipeWire's library of version 0.3.65 keeps
/// it.
///
/// Thread, Ownership: as amio_jack_client_set_alias().
/// Errors: as amio_jack_client_set_alias(); AMIO_ERROR_DRIVER if it has no such alias.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_client_unset_alias(
    client: *mut amio_jack_client,
    port: *const c_char,
    alias: *const c_char,
) -> amio_status {
    let texts = [("port", port), ("alias", alias)];
    // SAFETY: the pointers come from a C caller.
    unsafe {
        ask_with(("client", client), texts, |client, [port, alias]| {
            client.unset_alias(port, alias)
        })
    }
}

/// Asks (1) for what comes in by a port to be played at once, or no longer (0): it ends when it was called as often with
/// 0 as with 1. Only ports with AMIO_JACK_PORT_CAN_MONITOR do it.
///
/// Thread: any but the audio thread.
/// Ownership: `port` is borrowed for the call.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (there is no such port, the
/// name is not UTF-8, or `on` is neither 0 nor 1); AMIO_ERROR_INVALID_STATE (closed); AMIO_ERROR_DRIVER.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_client_request_monitor(
    client: *mut amio_jack_client,
    port: *const c_char,
    on: u32,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let client = handles::get("client", client)?;
        let port = caller.text("port", port)?;
        Ok(client.request_monitor(port, boolean("on", on)?)?)
    })
}
