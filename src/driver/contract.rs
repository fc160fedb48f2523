//! What every driver is: how it is opened, started and stopped, and what it tells.

use super::alsa::AlsaInfo;
use super::slot::Lease;
use crate::error::Result;
use crate::jack::Client;
use crate::sys::Realtime;
use crate::units::Latency;
use std::any::Any;
use std::sync::Arc;

/// An open connection to a server or device. Dropping it closes the connection.
pub(crate) trait Driver: Any + Send {
    /// What the server or device said when it was opened, or says now.
    fn info(&self) -> Info;
    /// Begins to call `lease.run` once per period, on the audio thread.
    fn start(&mut self, lease: Lease) -> Result<()>;
    /// Returns when `lease.run` is no longer called. Starting again is allowed.
    fn stop(&mut self) -> Result<()>;
    /// What the next driver is to take over after this one was lost or stopped. `None` if there is nothing, or
    /// if it is not known.
    fn resume(&self) -> Option<Resume> {
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
    /// The client of a driver for JACK, lent.
    pub jack: Option<Arc<Client>>,
    /// What a driver for ALSA has agreed with its devices.
    pub alsa: Option<Arc<AlsaInfo>>,
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

/// What a driver wants kept over a loss of its server or device. Only the same type of driver can read it.
#[derive(Clone)]
pub(crate) struct Resume(Arc<dyn Any + Send + Sync>);

impl Resume {
    pub fn new<T: Send + Sync + 'static>(kept: T) -> Resume {
        Resume(Arc::new(kept))
    }

    /// What was kept, if it is of this type.
    pub fn get<T: 'static>(&self) -> Option<&T> {
        self.0.downcast_ref()
    }
}
