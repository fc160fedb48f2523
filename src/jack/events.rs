//! What happens to a client and around it, as a queue.
//!
//! Flow: libjack's threads, and the waker -> [`Notifications`] -> the queue -> [`Events::next`].

use super::client::Client;
use super::connection::Connection;
use super::handlers::Notifications;
use super::latency_mode::LatencyMode;
use super::port_id::PortId;
use super::property::PropertyChange;
use super::status::Status;
use crate::error::Result;
use crate::lock::Mutex;
use crate::memory;
use crate::sys::Signal;
use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What happens to a client, and around it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// A client came or went.
    ClientRegistered {
        /// Its name.
        name: String,
        /// Whether it is there now.
        exists: bool,
    },
    /// A port came or went.
    PortRegistered {
        /// The server's number of it.
        port: PortId,
        /// Its full name, if the server still knew it.
        name: Option<String>,
        /// Whether it is there now.
        exists: bool,
    },
    /// A port has another full name.
    PortRenamed {
        /// The server's number of it.
        port: PortId,
        /// Its name before.
        before: String,
        /// Its name now.
        now: String,
    },
    /// Two ports were connected or disconnected.
    PortsConnected {
        /// The output.
        source: PortId,
        /// The input.
        destination: PortId,
        /// Whether they are connected now.
        connected: bool,
    },
    /// Clients run in another order.
    GraphOrder,
    /// The server was late, or a client was. Xruns are only counted when they happen, and told within some 30 ms. Those that
    /// are told together all have the delay of the last one. PipeWire's library of version 0.3.65 does not tell of a client
    /// that was late.
    Xrun {
        /// The delay in microseconds; 0 where the server does not say, as jackd.
        delay_us: f32,
    },
    /// The period has so many frames from the next cycle on. jackd tells it of each activation, too.
    Period {
        /// Its length.
        frames: u32,
    },
    /// The frame rate is another one from the next cycle on. jackd tells it of each activation, too.
    FrameRate {
        /// The rate.
        hz: u32,
    },
    /// Freewheeling began or ended.
    Freewheel {
        /// Whether it goes on now.
        on: bool,
    },
    /// The latencies of ports were computed anew. For information: they can be read, not set.
    Latency {
        /// Which ones.
        mode: LatencyMode,
    },
    /// Metadata has changed.
    PropertyChanged(PropertyChange),
    /// A handler of the audio thread has panicked, or said that it failed, and is not called again. Told within some
    /// 30 ms. Without a process handler, the outputs are
    /// silent; a sync handler counts as ready.
    HandlerFailed,
    /// The server is gone. Close the client: before, no other one can be opened.
    Shutdown {
        /// Why, as libjack's bits; none if it does not say.
        status: Status,
        /// What the server said.
        reason: String,
    },
}

/// A queue of what happens, from [`Client::events`] on. Events that find it full are lost and counted.
/// It can be used after its client was closed.
pub struct Events {
    queue: Arc<Queue>,
    listener: Arc<dyn Notifications>,
    connection: Arc<Connection>,
}

struct Queue {
    waiting: Mutex<Waiting>,
    arrived: Signal,
}

struct Waiting {
    events: VecDeque<Event>,
    capacity: usize,
    lost: u64,
    is_lost: bool,
}

impl Client {
    /// Begins a queue of what happens, for at most `capacity` events that wait.
    ///
    /// # Errors
    /// [`Error::InvalidState`](crate::Error::InvalidState): the client is closed.
    /// [`Error::OutOfMemory`](crate::Error::OutOfMemory), [`Error::System`](crate::Error::System).
    pub fn events(&self, capacity: usize) -> Result<Events> {
        let queue = Arc::new(Queue {
            waiting: Mutex::new(Waiting {
                events: memory::queue(capacity, "the events of a JACK client")?,
                capacity,
                lost: 0,
                is_lost: false,
            }),
            arrived: Signal::new()?,
        });
        let listener: Arc<dyn Notifications> = Arc::new(Listener(queue.clone()));
        self.listen(listener.clone())?;
        Ok(Events {
            queue,
            listener,
            connection: self.connection().clone(),
        })
    }
}

