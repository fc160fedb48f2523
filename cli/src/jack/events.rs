//! What happens around a client, with the events that were lost.

use crate::failure::Result;
use amio::jack::{Client, Event, Events};
use std::time::Duration;

/// How many events may wait. A burst comes where a session of many clients starts.
const CAPACITY: usize = 65_536;

/// The queue of a client.
pub struct Queue {
    events: Events,
    lost: u64,
}

/// What comes next.
pub enum Next {
    Event(Event),
    /// So many events were lost before the one that follows.
    Lost(u64),
    /// The server is gone, for this reason.
    Shutdown(String),
    Nothing,
}

impl Queue {
    /// Begins with what happens from now on.
    pub fn new(client: &Client) -> Result<Queue> {
        Ok(Queue {
            events: client.events(CAPACITY)?,
            lost: 0,
        })
    }

    /// What has happened and was not returned yet.
    pub fn next(&mut self) -> Next {
        self.wait(Duration::ZERO)
    }

    /// The same, but waits for an event for this long.
    pub fn wait(&mut self, timeout: Duration) -> Next {
        let lost = self.events.lost();
        if lost > self.lost {
            return Next::Lost(lost - std::mem::replace(&mut self.lost, lost));
        }
        match self.events.wait(timeout) {
            Some(Event::Shutdown { reason, .. }) => Next::Shutdown(reason),
            Some(event) => Next::Event(event),
            None => Next::Nothing,
        }
    }
}
