//! Ctrl-C and SIGTERM, as a flag that loops look at.

use crate::failure::{Failure, Result};
use signal_hook::consts::{SIGINT, SIGTERM};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long a loop may wait before it looks at the flag again.
pub const RESPONSE: Duration = Duration::from_millis(50);

/// Whether the user asked the program to end. A second Ctrl-C ends it at once.
#[derive(Clone, Default)]
pub struct Interrupt {
    asked: Arc<AtomicBool>,
    /// The next signal ends the program.
    at_once: Arc<AtomicBool>,
}

impl Interrupt {
    /// From this call on, the two signals set the flag instead of ending the program.
    pub fn catch() -> Result<Interrupt> {
        use signal_hook::flag::{register, register_conditional_shutdown};
        let interrupt = Interrupt::default();
        let Interrupt { asked, at_once } = &interrupt;
        for signal in [SIGINT, SIGTERM] {
            // The flag first: a signal may come before the others are registered.
            register(signal, asked.clone())
                .and_then(|_| register_conditional_shutdown(signal, 130, at_once.clone()))
                .and_then(|_| register(signal, at_once.clone()))
                .map_err(|e| Failure::of("signal handler", e))?;
        }
        Ok(interrupt)
    }

    /// Runs a function that may wait for another program without end. During it, a signal ends this
    /// program at once, so the function must not leave anything to be cleaned up.
    pub fn waiting<T>(&self, run: impl FnOnce() -> Result<T>) -> Result<T> {
        self.at_once.store(true, Ordering::SeqCst);
        // A signal that came just before has only set the flag.
        self.check()?;
        let done = run();
        self.at_once.store(false, Ordering::SeqCst);
        self.check()?;
        done
    }

    /// Whether a signal has come.
    pub fn asked(&self) -> bool {
        self.asked.load(Ordering::SeqCst)
    }

    /// An error once a signal has come, for work that is worth nothing half done.
    pub fn check(&self) -> Result<()> {
        if self.asked() {
            return Err(Failure::Interrupted);
        }
        Ok(())
    }
}
