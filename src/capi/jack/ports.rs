//! Ports of a client of the program.

use super::super::fault::{Checked, Fault};
use super::super::guard::{Caller, guard};
use super::super::handles::{self, Handle};
use super::super::slots::{self, ReservedSlot, real_time_handle};
use super::super::status::amio_status;
use super::answers::{ask, ask_with, tell_name};
use super::client::amio_jack_client;
use super::names::{amio_jack_names, list};
use crate::jack::{Port, PortFlags, PortType};
use std::ffi::c_char;

/// A port of a client of the program. Ports of other clients are known by their names.
pub struct amio_jack_port {
    _opaque: [u8; 0],
}

impl Handle for amio_jack_port {
    type Target = Port;
    const NAME: &'static str = "a JACK port";
}

real_time_handle!(amio_jack_port, "port");

/// How many bytes the name of a port's type has room in, with the NUL at its end.
pub const AMIO_JACK_TYPE_BYTES: usize = 64;
/// The type of audio ports: 32-bit floats.
pub const AMIO_JACK_AUDIO: &str = "32 bit float mono audio";
/// The type of MIDI ports.
pub const AMIO_JACK_MIDI: &str = "8 bit raw midi";

/// Others send to the port.
pub const AMIO_JACK_PORT_INPUT: u32 = 0x1;
/// Others receive from the port.
pub const AMIO_JACK_PORT_OUTPUT: u32 = 0x2;
/// The port belongs to a device.
pub const AMIO_JACK_PORT_PHYSICAL: u32 = 0x4;
/// The port's device can play at once what comes in by it.
pub const AMIO_JACK_PORT_CAN_MONITOR: u32 = 0x8;
/// What comes in by an input goes no further, or what goes out by an output comes from nowhere else.
pub const AMIO_JACK_PORT_TERMINAL: u32 = 0x10;

/// The bits are those of the crate, and the types have room.
const _: () = {
    assert!(AMIO_JACK_PORT_INPUT == PortFlags::INPUT.bits());
    assert!(AMIO_JACK_PORT_OUTPUT == PortFlags::OUTPUT.bits());
    assert!(AMIO_JACK_PORT_PHYSICAL == PortFlags::PHYSICAL.bits());
    assert!(AMIO_JACK_PORT_CAN_MONITOR == PortFlags::CAN_MONITOR.bits());
    assert!(AMIO_JACK_PORT_TERMINAL == PortFlags::TERMINAL.bits());
    assert!(AMIO_JACK_AUDIO.len() < AMIO_JACK_TYPE_BYTES);
    assert!(AMIO_JACK_MIDI.len() < AMIO_JACK_TYPE_BYTES);
};

/// Makes a port. `short_name` is its name within the client. `type` is AMIO_JACK_AUDIO, AMIO_JACK_MIDI, or another one
/// that the server knows. `flags` are AMIO_JACK_PORT_* bits; exactly one of INPUT and OUTPUT is among them.
///
/// The port is there until amio_jack_port_unregister(), or until the client is closed.
///
/// Thread: any but the audio thread; waits for the server.
/// Ownership: the texts are borrowed for the call. Give the handle back with amio_jack_port_free().
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (a text that is empty or not UTF-8;
/// flags that are unknown, or that have neither or both of INPUT and OUTPUT); AMIO_ERROR_INVALID_STATE (closed, or in a
/// function that JACK calls); AMIO_ERROR_DRIVER (the server refuses the port: there is one of this name or alias, its
/// type is unknown, there are too many ports, or the name is longer than the server keeps); AMIO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_port_register(
    client: *mut amio_jack_client,
    short_name: *const c_char,
    r#type: *const c_char,
    flags: u32,
    out_port: *mut *mut amio_jack_port,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let client = handles::get("client", client)?;
        let name = caller.text("short_name", short_name)?;
        let kind = PortType::new(caller.text("type", r#type)?)?;
        let flags = port_flags(flags)?;
        let out = caller.out("out_port", out_port)?;
        let place = ReservedSlot::take()?;
        let port = client
            .register(name, &kind, flags)
            .map_err(|e| Fault::renamed(e, &[("port flags", "flags")]))?;
        out.set(place.fill(port));
        Ok(())
    })
}

