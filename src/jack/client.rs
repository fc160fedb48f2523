//! A JACK client in safe Rust: what can be asked of the server.
#![allow(unsafe_code, reason = "calls of libjack")]

use super::audio_port::{AudioInput, AudioOutput};
use super::callbacks::Context;
use super::connection::Connection;
use super::failure::failure;
use super::handlers::{AudioHandler, Notifications};
use super::latency_mode::LatencyMode;
use super::library::{LatencyRange, Library, RawPort};
use super::messages::{Route, Sink};
use super::port::{Port, PortFlags, PortType, take_names};
use super::turns::{self, Turn};
use crate::error::{Error, Result};
use crate::lock::Mutex;
use crate::sys::Realtime;
use std::ffi::{CStr, CString, c_int};
use std::ptr::{self, NonNull};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

const NO_START_SERVER: c_int = 0x01;
const SERVER_NAME: c_int = 0x04;

const STATUS_SERVER_STARTED: c_int = 0x08;
const STATUS_SERVER_FAILED: c_int = 0x10;
const STATUS_SHM_FAILURE: c_int = 0x100;
const STATUS_VERSION_ERROR: c_int = 0x400;

/// PipeWire's library fails with [`STATUS_SHM_FAILURE`] if a client of another program goes just while
/// it opens one. So it is asked again after a pause, up to this often in all.
const OPEN_ATTEMPTS: u32 = 5;

const OPEN_PAUSE: Duration = Duration::from_millis(5);

/// The environment variable with the name of the default server.
const DEFAULT_SERVER: &str = "JACK_DEFAULT_SERVER";
/// jackd's library copies the name into buffers of this size and a NUL, and ends the process where it
/// does not fit.
const LONGEST_SERVER_NAME: usize = 255;

/// A client of a JACK server. It is closed when this and all its ports are dropped.
pub(crate) struct Client {
    connection: Arc<Connection>,
    started_server: bool,
}

impl Client {
    /// Connects to a server. If none runs and `start` is set, libjack may start the one of `~/.jackdrc`, which
    /// takes a second or more. `log` receives the lines of libjack, also those about other clients of this
    /// process, until the client is dropped.
    pub fn open(name: &str, server: Option<&str>, start: bool, log: Sink) -> Result<Client> {
        let library = turns::load()?;
        let client_name = checked_name(library, name)?;
        let server_name = server.map(checked_server_name).transpose()?;
        if server.is_none()
            && let Some(name) = std::env::var_os(DEFAULT_SERVER)
            && name.len() > LONGEST_SERVER_NAME
        {
            return Err(too_long(DEFAULT_SERVER, name.len()));
        }
        let options = if start { 0 } else { NO_START_SERVER };
        let attempt = || {
            let mut status = 0;
            let lines = Arc::new(Mutex::new(Vec::new()));
            let collected = lines.clone();
            let _opening = Route::new(
                library,
                Arc::new(move |line| collected.lock().push(line.to_owned())),
            );
            let name = client_name.as_ptr();
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
            (
                NonNull::new(raw),
                (status, std::mem::take(&mut *lines.lock())),
            )
        };
        let mut attempts = if library.has_one_server() {
            1
        } else {
            OPEN_ATTEMPTS
        };
        loop {
            let (raw, (status, lines)) = turns::open(library, attempt)?;
            attempts -= 1;
            if let Some(raw) = raw {
                return Ok(Client {
                    connection: Connection::new(library, raw, log),
                    started_server: status & STATUS_SERVER_STARTED != 0,
                });
            }
            if status & STATUS_SHM_FAILURE == 0 || attempts == 0 {
                return Err(open_error(server, status, lines));
            }
            thread::sleep(OPEN_PAUSE);
        }
    }

    /// Sets the handlers. They are called once the client is active: `process` until the client is closed, and
    /// `notifications` until this is dropped. Only once.
    ///
    /// `notifications` may hold ports of this client. `process` may not, since it would keep the client open:
    /// it has an [`AudioInput`] or an [`AudioOutput`] in place of each.
    pub fn listen(
        &self,
        process: Arc<impl AudioHandler>,
        notifications: Arc<impl Notifications>,
    ) -> Result<()> {
        let Connection {
            number,
            library,
            raw,
            ..
        } = *self.connection;
        let context = Context::new(library, number, raw, process, notifications);
        let context = Arc::new(context);
        // Kept also after a failure: libjack may have taken some of the callbacks.
        if self.connection.context.set(context.clone()).is_err() {
            return Err(failure("the callbacks are set already".into()));
        }
        context.install()
    }

    /// Whether the server runs because this client opened.
    pub fn has_started_server(&self) -> bool {
        self.started_server
    }

    /// The name by which the server knows us.
    ///
    /// If the name was taken, PipeWire's library still answers with the name that was asked for, while others
    /// see another one. By the client's UUID, it gives the true name.
    pub fn name(&self) -> String {
        let _turn = self.connection.asking.lock();
        let raw = self.connection.raw.as_ptr();
        // SAFETY: the client is valid; the strings are libjack's, which end with NUL, and all but
        // the last of them are ours to free.
        unsafe {
            let number = (self.connection.library.client_get_uuid)(raw);
            if !number.is_null() {
                let name = (self.connection.library.get_client_name_by_uuid)(raw, number);
                (self.connection.library.free)(number.cast());
                if !name.is_null() {
                    let copy = CStr::from_ptr(name).to_string_lossy().into_owned();
                    (self.connection.library.free)(name.cast());
                    return copy;
                }
            }
            let name = (self.connection.library.get_client_name)(raw);
            CStr::from_ptr(name).to_string_lossy().into_owned()
        }
    }

