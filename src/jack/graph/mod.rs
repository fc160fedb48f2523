//! The ports and connections of a server as a value: taking it, comparing it, making it again.
//!
//! Flow: a client -> [`Graph::snapshot`]; a [`Patch`] says what is to be connected, and with a graph, what is missing;
//! a [`Restorer`] says the same each time that ports have come. Only [`Graph::snapshot`], [`Patch::restore`] and
//! [`Restorer::refresh`] ask the server.
//! Thread: any but the audio thread.

mod bulk;
mod patch;
mod restorer;
mod rule;

pub use bulk::Outcome;
pub use patch::{Others, Patch, Restored};
pub use restorer::Restorer;
pub use rule::Rule;

use super::client::Client;
use super::port_info::{PortFilter, PortFlags, PortType};
use crate::error::{Error, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A connection of an output to an input, by the full names of the ports. Aliases are other names, and do not count.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Link {
    /// The output.
    pub source: String,
    /// The input.
    pub destination: String,
}

impl Link {
    /// The connection between these two ports.
    pub fn new(source: impl Into<String>, destination: impl Into<String>) -> Link {
        Link {
            source: source.into(),
            destination: destination.into(),
        }
    }
}

impl fmt::Display for Link {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} -> {}", self.source, self.destination)
    }
}

/// A port of a graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphPort {
    /// What goes through it.
    pub kind: PortType,
    /// What it is for.
    pub flags: PortFlags,
}

/// The ports of all clients, and the connections between them. Two graphs are equal if they have the same ports and
/// the same connections; numbers that a server gives anew after a restart are not part of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    /// All ports, by their full names.
    pub ports: BTreeMap<String, GraphPort>,
    /// All connections.
    pub links: BTreeSet<Link>,
}

/// What leads from one graph to another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The connections to be made.
    pub to_make: Vec<Link>,
    /// The connections to be ended.
    pub to_end: Vec<Link>,
}

impl Graph {
    /// The graph of the client's server as it is now. If ports come and go meanwhile, some may be missing.
    ///
    /// # Errors
    /// [`Error::InvalidState`]: the client is closed.
    pub fn snapshot(client: &Client) -> Result<Graph> {
        let mut graph = Graph::default();
        for name in client.find_ports(&PortFilter::default())? {
            let Some(port) = unless_gone(client.port(&name))? else {
                continue;
            };
            if port.flags.contains(PortFlags::OUTPUT) {
                let destinations = unless_gone(client.connections(&name))?.unwrap_or_default();
                let links = destinations
                    .into_iter()
                    .map(|other| Link::new(&name, other));
                graph.links.extend(links);
            }
            let (kind, flags) = (port.kind, port.flags);
            graph.ports.insert(name, GraphPort { kind, flags });
        }
        Ok(graph)
    }

    /// The connections that `target` has and this graph has not, and the other way round.
    pub fn diff(&self, target: &Graph) -> Changes {
        Changes::between(&self.links, &target.links)
    }

    /// Whether both ports are there, the first one is an output, the second one an input, and the same goes through
    /// them.
    pub fn can_link(&self, link: &Link) -> bool {
        let (source, destination) = (&link.source, &link.destination);
        match (self.ports.get(source), self.ports.get(destination)) {
            (Some(source), Some(destination)) => {
                source.flags.contains(PortFlags::OUTPUT)
                    && destination.flags.contains(PortFlags::INPUT)
                    && source.kind == destination.kind
            }
            _ => false,
        }
    }
}

impl Changes {
    fn between(present: &BTreeSet<Link>, wanted: &BTreeSet<Link>) -> Changes {
        Changes {
            to_make: wanted.difference(present).cloned().collect(),
            to_end: present.difference(wanted).cloned().collect(),
        }
    }
}

/// What was asked of a port; `None` if it has gone meanwhile.
fn unless_gone<T>(answer: Result<T>) -> Result<Option<T>> {
    match answer {
        Err(Error::InvalidArgument(_)) => Ok(None),
        answer => answer.map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A graph of audio ports. Names of inputs contain "in".
    pub(super) fn graph(ports: &[&str], links: &[(&str, &str)]) -> Graph {
        let port = |name: &&str| {
            let flags = match name.contains(":in") {
                true => PortFlags::INPUT,
                false => PortFlags::OUTPUT,
            };
            let kind = PortType::AUDIO;
            ((*name).to_owned(), GraphPort { kind, flags })
        };
        Graph {
            ports: ports.iter().map(port).collect(),
            links: links
                .iter()
                .map(|(from, to)| Link::new(*from, *to))
                .collect(),
        }
    }

    #[test]
    fn a_difference_names_what_is_to_be_made_and_what_is_to_be_ended() {
        let ports = ["a:out", "b:in1", "b:in2"];
        let before = graph(&ports, &[("a:out", "b:in1")]);
        let after = graph(&ports, &[("a:out", "b:in2")]);
        let expected = Changes {
            to_make: vec![Link::new("a:out", "b:in2")],
            to_end: vec![Link::new("a:out", "b:in1")],
        };
        assert_eq!(before.diff(&after), expected);
        assert_eq!(after.diff(&after), Changes::default());
        assert_ne!(before, after);
    }

    #[test]
    fn only_an_output_and_an_input_of_one_type_can_be_linked() {
        let mut graph = graph(&["a:out", "b:in", "c:in"], &[]);
        if let Some(port) = graph.ports.get_mut("c:in") {
            port.kind = PortType::MIDI;
        }
        for (from, to, can) in [
            ("a:out", "b:in", true),
            ("b:in", "a:out", false),
            ("a:out", "a:out", false),
            ("a:out", "c:in", false),
            ("a:out", "d:in", false),
            ("d:out", "b:in", false),
        ] {
            assert_eq!(graph.can_link(&Link::new(from, to)), can, "{from} -> {to}");
        }
    }
}
