//! JACK's transport, which all clients of a server share.
#![allow(unsafe_code, reason = "calls of libjack")]

use super::callbacks::{on_sync, on_timebase};
use super::client::Client;
use super::handler_scope::check_outside_handlers;
use super::handlers::TimebaseQuery;
use super::position::{Position, RawPosition, TransportState};
use crate::error::Result;
use std::ffi::c_void;
use std::sync::Arc;
use std::time::Duration;

/// The transport. PipeWire ignores what is asked of it before the first cycle of the client; of version 0.3.65, it takes
/// only the frame of a position that a client sets, and does not always wait for clients that are not ready.
///
/// # Errors
/// Of all of these. [`Error::InvalidState`](crate::Error::InvalidState): the client is closed.
/// [`Error::Driver`](crate::Error::Driver): the server refuses it.
impl Client {
    /// Starts the transport, as soon as all clients are ready.
    pub fn start_transport(&self) -> Result<()> {
        let client = self.enter()?;
        // SAFETY: the client is valid.
        unsafe { (client.library.transport_start)(client.raw()) };
        Ok(())
    }

    /// Stops the transport with the next cycle.
    pub fn stop_transport(&self) -> Result<()> {
        let client = self.enter()?;
        // SAFETY: the client is valid.
        unsafe { (client.library.transport_stop)(client.raw()) };
        Ok(())
    }

    /// Moves the transport to a frame, from the next cycle on. Without [`Position::bbt`] and the like: see
    /// [`Client::reposition`].
    pub fn locate(&self, frame: u32) -> Result<()> {
        let client = self.enter()?;
        // SAFETY: the client is valid.
        let code = unsafe { (client.library.transport_locate)(client.raw(), frame) };
        client.check(|| format!("moving the transport to frame {frame}"), code)
    }

    /// Moves the transport to a position, from the next cycle on. The server's fields of it are ignored.
    pub fn reposition(&self, position: &Position) -> Result<()> {
        let client = self.enter()?;
        let mut raw = RawPosition::default();
        raw.set(position);
        // SAFETY: client and position are valid.
        let code = unsafe { (client.library.transport_reposition)(client.raw(), &raw) };
        let what = || format!("moving the transport to frame {}", position.frame);
        client.check(what, code)
    }

    /// What the transport does, and the position at the beginning of the cycle.
    pub fn transport(&self) -> Result<(TransportState, Position)> {
        let client = self.enter()?;
        let mut position = RawPosition::default();
        // SAFETY: client and position are valid.
        let state = unsafe { (client.library.transport_query)(client.raw(), &mut position) };
        Ok((TransportState::from_code(state), position.get()))
    }

    /// The frame of the transport now, as far as the server can say between two cycles.
    pub fn transport_frame(&self) -> Result<u32> {
        let client = self.enter()?;
        // SAFETY: the client is valid.
        Ok(unsafe { (client.library.get_current_transport_frame)(client.raw()) })
    }

    /// Has the transport wait for this client: when it starts or moves, `handler` is asked in each cycle whether the
    /// client is ready, until it is or the server's patience ends. It runs on the audio thread, with the
    /// contract of a process handler.
    ///
    /// # Errors
    /// Also [`Error::InvalidState`](crate::Error::InvalidState): in a handler.
    pub fn set_sync(
        &self,
        handler: impl FnMut(TransportState, &Position) -> bool + Send + 'static,
    ) -> Result<()> {
        let client = self.enter()?;
        let asking = client.ask()?;
        let before = client.context.set_sync(Some(Box::new(handler)));
        let argument = Arc::as_ptr(&client.context).cast_mut().cast::<c_void>();
        // SAFETY: the client is valid, and `argument` is the context that the function expects.
        let code =
            unsafe { (client.library.set_sync_callback)(client.raw(), Some(on_sync), argument) };
        let result = client.check(|| "waiting with the transport".into(), code);
        drop(asking);
        drop(client);
        drop(before); // It may own anything, so nothing is locked.
        result
    }

    /// The transport no longer waits for this client.
    ///
    /// # Errors
    /// As [`Client::set_sync`].
    pub fn clear_sync(&self) -> Result<()> {
        check_outside_handlers("the sync handler cannot be removed")?;
        // libjack's callback stays, and says that the client is ready: libjack may be calling it just now.
        let before = self.enter()?.context.set_sync(None);
        drop(before);
        Ok(())
    }

    /// How long the transport waits for clients that are not ready: for all clients of the server.
    pub fn set_sync_timeout(&self, timeout: Duration) -> Result<()> {
        let client = self.enter()?;
        let us = u64::try_from(timeout.as_micros()).unwrap_or(u64::MAX);
        // SAFETY: the client is valid.
        let code = unsafe { (client.library.set_sync_timeout)(client.raw(), us) };
        client.check(
            || format!("setting the time-out of the transport to {us} µs"),
            code,
        )
    }

    /// Becomes the timebase: `handler` adds bar, beat and the like to the position of each next cycle. It runs on the
    /// audio thread, with the contract of a process handler; it cannot move the transport. With `conditional`,
    /// only if no other client is the timebase.
    ///
    /// # Errors
    /// Also [`Error::InvalidState`](crate::Error::InvalidState): in a handler.
    pub fn set_timebase(
        &self,
        conditional: bool,
        handler: impl FnMut(TimebaseQuery, &mut Position) + Send + 'static,
    ) -> Result<()> {
        let client = self.enter()?;
        let asking = client.ask()?;
        let before = client.context.set_timebase(Some(Box::new(handler)));
        let argument = Arc::as_ptr(&client.context).cast_mut().cast::<c_void>();
        let (library, conditional) = (client.library, conditional.into());
        // SAFETY: the client is valid, and `argument` is the context that the function expects.
        let code = unsafe {
            (library.set_timebase_callback)(client.raw(), conditional, on_timebase, argument)
        };
        let unused = match code {
            0 => before,
            _ => client.context.set_timebase(before),
        };
        let result = client.check(|| "becoming the timebase".into(), code);
        drop(asking);
        drop(client);
        drop(unused); // It may own anything, so nothing is locked.
        result
    }

    /// Stops being the timebase. jackd's library crashes if it calls the handler at the same instant, so its client must
    /// be inactive, or the transport stopped.
    ///
    /// # Errors
    /// Also [`Error::Driver`](crate::Error::Driver): it was not.
    pub fn release_timebase(&self) -> Result<()> {
        let client = self.enter()?;
        let asking = client.ask()?;
        // SAFETY: the client is valid.
        let code = unsafe { (client.library.release_timebase)(client.raw()) };
        let before = client.context.set_timebase(None);
        let result = client.check(|| "releasing the timebase".into(), code);
        drop(asking);
        drop(client);
        drop(before); // It may own anything, so nothing is locked.
        result
    }
}
