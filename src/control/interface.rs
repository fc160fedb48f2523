//! The interface: its life, its state, its transport, and the pump that serves what comes back
//! from the engine.

use super::config::Config;
use super::events::{CancelReason, Event, EventKind, Events};
use super::schedule::Commands;
use super::stats::Stats;
use super::supervisor::{Inbox, Supervisor};
use super::worker::Worker;
use crate::clip::Clip;
use crate::driver::{self, Driver, DriverKind, Info, Request, Slot};
use crate::engine::{Engine, Settings};
use crate::error::{Error, Result};
use crate::kernels::Kernels;
use crate::link::{self, InputReader, Report, Retired, Returns, Shared, Sizes};
use crate::sys::{Realtime, Signal};
use crate::units::{Latency, MAX_PERIOD_FRAMES, Ticket};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How long `new` waits for a server to answer.
const OPEN_PATIENCE: Duration = Duration::from_secs(5);
/// How long `start` and `stop` wait, besides [`CALL_PERIODS`].
const CALL_PATIENCE: Duration = Duration::from_millis(500);
/// How many periods longer: jackd answers between two of them, and starting asks it three times.
const CALL_PERIODS: u32 = 2;
/// How long `close` waits; with the wait for another call to end it stays within a second.
const CLOSE_PATIENCE: Duration = Duration::from_millis(350);
/// How long an engine may be in the middle of a period when another driver is to have it.
const LEASE_PATIENCE: Duration = Duration::from_millis(50);

/// Whether an interface runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// No periods run.
    Stopped,
    /// Periods run.
    Running,
    /// The server or device is gone; the interface reconnects by itself.
    Lost,
    /// The engine has failed; silence is played. Make another interface.
    Failed,
    /// The interface was closed.
    Closed,
}

/// The transport at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transport {
    /// The timeline frame with which the next period begins.
    pub position: i64,
    /// The device frame with which the next period begins.
    pub device_frame: u64,
    /// When that frame is due: `CLOCK_MONOTONIC` in nanoseconds (offline: since the first frame).
    pub time_ns: u64,
    /// Whether the position advances.
    pub rolling: bool,
    /// The swap in force; [`Ticket::NONE`] before the first.
    pub ticket: Ticket,
}

/// Plays playspecs and captures input through one driver. Clones are handles to the same
/// interface, for any thread; it is closed with the last one.
///
/// ```
/// use amio::{Clip, Config, DriverKind, Entry, Interface, Playspec, Swap};
///
/// let interface = Interface::new(Config::new(DriverKind::Offline))?;
/// let click = Clip::from_f32(48_000, 1, &[1.0])?;
/// let playspec = Playspec::new(vec![Entry::new(&click, 100)])?;
/// interface.schedule(&playspec, Swap::at(0))?;
/// interface.set_rolling(true)?;
/// interface.start()?;
/// let mut output = vec![0.0; 2 * 256];
/// interface.advance(256, None, Some(&mut output))?;
/// assert_eq!(output.iter().position(|sample| *sample == 1.0), Some(2 * 100));
/// # Ok::<(), amio::Error>(())
/// ```
#[derive(Clone)]
pub struct Interface(Arc<Owner>);

/// Closes the interface when the last handle goes.
struct Owner {
    inner: Arc<Inner>,
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.inner.close();
    }
}

pub(super) struct Inner {
    pub config: Config,
    pub frame_rate_hz: u32,
    pub sizes: Sizes,
    pub shared: Arc<Shared>,
    pub slot: Arc<Slot>,
    pub commands: Mutex<Commands>,
    pub batches_in_flight: AtomicUsize,
    /// Tickets, with the order of their swaps, that have not ended, or whose end has not been fetched from the engine.
    pub pending: Mutex<HashMap<Ticket, u64>>,
    returns: Mutex<Returns>,
    pub input: Mutex<Option<InputReader>>,
    pub input_signal: Signal,
    pub events: Events,
    /// Changed by whoever holds `life`, or when the engine fails; read by anybody, at once.
    state: Mutex<State>,
    pub life: Mutex<Life>,
    /// What the driver said last.
    pub info: Mutex<Info>,
    pub inbox: Arc<Inbox>,
    pub server_xruns: AtomicU64,
    pub reconnects: AtomicU64,
    failure_reported: AtomicBool,
    /// Ends what would keep `life` locked for long.
    closing: AtomicBool,
}

