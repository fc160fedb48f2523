//! Making ports, looking ports up, and connecting them.
#![allow(unsafe_code, reason = "calls of libjack")]

use super::client::Client;
use super::connection::Open;
use super::failure::failure;
use super::latency_mode::LatencyMode;
use super::library::{RawLatencyRange, RawPort};
use super::lookup::{self, find};
use super::midi::{MidiInput, MidiOutput};
use super::names::{c_string, copied, taken_list};
use super::port::{Port, recompute_latencies, rename};
use super::port_id::PortId;
use super::port_info::{LatencyRange, PortFilter, PortFlags, PortInfo, PortType};
use super::process_port::{AudioInput, AudioOutput, Content, ProcessPort};
use super::property::Uuid;
use crate::error::{Error, Result};
use std::borrow::Cow;
use std::ffi::{CString, c_char, c_int};
use std::ptr::{self, NonNull};

/// Making ports. Each is there until it is unregistered or the client is closed; a port that is dropped stays.
///
/// # Errors
/// Of all of these. [`Error::InvalidArgument`]: a name that is empty, or has NUL. [`Error::InvalidState`]: the client is
/// closed, or in a handler. [`Error::Driver`]: the server refuses the port: there is one of this name or alias (on PipeWire
/// also one that had this name before it was renamed), there are too many, or the server would cut the name.
impl Client {
    /// Makes an audio port that others can send to.
    pub fn register_audio_input(&self, name: &str) -> Result<(Port, AudioInput)> {
        let port = self.register(name, &PortType::AUDIO, PortFlags::INPUT)?;
        let input = AudioInput(port.process_port().clone());
        Ok((port, input))
    }

    /// Makes an audio port that others can receive from.
    pub fn register_audio_output(&self, name: &str) -> Result<(Port, AudioOutput)> {
        let port = self.register(name, &PortType::AUDIO, PortFlags::OUTPUT)?;
        let output = AudioOutput(port.process_port().clone());
        Ok((port, output))
    }

    /// Makes a MIDI port that others can send to.
    pub fn register_midi_input(&self, name: &str) -> Result<(Port, MidiInput)> {
        let port = self.register(name, &PortType::MIDI, PortFlags::INPUT)?;
        let input = MidiInput::new(port.process_port().clone())?;
        Ok((port, input))
    }

    /// Makes a MIDI port that others can receive from.
    pub fn register_midi_output(&self, name: &str) -> Result<(Port, MidiOutput)> {
        let port = self.register(name, &PortType::MIDI, PortFlags::OUTPUT)?;
        let output = MidiOutput(port.process_port().clone());
        Ok((port, output))
    }

    /// Makes a port of any type, with any flags. A process handler cannot use its buffer; an output of audio is
    /// silent, and one of MIDI has no events.
    ///
    /// # Errors
    /// Also [`Error::InvalidArgument`]: flags with neither or both of `INPUT` and `OUTPUT`.
    pub fn register(&self, name: &str, kind: &PortType, flags: PortFlags) -> Result<Port> {
        let client = self.enter()?;
        let c_name = lookup::name("port name", name)?;
        if flags.contains(PortFlags::INPUT) == flags.contains(PortFlags::OUTPUT) {
            return Err(Error::InvalidArgument(format!(
                "port flags are {:#x}; a port is either an input or an output",
                flags.0
            )));
        }
        let _asking = client.ask()?;
        if lookup::is_taken(&client, &c_name, ptr::null()) {
            return Err(failure(format!(
                "the server did not register port {name}: a port of the client has this name or alias"
            )));
        }
        // SAFETY: the client and both strings are valid; 0: built-in types have their own size.
        let raw = unsafe {
            (client.library.port_register)(
                client.raw(),
                c_name.as_ptr(),
                kind.0.as_ptr(),
                flags.0,
                0,
            )
        };
        let Some(raw) = NonNull::new(raw) else {
            return Err(failure(format!("the server did not register port {name}")));
        };
        // SAFETY: the port was just made.
        if !unsafe { lookup::has_short_name(&client, raw.as_ptr(), name) } {
            // SAFETY: client and port are valid; nobody knows the port yet.
            unsafe { (client.library.port_unregister)(client.raw(), raw.as_ptr()) };
            return Err(failure(format!(
                "the server did not register port {name}: it would cut its name"
            )));
        }
        let content = match kind {
            kind if *kind == PortType::AUDIO => Content::Audio,
            kind if *kind == PortType::MIDI => Content::Midi,
            _ => Content::Other,
        };
        let is_output = flags.contains(PortFlags::OUTPUT);
        let port = ProcessPort::new(client.number, raw, content, is_output);
        client.context.latencies.add(&port);
        if is_output {
            client.context.add_output(&port);
        }
        Ok(Port::new(self.connection(), &port))
    }
}

