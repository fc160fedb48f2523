//! The driver for JACK servers, and for PipeWire through its libjack.
//!
//! Flow: server -> `processor` -> [`Lease::run`]. All else that the server calls goes by `watcher`. `patchbay`
//! keeps the connections, `frames` finds skipped frames.
//! Thread: control threads, but for the handlers of [`crate::jack`], which say where they run.
#![forbid(unsafe_code)]

mod frames;
mod lateness;
mod patchbay;
mod processor;
mod state;
mod watcher;

pub(super) use crate::jack::turns_ended;

use super::contract::{Driver, Info, Notice, Notify, Resume};
use super::slot::Lease;
use super::target::{JackTarget, Request};
use crate::error::{Error, Result};
use crate::jack::{Client, ClientOptions, Status};
use crate::lock::Mutex;
use crate::sys::Realtime;
use crate::units::Rate;
use frames::FrameClock;
use patchbay::{ClientPorts, Link, Names};
use processor::{EnginePorts, Processor};
use state::ClientState;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use watcher::{Watched, watch};

/// What is kept over a loss.
struct Kept {
    links: Vec<Link>,
    /// Of the ports that were renamed.
    names: Names,
}

/// A client of a JACK server.
struct Jack {
    name: String,
    state: Arc<ClientState>,
    processor: Arc<Processor>,
    watched: Arc<Watched>,
    client: Arc<Client>,
    /// The same, for the program.
    lent: Arc<Client>,
    watcher: Option<JoinHandle<()>>,
    active: bool,
    /// What the next start connects; `None`: the physical ports, if that was asked for.
    restore: Option<Vec<Link>>,
    autoconnect: bool,
    /// As last seen. While freewheeling it cannot be asked.
    realtime: Mutex<Option<Realtime>>,
}

/// Connects to a server; the ports exist from then on, the sound begins with `start`.
pub(super) fn open(
    target: &JackTarget,
    request: &Request,
    notify: Notify,
) -> Result<Box<dyn Driver>> {
    let log = notify.clone();
    let log = move |line: &str| log(Notice::Log(format!("libjack: {line}")));
    let options = ClientOptions {
        start_server: target.start_server,
        server_name: target.server_name.clone(),
        log: Some(Arc::new(log)),
        ..ClientOptions::default()
    };
    let client = Client::open(&request.client_name, &options)?;
    if client.status().contains(Status::SERVER_STARTED) {
        notify(Notice::Log("no JACK server ran; one was started".into()));
    }
    let (frame_rate_hz, period_frames) = (client.frame_rate_hz()?, client.period_frames()?);
    if let Some(asked_hz) = request
        .frame_rate_hz
        .filter(|asked| *asked != frame_rate_hz)
    {
        let server_hz = frame_rate_hz;
        return Err(Error::ServerRate {
            asked_hz,
            server_hz,
        });
    }
    if let Some(asked) = request
        .period_frames
        .filter(|asked| *asked != period_frames)
    {
        return Err(Error::InvalidArgument(format!(
            "period_frames is {asked}, but the JACK server runs with {period_frames}; leave it \
             unset, or change the server"
        )));
    }

    let kept = request.resume.as_ref().and_then(Resume::get::<Kept>);
    let mut ports = ClientPorts::default();
    let mut engine_ports = EnginePorts::default();
    for name in port_names("input", request.input_channels) {
        let (port, input) = client.register_audio_input(name_of(&name, kept))?;
        ports.inputs.push((name, port));
        engine_ports.inputs.push(input);
    }
    for name in port_names("output", request.output_channels) {
        let (port, output) = client.register_audio_output(name_of(&name, kept))?;
        ports.outputs.push((name, port));
        engine_ports.outputs.push(output);
    }
    for name in numbered("midi_in", request.midi_inputs) {
        let (port, input) = client.register_midi_input(name_of(&name, kept))?;
        ports.midi_inputs.push((name, port));
        engine_ports.midi_inputs.push(input);
    }
    for name in numbered("midi_out", request.midi_outputs) {
        let (port, output) = client.register_midi_output(name_of(&name, kept))?;
        ports.midi_outputs.push((name, port));
        engine_ports.midi_outputs.push(output);
    }
    // After the ports were registered: only then PipeWire knows the client's true name.
    let (asked, name) = (&request.client_name, client.name()?);
    if name != *asked {
        notify(Notice::Log(format!(
            "the JACK server has a client {asked:?} already; this one is called {name:?}"
        )));
    }
    let state = Arc::new(ClientState::new(frame_rate_hz, period_frames));
    let clock = FrameClock::new(Rate::new(frame_rate_hz), client.smooths_times());
    let processor = Arc::new(Processor::new(&state, clock, engine_ports)?);
    let watched = Arc::new(Watched::new(&state, ports)?);
    let process = processor.clone();
    client.set_process(move |cycle| {
        process.process(cycle);
        ControlFlow::Continue(())
    })?;
    client.listen(watched.clone())?;
    let client = Arc::new(client);
    let lent = Arc::new(client.lend());
    let watcher = watch(watched.clone(), client.clone(), notify)?;
    Ok(Box::new(Jack {
        name,
        state,
        processor,
        watched,
        client,
        lent,
        watcher: Some(watcher),
        active: false,
        restore: kept.map(|kept| kept.links.clone()),
        autoconnect: target.autoconnect,
        realtime: Mutex::new(None),
    }))
}

