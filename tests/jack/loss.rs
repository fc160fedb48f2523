//! Servers that die, and servers that hang.

use crate::jackd::{Jackd, signal};
use crate::peer::Peer;
use crate::server::{Server, beside};
use crate::tools::{
    self, assert_consecutive, assert_numbered, connected_to, impulses, read_all, run_until,
    wait_for, wait_until,
};
use amio::{Chunk, Config, EventKind, Gain, Interface, State, Swap};
use std::process::Command;
use std::time::{Duration, Instant};

const PERIOD: u32 = 256;

#[test]
fn twenty_times_a_killed_server_is_told_within_100_ms_and_all_goes_on_when_it_is_back() {
    beside!(Server::Jackd(256), {
        let mut server = Jackd::of_the_script();
        let interface = tools::start(Config {
            autoconnect: true,
            ..tools::config()
        });
        let playspec = impulses(0.5, 1_000);
        interface.schedule(&playspec, Swap::at(0)).expect("room");
        interface.set_rolling(true).expect("room");

        let mut source = Peer::start("source");
        let mut recorder = Peer::start("recorder");
        source.connect("source:out", "amio:input_1");
        recorder.connect("amio:output_r", "recorder:in");
        let mut disturbed = 0;
        for round in 1..=20 {
            // So long that at least two impulses are played.
            run_until(&interface, interface.transport().device_frame + 2_500);
            let position = interface.position();
            let killed = Instant::now();
            server.signal("-KILL");
            let (reason, passed) =
                wait_for(&interface, Duration::from_secs(3), |event| {
                    match &event.kind {
                        EventKind::Lost { reason } => Some(reason.clone()),
                        _ => None,
                    }
                });
            let told = killed.elapsed();
            assert!(
                told < Duration::from_millis(100),
                "round {round}: told after {told:?}"
            );
            assert_eq!(interface.state(), State::Lost, "{reason}");
            assert!(interface.position() >= position);

            let chunks = read_all(&interface);
            assert!(chunks.iter().all(|(chunk, _)| chunk.lost_before == 0));
            assert_consecutive(&chunks);
            if passed.iter().any(|event| event.kind == EventKind::Xrun) {
                // A peer that was late left old samples in its buffer.
                disturbed += 1;
            } else {
                assert_all_was_captured(&chunks, &mut source);
                assert_played(&mut recorder);
            }
            drop((source, recorder));

            server = server.replace();
            let back = Duration::from_secs(8);
            let (gap, passed) = wait_for(&interface, back, |event| match event.kind {
                EventKind::Skipped { .. } => panic!("it skips before it is back"),
                EventKind::Reconnected { gap_frames } => Some(gap_frames),
                _ => None,
            });
            let lost_again = |kind: &EventKind| matches!(kind, EventKind::Lost { .. });
            assert!(
                !passed.iter().any(|event| lost_again(&event.kind)),
                "{passed:#?}"
            );
            assert!(gap > 0 && interface.state() == State::Running);
            let (skipped, _) = wait_for(&interface, back, |event| match event.kind {
                EventKind::Skipped { frames, .. } => Some(frames),
                _ => None,
            });
            assert_eq!(skipped, gap);
            println!(
                "round {round}: told after {told:?}, back after {:?}",
                killed.elapsed()
            );
            // The peers return later than the interface. Their connections are restored too, and those to
            // the device.
            source = Peer::start("source");
            recorder = Peer::start("recorder");
            wait_until(
                vec!["source:out".to_owned(), "system:capture_1".to_owned()],
                || {
                    let mut connected = connected_to("amio:input_1");
                    connected.sort();
                    connected
                },
            );
            wait_until(
                vec!["recorder:in".to_owned(), "system:playback_2".to_owned()],
                || {
                    let mut connected = connected_to("amio:output_r");
                    connected.sort();
                    connected
                },
            );
        }
        assert_eq!(interface.stats().reconnects, 20);
        assert!(
            disturbed <= 10,
            "{disturbed} rounds were disturbed: inconclusive"
        );
        drop(server);
    });
}

/// Checks that each number of the source was captured once, up to the last period in which it ran.
fn assert_all_was_captured(chunks: &[(Chunk, Vec<f32>)], source: &mut Peer) {
    assert_numbered(chunks);
    let last_block = source.recording().pop().expect("it ran");
    let last_played = last_block.first_frame + last_block.samples.len() as u32 - 1;
    let (_, last_chunk) = chunks.last().expect("something was captured");
    let last = *last_chunk.last().expect("a chunk has frames") as u32;
    // The server may have died after the source ran and before the interface did.
    assert!(
        last + PERIOD >= last_played,
        "{last} was captured, {last_played} was played"
    );
}

