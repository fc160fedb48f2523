//! A JACK client in safe Rust: what can be asked of the server, and what it calls.
#![allow(
    unsafe_code,
    reason = "calls of libjack, and functions that libjack calls"
)]

use super::cancel;
use super::library::{LatencyRange, Library, RawClient, RawPort};
use super::messages::{Route, Sink};
use super::turns;
use crate::error::{Error, Result};
use crate::sys::{self, Realtime};
use std::any::Any;
use std::ffi::{CStr, CString, c_char, c_int, c_ulong, c_void};
use std::marker::PhantomData;
use std::ptr::{self, NonNull};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

const NO_START_SERVER: c_int = 0x01;
const SERVER_NAME: c_int = 0x04;

const STATUS_SERVER_FAILED: c_int = 0x10;
const STATUS_VERSION_ERROR: c_int = 0x400;

const PORT_IS_PHYSICAL: c_ulong = 0x4;
const AUDIO: &CStr = c"32 bit float mono audio";

/// Which way sound goes through a port, seen from its owner; also which side of a latency is
/// meant: from the source to here (`Input`), from here to the sink (`Output`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Input,
    Output,
}

impl Direction {
    fn port_flag(self) -> c_ulong {
        match self {
            Direction::Input => 0x1,
            Direction::Output => 0x2,
        }
    }

    fn latency_mode(self) -> c_int {
        match self {
            Direction::Input => 0,
            Direction::Output => 1,
        }
    }
}

/// What the server calls. Unless it says otherwise, a method runs on a thread of libjack that must
/// not call the server back, and may run on the audio thread: it must not wait.
pub(crate) trait Handler: Send + Sync + 'static {
    /// One period is due.
    ///
    /// # Real-time contract
    /// Audio thread only; no allocation, free, lock, system call or log.
    fn process(&self, cycle: &Cycle<'_>);
    /// The latencies of this direction were computed anew; ports may set theirs now, only now.
    fn latency(&self, direction: Direction);
    /// The server was late, or a client was.
    fn xrun(&self);
    /// The period is `frames` from the next cycle on.
    fn period(&self, frames: u32);
    /// The frame rate is `hz` from the next cycle on.
    fn rate(&self, hz: u32);
    /// Freewheeling began or ended.
    fn freewheel(&self, on: bool);
    /// Ports or connections came or went.
    fn graph(&self);
    /// The server is gone. libjack may say so more than once. Close the client soon: none can be
    /// opened before.
    fn lost(&self, reason: &str);
}

/// One port of a client. A handle: it stays valid until the client is closed.
#[derive(Clone, Copy)]
pub(crate) struct Port {
    library: &'static Library,
    raw: NonNull<RawPort>,
}

// SAFETY: libjack's port functions may be called from any thread.
unsafe impl Send for Port {}
// SAFETY: as above.
unsafe impl Sync for Port {}

impl Port {
    /// Its full name, which begins with the client's name and a colon.
    pub fn full_name(&self) -> String {
        // SAFETY: the port is valid; libjack returns a string that lives as long as it.
        unsafe {
            let name = (self.library.port_name)(self.raw.as_ptr());
            CStr::from_ptr(name).to_string_lossy().into_owned()
        }
    }

    /// The full names of the ports that it is connected to. Reads what libjack knows, without
    /// asking the server.
    pub fn connections(&self) -> Vec<String> {
        // SAFETY: the port is valid, and ours.
        let names = unsafe { (self.library.port_get_connections)(self.raw.as_ptr()) };
        // SAFETY: just returned by libjack.
        unsafe { take_names(self.library, names) }
    }

    /// The longest latency in frames, as computed for the connections it has.
    pub fn latency_frames(&self, direction: Direction) -> u32 {
        let mut range = LatencyRange::default();
        let mode = direction.latency_mode();
        // SAFETY: the port and the range are valid.
        unsafe { (self.library.port_get_latency_range)(self.raw.as_ptr(), mode, &mut range) };
        range.max
    }

    /// Declares that sound begins or ends here. Only inside [`Handler::latency`].
    pub fn set_latency_to_none(&self, direction: Direction) {
        let mut range = LatencyRange::default();
        let mode = direction.latency_mode();
        // SAFETY: the port and the range are valid.
        unsafe { (self.library.port_set_latency_range)(self.raw.as_ptr(), mode, &mut range) };
    }
}

/// The right to write to an output port; there is one for each.
pub(crate) struct Output(Port);

impl Output {
    /// The port, for questions about it.
    pub fn port(&self) -> Port {
        self.0
    }
}

