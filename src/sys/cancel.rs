//! Keeps a thread from being ended while it runs code of ours.
//!
//! A program may end a thread of its own that waits inside the library by `pthread_cancel`, and jackd's
//! library ends its threads so, asynchronously: closing a client whose server has died would tear the thread
//! out of the middle of a callback. Either would pass by Rust's destructors, or end the process. So code of
//! ours holds that off; the thread ends when it is released. Releasing may therefore unwind: whatever calls
//! it is `extern "C-unwind"`, and has nothing to drop.

use std::ffi::c_int;

/// PTHREAD_CANCEL_DISABLE and PTHREAD_CANCEL_DEFERRED, the same numbers in all C libraries for Linux.
const DISABLE: c_int = 1;
const DEFERRED: c_int = 0;

unsafe extern "C-unwind" {
    fn pthread_setcancelstate(state: c_int, before: *mut c_int) -> c_int;
    fn pthread_setcanceltype(kind: c_int, before: *mut c_int) -> c_int;
}

/// How a thread could be cancelled before. Has nothing to drop.
#[derive(Clone, Copy)]
pub(crate) struct Before {
    state: c_int,
    kind: c_int,
}

/// Lets this thread live until [`release`]; returns what to release. Wait-free, no system call.
pub(crate) fn hold() -> Before {
    let mut before = Before { state: 0, kind: 0 };
    // The type as well: glibc looks at that alone where its signal comes late.
    // SAFETY: what is written is writable.
    unsafe {
        pthread_setcanceltype(DEFERRED, &mut before.kind);
        pthread_setcancelstate(DISABLE, &mut before.state);
    }
    before
}

/// As it was before [`hold`]. May not return if the thread was to end meanwhile.
pub(crate) fn release(before: Before) {
    let mut held = 0;
    // SAFETY: `held` is writable.
    unsafe {
        pthread_setcanceltype(before.kind, &mut held);
        pthread_setcancelstate(before.state, &mut held);
    }
}