/// What changes when an interface starts, stops, is lost or closed.
pub(super) struct Life {
    /// The open driver; `None` after it was lost.
    pub worker: Option<Worker>,
    pub supervisor: Option<Supervisor>,
    /// Of a client that was lost, to be made again.
    pub connections: Option<Vec<(String, String)>>,
}

impl Interface {
    /// Opens the driver and makes an interface, stopped, its transport stopped at frame 0.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] and [`Error::InvalidArgument`] for the configuration;
    /// [`Error::DriverUnavailable`], [`Error::NoServer`], [`Error::Driver`] and
    /// [`Error::Timeout`] (a server that does not answer) for the driver; [`Error::OutOfMemory`].
    pub fn new(config: Config) -> Result<Interface> {
        config.check()?;
        let kernels = Kernels::choose()?;
        let inbox = Inbox::new();
        let request = config.request();
        let notify = inbox.notify();
        let (worker, info) = match config.driver {
            DriverKind::Offline => {
                let driver = driver::open(&request, notify)?;
                let info = driver.info();
                (Worker::here(driver), info)
            }
            DriverKind::Jack | DriverKind::Null => {
                let worker = Worker::apart()?;
                let info = worker.call("opening the driver", OPEN_PATIENCE, move |place| {
                    let driver = place.insert(driver::open(&request, notify)?);
                    Ok::<Info, Error>(driver.info())
                })??;
                (worker, info)
            }
        };
        let rate = info.frame_rate_hz;
        let sizes = sizes(&config, &info);
        let (engine_end, control_end) = link::new(sizes)?;
        let settings = Settings {
            frame_rate_hz: rate,
            declick_frames: config.declick_frames.unwrap_or(rate / 200).into(),
            clamp: config.clamp.unwrap_or(config.driver != DriverKind::Offline),
            skip_policy: config.skip_policy,
            swaps: sizes.swaps,
            kernels,
        };
        let slot = Slot::new(Box::new(Engine::new(settings, engine_end)));
        let inner = Inner {
            config,
            frame_rate_hz: rate,
            sizes,
            shared: control_end.shared,
            slot,
            commands: Mutex::new(Commands::new(control_end.commands)),
            batches_in_flight: AtomicUsize::new(0),
            pending: Mutex::default(),
            returns: Mutex::new(control_end.returns),
            input: Mutex::new(control_end.input),
            input_signal: Signal::new()?,
            events: Events::new()?,
            state: Mutex::new(State::Stopped),
            life: Mutex::new(Life {
                worker: Some(worker),
                supervisor: None,
                connections: None,
            }),
            info: Mutex::new(info),
            inbox,
            server_xruns: AtomicU64::new(0),
            reconnects: AtomicU64::new(0),
            failure_reported: AtomicBool::new(false),
            closing: AtomicBool::new(false),
        };
        let inner = Arc::new(inner);
        if inner.config.driver != DriverKind::Offline {
            inner.life.lock().supervisor = Some(Supervisor::spawn(&inner)?);
        }
        Ok(Interface(Arc::new(Owner { inner })))
    }

    /// Starts the driver: periods run. (The transport is another matter: see
    /// [`Interface::set_rolling`].)
    ///
    /// # Errors
    /// [`Error::InvalidState`] if it runs already, has failed or is closed; [`Error::Driver`],
    /// [`Error::NoServer`], [`Error::Timeout`].
    pub fn start(&self) -> Result<()> {
        self.inner().start()
    }

    /// Stops the driver: no periods run. Everything else stays as it is. A lost interface no
    /// longer reconnects. Stopping twice is fine.
    ///
    /// # Errors
    /// [`Error::InvalidState`] if it is closed; [`Error::Driver`], [`Error::Timeout`]: it is
    /// stopped then all the same, and will be opened anew when it is started.
    pub fn stop(&self) -> Result<()> {
        self.inner().stop()
    }

