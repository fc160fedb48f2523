//! The interface: opening it, its transport, its events, and the parts that it is made of.

use super::config::Config;
use super::core::{Core, Foundation, State};
use super::events::Event;
use super::exchange::Exchange;
use super::inbox::Inbox;
use super::input::CapturedInput;
use super::lifecycle::Lifecycle;
use super::midi_queues::MidiQueues;
use super::opening::Opening;
use super::plan::{PlainPlan, PlanBook};
use super::read_ahead::ReadAhead;
use super::readers::Readers;
use super::recordings::Recordings;
use super::supervisor;
use super::worker::{Patience, Worker};
use crate::driver::{AlsaInfo, Info, Slot};
use crate::engine::{Engine, Settings};
use crate::error::{Error, Result};
use crate::jack::Client;
use crate::kernels::Kernels;
use crate::link::{self, Sizes};
use crate::sys::Signal;
use crate::units::{Latency, Rate, Ticket};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long `new` waits for a server to answer.
const OPEN_PATIENCE: Duration = Duration::from_secs(5);

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
/// An interface belongs to the process that made it. In a child of `fork()`, where the parent goes on playing,
/// dropping it does nothing, its state is [`State::Closed`], and calls that can fail return an error; other calls
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
pub struct Interface(Arc<Parts>);

/// The parts of an interface. Each uses only those above it.
pub(super) struct Parts {
    pub core: Arc<Core>,
    pub input: Arc<CapturedInput>,
    pub midi: Arc<MidiQueues>,
    pub exchange: Arc<Exchange>,
    pub read_ahead: Arc<ReadAhead>,
    pub recordings: Arc<Recordings>,
    pub lifecycle: Arc<Lifecycle>,
}

/// Closes the interface when the last handle goes.
impl Drop for Parts {
    fn drop(&mut self) {
        if self.core.home.is_here() {
            self.lifecycle.close();
        } else {
            // The lifecycle owns all other parts.
            std::mem::forget(self.lifecycle.clone());
        }
    }
}

impl Interface {
    /// Opens the driver and makes an interface, stopped, its transport stopped at frame 0. It waits up to 5
    /// seconds for a server that does not answer, 7 more with [`Config::start_server`].
    ///
    /// If several interfaces of a process are opened, started, stopped or closed at once, their calls take
    /// turns. The wait begins again when another call has ended, up to ten times.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] and [`Error::InvalidArgument`] for the configuration;
    /// [`Error::DriverUnavailable`], [`Error::NoServer`], [`Error::Driver`] and
    /// [`Error::Timeout`] (a server that does not answer) for the driver; [`Error::OutOfMemory`].
    pub fn new(config: Config) -> Result<Interface> {
        config.check()?;
        let kernels = Kernels::choose()?;
        let inbox = Inbox::new();
        let has_deadlines = config.driver.capabilities().pace.has_deadlines();
        let worker = match has_deadlines {
            true => Worker::apart()?,
            false => Worker::here(),
        };
        let opening = Opening::first(config.request(), &inbox);
        let mut patience = Patience::for_each_turn(config.open_patience(OPEN_PATIENCE));
        let open = |place: &mut _| opening.run(place);
        let info = worker.call("opening the driver", &mut patience, open)??;
        let rate = Rate::new(info.frame_rate_hz);
        let sizes = sizes(&config, &info);
        let ends = link::new(sizes)?;
        let settings = Settings {
            rate,
            declick_frames: config.declick_frames_at(rate.hz()).into(),
            skip_policy: config.skip_policy,
            latency_offset_frames: config.latency_offset_frames,
            swaps: sizes.swaps,
        };
        let (midi_in, arrived) = midi_queue(config.midi_inputs, link::midi)?;
        let (orders, midi_out) = midi_queue(config.midi_outputs, link::midi_orders)?;
        let (plan, set_up) = PlanBook::plain(PlainPlan {
            kernels,
            rate,
            clamp: config.clamp.unwrap_or(has_deadlines),
            meters: &ends.control.shared.meters,
            capture: ends.input,
            midi_in,
            midi_out,
        })?;
        let mut engine = Engine::new(settings, ends.engine, ends.outgoing)?;
        engine.set_up(set_up);
        let resident_bytes = match has_deadlines {
            true => engine.make_resident(),
            false => (0, 0),
        };
        let slot = Slot::new(Box::new(engine), rate);
        let core = Core::new(Foundation {
            config,
            sizes,
            resident_bytes,
            info,
            shared: ends.control.shared,
            slot,
            inbox,
        })?;
        let input = CapturedInput::new(&core, ends.control.input)?;
        let midi = MidiQueues::new(&core, arrived, orders)?;
        let readers = Arc::<Readers>::default();
        let ends = (ends.control.batches, ends.control.returns);
        let exchange = Exchange::new(&core, (&input, &midi), &readers, plan, ends);
        let read_ahead = ReadAhead::new(&core, &exchange, &readers);
        let recordings = Recordings::new(&core, &exchange);
        let lifecycle = Lifecycle::new(&core, &exchange, &read_ahead, &recordings, worker);
        if has_deadlines {
            lifecycle.driver.lock().supervisor = Some(supervisor::spawn(&lifecycle)?);
        }
        Ok(Interface(Arc::new(Parts {
            core,
            input,
            midi,
            exchange,
            read_ahead,
            recordings,
            lifecycle,
        })))
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
        self.parts().lifecycle.start()
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
        self.parts().lifecycle.stop()
    }

