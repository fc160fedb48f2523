//! Ports, connections, transport and events of servers, each started for the test by the scripts in
//! `tests/servers`.

use crate::common::{Folder, Ran};
use crate::jack::{JACKD, PIPEWIRE, run_beside, script_beside};

/// An output and an input of each server.
pub const SERVERS: [(&[&str], &str, &str); 2] = [
    (JACKD, "system:capture_1", "loopback:playback_2"),
    (PIPEWIRE, "system:monitor_FL", "system:playback_FR"),
];

pub fn succeeded(ran: Ran) -> Ran {
    assert_eq!(ran.code, Some(0), "{ran:?}");
    ran
}

#[test]
fn a_graph_is_saved_and_comes_back_as_jack_lsp_sees_it() {
    const SCRIPT: &str = r#"
        set -e
        "$0" connect "$1" "$2"
        "$0" connect "$1" "$2"
        jack_lsp -c >before
        "$0" ports --connections >tree
        "$0" graph save saved.json
        "$0" disconnect "$1"
        jack_lsp -c >without
        "$0" graph restore saved.json
        jack_lsp -c >after
        "$0" disconnect "$1" "$2"
        echo '{"connections": []}' >empty.json
        "$0" connect "$1" "$2"
        "$0" graph restore empty.json --keep
        jack_lsp -c >kept
        "$0" graph restore empty.json
        jack_lsp -c >ended
        ! "$0" disconnect "$1" "$2"
    "#;
    for (server, source, destination) in SERVERS {
        let folder = Folder::new(&format!("patchbay_graph_{}", server[0]));
        let ran = succeeded(script_beside(
            server,
            &folder,
            SCRIPT,
            &[source, destination],
        ));
        let read = |name| std::fs::read_to_string(folder.0.join(name)).expect("written");
        let listed = format!("{source}\n   {destination}\n");
        assert!(read("before").contains(&listed), "{}", read("before"));
        assert_eq!(read("after"), read("before"));
        assert_eq!(read("kept"), read("before"));
        assert_eq!(read("ended"), read("without"));
        assert!(!read("without").contains(&listed));
        assert!(read("tree").contains(&format!("─ -> {destination}\n")));
        assert!(read("tree").contains(&format!("─ <- {source}\n")));
        let saved: serde_json::Value = serde_json::from_str(&read("saved.json")).expect("JSON");
        let connections = serde_json::json!([{"source": source, "destination": destination}]);
        assert_eq!(saved["connections"], connections);
        for said in [
            "saved.json: 1 connection\n".to_owned(),
            format!("ended {source} -> {destination}\n"),
            "1 connection made, 0 ended\n".to_owned(),
            "0 connections made, 1 ended\n".to_owned(),
            format!("amio: {source} -> {destination} is not connected\n"),
        ] {
            assert!(ran.stderr.contains(&said), "{said}: {}", ran.stderr);
        }
    }
}

#[test]
fn a_watched_patch_comes_back_with_the_server() {
    const SCRIPT: &str = r#"
        set -e
        connected() { [ "$(jack_lsp -c system:capture_1 2>/dev/null | sed -n 2p)" = "   $1" ]; }
        cat >patch.json <<'END'
{"rules": [{"source": "system:capture_(\\d+)", "destination": "loopback:playback_\\1"}]}
END
        "$0" connect system:capture_1 system:playback_1
        "$0" graph restore patch.json --watch 2>said & watcher=$!
        until connected loopback:playback_1; do sleep 0.02; done
        kill -9 "$JACKD_PID"
        while [ -d "/proc/$JACKD_PID" ]; do sleep 0.02; done
        jackd -r -n "$JACK_DEFAULT_SERVER" -L 2 -d dummy -r 48000 -p 333 >/dev/null 2>&1 & server=$!
        until connected loopback:playback_1; do sleep 0.02; done
        kill -INT "$watcher"
        wait "$watcher"
        kill "$server"
    "#;
    let folder = Folder::new("patchbay_watch");
    succeeded(script_beside(JACKD, &folder, SCRIPT, &[]));
    let said = std::fs::read_to_string(folder.0.join("said")).expect("written");
    assert!(
        said.starts_with("ended system:capture_1 -> system:playback_1\n"),
        "{said}"
    );
    for said_twice in
        [1, 2].map(|n| format!("connected system:capture_{n} -> loopback:playback_{n}\n"))
    {
        assert_eq!(said.matches(&said_twice).count(), 2, "{said}");
    }
    assert!(said.contains("the server is gone"), "{said}");
}

