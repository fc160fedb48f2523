//! Wakes the program when something of a stream waits, and tells what the audio thread has counted. The audio thread
//! cannot: that would be a system call. So a thread looks, as long as the client has streams or listeners; with streams,
//! twice a period.

use super::handler_scope::is_in_handler;
use super::handlers::Notifications;
use super::listeners::Listeners;
use super::mail::Mail;
use crate::error::Result;
use crate::lock::{Condvar, Mutex, MutexGuard};
use crate::memory;
use crate::sys;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long the thread pauses while cycles run.
const SHORTEST_PAUSE: Duration = Duration::from_micros(250);
const LONGEST_PAUSE: Duration = Duration::from_millis(4);
/// How long it pauses while none run, or without streams.
const LONGEST_SLEEP: Duration = Duration::from_millis(32);
/// How long it pauses without streams while none run.
const LONGEST_IDLE: Duration = Duration::from_millis(256);

pub(super) struct Waker(Arc<Watched>);

struct Watched {
    listeners: Arc<Listeners>,
    /// How many cycles have run, and the length of the last one.
    cycles: AtomicU64,
    frames: AtomicU32,
    watch: Mutex<Watch>,
    changed: Condvar,
}

#[derive(Default)]
struct Watch {
    mails: Vec<Arc<Mail>>,
    thread: Option<JoinHandle<()>>,
    /// A thread goes on as long as this is the number that it began with.
    number: u64,
    is_over: bool,
}

impl Waker {
    pub fn new(listeners: &Arc<Listeners>) -> Waker {
        Waker(Arc::new(Watched {
            listeners: listeners.clone(),
            cycles: AtomicU64::new(0),
            frames: AtomicU32::new(0),
            watch: Mutex::default(),
            changed: Condvar::default(),
        }))
    }

    /// A cycle has run. Audio thread only; wait-free.
    pub fn cycle_has_run(&self, frames: u32) {
        self.0.frames.store(frames, Ordering::Relaxed);
        self.0.cycles.fetch_add(1, Ordering::Relaxed);
    }

    /// Watches one more.
    ///
    /// # Errors
    /// [`crate::Error::OutOfMemory`], [`crate::Error::System`].
    pub fn add(&self, mail: &Arc<Mail>, rate_hz: u32) -> Result<()> {
        let mut watch = self.0.watch.lock();
        memory::reserve(&mut watch.mails, 1, "a stream of a JACK client")?;
        self.begin(&mut watch, rate_hz)?;
        if watch.is_over {
            mail.end();
        }
        watch.mails.push(mail.clone());
        // It may be in a long pause.
        self.0.changed.notify_all();
        Ok(())
    }

    /// Watches one no longer.
    pub fn remove(&self, mail: &Arc<Mail>) {
        let mut watch = self.0.watch.lock();
        watch.mails.retain(|other| !Arc::ptr_eq(other, mail));
        self.end_if_idle(watch);
    }

    /// Has one more listener told what is counted, and notified, from now on.
    ///
    /// # Errors
    /// As [`Waker::add`].
    pub fn listen(&self, listener: Arc<dyn Notifications>, rate_hz: u32) -> Result<()> {
        let mut watch = self.0.watch.lock();
        self.0.listeners.add(listener.clone())?;
        self.begin(&mut watch, rate_hz)
            .inspect_err(|_| self.0.listeners.remove(&listener))
    }

    /// Has a listener told no longer.
    pub fn stop_listening(&self, listener: &Arc<dyn Notifications>) {
        let watch = self.0.watch.lock();
        self.0.listeners.remove(listener);
        self.end_if_idle(watch);
    }

    /// Starts the thread, if it does not run.
    fn begin(&self, watch: &mut Watch, rate_hz: u32) -> Result<()> {
        if !watch.is_over && watch.thread.is_none() {
            let (watched, number) = (self.0.clone(), watch.number);
            let run = move || watched.run(number, rate_hz);
            watch.thread = Some(sys::spawn("amio-jack-wake", run)?);
        }
        Ok(())
    }

    fn end_if_idle(&self, mut watch: MutexGuard<'_, Watch>) {
        if watch.mails.is_empty() && self.0.listeners.is_empty() {
            let thread = watch.stop();
            drop(watch);
            self.end_thread(thread);
        }
    }

    /// Tells all that nothing more comes.
    pub fn end(&self) {
        let mut watch = self.0.watch.lock();
        watch.is_over = true;
        for mail in &watch.mails {
            mail.end();
        }
    }

    /// As [`Waker::end`], and ends the thread.
    pub fn close(&self) {
        self.end();
        let thread = self.0.watch.lock().stop();
        self.end_thread(thread);
    }

    fn end_thread(&self, thread: Option<JoinHandle<()>>) {
        self.0.changed.notify_all();
        // In a handler nothing waits; the thread ends by itself.
        if let Some(thread) = thread.filter(|_| !is_in_handler()) {
            sys::join(thread);
        }
    }
}

impl Watch {
    fn stop(&mut self) -> Option<JoinHandle<()>> {
        self.number += 1;
        self.thread.take()
    }
}

impl Watched {
    fn run(&self, number: u64, rate_hz: u32) {
        let mut seen = 0;
        let mut pause = LONGEST_PAUSE;
        let mut watch = self.watch.lock();
        while watch.number == number {
            for mail in &watch.mails {
                mail.wake_if_due();
            }
            drop(watch);
            self.listeners.tell_counted();
            watch = self.watch.lock();
            if watch.number != number {
                return;
            }
            let cycles = self.cycles.load(Ordering::Relaxed);
            let has_run = std::mem::replace(&mut seen, cycles) != cycles;
            pause = match (has_run, watch.mails.is_empty()) {
                (true, false) => self.half_a_period(rate_hz),
                (true, true) => LONGEST_SLEEP,
                (false, false) => (pause * 2).min(LONGEST_SLEEP),
                (false, true) => (pause * 2).min(LONGEST_IDLE),
            };
            (watch, _) = self.changed.wait_for(watch, pause);
        }
    }

    fn half_a_period(&self, rate_hz: u32) -> Duration {
        let frames = self.frames.load(Ordering::Relaxed);
        let pause = Duration::from_secs(1) * frames / (2 * rate_hz.max(1));
        pause.clamp(SHORTEST_PAUSE, LONGEST_PAUSE)
    }
}
