//! What is to be connected.

use super::{Changes, Graph, Link, Outcome, Rule};
use crate::error::Result;
use crate::jack::client::Client;
use std::collections::BTreeSet;

/// The connections that are to be there: by the names of their ports, and by rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patch {
    /// Connections by name.
    pub links: BTreeSet<Link>,
    /// Connections of all outputs that match. Where no such input exists, or one of another type, a rule asks for
    /// nothing.
    pub rules: Vec<Rule>,
}

/// What becomes of connections that a patch does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    /// They stay.
    Keep,
    /// They are ended.
    End,
}

/// What a restored patch has changed. Connections that were there already are not named.
#[derive(Debug, Default)]
pub struct Restored {
    /// The connections that were to be made: also those whose ports do not exist.
    pub made: Vec<Outcome>,
    /// The connections that were to be ended.
    pub ended: Vec<Outcome>,
}

impl Patch {
    /// All connections that the patch asks for among the ports of a graph; those that are given by name also if their
    /// ports do not exist.
    pub fn wanted(&self, graph: &Graph) -> BTreeSet<Link> {
        let mut wanted = self.links.clone();
        for rule in &self.rules {
            let links = graph.ports.keys().filter_map(|name| rule.link(name));
            wanted.extend(links.filter(|link| graph.can_link(link)));
        }
        wanted
    }

    /// What leads from a graph to this patch.
    pub fn changes(&self, graph: &Graph, others: Others) -> Changes {
        let mut changes = Changes::between(&graph.links, &self.wanted(graph));
        if others == Others::Keep {
            changes.to_end.clear();
        }
        changes
    }

    /// Ends what is to be ended on the client's server, then makes what is missing. The client must be active; so must
    /// those whose ports are connected.
    ///
    /// # Errors
    /// [`Error::InvalidState`](crate::Error::InvalidState): the client is closed. What cannot be made or ended is
    /// no error of the whole: see [`Restored`].
    pub fn restore(&self, client: &Client, others: Others) -> Result<Restored> {
        let Changes { to_make, to_end } = self.changes(&Graph::snapshot(client)?, others);
        let ended = client.disconnect_all(to_end);
        let made = client.connect_all(to_make);
        Ok(Restored { made, ended })
    }
}

/// The connections of a graph.
impl From<&Graph> for Patch {
    fn from(graph: &Graph) -> Patch {
        graph.links.iter().cloned().collect()
    }
}

impl FromIterator<Link> for Patch {
    fn from_iter<T: IntoIterator<Item = Link>>(links: T) -> Patch {
        Patch {
            links: links.into_iter().collect(),
            rules: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::graph;
    use super::*;

    #[test]
    fn names_ask_for_ports_that_are_not_there_and_rules_only_for_those_that_are() {
        let patch = Patch {
            links: [Link::new("x:out", "y:in")].into(),
            rules: vec![r"a:out(\d) -> b:in\1".parse().expect("a rule")],
        };
        let graph = graph(
            &["a:out1", "a:out2", "a:out3", "b:in1", "b:in2", "b:out3"],
            &[("a:out2", "b:in2"), ("a:out3", "b:in1")],
        );
        let changes = patch.changes(&graph, Others::End);
        let expected = Changes {
            to_make: vec![Link::new("a:out1", "b:in1"), Link::new("x:out", "y:in")],
            to_end: vec![Link::new("a:out3", "b:in1")],
        };
        assert_eq!(changes, expected);
        let changes = patch.changes(&graph, Others::Keep);
        assert_eq!(
            (changes.to_make, changes.to_end),
            (expected.to_make, vec![])
        );
    }
}