#[test]
fn a_connection_that_cannot_be_made_is_named_and_ends_with_1() {
    let folder = Folder::new("patchbay_refused");
    let ran = run_beside(
        JACKD,
        &folder,
        &["connect", "system:capture_1", "system:capture_2"],
    );
    assert_eq!(
        (ran.code, ran.stderr.lines().next()),
        (
            Some(1),
            Some(
                "amio: driver jack: connecting system:capture_1 to system:capture_2 failed: \
                 system:capture_2 is no input"
            )
        )
    );
    folder.write(
        "patch.json",
        r#"{"connections": [{"source": "a:b", "destination": "c:d"},
            {"source": "system:capture_1", "destination": "system:playback_1"}]}"#,
    );
    let ran = run_beside(JACKD, &folder, &["graph", "restore", "patch.json"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    for said in [
        "connecting a:b to c:d failed: there is no port a:b\n",
        "1 connection made, 0 ended\n",
        "amio: 1 of 2 connections could not be made or ended\n",
    ] {
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    }
    folder.write("patch.json", "{\"rules\": [{\"source\": \"(\"}]}");
    let ran = folder.run(&["graph", "restore", "patch.json"]);
    let said = "amio: patch.json: missing field `destination` at line 1";
    assert!(
        ran.code == Some(1) && ran.stderr.starts_with(said),
        "{ran:?}"
    );
    let ran = folder.run(&["ports", "--server", "amio-has-no-such-server"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let advice = "; start one, or choose another with --server\n";
    assert!(ran.stderr.ends_with(advice), "{ran:?}");
}

#[test]
fn what_cannot_be_asked_for_is_told_in_words() {
    const SCRIPT: &str = r#"
        "$0" ports '('
        echo $?
        "$0" ports --names '[' --outputs
        echo $?
        "$0" ports --names 'no port has this( name)?$'
        echo $?
        "$0" connect "$1" "$2"
        "$0" disconnect "$2" "$1"
        echo $?
    "#;
    for (server, source, destination) in SERVERS {
        let folder = Folder::new(&format!("patchbay_words_{}", server[0]));
        let ran = succeeded(script_beside(
            server,
            &folder,
            SCRIPT,
            &[source, destination],
        ));
        assert_eq!(ran.stdout, "2\n2\n0\n1\n", "{ran:?}");
        for said in [
            "amio: PATTERN is \"(\", which is no regular expression\n".to_owned(),
            "amio: PATTERN is \"[\", which is no regular expression\n".to_owned(),
            format!(
                "amio: disconnecting {destination} from {source} failed: {destination} is no output\n"
            ),
        ] {
            assert!(ran.stderr.contains(&said), "{}", ran.stderr);
        }
    }
}

#[test]
fn ports_are_listed_in_json_and_by_name() {
    for (server, source, destination) in SERVERS {
        let folder = Folder::new(&format!("patchbay_ports_{}", server[0]));
        let ran = succeeded(run_beside(server, &folder, &["ports", "--json"]));
        let ports: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
        let port = |name: &str| {
            let mut ports = ports.as_array().expect("an array").iter();
            ports
                .find(|port| port["name"] == name)
                .expect("it is there")
                .clone()
        };
        assert_eq!(port(source)["direction"], "output");
        assert_eq!(port(destination)["direction"], "input");
        assert_eq!(port(destination)["type"], "audio");
        assert_eq!(port(destination)["physical"], true);
        assert!(port(source)["capture_latency"]["max_frames"].is_u64());
        let names = |options: &[&str]| {
            let args = [&["ports", "--names"], options].concat();
            succeeded(run_beside(server, &folder, &args)).stdout
        };
        let outputs = names(&["--outputs", "--audio"]);
        assert!(outputs.lines().any(|name| name == source), "{outputs}");
        assert!(!outputs.contains(destination), "{outputs}");
        assert_eq!(names(&["--midi"]), "");
        assert_eq!(names(&[&format!("^{source}$")]), format!("{source}\n"));
    }
}

#[test]
fn the_transport_is_moved_started_and_stopped() {
    const SCRIPT: &str = r#"
        set -e
        "$0" transport locate 480000
        "$0" transport status
        "$0" transport start
        "$0" transport status --json
        "$0" transport stop
        "$0" transport status
    "#;
    for (server, ..) in SERVERS {
        let folder = Folder::new(&format!("patchbay_transport_{}", server[0]));
        let said = succeeded(script_beside(server, &folder, SCRIPT, &[])).stdout;
        let first = "stopped at frame 480000, 10.000 s at 48000 Hz\n{\n  \"state\": \"rolling\",\n";
        assert!(said.starts_with(first), "{said}");
        let last = said.lines().last().expect("a line");
        let frame = last.strip_prefix("stopped at frame ");
        let frame = frame.and_then(|text| text.split(',').next()?.parse().ok());
        assert!(frame.is_some_and(|frame: u32| frame > 480_000), "{said}");
    }
}

#[test]
fn what_happens_is_printed_as_it_happens() {
    const SCRIPT: &str = r#"
        set -e
        mkfifo lines
        "$0" watch --json >lines & watcher=$!
        exec 3<lines
        # Its own activation is the first that it tells of.
        read -r line <&3
        "$0" connect "$1" "$2"
        until [[ $line == *'"connection"'* ]]; do read -r line <&3; done
        echo "$line"
        kill -INT "$watcher"
        cat <&3 >/dev/null
        wait "$watcher"
    "#;
    for (server, source, destination) in SERVERS {
        let folder = Folder::new(&format!("patchbay_events_{}", server[0]));
        let ran = succeeded(script_beside(
            server,
            &folder,
            SCRIPT,
            &[source, destination],
        ));
        let expected = format!(
            "{{\"event\":\"connection\",\"source\":\"{source}\",\
             \"destination\":\"{destination}\",\"connected\":true}}\n"
        );
        assert_eq!(ran.stdout, expected);
    }
}

#[test]
fn watching_ends_with_the_server() {
    const SCRIPT: &str = r#"
        mkfifo lines
        "$0" watch >lines & watcher=$!
        exec 3<lines
        read -r line <&3
        kill -9 "$JACKD_PID"
        cat <&3 | tail -n 1
        wait "$watcher"
    "#;
    let ran = script_beside(JACKD, &Folder::new("patchbay_lost"), SCRIPT, &[]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stdout.starts_with("shutdown: "), "{ran:?}");
}

#[test]
fn midi_events_are_printed_with_their_frames() {
    const SCRIPT: &str = r#"
        set -e
        jack_midiseq sequencer 4800 0 60 2400 >/dev/null 2>&1 & sequencer=$!
        trap 'kill $sequencer' EXIT
        until "$0" ports --names --midi --outputs | grep -q .; do sleep 0.02; done
        mkfifo lines
        "$0" midi monitor "$("$0" ports --names --midi --outputs)" --json >lines & monitor=$!
        exec 3<lines
        for n in 1 2 3 4 5 6; do read -r line <&3; echo "$line"; done
        kill -INT "$monitor"
        cat <&3 >/dev/null
        wait "$monitor"
    "#;
    for (server, ..) in SERVERS {
        let folder = Folder::new(&format!("patchbay_midi_{}", server[0]));
        let said = succeeded(script_beside(server, &folder, SCRIPT, &[])).stdout;
        let events: Vec<serde_json::Value> = said
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        let frame = |n: usize| events[n]["frame"].as_u64().expect("a number");
        for n in 2..6 {
            assert_eq!(frame(n) - frame(n - 2), 4800, "{server:?}: {said}");
        }
        let ons = events
            .iter()
            .filter(|event| event["text"] == "channel 1: note 60 on, velocity 64");
        assert_eq!(ons.count(), 3, "{said}");
    }
}
