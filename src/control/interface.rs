//! The interface: its life, its state, its transport, and the pump that serves what comes back
//! from the engine.

use super::config::Config;
use super::events::{Event, Events};
use super::life::Life;
use super::outlook::Outlook;
use super::plan::{Parts, PlanBook};
use super::read_ahead;
use super::readers::Readers;
use super::recording::Take;
use super::schedule::Commands;
use super::stats::Stats;
use super::supervisor::{Inbox, Supervisor};
use super::worker::{Patience, Worker};
use crate::driver::{self, Driver, DriverKind, Info, Slot};
use crate::engine::{Engine, Returns, Settings};
use crate::error::{Error, Result};
use crate::kernels::Kernels;
use crate::link::{self, InputReader, Shared, Sizes};
use crate::lock::Mutex;
use crate::sys::{Home, Signal};
use crate::units::{Latency, Ticket};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize};
use std::time::{Duration, Instant};

/// How long `new` waits for a server to answer.
const OPEN_PATIENCE: Duration = Duration::from_secs(5);
/// Whether an interface runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// No periods run.
    Stopped,
    /// Periods run.
    Running,
    /// The server or device is gone; the interface reconnects by itself.
    Lost,
    /// The engine has failed, or the server runs with another rate; silence is played. Make another
    /// interface.
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
/// It belongs to the process that made it. In a child of `fork()`, whose parent goes on playing,
/// dropping it does nothing, its state is [`State::Closed`], and what can fail says why; other calls
/// may wait for ever there.
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
        if self.inner.home.is_here() {
            self.inner.close();
        } else {
            std::mem::forget(self.inner.clone());
        }
    }
}

pub(super) struct Inner {
    pub home: Home,
    pub config: Config,
    pub frame_rate_hz: u32,
    pub sizes: Sizes,
    /// Of the memory that the audio thread writes to: in all, and locked.
    pub resident_bytes: (u64, u64),
    pub shared: Arc<Shared>,
    pub slot: Arc<Slot>,
    pub commands: Mutex<Commands>,
    pub batches_in_flight: AtomicUsize,
    pub readers: Arc<Readers>,
    pub outlook: Mutex<Outlook>,
    pub returns: Mutex<Returns>,
    pub input: Mutex<Option<InputReader>>,
    pub input_signal: Signal,
    /// How many frames must wait before the program is woken.
    pub input_threshold: AtomicUsize,
    /// Recordings that have not ended, and some that have.
    pub takes: Mutex<Vec<Arc<Take>>>,
    /// The nodes of the engine.
    pub plan: Mutex<PlanBook>,
    pub events: Events,
    /// Changed by whoever holds `life`, or when the engine fails; read by anybody, at once.
    pub state: Mutex<State>,
    pub life: Mutex<Life>,
    /// What the driver said last.
    pub info: Mutex<Info>,
    pub inbox: Arc<Inbox>,
    pub server_xruns: AtomicU64,
    pub reconnects: AtomicU64,
    pub failure_reported: AtomicBool,
    /// Ends what would keep `life` locked for long.
    pub closing: AtomicBool,
}

