//! The cycle that a process function runs in: found by a key, on the thread of the cycle, during the call.

use super::super::fault::{ConstantFault, Constantly, null};
use super::super::status::AMIO_ERROR_INVALID_HANDLE;
use super::cycle::amio_jack_cycle;
use crate::jack::Cycle;
use std::cell::Cell;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering};

/// A process function that runs on this thread: the key that it was given, and its cycle.
#[derive(Clone, Copy)]
struct Current {
    key: usize,
    cycle: NonNull<Cycle<'static>>,
}

thread_local! {
    // Without a destructor, which would have to be registered when the audio thread comes here first.
    static CURRENT: Cell<Option<Current>> = const { Cell::new(None) };
}

/// No valid address, and no key of a handle: bits 63 and 62 are the same there.
const NO_ADDRESS: u64 = 0b11 << 62 | 1 << 55;
const KEY_BITS: u32 = 50;
/// Keys look aligned, as handles do.
const ALIGNED: u32 = 3;

/// Gives the process function `call` a key for this cycle. The key leads to the cycle until `call` has returned.
///
/// # Real-time contract
/// Wait-free; no allocation, free, system call or log, unless `call` does it.
pub(super) fn run<R>(cycle: &mut Cycle<'_>, call: impl FnOnce(*const amio_jack_cycle) -> R) -> R {
    static MADE: AtomicU64 = AtomicU64::new(0);
    let number = MADE.fetch_add(1, Ordering::Relaxed) & ((1 << KEY_BITS) - 1);
    let key = (NO_ADDRESS | number << ALIGNED) as usize;
    let cycle = NonNull::from_mut(cycle).cast();
    let _ending = Ending(CURRENT.replace(Some(Current { key, cycle })));
    call(std::ptr::without_provenance(key))
}

/// Restores what was before.
struct Ending(Option<Current>);

impl Drop for Ending {
    fn drop(&mut self) {
        CURRENT.set(self.0);
    }
}

/// Uses the cycle that a key leads to.
///
/// # Real-time contract
/// Wait-free; no allocation, free, system call or log, unless `run` does it.
pub(super) fn with<R>(
    cycle: *const amio_jack_cycle,
    run: impl FnOnce(&Cycle<'_>) -> Constantly<R>,
) -> Constantly<R> {
    if cycle.is_null() {
        return Err(null!("cycle"));
    }
    match CURRENT.get().filter(|current| current.key == cycle.addr()) {
        // SAFETY: `run`, further up on this thread, has borrowed the cycle, and does not use it until its call has
        // returned.
        Some(current) => run(unsafe { current.cycle.as_ref() }),
        None => Err(ConstantFault::new(
            AMIO_ERROR_INVALID_HANDLE,
            c"cycle is not valid here: only the call of the process function that was given it may use it, on its thread",
        )),
    }
}
