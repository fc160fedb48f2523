//! Rings: bytes from one thread to another, without waiting.

use super::fault::{ConstantFault, null};
use super::guard::{Caller, guard, guard_real_time};
use super::handles::{self, Handle};
use super::slots::{self, ReservedSlot, real_time_handle};
use super::status::{AMIO_ERROR_INVALID_STATE, amio_status};
use crate::ring::{Misuse, Ring, Span};
use std::ffi::c_void;
use std::sync::Arc;

/// A ring of bytes: one thread writes, another one reads, and neither waits.
///
/// A ring has two ends. The writing end is amio_ring_write(), amio_ring_write_spans() and
/// amio_ring_write_advance(); the reading end is amio_ring_read(), amio_ring_peek(), amio_ring_read_spans() and
/// amio_ring_read_advance(). Each end is for one thread at a time; the two may be used at the same time. A call that
/// finds another thread in a call of the same end returns AMIO_ERROR_INVALID_STATE and does nothing. What was
/// written before a write or an advance has returned is seen by the thread that then reads it.
///
/// Real-time: "Real-time: yes" means that real-time code may call the function, such as the process function of a JACK
/// client. It is wait-free: it takes no lock, allocates nothing and does not call the system, also when it fails. Then
/// amio_last_error_message() is a constant text.
pub struct amio_ring {
    _opaque: [u8; 0],
}

impl Handle for amio_ring {
    type Target = Arc<Ring>;
    const NAME: &'static str = "a ring";
}

real_time_handle!(amio_ring, "ring");

/// A part of a ring's memory. It is in two pieces where it goes over the end of the memory. This struct never grows.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct amio_ring_spans {
    /// The first piece; never NULL.
    pub first: *mut c_void,
    /// Its length in bytes. 0: there is nothing.
    pub first_bytes: usize,
    /// The piece that follows it; never NULL.
    pub second: *mut c_void,
    /// Its length in bytes. 0: there is none.
    pub second_bytes: usize,
}

impl From<[Span; 2]> for amio_ring_spans {
    fn from([first, second]: [Span; 2]) -> amio_ring_spans {
        amio_ring_spans {
            first: first.0.as_ptr().cast(),
            first_bytes: first.1,
            second: second.0.as_ptr().cast(),
            second_bytes: second.1,
        }
    }
}

impl From<Misuse> for ConstantFault {
    fn from(misuse: Misuse) -> ConstantFault {
        match misuse {
            Misuse::WriterInUse => ConstantFault::new(
                AMIO_ERROR_INVALID_STATE,
                c"another thread is writing to the ring, or resets it; only one may at a time",
            ),
            Misuse::ReaderInUse => ConstantFault::new(
                AMIO_ERROR_INVALID_STATE,
                c"another thread is reading from the ring, or resets it; only one may at a time",
            ),
            Misuse::TooFar => ConstantFault::argument(
                c"bytes is more than the spans have; only bytes within them can be handed over",
            ),
        }
    }
}

/// Makes a ring. All its memory is touched, so that its first use causes no page fault.
///
/// Thread: any; allocates. Real-time: no.
/// Units: `bytes` is how many bytes it has room for, from 1 on; all of them can be used.
/// Ownership: release the ring with amio_ring_free().
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_ARGUMENT (no bytes); AMIO_ERROR_INVALID_STATE (there are 16384
/// rings); AMIO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_ring_new(
    bytes: usize,
    out_ring: *mut *mut amio_ring,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        #[cfg(feature = "seeded-bugs")]
        crate::seeded::prepare();
        let out = caller.out("out_ring", out_ring)?;
        let place = ReservedSlot::take()?;
        out.set(place.fill(Arc::new(Ring::new(bytes)?)));
        Ok(())
    })
}

/// Frees a ring, once calls of other threads that use it have ended. Spans of it are no longer valid. NULL does
/// nothing.
///
/// Thread: any. Real-time: no.
/// Errors: AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_ring_free(ring: *mut amio_ring) -> amio_status {
    guard(|| {
        drop(slots::release("ring", ring)?);
        Ok(())
    })
}

/// Locks the ring's memory, so that it is never swapped out to a disk. It stays locked until the ring is freed. A ring
/// that is locked already stays so.
///
/// Thread: any; calls the system. Real-time: no.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_SYSTEM (the process may not lock so much: see
/// RLIMIT_MEMLOCK).
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_ring_lock_memory(ring: *mut amio_ring) -> amio_status {
    guard(|| {
        handles::get("ring", ring)?.lock_memory()?;
        Ok(())
    })
}

/// Tells how many bytes the ring has room for.
///
/// Thread: any. Real-time: yes.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_ring_size(
    ring: *const amio_ring,
    out_bytes: *mut usize,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    count(&caller, ring, out_bytes, Ring::size)
}

/// Tells how many bytes can be written now. For the thread that writes, there are at least so many until it writes
/// some, unless the ring is reset. For other threads it is an estimate.
///
/// Thread: any. Real-time: yes.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_ring_write_space(
    ring: *const amio_ring,
    out_bytes: *mut usize,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    count(&caller, ring, out_bytes, Ring::write_space)
}

/// Tells how many bytes can be read now. For the thread that reads, there are at least so many until it reads some,
/// unless the ring is reset. For other threads it is an estimate.
///
/// Thread: any. Real-time: yes.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_ring_read_space(
    ring: *const amio_ring,
    out_bytes: *mut usize,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    count(&caller, ring, out_bytes, Ring::read_space)
}

