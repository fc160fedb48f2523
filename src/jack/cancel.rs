//! Keeps libjack from ending a thread while it runs code of ours.
//!
//! jackd's library ends its threads by `pthread_cancel`, asynchronously: closing a client whose
//! server has died would tear the thread out of the middle of a callback, past Rust's destructors.
//! A callback holds that off; the thread ends when the callback releases it. Releasing may
//! therefore unwind, so what calls it is `extern "C-unwind"` and has nothing to drop.
#![allow(unsafe_code, reason = "a function of the C library")]

use std::ffi::c_int;

/// PTHREAD_CANCEL_DISABLE, the same number in all C libraries for Linux.
const DISABLE: c_int = 1;

unsafe extern "C-unwind" {
    fn pthread_setcancelstate(state: c_int, before: *mut c_int) -> c_int;
}

/// Lets this thread live until [`release`]; returns what to release. Wait-free, no system call.
pub(super) fn hold() -> c_int {
    let mut before = 0;
    // SAFETY: `before` is writable.
    unsafe { pthread_setcancelstate(DISABLE, &mut before) };
    before
}

/// As it was before [`hold`]. Does not return if the thread was to end meanwhile.
pub(super) fn release(before: c_int) {
    let mut held = 0;
    // SAFETY: `held` is writable.
    unsafe { pthread_setcancelstate(before, &mut held) };
}
