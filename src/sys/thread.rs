//! Threads of the library's own.

use crate::error::{Error, Result};
use std::os::unix::thread::JoinHandleExt;
use std::thread::JoinHandle;

/// Starts a thread. No signal handler of the program runs on it, and no signal that the program waits
/// for is taken by it: it begins with all signals blocked, but for those that a fault of its own raises.
/// Threads that it starts (libjack's, too) inherit that.
pub(crate) fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>> {
    let blocked = BlockedSignals::new();
    let thread = std::thread::Builder::new().name(name.into()).spawn(run);
    drop(blocked);
    thread.map_err(|source| Error::System {
        what: "starting a thread",
        source,
    })
}

/// Whether this is the calling thread. Unlike `std::thread::current`, it leaves nothing behind in the
/// thread's own memory.
pub(crate) fn is_own(thread: &JoinHandle<()>) -> bool {
    // SAFETY: both are threads that live, or have not been joined.
    unsafe { libc::pthread_equal(thread.as_pthread_t(), libc::pthread_self()) != 0 }
}

/// While it lives, the calling thread takes no signals. A new thread inherits that.
struct BlockedSignals {
    before: libc::sigset_t,
}

impl BlockedSignals {
    fn new() -> BlockedSignals {
        const OF_FAULTS: [libc::c_int; 7] = [
            libc::SIGSEGV,
            libc::SIGBUS,
            libc::SIGFPE,
            libc::SIGILL,
            libc::SIGTRAP,
            libc::SIGSYS,
            libc::SIGABRT,
        ];
        // SAFETY: sets of signals are plain data, and valid when they are zero; all pointers are valid
        // for the calls, which cannot fail with these arguments.
        unsafe {
            let (mut all, mut before): (libc::sigset_t, libc::sigset_t) = std::mem::zeroed();
            libc::sigfillset(&mut all);
            for signal in OF_FAULTS {
                libc::sigdelset(&mut all, signal);
            }
            libc::pthread_sigmask(libc::SIG_BLOCK, &all, &mut before);
            BlockedSignals { before }
        }
    }
}

impl Drop for BlockedSignals {
    fn drop(&mut self) {
        // SAFETY: the set was filled in by `new`; nothing is written.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &self.before, std::ptr::null_mut()) };
    }
}
