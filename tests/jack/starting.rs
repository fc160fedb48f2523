//! Servers that libjack starts, if the configuration asks for it.

use crate::server::{Server, beside};
use crate::tools::{self, ports_of, run_until, wait_for};
use amio::{Config, Error, EventKind, Interface, State};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

const ON_DEMAND: Server = Server::JackdOnDemand { forbidden: false };
/// libjack takes a second or more to start a server.
const PATIENCE: Duration = Duration::from_secs(15);

/// A configuration that starts a server if none runs.
fn starting() -> Config {
    Config {
        start_server: true,
        ..tools::config()
    }
}

/// The file in which the server that was started last has written its process id.
fn started() -> PathBuf {
    PathBuf::from(std::env::var_os("HOME").expect("the script sets it")).join("started")
}

fn kill_server() {
    let process = std::fs::read_to_string(started()).expect("a server was started");
    let killed = Command::new("kill")
        .args(["-KILL", process.trim()])
        .status();
    assert!(killed.expect("kill is everywhere").success());
}

/// Waits for a line of the log that has these words in it.
fn wait_for_line(interface: &Interface, words: &str) {
    wait_for(interface, PATIENCE, |event| match &event.kind {
        EventKind::Log(line) if line.contains(words) => Some(()),
        _ => None,
    });
}

#[test]
fn without_being_asked_an_interface_starts_no_server() {
    beside!(ON_DEMAND, {
        let Err(error) = Interface::new(tools::config()) else {
            panic!("there was a server");
        };
        assert!(matches!(error, Error::NoServer { .. }), "{error}");
        assert!(!started().exists(), "one was started");
    });
}

#[test]
fn a_server_is_started_on_demand_and_the_log_says_so() {
    beside!(ON_DEMAND, {
        let interface = tools::start(starting());
        wait_for_line(&interface, "one was started");
        run_until(&interface, 4_096);
        assert!(!ports_of("amio").is_empty());
        // The second interface finds a running server, on which its client name is in use.
        let second = tools::start(starting());
        wait_for_line(&second, "already");
        assert_ne!(second.client_name(), "amio");
        run_until(&second, 4_096);
    });
}

#[test]
fn a_server_that_was_lost_is_not_started_again() {
    beside!(ON_DEMAND, {
        let interface = tools::start(starting());
        wait_for_line(&interface, "one was started");
        kill_server();
        std::fs::remove_file(started()).expect("it was just read");
        wait_for_line(&interface, "reconnecting: no JACK server");
        wait_for_line(&interface, "reconnecting: no JACK server");
        assert_eq!(interface.state(), State::Lost);
        assert!(!started().exists(), "a server was started again");
    });
}

#[test]
fn the_environment_can_forbid_to_start_a_server() {
    beside!(Server::JackdOnDemand { forbidden: true }, {
        let Err(error) = Interface::new(starting()) else {
            panic!("there was a server");
        };
        assert!(matches!(error, Error::NoServer { .. }), "{error}");
        assert!(!started().exists(), "one was started");
    });
}