impl Driver for Jack {
    fn info(&self) -> Info {
        let mut realtime = self.realtime.lock();
        let ran = self.state.ran.load(Ordering::Acquire);
        let suspended = self.state.freewheeling.load(Ordering::Relaxed) || self.state.is_lost();
        if self.active && ran && !suspended {
            // A client that is being closed keeps what it knew.
            *realtime = self.client.realtime().ok().flatten().or(realtime.take());
        }
        Info {
            frame_rate_hz: self.state.frame_rate_hz.load(Ordering::Relaxed),
            // An inactive client is not told of changes.
            period_frames: match self.active {
                true => self.state.period_frames.load(Ordering::Relaxed),
                false => self.client.period_frames().unwrap_or(0),
            },
            client_name: self.name.clone(),
            latency: self.state.latency(),
            realtime: realtime.clone(),
            jack: Some(self.lent.clone()),
            alsa: None,
        }
    }

    fn start(&mut self, lease: Lease) -> Result<()> {
        if self.active {
            return Err(Error::InvalidState(
                "the JACK client is active already".into(),
            ));
        }
        self.processor.set_lease(Some(lease));
        self.client.activate()?;
        self.active = true;
        match self.restore.take() {
            Some(links) => self.watched.patchbay.restore(links),
            None if self.autoconnect => self.watched.connect_physical(&self.client),
            None => {}
        }
        self.watched.refresh(&self.client);
        Ok(())
    }

    fn stop(&mut self) -> Result<()> {
        if !self.active {
            return Ok(());
        }
        self.active = false;
        // Deactivating ends all connections; the next start makes them again.
        self.restore = Some(self.watched.patchbay.links());
        let deactivated = self.client.deactivate();
        self.processor.set_lease(None);
        self.state.ran.store(false, Ordering::Relaxed);
        if self.state.is_lost() {
            return Ok(());
        }
        deactivated
    }

    fn resume(&self) -> Option<Resume> {
        let links = match self.active {
            true => Some(self.watched.patchbay.links()),
            false => self.restore.clone(),
        };
        links.map(|links| {
            let names = self.watched.patchbay.names();
            Resume::new(Kept { links, names })
        })
    }
}

impl Drop for Jack {
    fn drop(&mut self) {
        self.watched.close();
        // The watcher uses the client.
        if let Some(watcher) = self.watcher.take() {
            // A panic of the watcher has been reported by its thread; closing goes on.
            let _ = watcher.join();
        }
        // It is refused only in a handler of another client. Then the client is closed when it is dropped.
        let _ = self.client.close();
    }
}

/// What a port is called that once had the name `name`.
fn name_of<'a>(name: &'a str, kept: Option<&'a Kept>) -> &'a str {
    let renamed = kept.and_then(|kept| kept.names.iter().find(|(before, _)| before == name));
    renamed.map_or(name, |(_, now)| now)
}

fn port_names(side: &str, count: u16) -> Vec<String> {
    match count {
        2 => vec![format!("{side}_l"), format!("{side}_r")],
        _ => numbered(side, count).collect(),
    }
}

fn numbered(side: &str, count: u16) -> impl Iterator<Item = String> {
    (1..=count).map(move |number| format!("{side}_{number}"))
}
