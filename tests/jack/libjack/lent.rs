//! The client that an interface lends. (The list of features calls it "beyond both".)

use super::*;
use crate::jackd::Jackd;
use crate::server::{Server, beside};
use crate::tools::{config, connected_to, run_until, start, wait_for, wait_until};
use amio::jack::{PortFilter, PortFlags, PortType, Property, keys};
use amio::{Config, DriverKind, Error, EventKind, Interface};

on_both_servers!(
    an_interface_lends_its_client_with_ports_metadata_events_and_connections,
    |_| {
        let interface = start(config());
        let client = interface.jack_client().expect("the driver is jack");
        assert_eq!(client.name().expect("open"), interface.client_name());
        let events = client.events(1000).expect("room");

        let own = PortFilter {
            name: format!("^{}:", interface.client_name()),
            kind: PortType::AUDIO.name().into_owned(),
            flags: PortFlags::OUTPUT,
        };
        let ports = client.find_ports(&own).expect("open");
        assert_eq!(ports.len(), 2, "{ports:?}");
        let port = client.port(&ports[0]).expect("it exists");
        let pretty = Property {
            key: keys::PRETTY_NAME.into(),
            value: "Left".into(),
            kind: String::new(),
        };
        assert!(port.is_own);
        client
            .set_property(port.uuid, &pretty)
            .expect("the server takes it");
        let kept = client.property(port.uuid, keys::PRETTY_NAME);
        assert_eq!(kept.expect("open"), Some(pretty));

        // MIDI ports beside those of the interface, on the running client.
        let (output, _writer) = client.register_midi_output("clock").expect("a port");
        let (input, _reader) = client.register_midi_input("keys").expect("a port");
        let (source, destination) = (output.name().expect("open"), input.name().expect("open"));
        client.connect(&source, &destination).expect("both exist");
        expect_event(
            &events,
            "the connection",
            |event| matches!(event, Event::PortsConnected { connected, .. } if *connected),
        );
        let connected = client.connections(&source);
        assert_eq!(connected.expect("it exists"), [destination]);

        let runs = interface.transport().device_frame + 4_096;
        drop(client);
        run_until(&interface, runs);
        let again = interface.jack_client().expect("still there");
        assert!(again.has_port(&source).expect("open"));
        interface.close();
        assert!(matches!(again.name(), Err(Error::InvalidState(_))));
        assert!(matches!(output.name(), Err(Error::InvalidState(_))));
        assert!(matches!(
            interface.jack_client(),
            Err(Error::InvalidState(_))
        ));
    }
);

on_both_servers!(
    what_an_interface_does_itself_is_refused_on_its_client,
    |_| {
        let interface = start(config());
        let client = interface.jack_client().expect("the driver is jack");
        let refused = [
            client.activate(),
            client.deactivate(),
            client.close(),
            client.clear_process(),
            client.set_process(|_| std::ops::ControlFlow::Continue(())),
        ];
        for result in refused {
            let Err(Error::InvalidState(why)) = result else {
                panic!("{result:?}");
            };
            assert!(why.contains("belongs to an interface"), "{why}");
        }
        run_until(&interface, interface.transport().device_frame + 4_096);
    }
);

#[test]
fn other_drivers_have_no_client_to_lend() {
    for driver in [DriverKind::Null, DriverKind::Offline] {
        let interface = Interface::new(Config::new(driver)).expect("an interface");
        let Err(Error::InvalidState(why)) = interface.jack_client() else {
            panic!("it has a client");
        };
        assert!(why.contains(driver.name()), "{why}");
    }
}

#[test]
fn ports_keep_their_new_names_and_their_connections_when_the_server_comes_back() {
    beside!(Server::Jackd(256), {
        let server = Jackd::of_the_script();
        let interface = start(config());
        let client = interface.jack_client().expect("the driver is jack");
        client
            .rename_port("amio:output_r", "right")
            .expect("the server takes it");
        client
            .connect("amio:right", "system:playback_1")
            .expect("both exist");
        wait_until(vec!["system:playback_1".to_owned()], || {
            connected_to("amio:right")
        });
        // The interface has seen both.
        wait_for(&interface, LONG, |event| match event.kind {
            EventKind::LatencyChanged(latency) => (latency.playback_frames > 0).then_some(()),
            _ => None,
        });
        server.signal("-KILL");
        wait_for(&interface, LONG, |event| {
            matches!(event.kind, EventKind::Lost { .. }).then_some(())
        });
        let _server = server.replace();
        wait_for(&interface, LONG, |event| {
            matches!(event.kind, EventKind::Reconnected { .. }).then_some(())
        });
        wait_until(vec!["system:playback_1".to_owned()], || {
            connected_to("amio:right")
        });
        assert!(matches!(client.name(), Err(Error::InvalidState(_))));
        let client = interface.jack_client().expect("another one");
        assert!(client.has_port("amio:right").expect("open"));
    });
}
