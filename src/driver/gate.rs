//! Who may run the engine: only the holder of the latest number, and one thread at a time. Entering, leaving
//! and handing out the next number are one atomic operation each.

use crate::atomic::{AtomicU64, Ordering};

const BUSY: u64 = 1;

#[derive(Default)]
pub(crate) struct Gate {
    /// The latest number, shifted left by one, and [`BUSY`] while somebody is inside.
    state: AtomicU64,
}

/// Somebody is inside, until this is dropped.
pub(crate) struct Inside<'g> {
    gate: &'g Gate,
    idle: u64,
}

impl Gate {
    /// Enters, if `number` is the latest and nobody is inside.
    ///
    /// # Real-time contract
    /// Wait-free; no allocation, free, lock, system call or log. Leaving too.
    pub fn enter(&self, number: u64) -> Option<Inside<'_>> {
        let idle = number << 1;
        self.exchange(idle, idle | BUSY)
            .then(|| Inside { gate: self, idle })
    }

    /// Hands out the next number. Earlier numbers can no longer enter. `None` while somebody is
    /// inside. Whoever enters with the new number sees all that was done inside before.
    pub fn next(&self) -> Option<u64> {
        let state = self.state.load(Ordering::Relaxed);
        let number = (state >> 1) + 1;
        (state & BUSY == 0 && self.exchange(state, number << 1)).then_some(number)
    }

    fn exchange(&self, from: u64, to: u64) -> bool {
        self.state
            .compare_exchange(from, to, Ordering::AcqRel, Ordering::Relaxed)
            .is_ok()
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.gate.state.store(self.idle, Ordering::Release);
    }
}
