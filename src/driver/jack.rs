//! The driver for JACK servers, and for PipeWire through its libjack.
//!
//! Flow: server -> [`Shared::process`] -> [`Lease::run`]. All other calls of the server set a flag
//! or queue a notice in [`Shared`] and wake the watcher, a thread of this driver: it hands on
//! notices, keeps the connections and reads latencies, none of which libjack's threads may do.
//! Thread: `Handler`'s methods on threads of libjack, `process` on the audio thread; the rest on
//! control threads and the watcher.
#![forbid(unsafe_code)]

mod frames;
mod patchbay;

use super::contract::{Driver, Info, Notice, Notify, Resume};
use super::period::Period;
use super::slot::Lease;
use super::target::{JackTarget, Request};
use crate::error::{Error, Result};
pub(super) use crate::jack::turns_ended;
use crate::jack::{Client, Cycle, Direction, Handler, Output, Port};
use crate::lock::Mutex;
use crate::memory;
use crate::sys::{self, Realtime, Signal};
use crate::units::{Latency, MAX_CHANNELS};
use frames::{FrameClock, Step, Told};
use patchbay::{Patchbay, Ports};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::thread::JoinHandle;

const CHANNELS: usize = MAX_CHANNELS as usize;

/// Most clients have no more on a side; lists of all [`CHANNELS`] would cost them as much as a clip.
const FEW_CHANNELS: usize = 4;

/// The longest period of any JACK server (its BUFFER_SIZE_MAX), in frames.
const LONGEST_PERIOD: usize = 8192;

/// A client of a JACK server.
struct Jack {
    name: String,
    shared: Arc<Shared>,
    client: Arc<Client>,
    watcher: Option<JoinHandle<()>>,
    active: bool,
    /// What the next start connects; `None`: the physical ports, if that was asked for.
    restore: Option<Vec<patchbay::Link>>,
    autoconnect: bool,
    /// As it was last seen; freewheeling suspends it.
    realtime: Mutex<Option<Realtime>>,
}

/// What libjack's threads, the watcher and the driver share.
struct Shared {
    /// Taken by the audio thread, which does not wait for it; otherwise only while the client is
    /// not active.
    audio: Mutex<Audio>,
    ports: Ports,
    patchbay: Patchbay,
    latency: AtomicU64,
    /// Held while connections and latencies are asked for, and what is answered is stored.
    refreshing: Mutex<()>,
    period_frames: AtomicU32,
    frame_rate_hz: AtomicU32,
    /// Since the watcher last looked.
    xruns: AtomicU32,
    ran: AtomicBool,
    freewheeling: AtomicBool,
    lost: AtomicBool,
    graph_changed: AtomicBool,
    closing: AtomicBool,
    notices: Mutex<Vec<Notice>>,
    wake: Signal,
}

/// What belongs to the audio thread.
struct Audio {
    lease: Option<Lease>,
    clock: FrameClock,
    /// Whether the last cycle was one of freewheeling.
    freewheeled: bool,
    inputs: Vec<(Port, Vec<f32>)>,
    /// Each with a place for the sound of a cycle in which the server has no buffer for it.
    outputs: Vec<(Output, Vec<f32>)>,
}

/// Connects to a server; the ports exist from then on, the sound begins with `start`.
pub(super) fn open(
    target: &JackTarget,
    request: &Request,
    notify: Notify,
) -> Result<Box<dyn Driver>> {
    let log = notify.clone();
    let mut client = Client::open(
        &request.client_name,
        target.server_name.as_deref(),
        target.start_server,
        Arc::new(move |line: &str| log(Notice::Log(format!("libjack: {line}")))),
    )?;
    if client.has_started_server() {
        notify(Notice::Log("no JACK server ran; one was started".into()));
    }
    let (frame_rate_hz, period_frames) = (client.frame_rate_hz(), client.period_frames());
    if let Some(asked_hz) = request
        .frame_rate_hz
        .filter(|asked| *asked != frame_rate_hz)
    {
        let server_hz = frame_rate_hz;
        return Err(Error::ServerRate {
            asked_hz,
            server_hz,
        });
    }
    if let Some(asked) = request
        .period_frames
        .filter(|asked| *asked != period_frames)
    {
        return Err(Error::InvalidArgument(format!(
            "period_frames is {asked}, but the JACK server runs with {period_frames}; leave it \
             unset, or change the server"
        )));
    }

    let mut audio = Audio {
        lease: None,
        clock: FrameClock::new(frame_rate_hz, client.smooths_times()),
        freewheeled: false,
        inputs: Vec::new(),
        outputs: Vec::new(),
    };
    let mut ports = Ports::default();
    let buffer = || memory::filled(0.0, LONGEST_PERIOD, "a period");
    for name in port_names("input", request.input_channels) {
        let port = client.register_input(&name)?;
        audio.inputs.push((port, buffer()?));
        ports.inputs.push((name, port));
    }
    for name in port_names("output", request.output_channels) {
        let output = client.register_output(&name)?;
        ports.outputs.push((name, output.port()));
        audio.outputs.push((output, buffer()?));
    }
    // After the ports were registered: only then PipeWire knows the client's true name.
    let (asked, name) = (&request.client_name, client.name());
    if name != *asked {
        notify(Notice::Log(format!(
            "the JACK server has a client {asked:?} already; this one is called {name:?}"
        )));
    }
    let shared = Arc::new(Shared {
        audio: Mutex::new(audio),
        ports,
        patchbay: Patchbay::default(),
        latency: AtomicU64::new(0),
        refreshing: Mutex::new(()),
        period_frames: AtomicU32::new(period_frames),
        frame_rate_hz: AtomicU32::new(frame_rate_hz),
        xruns: AtomicU32::new(0),
        ran: AtomicBool::new(false),
        freewheeling: AtomicBool::new(false),
        lost: AtomicBool::new(false),
        graph_changed: AtomicBool::new(false),
        closing: AtomicBool::new(false),
        notices: Mutex::new(Vec::new()),
        wake: Signal::new()?,
    });
    client.listen(shared.clone())?;
    let client = Arc::new(client);
    let watcher = watch(shared.clone(), client.clone(), notify)?;
    Ok(Box::new(Jack {
        name,
        shared,
        client,
        watcher: Some(watcher),
        active: false,
        restore: request.resume.as_ref().and_then(Resume::get).cloned(),
        autoconnect: target.autoconnect,
        realtime: Mutex::new(None),
    }))
}

