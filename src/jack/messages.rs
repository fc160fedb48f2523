//! What libjack would print goes to the clients of this process instead.
//!
//! libjack has one error function and one information function for the whole process, which the
//! application may have set for clients of its own. So ours are in place only while a [`Route`]
//! lives, and what was there before is put back.
//! Thread: any; libjack queues the lines of its real-time threads and hands them on from a thread
//! of its own.
#![allow(unsafe_code, reason = "functions that libjack calls")]

use super::gate::Gate;
use super::handler_scope::in_handler;
use super::library::{Library, MessageCallback};
use crate::lock::{Mutex, MutexGuard};
use crate::sys::{Home, PerProcess};
use std::ffi::{CStr, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::fn_addr_eq;
use std::sync::Arc;

/// Receives lines, without a line feed.
pub type Sink = Arc<dyn Fn(&str) + Send + Sync>;

/// Ends when it is dropped, which waits for the calls of its sink that run.
pub(super) struct Route {
    library: &'static Library,
    receiver: Arc<Receiver>,
    home: Home,
}

struct Receiver {
    sink: Sink,
    /// Shut once the route has ended.
    gate: Gate,
}

#[derive(Default)]
struct Routes {
    receivers: Vec<Arc<Receiver>>,
    before: [Option<MessageCallback>; 2],
}

static ROUTES: PerProcess<Mutex<Routes>> = PerProcess::new();

impl Route {
    /// Hands all lines that libjack writes in this process to `sink` as well.
    pub fn new(library: &'static Library, sink: Sink) -> Route {
        let mut routes = lock();
        if routes.receivers.is_empty() {
            routes.before = library.message_callbacks().map(|before| {
                // In a child of fork(), the parent's function is still installed.
                before.filter(|function| !fn_addr_eq(*function, receive as MessageCallback))
            });
            install(library, [Some(receive as MessageCallback); 2]);
        }
        let gate = Gate::default();
        let receiver = Arc::new(Receiver { sink, gate });
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

unsafe extern "C-unwind" fn receive(line: *const c_char) {
    // A sink counts as a handler: libjack may write in the middle of a request.
    // SAFETY: libjack passes a line that ends with NUL and is valid during the call, or null.
    in_handler!(unsafe { hand_on(line) });
}

/// # Safety
/// `line` is null, or ends with NUL.
unsafe extern "C" fn hand_on(line: *const c_char) {
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
        let _ = catch_unwind(AssertUnwindSafe(|| (receiver.sink)(line.trim_end())));
    }
}

fn lock() -> MutexGuard<'static, Routes> {
    ROUTES.get().lock()
}
