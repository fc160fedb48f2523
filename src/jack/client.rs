//! A JACK client in safe Rust: what can be asked of the server.
#![allow(unsafe_code, reason = "calls of libjack")]

use super::callbacks::{Context, Handler};
use super::library::{LatencyRange, Library, RawClient, RawPort};
use super::messages::{Route, Sink};
use super::port::{Direction, Output, Port, take_names};
use super::turns::Turn;
use super::{failure, turns};
use crate::error::{Error, Result};
use crate::lock::Mutex;
use crate::sys::Realtime;
use std::any::Any;
use std::ffi::{CStr, CString, c_int, c_ulong};
use std::ptr::{self, NonNull};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const NO_START_SERVER: c_int = 0x01;
const SERVER_NAME: c_int = 0x04;

const STATUS_SERVER_STARTED: c_int = 0x08;
const STATUS_SERVER_FAILED: c_int = 0x10;
const STATUS_SHM_FAILURE: c_int = 0x100;
const STATUS_VERSION_ERROR: c_int = 0x400;

/// PipeWire's library gives up, with [`STATUS_SHM_FAILURE`], where a client of another program goes just while
/// it opens one. Then it is asked again, up to so often in all.
const OPEN_ATTEMPTS: u32 = 5;

const PORT_IS_PHYSICAL: c_ulong = 0x4;
/// Which server a client asks for that names none.
const DEFAULT_SERVER: &str = "JACK_DEFAULT_SERVER";
/// jackd's library copies the name into buffers of this size and a NUL, and ends the process where it
/// does not fit.
const LONGEST_SERVER_NAME: usize = 255;
const AUDIO: &CStr = c"32 bit float mono audio";

/// A connection to a JACK server; dropping it closes the connection, which takes some 50 ms when
/// the server has died, and does not return while the server hangs.
pub(crate) struct Client {
    library: &'static Library,
    raw: NonNull<RawClient>,
    /// Held while the server is asked for something: libjack writes requests of several threads
    /// into each other, and reads each other's answers.
    asking: Mutex<()>,
    active: AtomicBool,
    started_server: bool,
    /// What the callbacks use; it must outlive the client, so it is freed after the close.
    context: Option<Arc<dyn Any + Send + Sync>>,
    _messages: Route,
}

// SAFETY: libjack's functions may be called from any thread, and those that ask the server take
// turns by `asking`.
unsafe impl Send for Client {}
// SAFETY: as above.
unsafe impl Sync for Client {}

impl Client {
    /// Connects to a server; where none runs, libjack may `start` the one of `~/.jackdrc`, which
    /// takes it a second or more. `log` receives what libjack has to say, to other clients in this
    /// process too, until the client is dropped.
    pub fn open(name: &str, server: Option<&str>, start: bool, log: Sink) -> Result<Client> {
        let library = Library::get()?;
        let client_name = checked_name(library, name)?;
        let server_name = server.map(checked_server_name).transpose()?;
        if server.is_none()
            && let Some(name) = std::env::var_os(DEFAULT_SERVER)
            && name.len() > LONGEST_SERVER_NAME
        {
            return Err(too_long(DEFAULT_SERVER, name.len()));
        }
        let options = if start { 0 } else { NO_START_SERVER };
        let mut status = 0;
        let (raw, lines) = turns::open(library, || {
            let lines = Arc::new(Mutex::new(Vec::new()));
            let collected = lines.clone();
            let _opening = Route::new(
                library,
                Arc::new(move |line| collected.lock().push(line.to_owned())),
            );
            let name = client_name.as_ptr();
            let mut attempts = OPEN_ATTEMPTS;
            loop {
                // SAFETY: the strings end with NUL and outlive the call; the third argument after the
                // status is there when the options say so.
                let raw = unsafe {
                    match &server_name {
                        None => (library.client_open)(name, options, &mut status),
                        Some(server) => {
                            let options = options | SERVER_NAME;
                            (library.client_open)(name, options, &mut status, server.as_ptr())
                        }
                    }
                };
                attempts -= 1;
                if raw.is_null() && status & STATUS_SHM_FAILURE != 0 && attempts > 0 {
                    continue;
                }
                break (NonNull::new(raw), std::mem::take(&mut *lines.lock()));
            }
        })?;
        let Some(raw) = raw else {
            return Err(open_error(server, status, lines));
        };
        let messages = Route::new(library, log);
        Ok(Client {
            library,
            raw,
            asking: Mutex::new(()),
            active: AtomicBool::new(false),
            started_server: status & STATUS_SERVER_STARTED != 0,
            context: None,
            _messages: messages,
        })
    }