impl Driver for Jack {
    fn info(&self) -> Info {
        let mut realtime = self.realtime.lock();
        let ran = self.shared.ran.load(Ordering::Acquire);
        let suspended = self.shared.freewheeling.load(Ordering::Relaxed) || self.shared.is_lost();
        if self.active && ran && !suspended {
            *realtime = Some(self.client.realtime());
        }
        Info {
            frame_rate_hz: self.shared.frame_rate_hz.load(Ordering::Relaxed),
            // An inactive client is not told of changes.
            period_frames: match self.active {
                true => self.shared.period_frames.load(Ordering::Relaxed),
                false => self.client.period_frames(),
            },
            client_name: self.name.clone(),
            latency: self.shared.latency(),
            realtime: realtime.clone(),
        }
    }

    fn start(&mut self, lease: Lease) -> Result<()> {
        if self.active {
            return Err(Error::InvalidState(
                "the JACK client is active already".into(),
            ));
        }
        {
            let mut audio = self.shared.audio.lock();
            audio.lease = Some(lease);
            audio.clock.restart();
        }
        self.client.activate()?;
        self.active = true;
        let shared = &self.shared;
        match self.restore.take() {
            Some(links) => shared.patchbay.restore(links),
            None if self.autoconnect => shared
                .patchbay
                .connect_physical(&self.client, &shared.ports),
            None => {}
        }
        shared.refresh(&self.client);
        Ok(())
    }

    fn stop(&mut self) -> Result<()> {
        if !self.active {
            return Ok(());
        }
        self.active = false;
        // Deactivating ends all connections; the next start makes them again.
        self.restore = Some(self.shared.patchbay.links());
        let deactivated = self.client.deactivate();
        self.shared.audio.lock().lease = None;
        self.shared.ran.store(false, Ordering::Relaxed);
        if self.shared.is_lost() {
            return Ok(());
        }
        deactivated
    }

    fn resume(&self) -> Option<Resume> {
        let links = match self.active {
            true => Some(self.shared.patchbay.links()),
            false => self.restore.clone(),
        };
        links.map(Resume::new)
    }
}

impl Drop for Jack {
    fn drop(&mut self) {
        self.shared.closing.store(true, Ordering::Release);
        self.shared.wake.set();
        // The watcher uses the client, which is closed when the last of the two lets go of it.
        if let Some(watcher) = self.watcher.take() {
            // A panic of the watcher has been reported by its thread; closing goes on.
            let _ = watcher.join();
        }
    }
}

/// The thread that does what libjack's threads may not.
fn watch(shared: Arc<Shared>, client: Arc<Client>, notify: Notify) -> Result<JoinHandle<()>> {
    sys::spawn("amio-jack", move || {
        let mut told = Latency::default();
        loop {
            shared.wake.wait(std::time::Duration::MAX);
            shared.wake.clear();
            if shared.closing.load(Ordering::Acquire) {
                return;
            }
            for notice in std::mem::take(&mut *shared.notices.lock()) {
                notify(notice);
            }
            for _ in 0..shared.xruns.swap(0, Ordering::Relaxed) {
                notify(Notice::Xrun);
            }
            if shared.graph_changed.swap(false, Ordering::AcqRel) && !shared.is_lost() {
                shared.refresh(&client);
            }
            let latency = shared.latency();
            if latency != told {
                told = latency;
                notify(Notice::Latency(latency));
            }
        }
    })
}

