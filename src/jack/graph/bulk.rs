//! Many connections at once, with a result for each.

use super::Link;
use crate::error::Result;
use crate::jack::client::Client;

/// What has become of one connection.
#[derive(Debug)]
pub struct Outcome {
    /// The connection.
    pub link: Link,
    /// Why it could not be made or ended.
    pub result: Result<()>,
}

/// Many connections at once. One that fails does not keep the others from being made or ended.
impl Client {
    /// Makes all these connections, in this order; those that are there already stay. Errors of each:
    /// [`Client::connect`].
    pub fn connect_all(&self, links: impl IntoIterator<Item = Link>) -> Vec<Outcome> {
        each(links, |link| self.connect(&link.source, &link.destination))
    }

    /// Ends all these connections, in this order. Errors of each: [`Client::disconnect`].
    pub fn disconnect_all(&self, links: impl IntoIterator<Item = Link>) -> Vec<Outcome> {
        each(links, |link| {
            self.disconnect(&link.source, &link.destination)
        })
    }
}

fn each(
    links: impl IntoIterator<Item = Link>,
    change: impl Fn(&Link) -> Result<()>,
) -> Vec<Outcome> {
    let outcome = |link| Outcome {
        result: change(&link),
        link,
    };
    links.into_iter().map(outcome).collect()
}