/// One period, during [`Handler::process`].
pub(crate) struct Cycle<'a> {
    library: &'static Library,
    client: NonNull<RawClient>,
    frames: u32,
    callback: PhantomData<&'a ()>,
}

impl Cycle<'_> {
    /// Its length.
    pub fn frames(&self) -> usize {
        self.frames as usize
    }

    /// The server's number of the first frame, which wraps, and the `CLOCK_MONOTONIC` in
    /// nanoseconds at which it was due. Wait-free.
    pub fn start(&self) -> (u32, u64) {
        let (mut frame, mut due_us, mut next_us, mut period_us) = (0, 0, 0, 0.0);
        // SAFETY: the client and all four variables are valid.
        let failed = unsafe {
            (self.library.get_cycle_times)(
                self.client.as_ptr(),
                &mut frame,
                &mut due_us,
                &mut next_us,
                &mut period_us,
            )
        };
        if failed != 0 {
            // SAFETY: the client is valid.
            let frame = unsafe { (self.library.last_frame_time)(self.client.as_ptr()) };
            return (frame, sys::now_ns());
        }
        // jackd's clock is CLOCK_MONOTONIC_RAW, PipeWire's CLOCK_MONOTONIC: only ages compare.
        // SAFETY: takes nothing; reads a clock.
        let server_now_us = unsafe { (self.library.get_time)() };
        let age_ns = server_now_us.wrapping_sub(due_us) as i64 * 1000;
        (frame, sys::now_ns().wrapping_add_signed(-age_ns))
    }

    /// Copies what arrived at an input port; silence where the server has no buffer for it.
    ///
    /// A copy, because the buffer of an input that is connected to an output of the same client
    /// may be that output's buffer. So all inputs are to be read before an output is written.
    pub fn read(&self, input: Port, samples: &mut [f32]) {
        let Some(buffer) = self.buffer(input) else {
            return samples.fill(0.0);
        };
        let count = samples.len().min(self.frames());
        // SAFETY: libjack's buffer holds a period of floats; `samples` is memory of ours.
        unsafe { ptr::copy_nonoverlapping(buffer.as_ptr(), samples.as_mut_ptr(), count) };
    }

    /// The buffer of an output port, to be filled; `None` where the server has none.
    pub fn output<'b>(&'b self, output: &'b mut Output) -> Option<&'b mut [f32]> {
        let buffer = self.buffer(output.0)?;
        // SAFETY: it holds a period of floats until the cycle ends; each output has its own, and
        // `output`, which is the only one for this port, stays borrowed.
        Some(unsafe { std::slice::from_raw_parts_mut(buffer.as_ptr(), self.frames()) })
    }

    fn buffer(&self, port: Port) -> Option<NonNull<f32>> {
        // SAFETY: the port is valid, and `frames` is the period of this cycle.
        let buffer = unsafe { (self.library.port_get_buffer)(port.raw.as_ptr(), self.frames) };
        NonNull::new(buffer.cast())
    }
}

/// A connection to a JACK server; dropping it closes the connection, which takes some 50 ms when
/// the server has died, and does not return while the server hangs.
pub(crate) struct Client {
    library: &'static Library,
    raw: NonNull<RawClient>,
    /// Held while the server is asked for something: libjack writes requests of several threads
    /// into each other, and reads each other's answers.
    asking: Mutex<()>,
    /// What the callbacks use; it must outlive the client, so it is freed after the close.
    context: Option<Box<dyn Any + Send + Sync>>,
    _messages: Route,
}

// SAFETY: libjack's functions may be called from any thread, and those that ask the server take
// turns by `asking`.
unsafe impl Send for Client {}
// SAFETY: as above.
unsafe impl Sync for Client {}

struct Context<H> {
    library: &'static Library,
    client: NonNull<RawClient>,
    handler: Arc<H>,
}

// SAFETY: the client may be used from any thread, and `H` is `Send` and `Sync`.
unsafe impl<H: Handler> Send for Context<H> {}
// SAFETY: as above.
unsafe impl<H: Handler> Sync for Context<H> {}

impl<H: Handler> Context<H> {
    fn lost(&self, reason: &str) {
        turns::server_died();
        self.handler.lost(reason);
    }
}

