//! The connection of a client to its server: what the client and its ports share.
#![allow(unsafe_code, reason = "calls of libjack")]

use super::audio_port::ClientNumber;
use super::callbacks::Context;
use super::library::{Library, RawClient};
use super::messages::{Route, Sink};
use super::turns;
use crate::lock::Mutex;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// Dropping it closes the client, which takes some 50 ms when the server has died, and does not return while
/// the server hangs. The client and its ports own it together.
pub(super) struct Connection {
    pub number: ClientNumber,
    pub library: &'static Library,
    pub raw: NonNull<RawClient>,
    /// Held while the server is asked for something: libjack writes requests of several threads
    /// into each other, and reads each other's answers.
    pub asking: Mutex<()>,
    pub active: AtomicBool,
    /// What the callbacks use. It must outlive the client, so it is freed after the close.
    pub context: OnceLock<Arc<Context>>,
    _messages: Route,
}

// SAFETY: libjack's functions may be called from any thread, and those that ask the server take
// turns by `asking`.
unsafe impl Send for Connection {}
// SAFETY: as above.
unsafe impl Sync for Connection {}

impl Connection {
    /// Of a client that libjack has just opened; `log` receives what libjack has to say from here on.
    pub fn new(library: &'static Library, raw: NonNull<RawClient>, log: Sink) -> Arc<Connection> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Arc::new(Connection {
            number: ClientNumber(NEXT.fetch_add(1, Ordering::Relaxed)),
            library,
            raw,
            asking: Mutex::new(()),
            active: AtomicBool::new(false),
            context: OnceLock::new(),
            _messages: Route::new(library, log),
        })
    }
}

impl Drop for Connection {
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
