//! The border between C and Rust: panics end here, and pointers are checked here.

use super::fault::{Checked, ConstantFault, Constantly, Fault, null};
use super::message;
use super::status::{AMIO_ERROR_INTERNAL, AMIO_OK, amio_status};
use crate::sys::cancel::held;
use crate::sys::in_real_time;
use std::ffi::{CStr, OsStr, c_char, c_void};
use std::os::unix::ffi::OsStrExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// Runs the body of a C function; an error or a panic becomes a status and this thread's message. The
/// calling thread is not cancelled meanwhile, but may be at the end: nothing here may have a destructor.
pub(super) fn guard(body: impl FnOnce() -> Checked) -> amio_status {
    held(|| contain(body))
}

/// As [`guard`], for functions that real-time code may call.
///
/// # Real-time contract
/// Wait-free; no allocation, free, system call or log, unless `body` does it, or panics.
pub(super) fn guard_real_time(body: impl FnOnce() -> Constantly) -> amio_status {
    let run = || {
        #[cfg(feature = "seeded-bugs")]
        crate::seeded::commit();
        let mut status = AMIO_OK;
        let contained = contain(|| {
            if let Err(fault) = body() {
                message::keep_constant(fault.message);
                status = fault.status;
            }
            Ok(())
        });
        match contained {
            AMIO_OK => status,
            panicked => panicked,
        }
    };
    held(|| in_real_time(run))
}

fn contain(body: impl FnOnce() -> Checked) -> amio_status {
    let fault = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => return AMIO_OK,
        Ok(Err(fault)) => fault,
        Err(panic) => Fault::new(
            AMIO_ERROR_INTERNAL,
            format!(
                "a defect of libamio, please report it: {}",
                panic_text(&*panic)
            ),
        ),
    };
    message::keep(&fault.message);
    fault.status
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("panic without a message")
}

/// Stands for the promise of the C caller: a pointer that is not NULL points to as much memory as
/// the header asks for, and that memory stays valid during the call.
pub(super) struct Caller(());

/// More bytes than any process can address. A greater length is always a mistake.
const ADDRESS_SPACE_BYTES: u128 = 1 << 47;

/// The longest text that is read, without its end. No name is longer.
const MAX_TEXT_BYTES: usize = 4095;

impl Caller {
    /// # Safety
    /// The pointers handed to the methods come from a C caller that keeps the header's rules.
    pub unsafe fn trusted() -> Caller {
        Caller(())
    }

    /// A place for a result.
    pub fn out<'a, T>(&'a self, what: &str, pointer: *mut T) -> Checked<Out<'a, T>> {
        if pointer.is_null() {
            return Err(Fault::null(what));
        }
        Ok(Out {
            pointer,
            _caller: self,
        })
    }

    /// As [`Caller::out`], for functions that real-time code may call.
    pub fn place<'a, T>(
        &'a self,
        is_null: ConstantFault,
        pointer: *mut T,
    ) -> Constantly<Out<'a, T>> {
        match pointer.is_null() {
            true => Err(is_null),
            false => Ok(Out {
                pointer,
                _caller: self,
            }),
        }
    }

    /// Bytes to read, for functions that real-time code may call. `bytes` may be NULL without any.
    pub fn bytes(&self, bytes: *const c_void, count: usize) -> Constantly<&[u8]> {
        Ok(match check_bytes(bytes, count)? {
            0 => &[],
            // SAFETY: not NULL, within the address space; the caller promised its length.
            count => unsafe { std::slice::from_raw_parts(bytes.cast(), count) },
        })
    }

    /// As [`Caller::bytes`], to write.
    #[allow(
        clippy::mut_from_ref,
        reason = "the memory is the caller's, not this token's"
    )]
    pub fn bytes_mut(&self, bytes: *mut c_void, count: usize) -> Constantly<&mut [u8]> {
        Ok(match check_bytes(bytes, count)? {
            0 => &mut [],
            // SAFETY: not NULL, within the address space; the caller promised its length.
            count => unsafe { std::slice::from_raw_parts_mut(bytes.cast(), count) },
        })
    }

    /// The text at `pointer`, which must be UTF-8.
    pub fn text<'a>(&'a self, what: &str, pointer: *const c_char) -> Checked<&'a str> {
        self.long_text(what, pointer, MAX_TEXT_BYTES)
    }

    /// As [`Caller::text`], up to a length without its end.
    pub fn long_text<'a>(
        &'a self,
        what: &str,
        pointer: *const c_char,
        most_bytes: usize,
    ) -> Checked<&'a str> {
        self.c_str(what, pointer, most_bytes)?
            .to_str()
            .map_err(|e| Fault::argument(format!("{what} is not UTF-8: {e}")))
    }

    /// The text at `pointer`; `None` if that is NULL.
    pub fn optional_text<'a>(
        &'a self,
        what: &str,
        pointer: *const c_char,
    ) -> Checked<Option<&'a str>> {
        match pointer.is_null() {
            true => Ok(None),
            false => self.text(what, pointer).map(Some),
        }
    }

    /// The path at `pointer`: bytes of any encoding.
    pub fn path<'a>(&'a self, what: &str, pointer: *const c_char) -> Checked<&'a Path> {
        let path = self.c_str(what, pointer, MAX_TEXT_BYTES)?;
        if path.is_empty() {
            return Err(Fault::argument(format!(
                "{what} is empty; it must name a file"
            )));
        }
        Ok(Path::new(OsStr::from_bytes(path.to_bytes())))
    }

    fn c_str<'a>(
        &'a self,
        what: &str,
        pointer: *const c_char,
        most_bytes: usize,
    ) -> Checked<&'a CStr> {
        if pointer.is_null() {
            return Err(Fault::null(what));
        }
        // SAFETY: the caller promised a text that ends with a NUL; nothing behind it is read.
        let length = (0..=most_bytes).find(|&at| unsafe { *pointer.add(at) } == 0);
        if length.is_none() {
            return Err(Fault::argument(format!(
                "{what} is longer than {most_bytes} bytes, or does not end"
            )));
        }
        // SAFETY: its end was found just above.
        Ok(unsafe { CStr::from_ptr(pointer) })
    }

    /// `frames` frames of `samples_per_frame` values each, to read.
    pub fn slice<'a, T>(
        &'a self,
        what: &str,
        pointer: *const T,
        frames: u64,
        samples_per_frame: usize,
    ) -> Checked<&'a [T]> {
        let length = check_memory(what, pointer, frames, samples_per_frame)?;
        // SAFETY: not NULL, aligned, within the address space; the caller promised its length.
        Ok(unsafe { std::slice::from_raw_parts(pointer, length) })
    }

    /// `frames` frames of `samples_per_frame` values each, to write.
    #[allow(
        clippy::mut_from_ref,
        reason = "the memory is the caller's, not this token's"
    )]
    pub fn slice_mut<'a, T>(
        &'a self,
        what: &str,
        pointer: *mut T,
        frames: u64,
        samples_per_frame: usize,
    ) -> Checked<&'a mut [T]> {
        let length = check_memory(what, pointer, frames, samples_per_frame)?;
        // SAFETY: not NULL, aligned, within the address space; the caller promised its length.
        Ok(unsafe { std::slice::from_raw_parts_mut(pointer, length) })
    }
}

