//! One at a time: opening and closing clients of this process.
//!
//! jackd's library keeps the server's shared memory for the whole process. If a client opens while
//! another one, whose server has died, is not closed yet, both use the memory of the wrong server,
//! and the process crashes. So clients open and close in turns, and none opens while a dead one
//! is left.
//! Thread: any.

use crate::error::{Error, Result};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long an opening client waits for dead ones to be closed; that takes some 50 ms.
const PATIENCE: Duration = Duration::from_millis(500);

static TURN: Mutex<()> = Mutex::new(());
static DEAD: Mutex<usize> = Mutex::new(0);
static ONE_LESS: Condvar = Condvar::new();

/// Whether a client's server lives.
#[derive(Default)]
pub(super) struct Life {
    ended: AtomicBool,
}

impl Life {
    /// The server has died. Saying so more than once is fine.
    pub fn end(&self) {
        if !self.ended.swap(true, Ordering::AcqRel) {
            *lock(&DEAD) += 1;
        }
    }
}

/// The time in which no other client opens or closes.
pub(super) struct Turn<'a> {
    _turn: MutexGuard<'static, ()>,
    closing: Option<&'a Life>,
}

/// Waits until a client may open.
pub(super) fn open() -> Result<Turn<'static>> {
    let dead = lock(&DEAD);
    let (dead, _) = ONE_LESS
        .wait_timeout_while(dead, PATIENCE, |dead| *dead > 0)
        .unwrap_or_else(PoisonError::into_inner);
    if *dead > 0 {
        return Err(Error::Driver {
            driver: "jack",
            message: format!("{} clients of a server that died are not closed yet", *dead),
        });
    }
    drop(dead);
    Ok(Turn {
        _turn: lock(&TURN),
        closing: None,
    })
}

/// Waits until a client may close.
pub(super) fn close(life: &Life) -> Turn<'_> {
    Turn {
        _turn: lock(&TURN),
        closing: Some(life),
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if let Some(life) = self.closing
            && life.ended.load(Ordering::Acquire)
        {
            *lock(&DEAD) -= 1;
            ONE_LESS.notify_all();
        }
    }
}

fn lock<T>(mutex: &'static Mutex<T>) -> MutexGuard<'static, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
