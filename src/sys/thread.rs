//! The library's own threads, which receive no signals; and writing without signals.

use crate::error::{Error, Result};
use std::io;
use std::mem;
use std::os::unix::thread::JoinHandleExt;
use std::thread::JoinHandle;

/// Starts a thread. It never runs a signal handler of the program, and never takes a signal that the program
/// waits for: all signals are blocked, except those that a fault of its own raises.
/// Threads that it starts (libjack's, too) inherit that.
pub(crate) fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>> {
    let blocked = BlockedSignals::all();
    let thread = std::thread::Builder::new().name(name.into()).spawn(run);
    drop(blocked);
    thread.map_err(|source| Error::System {
        what: "starting a thread",
        source,
    })
}

/// Writes to a file or a pipe, on any thread. If the file reaches the limit of the size of files
/// (RLIMIT_FSIZE), or nobody reads the pipe any more, the system also sends this thread a signal, which
/// would end the process. Here that signal is removed, and only the error is left.
pub(crate) fn without_signals<T>(write: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    // SAFETY: sets of signals are plain data, and valid when they are zero; all pointers are valid for the
    // calls.
    let pending = || unsafe {
        let mut pending: libc::sigset_t = mem::zeroed();
        libc::sigpending(&mut pending);
        pending
    };
    // SAFETY: as above.
    let of_writes = unsafe {
        let mut of_writes: libc::sigset_t = mem::zeroed();
        libc::sigaddset(&mut of_writes, libc::SIGXFSZ);
        libc::sigaddset(&mut of_writes, libc::SIGPIPE);
        of_writes
    };
    let _blocked = BlockedSignals::block(&of_writes);
    let before = pending();
    let written = write();
    let raised = match written.as_ref().err().and_then(io::Error::raw_os_error) {
        Some(libc::EFBIG) => libc::SIGXFSZ,
        Some(libc::EPIPE) => libc::SIGPIPE,
        _ => return written,
    };
    // SAFETY: as above; the timeout is valid.
    unsafe {
        // A signal that was pending before belongs to the program.
        if libc::sigismember(&before, raised) == 0 && libc::sigismember(&pending(), raised) == 1 {
            let mut taken: libc::sigset_t = mem::zeroed();
            libc::sigaddset(&mut taken, raised);
            libc::sigtimedwait(&taken, std::ptr::null_mut(), &mem::zeroed());
        }
    }
    written
}

/// Waits until a thread has ended; returns at once if it is the calling thread. If it panicked, that was
/// printed there.
pub(crate) fn join(thread: JoinHandle<()>) {
    // Unlike `std::thread::current`, this leaves nothing behind in the thread's own memory.
    // SAFETY: both are threads that live, or have not been joined.
    let is_own = unsafe { libc::pthread_equal(thread.as_pthread_t(), libc::pthread_self()) != 0 };
    if !is_own {
        let _ = thread.join();
    }
}

/// While it lives, some or all signals are blocked on the calling thread. A new thread inherits that.
struct BlockedSignals {
    before: libc::sigset_t,
}

impl BlockedSignals {
    fn all() -> BlockedSignals {
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
        let all = unsafe {
            let mut all: libc::sigset_t = mem::zeroed();
            libc::sigfillset(&mut all);
            for signal in OF_FAULTS {
                libc::sigdelset(&mut all, signal);
            }
            all
        };
        BlockedSignals::block(&all)
    }

    fn block(signals: &libc::sigset_t) -> BlockedSignals {
        // SAFETY: as in `all`.
        unsafe {
            let mut before: libc::sigset_t = mem::zeroed();
            libc::pthread_sigmask(libc::SIG_BLOCK, signals, &mut before);
            BlockedSignals { before }
        }
    }
}

impl Drop for BlockedSignals {
    fn drop(&mut self) {
        // SAFETY: the set was filled in by `block`; nothing is written.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &self.before, std::ptr::null_mut()) };
    }
}
