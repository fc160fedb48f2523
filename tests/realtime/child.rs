//! The process in which the null driver runs, and what it sees of its audio thread.

use crate::again;
use amio::{Clip, Config, DriverKind, Entry, Interface, Playspec, Swap};
use std::fs;
use std::process::{Command, Stdio};

/// Set in the environment of the child: the priority to ask for, or nothing.
const PRIORITY: &str = "AMIO_TEST_PRIORITY";
/// Set there too if the driver is to have more work than it can do.
const OVERLOAD: &str = "AMIO_TEST_OVERLOAD";

/// What a child is to do.
pub struct Task<'a> {
    /// The name of the test that runs in it.
    pub test: &'a str,
    /// The address of the system bus.
    pub bus: &'a str,
    pub priority: Option<u8>,
    pub overload: bool,
}

impl<'a> Task<'a> {
    pub fn new(test: &'a str, bus: &'a str) -> Task<'a> {
        Task {
            test,
            bus,
            priority: None,
            overload: false,
        }
    }
}

/// What a child has seen after a start of the driver.
#[derive(Debug)]
pub struct Seen {
    /// The statistics' word.
    pub realtime: String,
    /// The kernel's.
    pub policy: u32,
    pub priority: u32,
    /// The hard limit RLIMIT_RTTIME.
    pub rttime_limit: String,
}

/// A command that starts this program again.
pub fn here() -> Command {
    Command::new(again::program())
}

/// The same, as a user without privileges, but for reading this program wherever it is.
pub fn as_nobody() -> Command {
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .args([
            "--inh-caps=+dac_read_search",
            "--ambient-caps=+dac_read_search",
        ])
        .arg(again::program());
    command
}

pub fn succeeds(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Runs the child, and returns what it has seen after each start.
pub fn seen(mut command: Command, task: &Task<'_>) -> Vec<Seen> {
    command
        .args(again::only(task.test))
        .env("DBUS_SYSTEM_BUS_ADDRESS", task.bus)
        .env(
            PRIORITY,
            task.priority
                .map_or(String::new(), |priority| priority.to_string()),
        );
    if task.overload {
        command.env(OVERLOAD, "1");
    }
    let output = command.output().expect("this test starts again");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(
        again::passed(&output.stdout),
        "{}\n{printed}{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    let lines = printed
        .lines()
        .filter_map(|line| Some(line.split_once("seen ")?.1));
    let seen: Vec<Seen> = lines
        .map(|line| {
            let mut fields = line.splitn(4, ' ');
            let mut next = || fields.next().expect("four fields").to_string();
            Seen {
                policy: next().parse().expect("a number"),
                priority: next().parse().expect("a number"),
                rttime_limit: next(),
                realtime: next(),
            }
        })
        .collect();
    assert!(!seen.is_empty(), "{printed}");
    seen
}

pub fn is_child() -> bool {
    std::env::var_os(PRIORITY).is_some()
}

/// Starts and stops the driver twice, and prints a line each time.
pub fn run() {
    let is_overloaded = std::env::var_os(OVERLOAD).is_some();
    let priority = std::env::var(PRIORITY).expect("it is set");
    let mut config = Config::new(DriverKind::Null);
    config.realtime_priority = priority.parse().ok();
    if is_overloaded {
        config.frame_rate_hz = Some(768_000);
        config.period_frames = Some(16);
    }
    let interface = Interface::new(config).expect("it opens");
    if is_overloaded {
        // Mixing 16 frames of these entries takes longer than 16 frames last.
        let clip = Clip::from_f32(768_000, 2, &vec![0.001; 1 << 22]).expect("it is finite");
        let playspec = Playspec::new(vec![Entry::new(&clip, 0); 3000]).expect("it is valid");
        interface.schedule(&playspec, Swap::at(0)).expect("it fits");
        interface.set_rolling(true).expect("there is room");
    }
    for _ in 0..2 {
        interface.start().expect("it starts");
        // The first period runs when it is known. A second of it is much longer than rtkit lets a thread compute.
        let rate = u64::from(interface.frame_rate_hz());
        let before = interface.transport().device_frame;
        let until = before + if is_overloaded { rate } else { 1 };
        while interface.transport().device_frame < until {
            std::thread::yield_now();
        }
        let stats = interface.stats();
        if is_overloaded {
            assert!(stats.skipped_frames > rate / 4, "{stats:?}");
        }
        let (policy, priority) = scheduling();
        println!(
            "seen {policy} {priority} {} {:?}",
            rttime_limit(),
            stats.realtime
        );
        interface.stop().expect("it stops within a second");
    }
}

/// The policy and the priority of the audio thread.
fn scheduling() -> (u32, u32) {
    let tasks = fs::read_dir("/proc/self/task").expect("Linux has it");
    let stat = tasks
        .filter_map(|task| fs::read_to_string(task.ok()?.path().join("stat")).ok())
        .find(|stat| stat.contains("(amio-null)"))
        .expect("it runs");
    // The fields after the name begin with the third.
    let (_, fields) = stat.rsplit_once(") ").expect("a name");
    let field = |number: usize| fields.split(' ').nth(number - 3).expect("Linux has it");
    let number = |field: &str| field.parse().expect("a number");
    (number(field(41)), number(field(40)))
}

fn rttime_limit() -> String {
    let limits = fs::read_to_string("/proc/self/limits").expect("Linux has it");
    hard_limit(&limits).expect("Linux has it").to_string()
}

/// The hard limit RLIMIT_RTTIME in the text of `/proc/PID/limits`.
pub fn hard_limit(limits: &str) -> Option<&str> {
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max realtime timeout"))?;
    line.split_whitespace().nth(1)
}
