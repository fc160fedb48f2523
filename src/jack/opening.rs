//! Opening a client.
#![allow(unsafe_code, reason = "calls of libjack")]

use super::client::Client;
use super::connection::Connection;
use super::failure::failure;
use super::handler_scope::check_outside_handlers;
use super::library::{Library, RawClient};
use super::messages::{Route, Sink};
use super::names::c_string;
use super::status::Status;
use super::turns;
use crate::error::{Error, Result};
use crate::lock::Mutex;
use std::ffi::{CString, c_int};
use std::ptr::{self, NonNull};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

const NO_START_SERVER: c_int = 0x01;
const USE_EXACT_NAME: c_int = 0x02;
const SERVER_NAME: c_int = 0x04;
const SESSION_ID: c_int = 0x20;

/// PipeWire's library fails with [`Status::INIT_FAILURE`] if a client of another program goes just while
/// it opens one. So it is asked again after a pause, up to this often in all.
const OPEN_ATTEMPTS: u32 = 5;
const OPEN_PAUSE: Duration = Duration::from_millis(5);

/// The environment variable with the name of the default server.
const DEFAULT_SERVER: &str = "JACK_DEFAULT_SERVER";
/// jackd's library copies the name into buffers of this size and a NUL, and ends the process where it
/// does not fit.
const LONGEST_SERVER_NAME: usize = 255;

/// How a client is opened.
#[derive(Clone, Default)]
pub struct ClientOptions {
    /// Refuse to open the client under another name, if its name is taken.
    pub exact_name: bool,
    /// If no server runs, libjack may start the one of `~/.jackdrc`, which takes a second or more.
    pub start_server: bool,
    /// The server's name; `None`: that of the variable `JACK_DEFAULT_SERVER`, or the default one.
    pub server_name: Option<String>,
    /// By which a session manager knows the client.
    pub session_id: Option<String>,
    /// Receives the lines of libjack, also those about other clients of this process, until the client is closed.
    /// `None`: they are dropped. It is called on any thread, and must not call this client: libjack may write in the middle
    /// of a request. A panic of it is caught.
    pub log: Option<Sink>,
}

impl Client {
    /// Connects to a server. The client is inactive: it can have ports, but no cycles run yet.
    ///
    /// # Errors
    /// [`Error::DriverUnavailable`]: libjack is not installed. [`Error::NoServer`].
    /// [`Error::InvalidArgument`]: a name that is empty, too long, or has a colon or NUL.
    /// [`Error::Driver`]: the server refuses the client. [`Error::InvalidState`]: in a handler.
    pub fn open(name: &str, options: &ClientOptions) -> Result<Client> {
        Client::open_with_status(name, options, &mut Status::default())
    }

    /// As [`Client::open`]. `status` is what the server said, also if it refuses the client; without bits if no server
    /// was asked.
    ///
    /// # Errors
    /// As [`Client::open`].
    pub fn open_with_status(
        name: &str,
        options: &ClientOptions,
        status: &mut Status,
    ) -> Result<Client> {
        *status = Status::default();
        check_outside_handlers("a JACK client cannot be opened")?;
        let library = turns::load()?;
        let request = Request::new(library, name, options)?;
        let attempts = if library.has_one_server() {
            1
        } else {
            OPEN_ATTEMPTS
        };
        let mut attempt = 0;
        loop {
            let (raw, answer) = turns::open(library, || request.send(library))?;
            attempt += 1;
            *status = answer.status;
            if let Some(raw) = raw {
                let log = options.log.clone().unwrap_or_else(|| Arc::new(|_| {}));
                let connection = Connection::new(library, raw, log)?;
                return Ok(Client::new(connection, answer.status));
            }
            if !answer.status.contains(Status::INIT_FAILURE) || attempt == attempts {
                return Err(answer.into_error(options.server_name.as_deref()));
            }
            thread::sleep(OPEN_PAUSE);
        }
    }
}

