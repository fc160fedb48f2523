//! Clients: opening, names, what they are told of the server, closing.

use super::{expect_event, on_both_servers, open, until};
use amio::jack::{self, Client, ClientOptions, Event, Property, Status, keys};
use amio::{Error, Realtime};
use std::sync::{Arc, Mutex};
use std::time::Duration;

on_both_servers!(
    row_01_a_client_is_opened_asked_and_closed,
    |pipewire: bool| {
        let client = open("first");
        assert_eq!(client.name().expect("it is open"), "first");
        assert_eq!(client.status(), Status::default());
        assert_eq!(client.frame_rate_hz().expect("it is open"), 48_000);
        assert_eq!(client.period_frames().expect("it is open"), 256);
        assert!(client.cpu_load_percent().expect("it is open") >= 0.0);
        assert_eq!(client.realtime().expect("it is open"), None);
        client.activate().expect("the server takes it");
        if client.is_realtime().expect("it is open") {
            until("real time", || {
                matches!(client.realtime(), Ok(Some(Realtime::Granted { .. })))
            });
        }
        let events = client.events(1000).expect("there is memory");
        client.set_period_frames(512).expect("the server takes it");
        expect_event(&events, "the period", |event| {
            matches!(event, Event::Period { frames: 512 })
        });
        until("the period", || {
            client.period_frames().expect("it is open") == 512
        });
        client.deactivate().expect("the server takes it");
        client.close().expect("no handler runs");
        client.close().expect("it does nothing");
        let closed = client.name().expect_err("it is closed");
        assert!(closed.to_string().contains("closed"), "{closed}");
        assert!(matches!(client.activate(), Err(Error::InvalidState(_))));
        assert!(matches!(client.frame_time(), Err(Error::InvalidState(_))));
        let _ = pipewire;
    }
);

on_both_servers!(
    row_01_a_name_that_is_taken_is_changed_or_refused,
    |pipewire: bool| {
        let _first = open("same");
        let exact = ClientOptions {
            exact_name: true,
            ..ClientOptions::default()
        };
        if !pipewire {
            // PipeWire lets several clients have one name.
            let refused = Client::open("same", &exact).expect_err("it is taken");
            assert!(matches!(refused, Error::Driver { .. }), "{refused}");
            let second = open("same");
            assert!(second.status().contains(Status::NAME_NOT_UNIQUE));
            assert_ne!(second.name().expect("it is open"), "same");
        }
        for name in ["", "a:b", "a\0b"] {
            let refused = Client::open(name, &exact).expect_err("it is no name");
            assert!(matches!(refused, Error::InvalidArgument(_)), "{refused}");
        }
        let elsewhere = ClientOptions {
            server_name: Some("nowhere".into()),
            ..ClientOptions::default()
        };
        if !pipewire {
            // PipeWire looks for a remote of this name, and takes the default one.
            let refused = Client::open("other", &elsewhere).err();
            assert!(
                matches!(refused, Some(Error::NoServer { .. })),
                "{refused:?}"
            );
        }
    }
);

on_both_servers!(
    row_01_what_a_client_has_outlives_it_and_says_so,
    |_pipewire: bool| {
        let client = open("closed");
        let (port, _output) = client.register_audio_output("out").expect("room");
        let events = client.events(10).expect("there is memory");
        client.activate().expect("the server takes it");
        std::thread::scope(|scope| {
            let asking = scope.spawn(|| while client.frame_time().is_ok() {});
            let naming = scope.spawn(|| while port.name().is_ok() {});
            std::thread::sleep(Duration::from_millis(50));
            client.close().expect("no handler runs");
            asking.join().expect("no panic");
            naming.join().expect("no panic");
        });
        for gone in [
            port.name().err(),
            port.connections().err(),
            port.rename("other").err(),
            port.unregister().err(),
            client.register_midi_input("in").err(),
            client.events(10).err(),
            client.connect("a:b", "c:d").err(),
            client.locate(0).err(),
            client.set_timebase(false, |_, _| {}).err(),
        ] {
            assert!(matches!(gone, Some(Error::InvalidState(_))), "{gone:?}");
        }
        while events.next().is_some() {}
        drop(client);
        drop(port);
    }
);

