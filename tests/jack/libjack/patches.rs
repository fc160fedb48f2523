//! The graph as a value: snapshots, patches, and connections that are made again.

use super::{LONG, on_both_servers, open, until};
use crate::jackd::{Jackd, signal};
use crate::server::{Server, beside};
use crate::tools::wait_until;
use amio::Error;
use amio::jack::{
    Client, ClientOptions, Event, Events, Graph, Link, Others, Patch, PortFlags, Restorer,
};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// An active client with so many audio outputs and as many inputs: `out_1`, `in_1` and so on.
fn client(name: &str, ports: usize) -> Client {
    let client = open(name);
    for number in 1..=ports {
        client
            .register_audio_output(&format!("out_{number}"))
            .expect("room");
        client
            .register_audio_input(&format!("in_{number}"))
            .expect("room");
    }
    client.activate().expect("the server takes it");
    client
}

fn snapshot(client: &Client) -> Graph {
    Graph::snapshot(client).expect("it is open")
}

fn links(pairs: &[(&str, &str)]) -> BTreeSet<Link> {
    pairs
        .iter()
        .map(|(from, to)| Link::new(*from, *to))
        .collect()
}

fn until_linked(client: &Client, expected: &BTreeSet<Link>) {
    until(&format!("{expected:?}"), || {
        snapshot(client).links == *expected
    });
}

on_both_servers!(
    row_16_many_connections_are_made_at_once_with_a_result_for_each,
    |_pipewire: bool| {
        let (a, b) = (client("a", 2), client("b", 2));
        b.register_midi_input("midi").expect("room");
        let expected = links(&[("a:out_1", "b:in_1"), ("b:out_2", "a:in_2")]);
        until("all ports are there", || {
            a.has_port("b:midi").expect("it is open") && b.has_port("a:in_2").expect("it is open")
        });
        let outcomes = a.connect_all(
            [
                ("a:out_1", "b:in_1"),
                ("a:out_1", "nobody:in"),
                ("nobody:out", "b:in_1"),
                ("a:in_1", "b:in_1"),
                ("a:out_1", "b:out_1"),
                ("a:out_1", "b:midi"),
                ("b:out_2", "a:in_2"),
            ]
            .map(|(from, to)| Link::new(from, to)),
        );
        let said: Vec<String> = outcomes
            .iter()
            .map(|outcome| match &outcome.result {
                Ok(()) => String::new(),
                Err(error) => error.to_string(),
            })
            .collect();
        for (said, expected) in said.iter().zip([
            "",
            "there is no port nobody:in",
            "there is no port nobody:out",
            "a:in_1 is no output",
            "b:out_1 is no input",
            "types differ: 32 bit float mono audio and 8 bit raw midi",
            "",
        ]) {
            assert!(said.ends_with(expected), "{said}");
            assert_eq!(said.is_empty(), expected.is_empty(), "{said}");
        }
        until_linked(&b, &expected);
        let graph = snapshot(&b);
        assert!(graph.ports["a:out_1"].flags.contains(PortFlags::OUTPUT));
        assert_eq!(graph.diff(&snapshot(&a)).to_make, []);
        let ended = b.disconnect_all(expected);
        assert!(ended.iter().all(|outcome| outcome.result.is_ok()));
        until_linked(&a, &BTreeSet::new());
        let ended = b.disconnect_all([Link::new("a:out_1", "b:in_1")]);
        assert!(matches!(ended[0].result, Err(Error::Driver { .. })));
    }
);

on_both_servers!(
    row_16_a_patch_ends_other_connections_or_keeps_them,
    |_pipewire: bool| {
        let (a, _b) = (client("a", 3), client("b", 3));
        until("all ports are there", || {
            a.has_port("b:in_3").expect("it is open")
        });
        let other = links(&[("b:out_1", "a:in_1")]);
        a.connect_all(other.clone());
        until_linked(&a, &other);
        let patch = Patch {
            links: links(&[("a:out_3", "b:in_1"), ("away:out", "b:in_1")]),
            rules: vec![r"a:out_([12]) -> b:in_\1".parse().expect("a rule")],
        };
        let restored = patch.restore(&a, Others::Keep).expect("it is open");
        assert_eq!((restored.made.len(), restored.ended.len()), (4, 0));
        let failed: Vec<_> = restored.made.iter().filter(|o| o.result.is_err()).collect();
        assert_eq!(failed.len(), 1, "{failed:?}");
        assert_eq!(failed[0].link, Link::new("away:out", "b:in_1"));
        let mut expected = links(&[
            ("a:out_1", "b:in_1"),
            ("a:out_2", "b:in_2"),
            ("a:out_3", "b:in_1"),
        ]);
        expected.extend(other);
        until_linked(&a, &expected);
        let restored = patch.restore(&a, Others::End).expect("it is open");
        assert_eq!((restored.made.len(), restored.ended.len()), (1, 1));
        expected.remove(&Link::new("b:out_1", "a:in_1"));
        until_linked(&a, &expected);
    }
);

