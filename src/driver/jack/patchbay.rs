//! The connections of this client's ports: making them, remembering them, making them again. It also remembers
//! what the ports are called.
//!
//! Thread: control threads and the driver's watcher; [`Patchbay::freeze`] on any thread.

use crate::jack::{Client, LatencyMode, Port, PortFilter, PortFlags, PortType};
use crate::lock::Mutex;
use crate::units::Latency;
use std::sync::atomic::{AtomicBool, Ordering};

/// A connection, as (source, destination). A port of this client is written without the client's
/// name, which a server that was restarted may give differently; other ports always have a colon.
pub(super) type Link = (String, String);

/// Of ports that the program has renamed: the first short name, and the present one.
pub(super) type Names = Vec<(String, String)>;

/// The ports of this client, with the short names that they had first.
#[derive(Default)]
pub(super) struct ClientPorts {
    pub inputs: Vec<(String, Port)>,
    pub outputs: Vec<(String, Port)>,
    pub midi_inputs: Vec<(String, Port)>,
    pub midi_outputs: Vec<(String, Port)>,
}

/// What is connected, and what is to be.
#[derive(Default)]
pub(super) struct Patchbay {
    /// As last seen.
    present: Mutex<Vec<Link>>,
    /// As last seen.
    names: Mutex<Names>,
    /// Wanted, but not seen yet.
    missing: Mutex<Vec<Missing>>,
    frozen: AtomicBool,
}

#[derive(Clone)]
struct Missing {
    link: Link,
    /// The server has accepted it. It becomes visible with the next cycle.
    agreed: bool,
}

impl Patchbay {
    /// Keeps the connections as they are: the server is gone, and the next one shall have them.
    pub fn freeze(&self) {
        self.frozen.store(true, Ordering::Release);
    }

    /// The connections, with those that are still to be made again.
    pub fn links(&self) -> Vec<Link> {
        let mut links = self.present.lock().clone();
        links.extend(
            self.missing
                .lock()
                .iter()
                .map(|missing| missing.link.clone()),
        );
        links
    }

    /// What the ports are called, where they were renamed.
    pub fn names(&self) -> Names {
        self.names.lock().clone()
    }

    /// Wants these connections; [`Patchbay::refresh`] makes them as soon as their ports exist.
    pub fn restore(&self, links: Vec<Link>) {
        *self.missing.lock() = links
            .into_iter()
            .map(|link| Missing {
                link,
                agreed: false,
            })
            .collect();
    }

    /// Connects outputs to the device's playback ports, its capture ports to inputs, in order,
    /// for as many as there are on both sides.
    pub fn connect_physical(&self, client: &Client, ports: &ClientPorts) {
        let physical = |side| {
            let filter = PortFilter {
                kind: PortType::AUDIO.name().into_owned(),
                flags: PortFlags::PHYSICAL | side,
                ..PortFilter::default()
            };
            client.find_ports(&filter).unwrap_or_default()
        };
        let playback = physical(PortFlags::INPUT);
        let capture = physical(PortFlags::OUTPUT);
        let outgoing = ports
            .outputs
            .iter()
            .map(|(name, _)| name.clone())
            .zip(playback);
        let incoming = capture
            .into_iter()
            .zip(ports.inputs.iter().map(|(name, _)| name.clone()));
        self.restore(outgoing.chain(incoming).collect());
    }

    /// Makes connections whose ports have appeared, and remembers what is connected. One thread at
    /// a time, so that no connection is asked for twice.
    pub fn refresh(&self, client: &Client, ports: &ClientPorts) {
        // The lists are not locked during a request: the server may hang, and `links` must not wait.
        let mut asked = self.missing.lock().clone();
        for Missing { link, agreed } in &mut asked {
            let (source, destination) = (ports.full_name(&link.0), ports.full_name(&link.1));
            let exists = |port: &str| client.has_port(port).unwrap_or(false);
            let both_exist = exists(&source) && exists(&destination);
            // If it fails, a port is gone again or not ready. The next change of the graph tries again.
            *agreed = both_exist && (*agreed || client.connect(&source, &destination).is_ok());
        }
        let (seen, names) = (ports.links(), ports.names());
        let mut present = self.present.lock();
        if self.frozen.load(Ordering::Acquire) {
            return;
        }
        self.missing.lock().retain_mut(|missing| {
            if let Some(asked) = asked.iter().find(|asked| asked.link == missing.link) {
                missing.agreed = asked.agreed;
            }
            !seen.contains(&missing.link)
        });
        *present = seen;
        *self.names.lock() = names;
    }

    /// The longest latencies of the ports that our audio ports are connected to, as of the last refresh.
    ///
    /// The server computes the latencies of our own ports from these, but some cycles after a
    /// connection was made; until then it says 0.
    pub fn latency(&self, client: &Client, ports: &ClientPorts) -> Latency {
        let mut links = self.present.lock().clone();
        let missing = self.missing.lock();
        let agreed = missing.iter().filter(|missing| missing.agreed);
        links.extend(agreed.map(|missing| missing.link.clone()));
        drop(missing);
        let is_of =
            |side: &[(String, Port)], name: &String| side.iter().any(|(own, _)| own == name);
        links.retain(|(source, destination)| {
            is_of(&ports.outputs, source) || is_of(&ports.inputs, destination)
        });
        // Names of our ports have no colon. A connection between two of our ports reaches no device.
        let longest = |others: &mut dyn Iterator<Item = &String>, mode| {
            let frames = others
                .filter(|other| other.contains(':'))
                .filter_map(|other| client.latency(other, mode).ok())
                .map(|latency| latency.max_frames);
            frames.max().unwrap_or(0)
        };
        Latency {
            capture_frames: longest(
                &mut links.iter().map(|(source, _)| source),
                LatencyMode::Capture,
            ),
            playback_frames: longest(
                &mut links.iter().map(|(_, destination)| destination),
                LatencyMode::Playback,
            ),
        }
    }
}

impl ClientPorts {
    fn links(&self) -> Vec<Link> {
        let mut links = Vec::new();
        for (name, port) in self.outputs.iter().chain(&self.midi_outputs) {
            for destination in port.connections().unwrap_or_default() {
                links.push((name.clone(), self.short_name(destination)));
            }
        }
        for (name, port) in self.inputs.iter().chain(&self.midi_inputs) {
            for source in port.connections().unwrap_or_default() {
                let source = self.short_name(source);
                // Connections among our own ports were seen from the other end.
                if source.contains(':') {
                    links.push((source, name.clone()));
                }
            }
        }
        links
    }

    fn names(&self) -> Names {
        let renamed = |(first, port): &(String, Port)| {
            let full = port.name().ok()?;
            let (_, now) = full.split_once(':')?;
            (now != first).then(|| (first.clone(), now.to_owned()))
        };
        self.all().filter_map(renamed).collect()
    }

    fn short_name(&self, full: String) -> String {
        let has_name = |port: &Port| port.name().is_ok_and(|name| name == full);
        match self.all().find(|(_, port)| has_name(port)) {
            Some((short, _)) => short.clone(),
            None => full,
        }
    }

    fn full_name(&self, name: &str) -> String {
        match self.all().find(|(short, _)| short == name) {
            Some((_, port)) => port.name().unwrap_or_default(),
            None => name.to_owned(),
        }
    }

    fn all(&self) -> impl Iterator<Item = &(String, Port)> {
        let midi = self.midi_inputs.iter().chain(&self.midi_outputs);
        self.inputs.iter().chain(&self.outputs).chain(midi)
    }
}