/// Ports of all clients, by their full names: the client's name, a colon, and the short name. What libjack knows is
/// read without asking the server, also in handlers.
///
/// # Errors
/// Of all of these. [`Error::InvalidState`]: the client is closed. [`Error::InvalidArgument`]: a name that is empty or has
/// NUL, or no port has this name. [`Error::Driver`]: the name is also an alias of another port, which libjack takes instead.
impl Client {
    /// The full names of the ports that match, in the server's order; none if a pattern is no regular expression.
    pub fn find_ports(&self, filter: &PortFilter) -> Result<Vec<String>> {
        let client = self.enter()?;
        let name = c_string("pattern", &filter.name)?;
        let kind = c_string("type", &filter.kind)?;
        // libjack takes null, not an empty string, for all.
        let or_null = |text: &CString| match text.is_empty() {
            true => ptr::null(),
            false => text.as_ptr(),
        };
        let (name, kind) = (or_null(&name), or_null(&kind));
        // SAFETY: the client is valid, the patterns outlive the call; the list was just returned by libjack.
        Ok(unsafe {
            let names = (client.library.get_ports)(client.raw(), name, kind, filter.flags.0);
            taken_list(client.library, names)
        })
    }

    /// Whether a port of this full name exists.
    pub fn has_port(&self, name: &str) -> Result<bool> {
        let client = self.enter()?;
        let c_name = lookup::name("port name", name)?;
        // SAFETY: the client and the string are valid.
        Ok(unsafe { !(client.library.port_by_name)(client.raw(), c_name.as_ptr()).is_null() })
    }

    /// What is known of a port.
    pub fn port(&self, name: &str) -> Result<PortInfo> {
        let client = self.enter()?;
        let port = find(&client, name)?;
        // SAFETY: the port was just found.
        Ok(unsafe { info(&client, port) })
    }

    /// What is known of the port with this number of the server's, which an event has told; `None` if there is none.
    pub fn port_by_id(&self, id: PortId) -> Result<Option<PortInfo>> {
        let client = self.enter()?;
        if !id.can_be_asked() {
            return Ok(None);
        }
        // SAFETY: the client is valid, and the number is in libjack's table.
        let port = unsafe { (client.library.port_by_id)(client.raw(), id.0) };
        // SAFETY: the port was just found.
        Ok(NonNull::new(port)
            .map(|port| unsafe { info(&client, port) })
            .filter(|port| !port.name.is_empty()))
    }

    /// The full names of the ports that a port is connected to.
    pub fn connections(&self, name: &str) -> Result<Vec<String>> {
        let client = self.enter()?;
        let port = find(&client, name)?;
        // SAFETY: client and port are valid; the list was just returned by libjack.
        Ok(unsafe {
            let all = client.library.port_get_all_connections;
            taken_list(client.library, all(client.raw(), port.as_ptr()))
        })
    }

    /// A port's latencies, as the server has computed them last.
    pub fn latency(&self, name: &str, mode: LatencyMode) -> Result<LatencyRange> {
        let client = self.enter()?;
        let port = find(&client, name)?;
        let mut range = RawLatencyRange::default();
        let get = client.library.port_get_latency_range;
        // SAFETY: libjack keeps what it returns for a name, also when the port goes; the range is
        // valid.
        unsafe { get(port.as_ptr(), mode.code(), &mut range) };
        Ok(range.get())
    }

    /// Gives a port another short name, which keeps its connections.
    ///
    /// # Errors
    /// Also [`Error::Driver`]: another port of this client has this name or alias; the server refuses it, or would cut it.
    pub fn rename_port(&self, name: &str, short_name: &str) -> Result<()> {
        let client = self.enter()?;
        let _asking = client.ask()?;
        let port = find(&client, name)?;
        // SAFETY: the port was just found.
        unsafe { rename(&client, port.as_ptr(), short_name) }
    }

    /// Adds another name to a port, which can have two.
    ///
    /// # Errors
    /// Also [`Error::Driver`]: it has two already.
    pub fn set_alias(&self, name: &str, alias: &str) -> Result<()> {
        let client = self.enter()?;
        let c_alias = lookup::name("alias", alias)?;
        // SAFETY: takes nothing. The size counts the NUL.
        let longest = unsafe { (client.library.port_name_size)() }.max(1) as usize - 1;
        if alias.len() > longest {
            return Err(Error::InvalidArgument(format!(
                "alias has {} bytes; JACK takes up to {longest}",
                alias.len()
            )));
        }
        let _asking = client.ask()?;
        let port = find(&client, name)?;
        // SAFETY: the port and the string are valid.
        let code = unsafe { (client.library.port_set_alias)(port.as_ptr(), c_alias.as_ptr()) };
        client.check(|| format!("giving {name} the alias {alias:?}"), code)
    }