/// 50 clients with 200 connections; the server is killed and another one started; the clients come back in another
/// order.
#[test]
fn row_16_the_graph_comes_back_after_a_restart_of_the_server_jackd() {
    beside!(Server::Jackd(1024), {
        let server = Jackd::of_the_script();
        comes_back(50, || {
            server.signal("-KILL");
            server.replace()
        });
    });
}

#[test]
fn row_16_the_graph_comes_back_after_a_restart_of_the_server_pipewire() {
    beside!(Server::PipeWire, {
        comes_back(50, || {
            let server = std::env::var("PIPEWIRE_PID").expect("set by the script");
            signal(&server, "-KILL");
            wait_until(false, || Path::new("/proc").join(&server).exists());
            let settings = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/servers/pipewire.conf");
            Ended(
                Command::new("pipewire")
                    .args(["-c", settings])
                    .stderr(Stdio::null())
                    .spawn()
                    .expect("it is installed"),
            )
        });
    });
}

/// A process that ends with this.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0
            .kill()
            .and_then(|()| self.0.wait())
            .expect("it is our child");
    }
}

/// `replace` kills the server and starts another one.
fn comes_back<S>(count: usize, replace: impl FnOnce() -> S) {
    let mut random = Random(12);
    let clients = band(count);
    let before = connected(&clients[0], count, &mut random);
    assert_eq!(before.links.len(), 4 * count);
    let events = clients[0].events(10_000).expect("there is memory");
    let _server = replace();
    super::expect_event(&events, "the end", |event| {
        matches!(event, Event::Shutdown { .. })
    });
    drop(clients);

    let mut observer = None;
    until("the server is back", || {
        observer = Client::open("observer", &ClientOptions::default()).ok();
        observer.is_some()
    });
    let observer = observer.expect("just opened");
    let events = observer.events(10_000).expect("there is memory");
    observer.activate().expect("the server takes it");
    let mut restorer = Restorer::new(Patch::from(&before));
    let names = random.names(count);
    come_back(&names, &before, &observer, &events, &mut restorer);
}

/// So many clients with two outputs and two inputs each.
fn band(count: usize) -> Vec<Client> {
    (1..=count).map(|number| client(&name(number), 2)).collect()
}

fn name(number: usize) -> String {
    format!("client_{number}")
}

/// Makes four connections for each client, at random; returns the graph.
fn connected(client: &Client, count: usize, random: &mut Random) -> Graph {
    let mut wanted = BTreeSet::new();
    let mut port = |side: &str| {
        let (owner, number) = (random.below(count) + 1, random.below(2) + 1);
        format!("{}:{side}_{number}", name(owner))
    };
    while wanted.len() < 4 * count {
        wanted.insert(Link::new(port("out"), port("in")));
    }
    let last = format!("{}:in_2", name(count));
    until("all ports are there", || {
        client.has_port(&last).expect("it is open")
    });
    let outcomes = client.connect_all(wanted.clone());
    assert!(
        outcomes.iter().all(|outcome| outcome.result.is_ok()),
        "{outcomes:?}"
    );
    until_linked(client, &wanted);
    snapshot(client)
}

/// Opens the clients in this order, beside a restorer, and waits until the graph is as before.
fn come_back(
    names: &[String],
    before: &Graph,
    observer: &Client,
    events: &Events,
    restorer: &mut Restorer,
) {
    let begin = Instant::now();
    let mut made = 0;
    std::thread::scope(|scope| {
        let clients = scope.spawn(|| {
            let open = |name: &String| client(name, 2);
            names.iter().map(open).collect::<Vec<Client>>()
        });
        restorer.refresh(observer).expect("it is open");
        while snapshot(observer) != *before {
            assert!(
                begin.elapsed() < LONG,
                "{:?}",
                snapshot(observer).diff(before)
            );
            let Some(event) = events.wait(Duration::from_millis(100)) else {
                continue;
            };
            let mut something = restorer.notice(&event);
            while let Some(event) = events.next() {
                something |= restorer.notice(&event);
            }
            if something {
                let outcomes = restorer.refresh(observer).expect("it is open");
                made += outcomes.iter().filter(|o| o.result.is_ok()).count();
            }
        }
        drop(clients.join().expect("all are open"));
    });
    assert_eq!((events.lost(), made), (0, before.links.len()));
    println!(
        "{} clients, {made} connections: back after {:?}",
        names.len(),
        begin.elapsed()
    );
}

/// Numbers that are the same in each run (Knuth's MMIX generator).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    /// The names of so many clients in any order.
    fn names(&mut self, count: usize) -> Vec<String> {
        let mut names: Vec<String> = (1..=count).map(name).collect();
        for end in (1..count).rev() {
            names.swap(end, self.below(end + 1));
        }
        names
    }
}
