//! Ports of all clients, by their full names.

use super::super::fault::{Checked, Fault};
use super::super::guard::{Caller, guard};
use super::super::handles;
use super::super::sized::{Versioned, text_field};
use super::super::status::amio_status;
use super::answers::tell_of;
use super::client::{AMIO_JACK_NAME_BYTES, amio_jack_client};
use super::names::{amio_jack_names, list};
use super::ports::{AMIO_JACK_TYPE_BYTES, port_flags};
use crate::jack::{LatencyMode, PortFilter, PortId, PortInfo};
use std::ffi::c_char;

/// Latencies from where sound comes in, up to the port.
pub const AMIO_JACK_LATENCY_CAPTURE: u32 = 0;
/// Latencies from the port to where sound goes out.
pub const AMIO_JACK_LATENCY_PLAYBACK: u32 = 1;

/// What is known of a port of any client. Texts are UTF-8, end with NUL, and are empty where there is none. Set
/// struct_size to sizeof(amio_jack_port_info) before the call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct amio_jack_port_info {
    /// sizeof(amio_jack_port_info).
    pub struct_size: u32,
    /// AMIO_JACK_PORT_* bits.
    pub flags: u32,
    /// By which metadata refers to it.
    pub uuid: u64,
    /// 1: it is a port of the client that was asked. 0: of another one.
    pub is_own: u32,
    /// 0.
    pub reserved: u32,
    /// Its full name: the client's name, a colon, and the short name.
    pub name: [c_char; AMIO_JACK_NAME_BYTES],
    /// What goes through it: AMIO_JACK_AUDIO, AMIO_JACK_MIDI, or another type.
    pub r#type: [c_char; AMIO_JACK_TYPE_BYTES],
    /// Up to two other names of it.
    pub aliases: [[c_char; AMIO_JACK_NAME_BYTES]; 2],
}

// SAFETY: repr(C), the first field is its size, and it has integers only.
unsafe impl Versioned for amio_jack_port_info {
    const NAME: &'static str = "amio_jack_port_info";
    const SMALLEST: usize = size_of::<amio_jack_port_info>();
}

impl From<PortInfo> for amio_jack_port_info {
    fn from(port: PortInfo) -> amio_jack_port_info {
        let alias = |index: usize| text_field(port.aliases.get(index).map_or("", |alias| alias));
        amio_jack_port_info {
            struct_size: 0,
            flags: port.flags.bits(),
            uuid: port.uuid.0,
            is_own: port.is_own.into(),
            reserved: 0,
            name: text_field(&port.name),
            r#type: text_field(&port.kind.name()),
            aliases: [alias(0), alias(1)],
        }
    }
}

/// Returns what is known of the port with this full name.
///
/// Thread: any but the audio thread.
/// Ownership: `name` is borrowed for the call; `out_info` is the caller's; its struct_size must be set.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (there is no such port, the
/// name is not UTF-8, or struct_size); AMIO_ERROR_INVALID_STATE (closed).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_client_port(
    client: *mut amio_jack_client,
    name: *const c_char,
    out_info: *mut amio_jack_port_info,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let client = handles::get("client", client)?;
        let name = caller.text("name", name)?;
        let out = caller.out_struct("out_info", out_info)?;
        out.set(&client.port(name)?.into());
        Ok(())
    })
}

/// Returns what is known of the port with this number of the server's, which an amio_jack_event has named.
///
/// Thread: any but the audio thread.
/// Ownership: `out_info` is the caller's; its struct_size must be set.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (there is no such port, or
/// struct_size); AMIO_ERROR_INVALID_STATE (closed).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_client_port_by_id(
    client: *mut amio_jack_client,
    id: u32,
    out_info: *mut amio_jack_port_info,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let client = handles::get("client", client)?;
        let out = caller.out_struct("out_info", out_info)?;
        let port = client.port_by_id(PortId::new(id))?.ok_or_else(|| {
            Fault::argument(format!(
                "id is {id}; the server has no port with this number"
            ))
        })?;
        out.set(&port.into());
        Ok(())
    })
}

