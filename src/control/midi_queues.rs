//! The two queues of MIDI messages of an interface: those that have arrived, and those that are to be sent.

use super::core::Core;
use crate::error::{Error, Result};
use crate::link::{MidiOrders, MidiReader, MidiStamp};
use crate::lock::{Mutex, MutexGuard};
use crate::midi::Fetched;
use crate::sys::Signal;
use std::sync::Arc;

/// A MIDI message that has arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MidiMessage {
    /// When and where.
    pub stamp: MidiStamp,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

pub(super) struct MidiQueues {
    core: Arc<Core>,
    /// `None` if the interface has no MIDI inputs.
    arrived: Option<Mutex<MidiReader<MidiStamp>>>,
    /// `None` if it has no MIDI outputs.
    orders: Option<Mutex<MidiOrders>>,
    /// Set while a message waits.
    pub signal: Signal,
}

impl MidiQueues {
    /// # Errors
    /// [`Error::System`].
    pub fn new(
        core: &Arc<Core>,
        arrived: Option<MidiReader<MidiStamp>>,
        orders: Option<MidiOrders>,
    ) -> Result<Arc<MidiQueues>> {
        Ok(Arc::new(MidiQueues {
            core: core.clone(),
            arrived: arrived.map(Mutex::new),
            orders: orders.map(Mutex::new),
            signal: Signal::new()?,
        }))
    }

    /// The oldest message, for a buffer of so many bytes.
    ///
    /// # Errors
    /// [`Error::InvalidState`]: no inputs.
    pub fn next(&self, most_bytes: usize) -> Result<Option<Fetched<MidiMessage>>> {
        self.core.check_home()?;
        let mut arrived = self.arrived()?.lock();
        if let Some((_, bytes)) = arrived.peek()
            && bytes > most_bytes
        {
            self.signal.set();
            return Ok(Some(Fetched::TooLong(bytes)));
        }
        let mut bytes = Vec::new();
        let message = arrived
            .read(&mut bytes)
            .map(|stamp| Fetched::Message(MidiMessage { stamp, bytes }));
        if arrived.is_empty() {
            self.signal.clear();
            self.core.inbox.end_long_sleep();
        }
        Ok(message)
    }

    fn arrived(&self) -> Result<&Mutex<MidiReader<MidiStamp>>> {
        self.arrived
            .as_ref()
            .ok_or_else(|| Error::InvalidState("the interface has no MIDI inputs".into()))
    }

    /// What the engine is asked by.
    ///
    /// # Errors
    /// [`Error::InvalidState`]: no outputs.
    pub fn orders(&self) -> Result<MutexGuard<'_, MidiOrders>> {
        let orders = self.orders.as_ref();
        let orders = orders
            .ok_or_else(|| Error::InvalidState("the interface has no MIDI outputs".into()))?;
        Ok(orders.lock())
    }

    /// Wakes the program if a message waits.
    pub fn wake_if_due(&self) {
        if let Some(arrived) = &self.arrived
            && !arrived.lock().is_empty()
        {
            self.signal.set();
        }
    }

    /// Wakes the program: no more messages come.
    pub fn end(&self) {
        self.signal.set();
    }

    /// Whether the program is to be woken by the next message: there are inputs, and none waits.
    pub fn awaits(&self) -> bool {
        self.arrived
            .as_ref()
            .is_some_and(|arrived| arrived.lock().is_empty())
    }
}