/// A checked place for a result, written last, so that a call that fails writes nothing.
pub(super) struct Out<'a, T> {
    pointer: *mut T,
    _caller: &'a Caller,
}

impl<T> Out<'_, T> {
    pub fn set(self, value: T) {
        // SAFETY: not NULL; the caller promised room for a `T`, perhaps not aligned for one.
        unsafe { self.pointer.write_unaligned(value) }
    }
}

fn check_bytes(bytes: *const c_void, count: usize) -> Constantly<usize> {
    if bytes.is_null() && count > 0 {
        return Err(null!("bytes"));
    }
    if bytes.addr() as u128 + count as u128 > ADDRESS_SPACE_BYTES {
        return Err(ConstantFault::argument(
            c"there are more bytes than any process can address",
        ));
    }
    Ok(count)
}

/// Refuses lengths that no memory can have, before the memory is looked at; returns the number of
/// values.
pub(super) fn check_memory<T>(
    what: &str,
    pointer: *const T,
    frames: u64,
    samples_per_frame: usize,
) -> Checked<usize> {
    if pointer.is_null() {
        return Err(Fault::null(what));
    }
    if !pointer.is_aligned() {
        return Err(Fault::argument(format!(
            "{what} is {pointer:p}; it must be aligned to {} bytes",
            align_of::<T>()
        )));
    }
    if frames == 0 {
        return Err(Fault::argument(format!(
            "{what} has the length 0; it must be at least 1"
        )));
    }
    let values = u128::from(frames) * samples_per_frame as u128;
    let bytes = values * size_of::<T>() as u128;
    if pointer.addr() as u128 + bytes > ADDRESS_SPACE_BYTES {
        return Err(Fault::argument(format!(
            "{what} has {bytes} bytes; that is more than any process can address"
        )));
    }
    Ok(values as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_status_and_a_message() {
        assert_eq!(
            guard(|| panic!("what was not foreseen")),
            AMIO_ERROR_INTERNAL
        );
        // SAFETY: the message is a text, and nothing fails on this thread meanwhile.
        let message = unsafe { CStr::from_ptr(message::last()) };
        assert!(message.to_string_lossy().contains("what was not foreseen"));
    }

    #[test]
    fn a_length_is_refused_before_memory_is_looked_at() {
        let nowhere = std::ptr::without_provenance::<f32>(4096);
        for frames in [0, 1 << 44, 1 << 63, u64::MAX] {
            assert!(check_memory("samples", nowhere, frames, 2).is_err());
        }
        assert!(check_memory("samples", nowhere.wrapping_byte_add(1), 1, 2).is_err());
        assert!(matches!(check_memory("samples", nowhere, 5, 2), Ok(10)));
    }
}