impl Interface {
    /// Opens the driver and makes an interface, stopped, its transport stopped at frame 0. It waits up to 5
    /// seconds for a server that does not answer, 7 more with [`Config::start_server`].
    ///
    /// Where several interfaces of a process are opened, started, stopped or closed at once, their calls take
    /// turns. Waiting begins again when one of them has had its turn, up to ten times.
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
                let mut patience = Patience::for_each_turn(config.open_patience(OPEN_PATIENCE));
                let open = move |place: &mut Option<Box<dyn Driver>>| {
                    let driver = place.insert(driver::open(&request, notify)?);
                    Ok::<Info, Error>(driver.info())
                };
                let info = worker.call("opening the driver", &mut patience, open)??;
                (worker, info)
            }
        };
        let rate = info.frame_rate_hz;
        let sizes = sizes(&config, &info);
        let (engine_end, capture, control_end) = link::new(sizes)?;
        let settings = Settings {
            frame_rate_hz: rate,
            declick_frames: config.declick_frames_at(rate).into(),
            skip_policy: config.skip_policy,
            swaps: sizes.swaps,
        };
        let (plan, set_up) = PlanBook::simple(Parts {
            kernels,
            frame_rate_hz: rate,
            clamp: config.clamp.unwrap_or(config.driver != DriverKind::Offline),
            meters: &control_end.shared.meters,
            capture,
        })?;
        let mut engine = Engine::new(settings, engine_end)?;
        engine.set_up(set_up);
        let resident_bytes = match config.driver {
            DriverKind::Offline => (0, 0),
            DriverKind::Jack | DriverKind::Null => engine.make_resident(),
        };
        let slot = Slot::new(Box::new(engine), rate);
        let inner = Inner {
            home: Home::here(),
            config,
            frame_rate_hz: rate,
            sizes,
            resident_bytes,
            shared: control_end.shared,
            slot,
            commands: Mutex::new(Commands::new(control_end.batches)),
            batches_in_flight: AtomicUsize::new(0),
            readers: Arc::default(),
            outlook: Mutex::default(),
            returns: Mutex::new(control_end.returns),
            input: Mutex::new(control_end.input),
            input_signal: Signal::new()?,
            input_threshold: AtomicUsize::new(1),
            takes: Mutex::default(),
            plan: Mutex::new(plan),
            events: Events::new()?,
            state: Mutex::new(State::Stopped),
            life: Mutex::new(Life {
                worker: Some(worker),
                supervisor: None,
                connections: None,
                started_ns: 0,
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
    /// [`Interface::set_rolling`].) It waits up to 5 seconds for a server that does not answer, also where
    /// it has to open the driver anew, and takes turns as [`Interface::new`] does. A call of `start` or `stop`
    /// that another thread has begun comes first.
    ///
    /// # Errors
    /// [`Error::InvalidState`] if it runs already, has failed or is closed; [`Error::Driver`],
    /// [`Error::NoServer`], [`Error::Timeout`].
    pub fn start(&self) -> Result<()> {
        self.inner().start()
    }

    /// Stops the driver: no periods run. Everything else stays as it is. A lost interface no
    /// longer reconnects. Stopping twice is fine. It waits up to a second for a server that does not
    /// answer, and as long again whenever a call of another interface has come first, up to ten times; before
    /// that, for a call of `start` or `stop` that another thread has begun.
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

    /// Numbers about how it does. Until the audio thread has run, it asks the driver about real-time scheduling,
    /// and waits up to a fifth of a second for it; not while another call starts, stops or closes the interface.
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
        self.inner().position()
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
        if !self.inner().home.is_here() {
            return None;
        }
        self.inner().pump();
        self.inner().events.pop()
    }

    /// As [`Interface::next_event`], but waits for one.
    ///
    /// # Errors
    /// [`Error::Timeout`] after `timeout`; [`Error::InvalidState`] if the interface is closed and
    /// all were fetched.
    pub fn wait_event(&self, timeout: Duration) -> Result<Event> {
        let next = || Ok(self.next_event());
        self.wait_for("an event", timeout, next, |inner| &inner.events.signal)
    }

    /// A descriptor that is readable while an event waits, for `poll`, `epoll`, `asyncio`, GLib.
    /// It lives as long as the interface; do not read from it or close it.
    pub fn event_fd(&self) -> BorrowedFd<'_> {
        self.inner().events.signal.as_fd()
    }

    /// Makes sure that files are read ahead of what plays; the offline driver reads them itself.
    pub(super) fn start_reading_ahead(&self) -> Result<()> {
        let inner = &self.0.inner;
        match inner.config.driver {
            DriverKind::Offline => Ok(()),
            DriverKind::Jack | DriverKind::Null => {
                let weak = Arc::downgrade(inner);
                inner
                    .readers
                    .start(move |readers| read_ahead::plan(readers, &weak))
            }
        }
    }

    /// Fetches something, or waits until there is something to fetch.
    pub(super) fn wait_for<T>(
        &self,
        what: &'static str,
        timeout: Duration,
        mut fetch: impl FnMut() -> Result<Option<T>>,
        signal: impl Fn(&Inner) -> &Signal,
    ) -> Result<T> {
        let began = Instant::now();
        loop {
            if let Some(fetched) = fetch()? {
                return Ok(fetched);
            }
            let signal = signal(self.open()?);
            let left = timeout.saturating_sub(began.elapsed());
            if left.is_zero() {
                return Err(Error::Timeout {
                    what,
                    timeout_ms: timeout.as_millis() as u64,
                });
            }
            signal.wait(left);
        }
    }

    pub(super) fn inner(&self) -> &Inner {
        &self.0.inner
    }

    pub(super) fn shared(&self) -> &Arc<Inner> {
        &self.0.inner
    }

    /// What is inside, unless the interface is closed.
    pub(super) fn open(&self) -> Result<&Inner> {
        self.inner().check_open()?;
        Ok(self.inner())
    }
}

impl Inner {
    pub fn position(&self) -> i64 {
        let (set_by, position) = self.commands.lock().position;
        let state = self.shared.snapshot.read();
        if state.sequence < set_by {
            position
        } else {
            state.position
        }
    }

    /// How far ahead of what plays streamed clips are read, at the least what is taken at once.
    pub fn read_ahead_frames(&self) -> u64 {
        let asked = match self.config.read_ahead_frames {
            0 => self.frame_rate_hz.into(),
            frames => frames,
        };
        asked.max(self.frames_at_once())
    }

    /// What may sound before files are read again: the period that begins now and the one after it;
    /// and what fades away then, with as much again, for it was read a while before.
    pub fn frames_at_once(&self) -> u64 {
        let period = u64::from(self.info.lock().period_frames);
        let declick = u64::from(self.config.declick_frames_at(self.frame_rate_hz));
        2 * (period + declick)
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
        output_channels: config.output_channels.into(),
    }
}
