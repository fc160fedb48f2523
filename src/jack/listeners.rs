//! Who is notified of what happens to a client, and what the audio thread has to tell them.
//!
//! Flow: libjack's threads -> [`Listeners::notify`] -> [`Notifications`]. The audio thread only counts;
//! the [`Waker`](super::waker::Waker) tells what was counted.

use super::handlers::Notifications;
use crate::error::Result;
use crate::lock::{Mutex, RwLock};
use crate::memory;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

#[derive(Default)]
pub(super) struct Listeners {
    all: RwLock<Vec<Arc<dyn Notifications>>>,
    counted: Counted,
    /// Held while what was counted is told: what is told after it comes after it.
    telling: Mutex<()>,
}

/// What the audio thread has counted, and nobody was told yet.
#[derive(Default)]
struct Counted {
    xruns: AtomicU32,
    /// The bits of the last one's delay.
    delay_us: AtomicU32,
    failures: AtomicU32,
}

impl Listeners {
    /// It is told what happens from now on.
    ///
    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    pub fn add(&self, listener: Arc<dyn Notifications>) -> Result<()> {
        self.tell_counted();
        let mut all = self.all.write();
        memory::reserve(&mut all, 1, "a listener of a JACK client")?;
        all.push(listener);
        Ok(())
    }

    pub fn remove(&self, listener: &Arc<dyn Notifications>) {
        self.all
            .write()
            .retain(|other| !Arc::ptr_eq(other, listener));
    }

    /// From here on nobody is notified. Returns whom to [`tell`](Self::tell) what is counted until the end.
    pub fn take(&self) -> Vec<Arc<dyn Notifications>> {
        std::mem::take(&mut *self.all.write())
    }

    pub fn is_empty(&self) -> bool {
        self.all.read().is_empty()
    }

    /// Tells all of them. Not on the audio thread.
    pub fn notify(&self, notify: impl Fn(&dyn Notifications)) {
        for listener in &*self.all.read() {
            notify(&**listener);
        }
    }

    /// The server was late, or a client was. PipeWire's library tells it on the audio thread.
    ///
    /// # Real-time contract
    /// Wait-free; no allocation, free, lock, system call or log.
    pub fn count_xrun(&self, delay_us: f32) {
        let counted = &self.counted;
        counted
            .delay_us
            .store(delay_us.to_bits(), Ordering::Relaxed);
        counted.xruns.fetch_add(1, Ordering::Release);
    }

    /// A handler of the audio thread has failed.
    ///
    /// # Real-time contract
    /// As [`Listeners::count_xrun`].
    pub fn count_failure(&self) {
        self.counted.failures.fetch_add(1, Ordering::Release);
    }

    /// Tells what was counted. If nobody listens, it is forgotten. Not on the audio thread.
    pub fn tell_counted(&self) {
        let _telling = self.telling.lock();
        self.tell(&self.all.read());
    }

    /// Tells these what was counted. Not on the audio thread.
    pub fn tell(&self, listeners: &[Arc<dyn Notifications>]) {
        let counted = &self.counted;
        let xruns = counted.xruns.swap(0, Ordering::Acquire);
        let delay_us = f32::from_bits(counted.delay_us.load(Ordering::Relaxed));
        let failures = counted.failures.swap(0, Ordering::Acquire);
        for listener in listeners {
            (0..xruns).for_each(|_| listener.xrun(delay_us));
            (0..failures).for_each(|_| listener.handler_failed());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jack::Status;
    use std::sync::mpsc;
    use std::time::Duration;

    #[derive(Default)]
    struct Heard(Mutex<Vec<String>>);

    impl Notifications for Heard {
        fn xrun(&self, delay_us: f32) {
            self.0.lock().push(format!("xrun of {delay_us} us"));
        }

        fn handler_failed(&self) {
            self.0.lock().push("failed".into());
        }

        fn lost(&self, _status: Status, reason: &str) {
            self.0.lock().push(reason.into());
        }
    }

    #[test]
    fn a_listener_is_told_what_happens_from_then_on_and_to_the_end() {
        let (first, second) = (Arc::new(Heard::default()), Arc::new(Heard::default()));
        let listeners = Listeners::default();
        listeners.count_xrun(1.0);
        listeners.add(first.clone()).expect("memory");
        listeners.count_failure();
        listeners.add(second.clone()).expect("memory");
        assert_eq!(*first.0.lock(), ["failed"]);
        let all = listeners.take();
        listeners.count_xrun(2.0);
        listeners.tell(&all);
        assert_eq!(*first.0.lock(), ["failed", "xrun of 2 us"]);
        assert_eq!(*second.0.lock(), ["xrun of 2 us"]);
    }

    #[test]
    fn the_audio_thread_counts_without_a_lock_and_each_is_told_once() {
        let heard = Arc::new(Heard::default());
        let listeners = Listeners::default();
        listeners.add(heard.clone()).expect("memory");
        std::thread::scope(|scope| {
            let locked = listeners.all.write();
            let (has_counted, counted) = mpsc::channel();
            let listeners = &listeners;
            scope.spawn(move || {
                crate::sys::in_real_time(|| {
                    listeners.count_xrun(1.5);
                    listeners.count_failure();
                    listeners.count_xrun(2.5);
                });
                has_counted.send(()).expect("the test listens");
            });
            let counted = counted.recv_timeout(Duration::from_secs(10));
            drop(locked);
            assert!(counted.is_ok(), "it waited for the lock");
        });
        listeners.tell_counted();
        listeners.tell_counted();
        listeners.notify(|listener| listener.lost(Status::default(), "gone"));
        let expected = ["xrun of 2.5 us", "xrun of 2.5 us", "failed", "gone"];
        assert_eq!(*heard.0.lock(), expected);
    }
}
