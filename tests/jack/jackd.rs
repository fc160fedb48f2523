//! Servers that tests end, stop and start again.

use crate::tools::wait_until;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The server of this test: the one of the script, or one that has replaced it.
pub enum Jackd {
    OfTheScript(String),
    Ours(Child),
}

impl Jackd {
    pub fn of_the_script() -> Jackd {
        Jackd::OfTheScript(std::env::var("JACKD_PID").expect("set by the script"))
    }

    /// Starts a server with the same name and settings, except for the rate. It may not be ready yet.
    fn start(rate_hz: &str) -> Jackd {
        let name = std::env::var("JACK_DEFAULT_SERVER").expect("set by the script");
        let child = Command::new("jackd")
            .args([
                "-R", "-P70", "-n", &name, "-L", "2", "-d", "dummy", "-r", rate_hz, "-p", "256",
            ])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn();
        Jackd::Ours(child.expect("jackd is installed"))
    }

    /// Waits until the server, which was killed, has ended, and starts another one.
    pub fn replace(self) -> Jackd {
        self.replace_by("48000")
    }

    /// The same, with a server of another rate.
    pub fn replace_by(mut self, rate_hz: &str) -> Jackd {
        match &mut self {
            // The next server does not start while this process exists, even as a zombie.
            Jackd::OfTheScript(pid) => {
                let process = Path::new("/proc").join(pid);
                wait_until(false, || process.exists());
            }
            Jackd::Ours(child) => drop(child.wait().expect("it is our child")),
        }
        Jackd::start(rate_hz)
    }

    pub fn signal(&self, name: &str) {
        match self {
            Jackd::OfTheScript(pid) => signal(pid, name),
            Jackd::Ours(child) => signal(&child.id().to_string(), name),
        }
    }
}

impl Drop for Jackd {
    fn drop(&mut self) {
        if let Jackd::Ours(child) = self {
            // It may have been killed before.
            child
                .kill()
                .and_then(|()| child.wait())
                .expect("it is our child");
        }
    }
}

pub fn signal(process: &str, name: &str) {
    let status = Command::new("kill").args([name, process]).status();
    assert!(status.expect("there is kill").success());
}