impl Events {
    /// The oldest event that waits, which is taken out. `None` in a child of `fork()`.
    pub fn next(&self) -> Option<Event> {
        if !self.connection.is_here() {
            return None;
        }
        let next = self.queue.take();
        if next.is_some() {
            return next;
        }
        self.queue.arrived.clear();
        // What came before the clear.
        let next = self.queue.take();
        if next.is_some() {
            self.queue.arrived.set(); // There may be more.
        }
        next
    }

    /// As [`Events::next`], but waits for an event, for at most `timeout`.
    pub fn wait(&self, timeout: Duration) -> Option<Event> {
        let until = Instant::now().checked_add(timeout);
        loop {
            if let Some(event) = self.next() {
                return Some(event);
            }
            let left = match until {
                Some(until) => until.saturating_duration_since(Instant::now()),
                None => Duration::MAX,
            };
            if left.is_zero() {
                return None;
            }
            self.queue.arrived.wait(left);
        }
    }

    /// How many events were lost so far, because the queue was full. 0 in a child of `fork()`.
    pub fn lost(&self) -> u64 {
        match self.connection.is_here() {
            true => self.queue.waiting.lock().lost,
            false => 0,
        }
    }
}

impl Queue {
    fn take(&self) -> Option<Event> {
        self.waiting.lock().events.pop_front()
    }
}

impl Waiting {
    fn add(&mut self, event: Event) {
        if self.events.len() < self.capacity {
            self.events.push_back(event);
        } else {
            self.lost += 1;
        }
    }
}

/// Readable while an event waits. It may stay readable until [`Events::next`] has found none.
impl AsFd for Events {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.queue.arrived.as_fd()
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        if self.connection.is_here() {
            self.connection.context.waker.stop_listening(&self.listener);
        }
    }
}

struct Listener(Arc<Queue>);

impl Listener {
    fn tell(&self, event: Event) {
        self.0.waiting.lock().add(event);
        self.0.arrived.set();
    }

    /// What comes rarely, and must not be lost, is added also if the queue is full.
    fn tell_anyway(&self, event: Event) {
        self.0.waiting.lock().events.push_back(event);
        self.0.arrived.set();
    }
}

impl Notifications for Listener {
    fn latency(&self, mode: LatencyMode) {
        self.tell(Event::Latency { mode });
    }

    fn xrun(&self, delay_us: f32) {
        self.tell(Event::Xrun { delay_us });
    }

    fn period(&self, frames: u32) {
        self.tell(Event::Period { frames });
    }

    fn rate(&self, hz: u32) {
        self.tell(Event::FrameRate { hz });
    }

    fn freewheel(&self, on: bool) {
        self.tell(Event::Freewheel { on });
    }

    fn graph_order(&self) {
        self.tell(Event::GraphOrder);
    }

    fn client_registered(&self, name: &str, exists: bool) {
        let name = name.to_owned();
        self.tell(Event::ClientRegistered { name, exists });
    }

    fn port_registered(&self, port: PortId, name: Option<&str>, exists: bool) {
        let name = name.map(str::to_owned);
        self.tell(Event::PortRegistered { port, name, exists });
    }

    fn port_renamed(&self, port: PortId, before: &str, now: &str) {
        let (before, now) = (before.to_owned(), now.to_owned());
        self.tell(Event::PortRenamed { port, before, now });
    }

    fn ports_connected(&self, source: PortId, destination: PortId, connected: bool) {
        self.tell(Event::PortsConnected {
            source,
            destination,
            connected,
        });
    }

    fn property_changed(&self, change: &PropertyChange) {
        self.tell(Event::PropertyChanged(change.clone()));
    }

    fn handler_failed(&self) {
        self.tell_anyway(Event::HandlerFailed);
    }

    /// Told once, although libjack may say so more than once.
    fn lost(&self, status: Status, reason: &str) {
        let was_lost = std::mem::replace(&mut self.0.waiting.lock().is_lost, true);
        if !was_lost {
            let reason = reason.to_owned();
            self.tell_anyway(Event::Shutdown { status, reason });
        }
    }
}
