//! The supervisor's inbox: drivers leave notices in it, and the supervisor sleeps here.

use crate::driver::{Notice, Notify};
use crate::lock::{Condvar, Mutex};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering, fence};
use std::time::{Duration, Instant};

/// The longest sleep of the supervisor while the interface runs. Reports that nobody waits for, such as skipped
/// frames, may come this late.
pub(super) const LONGEST_SLEEP: Duration = Duration::from_millis(100);

pub(super) struct Inbox {
    queue: Mutex<NoticeQueue>,
    arrived: Condvar,
    /// Whether the supervisor sleeps for longer than a period.
    sleeps_long: AtomicBool,
}

#[derive(Default)]
struct NoticeQueue {
    notices: Vec<Notice>,
    /// Number of the driver whose notices count; those of earlier ones are dropped.
    driver: u64,
    woken: bool,
    closed: bool,
}

impl Inbox {
    pub fn new() -> Arc<Inbox> {
        Arc::new(Inbox {
            queue: Mutex::default(),
            arrived: Condvar::new(),
            sleeps_long: AtomicBool::new(false),
        })
    }

    /// For the next driver; notices of the previous one no longer count.
    pub fn notify(self: &Arc<Inbox>) -> Notify {
        let driver = {
            let mut queue = self.queue.lock();
            queue.driver += 1;
            queue.driver
        };
        let inbox = self.clone();
        Arc::new(move |notice| {
            let mut queue = inbox.queue.lock();
            if queue.driver == driver {
                queue.notices.push(notice);
                inbox.arrived.notify_one();
            }
        })
    }

    /// Wakes the supervisor.
    pub fn wake(&self) {
        self.queue.lock().woken = true;
        self.arrived.notify_one();
    }

    /// Ends a long sleep of the supervisor. To be called after a change of what
    /// [`super::expectation::quiet_periods`] looks at.
    pub fn end_long_sleep(&self) {
        // Together with the fence in `begin_long_sleep`: either the supervisor sees the change, or this call
        // sees that the supervisor sleeps long.
        fence(Ordering::SeqCst);
        if self.sleeps_long.swap(false, Ordering::Relaxed) {
            self.wake();
        }
    }

    /// Announces a long sleep. Returns how many periods longer than usual the next sleep may be.
    pub fn begin_long_sleep(&self, quiet_periods: impl FnOnce() -> u64) -> u64 {
        self.sleeps_long.store(true, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        let periods = quiet_periods();
        self.sleeps_long.store(periods > 0, Ordering::Relaxed);
        periods
    }

    pub fn close(&self) {
        self.queue.lock().closed = true;
        self.arrived.notify_one();
    }

    /// Waits for notices, or for `tick`; `None` once closed.
    pub fn wait(&self, tick: Option<Duration>) -> Option<Vec<Notice>> {
        let mut queue = self.queue.lock();
        let deadline = tick.map(|tick| Instant::now() + tick);
        while queue.notices.is_empty() && !queue.woken && !queue.closed {
            let is_over;
            (queue, is_over) = match deadline {
                Some(at) => self.arrived.wait_until(queue, at),
                None => (self.arrived.wait(queue), false),
            };
            if is_over {
                break;
            }
        }
        queue.woken = false;
        self.sleeps_long.store(false, Ordering::Relaxed);
        (!queue.closed).then(|| std::mem::take(&mut queue.notices))
    }

    #[cfg(test)]
    pub fn sleeps_long(&self) -> bool {
        self.sleeps_long.load(Ordering::Relaxed)
    }

    #[cfg(test)]
    pub fn is_woken(&self) -> bool {
        self.queue.lock().woken
    }
}