    /// Makes `handler` receive the server's calls, once the client is active. Only once.
    pub fn listen<H: Handler>(&mut self, handler: Arc<H>) -> Result<()> {
        if self.context.is_some() {
            return Err(failure("the callbacks are set already".into()));
        }
        let context = Arc::new(Context::new(self.library, self.raw, handler));
        // Kept whatever becomes of it: libjack may have taken some of the callbacks.
        self.context = Some(context.clone());
        context.install()
    }

    /// Whether the server runs because this client opened.
    pub fn has_started_server(&self) -> bool {
        self.started_server
    }

    /// The name by which the server knows us.
    ///
    /// PipeWire's library answers with the name that was asked for, also where others get to see
    /// another one, since it was taken; it knows the right one as that of a number.
    pub fn name(&self) -> String {
        let _turn = self.asking.lock();
        let raw = self.raw.as_ptr();
        // SAFETY: the client is valid; the strings are libjack's, which end with NUL, and all but
        // the last of them are ours to free.
        unsafe {
            let number = (self.library.client_get_uuid)(raw);
            if !number.is_null() {
                let name = (self.library.get_client_name_by_uuid)(raw, number);
                (self.library.free)(number.cast());
                if !name.is_null() {
                    let copy = CStr::from_ptr(name).to_string_lossy().into_owned();
                    (self.library.free)(name.cast());
                    return copy;
                }
            }
            let name = (self.library.get_client_name)(raw);
            CStr::from_ptr(name).to_string_lossy().into_owned()
        }
    }

    /// Whether the times of cycles come from a filter, which a pause of the server puts out of step.
    pub fn smooths_times(&self) -> bool {
        self.library.has_one_server()
    }

    /// The server's frame rate.
    pub fn frame_rate_hz(&self) -> u32 {
        // SAFETY: the client is valid.
        unsafe { (self.library.get_sample_rate)(self.raw.as_ptr()) }
    }

    /// The server's period.
    pub fn period_frames(&self) -> u32 {
        // SAFETY: the client is valid.
        unsafe { (self.library.get_buffer_size)(self.raw.as_ptr()) }
    }

    /// The scheduling of the audio thread. Only while the client is active.
    ///
    /// (The thread-init callback cannot tell: libjack calls it before it asks for real time, and
    /// on other threads too.)
    pub fn realtime(&self) -> Realtime {
        let mut policy = 0;
        let mut parameters = libc::sched_param { sched_priority: 0 };
        // SAFETY: the client is valid; its audio thread is not joined before the client is closed
        // or deactivated; both pointers are valid.
        let (failed, server_is_realtime) = unsafe {
            let thread = (self.library.client_thread_id)(self.raw.as_ptr());
            (
                libc::pthread_getschedparam(thread, &mut policy, &mut parameters),
                (self.library.is_realtime)(self.raw.as_ptr()) != 0,
            )
        };
        let policy = policy & !libc::SCHED_RESET_ON_FORK;
        if failed == 0 && matches!(policy, libc::SCHED_FIFO | libc::SCHED_RR) {
            return Realtime::Granted {
                priority: parameters.sched_priority,
            };
        }
        Realtime::Refused {
            reason: if server_is_realtime {
                "the JACK server runs in real time, but this process may not; allow it with an \
                 rtprio limit in /etc/security/limits.d"
            } else {
                "the JACK server runs without real-time scheduling; start it with jackd -R"
            }
            .into(),
        }
    }

    /// Makes an audio port that others can send to.
    pub fn register_input(&self, name: &str) -> Result<Port> {
        self.register(name, Direction::Input)
    }

    /// Makes an audio port that others can listen to.
    pub fn register_output(&self, name: &str) -> Result<Output> {
        self.register(name, Direction::Output).map(Output::new)
    }

    fn register(&self, name: &str, direction: Direction) -> Result<Port> {
        let c_name = c_string("port name", name)?;
        let flags = direction.port_flag();
        let _turn = self.asking.lock();
        // SAFETY: the client and both strings are valid; 0: built-in types have their own size.
        let raw = unsafe {
            (self.library.port_register)(
                self.raw.as_ptr(),
                c_name.as_ptr(),
                AUDIO.as_ptr(),
                flags,
                0,
            )
        };
        match NonNull::new(raw) {
            Some(raw) => Ok(Port::new(self.library, raw)),
            None => Err(failure(format!("the server did not register port {name}"))),
        }
    }

