//! Keeps a thread from being ended while it runs code of ours.
//!
//! A program may end one of its threads by `pthread_cancel` while the thread waits inside the library.
//! jackd's library ends its own threads in the same way, even in the middle of a callback of ours. Both
//! would skip Rust's destructors, or end the process. So our code holds cancellation off, and the thread
//! ends when it is released. [`release`] may therefore unwind: each function that calls it is
//! `extern "C-unwind"`, and has nothing to drop.

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
    // Also the type, since glibc looks only at the type if its signal comes late.
    // SAFETY: what is written is writable.
    unsafe {
        pthread_setcanceltype(DEFERRED, &mut before.kind);
        pthread_setcancelstate(DISABLE, &mut before.state);
    }
    before
}

/// Restores what was set before [`hold`]. Does not return if the thread was cancelled meanwhile.
pub(crate) fn release(before: Before) {
    let mut held = 0;
    // SAFETY: `held` is writable.
    unsafe {
        pthread_setcanceltype(before.kind, &mut held);
        pthread_setcancelstate(before.state, &mut held);
    }
}

/// Runs `body`, which does not unwind, with the cancellation of the calling thread held off.
pub(crate) fn held<T: Copy>(body: impl FnOnce() -> T) -> T {
    let before = hold();
    let result = apart(body);
    release(before);
    result
}

/// Not inlined: a frame with destructors cannot be unwound by a cancellation.
#[inline(never)]
fn apart<T>(body: impl FnOnce() -> T) -> T {
    body()
}
