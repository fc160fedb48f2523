//! Which drivers there are, what each can do, and what each is asked for.

use super::alsa::AlsaConfig;
use super::contract::Resume;
use crate::units::Latency;

/// Which driver runs an interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DriverKind {
    /// A JACK server, or PipeWire through its libjack.
    #[default]
    Jack,
    /// A sound card, or a plugin of ALSA, without a server.
    Alsa,
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
            DriverKind::Alsa => "alsa",
            DriverKind::Null => "null",
            DriverKind::Offline => "offline",
        }
    }
}

impl DriverKind {
    /// What is known of the driver before it is opened.
    pub(crate) fn capabilities(self) -> Capabilities {
        match self {
            DriverKind::Jack => Capabilities {
                pace: Pace::Device,
                owns_period: true,
            },
            // The period that was asked for is a wish, also when a device comes back.
            DriverKind::Alsa => Capabilities {
                pace: Pace::Device,
                owns_period: false,
            },
            DriverKind::Null => Capabilities {
                pace: Pace::Timer,
                owns_period: false,
            },
            DriverKind::Offline => Capabilities {
                pace: Pace::Caller,
                owns_period: false,
            },
        }
    }
}

/// What a driver states of itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Capabilities {
    pub pace: Pace,
    /// Whether the server or device chooses the period. It may then come back with another one.
    pub owns_period: bool,
}

/// What decides when a period runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// A device, by way of a server or directly: each period has a deadline.
    Device,
    /// A timer, which stands in for a device.
    Timer,
    /// The caller: periods have no deadline, and calls of the driver return at once.
    Caller,
}

impl Pace {
    /// Whether periods are to be computed in time. Otherwise nothing has to be ready before, and nobody has to
    /// look after the driver.
    pub fn has_deadlines(self) -> bool {
        self != Pace::Caller
    }
}

/// What a driver needs to know to open.
#[derive(Clone)]
pub(crate) struct Request {
    pub target: Target,
    pub client_name: String,
    /// `None`: the server's, or 48,000.
    pub frame_rate_hz: Option<u32>,
    /// `None`: the server's, or 256.
    pub period_frames: Option<u32>,
    pub input_channels: u16,
    pub output_channels: u16,
    pub midi_inputs: u16,
    pub midi_outputs: u16,
    /// Of a driver's own audio thread, 1 to 99. `None`: the driver's choice.
    pub realtime_priority: Option<u8>,
    /// From the driver before, if there was one.
    pub resume: Option<Resume>,
}

/// What is to be opened: what is asked of one type of driver alone.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    Jack(JackTarget),
    Alsa(AlsaConfig),
    Null(SimulatedTarget),
    Offline(SimulatedTarget),
}

#[derive(Clone, Debug)]
pub(crate) struct JackTarget {
    /// `None`: the default server.
    pub server_name: Option<String>,
    /// Whether to connect to the physical ports where there is nothing to resume.
    pub autoconnect: bool,
    /// Whether to start a server where none answers.
    pub start_server: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct SimulatedTarget {
    /// What the driver reports.
    pub latency: Latency,
}
