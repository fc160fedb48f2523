//! A port of one's own client.
#![allow(unsafe_code, reason = "calls of libjack")]

use super::connection::{Connection, Open};
use super::failure::failure;
use super::gate::{Gate, Pass};
use super::handler_scope::check_outside_handlers;
use super::latency_mode::LatencyMode;
use super::library::{RawLatencyRange, RawPort};
use super::lookup;
use super::names::{c_string, copied, taken_list};
use super::port_info::LatencyRange;
use super::process_port::ProcessPort;
use crate::error::{Error, Result};
use std::ffi::CStr;
use std::fmt;
use std::sync::Arc;

/// One port of a client; clones are the same port. It is there until it is unregistered or its client is closed. After
/// that, calls return [`Error::InvalidState`].
#[derive(Clone)]
pub struct Port(Arc<OwnPort>);

struct OwnPort {
    connection: Arc<Connection>,
    port: ProcessPort,
    /// Shut once the port is unregistered, or about to be.
    gate: Gate,
}

impl fmt::Debug for Port {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Port").finish_non_exhaustive()
    }
}

/// A port that stays registered until this is dropped.
struct Registered<'a> {
    client: Open<'a>,
    port: *mut RawPort,
    _pass: Pass<'a>,
}

impl Port {
    pub(super) fn new(connection: &Arc<Connection>, port: &ProcessPort) -> Port {
        Port(Arc::new(OwnPort {
            connection: connection.clone(),
            port: port.clone(),
            gate: Gate::default(),
        }))
    }

    fn enter(&self) -> Result<Registered<'_>> {
        let client = self.0.connection.enter()?;
        let pass = self.0.gate.enter();
        Ok(Registered {
            client,
            port: self.0.port.raw().as_ptr(),
            _pass: pass
                .ok_or_else(|| Error::InvalidState("the JACK port is unregistered".into()))?,
        })
    }

    pub(super) fn process_port(&self) -> &ProcessPort {
        &self.0.port
    }

    /// Its full name, which begins with the client's name and a colon.
    ///
    /// # Errors
    /// [`Error::InvalidState`]: the port is gone.
    pub fn name(&self) -> Result<String> {
        let this = self.enter()?;
        // SAFETY: the port is valid; libjack returns a string that lives as long as it.
        Ok(unsafe { copied((this.client.library.port_name)(this.port)) })
    }

    /// Gives it another short name, which keeps its connections.
    ///
    /// # Errors
    /// [`Error::InvalidState`]: the port is gone, or in a handler. [`Error::InvalidArgument`]: it is empty, or contains
    /// NUL. [`Error::Driver`]: another port of the client has
    /// this name or alias; the server refuses it, or would cut it.
    pub fn rename(&self, short_name: &str) -> Result<()> {
        let this = self.enter()?;
        let _asking = this.client.ask()?;
        // SAFETY: the port is valid.
        unsafe { rename(&this.client, this.port, short_name) }
    }

    /// The full names of the ports that it is connected to. Reads what libjack knows, without
    /// asking the server.
    ///
    /// # Errors
    /// [`Error::InvalidState`]: the port is gone.
    pub fn connections(&self) -> Result<Vec<String>> {
        let this = self.enter()?;
        // SAFETY: the port is valid, and ours; the list was just returned by libjack.
        Ok(unsafe {
            let names = (this.client.library.port_get_connections)(this.port);
            taken_list(this.client.library, names)
        })
    }

    /// Ends all its connections.
    ///
    /// # Errors
    /// [`Error::InvalidState`]: the port is gone, or in a handler. [`Error::Driver`]: the server refuses it.
    pub fn disconnect_all(&self) -> Result<()> {
        let this = self.enter()?;
        let _asking = this.client.ask()?;
        // SAFETY: client and port are valid.
        let code = unsafe { (this.client.library.port_disconnect)(this.client.raw(), this.port) };
        this.client
            .check(|| "ending the connections of a port".into(), code)
    }

    /// Its latencies, as the server has computed them last.
    ///
    /// # Errors
    /// [`Error::InvalidState`]: the port is gone.
    pub fn latency(&self, mode: LatencyMode) -> Result<LatencyRange> {
        let this = self.enter()?;
        let mut range = RawLatencyRange::default();
        let (mode, get) = (mode.code(), this.client.library.port_get_latency_range);
        // SAFETY: the port and the range are valid.
        unsafe { get(this.port, mode, &mut range) };
        Ok(range.get())
    }

    /// Gives it a latency of its own, which holds until it is set again; `None`: no longer. From any thread. The server then
    /// computes all latencies anew, which takes some cycles, and needs an active client. A capture latency of an output
    /// counts from where sound comes in up to the port, a playback latency of an input from the port to where sound goes out.
    ///
    /// Ports without one pass latencies on, as libjack does for a client that says nothing: outputs have the capture
    /// latencies of the client's inputs, inputs the playback latencies of its outputs. The ports of [`Blocks`](super::Blocks)
    /// add its latency. What leads back to the same ports by connections within the client is left out. JACK says nothing of
    /// loops through other clients: there, a latency may grow each time that it is computed. With PipeWire's library they do so when a latency is set, when blocks begin, and in
    /// [`Client::recompute_latencies`](super::Client::recompute_latencies), not when the latency of another client changes: its
    /// version 0.3.65 hangs where a latency is set in its callback while it has something else to tell.
    ///
    /// # Errors
    /// [`Error::InvalidState`]: the port is gone, or in a handler. [`Error::InvalidArgument`]: a range that ends before it
    /// begins. [`Error::Driver`]: the server refuses it.
    pub fn set_latency(&self, mode: LatencyMode, range: Option<LatencyRange>) -> Result<()> {
        let this = self.enter()?;
        if let Some(range) = range.filter(|range| range.min_frames > range.max_frames) {
            return Err(Error::InvalidArgument(format!(
                "latency range is {} to {} frames; it must not end before it begins",
                range.min_frames, range.max_frames
            )));
        }
        let _asking = this.client.ask()?;
        this.client.context.latencies.set(&self.0.port, mode, range);
        recompute_latencies(&this.client)
    }

    /// Declares that sound begins or ends here. Only inside
    /// [`Notifications::latency`](super::handlers::Notifications::latency).
    pub(crate) fn set_latency_to_none(&self, mode: LatencyMode) {
        if let Ok(this) = self.enter() {
            let mut range = RawLatencyRange::default();
            let (mode, set) = (mode.code(), this.client.library.port_set_latency_range);
            // SAFETY: the port and the range are valid.
            unsafe { set(this.port, mode, &mut range) };
        }
    }

    /// Ends the port and its connections. A process handler no longer finds a buffer for it; this waits for the end of the
    /// cycle that runs.
    ///
    /// # Errors
    /// [`Error::InvalidState`]: the port is gone, or in a handler. [`Error::Driver`]: the server refuses it.
    pub fn unregister(&self) -> Result<()> {
        let client = self.0.connection.enter()?;
        check_outside_handlers("a JACK port cannot be unregistered")?;
        if !self.0.gate.shut() {
            return Err(Error::InvalidState("the JACK port is unregistered".into()));
        }
        self.0.port.end();
        client.context.forget_output(&self.0.port);
        client.context.latencies.forget(&self.0.port);
        client.context.wait_for_end_of_cycle();
        let port = self.0.port.raw().as_ptr();
        let _asking = client.ask()?;
        // SAFETY: client and port are valid; nobody uses the port any more.
        let code = unsafe { (client.library.port_unregister)(client.raw(), port) };
        client.check(|| "unregistering a port".into(), code)
    }
}

