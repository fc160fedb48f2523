//! The subcommands that are about a JACK server, each as a client of it.
//!
//! Flow: a subcommand -> [`open`] -> the public API of `amio::jack`.

pub mod connect;
pub mod events;
pub mod graph;
pub mod midi;
pub mod midi_text;
pub mod patch_file;
pub mod ports;
pub mod restore;
pub mod transport;
pub mod watch;

use crate::args::Server;
use crate::failure::{Failure, Result};
use amio::jack::{Client, ClientOptions, PortType};
use std::time::{Duration, Instant};

/// The name of a client that has no ports.
const NAME: &str = "amio-program";

/// How long a server may take to do what it was asked for. The transport waits two seconds for other clients.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often it is looked at meanwhile.
const PAUSE: Duration = Duration::from_millis(2);

/// A client of the server, which is not active.
pub fn open(server: &Server) -> Result<Client> {
    Ok(open_as(NAME, server)?)
}

/// A client of this name, which is not active.
fn open_as(name: &str, server: &Server) -> amio::Result<Client> {
    let options = ClientOptions {
        server_name: server.server.clone(),
        ..ClientOptions::default()
    };
    Client::open(name, &options)
}

/// An active client, once its first cycle has begun. PipeWire takes some requests only from then on.
pub fn run(server: &Server) -> Result<Client> {
    let client = open(server)?;
    client.activate()?;
    until("the server has begun no cycle", || {
        Ok(client.cycle_times()?.is_some_and(|times| times.frame > 0))
    })?;
    Ok(client)
}

/// Waits until something is so; `if_not` is what is wrong where it does not become so.
fn until(if_not: &str, mut is_so: impl FnMut() -> Result<bool>) -> Result<()> {
    let end = Instant::now() + PATIENCE;
    while !is_so()? {
        if Instant::now() > end {
            let within = PATIENCE.as_secs();
            return Err(Failure::Runtime(format!("{if_not} within {within} s")));
        }
        std::thread::sleep(PAUSE);
    }
    Ok(())
}

/// A short name of what goes through a port.
fn type_name(kind: &PortType) -> String {
    match kind {
        _ if *kind == PortType::AUDIO => "audio".into(),
        _ if *kind == PortType::MIDI => "midi".into(),
        other => other.name().into_owned(),
    }
}

/// The text of a JSON value.
fn json(value: &impl serde::Serialize, pretty: bool) -> Result<String> {
    let text = match pretty {
        true => serde_json::to_string_pretty(value),
        false => serde_json::to_string(value),
    };
    text.map_err(|error| Failure::of("JSON", error))
}