    /// Closes the interface, within a second, also if the server hangs. Swaps that are pending
    /// end as cancelled; events and captured input can still be fetched. Closing twice is fine.
    pub fn close(&self) {
        self.parts().lifecycle.close();
    }

    /// Whether it runs.
    pub fn state(&self) -> State {
        self.parts().core.state()
    }

    /// What it was made from.
    pub fn config(&self) -> &Config {
        &self.parts().core.config
    }

    /// Frames per second; never changes.
    pub fn frame_rate_hz(&self) -> u32 {
        self.parts().core.rate.hz()
    }

    /// The period now. Drivers may change it while running.
    pub fn period_frames(&self) -> u32 {
        self.parts().core.info.lock().period_frames
    }

    /// The latencies now.
    pub fn latency(&self) -> Latency {
        self.parts().core.info.lock().latency
    }

    /// The name that the server gave the interface.
    pub fn client_name(&self) -> String {
        self.parts().core.info.lock().client_name.clone()
    }

    /// The client that the interface is on its JACK server. With it, the program can look up and connect ports, rename
    /// those of the interface, give them metadata, add MIDI ports, follow events, and move JACK's transport. The
    /// interface runs and closes it.
    ///
    /// When the server is lost, or the interface is closed, its calls return [`Error::InvalidState`]. After the
    /// event [`EventKind::Reconnected`](super::events::EventKind::Reconnected), the interface has another client: ports
    /// that the program has added are to be added again. The interface's own ports keep their names and
    /// connections.
    ///
    /// # Errors
    /// [`Error::InvalidState`]: the interface is closed, or has another driver.
    pub fn jack_client(&self) -> Result<Client> {
        let core = &self.open()?.core;
        let info = core.info.lock();
        let client = info.jack.as_ref().ok_or_else(|| {
            let name = core.config.driver.name();
            Error::InvalidState(format!(
                "the interface has the driver {name}; the driver jack alone has a JACK client"
            ))
        })?;
        Ok(client.lend())
    }

    /// What was agreed with the devices. Another may come back after a loss.
    ///
    /// # Errors
    /// [`Error::InvalidState`]: the interface has another driver than [`DriverKind::Alsa`](crate::DriverKind::Alsa).
    pub fn alsa_info(&self) -> Result<AlsaInfo> {
        let core = &self.parts().core;
        let info = core.info.lock();
        let agreed = info.alsa.as_ref().ok_or_else(|| {
            let name = core.config.driver.name();
            Error::InvalidState(format!("the interface has the driver {name}"))
        })?;
        Ok(AlsaInfo::clone(agreed))
    }

    /// The transport, as of the last period, read as one.
    pub fn transport(&self) -> Transport {
        let state = self.parts().core.shared.snapshot.read();
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
        self.parts().exchange.position()
    }

    /// Whether the transport rolls; what was set and not yet taken by the engine counts.
    pub fn rolling(&self) -> bool {
        self.parts().exchange.rolling()
    }

    /// The oldest event that was not fetched yet.
    pub fn next_event(&self) -> Option<Event> {
        let parts = self.parts();
        if !parts.core.home.is_here() {
            return None;
        }
        parts.exchange.pump();
        parts.core.events.pop()
    }

    /// As [`Interface::next_event`], but waits for one.
    ///
    /// # Errors
    /// [`Error::Timeout`] after `timeout`; [`Error::InvalidState`] if the interface is closed and
    /// all were fetched.
    pub fn wait_event(&self, timeout: Duration) -> Result<Event> {
        let next = || Ok(self.next_event());
        let signal = &self.parts().core.events.signal;
        self.wait_for("an event", timeout, next, signal)
    }

    /// A descriptor that is readable while an event waits, for `poll`, `epoll`, `asyncio`, GLib.
    /// It lives as long as the interface; do not read from it or close it.
    pub fn event_fd(&self) -> BorrowedFd<'_> {
        self.parts().core.events.signal.as_fd()
    }

    /// Fetches something, or waits until there is something to fetch.
    pub(super) fn wait_for<T>(
        &self,
        what: &'static str,
        timeout: Duration,
        mut fetch: impl FnMut() -> Result<Option<T>>,
        signal: &Signal,
    ) -> Result<T> {
        let began = Instant::now();
        loop {
            if let Some(fetched) = fetch()? {
                return Ok(fetched);
            }
            self.open()?;
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

    pub(super) fn parts(&self) -> &Parts {
        &self.0
    }

    /// The parts, unless the interface is closed.
    pub(super) fn open(&self) -> Result<&Parts> {
        self.0.core.check_open()?;
        Ok(&self.0)
    }
}

/// Both ends of a queue of MIDI messages, if there are ports for them.
fn midi_queue<P, C>(ports: u16, new: fn() -> Result<(P, C)>) -> Result<(Option<P>, Option<C>)> {
    match ports {
        0 => Ok((None, None)),
        _ => new().map(|(producer, consumer)| (Some(producer), Some(consumer))),
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
