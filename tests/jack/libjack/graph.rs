//! Ports and connections.

use super::{expect_event, on_both_servers, open, until};
use amio::Error;
use amio::jack::{
    BlockOptions, Event, LatencyMode, LatencyRange, Port, PortFilter, PortFlags, PortType,
};

on_both_servers!(row_03_ports_of_all_kinds_come_and_go, |_pipewire: bool| {
    let (client, observer) = (open("ports"), open("observer"));
    let events = observer.events(1000).expect("there is memory");
    observer.activate().expect("the server takes it");
    let (audio_in, _) = client.register_audio_input("audio_in").expect("room");
    let (_, _) = client.register_audio_output("audio_out").expect("room");
    let (_, _) = client.register_midi_input("midi_in").expect("room");
    let (_, _) = client.register_midi_output("midi_out").expect("room");
    let special = PortFlags::OUTPUT | PortFlags::TERMINAL | PortFlags::PHYSICAL;
    client
        .register("special", &PortType::AUDIO, special)
        .expect("room");
    client.activate().expect("the server takes it");
    let all = |kind: PortType, flags| {
        let mut names = client
            .find_ports(&PortFilter {
                name: "^ports:".into(),
                kind: kind.name().into_owned(),
                flags,
            })
            .expect("it is open");
        names.sort();
        names
    };
    let none = PortFlags::default();
    until("all ports are there", || {
        all(PortType::AUDIO, none).len() == 3
    });
    assert_eq!(
        all(PortType::AUDIO, none),
        ["ports:audio_in", "ports:audio_out", "ports:special"]
    );
    assert_eq!(all(PortType::MIDI, PortFlags::INPUT), ["ports:midi_in"]);
    assert_eq!(all(PortType::AUDIO, PortFlags::TERMINAL), ["ports:special"]);
    assert_eq!(all(PortType::AUDIO, PortFlags::PHYSICAL), ["ports:special"]);
    let special = client.port("ports:special").expect("it is there");
    assert!(
        special
            .flags
            .contains(PortFlags::TERMINAL | PortFlags::OUTPUT)
    );
    assert!(special.is_own && special.kind == PortType::AUDIO);
    assert_eq!(
        (special.client_name(), special.short_name()),
        ("ports", "special")
    );
    until("the other client sees it", || {
        observer.has_port("ports:special").expect("it is open")
    });
    assert!(!observer.port("ports:special").expect("it is there").is_own);
    let came = expect_event(
        &events,
        "the port",
        |event| matches!(event, Event::PortRegistered { name: Some(name), exists: true, .. } if name == "ports:audio_in"),
    );
    let Event::PortRegistered { port, .. } = came else {
        unreachable!()
    };
    let by_id = observer
        .port_by_id(port)
        .expect("it is open")
        .expect("it is there");
    assert_eq!(by_id.name, "ports:audio_in");
    audio_in.unregister().expect("it is there");
    expect_event(
        &events,
        "its end",
        |event| matches!(event, Event::PortRegistered { port: gone, exists: false, .. } if *gone == port),
    );
    until("it is gone", || {
        !client.has_port("ports:audio_in").expect("it is open")
    });
    let gone = audio_in.unregister().expect_err("it is gone");
    assert!(gone.to_string().contains("unregistered"), "{gone}");
    assert!(matches!(audio_in.name(), Err(Error::InvalidState(_))));
    // Its name is free again.
    client.register_midi_output("audio_in").expect("room");
});

on_both_servers!(
    row_04_ports_are_connected_and_disconnected,
    |_pipewire: bool| {
        let (source, sink) = (open("source"), open("sink"));
        let (output, _) = source.register_audio_output("out").expect("room");
        let (input, _) = sink.register_audio_input("in").expect("room");
        let events = sink.events(1000).expect("there is memory");
        source.activate().expect("the server takes it");
        sink.activate().expect("the server takes it");
        until("both know both", || {
            sink.has_port("source:out").expect("it is open")
                && source.has_port("sink:in").expect("it is open")
        });
        sink.connect("source:out", "sink:in")
            .expect("both are there");
        sink.connect("source:out", "sink:in")
            .expect("they are connected already");
        let told = expect_event(&events, "the connection", |event| {
            matches!(
                event,
                Event::PortsConnected {
                    connected: true,
                    ..
                }
            )
        });
        let Event::PortsConnected {
            source: from,
            destination: to,
            ..
        } = told
        else {
            unreachable!()
        };
        let name = |id| {
            sink.port_by_id(id)
                .expect("it is open")
                .expect("it is there")
                .name
        };
        assert_eq!(
            (name(from), name(to)),
            ("source:out".into(), "sink:in".into())
        );
        until("all see it", || {
            output.connections().expect("it is there") == ["sink:in"]
                && input.connections().expect("it is there") == ["source:out"]
                && source.connections("sink:in").expect("it is there") == ["source:out"]
        });
        sink.disconnect("source:out", "sink:in")
            .expect("they are connected");
        expect_event(&events, "its end", |event| {
            matches!(
                event,
                Event::PortsConnected {
                    connected: false,
                    ..
                }
            )
        });
        until("all see it", || {
            input.connections().expect("it is there").is_empty()
        });
        assert!(matches!(
            sink.disconnect("source:out", "sink:in"),
            Err(Error::Driver { .. })
        ));
        source
            .connect("source:out", "sink:in")
            .expect("both are there");
        until("it is connected", || {
            !output.connections().expect("it is there").is_empty()
        });
        output.disconnect_all().expect("the server takes it");
        until("it is not", || {
            output.connections().expect("it is there").is_empty()
        });
        for (from, to) in [("sink:in", "source:out"), ("source:out", "source:out")] {
            assert!(
                matches!(sink.connect(from, to), Err(Error::Driver { .. })),
                "{from} to {to}"
            );
        }
    }
);

