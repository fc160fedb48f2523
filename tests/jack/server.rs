//! Runs a test with its own audio server: the test binary starts itself again, for only that test, with
//! `tests/servers/with-*.sh`.

use crate::peer;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// Set in the environment of the process that runs the test with its server.
const INSIDE: &str = "AMIO_TEST_INSIDE";

/// How long a test with its server may take, in seconds; and one of those that are ignored in CI.
const PATIENCE: &str = "150";
const LONG_PATIENCE: &str = "1500";

/// Servers would disturb each other's timing, so they run one at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// The server for a test.
#[derive(Clone, Copy)]
pub enum Server {
    /// jackd with real-time scheduling and this period in frames.
    Jackd(u32),
    /// jackd without real-time scheduling.
    JackdNotRealtime(u32),
    /// No server at first, but a `~/.jackdrc` with which libjack can start jackd. `forbidden`: the
    /// environment forbids that.
    JackdOnDemand { forbidden: bool },
    /// PipeWire with its own libjack, 256 frames.
    PipeWire,
}

/// Runs an expression, the body of a test, with a [`Server`] in a child process.
///
/// If the server is not installed, the test prints that it is skipped; on CI, it fails.
macro_rules! beside {
    ($server:expr, $test:expr) => {{
        fn here() {}
        if crate::server::is_inside() {
            $test
        } else {
            crate::server::run($server, std::any::type_name_of_val(&here))
        }
    }};
}
pub(crate) use beside;

pub fn is_inside() -> bool {
    std::env::var_os(INSIDE).is_some()
}

/// Runs the test in which `here` is declared.
pub fn run(server: Server, here: &'static str) {
    if !installed(server.program()) {
        let message = format!(
            "{} is not installed: run scripts/setup test",
            server.program()
        );
        assert!(std::env::var_os("CI").is_none(), "{message}");
        eprintln!("\n*** SKIPPED, NOTHING WAS TESTED: {message} ***\n");
        return;
    }
    let in_crate = here.split_once("::").expect("it is in a module").1;
    run_inside(server, in_crate.trim_end_matches("::here"));
}

fn run_inside(server: Server, name: &str) {
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let servers = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/servers");
    let mut command = match server {
        Server::Jackd(period) | Server::JackdNotRealtime(period) => {
            let mut command = Command::new(format!("{servers}/with-jackd.sh"));
            command.arg(period.to_string());
            command
        }
        Server::JackdOnDemand { .. } => Command::new(format!("{servers}/with-jackdrc.sh")),
        Server::PipeWire => Command::new(format!("{servers}/with-pipewire.sh")),
    };
    if let Server::JackdOnDemand { forbidden: true } = server {
        command.env("JACK_NO_START_SERVER", "1");
    }
    if let Server::JackdNotRealtime(_) = server {
        command.env("JACKD_RT", "-r");
    }
    let patience = match std::env::args().any(|argument| argument == "--ignored") {
        true => LONG_PATIENCE,
        false => PATIENCE,
    };
    let output = command
        .arg(std::env::current_exe().expect("a test has a path"))
        .args([
            "--exact",
            name,
            "--include-ignored",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(INSIDE, "1")
        .env("T", patience)
        .env(peer::PROGRAM, peer::build())
        .output()
        .expect("the script starts");
    let printed = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    // The exit status alone is not enough: it is 0 also if no test has that name.
    let passed = output.status.success() && printed.contains("test result: ok. 1 passed");
    assert!(
        passed,
        "{name} beside {}: {}\n{printed}",
        server.program(),
        output.status
    );
    println!("{printed}");
}

impl Server {
    fn program(self) -> &'static str {
        match self {
            Server::Jackd(_) | Server::JackdNotRealtime(_) | Server::JackdOnDemand { .. } => {
                "jackd"
            }
            Server::PipeWire => "pipewire",
        }
    }
}

fn installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}