/// Checks that impulses were received, at the distance at which they were scheduled.
fn assert_played(recorder: &mut Peer) {
    let recording = recorder.recording();
    let samples = recording.iter().flat_map(|block| &block.samples);
    let impulses: Vec<usize> = samples
        .enumerate()
        .filter(|(_, sample)| **sample == 0.5)
        .map(|(at, _)| at)
        .collect();
    assert!(impulses.len() >= 2, "only {impulses:?}");
    for pair in impulses.windows(2) {
        assert_eq!((pair[1] - pair[0]) % 1_000, 0, "{impulses:?}");
    }
}

#[test]
fn a_server_that_stops_for_two_seconds_is_told_and_no_call_waits_longer_than_a_second() {
    beside!(Server::Jackd(256), {
        let server = Jackd::of_the_script();
        let interface = tools::start(Config {
            command_queue: 8_192,
            ..tools::config()
        });
        let playspec = impulses(0.5, 1_000);
        interface.set_rolling(true).expect("room");
        run_until(&interface, 4_096);
        server.signal("-STOP");
        let stopped = Instant::now();
        let (silent_ms, _) = wait_for(&interface, Duration::from_secs(1), |event| {
            match event.kind {
                EventKind::Stalled { silent_ms } => Some(silent_ms),
                _ => None,
            }
        });
        assert!((100..1_000).contains(&silent_ms), "{silent_ms}");

        let mut longest = Duration::ZERO;
        let mut buffer = [0.0; 64];
        while stopped.elapsed() < Duration::from_secs(2) {
            let began = Instant::now();
            let ticket = interface.schedule(&playspec, Swap::at(1 << 40));
            interface
                .cancel(ticket.expect("room"))
                .expect("it is pending");
            interface
                .set_gain(&playspec, 0, Gain::both(0.25), 10)
                .expect("room");
            let mut group = interface.group();
            group.set_position(0).expect("room");
            group.set_rolling(true).expect("room");
            group.commit().expect("room");
            interface.position();
            interface.rolling();
            interface.stats();
            interface.transport();
            interface.latency();
            interface.client_name();
            interface.read_input(&mut buffer).expect("it has an input");
            longest = longest.max(began.elapsed());
            std::thread::sleep(Duration::from_millis(10));
        }
        server.signal("-CONT");
        assert!(longest < Duration::from_secs(1), "{longest:?}");
        let (silent_ms, _) = wait_for(&interface, Duration::from_secs(1), |event| {
            match event.kind {
                EventKind::Resumed { silent_ms } => Some(silent_ms),
                _ => None,
            }
        });
        assert!((1_500..3_500).contains(&silent_ms), "{silent_ms}");
        assert_eq!(interface.state(), State::Running);
        run_until(&interface, interface.transport().device_frame + 4_096);
    });
}

#[test]
fn a_server_that_hangs_and_is_then_killed_is_replaced_like_any_other() {
    beside!(Server::Jackd(256), {
        let server = Jackd::of_the_script();
        let interface = tools::start(tools::config());
        run_until(&interface, 4_096);
        server.signal("-STOP");
        wait_for(&interface, Duration::from_secs(1), |event| {
            matches!(event.kind, EventKind::Stalled { .. }).then_some(())
        });
        server.signal("-KILL");
        wait_until_lost(&interface);
        let _server = server.replace();
        wait_until_back(&interface);
        run_until(&interface, interface.transport().device_frame + 4_096);
        drop(interface);
    });
}

#[test]
fn stopping_beside_a_server_that_hangs_ends_within_a_second() {
    beside!(Server::Jackd(256), {
        let server = Jackd::of_the_script();
        let interface = tools::start(tools::config());
        run_until(&interface, 4_096);
        server.signal("-STOP");
        let began = Instant::now();
        let refused = interface.stop();
        let took = began.elapsed();
        server.signal("-CONT");
        assert!(took < Duration::from_secs(1), "{took:?}");
        assert!(refused.is_err(), "the server cannot have answered");
    });
}

#[test]
fn several_interfaces_of_one_process_all_come_back() {
    beside!(Server::Jackd(256), {
        let mut server = Jackd::of_the_script();
        let interfaces: Vec<_> = (0..4).map(|_| tools::start(tools::config())).collect();
        for _ in 0..5 {
            server.signal("-KILL");
            for interface in &interfaces {
                wait_until_lost(interface);
            }
            server = server.replace();
            for interface in &interfaces {
                wait_until_back(interface);
                run_until(interface, interface.transport().device_frame + 1_000);
            }
        }
        drop(interfaces);
    });
}

#[test]
fn an_interface_that_was_stopped_when_its_server_died_starts_on_the_next_one() {
    beside!(Server::Jackd(256), {
        let server = Jackd::of_the_script();
        let interface = tools::start(tools::config());
        run_until(&interface, 4_096);
        interface.stop().expect("it runs");
        server.signal("-KILL");
        wait_until_lost(&interface);
        assert!(interface.start().is_err(), "there is no server");
        let _server = server.replace();
        wait_until(true, || interface.start().is_ok());
        run_until(&interface, interface.transport().device_frame + 4_096);
    });
}