/// What libjack is asked for.
struct Request {
    name: CString,
    server: Option<CString>,
    session: Option<CString>,
    options: c_int,
}

/// What it answers, beside the client.
struct Answer {
    status: Status,
    /// What it would have printed.
    lines: Vec<String>,
}

impl Request {
    fn new(library: &'static Library, name: &str, options: &ClientOptions) -> Result<Request> {
        if options.server_name.is_none()
            && let Some(name) = std::env::var_os(DEFAULT_SERVER)
            && name.len() > LONGEST_SERVER_NAME
        {
            return Err(too_long(DEFAULT_SERVER, name.len()));
        }
        let server = options.server_name.as_deref();
        let session = options.session_id.as_deref();
        let mut bits = 0;
        for (bit, is_set) in [
            (NO_START_SERVER, !options.start_server),
            (USE_EXACT_NAME, options.exact_name),
            (SERVER_NAME, server.is_some()),
            (SESSION_ID, session.is_some()),
        ] {
            if is_set {
                bits |= bit;
            }
        }
        Ok(Request {
            name: checked_name(library, name)?,
            server: server.map(checked_server_name).transpose()?,
            session: session.map(|id| c_string("session_id", id)).transpose()?,
            options: bits,
        })
    }

    fn send(&self, library: &'static Library) -> (Option<NonNull<RawClient>>, Answer) {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let collected = lines.clone();
        let _opening = Route::new(
            library,
            Arc::new(move |line| collected.lock().push(line.to_owned())),
        );
        let pointer = |text: &Option<CString>| text.as_ref().map_or(ptr::null(), |t| t.as_ptr());
        let (server, session) = (pointer(&self.server), pointer(&self.session));
        let (name, options) = (self.name.as_ptr(), self.options);
        let mut status = 0;
        // SAFETY: the strings end with NUL and outlive the call; those after the status are there in the order
        // of the options that announce them.
        let raw = unsafe {
            let open = library.client_open;
            match (self.server.is_some(), self.session.is_some()) {
                (false, false) => open(name, options, &mut status),
                (true, false) => open(name, options, &mut status, server),
                (false, true) => open(name, options, &mut status, session),
                (true, true) => open(name, options, &mut status, server, session),
            }
        };
        let lines = std::mem::take(&mut *lines.lock());
        let status = Status(status);
        (NonNull::new(raw), Answer { status, lines })
    }
}

impl Answer {
    fn into_error(mut self, server: Option<&str>) -> Error {
        self.lines.dedup();
        let reason = match &*self.lines {
            [] => format!("status {:#x}", self.status.0),
            lines => lines.join("; "),
        };
        if self.status.contains(Status::VERSION_ERROR) {
            failure(format!(
                "libjack and the server have different protocols ({reason})"
            ))
        } else if self.status.contains(Status::SERVER_FAILED) {
            Error::NoServer {
                name: server.unwrap_or_default().to_owned(),
                reason,
            }
        } else {
            failure(format!("the server refused the client ({reason})"))
        }
    }
}

fn checked_server_name(name: &str) -> Result<CString> {
    if name.len() > LONGEST_SERVER_NAME {
        return Err(too_long("server_name", name.len()));
    }
    c_string("server_name", name)
}

fn too_long(what: &str, bytes: usize) -> Error {
    Error::InvalidArgument(format!(
        "{what} has {bytes} bytes; JACK takes up to {LONGEST_SERVER_NAME}"
    ))
}

fn checked_name(library: &'static Library, name: &str) -> Result<CString> {
    // SAFETY: takes nothing.
    let size = unsafe { (library.client_name_size)() }.max(3) as usize;
    // The size counts the NUL, and jackd's server takes one byte less than its library says.
    let longest = size - 2;
    if name.is_empty() || name.len() > longest || name.contains(':') {
        return Err(Error::InvalidArgument(format!(
            "client_name is {name:?}; JACK takes 1 to {longest} bytes without a colon"
        )));
    }
    c_string("client_name", name)
}