on_both_servers!(
    row_02_frames_and_times_are_the_same_clock,
    |_pipewire: bool| {
        let client = open("clock");
        client.activate().expect("the server takes it");
        until("a cycle", || {
            client.last_frame_time().expect("it is open") > 0
                && client.cycle_times().expect("it is open").is_some()
        });
        let first = client.frame_time().expect("it is open");
        until("frames pass", || {
            client.frame_time().expect("it is open").wrapping_sub(first) > 4_800
        });
        let now_us = client.time_us().expect("it is open");
        let frame = client.time_us_to_frames(now_us).expect("it is open");
        let back_us = client.frames_to_time_us(frame).expect("it is open");
        assert!(now_us.abs_diff(back_us) < 1_000, "{now_us} {back_us}");
        assert!(client.frames_since_cycle_start().expect("it is open") < 48_000);
        let times = client
            .cycle_times()
            .expect("it is open")
            .expect("cycles run");
        assert!(
            times.next_us > times.start_us && times.period_us > 0.0,
            "{times:?}"
        );
    }
);

on_both_servers!(
    row_07_clients_are_found_by_name_and_by_uuid,
    |_pipewire: bool| {
        let (one, other) = (open("one"), open("other"));
        one.activate().expect("the server takes it");
        other.activate().expect("the server takes it");
        let uuid = one.uuid().expect("it is open").expect("it has one");
        until("the other client knows it", || {
            other.uuid_of("one").expect("it is open") == Some(uuid)
        });
        assert_eq!(
            other.name_of(uuid).expect("it is open").as_deref(),
            Some("one")
        );
        assert_eq!(other.uuid_of("nobody").expect("it is open"), None);
    }
);

on_both_servers!(
    row_08_metadata_is_set_read_told_and_removed,
    |pipewire: bool| {
        let (client, observer) = (open("subject"), open("observer"));
        let events = observer.events(1000).expect("there is memory");
        observer.activate().expect("the server takes it");
        client.activate().expect("the server takes it");
        let (port, _) = client.register_audio_output("out").expect("room");
        let name = port.name().expect("it is there");
        let subject = client.port(&name).expect("it is there").uuid;
        let pretty = Property {
            key: keys::PRETTY_NAME.into(),
            value: "Ärger, 100 %".into(),
            kind: "text/plain".into(),
        };
        client.set_property(subject, &pretty).expect("it is taken");
        let changed = |key: &'static str| move |event: &Event| matches!(event, Event::PropertyChanged(c) if c.subject == subject && c.key == key);
        // PipeWire's library of version 0.3.65 tells nobody of properties.
        if !pipewire {
            expect_event(&events, "the property", changed(keys::PRETTY_NAME));
        }
        until("the other client reads it", || {
            observer
                .property(subject, keys::PRETTY_NAME)
                .expect("it is open")
                == Some(pretty.clone())
        });
        let order = Property {
            key: keys::ORDER.into(),
            value: "3".into(),
            kind: "http://www.w3.org/2001/XMLSchema#int".into(),
        };
        client.set_property(subject, &order).expect("it is taken");
        if !pipewire {
            expect_event(&events, "the property", changed(keys::ORDER));
        }
        let mut all = client.properties(subject).expect("it is open");
        all.sort_by(|one, other| one.key.cmp(&other.key));
        assert_eq!(all, [order, pretty.clone()]);
        let everything = client.all_properties().expect("it is open");
        assert!(
            everything
                .iter()
                .any(|(other, all)| *other == subject && all.contains(&pretty))
        );
        client
            .remove_property(subject, keys::ORDER)
            .expect("it is there");
        // PipeWire's library of version 0.3.65 keeps properties until all of them are removed.
        if !pipewire {
            until("it is gone", || {
                client
                    .property(subject, keys::ORDER)
                    .expect("it is open")
                    .is_none()
            });
            let removed = client.remove_properties(subject).expect("it is there");
            assert_eq!(removed, 1);
        }
        client.remove_all_properties().expect("the server takes it");
        until("all are gone", || {
            client.properties(subject).expect("it is open").is_empty()
        });
        assert_eq!(
            client.property(subject, "nothing").expect("it is open"),
            None
        );
    }
);