#[test]
fn connections_of_a_client_that_was_lost_and_stopped_are_made_again_at_the_first_start_that_succeeds()
 {
    beside!(Server::Jackd(256), {
        let server = Jackd::of_the_script();
        let interface = tools::start(tools::config());
        connect("amio:output_r", "system:playback_1");
        run_until(&interface, 4_096);
        server.signal("-KILL");
        wait_until_lost(&interface);
        interface.stop().expect("no driver is left that could fail");
        assert!(interface.start().is_err(), "there is no server");
        let _server = server.replace();
        wait_until(true, || interface.start().is_ok());
        wait_until(vec!["system:playback_1".to_owned()], || {
            connected_to("amio:output_r")
        });
    });
}

#[test]
fn connections_of_a_client_whose_stop_was_not_answered_are_made_again() {
    beside!(Server::Jackd(256), {
        let server = Jackd::of_the_script();
        let interface = tools::start(tools::config());
        connect("amio:output_r", "system:playback_1");
        run_until(&interface, 4_096);
        server.signal("-STOP");
        assert!(interface.stop().is_err(), "the server cannot have answered");
        server.signal("-CONT");
        wait_until(true, || interface.start().is_ok());
        let again = format!("{}:output_r", interface.client_name());
        wait_until(vec!["system:playback_1".to_owned()], || {
            connected_to(&again)
        });
    });
}

fn connect(source: &str, destination: &str) {
    let status = Command::new("jack_connect")
        .args([source, destination])
        .status();
    assert!(status.expect("part of jackd2").success());
    wait_until(vec![destination.to_owned()], || connected_to(source));
}

#[test]
fn a_server_that_comes_back_with_another_period_is_taken_as_it_is() {
    beside!(Server::Jackd(512), {
        let server = Jackd::of_the_script();
        let interface = tools::start(Config {
            period_frames: Some(512),
            ..tools::config()
        });
        run_until(&interface, 4_096);
        server.signal("-KILL");
        let _server = server.replace();
        wait_until_back(&interface);
        wait_for(&interface, Duration::from_secs(1), |event| {
            (event.kind == EventKind::PeriodChanged { frames: 256 }).then_some(())
        });
        assert_eq!(interface.period_frames(), 256);
        run_until(&interface, interface.transport().device_frame + 4_096);
    });
}

#[test]
fn a_server_that_comes_back_with_another_rate_is_a_failure_told_once() {
    beside!(Server::Jackd(256), {
        let server = Jackd::of_the_script();
        let interface = tools::start(tools::config());
        run_until(&interface, 4_096);
        server.signal("-KILL");
        let _server = server.replace_by("44100");
        let (reason, passed) = wait_for(&interface, Duration::from_secs(8), |event| {
            match &event.kind {
                EventKind::Failed { reason } => Some(reason.clone()),
                _ => None,
            }
        });
        assert!(
            reason.contains("44100") && reason.contains("48000"),
            "{reason}"
        );
        assert_eq!(interface.state(), State::Failed);
        let came_back = |kind: &EventKind| matches!(kind, EventKind::Reconnected { .. });
        assert!(!passed.iter().any(|event| came_back(&event.kind)));
        // Longer than the longest pause between attempts to reconnect.
        let more = interface.wait_event(Duration::from_millis(2_500));
        assert!(more.is_err(), "{more:?}");
        assert!(interface.start().is_err(), "it has failed");
    });
}

#[test]
fn a_killed_pipewire_is_told_within_100_ms_and_all_goes_on_when_it_is_back() {
    beside!(Server::PipeWire, {
        let interface = tools::start(Config {
            autoconnect: true,
            ..tools::config()
        });
        run_until(&interface, 4_096);
        let server = std::env::var("PIPEWIRE_PID").expect("set by the script");
        let killed = Instant::now();
        signal(&server, "-KILL");
        wait_until_lost(&interface);
        let told = killed.elapsed();
        assert!(told < Duration::from_millis(100), "{told:?}");
        assert!(
            !read_all(&interface).is_empty(),
            "what was captured before can be read"
        );

        let settings = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/servers/pipewire.conf");
        let mut server = Command::new("pipewire")
            .args(["-c", settings])
            .spawn()
            .expect("it ran");
        wait_until_back(&interface);
        wait_until(vec!["system:playback_FL".to_owned()], || {
            connected_to("amio:output_l")
        });
        run_until(&interface, interface.transport().device_frame + 4_096);
        drop(interface);
        server
            .kill()
            .and_then(|()| server.wait())
            .expect("it is our child");
    });
}

fn wait_until_lost(interface: &Interface) {
    wait_for(interface, Duration::from_secs(3), |event| {
        matches!(event.kind, EventKind::Lost { .. }).then_some(())
    });
}

fn wait_until_back(interface: &Interface) {
    wait_for(interface, Duration::from_secs(8), |event| {
        matches!(event.kind, EventKind::Reconnected { .. }).then_some(())
    });
}
