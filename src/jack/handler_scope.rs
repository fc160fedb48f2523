//! Whether a thread runs a callback of libjack.

use crate::error::{Error, Result};
use std::cell::Cell;

thread_local! {
    static IN_HANDLER: Cell<bool> = const { Cell::new(false) };
}

/// Marks this thread as one that runs a callback; returns what to pass to [`leave`]. Has nothing to drop.
pub(super) fn enter() -> bool {
    IN_HANDLER.replace(true)
}

pub(super) fn leave(outer: bool) {
    IN_HANDLER.set(outer);
}

/// Whether this thread runs a callback.
pub(super) fn is_in_handler() -> bool {
    IN_HANDLER.get()
}

/// # Errors
/// [`Error::InvalidState`] in a callback; `what` begins the message.
pub(super) fn check_outside_handlers(what: &str) -> Result<()> {
    match is_in_handler() {
        false => Ok(()),
        true => Err(Error::InvalidState(format!(
            "{what} in a handler, since the server waits for its end; do it on another thread"
        ))),
    }
}

/// Runs a callback of libjack: its thread is not cancelled meanwhile, and known to be in a handler.
macro_rules! in_handler {
    ($call:expr) => {{
        let before = $crate::sys::cancel::hold();
        let outer = $crate::jack::handler_scope::enter();
        let result = $call;
        $crate::jack::handler_scope::leave(outer);
        $crate::sys::cancel::release(before);
        result
    }};
}
pub(super) use in_handler;
