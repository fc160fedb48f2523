//! The connection of a client to its server: what the client and its ports share.
#![allow(unsafe_code, reason = "calls of libjack")]

use super::callbacks::Context;
use super::failure::failure;
use super::gate::{Gate, Pass};
use super::handler_scope::check_outside_handlers;
use super::library::{Library, RawClient};
use super::messages::{Route, Sink};
use super::process_port::ClientNumber;
use super::turns::{self, Asker};
use crate::error::{Error, Result};
use crate::lock::{Mutex, MutexGuard};
use crate::sys::Home;
use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

pub(super) struct Connection {
    pub number: ClientNumber,
    pub library: &'static Library,
    access: Arc<Access>,
    home: Home,
    pub active: AtomicBool,
    /// What the callbacks use. It must outlive the client, so it is freed after the close.
    pub context: Arc<Context>,
    messages: Mutex<Option<Route>>,
    /// Held while the client is being closed.
    closing: Mutex<()>,
}

/// Lets calls in while the client is open.
struct Access {
    library: &'static Library,
    raw: NonNull<RawClient>,
    /// Shut once the client is closed, or about to be.
    gate: Gate,
    /// Held while the server is asked for something: libjack writes requests of several threads
    /// into each other, and reads each other's answers.
    asking: Mutex<()>,
}

// SAFETY: libjack's functions may be called from any thread, and those that ask the server take
// turns by `asking`.
unsafe impl Send for Access {}
// SAFETY: as above.
unsafe impl Sync for Access {}

impl Asker for Access {
    fn is_answered(&self) -> Option<bool> {
        let _pass = self.gate.enter()?;
        let _asking = self.asking.lock();
        let raw = self.raw.as_ptr();
        // SAFETY: the client is valid while the pass is held, and so is its name; what is returned is freed by libjack.
        unsafe {
            let uuid =
                (self.library.get_uuid_for_client_name)(raw, (self.library.get_client_name)(raw));
            if uuid.is_null() {
                return Some(false);
            }
            (self.library.free)(uuid.cast());
        }
        Some(true)
    }
}

impl Connection {
    /// Of a client that libjack has just opened; `log` receives what libjack has to say from here on.
    pub fn new(
        library: &'static Library,
        raw: NonNull<RawClient>,
        log: Sink,
    ) -> Result<Arc<Connection>> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = ClientNumber(NEXT.fetch_add(1, Ordering::Relaxed));
        let connection = Arc::new(Connection {
            number,
            library,
            access: Arc::new(Access {
                library,
                raw,
                gate: Gate::default(),
                asking: Mutex::new(()),
            }),
            home: Home::here(),
            active: AtomicBool::new(false),
            context: Arc::new(Context::new(library, number, raw)),
            messages: Mutex::new(Some(Route::new(library, log))),
            closing: Mutex::new(()),
        });
        turns::can_ask(&connection.access);
        // After a failure, this closes the client.
        connection.context.install()?;
        Ok(connection)
    }

    /// Keeps the client open for a call.
    ///
    /// # Errors
    /// [`Error::InvalidState`] once the client is closed, and in a child of `fork()`.
    pub fn enter(&self) -> Result<Open<'_>> {
        self.home.check("the JACK client")?;
        match self.access.gate.enter() {
            Some(pass) => Ok(Open {
                connection: self,
                _pass: pass,
            }),
            None => Err(Error::InvalidState("the JACK client is closed".into())),
        }
    }

    /// Closes the client, once the calls that use it have ended; where another thread closes it, waits for that. This
    /// takes some 50 ms when the server has died, and does not return while the server hangs. In a child of `fork()` it
    /// does nothing. Not in a handler.
    pub fn close(&self) {
        if !self.is_here() {
            return;
        }
        let closing = self.closing.lock();
        let left = self.access.gate.shut().then(|| self.close_at_once());
        drop(closing);
        // What handlers own may close the client again, so they are dropped where nothing is locked.
        drop(left);
    }

    /// Returns what is to be dropped.
    fn close_at_once(&self) -> impl Sized {
        let listeners = self.context.listeners.take();
        self.context.waker.close();
        // jackd's library may activate the client once more, to take its notices.
        let process = self.context.set_process(None);
        let raw = self.access.raw.as_ptr();
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
        // What the last cycles have counted.
        self.context.listeners.tell(&listeners);
        let sync = self.context.set_sync(None);
        let timebase = self.context.set_timebase(None);
        (
            process,
            sync,
            timebase,
            listeners,
            self.messages.lock().take(),
        )
    }

    /// Whether this is the process in which the client was opened.
    pub fn is_here(&self) -> bool {
        self.home.is_here()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.close();
    }
}

/// The connection of a client that stays open until this is dropped.
pub(super) struct Open<'a> {
    connection: &'a Connection,
    _pass: Pass<'a>,
}

impl Open<'_> {
    /// A valid client.
    pub fn raw(&self) -> *mut RawClient {
        self.connection.access.raw.as_ptr()
    }

    /// The right to ask the server for something, which waits for its answer.
    ///
    /// # Errors
    /// [`Error::InvalidState`] in a handler: the server may wait for its end.
    pub fn ask(&self) -> Result<MutexGuard<'_, ()>> {
        check_outside_handlers("the JACK server cannot be asked for this")?;
        Ok(self.connection.access.asking.lock())
    }

    /// As [`Open::ask`], without waiting for another request.
    pub fn try_ask(&self) -> Option<MutexGuard<'_, ()>> {
        self.connection.access.asking.try_lock()
    }

    /// Turns libjack's answer to a request, 0 for success, into a result; `what` begins the message.
    pub fn check(&self, what: impl FnOnce() -> String, code: i32) -> Result<()> {
        match code {
            0 => Ok(()),
            code => Err(failure(format!("{} failed (code {code})", what()))),
        }
    }
}

impl Deref for Open<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection
    }
}
