//! Clients of this process open, are activated or deactivated, and close one at a time. And no client opens
//! while clients of a server that has died are still open.
//!
//! jackd's library keeps one server for the whole process. When a client opens after that server
//! has died, the library frees all clients that are not closed yet, even while other threads use them. So the
//! first client opens when the last one of the dead server is closed; with several interfaces
//! that takes some 50 ms. PipeWire's library has no such state.
//!
//! The library knows that the server has died before it tells us. So, before a client opens, another client asks the server
//! for something: only if it answers, the server lives, and the library thinks so, too. What is left is a server that dies between
//! this answer and the first instructions of the library's open, some microseconds later.
//!
//! In jackd's library, each client has a thread that receives the server's notices. When another client
//! comes or goes, this thread locks a mutex that the whole process shares. Closing a client cancels its
//! thread at any instruction. If the thread holds the mutex just then, nobody can ever lock it again, and
//! all clients hang. So, before a client is closed, its thread must have handled all notices, and no other
//! client of this process may come or go meanwhile.
//!
//! jackd's library holds that mutex, too, while a client opens or closes. A child of `fork()` that is made just
//! then, or while the library is half loaded, could never open a client. So `fork()` waits for the end of a turn, and of
//! loading, for a short time.
//! Thread: any.

use super::failure::failure;
use super::handler_scope::check_outside_handlers;
use super::library::Library;
use super::port_id::PortId;
use crate::error::{Error, Result};
use crate::lock::{Condvar, Mutex};
use crate::sys::{NoFork, PerProcess, without_fork};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// How long an opening client waits for those of a dead server to be closed.
const PATIENCE: Duration = Duration::from_millis(500);

static TURNS: PerProcess<Turns> = PerProcess::new();

#[derive(Default)]
struct Turns {
    /// Whether somebody has the turn.
    taken: Mutex<bool>,
    /// Nobody has it any more.
    given_back: Condvar,
    /// How many turns have ended.
    ended: AtomicU64,
    clients: Mutex<Clients>,
    /// Whether there is or was a client.
    has_opened: AtomicBool,
    /// A client was closed, or another one can ask the server.
    changed: Condvar,
}

#[derive(Default)]
struct Clients {
    open: usize,
    /// Said by one of those that are open.
    server_died: bool,
    /// How to ask the server, for each of them.
    askers: Vec<Weak<dyn Asker>>,
}

/// Asks the server for something, for a client.
pub(super) trait Asker: Send + Sync {
    /// Whether the server answers. `None`: this client is being closed.
    fn is_answered(&self) -> Option<bool>;
}

impl Clients {
    fn askers(&self) -> Vec<Arc<dyn Asker>> {
        self.askers.iter().filter_map(Weak::upgrade).collect()
    }
}

/// The library, which is loaded when it is first asked for.
pub(super) fn load() -> Result<&'static Library> {
    without_fork(Library::get)
}

/// Runs `open` when it may run; it returns a client or nothing, and something else.
pub(super) fn open<C, T>(
    library: &Library,
    open: impl FnOnce() -> (Option<C>, T),
) -> Result<(Option<C>, T)> {
    let turns = TURNS.get();
    let _turn = match library.has_one_server() {
        true => turn_to_open(turns)?,
        false => Turn::take(),
    };
    let opened = open();
    if opened.0.is_some() {
        turns.clients.lock().open += 1;
        turns.has_opened.store(true, Ordering::Relaxed);
    }
    Ok(opened)
}