    /// Closes the interface, within a second, whatever the server does. Swaps that are pending
    /// end as cancelled; events and captured input can still be fetched. Closing twice is fine.
    pub fn close(&self) {
        self.inner().close();
    }

    /// Whether it runs.
    pub fn state(&self) -> State {
        self.inner().state()
    }

    /// What it was made from.
    pub fn config(&self) -> &Config {
        &self.inner().config
    }

    /// Frames per second; never changes.
    pub fn frame_rate_hz(&self) -> u32 {
        self.inner().frame_rate_hz
    }

    /// The period now. Drivers may change it while running.
    pub fn period_frames(&self) -> u32 {
        self.inner().info.lock().period_frames
    }

    /// The latencies now.
    pub fn latency(&self) -> Latency {
        self.inner().info.lock().latency
    }

    /// The name that the server gave the interface.
    pub fn client_name(&self) -> String {
        self.inner().info.lock().client_name.clone()
    }

    /// Numbers about how it does.
    pub fn stats(&self) -> Stats {
        Stats::of(self.inner())
    }

    /// The transport, as of the last period, read as one.
    pub fn transport(&self) -> Transport {
        let state = self.inner().shared.snapshot.read();
        Transport {
            position: state.position,
            device_frame: state.device_frame,
            time_ns: state.time_ns,
            rolling: state.rolling,
            ticket: Ticket(state.ticket),
        }
    }

    /// The timeline frame with which the next period begins, as far as it is known: one that was
    /// set and not yet taken by the engine counts.
    pub fn position(&self) -> i64 {
        let (set_by, position) = self.inner().commands.lock().position;
        let state = self.inner().shared.snapshot.read();
        if state.sequence < set_by {
            position
        } else {
            state.position
        }
    }

    /// Whether the transport rolls; what was set and not yet taken by the engine counts.
    pub fn rolling(&self) -> bool {
        let (set_by, rolling) = self.inner().commands.lock().rolling;
        let state = self.inner().shared.snapshot.read();
        if state.sequence < set_by {
            rolling
        } else {
            state.rolling
        }
    }

    /// The oldest event that was not fetched yet.
    pub fn next_event(&self) -> Option<Event> {
        self.inner().pump();
        self.inner().events.pop()
    }

    /// As [`Interface::next_event`], but waits for one.
    ///
    /// # Errors
    /// [`Error::Timeout`] after `timeout`; [`Error::InvalidState`] if the interface is closed and
    /// all were fetched.
    pub fn wait_event(&self, timeout: Duration) -> Result<Event> {
        let began = Instant::now();
        loop {
            if let Some(event) = self.next_event() {
                return Ok(event);
            }
            let left = timeout.saturating_sub(began.elapsed());
            if !self.open()?.events.signal.wait(left) && left.is_zero() {
                return Err(Error::Timeout {
                    what: "an event",
                    timeout_ms: timeout.as_millis() as u64,
                });
            }
        }
    }

    /// A descriptor that is readable while an event waits, for `poll`, `epoll`, `asyncio`, GLib.
    /// It lives as long as the interface; do not read from it or close it.
    pub fn event_fd(&self) -> BorrowedFd<'_> {
        self.inner().events.signal.as_fd()
    }

    pub(super) fn inner(&self) -> &Inner {
        &self.0.inner
    }

    /// What is inside, unless the interface is closed.
    pub(super) fn open(&self) -> Result<&Inner> {
        self.inner().check_open()?;
        Ok(self.inner())
    }
}

