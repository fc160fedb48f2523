//! A JACK client: its life, its names, and what it is told of its server.
#![allow(unsafe_code, reason = "calls of libjack")]

use super::connection::{Connection, Open};
use super::cycle::Cycle;
use super::handler_scope::{check_outside_handlers, is_in_handler};
use super::handlers::{Notifications, ProcessHandler, Verdict};
use super::names::{c_string, copied, taken};
use super::property::Uuid;
use super::status::Status;
use super::turns::Turn;
use crate::error::{Error, Result};
use crate::sys::{self, Realtime};
use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// A client of a JACK server, or of PipeWire. [`Client::open`] makes one. It is closed when this is dropped; its ports
/// then answer with errors.
///
/// All methods may be called from any thread, except in handlers: there, methods that ask the server for something
/// return [`Error::InvalidState`]. Once the client is closed, all do. Where the server hangs,
/// methods that ask it do not return.
///
/// An interface lends the client of its driver: [`Interface::jack_client`](crate::Interface::jack_client). The
/// interface runs and closes such a client, so [`Client::set_process`], [`Client::clear_process`],
/// [`Client::activate`], [`Client::deactivate`] and [`Client::close`] return [`Error::InvalidState`] there, and dropping it
/// does not close it.
pub struct Client {
    connection: Arc<Connection>,
    status: Status,
    is_lent: bool,
}

impl Client {
    pub(super) fn new(connection: Arc<Connection>, status: Status) -> Client {
        Client {
            connection,
            status,
            is_lent: false,
        }
    }

    /// The same client, for those who do not own it.
    pub(crate) fn lend(&self) -> Client {
        Client {
            connection: self.connection.clone(),
            status: self.status,
            is_lent: true,
        }
    }

    pub(crate) fn is_lent(&self) -> bool {
        self.is_lent
    }

    fn check_not_lent(&self) -> Result<()> {
        match self.is_lent {
            true => Err(Error::InvalidState(
                "the JACK client belongs to an interface, which alone runs and closes it".into(),
            )),
            false => Ok(()),
        }
    }

