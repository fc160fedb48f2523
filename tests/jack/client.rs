//! The client as other clients see it: name, ports, connections; and requests that are errors.

use crate::peer::Peer;
use crate::server::{Server, beside};
use crate::tools::{self, connected_to, ports_of, run_until, wait_for, wait_until};
use amio::{Config, DriverKind, Error, EventKind, Interface, Realtime, State};
use std::process::Command;
use std::time::{Duration, Instant};

fn config(inputs: u16, outputs: u16) -> Config {
    Config {
        input_channels: inputs,
        output_channels: outputs,
        ..Config::new(DriverKind::Jack)
    }
}

#[test]
fn two_ports_are_called_left_and_right_and_other_numbers_are_counted() {
    beside!(Server::Jackd(256), {
        let stereo = ["input_l", "input_r", "output_l", "output_r"];
        let interface = Interface::new(config(2, 2)).expect("the server runs");
        assert_eq!(ports_of("amio"), stereo);
        drop(interface);
        for (inputs, outputs) in [(1, 1), (0, 3), (3, 0), (64, 64)] {
            let interface = tools::start(config(inputs, outputs));
            let inputs = (1..=inputs).map(|number| format!("input_{number}"));
            let outputs = (1..=outputs).map(|number| format!("output_{number}"));
            assert_eq!(ports_of("amio"), inputs.chain(outputs).collect::<Vec<_>>());
            run_until(&interface, 2_048);
            drop(interface);
            assert_eq!(ports_of("amio"), [""; 0], "the client is still there");
        }
    });
}

#[test]
fn the_longest_period_leaves_time_enough_to_start_and_to_stop() {
    beside!(Server::Jackd(8_192), {
        let interface = Interface::new(config(2, 2)).expect("the server runs");
        for _ in 0..2 {
            interface.start().expect("it starts");
            run_until(&interface, 16_384);
            interface.stop().expect("it stops");
        }
    });
}

#[test]
fn the_latencies_of_the_device_are_known_as_soon_as_an_interface_is_started() {
    beside!(Server::Jackd(256), {
        // The server computes the latencies of our ports only after this peer's callback has returned.
        let mut peer = Peer::start("peer");
        peer.be_slow(50);
        let interface = tools::start(config(2, 2));
        let latency = interface.latency();
        let found = (latency.capture_frames, latency.playback_frames);
        assert_eq!(found, (256, 512));
    });
}

#[test]
fn each_of_64_channels_has_its_own_port() {
    beside!(Server::Jackd(256), {
        let mut peer = Peer::start("peer");
        let interface = tools::start(Config {
            autoconnect: false,
            declick_frames: Some(0),
            ..config(64, 64)
        });
        peer.connect("peer:out", "amio:input_64");
        peer.connect("amio:output_64", "peer:in");
        let clip = amio::Clip::from_f32(48_000, 1, &[0.25; 64]).expect("good samples");
        let mut entry = amio::Entry::new(&clip, 0);
        entry.first_output = 63;
        let playspec = amio::Playspec::new(vec![entry]).expect("a good entry");
        interface
            .schedule(&playspec, amio::Swap::at(0))
            .expect("room");
        interface.set_rolling(true).expect("room");
        run_until(&interface, 24_000);
        let recording = peer.recording();
        let heard = recording.iter().flat_map(|block| &block.samples);
        assert_eq!(heard.filter(|sample| **sample == 0.25).count(), 64);
        let mut buffer = vec![0.0; 64 * 4096];
        let mut numbered = 0;
        while let Some(chunk) = interface.read_input(&mut buffer).expect("it has inputs") {
            for frame in buffer.chunks_exact(64).take(chunk.frames as usize) {
                assert!(frame[..63].iter().all(|sample| *sample == 0.0));
                numbered += usize::from(frame[63] > 0.0);
            }
        }
        assert!(
            numbered > 10_000,
            "only {numbered} numbers came to the last input"
        );
    });
}

#[test]
fn physical_ports_are_connected_in_order_unless_that_is_switched_off() {
    beside!(Server::Jackd(256), {
        let interface = tools::start(config(5, 5));
        // The ports of the loopback client are marked as physical too.
        let physical = [
            ("system", 1),
            ("system", 2),
            ("loopback", 1),
            ("loopback", 2),
        ];
        for (ours, (client, theirs)) in (1..).zip(physical) {
            wait_until(vec![format!("{client}:playback_{theirs}")], || {
                connected_to(&format!("amio:output_{ours}"))
            });
            wait_until(vec![format!("{client}:capture_{theirs}")], || {
                connected_to(&format!("amio:input_{ours}"))
            });
        }
        assert_eq!(
            connected_to("amio:output_5"),
            [""; 0],
            "there are four physical ports"
        );
        drop(interface);
        let interface = tools::start(Config {
            autoconnect: false,
            ..config(2, 2)
        });
        run_until(&interface, 4_096);
        assert_eq!(connected_to("amio:output_l"), [""; 0]);
    });
}