    /// Takes a name from a port that [`Client::set_alias`] has given it. PipeWire's library of version 0.3.65 keeps
    /// it.
    ///
    /// # Errors
    /// Also [`Error::Driver`]: it has no such alias.
    pub fn unset_alias(&self, name: &str, alias: &str) -> Result<()> {
        let client = self.enter()?;
        let c_alias = lookup::name("alias", alias)?;
        let _asking = client.ask()?;
        let port = find(&client, name)?;
        // SAFETY: the port and the string are valid.
        let code = unsafe { (client.library.port_unset_alias)(port.as_ptr(), c_alias.as_ptr()) };
        client.check(|| format!("taking the alias {alias:?} from {name}"), code)
    }

    /// Asks for what comes in by a port to be played at once, or no longer, as often as it was asked for. Only ports
    /// with [`PortFlags::CAN_MONITOR`] do it.
    ///
    /// # Errors
    /// Also [`Error::Driver`].
    pub fn request_monitor(&self, name: &str, on: bool) -> Result<()> {
        let client = self.enter()?;
        let port = find(&client, name)?;
        // SAFETY: the port is valid.
        let code = unsafe { (client.library.port_request_monitor)(port.as_ptr(), on.into()) };
        client.check(|| format!("asking for the monitoring of {name}"), code)
    }

    /// Whether what comes in by a port is played at once.
    pub fn is_monitored(&self, name: &str) -> Result<bool> {
        let client = self.enter()?;
        let port = find(&client, name)?;
        // SAFETY: the port is valid.
        Ok(unsafe { (client.library.port_monitoring_input)(port.as_ptr()) } != 0)
    }
}

/// Connections between ports of any clients, by their full names.
///
/// # Errors
/// Of all of these. [`Error::InvalidArgument`]: a name that is empty, or has NUL. [`Error::InvalidState`]: the client is
/// closed, or in a handler. [`Error::Driver`]: the server refuses it: no such port, the wrong direction or type, or a client
/// that is not active; or the name is also an alias of another port, which libjack would take instead.
impl Client {
    /// Connects an output to an input; they may be connected already.
    pub fn connect(&self, source: &str, destination: &str) -> Result<()> {
        let client = self.enter()?;
        match change(&client, client.library.connect, source, destination)? {
            0 | libc::EEXIST => Ok(()),
            code => {
                let reason = self.why_not_connected(source, destination, code);
                let what = format!("connecting {source} to {destination} failed");
                Err(failure(format!("{what}: {reason}")))
            }
        }
    }

    /// Disconnects an output from an input.
    pub fn disconnect(&self, source: &str, destination: &str) -> Result<()> {
        let client = self.enter()?;
        let what = || format!("disconnecting {source} from {destination}");
        let code = change(&client, client.library.disconnect, source, destination)?;
        client.check(what, code)
    }

    /// Has the server compute the latencies of all ports anew.
    pub fn recompute_latencies(&self) -> Result<()> {
        let client = self.enter()?;
        let _asking = client.ask()?;
        recompute_latencies(&client)
    }
}

type Change =
    unsafe extern "C" fn(*mut super::library::RawClient, *const c_char, *const c_char) -> c_int;

fn change(client: &Open<'_>, call: Change, source: &str, destination: &str) -> Result<c_int> {
    let _asking = client.ask()?;
    let c_source = lookup::full_name(client, source)?;
    let c_destination = lookup::full_name(client, destination)?;
    // SAFETY: the client and both strings are valid.
    Ok(unsafe { call(client.raw(), c_source.as_ptr(), c_destination.as_ptr()) })
}

/// # Safety
/// libjack has just returned the port.
unsafe fn info(client: &Open<'_>, port: NonNull<RawPort>) -> PortInfo {
    let (library, port) = (client.library, port.as_ptr());
    // SAFETY: the size takes nothing.
    let size = unsafe { (library.port_name_size)() }.max(1) as usize;
    let mut room = [vec![0u8; size], vec![0u8; size]];
    let aliases = room
        .each_mut()
        .map(|room| room.as_mut_ptr().cast::<c_char>());
    // SAFETY: promised by the caller; libjack keeps what it returns for a name; each alias has the room that
    // libjack asks for; the strings are libjack's.
    unsafe {
        // The first may be empty while there is a second one.
        (library.port_get_aliases)(port, aliases.as_ptr());
        let kind = copied((library.port_type)(port));
        PortInfo {
            name: copied((library.port_name)(port)),
            aliases: aliases
                .iter()
                .map(|alias| copied(*alias))
                .filter(|alias| !alias.is_empty())
                .collect(),
            kind: PortType(Cow::Owned(CString::new(kind).unwrap_or_default())),
            flags: PortFlags((library.port_flags)(port).cast_unsigned().into()),
            uuid: Uuid((library.port_uuid)(port)),
            is_own: (library.port_is_mine)(client.raw(), port) != 0,
        }
    }
}