impl Client {
    /// Connects to a server that runs; never starts one. `log` receives what libjack has to say,
    /// to other clients in this process too, until the client is dropped.
    pub fn open(name: &str, server: Option<&str>, log: Sink) -> Result<Client> {
        let library = Library::get()?;
        let client_name = checked_name(library, name)?;
        let server_name = server
            .map(|server| c_string("server_name", server))
            .transpose()?;
        let mut status = 0;
        let (raw, lines) = turns::open(library, || {
            let lines = Arc::new(Mutex::new(Vec::new()));
            let collected = lines.clone();
            let _opening = Route::new(
                library,
                Arc::new(move |line| lock(&collected).push(line.to_owned())),
            );
            let name = client_name.as_ptr();
            // SAFETY: the strings end with NUL and outlive the call; the third argument after the
            // status is there when the options say so.
            let raw = unsafe {
                match &server_name {
                    None => (library.client_open)(name, NO_START_SERVER, &mut status),
                    Some(server) => {
                        let options = NO_START_SERVER | SERVER_NAME;
                        (library.client_open)(name, options, &mut status, server.as_ptr())
                    }
                }
            };
            (NonNull::new(raw), std::mem::take(&mut *lock(&lines)))
        })?;
        let Some(raw) = raw else {
            return Err(open_error(server, status, lines));
        };
        let messages = Route::new(library, log);
        Ok(Client {
            library,
            raw,
            asking: Mutex::new(()),
            context: None,
            _messages: messages,
        })
    }

    /// Makes `handler` receive the server's calls, once the client is active. Only once.
    pub fn listen<H: Handler>(&mut self, handler: Arc<H>) -> Result<()> {
        if self.context.is_some() {
            return Err(failure("the callbacks are set already".into()));
        }
        let context = Box::new(Context {
            library: self.library,
            client: self.raw,
            handler,
        });
        let argument = ptr::from_ref(&*context).cast_mut().cast::<c_void>();
        self.context = Some(context);
        let (library, raw) = (self.library, self.raw.as_ptr());
        // SAFETY: each function matches its type, and `argument` is the Context<H> that they
        // expect, which lives until the client is closed.
        let results = unsafe {
            (library.on_shutdown)(raw, on_shutdown::<H>, argument);
            (library.on_info_shutdown)(raw, on_info_shutdown::<H>, argument);
            [
                (library.set_process_callback)(raw, on_process::<H>, argument),
                (library.set_buffer_size_callback)(raw, on_period::<H>, argument),
                (library.set_sample_rate_callback)(raw, on_rate::<H>, argument),
                (library.set_xrun_callback)(raw, on_xrun::<H>, argument),
                (library.set_graph_order_callback)(raw, on_graph_order::<H>, argument),
                (library.set_freewheel_callback)(raw, on_freewheel::<H>, argument),
                (library.set_latency_callback)(raw, on_latency::<H>, argument),
                (library.set_port_connect_callback)(raw, on_connect::<H>, argument),
                (library.set_port_registration_callback)(raw, on_registration::<H>, argument),
            ]
        };
        match results.iter().find(|&&result| result != 0) {
            None => Ok(()),
            Some(code) => Err(failure(format!(
                "the callbacks were not accepted (code {code})"
            ))),
        }
    }

    /// The name the server gave us.
    pub fn name(&self) -> String {
        // SAFETY: the client is valid; libjack returns a string that lives as long as it.
        unsafe {
            let name = (self.library.get_client_name)(self.raw.as_ptr());
            CStr::from_ptr(name).to_string_lossy().into_owned()
        }
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
        self.register(name, Direction::Output).map(Output)
    }

    fn register(&self, name: &str, direction: Direction) -> Result<Port> {
        let c_name = c_string("port name", name)?;
        let flags = direction.port_flag();
        let _turn = lock(&self.asking);
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
            Some(raw) => Ok(Port {
                library: self.library,
                raw,
            }),
            None => Err(failure(format!("the server did not register port {name}"))),
        }
    }

    /// Begins the server's calls.
    pub fn activate(&self) -> Result<()> {
        let _turn = lock(&self.asking);
        // SAFETY: the client is valid.
        match unsafe { (self.library.activate)(self.raw.as_ptr()) } {
            0 => Ok(()),
            code => Err(failure(format!(
                "activating the client failed (code {code})"
            ))),
        }
    }

    /// Ends the server's calls of [`Handler::process`], and all connections.
    pub fn deactivate(&self) -> Result<()> {
        let _turn = lock(&self.asking);
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
        let Ok(name) = CString::new(name) else {
            return false;
        };
        // SAFETY: the client and the string are valid.
        !unsafe { (self.library.port_by_name)(self.raw.as_ptr(), name.as_ptr()) }.is_null()
    }

    /// Connects two ports by their full names; they may be connected already.
    pub fn connect(&self, source: &str, destination: &str) -> Result<()> {
        let c_source = c_string("port name", source)?;
        let c_destination = c_string("port name", destination)?;
        let _turn = lock(&self.asking);
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
        turns::close(|| {
            // A dead server makes it fail; the client is freed all the same.
            // SAFETY: the client is valid and not used afterwards.
            unsafe { (self.library.client_close)(self.raw.as_ptr()) };
        });
    }
}