impl Shared {
    fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Acquire)
    }

    fn latency(&self) -> Latency {
        let packed = self.latency.load(Ordering::Relaxed);
        Latency {
            capture_frames: (packed >> 32) as u32,
            playback_frames: packed as u32,
        }
    }

    /// Brings connections and latencies up to date. Not on libjack's threads.
    fn refresh(&self, client: &Client) {
        // One thread at a time, so that what is out of date cannot replace what is newer.
        let _turn = self.refreshing.lock();
        self.patchbay.refresh(client, &self.ports);
        let latency = self.patchbay.latency(client);
        let packed = u64::from(latency.capture_frames) << 32 | u64::from(latency.playback_frames);
        if self.latency.swap(packed, Ordering::Relaxed) != packed {
            self.wake.set();
        }
    }

    fn tell(&self, notice: Notice) {
        self.notices.lock().push(notice);
        self.wake.set();
    }
}

impl Handler for Shared {
    fn process(&self, cycle: &Cycle<'_>) {
        let Some(mut audio) = self.audio.try_lock() else {
            return;
        };
        let freewheels = self.freewheeling.load(Ordering::Relaxed);
        if audio.inputs.len().max(audio.outputs.len()) <= FEW_CHANNELS {
            audio.process::<FEW_CHANNELS>(cycle, self.latency(), freewheels);
        } else {
            audio.process::<CHANNELS>(cycle, self.latency(), freewheels);
        }
        self.ran.store(true, Ordering::Release);
    }

    fn latency(&self, direction: Direction) {
        // Nothing that comes in goes out again: latencies end at our inputs and begin at our
        // outputs.
        let passed_on_by = match direction {
            Direction::Input => &self.ports.outputs,
            Direction::Output => &self.ports.inputs,
        };
        for (_, port) in passed_on_by {
            port.set_latency_to_none(direction);
        }
        self.graph();
    }

    fn xrun(&self) {
        self.xruns.fetch_add(1, Ordering::Relaxed);
        self.wake.set();
    }

    fn period(&self, frames: u32) {
        if self.period_frames.swap(frames, Ordering::Relaxed) != frames {
            self.tell(Notice::Period { frames });
            // libjack tells a client in a loop of connections of no latencies.
            self.graph();
        }
    }

    fn rate(&self, hz: u32) {
        if self.frame_rate_hz.swap(hz, Ordering::Relaxed) != hz {
            self.tell(Notice::Rate { hz });
        }
    }

    fn freewheel(&self, on: bool) {
        if self.freewheeling.swap(on, Ordering::Relaxed) != on {
            self.tell(Notice::Freewheel { on });
        }
    }

    fn graph(&self) {
        self.graph_changed.store(true, Ordering::Release);
        self.wake.set();
    }

    fn lost(&self, reason: &str) {
        self.patchbay.freeze();
        if !self.lost.swap(true, Ordering::AcqRel) {
            self.tell(Notice::Lost {
                reason: reason.to_owned(),
            });
        }
    }
}

impl Audio {
    /// Has the engine run for a client with at most `MOST` channels on each side.
    ///
    /// # Real-time contract
    /// Audio thread only; wait-free, unless it `freewheels`; no allocation, free, lock, system call
    /// or log.
    fn process<const MOST: usize>(
        &mut self,
        cycle: &Cycle<'_>,
        latency: Latency,
        freewheels: bool,
    ) {
        let frames = cycle.frames();
        if frames == 0 {
            return;
        }
        let (first_frame, due_ns, now_ns) = cycle.start();
        if freewheels || self.freewheeled {
            // Time does not pass as frames do, nor while it ends.
            self.clock.restart();
        }
        self.freewheeled = freewheels;
        let step = self.clock.advance(Told {
            first_frame,
            frames: frames as u32,
            due_ns,
            now_ns,
        });
        let Some(Step { skipped, time_ns }) = step else {
            return;
        };
        let mut inputs: [&[f32]; MOST] = [&[]; MOST];
        let mut outputs: [&mut [f32]; MOST] = std::array::from_fn(|_| Default::default());
        let (input_count, output_count) = (self.inputs.len(), self.outputs.len());
        let Some(lease) = self.lease.as_ref().filter(|_| frames <= LONGEST_PERIOD) else {
            for (output, _) in &mut self.outputs {
                if let Some(samples) = cycle.output(output) {
                    samples.fill(0.0);
                }
            }
            return;
        };
        // All inputs before any output: see `Cycle::read`.
        for (slot, (port, copy)) in inputs.iter_mut().zip(&mut self.inputs) {
            let copy = &mut copy[..frames];
            cycle.read(*port, copy);
            *slot = copy;
        }
        for (slot, (output, spare)) in outputs.iter_mut().zip(&mut self.outputs) {
            *slot = cycle.output(output).unwrap_or(&mut spare[..frames]);
        }
        lease.run(Period {
            frames,
            skipped,
            time_ns,
            may_block: freewheels,
            latency,
            inputs: &inputs[..input_count],
            outputs: &mut outputs[..output_count],
        });
    }
}

fn port_names(side: &str, count: u16) -> Vec<String> {
    match count {
        2 => vec![format!("{side}_l"), format!("{side}_r")],
        _ => (1..=count)
            .map(|number| format!("{side}_{number}"))
            .collect(),
    }
}
