//! What the library asks of the operating system and the processor; the only `libc` calls outside
//! the drivers.
#![allow(
    unsafe_code,
    reason = "system calls and processor state have no safe interface"
)]

pub(crate) mod cancel;
mod denormals;
mod descriptor;
mod exception;
mod fork;
mod realtime;
mod resident;
#[cfg(feature = "rtkit")]
mod rtkit;
mod signal;
mod stack;
mod thread;

pub(crate) use denormals::Denormals;
pub(crate) use descriptor::{open_at_once, open_to_read};
pub(crate) use exception::catch as catch_exceptions;
#[cfg(test)]
pub(crate) use fork::in_child;
pub(crate) use fork::{Home, MADE_BEFORE, NoFork, PerProcess, without_fork};
pub use realtime::Realtime;
pub(crate) use realtime::{LONGEST_RUN_NS, REST, request_realtime};
pub(crate) use resident::Resident;
pub(crate) use signal::Signal;
pub(crate) use stack::with_stack;
pub(crate) use thread::{join, spawn, without_signals};

use std::alloc::Layout;

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

/// Asks for large pages for memory that has not been touched. The first touch of each page is
/// a page fault of about a microsecond; with large pages there are 512 times fewer. If the system has none,
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

/// Gives unused memory of a vector back. If the system refuses, nothing changes.
pub(crate) fn give_back<T>(items: &mut Vec<T>) {
    let old = std::mem::ManuallyDrop::new(std::mem::take(items));
    let (length, capacity) = (old.len(), old.capacity());
    let mut memory = old.as_ptr().cast_mut();
    let mut room = capacity;
    if length > 0 && length < capacity && size_of::<T>() > 0 {
        // SAFETY: the vector's memory has this layout, and nobody else looks at it; what is kept is not
        // empty, and no larger than it was.
        let smaller = unsafe {
            let layout = Layout::array::<T>(capacity).unwrap_unchecked();
            std::alloc::realloc(memory.cast(), layout, length * size_of::<T>())
        };
        if !smaller.is_null() {
            (memory, room) = (smaller.cast(), length);
        }
    }
    // SAFETY: the parts of the vector that was taken apart, with the room that there is now.
    *items = unsafe { Vec::from_raw_parts(memory, length, room) };
}

/// Runs what the detectors watch: the allocation guard of test builds, and the real-time sanitizer.
#[cfg_attr(rtsan, sanitize(realtime = "nonblocking"))]
pub(crate) fn in_real_time<T>(run: impl FnOnce() -> T) -> T {
    // Only one of them at a time: the guard would end the process before the sanitizer sees anything.
    #[cfg(all(feature = "rt-guard", not(rtsan)))]
    return assert_no_alloc::assert_no_alloc(run);
    #[cfg(not(all(feature = "rt-guard", not(rtsan))))]
    run()
}

/// Runs the loop of an audio thread, which makes system calls: the allocation guard of test builds watches it.
pub(crate) fn without_allocation<T>(run: impl FnOnce() -> T) -> T {
    #[cfg(all(feature = "rt-guard", not(rtsan)))]
    return assert_no_alloc::assert_no_alloc(run);
    #[cfg(not(all(feature = "rt-guard", not(rtsan))))]
    run()
}

/// Runs what allocates on an audio thread that is not in real time (see `driver::Period::may_block`).
pub(crate) fn outside_real_time<T>(run: impl FnOnce() -> T) -> T {
    #[cfg(all(feature = "rt-guard", not(rtsan)))]
    return assert_no_alloc::permit_alloc(run);
    #[cfg(not(all(feature = "rt-guard", not(rtsan))))]
    run()
}
