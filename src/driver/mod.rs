//! What calls the engine once per period, and where the sound goes.
//!
//! Flow: server, device, timer or caller -> [`Driver`] -> [`Lease::run`] -> [`Process`] (the
//! engine) -> buffers of the period. Drivers know nothing of clips; the engine knows nothing of
//! drivers.
//! Thread: `open`, `start`, `stop` and dropping on a control thread; [`Lease::run`] on the audio
//! thread.

mod gate;
mod jack;
mod null;
mod offline;
mod slot;

pub(crate) use offline::Offline;
pub(crate) use slot::{Lease, Slot};

use crate::error::Result;
use crate::sys::Realtime;
use crate::units::Latency;
use std::sync::Arc;

/// The half of the library that runs on the audio thread, as a driver sees it.
pub(crate) trait Process: Send {
    /// Renders one period: fills all outputs, consumes all inputs.
    ///
    /// # Real-time contract
    /// Audio thread only; wait-free, unless [`Period::waits`]; no allocation, free, log or panic,
    /// and no lock or system call either, unless [`Period::waits`].
    fn process(&mut self, period: Period<'_, '_>);
}

/// One period of audio, as the driver hands it to the engine.
pub(crate) struct Period<'a, 'b> {
    /// Length in frames of each slice below; 1 or more.
    pub frames: usize,
    /// Device frames that were skipped between the previous period and this one.
    pub skipped: u64,
    /// `CLOCK_MONOTONIC` at which the first frame of the period was due, in nanoseconds.
    pub time_ns: u64,
    /// Whether nobody waits for the period at a certain time (offline, freewheeling): the engine
    /// may then wait for a disk, where otherwise it would go on without.
    pub waits: bool,
    /// The latencies in force now.
    pub latency: Latency,
    /// One slice for each input channel.
    pub inputs: &'a [&'b [f32]],
    /// One slice for each output channel; the engine overwrites them.
    pub outputs: &'a mut [&'b mut [f32]],
}

/// An open connection to a server or device. Dropping it closes the connection.
pub(crate) trait Driver: Send {
    /// What the server or device said when it was opened, or says now.
    fn info(&self) -> Info;
    /// Begins to call `lease.run` once per period, on the audio thread.
    fn start(&mut self, lease: Lease) -> Result<()>;
    /// Returns when `lease.run` is no longer called. Starting again is allowed.
    fn stop(&mut self) -> Result<()>;
    /// The connections of this client's ports, as (source, destination), for a later [`open`]
    /// after the server was lost. `None` if it never ran, and for drivers without ports.
    fn connections(&self) -> Option<Vec<(String, String)>> {
        None
    }
    /// The caller-cranked driver, if this is it.
    fn as_offline(&mut self) -> Option<&mut Offline> {
        None
    }
}

/// What a driver knows of its server or device.
#[derive(Clone, Debug, Default)]
pub(crate) struct Info {
    pub frame_rate_hz: u32,
    pub period_frames: u32,
    /// The name the server gave us; it may differ from the one that was asked for.
    pub client_name: String,
    pub latency: Latency,
    /// Whether the audio thread got real-time scheduling; `None` while it has not run.
    pub realtime: Option<Realtime>,
}

/// What a driver reports outside the audio thread.
#[derive(Debug)]
pub(crate) enum Notice {
    /// The server or device is gone; the driver will not call `run` again.
    Lost { reason: String },
    /// The server reported an over- or underrun.
    Xrun,
    /// The period changed while running.
    Period { frames: u32 },
    /// The frame rate changed while running.
    Rate { hz: u32 },
    /// The latencies changed.
    Latency(Latency),
    /// The server entered or left freewheel mode.
    Freewheel { on: bool },
    /// Something worth knowing, for the log.
    Log(String),
}

/// Receives notices, on any thread but the audio thread.
pub(crate) type Notify = Arc<dyn Fn(Notice) + Send + Sync>;

/// Which driver runs an interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DriverKind {
    /// A JACK server, or PipeWire through its libjack.
    #[default]
    Jack,
    /// A timer: silence in, output discarded, paced like a device.
    Null,
    /// The caller, by [`crate::Interface::advance`].
    Offline,
}

impl DriverKind {
    /// Its name in messages, files and on command lines.
    pub fn name(self) -> &'static str {
        match self {
            DriverKind::Jack => "jack",
            DriverKind::Null => "null",
            DriverKind::Offline => "offline",
        }
    }
}

/// What a driver needs to know to open.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub kind: DriverKind,
    pub client_name: String,
    /// `None`: the default server.
    pub server_name: Option<String>,
    /// `None`: the server's, or 48,000.
    pub frame_rate_hz: Option<u32>,
    /// `None`: the server's, or 256.
    pub period_frames: Option<u32>,
    pub input_channels: u16,
    pub output_channels: u16,
    pub autoconnect: bool,
    /// Whether to start a server where none answers.
    pub start_server: bool,
    /// What the null and offline drivers report.
    pub latency: Latency,
    /// Connections to make instead of `autoconnect`: those of a client that was lost, if they are
    /// known.
    pub restore: Option<Vec<(String, String)>>,
}

/// How many calls of this process's drivers have had their turn, where only one can be under way: opening,
/// starting, stopping and closing a client of a JACK server. While this grows, others come nearer to theirs.
pub(crate) fn turns_ended() -> u64 {
    jack::turns_ended()
}

/// Opens a driver. It may block as long as its server does.
pub(crate) fn open(request: &Request, notify: Notify) -> Result<Box<dyn Driver>> {
    match request.kind {
        DriverKind::Jack => jack::open(request, notify),
        DriverKind::Null => Ok(Box::new(null::Null::new(request, notify))),
        DriverKind::Offline => Ok(Box::new(Offline::new(request)?)),
    }
}