/// Takes the turn when no client of a dead server is open.
fn turn_to_open(turns: &Turns) -> Result<Turn> {
    let until = Instant::now() + PATIENCE;
    loop {
        let turn = Turn::take();
        let mut clients = turns.clients.lock();
        if clients.open == 0 {
            return Ok(turn);
        }
        if !clients.server_died {
            let askers = clients.askers();
            // A death may be noticed meanwhile.
            drop(clients);
            let answer = askers.iter().find_map(|asker| asker.is_answered());
            if answer == Some(true) {
                return Ok(turn);
            }
            clients = turns.clients.lock();
            clients.server_died |= answer == Some(false);
        }
        // A client that is closed takes a turn.
        drop(turn);
        if clients.open > 0 && turns.changed.wait_until(clients, until).1 {
            let Clients { open, .. } = *turns.clients.lock();
            return Err(failure(format!(
                "the JACK server has died, and {open} of its clients in this process are still to be closed"
            )));
        }
    }
}

/// Runs `call`, during which no client of this process is opened or closed.
///
/// # Errors
/// [`Error::InvalidState`]: there is no client, or in a handler.
pub(super) fn while_clients_stay<T>(call: impl FnOnce(&'static Library) -> Result<T>) -> Result<T> {
    check_outside_handlers("the JACK library cannot be asked for this")?;
    let library = load()?;
    let _turn = Turn::take();
    if TURNS.get().clients.lock().open == 0 {
        return Err(no_client());
    }
    call(library)
}

/// The library, once its clock runs, which the first client of the process sets up.
///
/// # Errors
/// [`Error::InvalidState`]: there was no client yet.
pub(super) fn load_with_clock() -> Result<&'static Library> {
    match TURNS.get().has_opened.load(Ordering::Relaxed) {
        true => load(),
        false => Err(no_client()),
    }
}

fn no_client() -> Error {
    Error::InvalidState("this process has no open JACK client; open one before".into())
}

/// A client that was opened can ask the server from now on, until it is closed.
pub(super) fn can_ask<A: Asker + 'static>(asker: &Arc<A>) {
    let asker: Weak<A> = Arc::downgrade(asker);
    let turns = TURNS.get();
    let mut clients = turns.clients.lock();
    clients.askers.retain(|asker| asker.strong_count() > 0);
    clients.askers.push(asker);
    drop(clients);
    turns.changed.notify_all();
}

/// A client says that its server has died; more than once is fine.
pub(super) fn server_died() {
    TURNS.get().clients.lock().server_died = true;
}

/// Runs `close`, which closes a client. If its server lives, `take_notices` runs before: it returns when
/// the client has handled all notices.
pub(super) fn close(library: &Library, take_notices: impl FnOnce(), close: impl FnOnce()) {
    let turns = TURNS.get();
    let _turn = Turn::take();
    if library.has_one_server() && !turns.clients.lock().server_died {
        take_notices();
    }
    close();
    let mut clients = turns.clients.lock();
    clients.open -= 1;
    if clients.open == 0 {
        clients.server_died = false;
        PortId::forget_told();
    }
    turns.changed.notify_all();
}

/// How many turns have ended.
pub(crate) fn ended() -> u64 {
    TURNS.get().ended.load(Ordering::Relaxed)
}

/// The right to make a request of which the server notifies all clients. It stays on its thread.
pub(super) struct Turn {
    _whole: NoFork,
}

impl Turn {
    /// Waits for it.
    pub fn take() -> Turn {
        let turns = TURNS.get();
        let mut taken = turns.taken.lock();
        while *taken {
            taken = turns.given_back.wait(taken);
        }
        *taken = true;
        drop(taken);
        Turn {
            _whole: NoFork::begin(),
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let turns = TURNS.get();
        *turns.taken.lock() = false;
        turns.ended.fetch_add(1, Ordering::Relaxed);
        turns.given_back.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::in_child;

    #[test]
    fn a_child_has_a_turn_of_its_own_and_its_parent_keeps_what_it_has() {
        let take_in_child = || in_child(|| drop(Turn::take()));
        let turn = Turn::take();
        take_in_child();
        assert!(*TURNS.get().taken.lock());
        drop(turn);
        // It ends only if the turn is free there. Nothing is asserted of the parent: a fork of another test takes
        // its turn for a moment.
        take_in_child();
    }
}
