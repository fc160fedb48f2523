//! A patch that is made again as clients come and go.

use super::{Graph, Link, Outcome, Patch};
use crate::error::Result;
use crate::jack::client::Client;
use crate::jack::events::Event;
use std::collections::BTreeSet;

/// Makes the connections of a [`Patch`] each time that one of their ports has come. A connection that somebody ends
/// while both ports stay is not made again.
///
/// It is a value: it can outlive a client, and go on with another one, for instance after the server was restarted.
/// A patch that is made of a [`Graph`] remembers the connections of a session.
///
/// ```no_run
/// # use amio::jack::{Client, Patch, Restorer};
/// # use std::time::Duration;
/// # fn follow(client: &Client, patch: Patch) -> Result<(), amio::Error> {
/// let events = client.events(1000)?;
/// client.activate()?;
/// let mut restorer = Restorer::new(patch);
/// restorer.refresh(client)?;
/// while let Some(event) = events.wait(Duration::MAX) {
///     if restorer.notice(&event) {
///         restorer.refresh(client)?;
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Restorer {
    /// What it restores. It may be changed at any time; what is added is made when one of its ports comes.
    pub patch: Patch,
    /// The ports that were there when it last looked, and have not come anew since.
    known: BTreeSet<String>,
    /// To be made as soon as the server accepts it: a port of each has come.
    open: BTreeSet<Link>,
}

impl Restorer {
    /// A restorer that knows of no ports, so it will make all connections of the patch that it can.
    pub fn new(patch: Patch) -> Restorer {
        Restorer {
            patch,
            known: BTreeSet::new(),
            open: BTreeSet::new(),
        }
    }

    /// Takes note of an event. Returns whether there may be something to be made now.
    pub fn notice(&mut self, event: &Event) -> bool {
        match event {
            // A port that has gone and come between two looks is a new one. If it has no name, it has gone again.
            Event::PortRegistered { name, .. } => {
                if let Some(name) = name {
                    self.known.remove(name);
                }
                true
            }
            Event::PortRenamed { before, now, .. } => {
                self.known.remove(before);
                self.known.remove(now);
                true
            }
            // A client that was not active may be so now.
            Event::GraphOrder | Event::ClientRegistered { .. } => true,
            _ => false,
        }
    }

    /// Takes all ports as new at the next look: events were lost, or the server was restarted.
    pub fn forget_ports(&mut self) {
        self.known.clear();
        self.open.clear();
    }

    /// The connections to be made now that the graph is this. Each is returned once; one that fails is to be given to
    /// [`Restorer::retry`].
    pub fn due(&mut self, now: &Graph) -> Vec<Link> {
        let mut open = std::mem::take(&mut self.open);
        let is_new = |port: &String| !self.known.contains(port);
        let wanted = self.patch.wanted(now).into_iter();
        open.extend(wanted.filter(|link| is_new(&link.source) || is_new(&link.destination)));
        self.known = now.ports.keys().cloned().collect();
        let is_due = |link: &Link| now.can_link(link) && !now.links.contains(link);
        open.into_iter().filter(is_due).collect()
    }

    /// Returns a connection at the next look again, if its ports are still there.
    pub fn retry(&mut self, link: Link) {
        self.open.insert(link);
    }

    /// Looks at the client's server, and makes the connections that are due. Those that fail are tried again at the
    /// next look. The client must be active.
    ///
    /// # Errors
    /// [`Error::InvalidState`](crate::Error::InvalidState): the client is closed.
    pub fn refresh(&mut self, client: &Client) -> Result<Vec<Outcome>> {
        let outcomes = client.connect_all(self.due(&Graph::snapshot(client)?));
        for failed in outcomes.iter().filter(|outcome| outcome.result.is_err()) {
            self.retry(failed.link.clone());
        }
        Ok(outcomes)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::graph;
    use super::*;
    use crate::jack::port_id::PortId;

    fn restorer() -> Restorer {
        Restorer::new([link()].into_iter().collect())
    }

    fn link() -> Link {
        Link::new("a:out", "b:in")
    }

    fn came_or_went(name: &str, exists: bool) -> Event {
        Event::PortRegistered {
            port: PortId(1),
            name: Some(name.into()),
            exists,
        }
    }

    #[test]
    fn a_connection_is_made_when_its_second_port_comes_and_when_one_comes_again() {
        let mut restorer = restorer();
        assert_eq!(restorer.due(&graph(&["a:out"], &[])), []);
        let both = graph(&["a:out", "b:in"], &[]);
        assert_eq!(restorer.due(&both), [link()]);
        assert_eq!(restorer.due(&graph(&["b:in"], &[])), []);
        assert_eq!(restorer.due(&both), [link()]);
    }

    #[test]
    fn a_connection_that_is_there_or_that_somebody_ends_is_left_alone() {
        let mut restorer = restorer();
        let ports = ["a:out", "b:in"];
        let linked = graph(&ports, &[("a:out", "b:in")]);
        assert_eq!(restorer.due(&linked), []);
        assert_eq!(restorer.due(&graph(&ports, &[])), []);
    }

    #[test]
    fn what_is_added_to_the_patch_is_remembered_for_the_next_time() {
        let mut restorer = Restorer::new(Patch::default());
        let both = graph(&["a:out", "b:in"], &[]);
        assert_eq!(restorer.due(&both), []);
        restorer.patch.links.insert(link());
        assert_eq!(restorer.due(&both), []);
        restorer.notice(&came_or_went("b:in", true));
        assert_eq!(restorer.due(&both), [link()]);
    }

    #[test]
    fn a_port_that_went_and_came_between_two_looks_is_new() {
        let mut restorer = restorer();
        let both = graph(&["a:out", "b:in"], &[]);
        assert_eq!(restorer.due(&both), [link()]);
        for event in [
            came_or_went("b:in", false),
            came_or_went("a:out", true),
            Event::PortRenamed {
                port: PortId(1),
                before: "b:other".into(),
                now: "b:in".into(),
            },
        ] {
            assert!(restorer.notice(&event));
            assert_eq!(restorer.due(&both), [link()], "{event:?}");
            assert_eq!(restorer.due(&both), []);
        }
        assert!(!restorer.notice(&Event::Xrun { delay_us: 0.0 }));
        restorer.forget_ports();
        assert_eq!(restorer.due(&both), [link()]);
    }

    #[test]
    fn what_was_refused_is_due_again_until_a_port_goes() {
        let mut restorer = restorer();
        let both = graph(&["a:out", "b:in"], &[]);
        assert_eq!(restorer.due(&both), [link()]);
        restorer.retry(link());
        assert_eq!(restorer.due(&both), [link()]);
        restorer.retry(link());
        assert_eq!(restorer.due(&graph(&["a:out"], &[])), []);
        assert_eq!(restorer.due(&both), [link()]);
        assert_eq!(restorer.due(&both), []);
    }
}