    /// Whether the server filters the times of cycles. A pause of the server disturbs such a filter.
    pub fn smooths_times(&self) -> bool {
        self.connection.library.has_one_server()
    }

    /// The server's frame rate.
    pub fn frame_rate_hz(&self) -> u32 {
        // SAFETY: the client is valid.
        unsafe { (self.connection.library.get_sample_rate)(self.connection.raw.as_ptr()) }
    }

    /// The server's period.
    pub fn period_frames(&self) -> u32 {
        // SAFETY: the client is valid.
        unsafe { (self.connection.library.get_buffer_size)(self.connection.raw.as_ptr()) }
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
            let thread = (self.connection.library.client_thread_id)(self.connection.raw.as_ptr());
            (
                libc::pthread_getschedparam(thread, &mut policy, &mut parameters),
                (self.connection.library.is_realtime)(self.connection.raw.as_ptr()) != 0,
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
    pub fn register_audio_input(&self, name: &str) -> Result<(Port, AudioInput)> {
        let port = self.register(name, PortType::AUDIO, PortFlags::INPUT)?;
        let input = AudioInput(port.audio());
        Ok((port, input))
    }

    /// Makes an audio port that others can receive from.
    pub fn register_audio_output(&self, name: &str) -> Result<(Port, AudioOutput)> {
        let port = self.register(name, PortType::AUDIO, PortFlags::OUTPUT)?;
        let output = AudioOutput(port.audio());
        Ok((port, output))
    }

    /// Makes a port of any type.
    fn register(&self, name: &str, kind: PortType, flags: PortFlags) -> Result<Port> {
        let c_name = c_string("port name", name)?;
        let _turn = self.connection.asking.lock();
        // SAFETY: the client and both strings are valid; 0: built-in types have their own size.
        let raw = unsafe {
            (self.connection.library.port_register)(
                self.connection.raw.as_ptr(),
                c_name.as_ptr(),
                kind.0.as_ptr(),
                flags.0,
                0,
            )
        };
        match NonNull::new(raw) {
            Some(raw) => Ok(Port::new(&self.connection, raw)),
            None => Err(failure(format!("the server did not register port {name}"))),
        }
    }

    /// Begins the server's calls.
    pub fn activate(&self) -> Result<()> {
        let _turn = Turn::take();
        let _asking = self.connection.asking.lock();
        // SAFETY: the client is valid.
        match unsafe { (self.connection.library.activate)(self.connection.raw.as_ptr()) } {
            0 => {
                self.connection.active.store(true, Ordering::Relaxed);
                Ok(())
            }
            code => Err(failure(format!(
                "activating the client failed (code {code})"
            ))),
        }
    }

    /// Ends the server's calls of [`AudioHandler::process`], and all connections.
    pub fn deactivate(&self) -> Result<()> {
        let _turn = Turn::take();
        let _asking = self.connection.asking.lock();
        self.connection.active.store(false, Ordering::Relaxed);
        // SAFETY: the client is valid.
        match unsafe { (self.connection.library.deactivate)(self.connection.raw.as_ptr()) } {
            0 => Ok(()),
            code => Err(failure(format!(
                "deactivating the client failed (code {code})"
            ))),
        }
    }

    /// The full names of the ports of a type that have all these flags, in the server's order.
    pub fn ports(&self, kind: PortType, flags: PortFlags) -> Vec<String> {
        let Connection { library, raw, .. } = *self.connection;
        // SAFETY: the client is valid; a null pattern matches all names.
        let names =
            unsafe { (library.get_ports)(raw.as_ptr(), ptr::null(), kind.0.as_ptr(), flags.0) };
        // SAFETY: just returned by libjack.
        unsafe { take_names(library, names) }
    }

    /// Whether a port of this full name exists.
    pub fn has_port(&self, name: &str) -> bool {
        self.find_port(name).is_some()
    }

    /// The longest latency of a port, in frames; `None` if there is no port of this full name.
    pub fn latency_frames(&self, port: &str, mode: LatencyMode) -> Option<u32> {
        let raw = self.find_port(port)?;
        let mut range = LatencyRange::default();
        let mode = mode.code();
        // SAFETY: libjack keeps what it returns for a name, also when the port goes; the range is
        // valid.
        unsafe { (self.connection.library.port_get_latency_range)(raw.as_ptr(), mode, &mut range) };
        Some(range.max)
    }

    fn find_port(&self, name: &str) -> Option<NonNull<RawPort>> {
        let name = CString::new(name).ok()?;
        // SAFETY: the client and the string are valid.
        NonNull::new(unsafe {
            (self.connection.library.port_by_name)(self.connection.raw.as_ptr(), name.as_ptr())
        })
    }

    /// Connects two ports by their full names; they may be connected already.
    pub fn connect(&self, source: &str, destination: &str) -> Result<()> {
        let c_source = c_string("port name", source)?;
        let c_destination = c_string("port name", destination)?;
        let _turn = self.connection.asking.lock();
        // SAFETY: the client and both strings are valid.
        let code = unsafe {
            (self.connection.library.connect)(
                self.connection.raw.as_ptr(),
                c_source.as_ptr(),
                c_destination.as_ptr(),
            )
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
        if let Some(context) = self.connection.context.get() {
            // They may hold ports, which keep the client open.
            context.end_notifications();
        }
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
