//! What an interface is made from.

use crate::driver::{AlsaConfig, DriverKind, JackTarget, Request, Resume, SimulatedTarget, Target};
use crate::error::{Error, Result};
use crate::link::SkipPolicy;
use crate::midi::MAX_MIDI_PORTS;
use crate::units::{FRAME_RATE_RANGE_HZ, Latency, MAX_CHANNELS, MAX_PERIOD_FRAMES};
use std::time::Duration;

/// The settings of an [`crate::Interface`]; [`Config::new`] gives the defaults.
#[derive(Clone, Debug)]
pub struct Config {
    /// Which driver runs the engine.
    pub driver: DriverKind,
    /// The name under which a server knows the interface; it may change it. Default: "amio".
    pub client_name: String,
    /// Which server; `None`: the default one.
    pub server_name: Option<String>,
    /// 1,000 to 768,000; `None`: the server's, or 48,000. A server with another rate is refused, and so is a device
    /// that lacks it, unless [`AlsaConfig::convert_rate`] is set.
    pub frame_rate_hz: Option<u32>,
    /// 1 to 65,536; `None`: the server's, or 256. A server with another period is refused, but a
    /// running one may change it, and one that is restarted may come back with another. A device of ALSA gets the one that is
    /// closest to it: see [`crate::Interface::period_frames`].
    pub period_frames: Option<u32>,
    /// 0 to 64. Default: 2.
    pub input_channels: u16,
    /// 0 to 64. Default: 2.
    pub output_channels: u16,
    /// How many MIDI ports others can send to, up to 16: see [`crate::Interface::next_midi`]. Default: 0. With
    /// the null and the offline driver nothing arrives, and what is sent is discarded.
    pub midi_inputs: u16,
    /// How many MIDI ports others can receive from, up to 16: see [`crate::Interface::send_midi`]. Default: 0.
    pub midi_outputs: u16,
    /// Whether the server's physical audio ports are connected at the start. Default: yes.
    pub autoconnect: bool,
    /// Whether libjack starts a JACK server where none answers: the one of `~/.jackdrc`. The environment variable
    /// `JACK_NO_START_SERVER` forbids it. A server that was lost is not started again,
    /// since the person who ended it does not want it back. Default: no.
    pub start_server: bool,
    /// Whether the output is kept within ±1.0; `None`: unless the driver is offline.
    pub clamp: Option<bool>,
    /// Over how many frames a cut fades, up to 768,000; 0: hard, bit-exact cuts;
    /// `None`: 5 ms.
    pub declick_frames: Option<u32>,
    /// What the timeline does about frames that the driver skipped.
    pub skip_policy: SkipPolicy,
    /// How many swaps may be pending, 1 to 65,536. Default: 1,024.
    pub swap_queue: usize,
    /// How many batches of commands may wait for the next period, 1 to 65,536. Default: 1,024.
    pub command_queue: usize,
    /// How many captured frames may wait to be read, up to 2^26; 0: two seconds' worth.
    pub capture_buffer_frames: u64,
    /// How far ahead of what plays streamed clips are read, up to 2^24 frames; 0: one second. Never
    /// less than two periods and twice the declick length. Each page of them takes 16 KiB of memory
    /// per channel, see [`crate::Clip::open_stream`].
    pub read_ahead_frames: u64,
    /// What is asked of devices by the driver [`DriverKind::Alsa`].
    pub alsa: AlsaConfig,
    /// What the null and the offline driver report, each up to 2^20 frames.
    pub latency: Latency,
    /// By how many frames the way from the loudspeaker's period to the microphone's is longer than the driver
    /// reports, -2^20 to 2^20: `amio latency` measures it. Every stamp of captured input, of messages that arrive, and
    /// of recordings of the input takes it into account. [`crate::Interface::latency`] does not. Default: 0.
    pub latency_offset_frames: i32,
    /// The priority of the audio thread, 1 to 99, where the driver has one of its own; `None`: 10 (null), 60
    /// (ALSA). It is SCHED_FIFO where this user may have it. Otherwise rtkit is asked, which gives up to 20 by default, and has the
    /// system end a process whose audio thread computes for 200 ms without a pause. [`crate::Stats::realtime`]
    /// shows what was granted. A JACK server chooses the priority of its clients.
    pub realtime_priority: Option<u8>,
}

impl Config {
    /// The defaults, for a driver.
    pub fn new(driver: DriverKind) -> Config {
        Config {
            driver,
            client_name: "amio".into(),
            server_name: None,
            frame_rate_hz: None,
            period_frames: None,
            input_channels: 2,
            output_channels: 2,
            midi_inputs: 0,
            midi_outputs: 0,
            autoconnect: true,
            start_server: false,
            clamp: None,
            declick_frames: None,
            skip_policy: SkipPolicy::default(),
            swap_queue: 1024,
            command_queue: 1024,
            capture_buffer_frames: 0,
            read_ahead_frames: 0,
            alsa: AlsaConfig::default(),
            latency: Latency::default(),
            latency_offset_frames: 0,
            realtime_priority: None,
        }
    }

