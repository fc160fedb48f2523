//! What a child of `fork()` must know: what it inherited is not its own.

use crate::error::{Error, Result};
use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};

/// The process in which something was made. A child of `fork()` has a copy of all that its parent had,
/// but not the threads that serve it; locks may be held for ever, and descriptors and files are still
/// those of the parent. So what was made elsewhere must be left as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Home(u32);

/// The end of a message about something that is another process's.
pub(crate) const MADE_BEFORE: &str =
    "was made before fork(), and belongs to the parent; make another one in this process";

/// How many times this process, and those that it descends from, were forked since the library was
/// first used.
static FORKS: AtomicU32 = AtomicU32::new(0);

impl Home {
    pub fn here() -> Home {
        static COUNTED: Once = Once::new();
        COUNTED.call_once(|| {
            // SAFETY: the function only adds to a number. Without memory for the registration, which is
            // some bytes, children are not told that they are some.
            unsafe { pthread_atfork(None, None, Some(count)) };
        });
        Home(FORKS.load(Ordering::Relaxed))
    }

    /// An error in any other process; `what` begins its message.
    pub fn check(self, what: &str) -> Result<()> {
        match self.is_here() {
            true => Ok(()),
            false => Err(Error::InvalidState(format!("{what} {MADE_BEFORE}"))),
        }
    }

    /// Whether this is the process in which it was made.
    pub fn is_here(self) -> bool {
        self.0 == FORKS.load(Ordering::Relaxed)
    }
}

/// Called in the child, by its only thread.
extern "C" fn count() {
    FORKS.fetch_add(1, Ordering::Relaxed);
}

unsafe extern "C" {
    /// Of POSIX; the crate `libc` does not declare it for glibc.
    fn pthread_atfork(
        prepare: Option<extern "C" fn()>,
        parent: Option<extern "C" fn()>,
        child: Option<extern "C" fn()>,
    ) -> std::ffi::c_int;
}
