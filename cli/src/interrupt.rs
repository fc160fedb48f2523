//! Ctrl-C and SIGTERM, as a flag that loops look at.

use crate::failure::{Failure, Result};
use signal_hook::consts::{SIGINT, SIGTERM};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long a loop may wait before it looks at the flag again.
pub const RESPONSE: Duration = Duration::from_millis(50);

/// Whether the user asked the program to end. A second Ctrl-C ends it at once.
#[derive(Clone)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// From here on the two signals set the flag instead of ending the program.
    pub fn catch() -> Result<Interrupt> {
        let flag = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            signal_hook::flag::register_conditional_shutdown(signal, 130, flag.clone())
                .and_then(|_| signal_hook::flag::register(signal, flag.clone()))
                .map_err(|e| Failure::of("signal handler", e))?;
        }
        Ok(Interrupt(flag))
    }

    /// Whether a signal has come.
    pub fn asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// An error once a signal has come, for work that is worth nothing half done.
    pub fn check(&self) -> Result<()> {
        if self.asked() {
            return Err(Failure::Interrupted);
        }
        Ok(())
    }
}