/// Gives a port another short name. The caller has the right to [`Open::ask`].
///
/// # Safety
/// The port is valid.
pub(super) unsafe fn rename(client: &Open<'_>, port: *mut RawPort, short_name: &str) -> Result<()> {
    let name = lookup::name("port name", short_name)?;
    // SAFETY: promised by the caller.
    let before = unsafe { copied((client.library.port_name)(port)) };
    let what = || format!("renaming {before} to {short_name:?}");
    if lookup::is_taken(client, &name, port) {
        let what = what();
        return Err(failure(format!(
            "{what} failed: another port of the client has this name or alias"
        )));
    }
    // SAFETY: client, port and name are valid.
    let give =
        |name: &CStr| unsafe { (client.library.port_rename)(client.raw(), port, name.as_ptr()) };
    client.check(what, give(&name))?;
    // SAFETY: as above.
    if unsafe { lookup::has_short_name(client, port, short_name) } {
        return Ok(());
    }
    let short_before = before.split_once(':').map_or("", |(_, short)| short);
    let back = give(&c_string("port name", short_before)?);
    client.check(what, back)?;
    let what = what();
    Err(failure(format!(
        "{what} failed: the server would cut the name"
    )))
}

/// Has the server compute the latencies of all ports anew. The caller has the right to [`Open::ask`].
pub(super) fn recompute_latencies(client: &Open<'_>) -> Result<()> {
    if client.library.sets_latencies_elsewhere() {
        for mode in [LatencyMode::Capture, LatencyMode::Playback] {
            // SAFETY: this is a thread of the program.
            unsafe { client.context.apply_latencies(mode) };
        }
    }
    // SAFETY: the client is valid.
    let code = unsafe { (client.library.recompute_total_latencies)(client.raw()) };
    client.check(|| "computing the latencies".into(), code)
}
