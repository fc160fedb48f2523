//! Status: the numbers that functions return, and the words for them.

use super::message;
use crate::sys::cancel::held;
use std::ffi::{CStr, c_char};

/// What every function that can fail returns: AMIO_OK, or one of AMIO_ERROR_*, all negative. A
/// number never changes its meaning.
pub type amio_status = i32;

/// Success.
pub const AMIO_OK: amio_status = 0;
/// A defect of the library itself. What the call has done is undefined. Please report it
/// with the message.
pub const AMIO_ERROR_INTERNAL: amio_status = -1;
/// A pointer that must not be NULL is NULL.
pub const AMIO_ERROR_NULL_POINTER: amio_status = -2;
/// A handle that was freed, is of another type, or never came from this library.
pub const AMIO_ERROR_INVALID_HANDLE: amio_status = -3;
/// An argument or a field of a struct is outside the range that the message names.
pub const AMIO_ERROR_INVALID_ARGUMENT: amio_status = -4;
/// The caller was built for a newer library and uses something that this one does not know.
pub const AMIO_ERROR_UNSUPPORTED: amio_status = -5;
/// The call does not fit the state that the object is in.
pub const AMIO_ERROR_INVALID_STATE: amio_status = -6;
/// There was not enough memory.
pub const AMIO_ERROR_OUT_OF_MEMORY: amio_status = -7;
/// The ticket was never issued by this interface, or has ended.
pub const AMIO_ERROR_NO_SUCH_TICKET: amio_status = -8;
/// A bounded queue is full now; the same call may succeed later.
pub const AMIO_ERROR_QUEUE_FULL: amio_status = -9;
/// Nothing came within the time that was given.
pub const AMIO_ERROR_TIMEOUT: amio_status = -10;
/// The driver is not part of this build, or its system library is not installed.
pub const AMIO_ERROR_DRIVER_UNAVAILABLE: amio_status = -11;
/// No server answers.
pub const AMIO_ERROR_NO_SERVER: amio_status = -12;
/// The driver, its server or its device failed.
pub const AMIO_ERROR_DRIVER: amio_status = -13;
/// A file could not be opened, read or written.
pub const AMIO_ERROR_IO: amio_status = -14;
/// A file is of a kind that cannot be read.
pub const AMIO_ERROR_FORMAT: amio_status = -15;
/// A clip's frame rate is not the interface's.
pub const AMIO_ERROR_RATE_MISMATCH: amio_status = -16;
/// The operating system refused something that the library needs.
pub const AMIO_ERROR_SYSTEM: amio_status = -17;
/// The caller's buffer is too small; the message says how large it must be.
pub const AMIO_ERROR_BUFFER_TOO_SMALL: amio_status = -18;
/// The program cancelled the work, by what its progress callback returned.
pub const AMIO_ERROR_CANCELLED: amio_status = -19;

/// Returns a few words for a status. amio_last_error_message() says more.
///
/// Thread: any. Ownership: the text is static; it is never NULL, and "unknown status" for a
/// number that is not a status.
#[unsafe(no_mangle)]
pub extern "C" fn amio_strerror(status: amio_status) -> *const c_char {
    words(status).as_ptr()
}

/// Returns what was wrong with the last call that failed on this thread: which argument, its value,
/// and what is allowed. An empty text if no call has failed. Calls that succeed do not change it.
///
/// Thread: any; each thread has its own message. Ownership: the text belongs to the library and
/// is valid until the next call that fails on this thread, or the thread's end; it is never NULL.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_last_error_message() -> *const c_char {
    held(message::last)
}

fn words(status: amio_status) -> &'static CStr {
    match status {
        AMIO_OK => c"success",
        AMIO_ERROR_INTERNAL => c"internal error, a defect of libamio",
        AMIO_ERROR_NULL_POINTER => c"a pointer is NULL",
        AMIO_ERROR_INVALID_HANDLE => c"not a valid handle",
        AMIO_ERROR_INVALID_ARGUMENT => c"invalid argument",
        AMIO_ERROR_UNSUPPORTED => c"not supported by this version of libamio",
        AMIO_ERROR_INVALID_STATE => c"not possible in this state",
        AMIO_ERROR_OUT_OF_MEMORY => c"out of memory",
        AMIO_ERROR_NO_SUCH_TICKET => c"no such ticket is pending",
        AMIO_ERROR_QUEUE_FULL => c"a queue is full",
        AMIO_ERROR_TIMEOUT => c"timed out",
        AMIO_ERROR_DRIVER_UNAVAILABLE => c"the driver is not available",
        AMIO_ERROR_NO_SERVER => c"no audio server answers",
        AMIO_ERROR_DRIVER => c"the audio driver failed",
        AMIO_ERROR_IO => c"input or output error",
        AMIO_ERROR_FORMAT => c"unknown file format",
        AMIO_ERROR_RATE_MISMATCH => c"frame rates differ",
        AMIO_ERROR_SYSTEM => c"the operating system refused",
        AMIO_ERROR_BUFFER_TOO_SMALL => c"the buffer is too small",
        AMIO_ERROR_CANCELLED => c"cancelled",
        _ => c"unknown status",
    }
}