on_both_servers!(row_14_libjack_says_what_it_is, |pipewire: bool| {
    assert!(!jack::version_string().expect("it is installed").is_empty());
    jack::version().expect("it is installed");
    assert!(jack::longest_client_name().expect("it is installed") >= 32);
    assert!(jack::longest_port_name().expect("it is installed") >= 64);
    let client = open("pid");
    client.activate().expect("the server takes it");
    if let Some(pid) = jack::client_pid("pid").expect("it is installed") {
        assert_eq!(pid, std::process::id());
    }
    let lines: Arc<Mutex<Vec<String>>> = Arc::default();
    let collected = lines.clone();
    let options = ClientOptions {
        log: Some(Arc::new(move |line: &str| {
            collected.lock().expect("no panic").push(line.to_owned());
        })),
        ..ClientOptions::default()
    };
    let logged = Client::open("logged", &options).expect("the server runs");
    // PipeWire's library takes it, and has a log of its own.
    if !pipewire {
        let name = "n".repeat(1_000);
        let refused = logged.register_audio_input(&name);
        assert!(matches!(refused, Err(Error::Driver { .. })));
        until("libjack's line", || {
            !lines.lock().expect("no panic").is_empty()
        });
    }
});

on_both_servers!(row_15_errors_say_what_was_wrong, |pipewire: bool| {
    let client = open("errors");
    client.activate().expect("the server takes it");
    let refused = client
        .connect("nobody:out", "nothing:in")
        .expect_err("no such ports");
    assert!(matches!(refused, Error::Driver { .. }), "{refused}");
    assert!(refused.to_string().contains("nobody:out"), "{refused}");
    let unknown = client.port("nobody:out").expect_err("no such port");
    assert!(unknown.to_string().contains("\"nobody:out\""), "{unknown}");
    let nul = client.has_port("a\0b").expect_err("no name");
    assert!(matches!(nul, Error::InvalidArgument(_)), "{nul}");
    client.register_audio_input("twice").expect("room");
    let twice = client.register_audio_input("twice").err();
    // PipeWire lets several ports have one name.
    assert!(
        pipewire || matches!(twice, Some(Error::Driver { .. })),
        "{twice:?}"
    );
});

on_both_servers!(
    row_15_a_refused_client_tells_its_status,
    |pipewire: bool| {
        let mut status = Status::FAILURE;
        let options = ClientOptions::default();
        let first = Client::open_with_status("first", &options, &mut status).expect("it is free");
        assert_eq!(status, first.status());
        let refused = Client::open_with_status("a:b", &options, &mut status);
        assert!(matches!(refused, Err(Error::InvalidArgument(_))));
        assert_eq!(status, Status::default(), "no server was asked");
        if !pipewire {
            let exact = ClientOptions {
                exact_name: true,
                ..options
            };
            let refused = Client::open_with_status("first", &exact, &mut status);
            assert!(matches!(refused, Err(Error::Driver { .. })));
            assert!(status.contains(Status::FAILURE), "{status:?}");
        }
    }
);

on_both_servers!(
    row_08_metadata_and_the_clock_need_no_client_of_ones_own_but_any,
    |_: bool| {
        for refused in [jack::all_properties().map(drop), jack::time_us().map(drop)] {
            assert!(matches!(refused, Err(Error::InvalidState(_))));
        }
        let client = open("subject");
        let uuid = client.uuid().expect("it is open").expect("it has one");
        let property = Property {
            key: keys::ORDER.into(),
            value: "7".into(),
            kind: String::new(),
        };
        client
            .set_property(uuid, &property)
            .expect("the server takes it");
        until("the property", || {
            jack::properties(uuid).expect("there is a client").first() == Some(&property)
        });
        let all = jack::all_properties().expect("there is a client");
        assert!(all.contains(&(uuid, vec![property])));
        assert!(jack::time_us().expect("there is a client") > 0);
        client.close().expect("no handler runs");
        assert!(jack::properties(uuid).is_err());
        jack::time_us().expect("there was a client");
    }
);
