//! `amio connect` and `amio disconnect`.

use super::{run, until};
use crate::args::{Connect, Disconnect};
use crate::failure::{Failure, Result};
use crate::status::Status;
use amio::jack::{Client, Link, PortFlags};

/// Connects two ports, and waits until all can see it.
pub fn connect(args: &Connect) -> Result<()> {
    let client = run(&args.server)?;
    client.connect(&args.source, &args.destination)?;
    let link = Link::new(&args.source, &args.destination);
    until(&format!("{link} is not connected"), || {
        are_connected(&client, &link)
    })
}

/// Disconnects two ports, or ends all connections of one.
pub fn disconnect(args: &Disconnect, status: Status) -> Result<()> {
    let client = run(&args.server)?;
    let links = match &args.destination {
        Some(destination) => {
            let link = Link::new(&args.port, destination);
            if !is_output(&client, &args.port)? {
                return Err(Failure::Runtime(format!(
                    "disconnecting {} from {destination} failed: {0} is no output",
                    args.port
                )));
            }
            if !are_connected(&client, &link)? {
                return Err(Failure::Runtime(format!("{link} is not connected")));
            }
            vec![link]
        }
        None => all_of(&client, &args.port)?,
    };
    for outcome in client.disconnect_all(links) {
        outcome.result?;
        until(&format!("{} is still connected", outcome.link), || {
            Ok(!are_connected(&client, &outcome.link)?)
        })?;
        status.say(format_args!("ended {}", outcome.link));
    }
    Ok(())
}

fn are_connected(client: &Client, link: &Link) -> Result<bool> {
    // The name may be an alias; connections have full names.
    let destination = client.port(&link.destination)?.name;
    Ok(client.connections(&link.source)?.contains(&destination))
}

fn is_output(client: &Client, port: &str) -> Result<bool> {
    Ok(client.port(port)?.flags.contains(PortFlags::OUTPUT))
}

fn all_of(client: &Client, port: &str) -> Result<Vec<Link>> {
    let is_output = is_output(client, port)?;
    let link = |other: String| match is_output {
        true => Link::new(port, other),
        false => Link::new(other, port),
    };
    Ok(client.connections(port)?.into_iter().map(link).collect())
}
