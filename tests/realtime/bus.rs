//! A private D-Bus daemon, and an rtkit on it that does what the real one does.

use super::child;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use zbus::blocking::Connection;
use zbus::blocking::connection::Builder;
use zbus::fdo;

/// What rtkit allows by default.
pub const HIGHEST: u32 = 20;
pub const LONGEST_US: i64 = 200_000;

/// What the rtkit of the tests says to a thread.
#[derive(Clone, Copy)]
pub enum Answer {
    Grant,
    Refuse,
}

/// A daemon with an rtkit.
pub struct Bus {
    daemon: Child,
    folder: PathBuf,
    _rtkit: Connection,
}

impl Bus {
    pub fn start(answer: Answer) -> Bus {
        let folder = folder("bus");
        let config = folder.join("config");
        let listen = address_in(&folder);
        let text = format!(
            "<busconfig><type>session</type><listen>{listen}</listen><auth>EXTERNAL</auth>\
             <policy context=\"default\"><allow user=\"*\"/><allow own=\"*\"/>\
             <allow send_destination=\"*\"/><allow receive_type=\"method_call\"/>\
             <allow receive_type=\"method_return\"/><allow receive_type=\"error\"/>\
             <allow receive_type=\"signal\"/></policy></busconfig>"
        );
        fs::write(&config, text).expect("the folder is new");
        let mut daemon = Command::new("dbus-daemon")
            .arg("--config-file")
            .arg(&config)
            .args(["--nofork", "--nopidfile", "--print-address"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("dbus-daemon is there; scripts/setup test installs it");
        let mut printed = BufReader::new(daemon.stdout.take().expect("it is piped"));
        let mut line = String::new();
        // The daemon listens when it has printed its address.
        printed.read_line(&mut line).expect("it prints its address");
        let rtkit = Builder::address(listen.as_str())
            .and_then(|builder| builder.name("org.freedesktop.RealtimeKit1"))
            .and_then(|builder| builder.serve_at("/org/freedesktop/RealtimeKit1", Rtkit(answer)))
            .and_then(Builder::build)
            .expect("the daemon answers");
        Bus {
            daemon,
            folder,
            _rtkit: rtkit,
        }
    }

    pub fn address(&self) -> String {
        address_in(&self.folder)
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        self.daemon.kill().expect("it runs");
        self.daemon.wait().expect("it was killed");
        fs::remove_dir_all(&self.folder).expect("it is there");
    }
}

/// The address of a socket in a folder.
pub fn address_in(folder: &Path) -> String {
    format!("unix:path={}", folder.join("bus").display())
}

/// A new folder that every user can look into.
pub fn folder(name: &str) -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let process = std::process::id();
    let folder = std::env::temp_dir().join(format!("amio-{name}-{process}-{number}"));
    fs::create_dir(&folder).expect("the name is new");
    open_to_all(&folder);
    folder
}

/// Lets every user write to it, as the sockets of buses do.
pub fn open_to_all(path: &Path) {
    fs::set_permissions(path, fs::Permissions::from_mode(0o777)).expect("it is ours");
}

struct Rtkit(Answer);

#[zbus::interface(name = "org.freedesktop.RealtimeKit1")]
impl Rtkit {
    #[zbus(property, name = "RTTimeUSecMax")]
    fn longest_us(&self) -> i64 {
        LONGEST_US
    }

    #[zbus(property, name = "MaxRealtimePriority")]
    fn highest(&self) -> i32 {
        HIGHEST as i32
    }

    fn make_thread_realtime(&self, thread: u64, priority: u32) -> fdo::Result<()> {
        let denied = |why: &str| Err(fdo::Error::AccessDenied(why.into()));
        if let Answer::Refuse = self.0 {
            return denied("the fake refuses");
        }
        let limits = fs::read_to_string(format!("/proc/{thread}/limits"))
            .map_err(|error| fdo::Error::Failed(error.to_string()))?;
        let limit = child::hard_limit(&limits).and_then(|limit| limit.parse::<i64>().ok());
        if limit.is_none_or(|limit| limit > LONGEST_US) {
            return denied("RLIMIT_RTTIME is too high");
        }
        if priority > HIGHEST {
            return denied("the priority is too high");
        }
        let (priority, thread) = (priority.to_string(), thread.to_string());
        let arguments = ["--rr", "--reset-on-fork", "--pid", &priority, &thread];
        match child::succeeds("chrt", &arguments) {
            true => Ok(()),
            false => Err(fdo::Error::Failed("chrt failed".into())),
        }
    }
}
