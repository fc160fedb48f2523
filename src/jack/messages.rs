//! What libjack would print goes to the clients of this process instead, and to [`set_log`].
//!
//! libjack has one error function and one information function for the whole process, which the
//! application may have set for clients of its own. So ours are in place only while a [`Route`]
//! lives, and what was there before is put back.
//! Thread: any; libjack queues the lines of its real-time threads and hands them on from a thread
//! of its own.
#![allow(unsafe_code, reason = "functions that libjack calls")]

use super::gate::Gate;
use super::handler_scope::{check_outside_handlers, in_handler};
use super::library::{Library, MessageCallback};
use super::turns;
use crate::error::Result;
use crate::lock::{Mutex, MutexGuard};
use crate::sys::{Home, PerProcess};
use std::ffi::{CStr, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::fn_addr_eq;
use std::sync::Arc;

/// Receives lines, without a line feed.
pub type Sink = Arc<dyn Fn(&str) + Send + Sync>;

/// Receives lines, without a line feed, and how much each matters.
pub type Log = Arc<dyn Fn(Level, &str) + Send + Sync>;

/// How much a line of libjack matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Level {
    /// Something went wrong.
    Error,
    /// For information.
    Information,
}

/// Ends when it is dropped, which waits for the calls of its sink that run.
pub(super) struct Route {
    library: &'static Library,
    receiver: Arc<Receiver>,
    home: Home,
}

struct Receiver {
    log: Log,
    /// Shut once the route has ended.
    gate: Gate,
}

#[derive(Default)]
struct Routes {
    receivers: Vec<Arc<Receiver>>,
    before: [Option<MessageCallback>; 2],
}

static ROUTES: PerProcess<Mutex<Routes>> = PerProcess::new();
static LOG: PerProcess<Mutex<Option<Route>>> = PerProcess::new();

/// Hands each line that libjack writes in this process to `log` from now on; `None`: no longer. Clients have logs of their
/// own as well. It is called on any thread, and must not call clients: libjack may write in the middle of a
/// request. A panic of it is caught. This waits for the calls of the log before that run.
///
/// # Errors
/// [`Error::DriverUnavailable`](crate::Error::DriverUnavailable): libjack is not installed.
/// [`Error::InvalidState`](crate::Error::InvalidState): in a handler.
pub fn set_log(log: Option<Log>) -> Result<()> {
    check_outside_handlers("the log of libjack cannot be set")?;
    let library = turns::load()?;
    let route = log.map(|log| Route::with_levels(library, log));
    let before = std::mem::replace(&mut *LOG.get().lock(), route);
    drop(before);
    Ok(())
}

impl Route {
    /// Hands all lines that libjack writes in this process to `sink` as well.
    pub fn new(library: &'static Library, sink: Sink) -> Route {
        Route::with_levels(library, Arc::new(move |_, line| sink(line)))
    }

    fn with_levels(library: &'static Library, log: Log) -> Route {
        let mut routes = lock();
        if routes.receivers.is_empty() {
            routes.before = library.message_callbacks().map(|before| {
                // In a child of fork(), the parent's function is still installed.
                before.filter(|function| !OURS.iter().any(|ours| fn_addr_eq(*function, *ours)))
            });
            install(library, OURS.map(Some));
        }
        let gate = Gate::default();
        let receiver = Arc::new(Receiver { log, gate });
        routes.receivers.push(receiver.clone());
        Route {
            library,
            receiver,
            home: Home::here(),
        }
    }
}

impl Drop for Route {
    fn drop(&mut self) {
        if !self.home.is_here() {
            return; // A child of fork() has routes of its own.
        }
        let mut routes = lock();
        let others = |receiver: &Arc<Receiver>| !Arc::ptr_eq(receiver, &self.receiver);
        routes.receivers.retain(others);
        if routes.receivers.is_empty() {
            install(self.library, routes.before);
        }
        drop(routes);
        self.receiver.gate.shut();
    }
}

fn install(library: &'static Library, [error, info]: [Option<MessageCallback>; 2]) {
    // SAFETY: both functions may be called at any time, on any thread; None means libjack's own.
    unsafe {
        (library.set_error_function)(error);
        (library.set_info_function)(info);
    }
}

const OURS: [MessageCallback; 2] = [receive_error, receive_information];

unsafe extern "C-unwind" fn receive_error(line: *const c_char) {
    // A sink counts as a handler: libjack may write in the middle of a request.
    // SAFETY: libjack passes a line that ends with NUL and is valid during the call, or null.
    in_handler!(unsafe { hand_on(Level::Error, line) });
}

unsafe extern "C-unwind" fn receive_information(line: *const c_char) {
    // SAFETY: as above.
    in_handler!(unsafe { hand_on(Level::Information, line) });
}

/// # Safety
/// `line` is null, or ends with NUL.
unsafe extern "C" fn hand_on(level: Level, line: *const c_char) {
    if line.is_null() {
        return;
    }
    // SAFETY: promised by the caller.
    let line = unsafe { CStr::from_ptr(line) }.to_string_lossy();
    // Lines of libjack's destructors about objects that were never set up explain nothing.
    if line.contains("::~") {
        return;
    }
    // A sink may take its time, so the lock is not held while it runs.
    let receivers = lock().receivers.clone();
    for receiver in receivers {
        let Some(_pass) = receiver.gate.enter() else {
            continue;
        };
        // A sink that panics has written to the standard error. Nothing else can be done here.
        let logged = catch_unwind(AssertUnwindSafe(|| (receiver.log)(level, line.trim_end())));
        // What was panicked with may panic again when it is dropped.
        logged.unwrap_or_else(std::mem::forget);
    }
}

fn lock() -> MutexGuard<'static, Routes> {
    ROUTES.get().lock()
}