/// The offline driver, which the caller cranks.
impl Interface {
    /// Runs `frames` frames in whole periods and a last shorter one, at once, on this thread.
    /// `input` and `output` are interleaved, `frames` times the channels long. Without input the
    /// input clip sounds, or silence. Closing the interface ends it early.
    ///
    /// # Errors
    /// [`Error::InvalidState`] (another driver, stopped, failed, closed, also meanwhile),
    /// [`Error::InvalidArgument`] (a buffer of another length).
    pub fn advance(
        &self,
        frames: u64,
        input: Option<&[f32]>,
        output: Option<&mut [f32]>,
    ) -> Result<()> {
        let inner = self.open()?;
        let expect = |what: &str, given: usize, channels: u16| {
            let expected = u128::from(frames) * u128::from(channels);
            if given as u128 == expected {
                return Ok(());
            }
            Err(Error::InvalidArgument(format!(
                "{what} holds {given} samples; {frames} frames of {channels} channels are {expected}"
            )))
        };
        if let Some(input) = input {
            expect("input", input.len(), inner.config.input_channels)?;
        }
        if let Some(output) = &output {
            expect("output", output.len(), inner.config.output_channels)?;
        }
        inner.offline("advance", |offline| {
            let (input, output) = (input.unwrap_or(&[]), output.unwrap_or(&mut []));
            offline.advance(frames, input, output, || {
                inner.closing.load(Ordering::Relaxed)
            })
        })??;
        inner.pump();
        if inner.closing.load(Ordering::Relaxed) {
            return Err(closed());
        }
        if inner.slot.has_failed() {
            return Err(Error::InvalidState(
                "the engine has failed; make another interface".into(),
            ));
        }
        Ok(())
    }

    /// Sets the period of the calls of [`Interface::advance`] that follow.
    ///
    /// # Errors
    /// [`Error::OutOfRange`]; [`Error::InvalidState`] (another driver, closed).
    pub fn set_period_frames(&self, frames: u32) -> Result<()> {
        if !(1..=MAX_PERIOD_FRAMES).contains(&frames) {
            return Err(Error::OutOfRange {
                what: "frames",
                given: frames.into(),
                allowed: "1 to 65536",
            });
        }
        let inner = self.open()?;
        inner.offline("set_period_frames", |offline| {
            offline.set_period_frames(frames)
        })?;
        inner.info.lock().period_frames = frames;
        Ok(())
    }

    /// Feeds a clip into the inputs, from its first frame on, then silence, wherever
    /// [`Interface::advance`] is given no input; `None`: silence. A clip of one channel goes to
    /// all inputs.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] (another frame rate); [`Error::InvalidState`] (another driver,
    /// closed).
    pub fn set_input_clip(&self, clip: Option<&Clip>) -> Result<()> {
        let inner = self.open()?;
        if let Some(hz) = clip.map(|clip| clip.info().frame_rate_hz)
            && hz != inner.frame_rate_hz
        {
            return Err(Error::InvalidArgument(format!(
                "the clip has {hz} Hz, the interface {}; convert the clip first",
                inner.frame_rate_hz
            )));
        }
        inner.offline("set_input_clip", |offline| {
            offline.set_input_clip(clip.cloned())
        })
    }

    /// Makes the next period begin as if the device had skipped frames before it.
    ///
    /// # Errors
    /// [`Error::OutOfRange`]; [`Error::InvalidArgument`] (centuries in all);
    /// [`Error::InvalidState`] (another driver, closed).
    pub fn skip(&self, frames: u64) -> Result<()> {
        if frames > 1 << 40 {
            return Err(Error::OutOfRange {
                what: "frames",
                given: frames.into(),
                allowed: "0 to 2^40",
            });
        }
        self.open()?
            .offline("skip", |offline| offline.skip(frames))?
    }
}

fn sizes(config: &Config, info: &Info) -> Sizes {
    let input_frames = match config.capture_buffer_frames {
        0 => u64::from(info.frame_rate_hz) * 2,
        frames => frames,
    };
    // Periods may become shorter later; where they get very short, chunks are what runs out.
    let shortest = u64::from(info.period_frames.clamp(1, 8));
    Sizes {
        batches: config.command_queue,
        swaps: config.swap_queue,
        input_frames: input_frames as usize,
        input_chunks: (input_frames / shortest) as usize + 64,
        input_channels: config.input_channels.into(),
    }
}

impl Inner {
    pub fn state(&self) -> State {
        *self.state.lock()
    }

    /// Only for whoever holds the lock of `life`.
    pub fn set_state(&self, _life: &mut Life, state: State) {
        *self.state.lock() = state;
    }

