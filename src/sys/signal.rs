//! Descriptors that become readable when there is something to fetch.

use super::descriptor::beyond_standard;
use crate::error::{Error, Result};
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A descriptor that is readable while its owner has something to fetch. After clearing it, look
/// for that once more: what was there before a `set` is visible after a `clear`.
pub(crate) struct Signal {
    fd: OwnedFd,
    /// Saves the system call if nothing changes.
    is_set: AtomicBool,
}

impl Signal {
    pub fn new() -> Result<Signal> {
        // SAFETY: eventfd takes no pointers.
        let fd = unsafe { libc::eventfd(0, libc::EFD_NONBLOCK | libc::EFD_CLOEXEC) };
        let failed = |source| Error::System {
            what: "eventfd",
            source,
        };
        if fd < 0 {
            return Err(failed(io::Error::last_os_error()));
        }
        // SAFETY: `fd` was just opened and belongs to nobody else.
        let fd = beyond_standard(unsafe { OwnedFd::from_raw_fd(fd) }).map_err(failed)?;
        Ok(Signal {
            fd,
            is_set: AtomicBool::new(false),
        })
    }

    /// Makes it readable.
    pub fn set(&self) {
        if self.is_set.swap(true, Ordering::AcqRel) {
            return;
        }
        let one = 1u64.to_ne_bytes();
        // SAFETY: 8 valid bytes. A full counter (EAGAIN) is readable already.
        unsafe { libc::write(self.fd.as_raw_fd(), one.as_ptr().cast(), one.len()) };
    }

    /// Makes it not readable.
    pub fn clear(&self) {
        let mut count = [0u8; 8];
        // SAFETY: 8 writable bytes. EAGAIN means that it was not readable.
        unsafe { libc::read(self.fd.as_raw_fd(), count.as_mut_ptr().cast(), count.len()) };
        self.is_set.swap(false, Ordering::AcqRel);
    }

    /// Whether it is readable. Wait-free; no system call.
    pub fn is_set(&self) -> bool {
        self.is_set.load(Ordering::Acquire)
    }

    /// Waits until it is readable, or for `timeout`; false if the time ran out.
    pub fn wait(&self, timeout: Duration) -> bool {
        let mut poll = libc::pollfd {
            fd: self.fd.as_raw_fd(),
            events: libc::POLLIN,
            revents: 0,
        };
        let timeout = libc::timespec {
            tv_sec: timeout.as_secs().min(i32::MAX as u64) as libc::time_t,
            tv_nsec: timeout.subsec_nanos().into(),
        };
        // SAFETY: one valid pollfd, a valid timespec, no signal mask.
        unsafe { libc::ppoll(&mut poll, 1, &timeout, std::ptr::null()) > 0 }
    }
}

impl AsFd for Signal {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}
