//! What all parts of an interface need: its configuration, its state, what the engine publishes, and its events.

use super::config::Config;
use super::events::{Event, EventKind, Events};
use super::inbox::Inbox;
use crate::driver::{Info, Lease, Slot};
use crate::error::{Error, Result};
use crate::link::{Published, Sizes};
use crate::lock::Mutex;
use crate::sys::Home;
use crate::units::Rate;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long an engine may still be in a period of its old driver.
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
    /// The engine has failed, or the server runs with another rate; silence is played. Make another
    /// interface.
    Failed,
    /// The interface was closed.
    Closed,
}

pub(super) struct Core {
    /// The process that made the interface.
    pub home: Home,
    pub config: Config,
    pub rate: Rate,
    pub sizes: Sizes,
    /// How much memory the audio thread writes to, in bytes: in all, and locked.
    pub resident_bytes: (u64, u64),
    /// What the engine publishes.
    pub shared: Arc<Published>,
    /// Where the engine is.
    pub slot: Arc<Slot>,
    /// What the driver said last.
    pub info: Mutex<Info>,
    pub events: Events,
    /// Where drivers leave notices for the supervisor, and what wakes it.
    pub inbox: Arc<Inbox>,
    state: Mutex<State>,
    closing: AtomicBool,
    failure_reported: AtomicBool,
}

/// What is needed to make a [`Core`].
pub(super) struct Foundation {
    pub config: Config,
    pub sizes: Sizes,
    pub resident_bytes: (u64, u64),
    pub info: Info,
    pub shared: Arc<Published>,
    pub slot: Arc<Slot>,
    pub inbox: Arc<Inbox>,
}

impl Core {
    /// # Errors
    /// [`Error::System`], [`Error::OutOfMemory`].
    pub fn new(from: Foundation) -> Result<Arc<Core>> {
        Ok(Arc::new(Core {
            home: Home::here(),
            config: from.config,
            rate: Rate::new(from.info.frame_rate_hz),
            sizes: from.sizes,
            resident_bytes: from.resident_bytes,
            shared: from.shared,
            slot: from.slot,
            info: Mutex::new(from.info),
            events: Events::new()?,
            inbox: from.inbox,
            state: Mutex::new(State::Stopped),
            closing: AtomicBool::new(false),
            failure_reported: AtomicBool::new(false),
        }))
    }

    /// Always [`State::Closed`] in a child of the process that made the interface.
    pub fn state(&self) -> State {
        match self.home.is_here() {
            true => *self.state.lock(),
            false => State::Closed,
        }
    }

    /// Only while the lock of [`super::lifecycle::Lifecycle`] is held.
    pub fn set_state(&self, state: State) {
        *self.state.lock() = state;
    }

    /// Announces that the interface will be closed: calls that take long then end early.
    pub fn begin_closing(&self) {
        self.closing.store(true, Ordering::Relaxed);
    }

    /// Whether somebody closes it, or has closed it.
    pub fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Relaxed)
    }

    /// # Errors
    /// [`Error::InvalidState`] in a child of the process that made the interface.
    pub fn check_home(&self) -> Result<()> {
        self.home.check("the interface")
    }

    /// # Errors
    /// [`Error::InvalidState`] after it was closed, and in a child.
    pub fn check_open(&self) -> Result<()> {
        self.check_home()?;
        match self.state() {
            State::Closed => Err(closed()),
            _ => Ok(()),
        }
    }

    /// Whether periods have deadlines.
    pub fn has_deadlines(&self) -> bool {
        self.config.driver.capabilities().pace.has_deadlines()
    }

    /// The period now; at least 1.
    pub fn period_frames(&self) -> u32 {
        self.info.lock().period_frames.max(1)
    }

    /// How many frames may sound before files are read again: the period that begins now, the next one,
    /// and what fades out in them. Twice that, since reading began a while before.
    pub fn frames_at_once(&self) -> u64 {
        let declick = self.config.declick_frames_at(self.rate.hz());
        2 * (u64::from(self.period_frames()) + u64::from(declick))
    }

    /// Ends the engine's previous lease, and begins another one.
    ///
    /// # Errors
    /// [`Error::Timeout`] if the engine stays in the middle of a period.
    pub fn lease(&self) -> Result<Lease> {
        self.slot.lease(LEASE_PATIENCE).ok_or(Error::Timeout {
            what: "the end of a period",
            timeout_ms: LEASE_PATIENCE.as_millis() as u64,
        })
    }

    /// Adds an event of the control half, which happens now.
    pub fn event(&self, kind: EventKind) {
        if !self.home.is_here() {
            return;
        }
        let state = self.shared.snapshot.read();
        self.events.push(Event {
            kind,
            position: state.position,
            device_frame: state.device_frame,
            time_ns: state.time_ns,
        });
    }

    /// The interface cannot go on. Only the first failure becomes an event.
    pub fn fail(&self, reason: &str) {
        if self.failure_reported.swap(true, Ordering::AcqRel) {
            return;
        }
        {
            let mut state = self.state.lock();
            if *state != State::Closed {
                *state = State::Failed;
            }
        }
        let reason = reason.to_owned();
        self.event(EventKind::Failed { reason });
    }
}

pub(super) fn closed() -> Error {
    Error::InvalidState("the interface is closed".into())
}