    /// Begins the server's calls.
    pub fn activate(&self) -> Result<()> {
        let _turn = Turn::take();
        let _asking = self.asking.lock();
        // SAFETY: the client is valid.
        match unsafe { (self.library.activate)(self.raw.as_ptr()) } {
            0 => {
                self.active.store(true, Ordering::Relaxed);
                Ok(())
            }
            code => Err(failure(format!(
                "activating the client failed (code {code})"
            ))),
        }
    }

    /// Ends the server's calls of [`Handler::process`], and all connections.
    pub fn deactivate(&self) -> Result<()> {
        let _turn = Turn::take();
        let _asking = self.asking.lock();
        self.active.store(false, Ordering::Relaxed);
        // SAFETY: the client is valid.
        match unsafe { (self.library.deactivate)(self.raw.as_ptr()) } {
            0 => Ok(()),
            code => Err(failure(format!(
                "deactivating the client failed (code {code})"
            ))),
        }
    }

    /// The audio ports of the device that take (`Input`) or give (`Output`) sound, in order.
    pub fn physical_ports(&self, direction: Direction) -> Vec<String> {
        let flags = direction.port_flag() | PORT_IS_PHYSICAL;
        // SAFETY: the client is valid; a null pattern matches all names.
        let names = unsafe {
            (self.library.get_ports)(self.raw.as_ptr(), ptr::null(), AUDIO.as_ptr(), flags)
        };
        // SAFETY: just returned by libjack.
        unsafe { take_names(self.library, names) }
    }

    /// Whether a port of this full name exists.
    pub fn has_port(&self, name: &str) -> bool {
        self.find_port(name).is_some()
    }

    /// The longest latency of a port, in frames; none if there is no port of this full name.
    pub fn latency_frames(&self, port: &str, direction: Direction) -> Option<u32> {
        let raw = self.find_port(port)?;
        let mut range = LatencyRange::default();
        let mode = direction.latency_mode();
        // SAFETY: libjack keeps what it returns for a name, also when the port goes; the range is
        // valid.
        unsafe { (self.library.port_get_latency_range)(raw.as_ptr(), mode, &mut range) };
        Some(range.max)
    }

    fn find_port(&self, name: &str) -> Option<NonNull<RawPort>> {
        let name = CString::new(name).ok()?;
        // SAFETY: the client and the string are valid.
        NonNull::new(unsafe { (self.library.port_by_name)(self.raw.as_ptr(), name.as_ptr()) })
    }

    /// Connects two ports by their full names; they may be connected already.
    pub fn connect(&self, source: &str, destination: &str) -> Result<()> {
        let c_source = c_string("port name", source)?;
        let c_destination = c_string("port name", destination)?;
        let _turn = self.asking.lock();
        // SAFETY: the client and both strings are valid.
        let code = unsafe {
            (self.library.connect)(self.raw.as_ptr(), c_source.as_ptr(), c_destination.as_ptr())
        };
        match code {
            0 | libc::EEXIST => Ok(()),
            code => Err(failure(format!(
                "connecting {source} to {destination} failed (code {code})"
            ))),
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let raw = self.raw.as_ptr();
        // With either request the server sends this client one more notice, and waits for its answer. The
        // client handles notices in order, so it has handled all earlier ones then.
        // SAFETY: the client is valid.
        let take_notices = || unsafe {
            match self.active.load(Ordering::Relaxed) {
                true => (self.library.recompute_total_latencies)(raw),
                false => (self.library.activate)(raw),
            };
        };
        turns::close(self.library, take_notices, || {
            // A dead server makes it fail; the client is freed all the same.
            // SAFETY: the client is valid and not used afterwards.
            unsafe { (self.library.client_close)(raw) };
        });
    }
}

fn c_string(what: &str, text: &str) -> Result<CString> {
    CString::new(text)
        .map_err(|_| Error::InvalidArgument(format!("{what} is {text:?}; it must not contain NUL")))
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

fn open_error(server: Option<&str>, status: c_int, mut lines: Vec<String>) -> Error {
    lines.dedup();
    let reason = match &*lines {
        [] => format!("status {status:#x}"),
        lines => lines.join("; "),
    };
    if status & STATUS_VERSION_ERROR != 0 {
        failure(format!(
            "libjack and the server have different protocols ({reason})"
        ))
    } else if status & STATUS_SERVER_FAILED != 0 {
        Error::NoServer {
            name: server.unwrap_or_default().to_owned(),
            reason,
        }
    } else {
        failure(format!("the server refused the client ({reason})"))
    }
}
