//! `amio ports`: the ports of all clients, as a table, a tree, names or JSON.

use super::{json, run, type_name};
use crate::args::Ports;
use crate::failure::{Failure, Result, printed};
use amio::Error;
use amio::jack::{Client, LatencyMode, LatencyRange, PortFilter, PortFlags, PortInfo, PortType};
use serde::Serialize;
use std::io::Write;

/// A port with all that is printed of it.
#[derive(Serialize)]
struct Port {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    direction: &'static str,
    physical: bool,
    terminal: bool,
    can_monitor: bool,
    aliases: Vec<String>,
    /// As text: not all readers of JSON keep all digits of such a number.
    uuid: String,
    capture_latency: Latency,
    playback_latency: Latency,
    connections: Vec<String>,
}

#[derive(Clone, Copy, Serialize)]
struct Latency {
    min_frames: u32,
    max_frames: u32,
}

/// Runs the subcommand.
pub fn run_ports(args: &Ports) -> Result<()> {
    // Names need no cycle, and a shell that completes them waits.
    let client = match args.names {
        true => super::open(&args.server)?,
        false => run(&args.server)?,
    };
    let names = client.find_ports(&filter(args))?;
    if names.is_empty() {
        check_pattern(&client, &args.pattern)?;
    }
    let text = if args.names {
        names.iter().map(|name| format!("{name}\n")).collect()
    } else {
        let mut ports = Vec::new();
        for name in &names {
            match port(&client, name) {
                Ok(port) => ports.push(port),
                // It has gone meanwhile.
                Err(Error::InvalidArgument(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        match (args.json, args.connections) {
            (true, _) => json(&ports, true)? + "\n",
            (_, true) => tree(&ports),
            _ => table(&ports),
        }
    };
    printed(std::io::stdout().write_all(text.as_bytes()))
}

/// Refuses what is no regular expression. libjack does not tell: it finds no ports with it.
fn check_pattern(client: &Client, pattern: &str) -> Result<()> {
    let find = |name: String| {
        client.find_ports(&PortFilter {
            name,
            ..PortFilter::default()
        })
    };
    if !find(String::new())?.is_empty() && find(format!("{pattern}|.*"))?.is_empty() {
        return Err(Failure::Usage(format!(
            "PATTERN is {pattern:?}, which is no regular expression"
        )));
    }
    Ok(())
}

fn filter(args: &Ports) -> PortFilter {
    let mut flags = PortFlags::default();
    for (asked, flag) in [
        (args.outputs, PortFlags::OUTPUT),
        (args.inputs, PortFlags::INPUT),
        (args.physical, PortFlags::PHYSICAL),
    ] {
        if asked {
            flags |= flag;
        }
    }
    let kind = match (args.audio, args.midi) {
        (true, _) => PortType::AUDIO.name().into_owned(),
        (_, true) => PortType::MIDI.name().into_owned(),
        _ => String::new(),
    };
    PortFilter {
        name: args.pattern.clone(),
        kind,
        flags,
    }
}

fn port(client: &Client, name: &str) -> amio::Result<Port> {
    let info = client.port(name)?;
    let PortInfo { kind, flags, .. } = &info;
    Ok(Port {
        kind: type_name(kind),
        direction: match flags.contains(PortFlags::OUTPUT) {
            true => "output",
            false => "input",
        },
        physical: flags.contains(PortFlags::PHYSICAL),
        terminal: flags.contains(PortFlags::TERMINAL),
        can_monitor: flags.contains(PortFlags::CAN_MONITOR),
        uuid: info.uuid.to_string(),
        capture_latency: client.latency(name, LatencyMode::Capture)?.into(),
        playback_latency: client.latency(name, LatencyMode::Playback)?.into(),
        connections: client.connections(name)?,
        aliases: info.aliases,
        name: info.name,
    })
}

impl From<LatencyRange> for Latency {
    fn from(range: LatencyRange) -> Latency {
        Latency {
            min_frames: range.min_frames,
            max_frames: range.max_frames,
        }
    }
}

impl Latency {
    fn text(self) -> String {
        match self.min_frames == self.max_frames {
            true => self.min_frames.to_string(),
            false => format!("{}-{}", self.min_frames, self.max_frames),
        }
    }
}

impl Port {
    /// Flags and aliases in words.
    fn properties(&self) -> String {
        let flags = [
            (self.physical, "physical"),
            (self.terminal, "terminal"),
            (self.can_monitor, "can be monitored"),
        ];
        let flags = flags.iter().filter(|flag| flag.0).map(|flag| flag.1.into());
        let aliases = self.aliases.iter().map(|alias| format!("alias {alias}"));
        flags.chain(aliases).collect::<Vec<String>>().join(", ")
    }
}

fn table(ports: &[Port]) -> String {
    let head = [
        "NAME",
        "TYPE",
        "DIRECTION",
        "CAPTURE",
        "PLAYBACK",
        "PROPERTIES",
    ];
    let mut rows = vec![head.map(str::to_owned)];
    rows.extend(ports.iter().map(|port| {
        [
            port.name.clone(),
            port.kind.clone(),
            port.direction.to_owned(),
            port.capture_latency.text(),
            port.playback_latency.text(),
            port.properties(),
        ]
    }));
    let width = |column: usize| {
        let widths = rows.iter().map(|row| row[column].chars().count());
        widths.max().unwrap_or(0)
    };
    let widths: [usize; 6] = std::array::from_fn(width);
    let mut text = String::new();
    for row in &rows {
        let cells = row.iter().zip(widths);
        let cells: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        text += cells.join("  ").trim_end();
        text += "\n";
    }
    text
}

/// Clients, below each its ports, below each what it is connected to.
fn tree(ports: &[Port]) -> String {
    let client = |port: &Port| match port.name.split_once(':') {
        Some((client, _)) => client.to_owned(),
        None => String::new(),
    };
    let mut text = String::new();
    // The ports of a client need not follow each other.
    let mut clients: Vec<String> = Vec::new();
    for port in ports {
        if !clients.contains(&client(port)) {
            clients.push(client(port));
        }
    }
    for name in clients {
        text += &format!("{name}\n");
        let own: Vec<&Port> = ports.iter().filter(|port| client(port) == name).collect();
        for (number, port) in own.iter().enumerate() {
            let is_last = number + 1 == own.len();
            let (branch, below) = branches(is_last);
            let short = port.name.get(name.len() + 1..).unwrap_or(&port.name);
            let arrow = match port.direction {
                "output" => "->",
                _ => "<-",
            };
            text += &format!("{branch}{short} ({} {})\n", port.kind, port.direction);
            for (number, other) in port.connections.iter().enumerate() {
                let (branch, _) = branches(number + 1 == port.connections.len());
                text += &format!("{below}{branch}{arrow} {other}\n");
            }
        }
    }
    text
}

/// What is before a thing in a tree, and before what is below it.
fn branches(is_last: bool) -> (&'static str, &'static str) {
    match is_last {
        true => ("└─ ", "   "),
        false => ("├─ ", "│  "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(name: &str, direction: &'static str, connections: &[&str]) -> Port {
        let latency = |max_frames| Latency {
            min_frames: 0,
            max_frames,
        };
        Port {
            name: name.into(),
            kind: "audio".into(),
            direction,
            physical: name.starts_with("system"),
            terminal: false,
            can_monitor: false,
            aliases: vec![],
            uuid: "1".into(),
            capture_latency: latency(0),
            playback_latency: latency(512),
            connections: connections.iter().map(|name| (*name).into()).collect(),
        }
    }

    fn ports() -> Vec<Port> {
        vec![
            port("a:x", "output", &["system:in", "b:y"]),
            port("system:in", "input", &["a:x"]),
            port("a:z", "output", &[]),
        ]
    }

    #[test]
    fn a_table_has_a_line_for_each_port() {
        let expected = "\
            NAME       TYPE   DIRECTION  CAPTURE  PLAYBACK  PROPERTIES\n\
            a:x        audio  output     0        0-512\n\
            system:in  audio  input      0        0-512     physical\n\
            a:z        audio  output     0        0-512\n";
        assert_eq!(table(&ports()), expected);
    }

    #[test]
    fn a_tree_has_clients_their_ports_and_their_connections() {
        let expected = "\
a
├─ x (audio output)
│  ├─ -> system:in
│  └─ -> b:y
└─ z (audio output)
system
└─ in (audio input)
   └─ <- a:x
";
        assert_eq!(tree(&ports()), expected);
    }
}