    pub(super) fn enter(&self) -> Result<Open<'_>> {
        self.connection.enter()
    }

    pub(super) fn connection(&self) -> &Arc<Connection> {
        &self.connection
    }

    /// What the server said when the client was opened.
    pub fn status(&self) -> Status {
        self.status
    }

    /// Has `handler` called in each cycle from now on, in place of the one before. See the
    /// [module](super) for what it may do. This waits for the end of the cycle that runs, the last one of the handler before.
    ///
    /// The cycle in which it returns `Break` is its last one; in one in which it panics, the outputs are silent. After
    /// either it is not called again, and the outputs are silent, as is an output that the handler does not ask for
    /// ([`Cycle::output`]). A handler that owns its client keeps it open, until [`Client::close`].
    ///
    /// # Errors
    /// [`Error::InvalidState`]: the client is closed, or in a handler.
    pub fn set_process(
        &self,
        mut handler: impl FnMut(&mut Cycle<'_>) -> ControlFlow<()> + Send + 'static,
    ) -> Result<()> {
        self.set_fallible_process(move |cycle| handler(cycle).into())
    }

    /// As [`Client::set_process`], for a handler that says so when it has failed, and does not panic then.
    pub(crate) fn set_fallible_process(
        &self,
        handler: impl FnMut(&mut Cycle<'_>) -> Verdict + Send + 'static,
    ) -> Result<()> {
        self.exchange_process(Some(Box::new(handler)))
    }

    /// Calls no process handler from the next cycle on. The outputs are silent.
    ///
    /// # Errors
    /// As [`Client::set_process`].
    pub fn clear_process(&self) -> Result<()> {
        self.exchange_process(None)
    }

    fn exchange_process(&self, handler: Option<ProcessHandler>) -> Result<()> {
        self.check_not_lent()?;
        check_outside_handlers("the process handler cannot be exchanged")?;
        let before = self.enter()?.context.set_process(handler);
        drop(before);
        Ok(())
    }

    /// Notifies from now on, until the client is closed. `notifications` may hold ports of this client.
    ///
    /// # Errors
    /// [`Error::InvalidState`]: the client is closed. [`Error::OutOfMemory`], [`Error::System`].
    pub(crate) fn listen(&self, notifications: Arc<dyn Notifications>) -> Result<()> {
        let rate_hz = self.frame_rate_hz()?;
        let client = self.enter()?;
        client.context.waker.listen(notifications, rate_hz)
    }

    /// Begins the cycles. From then on, ports can be connected.
    ///
    /// # Errors
    /// [`Error::InvalidState`]: the client is closed, or in a handler.
    /// [`Error::Driver`]: the server refuses it.
    pub fn activate(&self) -> Result<()> {
        self.check_not_lent()?;
        let client = self.enter()?;
        check_outside_handlers("a JACK client cannot be activated")?;
        let _turn = Turn::take();
        let _asking = client.ask()?;
        // SAFETY: the client is valid.
        let code = unsafe { (client.library.activate)(client.raw()) };
        client.check(|| "activating the client".into(), code)?;
        client.active.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Ends the cycles, and all connections of its ports.
    ///
    /// # Errors
    /// As [`Client::activate`].
    pub fn deactivate(&self) -> Result<()> {
        self.check_not_lent()?;
        let client = self.enter()?;
        check_outside_handlers("a JACK client cannot be deactivated")?;
        let _turn = Turn::take();
        let _asking = client.ask()?;
        client.active.store(false, Ordering::Relaxed);
        // SAFETY: the client is valid.
        let code = unsafe { (client.library.deactivate)(client.raw()) };
        client.check(|| "deactivating the client".into(), code)
    }

    /// Closes the client, once the calls of other threads that use it have ended. Its handlers are dropped. Where another
    /// thread closes it, this waits until it is closed; later it does nothing.
    ///
    /// # Errors
    /// [`Error::InvalidState`]: in a handler.
    pub fn close(&self) -> Result<()> {
        self.check_not_lent()?;
        check_outside_handlers("a JACK client cannot be closed")?;
        self.connection.close();
        Ok(())
    }

    /// The name by which the server knows the client.
    ///
    /// If the name was taken, PipeWire's library still answers with the name that was asked for, while others
    /// see another one. By the client's UUID, it gives the true name.
    ///
    /// # Errors
    /// [`Error::InvalidState`]: the client is closed, or in a handler.
    pub fn name(&self) -> Result<String> {
        let client = self.enter()?;
        let (library, raw) = (client.library, client.raw());
        let _asking = client.ask()?;
        // SAFETY: the client is valid; the strings are libjack's, which end with NUL, and all but
        // the last of them are ours to free.
        unsafe {
            let number = (library.client_get_uuid)(raw);
            if !number.is_null() {
                let name = (library.get_client_name_by_uuid)(raw, number);
                (library.free)(number.cast());
                if let Some(name) = taken(library, name) {
                    return Ok(name);
                }
            }
            Ok(copied((library.get_client_name)(raw)))
        }
    }

    /// The UUID of the client; `None` where the server gives none.
    ///
    /// # Errors
    /// As [`Client::name`].
    pub fn uuid(&self) -> Result<Option<Uuid>> {
        let client = self.enter()?;
        let _asking = client.ask()?;
        // SAFETY: the client is valid; the string is ours to free.
        let number = unsafe {
            let number = (client.library.client_get_uuid)(client.raw());
            taken(client.library, number)
        };
        Ok(number.and_then(|number| number.parse().ok().map(Uuid)))
    }

    /// The UUID of the client of this name; `None` if there is none.
    ///
    /// # Errors
    /// As [`Client::name`], and [`Error::InvalidArgument`]: it contains NUL.
    pub fn uuid_of(&self, client_name: &str) -> Result<Option<Uuid>> {
        let client = self.enter()?;
        let name = c_string("client name", client_name)?;
        let _asking = client.ask()?;
        // SAFETY: client and name are valid; the string is ours to free.
        let number = unsafe {
            let number = (client.library.get_uuid_for_client_name)(client.raw(), name.as_ptr());
            taken(client.library, number)
        };
        Ok(number.and_then(|number| number.parse().ok().map(Uuid)))
    }

    /// The name of the client with this UUID; `None` if there is none.
    ///
    /// # Errors
    /// As [`Client::name`].
    pub fn name_of(&self, uuid: Uuid) -> Result<Option<String>> {
        let client = self.enter()?;
        let number = c_string("UUID", &uuid.to_string())?;
        let _asking = client.ask()?;
        // SAFETY: client and number are valid; the string is ours to free.
        Ok(unsafe {
            let name = (client.library.get_client_name_by_uuid)(client.raw(), number.as_ptr());
            taken(client.library, name)
        })
    }

    /// Whether the server filters the times of cycles. A pause of the server disturbs such a filter.
    pub(crate) fn smooths_times(&self) -> bool {
        self.connection.library.has_one_server()
    }

    /// The server's frame rate.
    ///
    /// # Errors
    /// [`Error::InvalidState`]: the client is closed.
    pub fn frame_rate_hz(&self) -> Result<u32> {
        let client = self.enter()?;
        // SAFETY: the client is valid.
        Ok(unsafe { (client.library.get_sample_rate)(client.raw()) })
    }

    /// The server's period.
    ///
    /// # Errors
    /// As [`Client::frame_rate_hz`].
    pub fn period_frames(&self) -> Result<u32> {
        let client = self.enter()?;
        // SAFETY: the client is valid.
        Ok(unsafe { (client.library.get_buffer_size)(client.raw()) })
    }

    /// Asks the server for another period. All clients are told of it. PipeWire changes it some cycles later.
    ///
    /// # Errors
    /// [`Error::InvalidState`]: the client is closed, or in a handler.
    /// [`Error::Driver`]: the server refuses it.
    pub fn set_period_frames(&self, frames: u32) -> Result<()> {
        let client = self.enter()?;
        let _asking = client.ask()?;
        // SAFETY: the client is valid.
        let code = unsafe { (client.library.set_buffer_size)(client.raw(), frames) };
        client.check(|| format!("setting the period to {frames} frames"), code)
    }

    /// Starts or ends freewheeling: cycles follow each other as fast as they can, and no device plays.
    ///
    /// # Errors
    /// As [`Client::set_period_frames`].
    pub fn set_freewheel(&self, on: bool) -> Result<()> {
        let client = self.enter()?;
        let _asking = client.ask()?;
        // SAFETY: the client is valid.
        let code = unsafe { (client.library.set_freewheel)(client.raw(), on.into()) };
        client.check(|| format!("setting freewheeling to {on}"), code)
    }

    /// How much of each cycle the server and its clients are at work, in percent.
    ///
    /// # Errors
    /// As [`Client::frame_rate_hz`].
    pub fn cpu_load_percent(&self) -> Result<f32> {
        let client = self.enter()?;
        // SAFETY: the client is valid.
        Ok(unsafe { (client.library.cpu_load)(client.raw()) })
    }

    /// Whether the server runs in real time.
    ///
    /// # Errors
    /// As [`Client::frame_rate_hz`].
    pub fn is_realtime(&self) -> Result<bool> {
        let client = self.enter()?;
        // SAFETY: the client is valid.
        Ok(unsafe { (client.library.is_realtime)(client.raw()) } != 0)
    }

    /// The longest delay of a cycle so far, in microseconds, as the server reports it with xruns.
    ///
    /// # Errors
    /// As [`Client::frame_rate_hz`].
    pub fn max_delayed_us(&self) -> Result<f32> {
        let client = self.enter()?;
        // SAFETY: the client is valid.
        Ok(unsafe { (client.library.get_max_delayed_usecs)(client.raw()) })
    }

    /// Begins to look for the longest delay anew.
    ///
    /// # Errors
    /// As [`Client::frame_rate_hz`].
    pub fn reset_max_delayed(&self) -> Result<()> {
        let client = self.enter()?;
        // SAFETY: the client is valid.
        unsafe { (client.library.reset_max_delayed_usecs)(client.raw()) };
        Ok(())
    }

    /// The scheduling of the audio thread; `None` while the client is not active, or another thread asks the server
    /// for something.
    ///
    /// # Errors
    /// As [`Client::frame_rate_hz`].
    pub fn realtime(&self) -> Result<Option<Realtime>> {
        let client = self.enter()?;
        // While this is held, no other thread can deactivate the client, which ends its audio thread.
        let Some(_asking) = client.try_ask() else {
            return Ok(None);
        };
        if !client.active.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let mut policy = 0;
        let mut parameters = libc::sched_param { sched_priority: 0 };
        // The thread-init callback cannot tell: libjack calls it before it asks for real time, and on other
        // threads too.
        // SAFETY: the client is valid.
        let thread = unsafe { (client.library.client_thread_id)(client.raw()) };
        if thread == 0 {
            return Ok(None);
        }
        // SAFETY: the client is valid; its audio thread is not joined before the client is closed
        // or deactivated; both pointers are valid.
        let (failed, server_is_realtime) = unsafe {
            (
                libc::pthread_getschedparam(thread, &mut policy, &mut parameters),
                (client.library.is_realtime)(client.raw()) != 0,
            )
        };
        let policy = policy & !libc::SCHED_RESET_ON_FORK;
        if failed == 0 && matches!(policy, libc::SCHED_FIFO | libc::SCHED_RR) {
            return Ok(Some(Realtime::Granted {
                priority: parameters.sched_priority,
            }));
        }
        Ok(Some(Realtime::Refused {
            reason: if server_is_realtime {
                "the JACK server runs in real time, but this process may not; allow it with an \
                 rtprio limit in /etc/security/limits.d"
            } else {
                "the JACK server runs without real-time scheduling; start it with jackd -R"
            }
            .into(),
        }))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Client").finish_non_exhaustive()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        if self.is_lent {
            return;
        }
        if !is_in_handler() {
            return self.connection.close();
        }
        // A handler that waited for the close would wait for its own end. Without another thread, the client stays
        // open for good.
        let (connection, kept) = (self.connection.clone(), self.connection.clone());
        match sys::spawn("amio-jack-close", move || connection.close()) {
            Ok(_) => drop(kept),
            Err(_) => std::mem::forget(kept),
        }
    }
}
