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
use crate::interrupt::RESPONSE;
use amio::Error;
use amio::jack::{Client, ClientOptions, PortType};
use std::ops::Deref;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// The name of a client that has no ports.
const NAME: &str = "amio-program";

/// How long a server may take to do what it was asked for. The transport waits two seconds for other clients.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often it is looked at meanwhile.
const PAUSE: Duration = Duration::from_millis(2);

/// How long the end of the program waits for a client to be closed. The server notices anyway that it has gone.
const FAREWELL: Duration = Duration::from_secs(1);

/// A client of the server. Neither its beginning nor its end waits for ever for a server that does not answer.
pub struct Session(Arc<Client>);

impl Deref for Session {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.0
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let client = self.0.clone();
        // A client that is not closed by then is closed by the end of the program.
        let _ = run_while(before(FAREWELL), move || client.close());
    }
}

/// Runs a function on another thread, and waits for it as long as this is so; `None`: it runs on.
fn run_while<T: Send + 'static>(
    mut is_awaited: impl FnMut() -> bool,
    run: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (done, result) = channel();
    thread::spawn(move || done.send(run()));
    while is_awaited() {
        match result.recv_timeout(RESPONSE) {
            Ok(result) => return Some(result),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return None,
        }
    }
    None
}

/// Whether less than this has passed since the call.
fn before(limit: Duration) -> impl FnMut() -> bool {
    let end = Instant::now() + limit;
    move || Instant::now() < end
}

/// A client of the server, which is not active.
pub fn open(server: &Server) -> Result<Session> {
    open_as(NAME, server)
}

/// A client of this name, which is not active.
fn open_as(name: &'static str, server: &Server) -> Result<Session> {
    let server = server.clone();
    match run_while(before(PATIENCE), move || try_open(name, &server)) {
        Some(opened) => opened.map_err(|error| match error {
            Error::NoServer { name, reason } => no_server(&name, &reason),
            error => error.into(),
        }),
        None => Err(Failure::Runtime(format!(
            "the JACK server has not answered within {} s",
            PATIENCE.as_secs()
        ))),
    }
}

/// The same, but waits for the server as long as it takes.
fn try_open(name: &str, server: &Server) -> amio::Result<Session> {
    let options = ClientOptions {
        server_name: server.server.clone(),
        ..ClientOptions::default()
    };
    Ok(Session(Arc::new(Client::open(name, &options)?)))
}

/// These commands have no other driver.
fn no_server(name: &str, reason: &str) -> Failure {
    let named = match name {
        "" => String::new(),
        name => format!(" named {name:?}"),
    };
    Failure::Runtime(format!(
        "no JACK server{named} answers ({reason}); start one, or choose another with --server"
    ))
}

/// An active client, once its first cycle has begun. PipeWire takes some requests only from then on.
pub fn run(server: &Server) -> Result<Session> {
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
        thread::sleep(PAUSE);
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