on_both_servers!(row_09_ports_have_names_and_aliases, |pipewire: bool| {
    let (client, observer) = (open("named"), open("observer"));
    let events = observer.events(1000).expect("there is memory");
    observer.activate().expect("the server takes it");
    let (port, _) = client.register_audio_input("before").expect("room");
    client.activate().expect("the server takes it");
    port.rename("after").expect("the name is free");
    assert_eq!(port.name().expect("it is there"), "named:after");
    // PipeWire's library of version 0.3.65 tells other clients of no name.
    if !pipewire {
        expect_event(
            &events,
            "the name",
            |event| matches!(event, Event::PortRenamed { now, .. } if now == "named:after"),
        );
    }
    assert!(client.has_port("named:after").expect("it is open"));
    let before = client.port("named:after").expect("it is there").aliases;
    client.set_alias("named:after", "left").expect("room");
    until("the alias", || {
        client
            .port("named:after")
            .expect("it is there")
            .aliases
            .contains(&"left".into())
    });
    assert!(client.has_port("left").expect("it is open") || pipewire);
    client
        .unset_alias("named:after", "left")
        .expect("it is there");
    // PipeWire's library of version 0.3.65 keeps an alias.
    if !pipewire {
        until("its end", || {
            client.port("named:after").expect("it is there").aliases == before
        });
    }
    if !pipewire {
        client
            .request_monitor("named:after", true)
            .expect("it is taken");
        client.is_monitored("named:after").expect("it is there");
        client
            .request_monitor("named:after", false)
            .expect("it is taken");
    }
});

on_both_servers!(
    row_16_latencies_are_those_of_the_device,
    |pipewire: bool| {
        let client = open("latencies");
        let (port, _) = client.register_audio_input("in").expect("room");
        client.activate().expect("the server takes it");
        let device = PortFilter {
            flags: PortFlags::PHYSICAL | PortFlags::OUTPUT,
            kind: PortType::AUDIO.name().into_owned(),
            ..PortFilter::default()
        };
        until("a device", || {
            !client.find_ports(&device).expect("it is open").is_empty() || pipewire
        });
        let Some(capture) = client
            .find_ports(&device)
            .expect("it is open")
            .into_iter()
            .next()
        else {
            return;
        };
        client
            .connect(&capture, "latencies:in")
            .expect("both are there");
        client.recompute_latencies().expect("the server takes it");
        until("the latency reaches the port", || {
            let there = client
                .latency(&capture, LatencyMode::Capture)
                .expect("it is there");
            there == port.latency(LatencyMode::Capture).expect("it is there")
                && (there.max_frames > 0 || pipewire)
        });
    }
);

on_both_servers!(
    beyond_both_a_client_passes_latencies_on_and_adds_its_own,
    |pipewire: bool| {
        let (client, before, behind) = (open("middle"), open("before"), open("behind"));
        let (out_before, _) = before.register_audio_output("out").expect("room");
        let (in_behind, _) = behind.register_audio_input("in").expect("room");
        let (input, audio_in) = client.register_audio_input("in").expect("room");
        let (output, audio_out) = client.register_audio_output("out").expect("room");
        for client in [&client, &before, &behind] {
            client.activate().expect("the server takes it");
        }
        until("all ports", || {
            client.has_port("before:out").expect("it is open")
                && client.has_port("behind:in").expect("it is open")
        });
        client.connect("before:out", "middle:in").expect("there");
        client.connect("middle:out", "behind:in").expect("there");
        let range = |min_frames, max_frames| LatencyRange {
            min_frames,
            max_frames,
        };
        let set = |port: &Port, mode, range: Option<LatencyRange>| {
            port.set_latency(mode, range).expect("the server takes it");
        };
        let expect = |what: &str, port: &Port, mode, range: LatencyRange| {
            until(what, || {
                if pipewire {
                    // There it does not pass on what others change.
                    client.recompute_latencies().expect("it is open");
                }
                port.latency(mode).expect("it is there") == range
            });
        };
        set(&out_before, LatencyMode::Capture, Some(range(100, 120)));
        set(&in_behind, LatencyMode::Playback, Some(range(7, 9)));
        expect("it comes in", &input, LatencyMode::Capture, range(100, 120));
        expect(
            "it goes on",
            &in_behind,
            LatencyMode::Capture,
            range(100, 120),
        );
        expect(
            "it comes back",
            &out_before,
            LatencyMode::Playback,
            range(7, 9),
        );
        // Blocks add theirs.
        let blocks = client
            .exchange_blocks(vec![audio_in], vec![audio_out], BlockOptions::default())
            .expect("it is open");
        let more = blocks.latency_frames();
        expect(
            "with blocks",
            &in_behind,
            LatencyMode::Capture,
            range(100 + more, 120 + more),
        );
        expect(
            "and back",
            &out_before,
            LatencyMode::Playback,
            range(7 + more, 9 + more),
        );
        set(&output, LatencyMode::Capture, Some(range(1, 2)));
        expect("its own", &in_behind, LatencyMode::Capture, range(1, 2));
        drop(blocks);
        set(&output, LatencyMode::Capture, None);
        expect("without", &in_behind, LatencyMode::Capture, range(100, 120));
        let reversed = output.set_latency(LatencyMode::Capture, Some(range(2, 1)));
        assert!(matches!(reversed, Err(Error::InvalidArgument(_))));
    }
);
