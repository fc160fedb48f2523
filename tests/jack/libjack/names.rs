//! Names of ports: those that are refused, and those that two ports have.

use super::{LONG, on_both_servers, open, until};
use crate::server::{Server, beside};
use amio::Error;
use amio::jack::{Client, LatencyMode, Port, PortFilter, PortFlags};
use std::thread;
use std::time::Instant;

fn all_ports(client: &Client) -> Vec<String> {
    let all = PortFilter::default();
    client.find_ports(&all).expect("it is open")
}

on_both_servers!(beyond_both_an_empty_name_is_no_port, |_: bool| {
    let client = open("empty");
    let (port, _) = client.register_audio_input("in").expect("room");
    client.register_audio_output("out").expect("room");
    client.activate().expect("the server takes it");
    let before = all_ports(&client);
    for refused in [
        client.has_port("").map(drop),
        client.port("").map(drop),
        client.connections("").map(drop),
        client.latency("", LatencyMode::Capture).map(drop),
        client.is_monitored("").map(drop),
        client.request_monitor("", true),
        client.set_alias("", "alias"),
        client.set_alias("empty:in", ""),
        client.unset_alias("empty:in", ""),
        client.rename_port("", "other"),
        client.rename_port("empty:in", ""),
        port.rename(""),
        client.connect("", "empty:in"),
        client.connect("empty:out", ""),
        client.disconnect("", "empty:in"),
        client.register_audio_input("").map(drop),
    ] {
        let error = refused.expect_err("it is no name");
        assert!(matches!(error, Error::InvalidArgument(_)), "{error}");
        assert!(error.to_string().contains("is empty"), "{error}");
    }
    assert_eq!(all_ports(&client), before);
});

on_both_servers!(beyond_both_a_name_is_never_cut, |_: bool| {
    let client = open("cut");
    let (port, _) = client.register_audio_input("short").expect("room");
    client.activate().expect("the server takes it");
    let mut refused = 0;
    for bytes in [200, 250, 252, 253, 255, 256, 257, 300, 316, 400] {
        let name = "x".repeat(bytes);
        match client.register_audio_output(&name) {
            Ok((other, _)) => {
                assert_eq!(other.name().expect("it is there"), format!("cut:{name}"));
                other.unregister().expect("the server takes it");
            }
            Err(error) => {
                refused += 1;
                assert!(matches!(error, Error::Driver { .. }), "{error}");
                let is_there = |name: &String| name.starts_with("cut:x");
                assert!(!all_ports(&client).iter().any(is_there));
            }
        }
        let before = port.name().expect("it is there");
        let kept = match port.rename(&name) {
            Ok(()) => format!("cut:{name}"),
            Err(_) => before,
        };
        assert_eq!(port.name().expect("it is there"), kept);
        assert!(client.has_port(&kept).expect("it is open"));
        port.rename("short").expect("it is free");
    }
    println!("{refused} of 10 names were refused");
});

on_both_servers!(
    beyond_both_two_ports_of_a_client_never_share_a_name,
    |pipewire: bool| {
        let client = open("shared");
        client.activate().expect("the server takes it");
        let register = |name: &str| client.register_audio_output(name).map(|(port, _)| port);
        let (first, second) = (
            register("first").expect("room"),
            register("second").expect("room"),
        );
        let taken = |refused: amio::Result<()>| {
            let error = refused.expect_err("it is taken");
            assert!(
                error.to_string().contains("has this name or alias"),
                "{error}"
            );
        };
        taken(register("first").map(drop));
        taken(first.rename("second"));
        taken(client.rename_port("shared:second", "first"));
        first.rename("other").expect("it is free");
        // PipeWire's library still finds the port by its first name.
        match register("first") {
            Ok(port) if !pipewire => port.unregister().expect("the server takes it"),
            again => taken(again.map(drop)),
        }
        first.rename("first").expect("it is its own");
        first.unregister().expect("the server takes it");
        second.rename("last").expect("it is free");
        until("the name is free", || register("first").is_ok());
    }
);

/// PipeWire's library gives aliases only to ports of its own client.
#[test]
fn beyond_both_a_name_that_is_also_an_alias_of_another_port_is_refused() {
    beside!(Server::Jackd(256), {
        let (other, client) = (open("holder"), open("alias"));
        let (port, _) = other.register_audio_output("out").expect("room");
        client.register_audio_input("in").expect("room");
        other.activate().expect("the server takes it");
        client.activate().expect("the server takes it");
        client.set_alias("holder:out", "alias:late").expect("room");
        let info = client.port("alias:late").expect("an alias is a name");
        assert_eq!(info.name, "holder:out");
        client.connect("alias:late", "alias:in").expect("as well");
        assert_eq!(port.connections().expect("it is there"), ["alias:in"]);
        client
            .set_alias("holder:out", "alias:in")
            .expect("the server takes it");
        for refused in [
            client.port("alias:in").map(drop),
            client.rename_port("alias:in", "oops"),
            client.disconnect("holder:out", "alias:in"),
        ] {
            let error = refused.expect_err("it is the name of one, and an alias of the other");
            assert!(
                error.to_string().contains("an alias of \"holder:out\""),
                "{error}"
            );
        }
    });
}

on_both_servers!(
    beyond_both_ports_come_go_and_are_renamed_while_cycles_run,
    |_: bool| {
        let client = open("crowd");
        client.activate().expect("the server takes it");
        let until = Instant::now() + LONG / 5;
        thread::scope(|scope| {
            for number in 0..8 {
                let client = &client;
                scope.spawn(move || {
                    let mut kept: Option<Port> = None;
                    let mut round = 0;
                    while Instant::now() < until {
                        round += 1;
                        let flags = PortFlags::OUTPUT;
                        let kind = &amio::jack::PortType::AUDIO;
                        let Ok(port) = client.register(&format!("p{number}"), kind, flags) else {
                            // PipeWire's library: the one that was renamed.
                            if let Some(port) = kept.take() {
                                port.unregister().expect("it is there");
                            }
                            continue;
                        };
                        let name = format!("crowd:p{number}");
                        client
                            .rename_port(&name, &format!("x{number}_{round}"))
                            .expect("it is there");
                        if let Some(port) = kept.replace(port) {
                            port.unregister().expect("it is there");
                        }
                    }
                });
            }
        });
    }
);
