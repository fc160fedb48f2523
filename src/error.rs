//! The one error type: each variant names what was wrong, the value, and what would be right.
//! It knows nothing of C; `capi::status` maps it to numbers.

use std::path::PathBuf;

/// What every fallible call of this crate returns.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a call was refused or failed.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An integer argument is outside its range.
    #[error("{what} is {given}; it must be {allowed}")]
    OutOfRange {
        /// The argument.
        what: &'static str,
        /// Its value.
        given: i128,
        /// The values that are accepted.
        allowed: &'static str,
    },
    /// A floating-point argument is outside its range, NaN or infinite.
    #[error("{what} is {given}; it must be {allowed}")]
    BadFloat {
        /// The argument.
        what: &'static str,
        /// Its value.
        given: f64,
        /// The values that are accepted.
        allowed: &'static str,
    },
    /// An argument is wrong in a way that a range does not express.
    #[error("{0}")]
    InvalidArgument(String),
    /// A sample in an application's memory is NaN, infinite or too large. (Those in files become
    /// 0, and are counted.)
    #[error(
        "sample {value} at frame {frame}, channel {channel}; samples must be finite and within ±1e6"
    )]
    BadSample {
        /// The frame of the first bad sample.
        frame: u64,
        /// Its channel.
        channel: u16,
        /// Its value.
        value: f64,
    },
    /// A clip's frame rate is not the interface's.
    #[error("{what} has {clip_hz} Hz, the interface {interface_hz} Hz; convert the clip first")]
    RateMismatch {
        /// Which clip.
        what: String,
        /// The clip's rate.
        clip_hz: u32,
        /// The interface's rate.
        interface_hz: u32,
    },
    /// The call does not fit the state the object is in.
    #[error("{0}")]
    InvalidState(String),
    /// The ticket was never issued by this interface, or has ended.
    #[error(
        "ticket {0} is not pending: it was never issued here, was applied, superseded or cancelled"
    )]
    NoSuchTicket(u64),
    /// A bounded queue has no room now; what was asked can be asked again later.
    #[error("{queue} is full ({capacity}); {advice}")]
    QueueFull {
        /// Which queue.
        queue: &'static str,
        /// How many it holds.
        capacity: usize,
        /// What can be done.
        advice: &'static str,
    },
    /// Nothing came within the time that was given.
    #[error("timed out after {timeout_ms} ms, waiting for {what}")]
    Timeout {
        /// What was waited for.
        what: &'static str,
        /// The time that was given.
        timeout_ms: u64,
    },
    /// The driver is not part of this build, or its system library is not installed.
    #[error("driver {driver} is not available: {reason}")]
    DriverUnavailable {
        /// The driver.
        driver: &'static str,
        /// What is missing, and how to get it.
        reason: String,
    },
    /// No server answers.
    #[error("no JACK server{} answers ({reason}); start one, or choose another driver", server_name(.name))]
    NoServer {
        /// The server's name; empty for the default server.
        name: String,
        /// What the library said.
        reason: String,
    },
    /// A rate was asked for, or is that of the interface already, and the server has another one.
    #[error(
        "frame_rate_hz is {asked_hz}, but the server runs with {server_hz}; leave it unset, or \
         change the server"
    )]
    ServerRate {
        /// The rate that was asked for.
        asked_hz: u32,
        /// The server's.
        server_hz: u32,
    },
    /// A rate was asked for, or is that of the interface already, and the device lacks it.
    #[error(
        "frame_rate_hz is {asked_hz}, but the device {device:?} has {}; choose one of them, or let ALSA convert the rate",
        listed(.rates_hz)
    )]
    DeviceRate {
        /// The device.
        device: String,
        /// The rate that was asked for.
        asked_hz: u32,
        /// Those that it has: the common ones among them, its lowest and its highest one.
        rates_hz: Vec<u32>,
    },
    /// The driver or its server failed.
    #[error("driver {driver}: {message}")]
    Driver {
        /// The driver.
        driver: &'static str,
        /// What failed.
        message: String,
    },
    /// A file could not be opened, read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file is not what it should be.
    #[error("{}: {found}; supported: {supported}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What was found in it.
        found: String,
        /// What would be accepted.
        supported: &'static str,
    },
    /// The program gave up the work.
    #[error("the work was cancelled")]
    Cancelled,
    /// The memory for an object could not be had.
    #[error("out of memory: {0} bytes for {1}")]
    OutOfMemory(u64, &'static str),
    /// The system refused something the library needs.
    #[error("{what}: {source}")]
    System {
        /// What was asked.
        what: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
}

fn server_name(name: &str) -> String {
    if name.is_empty() {
        String::new()
    } else {
        format!(" named {name:?}")
    }
}

fn listed(rates_hz: &[u32]) -> String {
    let rates: Vec<String> = rates_hz.iter().map(u32::to_string).collect();
    match &rates[..] {
        [] => "none".into(),
        rates => rates.join(", "),
    }
}