    pub fn check_open(&self) -> Result<()> {
        if self.state() == State::Closed {
            return Err(closed());
        }
        Ok(())
    }

    fn offline<T>(&self, call: &str, run: impl FnOnce(&mut driver::Offline) -> T) -> Result<T> {
        let life = self.life.lock();
        let refused = || {
            Error::InvalidState(format!(
                "{call} is for the offline driver; this interface runs on {}",
                self.config.driver.name()
            ))
        };
        let Some(Worker::Here(driver)) = &life.worker else {
            return Err(refused());
        };
        let mut driver = driver.lock();
        let offline = driver
            .as_mut()
            .and_then(|d| d.as_offline())
            .ok_or_else(refused)?;
        Ok(run(offline))
    }

    fn start(&self) -> Result<()> {
        let mut life = self.life.lock();
        let refused = match self.state() {
            State::Stopped => None,
            State::Running | State::Lost => Some("runs already"),
            State::Failed => Some("has failed; make another one"),
            State::Closed => Some("is closed"),
        };
        if let Some(why) = refused {
            return Err(Error::InvalidState(format!("the interface {why}")));
        }
        let lease = self.lease()?;
        let worker = match life.worker.take() {
            Some(worker) => worker,
            None => self.reopen(life.connections.take().filter(|c| !c.is_empty()))?,
        };
        let started = self.ask(
            &worker,
            "starting the driver",
            self.call_patience(),
            move |driver| {
                driver.as_mut().map_or(Err(driver_gone()), |driver| {
                    driver.start(lease)?;
                    Ok(driver.info())
                })
            },
        );
        match started.and_then(|started| started) {
            Ok(info) => {
                *self.info.lock() = info;
                life.worker = Some(worker);
                self.set_state(&mut life, State::Running);
                self.inbox.wake();
                Ok(())
            }
            Err(error) => {
                // The next start opens the driver anew; this one must not come to life late.
                self.lease()?;
                Err(error)
            }
        }
    }

