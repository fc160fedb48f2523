//! What the library asks of the operating system and the processor; the only `libc` calls outside
//! the drivers.
#![allow(
    unsafe_code,
    reason = "system calls and processor state have no safe interface"
)]

use crate::error::{Error, Result};
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// Whether the audio thread has real-time scheduling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Realtime {
    /// SCHED_FIFO or SCHED_RR, at this priority.
    Granted {
        /// 1 to 99.
        priority: i32,
    },
    /// The system said no; playing may be interrupted under load.
    Refused {
        /// Why, and what would help.
        reason: String,
    },
    /// The driver has no audio thread of its own (offline).
    NotNeeded,
}

/// `CLOCK_MONOTONIC` in nanoseconds. Wait-free; answered by the vDSO, without a system call.
pub(crate) fn now_ns() -> u64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: `time` is a valid timespec; CLOCK_MONOTONIC always exists on Linux.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// Asks for SCHED_FIFO for the calling thread.
pub(crate) fn request_realtime(priority: i32) -> Realtime {
    let param = libc::sched_param {
        sched_priority: priority,
    };
    // SAFETY: `param` is valid; pthread_self is the calling thread.
    let refused =
        unsafe { libc::pthread_setschedparam(libc::pthread_self(), libc::SCHED_FIFO, &param) };
    match refused {
        0 => Realtime::Granted { priority },
        code => Realtime::Refused {
            reason: format!(
                "SCHED_FIFO priority {priority}: {}; allow it with an rtprio limit in \
                 /etc/security/limits.d, or CAP_SYS_NICE",
                io::Error::from_raw_os_error(code)
            ),
        },
    }
}

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

/// A descriptor that is readable while its owner has something to be fetched. Whoever clears it
/// must look for that afterwards: what was there before a `set` is seen after a `clear`.
pub(crate) struct Signal {
    fd: OwnedFd,
    /// Spares the system call where nothing changes.
    is_set: AtomicBool,
}

impl Signal {
    pub fn new() -> Result<Signal> {
        // SAFETY: eventfd takes no pointers.
        let fd = unsafe { libc::eventfd(0, libc::EFD_NONBLOCK | libc::EFD_CLOEXEC) };
        if fd < 0 {
            return Err(Error::System {
                what: "eventfd",
                source: io::Error::last_os_error(),
            });
        }
        // SAFETY: `fd` was just opened and belongs to nobody else.
        let fd = unsafe { OwnedFd::from_raw_fd(fd) };
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

/// Asks for large pages below memory that has not been touched. The first touch of each page costs
/// a fault, about a microsecond; there are then 512 times fewer. Where the system has none to give,
/// nothing changes.
pub(crate) fn prefer_large_pages(memory: &mut [f32]) {
    /// Of x86-64, and of other processors with pages of 4 KiB.
    const LARGE_PAGE: usize = 1 << 21;
    let begin = memory.as_mut_ptr();
    let room = size_of_val(memory);
    let before = begin.addr().next_multiple_of(LARGE_PAGE) - begin.addr();
    let pages = room.saturating_sub(before) / LARGE_PAGE * LARGE_PAGE;
    if pages > 0 {
        // SAFETY: these pages lie within `memory`; the advice leaves what they hold as it is.
        unsafe { libc::madvise(begin.byte_add(before).cast(), pages, libc::MADV_HUGEPAGE) };
    }
}

/// Says what becomes of denormal numbers on this thread while it lives; then restores what was set.
pub(crate) struct Denormals {
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    before: u64,
}

impl Denormals {
    /// They are zero: on the audio thread, where they would cost time.
    pub fn flushed() -> Denormals {
        Denormals::set(true)
    }

    /// They are what they are: where the same numbers are to come out on every thread.
    pub fn kept() -> Denormals {
        Denormals::set(false)
    }
}

#[cfg(target_arch = "x86_64")]
impl Denormals {
    fn set(flushed: bool) -> Denormals {
        const FLUSH_RESULTS_AND_INPUTS: u32 = 1 << 15 | 1 << 6;
        let mut before = 0u32;
        // SAFETY: stores and loads the SSE control register; no memory but `before` is touched.
        unsafe {
            std::arch::asm!("stmxcsr [{}]", in(reg) &mut before, options(nostack));
            let wanted = if flushed {
                before | FLUSH_RESULTS_AND_INPUTS
            } else {
                before & !FLUSH_RESULTS_AND_INPUTS
            };
            std::arch::asm!("ldmxcsr [{}]", in(reg) &wanted, options(nostack));
        }
        Denormals {
            before: before.into(),
        }
    }
}

#[cfg(target_arch = "x86_64")]
impl Drop for Denormals {
    fn drop(&mut self) {
        let before = self.before as u32;
        // SAFETY: restores what `set` read.
        unsafe { std::arch::asm!("ldmxcsr [{}]", in(reg) &before, options(nostack)) };
    }
}

#[cfg(target_arch = "aarch64")]
impl Denormals {
    fn set(flushed: bool) -> Denormals {
        const FLUSH: u64 = 1 << 24;
        let before: u64;
        // SAFETY: reads and writes the floating-point control register only.
        unsafe {
            std::arch::asm!("mrs {}, fpcr", out(reg) before, options(nomem, nostack));
            let wanted = if flushed {
                before | FLUSH
            } else {
                before & !FLUSH
            };
            std::arch::asm!("msr fpcr, {}", in(reg) wanted, options(nomem, nostack));
        }
        Denormals { before }
    }
}

#[cfg(target_arch = "aarch64")]
impl Drop for Denormals {
    fn drop(&mut self) {
        // SAFETY: restores what `set` read.
        unsafe { std::arch::asm!("msr fpcr, {}", in(reg) self.before, options(nomem, nostack)) };
    }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
impl Denormals {
    fn set(_flushed: bool) -> Denormals {
        Denormals {}
    }
}

/// Runs what allocates on an audio thread that is not in real time (see `driver::Period::waits`).
pub(crate) fn outside_real_time<T>(run: impl FnOnce() -> T) -> T {
    #[cfg(all(feature = "rt-guard", not(rtsan)))]
    return assert_no_alloc::permit_alloc(run);
    #[cfg(not(all(feature = "rt-guard", not(rtsan))))]
    run()
}
