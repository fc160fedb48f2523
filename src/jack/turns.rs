//! Clients of this process open, are activated or deactivated, and close one at a time. And no client opens
//! while clients of a server that has died are still open.
//!
//! jackd's library keeps one server for the whole process. When a client opens after that server
//! has died, the library frees all clients that are not closed yet, whoever uses them. So the
//! first client opens when the last one of the dead server is closed; with several interfaces
//! that takes some 50 ms. PipeWire's library has no such state.
//!
//! In jackd's library, each client has a thread that receives the server's notices. When another client
//! comes or goes, this thread locks a mutex that the whole process shares. Closing a client cancels its
//! thread at any instruction. If the thread holds the mutex just then, nobody can ever lock it again, and
//! all clients hang. So, before a client is closed, its thread must have handled all notices, and no other
//! client of this process may come or go meanwhile.
//! Thread: any.

use super::failure;
use super::library::Library;
use crate::error::Result;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long an opening client waits for those of a dead server to be closed.
const PATIENCE: Duration = Duration::from_millis(500);

static TURN: Mutex<()> = Mutex::new(());
static CLIENTS: Mutex<Clients> = Mutex::new(Clients {
    open: 0,
    server_died: false,
});
static CLOSED: Condvar = Condvar::new();
static ENDED: AtomicU64 = AtomicU64::new(0);

struct Clients {
    open: usize,
    /// Said by one of those that are open.
    server_died: bool,
}

impl Clients {
    fn must_close(&self) -> bool {
        self.server_died && self.open > 0
    }
}

/// Runs `open` when it may run; it returns a client or nothing, and something else.
pub(super) fn open<C, T>(
    library: &Library,
    open: impl FnOnce() -> (Option<C>, T),
) -> Result<(Option<C>, T)> {
    if library.has_one_server() {
        let (clients, _) = CLOSED
            .wait_timeout_while(lock(&CLIENTS), PATIENCE, |clients| clients.must_close())
            .unwrap_or_else(PoisonError::into_inner);
        if clients.must_close() {
            return Err(failure(format!(
                "the JACK server has died, and {} of its clients in this process are still to be \
                 closed",
                clients.open
            )));
        }
    }
    let _turn = Turn::take();
    let opened = open();
    if opened.0.is_some() {
        lock(&CLIENTS).open += 1;
    }
    Ok(opened)
}

/// A client says that its server has died; more than once is fine.
pub(super) fn server_died() {
    lock(&CLIENTS).server_died = true;
}

/// Runs `close`, which closes a client. If its server lives, `take_notices` runs before: it returns when
/// the client has handled all notices.
pub(super) fn close(library: &Library, take_notices: impl FnOnce(), close: impl FnOnce()) {
    let _turn = Turn::take();
    if library.has_one_server() && !lock(&CLIENTS).server_died {
        take_notices();
    }
    close();
    let mut clients = lock(&CLIENTS);
    clients.open -= 1;
    if clients.open == 0 {
        clients.server_died = false;
    }
    CLOSED.notify_all();
}

/// How many turns have ended.
pub(crate) fn ended() -> u64 {
    ENDED.load(Ordering::Relaxed)
}

/// The right to make a request of which the server tells all clients.
pub(super) struct Turn {
    _held: MutexGuard<'static, ()>,
}

impl Turn {
    /// Waits for it.
    pub fn take() -> Turn {
        let _held = lock(&TURN);
        Turn { _held }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        ENDED.fetch_add(1, Ordering::Relaxed);
    }
}

fn lock<T>(mutex: &'static Mutex<T>) -> MutexGuard<'static, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