/// Ends a port and its connections. The handle stays valid: other functions that take it then return
/// AMIO_ERROR_INVALID_STATE.
///
/// Thread: any but the audio thread; waits for the server, and for the end of the cycle that runs.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (unregistered before, the
/// client is closed, or in a function that JACK calls); AMIO_ERROR_DRIVER (the server refuses it).
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_jack_port_unregister(port: *mut amio_jack_port) -> amio_status {
    ask("port", port, |port| port.unregister())
}

/// Gives the handle of a port back. The port stays registered until its client is closed, unless
/// amio_jack_port_unregister() was called before. NULL does nothing.
///
/// Thread: any but the audio thread.
/// Errors: AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_jack_port_free(port: *mut amio_jack_port) -> amio_status {
    guard(|| {
        drop(slots::release("port", port)?);
        Ok(())
    })
}

/// Copies the full name of a port: the client's name, a colon, and the short name.
///
/// Thread: any but the audio thread.
/// Units: `capacity_bytes` counts the NUL at the end of the text.
/// Ownership: `out_name` is the caller's; AMIO_JACK_NAME_BYTES are enough.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (unregistered, or the client
/// is closed); AMIO_ERROR_BUFFER_TOO_SMALL (the message says what is needed).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_port_name(
    port: *mut amio_jack_port,
    out_name: *mut c_char,
    capacity_bytes: usize,
) -> amio_status {
    let out = (out_name, capacity_bytes);
    // SAFETY: the pointers come from a C caller.
    unsafe { tell_name(("port", port), out, |port| Ok(port.name()?)) }
}

/// Gives a port another short name. It keeps its connections.
///
/// Thread: any but the audio thread; waits for the server.
/// Ownership: `short_name` is borrowed for the call.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (empty, or not UTF-8);
/// AMIO_ERROR_INVALID_STATE (unregistered, the client is closed, or in a function that JACK calls); AMIO_ERROR_DRIVER
/// (another port of the client has this name or alias, the server refuses it, or it would cut it).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_port_rename(
    port: *mut amio_jack_port,
    short_name: *const c_char,
) -> amio_status {
    let name = [("short_name", short_name)];
    // SAFETY: the pointers come from a C caller.
    unsafe { ask_with(("port", port), name, |port, [name]| port.rename(name)) }
}

/// Lists the full names of the ports that a port is connected to.
///
/// Thread: any but the audio thread.
/// Ownership: release the list with amio_jack_names_free().
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (unregistered, or the client
/// is closed); AMIO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_port_connections(
    port: *mut amio_jack_port,
    out_names: *mut *mut amio_jack_names,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    unsafe { list(("port", port), out_names, |_, port| Ok(port.connections()?)) }
}

/// Ends all connections of a port.
///
/// Thread: any but the audio thread; waits for the server.
/// Errors: as amio_jack_port_unregister().
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_jack_port_disconnect_all(port: *mut amio_jack_port) -> amio_status {
    ask("port", port, |port| port.disconnect_all())
}

/// AMIO_JACK_PORT_* bits.
pub(super) fn port_flags(bits: u32) -> Checked<PortFlags> {
    const KNOWN: u32 = 0x1f;
    match bits & !KNOWN {
        0 => Ok(PortFlags::from_bits(bits)),
        _ => Err(Fault::argument(format!(
            "flags are {bits:#x}; they must be AMIO_JACK_PORT_* bits, up to {KNOWN:#x}"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_types_are_those_of_the_crate() {
        assert_eq!(AMIO_JACK_AUDIO, PortType::AUDIO.name());
        assert_eq!(AMIO_JACK_MIDI, PortType::MIDI.name());
    }
}