/// Writes as many of `count` bytes as there is room for: the first ones. `out_written` gets how many, which may be 0.
///
/// Thread: one at a time at the writing end. Real-time: yes.
/// Ownership: `bytes` is borrowed for the call, and may be NULL without bytes.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (more bytes than any process
/// can address); AMIO_ERROR_INVALID_STATE (another thread writes, or resets the ring).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_ring_write(
    ring: *mut amio_ring,
    bytes: *const c_void,
    count: usize,
    out_written: *mut usize,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard_real_time(|| {
        let bytes = caller.bytes(bytes, count)?;
        let out = caller.place(null!("out_written"), out_written)?;
        out.set(slots::with(ring, |ring| ring.write(bytes))??);
        Ok(())
    })
}

/// Reads as many bytes as wait, at most `count`: the oldest ones. `out_read` gets how many, which may be 0.
///
/// Thread: one at a time at the reading end. Real-time: yes.
/// Ownership: `bytes` is the caller's, and may be NULL without bytes.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (more bytes than any process
/// can address); AMIO_ERROR_INVALID_STATE (another thread reads, or resets the ring).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_ring_read(
    ring: *mut amio_ring,
    bytes: *mut c_void,
    count: usize,
    out_read: *mut usize,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    take(&caller, ring, bytes, count, out_read, Ring::read)
}

/// As amio_ring_read(), but the bytes can be read again.
///
/// Thread: one at a time at the reading end. Real-time: yes.
/// Ownership: as amio_ring_read().
/// Errors: as amio_ring_read().
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_ring_peek(
    ring: *mut amio_ring,
    bytes: *mut c_void,
    count: usize,
    out_read: *mut usize,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    take(&caller, ring, bytes, count, out_read, Ring::peek)
}

/// Returns the memory that can be written to. The bytes that are written there in order, first to the first piece, are
/// handed over by amio_ring_write_advance().
///
/// Thread: one at a time at the writing end. Real-time: yes.
/// Ownership: the memory is the ring's. The caller may write to it until it calls another function of the writing end,
/// or the ring is reset or freed.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (another thread writes, or
/// resets the ring).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_ring_write_spans(
    ring: *mut amio_ring,
    out_spans: *mut amio_ring_spans,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    spans(&caller, ring, out_spans, Ring::write_spans)
}

/// Hands the first `bytes` bytes of what amio_ring_write_spans() returned to the reading end. Those that the caller has
/// not written hold something from before, at first 0.
///
/// Thread: one at a time at the writing end. Real-time: yes.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (there is not so much room);
/// AMIO_ERROR_INVALID_STATE (another thread writes, or resets the ring).
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_ring_write_advance(
    ring: *mut amio_ring,
    bytes: usize,
) -> amio_status {
    guard_real_time(|| Ok(slots::with(ring, |ring| ring.write_advance(bytes))??))
}

/// Returns the memory that waits to be read, in order: first the first piece.
///
/// Thread: one at a time at the reading end. Real-time: yes.
/// Ownership: the memory is the ring's. The caller may read it, and write to it, until it calls another function of
/// the reading end, or the ring is reset or freed.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (another thread reads, or
/// resets the ring).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_ring_read_spans(
    ring: *mut amio_ring,
    out_spans: *mut amio_ring_spans,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    spans(&caller, ring, out_spans, Ring::read_spans)
}

/// Gives the first `bytes` bytes of what amio_ring_read_spans() returned back to the writing end.
///
/// Thread: one at a time at the reading end. Real-time: yes.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (not so many bytes wait);
/// AMIO_ERROR_INVALID_STATE (another thread reads, or resets the ring).
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_ring_read_advance(ring: *mut amio_ring, bytes: usize) -> amio_status {
    guard_real_time(|| Ok(slots::with(ring, |ring| ring.read_advance(bytes))??))
}

/// Drops all bytes that wait. Spans of both ends are no longer valid: the threads that use them must know of it.
///
/// Thread: any, while no other thread is in a call of either end. Real-time: yes.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (another thread writes, reads, or
/// resets the ring; nothing was dropped).
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_ring_reset(ring: *mut amio_ring) -> amio_status {
    guard_real_time(|| Ok(slots::with(ring, |ring| ring.reset())??))
}

fn count(
    caller: &Caller,
    ring: *const amio_ring,
    out: *mut usize,
    ask: fn(&Ring) -> usize,
) -> amio_status {
    guard_real_time(|| {
        let out = caller.place(null!("out_bytes"), out)?;
        out.set(slots::with(ring, |ring| ask(ring))?);
        Ok(())
    })
}

fn take(
    caller: &Caller,
    ring: *mut amio_ring,
    bytes: *mut c_void,
    count: usize,
    out: *mut usize,
    take: fn(&Ring, &mut [u8]) -> Result<usize, Misuse>,
) -> amio_status {
    guard_real_time(|| {
        let bytes = caller.bytes_mut(bytes, count)?;
        let out = caller.place(null!("out_read"), out)?;
        out.set(slots::with(ring, |ring| take(ring, bytes))??);
        Ok(())
    })
}

fn spans(
    caller: &Caller,
    ring: *mut amio_ring,
    out: *mut amio_ring_spans,
    ask: fn(&Ring) -> Result<[Span; 2], Misuse>,
) -> amio_status {
    guard_real_time(|| {
        let out = caller.place(null!("out_spans"), out)?;
        let spans = slots::with(ring, |ring| ask(ring))??;
        out.set(spans.into());
        Ok(())
    })
}
