//! Waiting for PCMs, with an end.
#![allow(unsafe_code, reason = "a system call")]

use std::time::Duration;

/// Waits until one of the descriptors has an event, or for `timeout`. The answers are in the descriptors.
///
/// # Real-time contract
/// One system call; no allocation, free, lock, log or panic.
pub(crate) fn wait(descriptors: &mut [libc::pollfd], timeout: Duration) {
    let timeout = libc::timespec {
        tv_sec: timeout.as_secs().min(i32::MAX as u64) as libc::time_t,
        tv_nsec: timeout.subsec_nanos().into(),
    };
    for descriptor in &mut *descriptors {
        descriptor.revents = 0;
    }
    let count = descriptors.len() as libc::nfds_t;
    // SAFETY: so many valid descriptors, a valid timespec, no signal mask. Nothing but EINTR is left to fail, which
    // counts as an early wake-up.
    unsafe { libc::ppoll(descriptors.as_mut_ptr(), count, &timeout, std::ptr::null()) };
}
