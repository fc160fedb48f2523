//! `amio watch`: what happens on a server, as it happens.

use super::events::{Next, Queue};
use super::{json, open};
use crate::args::Watch;
use crate::failure::{Failure, Result, written};
use crate::interrupt::Interrupt;
use crate::reader::wait_for;
use amio::jack::{Client, Event, LatencyMode, PortId, PropertyAction, PropertyChange};
use serde::Serialize;
use std::collections::HashMap;
use std::io::Write;

/// An event as it is printed.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Line {
    Client {
        name: String,
        exists: bool,
    },
    Port {
        name: Option<String>,
        exists: bool,
    },
    PortRenamed {
        before: String,
        name: String,
    },
    Connection {
        source: Option<String>,
        destination: Option<String>,
        connected: bool,
    },
    GraphOrder,
    Xrun {
        delay_us: f32,
    },
    Period {
        frames: u32,
    },
    FrameRate {
        hz: u32,
    },
    Freewheel {
        on: bool,
    },
    Latency {
        mode: &'static str,
    },
    Property {
        /// As text: not all readers of JSON keep all digits of such a number.
        uuid: String,
        key: Option<String>,
        action: &'static str,
    },
    Lost {
        count: u64,
    },
    Shutdown {
        reason: String,
    },
}

/// Prints events until Ctrl-C, or until the server or the reader of the text goes.
pub fn run(args: &Watch) -> Result<()> {
    let interrupt = Interrupt::catch()?;
    let (client, mut queue) = interrupt.waiting(|| {
        let client = open(&args.server)?;
        let queue = Queue::new(&client)?;
        client.activate()?;
        Ok((client, queue))
    })?;
    let mut names = Names::default();
    while !interrupt.asked() {
        let line = match queue.next() {
            Next::Nothing => {
                wait_for(&queue)?;
                continue;
            }
            Next::Lost(count) => {
                names = Names::default();
                Some(Line::Lost { count })
            }
            Next::Event(event) => names.line(&client, &mut queue, event),
            Next::Shutdown(reason) => {
                let failure = Failure::Runtime(reason.clone());
                print(args, &Line::Shutdown { reason })?;
                return Err(failure);
            }
        };
        if let Some(line) = line {
            print(args, &line)?;
        }
    }
    Ok(())
}

fn print(args: &Watch, line: &Line) -> Result<()> {
    let text = match args.json {
        true => json(line, false)?,
        false => line.text(),
    };
    let mut out = std::io::stdout().lock();
    written("stdout", writeln!(out, "{text}").and_then(|()| out.flush()))
}

/// The names of ports by their numbers, as the events have told. The server may have renamed or replaced a port since.
#[derive(Default)]
struct Names(HashMap<PortId, String>);

impl Names {
    fn of(&mut self, client: &Client, queue: &mut Queue, port: PortId) -> Option<String> {
        let name = match self.0.get(&port) {
            Some(name) => name.clone(),
            None => queue.name_of(client, port)?,
        };
        self.0.insert(port, name.clone());
        Some(name)
    }

    /// `None`: an event of which a reader can make nothing.
    fn line(&mut self, client: &Client, queue: &mut Queue, event: Event) -> Option<Line> {
        Some(match event {
            Event::ClientRegistered { name, exists } => Line::Client { name, exists },
            Event::PortRegistered { port, name, exists } => {
                // What the server has told of a port that has gone may be the name of the next one.
                let known = self.0.remove(&port).filter(|_| !exists);
                let name = known.or(name);
                if let Some(name) = name.clone().filter(|_| exists) {
                    self.0.insert(port, name);
                }
                Line::Port { name, exists }
            }
            Event::PortRenamed { port, before, now } => {
                self.0.insert(port, now.clone());
                Line::PortRenamed { before, name: now }
            }
            Event::PortsConnected {
                source,
                destination,
                connected,
            } => Line::Connection {
                source: self.of(client, queue, source),
                destination: self.of(client, queue, destination),
                connected,
            },
            Event::GraphOrder => Line::GraphOrder,
            Event::Xrun { delay_us } => Line::Xrun { delay_us },
            Event::Period { frames } => Line::Period { frames },
            Event::FrameRate { hz } => Line::FrameRate { hz },
            Event::Freewheel { on } => Line::Freewheel { on },
            Event::Latency { mode } => Line::Latency {
                mode: match mode {
                    LatencyMode::Capture => "capture",
                    LatencyMode::Playback => "playback",
                },
            },
            Event::PropertyChanged(change) => Line::of_property(change),
            _ => return None,
        })
    }
}

impl Line {
    fn of_property(change: PropertyChange) -> Line {
        Line::Property {
            uuid: change.subject.to_string(),
            key: Some(change.key).filter(|key| !key.is_empty()),
            action: match change.action {
                PropertyAction::Created => "created",
                PropertyAction::Changed => "changed",
                PropertyAction::Deleted => "deleted",
            },
        }
    }

    fn text(&self) -> String {
        let named = |name: &Option<String>| name.clone().unwrap_or_else(|| "(unknown)".into());
        let came = |exists: bool| if exists { "added" } else { "removed" };
        match self {
            Line::Client { name, exists } => format!("client {}: {name}", came(*exists)),
            Line::Port { name, exists } => format!("port {}: {}", came(*exists), named(name)),
            Line::PortRenamed { before, name } => format!("port renamed: {before} is now {name}"),
            Line::Connection {
                source,
                destination,
                connected,
            } => {
                let what = if *connected {
                    "connected"
                } else {
                    "disconnected"
                };
                format!("{what}: {} -> {}", named(source), named(destination))
            }
            Line::GraphOrder => "graph order changed".into(),
            Line::Xrun { delay_us } => format!("xrun: {delay_us} us late"),
            Line::Period { frames } => format!("period: {frames} frames"),
            Line::FrameRate { hz } => format!("frame rate: {hz} Hz"),
            Line::Freewheel { on: true } => "freewheeling began".into(),
            Line::Freewheel { on: false } => "freewheeling ended".into(),
            Line::Latency { mode } => format!("{mode} latencies changed"),
            Line::Property { uuid, key, action } => match key {
                Some(key) => format!("property {action}: {key} of {uuid}"),
                None => format!("properties {action}: all of {uuid}"),
            },
            Line::Lost { count } => format!("{count} events were lost"),
            Line::Shutdown { reason } => format!("shutdown: {reason}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_json_is_one_object_with_its_kind() {
        for (line, expected, text) in [
            (
                Line::Connection {
                    source: Some("a:b".into()),
                    destination: None,
                    connected: false,
                },
                r#"{"event":"connection","source":"a:b","destination":null,"connected":false}"#,
                "disconnected: a:b -> (unknown)",
            ),
            (
                Line::GraphOrder,
                r#"{"event":"graph_order"}"#,
                "graph order changed",
            ),
        ] {
            assert_eq!(json(&line, false).expect("JSON"), expected);
            assert_eq!(line.text(), text);
        }
    }
}