    pub(super) fn check(&self) -> Result<()> {
        let range = |what, given: u64, allowed: std::ops::RangeInclusive<u64>, text| {
            if allowed.contains(&given) {
                return Ok(());
            }
            Err(Error::OutOfRange {
                what,
                given: given.into(),
                allowed: text,
            })
        };
        if self.client_name.is_empty() || self.client_name.contains(['\0', ':']) {
            return Err(Error::InvalidArgument(format!(
                "client_name is {:?}; it must not be empty nor contain ':' or NUL",
                self.client_name
            )));
        }
        if let Some(hz) = self.frame_rate_hz {
            let (low, high) = (*FRAME_RATE_RANGE_HZ.start(), *FRAME_RATE_RANGE_HZ.end());
            let allowed = low.into()..=high.into();
            range("frame_rate_hz", hz.into(), allowed, "1000 to 768000")?;
        }
        if let Some(frames) = self.period_frames {
            let allowed = 1..=MAX_PERIOD_FRAMES.into();
            range("period_frames", frames.into(), allowed, "1 to 65536")?;
        }
        for (what, channels) in [
            ("input_channels", self.input_channels),
            ("output_channels", self.output_channels),
        ] {
            range(what, channels.into(), 0..=MAX_CHANNELS.into(), "0 to 64")?;
        }
        for (what, ports) in [
            ("midi_inputs", self.midi_inputs),
            ("midi_outputs", self.midi_outputs),
        ] {
            range(what, ports.into(), 0..=MAX_MIDI_PORTS.into(), "0 to 16")?;
        }
        if let Some(frames) = self.declick_frames {
            range("declick_frames", frames.into(), 0..=768_000, "0 to 768000")?;
        }
        let queue = 1..=65_536;
        range(
            "swap_queue",
            self.swap_queue as u64,
            queue.clone(),
            "1 to 65536",
        )?;
        range(
            "command_queue",
            self.command_queue as u64,
            queue,
            "1 to 65536",
        )?;
        let capture = self.capture_buffer_frames;
        range("capture_buffer_frames", capture, 0..=1 << 26, "0 to 2^26")?;
        let ahead = self.read_ahead_frames;
        range("read_ahead_frames", ahead, 0..=1 << 24, "0 to 2^24")?;
        self.alsa.check()?;
        for (what, frames) in [
            ("latency.capture_frames", self.latency.capture_frames),
            ("latency.playback_frames", self.latency.playback_frames),
        ] {
            range(what, frames.into(), 0..=1 << 20, "0 to 2^20")?;
        }
        let offset = self.latency_offset_frames;
        if offset.unsigned_abs() > 1 << 20 {
            return Err(Error::OutOfRange {
                what: "latency_offset_frames",
                given: offset.into(),
                allowed: "-2^20 to 2^20",
            });
        }
        if let Some(priority) = self.realtime_priority {
            range("realtime_priority", priority.into(), 1..=99, "1 to 99")?;
        }
        Ok(())
    }

    /// How long the first opening of the driver may take; `usual` is the time for a server that runs. libjack
    /// waits for a server that it has started by looking once a second, five times.
    pub(super) fn open_patience(&self, usual: Duration) -> Duration {
        const START_SERVER: Duration = Duration::from_secs(7);
        if self.start_server {
            usual + START_SERVER
        } else {
            usual
        }
    }

    /// Over how many frames a cut fades at this rate.
    pub(super) fn declick_frames_at(&self, frame_rate_hz: u32) -> u32 {
        self.declick_frames.unwrap_or(frame_rate_hz / 200)
    }

    pub(super) fn request(&self) -> Request {
        let simulated = SimulatedTarget {
            latency: self.latency,
        };
        Request {
            target: match self.driver {
                DriverKind::Jack => Target::Jack(JackTarget {
                    server_name: self.server_name.clone(),
                    autoconnect: self.autoconnect,
                    start_server: self.start_server,
                }),
                DriverKind::Alsa => Target::Alsa(self.alsa.clone()),
                DriverKind::Null => Target::Null(simulated),
                DriverKind::Offline => Target::Offline(simulated),
            },
            client_name: self.client_name.clone(),
            frame_rate_hz: self.frame_rate_hz,
            period_frames: self.period_frames,
            input_channels: self.input_channels,
            output_channels: self.output_channels,
            midi_inputs: self.midi_inputs,
            midi_outputs: self.midi_outputs,
            realtime_priority: self.realtime_priority,
            resume: None,
        }
    }

    /// As [`Config::request`], for an interface that had a driver before. Its rate is fixed
    /// now. Its period is not, where the server chooses it.
    pub(super) fn request_again(&self, frame_rate_hz: u32, resume: Option<Resume>) -> Request {
        let mut request = self.request();
        if let Target::Jack(target) = &mut request.target {
            target.start_server = false;
        }
        if self.driver.capabilities().owns_period {
            request.period_frames = None;
        }
        Request {
            frame_rate_hz: Some(frame_rate_hz),
            resume,
            ..request
        }
    }
}