#[test]
fn physical_ports_of_pipewire_are_connected_in_order() {
    beside!(Server::PipeWire, {
        let _interface = tools::start(config(2, 2));
        wait_until(vec!["system:playback_FL".to_owned()], || {
            connected_to("amio:output_l")
        });
        wait_until(vec!["system:playback_FR".to_owned()], || {
            connected_to("amio:output_r")
        });
    });
}

#[test]
fn connections_that_others_made_survive_a_stop_and_a_start() {
    beside!(Server::Jackd(256), {
        let mut peer = Peer::start("peer");
        let interface = tools::start(config(2, 2));
        peer.connect("amio:output_l", "peer:in");
        peer.connect("peer:out", "amio:input_r");
        peer.disconnect("amio:output_r", "system:playback_2");
        run_until(&interface, 12_000);
        interface.stop().expect("it runs");
        wait_until(Vec::<String>::new(), || connected_to("amio:output_l"));
        interface.start().expect("it was stopped");
        wait_until(
            vec!["system:playback_1".to_owned(), "peer:in".to_owned()],
            || connected_to("amio:output_l"),
        );
        wait_until(
            vec!["system:capture_2".to_owned(), "peer:out".to_owned()],
            || connected_to("amio:input_r"),
        );
        assert_eq!(
            connected_to("amio:output_r"),
            [""; 0],
            "it was disconnected before"
        );
    });
}

#[test]
fn a_name_that_is_taken_on_jackd_gets_another_and_says_which() {
    beside!(Server::Jackd(256), a_taken_name_is_told());
}

#[test]
fn a_name_that_is_taken_on_pipewire_gets_another_and_says_which() {
    beside!(Server::PipeWire, a_taken_name_is_told());
}

fn a_taken_name_is_told() {
    let first = Interface::new(config(2, 2)).expect("the server runs");
    let second = Interface::new(config(2, 2)).expect("the server runs");
    assert_eq!(first.client_name(), "amio");
    let name = second.client_name();
    assert_ne!(name, "amio");
    assert_eq!(ports_of(&name).len(), 4);
    wait_for(&second, Duration::from_secs(1), |event| match &event.kind {
        EventKind::Log(line) => line.contains(&format!("{name:?}")).then_some(()),
        _ => None,
    });
}

#[test]
fn a_server_that_does_not_run_is_named_in_the_error_and_libjack_prints_nothing() {
    beside!(Server::Jackd(256), {
        let refused = Interface::new(Config {
            server_name: Some("nowhere".into()),
            ..config(2, 2)
        });
        let Err(Error::NoServer { name, reason }) = refused else {
            panic!("{:?}", refused.err());
        };
        assert_eq!(name, "nowhere");
        assert!(reason.contains("server"), "{reason}");
        if !is_apart() {
            // Again in a process whose output can be read.
            let printed = apart(
                "client::a_server_that_does_not_run_is_named_in_the_error_and_libjack_prints_nothing",
                &[],
            );
            assert_eq!(printed, "");
        }
    });
}

#[test]
fn names_that_jack_does_not_take_are_refused_before_libjack_sees_them() {
    beside!(Server::Jackd(256), {
        let refusal = |config: Config| Interface::new(config).err().expect("refused").to_string();
        if is_apart() {
            let text = refusal(config(2, 2));
            assert!(
                text.contains("JACK_DEFAULT_SERVER has 300 bytes; JACK takes up to 255"),
                "{text}"
            );
            return;
        }
        let server = |bytes: usize| Config {
            server_name: Some("z".repeat(bytes)),
            ..config(2, 2)
        };
        for bytes in [256, 270, 4_000] {
            let text = refusal(server(bytes));
            let expected = format!("server_name has {bytes} bytes; JACK takes up to 255");
            assert!(text.contains(&expected), "{text}");
        }
        let refused = Interface::new(server(255)).err();
        assert!(
            matches!(refused, Some(Error::NoServer { .. })),
            "{refused:?}"
        );
        let client = |bytes: usize| Config {
            client_name: "z".repeat(bytes),
            ..config(2, 2)
        };
        let text = refusal(client(64));
        assert!(text.contains("JACK takes 1 to 63 bytes"), "{text}");
        Interface::new(client(63)).expect("the longest name that jackd takes");
        apart(
            "client::names_that_jack_does_not_take_are_refused_before_libjack_sees_them",
            &[("JACK_DEFAULT_SERVER", &"z".repeat(300))],
        );
    });
}