fn failure(message: String) -> Error {
    Error::Driver {
        driver: "jack",
        message,
    }
}

fn c_string(what: &str, text: &str) -> Result<CString> {
    CString::new(text)
        .map_err(|_| Error::InvalidArgument(format!("{what} is {text:?}; it must not contain NUL")))
}

fn checked_name(library: &'static Library, name: &str) -> Result<CString> {
    // SAFETY: takes nothing.
    let size = unsafe { (library.client_name_size)() }.max(2) as usize;
    if name.is_empty() || name.len() >= size || name.contains(':') {
        return Err(Error::InvalidArgument(format!(
            "client_name is {name:?}; JACK takes 1 to {} bytes without a colon",
            size - 1
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

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Copies and frees a list of names.
///
/// # Safety
/// `names` was just returned by libjack: null, or strings followed by null.
unsafe fn take_names(library: &'static Library, names: *mut *const c_char) -> Vec<String> {
    let mut taken = Vec::new();
    if names.is_null() {
        return taken;
    }
    // SAFETY: promised by the caller; the loop ends at the null that ends the list, and the list
    // is not used after it was freed.
    unsafe {
        let mut next = names;
        while !(*next).is_null() {
            taken.push(CStr::from_ptr(*next).to_string_lossy().into_owned());
            next = next.add(1);
        }
        (library.free)(names.cast());
    }
    taken
}

/// The context of a callback.
///
/// # Safety
/// `argument` is what [`Client::listen`] passed to libjack, and the client is not closed.
unsafe fn context<'a, H: Handler>(argument: *mut c_void) -> &'a Context<H> {
    // SAFETY: promised by the caller.
    unsafe { &*argument.cast::<Context<H>>() }
}

unsafe extern "C-unwind" fn on_process<H: Handler>(frames: u32, argument: *mut c_void) -> c_int {
    extern "C" fn call<H: Handler>(context: &Context<H>, frames: u32) {
        context.handler.process(&Cycle {
            library: context.library,
            client: context.client,
            frames,
            callback: PhantomData,
        });
    }
    let before = cancel::hold();
    // SAFETY: libjack passes on what `listen` gave it.
    call(unsafe { context::<H>(argument) }, frames);
    cancel::release(before);
    0
}

/// Declares what libjack calls for one of the other methods of [`Handler`].
macro_rules! callback {
    ($name:ident($($argument:ident: $type:ty),*) $(-> $result:ident)?, $call:expr) => {
        unsafe extern "C-unwind" fn $name<H: Handler>(
            $($argument: $type,)*
            argument: *mut c_void,
        ) $(-> $result)? {
            extern "C" fn call<H: Handler>(context: &Context<H>, $($argument: $type),*) {
                let call: fn(&Context<H>, $($type),*) = $call;
                call(context, $($argument),*);
            }
            let before = cancel::hold();
            // SAFETY: libjack passes on what `listen` gave it.
            call(unsafe { context::<H>(argument) }, $($argument),*);
            cancel::release(before);
            $(0 as $result)?
        }
    };
}

callback!(on_period(frames: u32) -> c_int, |context, frames| context.handler.period(frames));
callback!(on_rate(hz: u32) -> c_int, |context, hz| context.handler.rate(hz));
callback!(on_xrun() -> c_int, |context| context.handler.xrun());
callback!(on_graph_order() -> c_int, |context| context.handler.graph());
callback!(on_connect(_a: u32, _b: u32, _on: c_int), |context, _, _, _| context.handler.graph());
callback!(on_registration(_port: u32, _on: c_int), |context, _, _| context.handler.graph());
callback!(on_freewheel(on: c_int), |context, on| context.handler.freewheel(on != 0));
callback!(on_latency(mode: c_int), |context, mode| {
    context.handler.latency(match mode {
        0 => Direction::Input,
        _ => Direction::Output,
    });
});
callback!(on_shutdown(), |context| context
    .lost("the JACK server has shut down"));
callback!(on_info_shutdown(_code: c_int, reason: *const c_char), |context, _, reason| {
    if reason.is_null() {
        return context.lost("the JACK server has shut down");
    }
    // SAFETY: libjack passes a string that ends with NUL and is valid during the call.
    context.lost(&unsafe { CStr::from_ptr(reason) }.to_string_lossy());
});