    /// Waits for a call of the driver, but not while somebody waits to close the interface.
    fn ask<T: Send + 'static>(
        &self,
        worker: &Worker,
        what: &'static str,
        patience: Duration,
        call: impl FnOnce(&mut Option<Box<dyn Driver>>) -> T + Send + 'static,
    ) -> Result<T> {
        let closing = || self.closing.load(Ordering::Relaxed);
        worker.call_unless(closing, what, patience, call)
    }

    fn call_patience(&self) -> Duration {
        let frames = self.info.lock().period_frames.saturating_mul(CALL_PERIODS);
        let periods = Duration::from_secs_f64(f64::from(frames) / f64::from(self.frame_rate_hz));
        CALL_PATIENCE + periods.min(CALL_PATIENCE)
    }

    /// Opens the driver again after it was lost or abandoned.
    fn reopen(&self, connections: Option<Vec<(String, String)>>) -> Result<Worker> {
        let worker = Worker::apart()?;
        let request = Request {
            restore: connections,
            ..self.config.request_again(self.frame_rate_hz)
        };
        let notify = self.inbox.notify();
        self.ask(&worker, "opening the driver", CALL_PATIENCE, move |place| {
            *place = Some(driver::open(&request, notify)?);
            Ok::<(), Error>(())
        })??;
        Ok(worker)
    }

    fn stop(&self) -> Result<()> {
        let mut life = self.life.lock();
        match self.state() {
            State::Closed => return Err(closed()),
            State::Stopped => return Ok(()),
            State::Failed => {}
            State::Running | State::Lost => self.set_state(&mut life, State::Stopped),
        }
        let Some(worker) = life.worker.take() else {
            // An attempt to reconnect may be under way; it must not come to life late.
            self.lease()?;
            return Ok(());
        };
        let stopped = self.ask(
            &worker,
            "stopping the driver",
            self.call_patience(),
            |driver| {
                driver
                    .as_mut()
                    .map_or(Err(driver_gone()), |driver| driver.stop())
            },
        );
        self.lease()?;
        stopped.and_then(|stopped| stopped)?;
        life.worker = Some(worker);
        drop(life);
        self.pump();
        Ok(())
    }

    pub fn close(&self) {
        self.closing.store(true, Ordering::Relaxed);
        let supervisor = {
            let mut life = self.life.lock();
            if self.state() == State::Closed {
                return;
            }
            self.set_state(&mut life, State::Closed);
            if let Some(worker) = life.worker.take() {
                // A driver that hangs is left to its thread, which drops it when it can.
                let closed = worker.call("closing the driver", CLOSE_PATIENCE, |place| {
                    *place = None;
                });
                if let Err(error) = closed {
                    self.event(EventKind::Log(error.to_string()));
                }
            }
            life.supervisor.take()
        };
        if let Some(supervisor) = supervisor {
            self.inbox.close();
            supervisor.join();
        }
        if let Err(error) = self.lease() {
            self.event(EventKind::Log(error.to_string()));
        }
        self.pump();
        let pending: Vec<Ticket> = self.pending.lock().drain().map(|(t, _)| t).collect();
        for ticket in pending {
            self.event(EventKind::Cancelled {
                ticket,
                reason: CancelReason::Closed,
            });
        }
        // Whoever waits finds that nothing more will come.
        self.events.wake();
        let _input = self.input.lock();
        self.input_signal.set();
    }

    /// Ends the engine's previous lease.
    pub fn lease(&self) -> Result<driver::Lease> {
        self.slot.lease(LEASE_PATIENCE).ok_or(Error::Timeout {
            what: "the end of a period",
            timeout_ms: LEASE_PATIENCE.as_millis() as u64,
        })
    }

    pub fn realtime(&self) -> Option<Realtime> {
        if let Some(known) = &self.info.lock().realtime {
            return Some(known.clone());
        }
        let asked = match &self.life.lock().worker {
            Some(worker) => worker.begin(|driver| driver.as_ref().map(|d| d.info())),
            None => return None,
        };
        let info = asked.recv_timeout(Duration::from_millis(200)).ok()??;
        self.info.lock().realtime.clone_from(&info.realtime);
        info.realtime
    }

    /// Fetches what the engine has sent back: frees what it retired, turns reports into events,
    /// wakes whoever waits for input.
    pub fn pump(&self) {
        // Freed after the lock is released: a clip's memory may have a callback that calls us.
        let mut retired = Vec::new();
        let mut reports: Vec<Report> = Vec::new();
        {
            let mut returns = self.returns.lock();
            // Reports first: where a ticket has ended, its swap is fetched too before the next one
            // is let in, so that `retired` never holds more than it was made for.
            while let Some(report) = returns.next_report() {
                reports.push(report);
            }
            while let Some(object) = returns.next_retired() {
                if let Retired::Batch(_) = object {
                    self.batches_in_flight.fetch_sub(1, Ordering::AcqRel);
                }
                retired.push(object);
            }
            if !reports.is_empty() {
                let mut pending = self.pending.lock();
                // A ticket that is not pending has ended already: closing has ended it.
                reports.retain(|report| {
                    report
                        .kind
                        .ticket()
                        .is_none_or(|t| pending.remove(&t).is_some())
                });
            }
            for report in reports {
                self.events.push(report.into());
            }
        }
        drop(retired);
        {
            let input = self.input.lock();
            if input.as_ref().is_some_and(|input| !input.is_empty()) {
                self.input_signal.set();
            }
        }
        if self.slot.has_failed() && !self.failure_reported.swap(true, Ordering::AcqRel) {
            self.fail();
            self.event(EventKind::Failed {
                reason: "the engine panicked; the output is silent".into(),
            });
        }
    }

    fn fail(&self) {
        let mut state = self.state.lock();
        if *state != State::Closed {
            *state = State::Failed;
        }
    }

    /// Adds an event of the control half.
    pub fn event(&self, kind: EventKind) {
        let state = self.shared.snapshot.read();
        self.events.push(Event {
            kind,
            position: state.position,
            device_frame: state.device_frame,
            time_ns: state.time_ns,
        });
    }
}

fn closed() -> Error {
    Error::InvalidState("the interface is closed".into())
}

fn driver_gone() -> Error {
    Error::InvalidState("the driver is gone".into())
}