#[test]
fn another_rate_or_period_than_the_servers_is_refused_by_name_and_value() {
    beside!(Server::Jackd(256), {
        let refusal = |config: Config| {
            let refused = Interface::new(config).err().expect("it does not fit");
            let is_argument = matches!(
                refused,
                Error::InvalidArgument(_) | Error::ServerRate { .. }
            );
            assert!(is_argument, "{refused:?}");
            refused.to_string()
        };
        let rate = refusal(Config {
            frame_rate_hz: Some(44_100),
            ..config(2, 2)
        });
        assert!(
            rate.contains("frame_rate_hz is 44100") && rate.contains("48000"),
            "{rate}"
        );
        let period = refusal(Config {
            period_frames: Some(128),
            ..config(2, 2)
        });
        assert!(
            period.contains("period_frames is 128") && period.contains("256"),
            "{period}"
        );
        let fits = Interface::new(Config {
            frame_rate_hz: Some(48_000),
            period_frames: Some(256),
            ..config(2, 2)
        });
        assert!(fits.is_ok());
    });
}

#[test]
fn without_libjack_the_error_says_what_to_install() {
    if is_apart() {
        let refused = Interface::new(config(2, 2))
            .err()
            .expect("there is no libjack");
        assert!(
            matches!(refused, Error::DriverUnavailable { .. }),
            "{refused:?}"
        );
        let message = refused.to_string();
        for part in ["libjack.so.0", "libjack-jackd2-0", "pipewire-jack"] {
            assert!(message.contains(part), "{message}");
        }
        return;
    }
    // The first libjack that the loader finds is an empty file.
    let folder = std::env::temp_dir().join(format!("amio-no-libjack-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a place for temporary files");
    std::fs::write(folder.join("libjack.so.0"), "").expect("a place for temporary files");
    let path = folder.to_str().expect("a plain path");
    apart(
        "client::without_libjack_the_error_says_what_to_install",
        &[("LD_LIBRARY_PATH", path)],
    );
    std::fs::remove_dir_all(&folder).expect("it was just made");
}

/// Set in the environment of a test that [`apart`] runs.
const APART: &str = "AMIO_TEST_APART";

fn is_apart() -> bool {
    std::env::var_os(APART).is_some()
}

/// Runs a test of this binary again in a child process; returns what it printed to stderr.
fn apart(test: &str, environment: &[(&str, &str)]) -> String {
    let output = Command::new(std::env::current_exe().expect("a test has a path"))
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(APART, "1")
        .envs(environment.iter().copied())
        .output()
        .expect("it starts");
    let printed = String::from_utf8_lossy(&output.stderr).into_owned();
    let results = String::from_utf8_lossy(&output.stdout);
    let passed = output.status.success() && results.contains("1 passed");
    assert!(passed, "{test}: {}\n{results}{printed}", output.status);
    printed
}

#[test]
fn real_time_scheduling_is_reported_as_the_system_granted_it() {
    beside!(Server::Jackd(256), {
        let interface = tools::start(config(2, 2));
        run_until(&interface, 4_096);
        match interface.stats().realtime {
            Some(Realtime::Granted { priority }) => assert_eq!(priority, highest_priority()),
            Some(Realtime::Refused { reason }) => {
                assert_eq!(highest_priority(), 0);
                assert!(reason.contains("rtprio"), "{reason}");
            }
            other => panic!("{other:?}"),
        }
    });
}

/// The highest real-time priority among the threads of this process; 0: none has any.
fn highest_priority() -> i32 {
    let threads = std::fs::read_dir("/proc/self/task").expect("this is Linux");
    let priority = |thread: std::io::Result<std::fs::DirEntry>| -> i32 {
        let path = thread.expect("this is Linux").path().join("stat");
        let stat = std::fs::read_to_string(path).expect("the thread lives");
        // The fields after the name, which is in parentheses, begin with the third; this is the 40th.
        let (_, fields) = stat.rsplit_once(')').expect("a name");
        let field = fields.split_whitespace().nth(37).expect("more fields");
        field.parse().expect("a number")
    };
    threads.map(priority).max().expect("one thread at least")
}

#[test]
fn a_server_without_real_time_scheduling_is_named_as_the_reason() {
    beside!(Server::JackdNotRealtime(256), {
        let interface = tools::start(config(2, 2));
        run_until(&interface, 4_096);
        let Some(Realtime::Refused { reason }) = interface.stats().realtime else {
            panic!("{:?}", interface.stats().realtime);
        };
        assert!(reason.contains("jackd -R"), "{reason}");
    });
}

#[test]
fn freewheeling_is_told_and_frames_go_on_without_a_gap() {
    beside!(Server::Jackd(256), {
        let mut peer = Peer::start("peer");
        let interface = tools::start(config(2, 2));
        run_until(&interface, 4_096);
        let told = |wanted: bool| {
            wait_for(&interface, Duration::from_secs(3), |event| {
                match event.kind {
                    EventKind::Freewheel { on } => (on == wanted).then_some(()),
                    _ => None,
                }
            });
        };
        let began = Instant::now();
        peer.set_freewheel(true);
        told(true);
        let from = interface.transport().device_frame;
        run_until(&interface, from + 480_000);
        peer.set_freewheel(false);
        told(false);
        assert!(
            began.elapsed() < Duration::from_secs(5),
            "ten seconds took {:?}",
            began.elapsed()
        );
        run_until(&interface, interface.transport().device_frame + 4_096);
        assert_eq!(interface.stats().skipped_frames, 0);
    });
}

#[test]
fn clients_that_were_opened_and_closed_leave_nothing_behind() {
    beside!(Server::Jackd(256), {
        let cycle = || {
            let interface = tools::start(config(2, 2));
            interface.stop().expect("it runs");
            interface.close();
        };
        for _ in 0..10 {
            cycle();
        }
        // The thread of this test and that of the test program.
        wait_until(2, || Usage::now().threads);
        let before = Usage::now();
        for _ in 0..50 {
            cycle();
        }
        // A thread that has closed its client may need a moment to end.
        wait_until((before.descriptors, before.threads), || {
            let now = Usage::now();
            (now.descriptors, now.threads)
        });
        let after = Usage::now();
        // The allocator may keep some memory. A leak in each cycle would be far more.
        let grown = after.resident_kb.saturating_sub(before.resident_kb);
        assert!(grown < 2_048, "{grown} kB more after 50 cycles");
        assert_eq!(ports_of("amio"), [""; 0]);
    });
}

/// The resources that this process uses now.
struct Usage {
    descriptors: usize,
    threads: usize,
    resident_kb: u64,
}

impl Usage {
    fn now() -> Usage {
        let count = |folder: &str| std::fs::read_dir(folder).expect("this is Linux").count();
        let status = std::fs::read_to_string("/proc/self/status").expect("this is Linux");
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = resident.and_then(|text| text.split_whitespace().next());
        Usage {
            descriptors: count("/proc/self/fd"),
            threads: count("/proc/self/task"),
            resident_kb: number.and_then(|text| text.parse().ok()).expect("in kB"),
        }
    }
}

#[test]
fn closing_is_done_within_a_second_though_the_server_hangs() {
    beside!(Server::Jackd(256), {
        let interface = tools::start(config(2, 2));
        run_until(&interface, 4_096);
        let server = std::env::var("JACKD_PID").expect("set by the script");
        let signal = |signal: &str| {
            let status = Command::new("kill").args([signal, &server]).status();
            assert!(status.expect("there is kill").success());
        };
        signal("-STOP");
        let began = Instant::now();
        interface.close();
        let took = began.elapsed();
        signal("-CONT");
        assert!(took < Duration::from_secs(1), "it took {took:?}");
        assert_eq!(interface.state(), State::Closed);
    });
}

#[test]
fn opening_beside_a_server_that_hangs_ends_with_a_timeout() {
    beside!(Server::Jackd(256), {
        let server = std::env::var("JACKD_PID").expect("set by the script");
        let signal = |signal: &str| {
            let status = Command::new("kill").args([signal, &server]).status();
            assert!(status.expect("there is kill").success());
        };
        signal("-STOP");
        let began = Instant::now();
        let refused = Interface::new(config(2, 2)).map(|_| ());
        let took = began.elapsed();
        signal("-CONT");
        assert!(matches!(refused, Err(Error::Timeout { .. })), "{refused:?}");
        assert!(took < Duration::from_secs(6), "it took {took:?}");
        // The client whose opening had timed out is closed, and the next one gets its name.
        wait_until(Vec::<String>::new(), || ports_of("amio"));
        wait_until("amio".to_owned(), || {
            Interface::new(config(2, 2)).map_or_else(|e| e.to_string(), |i| i.client_name())
        });
    });
}
