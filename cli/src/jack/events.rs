//! What happens around a client, with the events that were lost.

use crate::failure::Result;
use amio::jack::{Client, Event, Events, PortId};
use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

/// How many events may wait. A burst comes where a session of many clients starts.
const CAPACITY: usize = 65_536;

/// The queue of a client.
pub struct Queue {
    events: Events,
    /// Taken out of it already.
    ahead: VecDeque<Event>,
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
            ahead: VecDeque::new(),
            lost: 0,
        })
    }

    /// What has happened and was not returned yet.
    pub fn next(&mut self) -> Next {
        self.take(Events::next)
    }

    /// The same, but waits for an event for this long.
    pub fn wait(&mut self, timeout: Duration) -> Next {
        self.take(|events| events.wait(timeout))
    }

    fn take(&mut self, take: impl FnOnce(&Events) -> Option<Event>) -> Next {
        let lost = self.events.lost();
        if lost > self.lost {
            return Next::Lost(lost - std::mem::replace(&mut self.lost, lost));
        }
        match self.ahead.pop_front().or_else(|| take(&self.events)) {
            Some(Event::Shutdown { reason, .. }) => Next::Shutdown(reason),
            Some(event) => Next::Event(event),
            None => Next::Nothing,
        }
    }

    /// The name of a port as it was at the event that was returned last. By now, jackd may have given the number to
    /// another port; but before, it has told of the end of the port.
    pub fn name_of(&mut self, client: &Client, port: PortId) -> Option<String> {
        let now = client.port_by_id(port).ok().flatten();
        while self.ahead.len() < CAPACITY {
            match self.events.next() {
                Some(event) => self.ahead.push_back(event),
                None => break,
            }
        }
        let mut changes = self
            .ahead
            .iter()
            .filter_map(|event| name_before(event, port));
        match changes.next() {
            Some(name) => name,
            None if self.ahead.len() == CAPACITY => None,
            None => now.map(|port| port.name),
        }
    }
}

/// Readable while an event waits that was not taken out yet.
impl AsFd for Queue {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.events.as_fd()
    }
}

/// The name of a port before an event that has changed it, as far as it is known; `None`: the event has not.
fn name_before(event: &Event, port: PortId) -> Option<Option<String>> {
    match event {
        Event::PortRegistered {
            port: id,
            name,
            exists,
        } if *id == port => Some(name.clone().filter(|_| !exists)),
        Event::PortRenamed {
            port: id, before, ..
        } if *id == port => Some(Some(before.clone())),
        _ => None,
    }
}
