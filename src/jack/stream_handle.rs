//! The program's hold of a stream: as long as it lives, the stream takes part in the cycles of its client.
#![allow(unsafe_code, reason = "a call of libjack")]

use super::client::Client;
use super::connection::Connection;
use super::cycle_parts::{RunningStream, Stream};
use super::handler_scope::{check_outside_handlers, is_in_handler};
use super::latencies::Path;
use super::mail::Mail;
use super::port::recompute_latencies;
use super::process_port::ProcessPort;
use crate::error::{Error, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub(super) struct StreamHandle {
    connection: Arc<Connection>,
    stream: Arc<RunningStream>,
    /// `None` if nothing comes to the program.
    mail: Option<Arc<Mail>>,
    /// The number of its path for latencies.
    path: Option<u64>,
}

impl StreamHandle {
    /// Has a stream take part from now on.
    ///
    /// # Errors
    /// [`Error::InvalidState`]: the client is closed, or in a handler. [`Error::OutOfMemory`], [`Error::System`].
    pub fn new(
        client: &Client,
        stream: impl Stream + 'static,
        mail: Option<&Arc<Mail>>,
    ) -> Result<StreamHandle> {
        check_outside_handlers("a stream cannot begin")?;
        let rate_hz = client.frame_rate_hz()?;
        let open = client.enter()?;
        if let Some(mail) = mail {
            open.context.waker.add(mail, rate_hz)?;
        }
        let stream = RunningStream::new(Box::new(stream));
        open.context.add_stream(&stream);
        Ok(StreamHandle {
            connection: client.connection().clone(),
            stream,
            mail: mail.cloned(),
            path: None,
        })
    }

    /// What comes in by inputs among these ports goes out by the outputs among them so many frames later.
    pub fn add_latency(&mut self, ports: &[ProcessPort], frames: u32) {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let is_on_it = |port: &ProcessPort| ports.iter().any(|other| other.raw() == port.raw());
        let latencies = &self.connection.context.latencies;
        latencies.set_path(is_on_it, Path { number, frames });
        self.path = Some(number);
    }

    /// The path of [`StreamHandle::add_latency`] has another latency from now on. A server that does not answer is noticed
    /// elsewhere.
    pub fn change_latency(&self, frames: u32) {
        let (Some(number), Ok(client)) = (self.path, self.connection.enter()) else {
            return;
        };
        client
            .context
            .latencies
            .change_path(Path { number, frames });
        if let Ok(_asking) = client.ask() {
            let _ = recompute_latencies(&client);
        }
    }

    /// # Errors
    /// [`Error::InvalidState`]: the client is closed, or in a child of `fork()`.
    pub fn check(&self) -> Result<()> {
        self.connection.enter().map(drop)
    }

    /// The first frame of the cycle that runs now, or ran last.
    ///
    /// # Errors
    /// As [`StreamHandle::check`].
    pub fn last_frame(&self) -> Result<u32> {
        let client = self.connection.enter()?;
        // SAFETY: the client is valid.
        Ok(unsafe { (client.library.last_frame_time)(client.raw()) })
    }

    /// Whether this is the process in which the stream began.
    pub fn is_here(&self) -> bool {
        self.connection.is_here()
    }

    /// The error of a stream that brings nothing more.
    pub fn end_of_stream(&self) -> Error {
        let closed = self.check().err();
        closed.unwrap_or_else(|| Error::InvalidState("the JACK server is gone".into()))
    }
}

impl Drop for StreamHandle {
    fn drop(&mut self) {
        if !self.is_here() {
            return;
        }
        self.stream.end();
        let context = &self.connection.context;
        if let Some(number) = self.path {
            context.latencies.end_path(number);
        }
        if let Some(mail) = &self.mail {
            mail.refuse();
            context.waker.remove(mail);
        }
        // In a handler nothing waits. There, the client forgets the stream at its next change.
        if !is_in_handler() {
            context.forget_ended_streams();
        }
    }
}