/// Returns whether there is a port with this full name: 1 or 0.
///
/// Thread: any but the audio thread.
/// Ownership: `name` is borrowed for the call.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (the name is empty or not
/// UTF-8); AMIO_ERROR_INVALID_STATE (closed).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_client_has_port(
    client: *mut amio_jack_client,
    name: *const c_char,
    out_exists: *mut u32,
) -> amio_status {
    let (name, out) = (("name", name), ("out_exists", out_exists));
    // SAFETY: the pointers come from a C caller.
    unsafe {
        tell_of(("client", client), name, out, |client, name| {
            Ok(client.has_port(name)?.into())
        })
    }
}

/// Lists the full names of ports, in the server's order. `name_pattern` is an extended regular expression (POSIX) that
/// is in the full name, `type_pattern` one that is in the name of the type; NULL or an empty text: any. `flags` are
/// AMIO_JACK_PORT_* bits that a port must all have. If a pattern is no regular expression, the list is empty.
///
/// Thread: any but the audio thread.
/// Ownership: the texts are borrowed for the call. Release the list with amio_jack_names_free().
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (a text that is not UTF-8,
/// unknown flags); AMIO_ERROR_INVALID_STATE (closed); AMIO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_client_find_ports(
    client: *mut amio_jack_client,
    name_pattern: *const c_char,
    type_pattern: *const c_char,
    flags: u32,
    out_names: *mut *mut amio_jack_names,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    unsafe {
        list(("client", client), out_names, |caller, client| {
            let name = caller.optional_text("name_pattern", name_pattern)?;
            let kind = caller.optional_text("type_pattern", type_pattern)?;
            Ok(client.find_ports(&PortFilter {
                name: name.unwrap_or_default().to_owned(),
                kind: kind.unwrap_or_default().to_owned(),
                flags: port_flags(flags)?,
            })?)
        })
    }
}

/// Lists the full names of the ports that the port with this full name is connected to.
///
/// Thread: any but the audio thread.
/// Ownership: `port` is borrowed for the call. Release the list with amio_jack_names_free().
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (there is no such port, or
/// the name is not UTF-8); AMIO_ERROR_INVALID_STATE (closed); AMIO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_client_connections(
    client: *mut amio_jack_client,
    port: *const c_char,
    out_names: *mut *mut amio_jack_names,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    unsafe {
        list(("client", client), out_names, |caller, client| {
            Ok(client.connections(caller.text("port", port)?)?)
        })
    }
}

/// Returns the latencies of the port with this full name, as the server has computed them last: of the shortest and
/// of the longest way that sound takes. `mode` is one of AMIO_JACK_LATENCY_*.
///
/// Thread: any but the audio thread.
/// Ownership: `port` is borrowed for the call.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (there is no such port, the
/// name is not UTF-8, or an unknown mode); AMIO_ERROR_INVALID_STATE (closed).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_client_latency(
    client: *mut amio_jack_client,
    port: *const c_char,
    mode: u32,
    out_min_frames: *mut u32,
    out_max_frames: *mut u32,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let client = handles::get("client", client)?;
        let port = caller.text("port", port)?;
        let mode = latency_mode(mode)?;
        let min = caller.out("out_min_frames", out_min_frames)?;
        let max = caller.out("out_max_frames", out_max_frames)?;
        let range = client.latency(port, mode)?;
        min.set(range.min_frames);
        max.set(range.max_frames);
        Ok(())
    })
}

/// Returns whether what comes in by the port with this full name is played at once: 1 or 0.
///
/// Thread: any but the audio thread.
/// Ownership: `port` is borrowed for the call.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (there is no such port, or
/// the name is not UTF-8); AMIO_ERROR_INVALID_STATE (closed).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_client_is_monitored(
    client: *mut amio_jack_client,
    port: *const c_char,
    out_monitored: *mut u32,
) -> amio_status {
    let (port, out) = (("port", port), ("out_monitored", out_monitored));
    // SAFETY: the pointers come from a C caller.
    unsafe {
        tell_of(("client", client), port, out, |client, port| {
            Ok(client.is_monitored(port)?.into())
        })
    }
}

/// One of AMIO_JACK_LATENCY_*.
pub(super) fn latency_mode(given: u32) -> Checked<LatencyMode> {
    match given {
        AMIO_JACK_LATENCY_CAPTURE => Ok(LatencyMode::Capture),
        AMIO_JACK_LATENCY_PLAYBACK => Ok(LatencyMode::Playback),
        _ => Err(Fault::argument(format!(
            "mode is {given}; it must be one of AMIO_JACK_LATENCY_*, 0 or 1"
        ))),
    }
}
