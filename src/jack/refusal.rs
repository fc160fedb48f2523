//! Why a server refuses a connection. libjack gives only a number, which says little.

use super::client::Client;
use super::port_info::PortFlags;
use crate::error::Error;

impl Client {
    /// The reason for which two ports could not be connected, as far as it can be seen from here.
    pub(super) fn why_not_connected(&self, source: &str, destination: &str, code: i32) -> String {
        let (source, destination) = match (self.port(source), self.port(destination)) {
            (Ok(source), Ok(destination)) => (source, destination),
            (Err(Error::InvalidArgument(_)), _) => return format!("there is no port {source}"),
            (_, Err(Error::InvalidArgument(_))) => {
                return format!("there is no port {destination}");
            }
            (Err(error), _) | (_, Err(error)) => return error.to_string(),
        };
        if !source.flags.contains(PortFlags::OUTPUT) {
            return format!("{} is no output", source.name);
        }
        if !destination.flags.contains(PortFlags::INPUT) {
            return format!("{} is no input", destination.name);
        }
        if source.kind != destination.kind {
            return format!(
                "their types differ: {} and {}",
                source.kind.name(),
                destination.kind.name()
            );
        }
        format!("code {code}; is a client of theirs not active?")
    }
}
