//! What libjack notifies of, and the thread that does what libjack's own threads may not: it hands on
//! notices, keeps the connections and reads latencies.
//!
//! Flow: libjack's threads -> [`Watched`], where they set a flag or queue a notice -> the watcher.

use super::patchbay::{ClientPorts, Patchbay};
use super::state::ClientState;
use crate::driver::contract::{Notice, Notify};
use crate::error::Result;
use crate::jack::{Client, LatencyMode, Notifications, PortId, Status};
use crate::lock::Mutex;
use crate::sys::{self, Signal};
use crate::units::Latency;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

pub(super) struct Watched {
    state: Arc<ClientState>,
    ports: ClientPorts,
    pub patchbay: Patchbay,
    /// Held while connections and latencies are read and stored.
    refreshing: Mutex<()>,
    graph_changed: AtomicBool,
    closing: AtomicBool,
    notices: Mutex<Vec<Notice>>,
    wake: Signal,
}

impl Watched {
    /// # Errors
    /// [`crate::Error::System`].
    pub fn new(state: &Arc<ClientState>, ports: ClientPorts) -> Result<Watched> {
        Ok(Watched {
            state: state.clone(),
            ports,
            patchbay: Patchbay::default(),
            refreshing: Mutex::new(()),
            graph_changed: AtomicBool::new(false),
            closing: AtomicBool::new(false),
            notices: Mutex::new(Vec::new()),
            wake: Signal::new()?,
        })
    }

    /// Wants the connections to the device's ports.
    pub fn connect_physical(&self, client: &Client) {
        self.patchbay.connect_physical(client, &self.ports);
    }

    /// Ends the watcher.
    pub fn close(&self) {
        self.closing.store(true, Ordering::Release);
        self.wake.set();
    }

    /// Brings connections and latencies up to date. Not on libjack's threads.
    pub fn refresh(&self, client: &Client) {
        // Reading and storing are one, so that a stale value cannot overwrite a newer one.
        let _turn = self.refreshing.lock();
        self.patchbay.refresh(client, &self.ports);
        let latency = self.patchbay.latency(client, &self.ports);
        if self.state.set_latency(latency) {
            self.wake.set();
        }
    }

    fn tell(&self, notice: Notice) {
        self.notices.lock().push(notice);
        self.wake.set();
    }

    /// Has the watcher look at connections and latencies.
    fn graph_changes(&self) {
        self.graph_changed.store(true, Ordering::Release);
        self.wake.set();
    }
}

impl Notifications for Watched {
    fn latency(&self, mode: LatencyMode) {
        // Nothing is passed from input to output: capture latencies end at our inputs, playback latencies begin at
        // our outputs.
        let (audio, midi) = match mode {
            LatencyMode::Capture => (&self.ports.outputs, &self.ports.midi_outputs),
            LatencyMode::Playback => (&self.ports.inputs, &self.ports.midi_inputs),
        };
        for (_, port) in audio.iter().chain(midi) {
            port.set_latency_to_none(mode);
        }
        self.graph_changes();
    }

    fn xrun(&self, _delay_us: f32) {
        self.tell(Notice::Xrun);
    }

    fn period(&self, frames: u32) {
        if self.state.period_frames.swap(frames, Ordering::Relaxed) != frames {
            self.tell(Notice::Period { frames });
            // libjack reports no latencies to a client that is part of a loop.
            self.graph_changes();
        }
    }

    fn rate(&self, hz: u32) {
        if self.state.frame_rate_hz.swap(hz, Ordering::Relaxed) != hz {
            self.tell(Notice::Rate { hz });
        }
    }

    fn freewheel(&self, on: bool) {
        if self.state.freewheeling.swap(on, Ordering::Relaxed) != on {
            self.tell(Notice::Freewheel { on });
        }
    }

    fn graph_order(&self) {
        self.graph_changes();
    }

    fn port_registered(&self, _port: PortId, _name: Option<&str>, _exists: bool) {
        self.graph_changes();
    }

    fn port_renamed(&self, _port: PortId, _before: &str, _now: &str) {
        self.graph_changes();
    }

    fn ports_connected(&self, _source: PortId, _destination: PortId, _connected: bool) {
        self.graph_changes();
    }

    fn lost(&self, _status: Status, reason: &str) {
        self.patchbay.freeze();
        if !self.state.lost.swap(true, Ordering::AcqRel) {
            self.tell(Notice::Lost {
                reason: reason.to_owned(),
            });
        }
    }
}

/// The thread that does what libjack's threads may not.
pub(super) fn watch(
    watched: Arc<Watched>,
    client: Arc<Client>,
    notify: Notify,
) -> Result<JoinHandle<()>> {
    sys::spawn("amio-jack", move || {
        let mut told = Latency::default();
        loop {
            watched.wake.wait(std::time::Duration::MAX);
            watched.wake.clear();
            if watched.closing.load(Ordering::Acquire) {
                return;
            }
            let notices = std::mem::take(&mut *watched.notices.lock());
            for notice in notices {
                notify(notice);
            }
            if watched.graph_changed.swap(false, Ordering::AcqRel) && !watched.state.is_lost() {
                watched.refresh(&client);
            }
            let latency = watched.state.latency();
            if latency != told {
                told = latency;
                notify(Notice::Latency(latency));
            }
        }
    })
}
