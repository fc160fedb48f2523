//! The driver for ALSA's devices and plugins, without a server.
//!
//! Flow: device -> `thread` -> [`Lease::run`]. A `side` is one PCM; `streams` runs both as one, on one clock. `clock`
//! filters the time stamps, `balance` sees gaps that nobody reports.
//! Thread: opening, starting, stopping on control threads; all of `thread` on an audio thread of its own.
#![forbid(unsafe_code)]

mod balance;
mod clock;
mod options;
mod side;
mod streams;
mod thread;

pub use options::{AlsaConfig, AlsaDevice, AlsaInfo};

use super::contract::{Driver, Info, Notice, Notify};
use super::slot::Lease;
use super::target::Request;
use crate::error::{Error, Result};
use crate::lock::Mutex;
use crate::sys::{self, Realtime};
use crate::units::Latency;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::JoinHandle;
use streams::Streams;
use thread::{AudioThread, End};

/// Below JACK's usual 70: a server that is reached by a plugin of ALSA comes first.
const PRIORITY: i32 = 60;

struct Alsa {
    info: Info,
    channels: (usize, usize),
    midi_outputs: usize,
    notify: Notify,
    priority: i32,
    /// What the audio thread got.
    realtime: Arc<Mutex<Option<Realtime>>>,
    /// `None` while the audio thread has them, and after a loss.
    streams: Arc<Mutex<Option<Streams>>>,
    thread: Option<(JoinHandle<()>, Arc<sys::Signal>)>,
}

/// Opens the devices and agrees upon the terms. The sound begins with `start`.
pub(super) fn open(
    config: &AlsaConfig,
    request: &Request,
    notify: Notify,
) -> Result<Box<dyn Driver>> {
    let streams = Streams::open(request, config)?;
    let info = Info {
        frame_rate_hz: streams.rate.hz(),
        period_frames: streams.period as u32,
        client_name: request.client_name.clone(),
        latency: streams.latency(),
        realtime: None,
        jack: None,
        alsa: Some(Arc::new(streams.info())),
    };
    Ok(Box::new(Alsa {
        info,
        channels: (
            request.input_channels.into(),
            request.output_channels.into(),
        ),
        midi_outputs: request.midi_outputs.into(),
        notify,
        priority: request.realtime_priority.map_or(PRIORITY, i32::from),
        realtime: Arc::default(),
        streams: Arc::new(Mutex::new(Some(streams))),
        thread: None,
    }))
}

impl Driver for Alsa {
    fn info(&self) -> Info {
        Info {
            realtime: self.realtime.lock().clone(),
            ..self.info.clone()
        }
    }

    fn start(&mut self, lease: Lease) -> Result<()> {
        let Some(mut streams) = self.streams.lock().take() else {
            return Err(Error::InvalidState(
                "the devices run already, or are gone".into(),
            ));
        };
        let stop = Arc::new(sys::Signal::new()?);
        streams.prepare_waiting(stop.as_fd())?;
        let thread = AudioThread::new(
            streams,
            lease,
            stop.clone(),
            self.channels,
            self.midi_outputs,
        )?;
        let (tell, started) = mpsc::sync_channel(1);
        let (realtime, notify) = (self.realtime.clone(), self.notify.clone());
        let (place, priority) = (self.streams.clone(), self.priority);
        let spawned = sys::spawn("amio-alsa", move || {
            let granted = sys::request_realtime(priority);
            if let Realtime::Refused { reason } = &granted {
                notify(Notice::Log(format!("no real-time scheduling: {reason}")));
            }
            *realtime.lock() = Some(granted);
            let end = run(thread, &place, &tell);
            if let End::Lost(loss) = end {
                notify(Notice::Lost {
                    reason: loss.reason(),
                });
            }
        })?;
        let gone = |_| panicked();
        match started.recv().map_err(gone).and_then(|started| started) {
            Ok(latency) => {
                self.info.latency = latency;
                self.thread = Some((spawned, stop));
                Ok(())
            }
            Err(error) => {
                sys::join(spawned);
                Err(error)
            }
        }
    }

    fn stop(&mut self) -> Result<()> {
        let Some((thread, stop)) = self.thread.take() else {
            return Ok(());
        };
        stop.set();
        thread.join().map_err(|_| panicked())
    }
}

/// The life of the audio thread. `tell` gets the latency when the devices run. The streams go back to their place,
/// unless they are lost.
fn run(
    mut thread: AudioThread,
    place: &Mutex<Option<Streams>>,
    tell: &mpsc::SyncSender<Result<Latency>>,
) -> End {
    let quiet = thread.streams.quiet();
    let started = thread.begin();
    let is_started = started.is_ok();
    // The driver waits for it.
    let _ = tell.send(started);
    let end = match is_started {
        true => sys::without_allocation(|| thread.run()),
        false => End::Stopped,
    };
    thread.streams.halt();
    drop(quiet);
    if matches!(end, End::Stopped) {
        *place.lock() = Some(thread.streams);
    }
    end
}

fn panicked() -> Error {
    Error::Driver {
        driver: "alsa",
        message: "its thread panicked".into(),
    }
}

impl Drop for Alsa {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            (self.notify)(Notice::Log(error.to_string()));
        }
    }
}
