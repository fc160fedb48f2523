//! Why a call failed, in the terms of C.

use super::status::*;
use crate::error::Error;
use std::ffi::CStr;

/// A status and its message.
pub(super) struct Fault {
    pub status: amio_status,
    pub message: String,
}

/// What the body of a C function returns.
pub(super) type Checked<T = ()> = Result<T, Fault>;

/// As [`Fault`], for functions that real-time code may call: its message is not made, so nothing is allocated.
#[derive(Clone, Copy, Debug)]
pub(super) struct ConstantFault {
    pub status: amio_status,
    pub message: &'static CStr,
}

/// What the body of such a function returns.
pub(super) type Constantly<T = ()> = Result<T, ConstantFault>;

impl ConstantFault {
    pub const fn new(status: amio_status, message: &'static CStr) -> ConstantFault {
        ConstantFault { status, message }
    }

    pub const fn argument(message: &'static CStr) -> ConstantFault {
        ConstantFault::new(AMIO_ERROR_INVALID_ARGUMENT, message)
    }
}

/// As [`Fault::null`], for functions that real-time code may call.
macro_rules! null {
    ($what:literal) => {
        $crate::capi::fault::ConstantFault::new(
            $crate::capi::status::AMIO_ERROR_NULL_POINTER,
            $crate::capi::fault::constant(concat!($what, " is NULL\0")),
        )
    };
}
pub(super) use null;

/// The text as a C string; it must end with NUL.
pub(super) const fn constant(text: &'static str) -> &'static CStr {
    match CStr::from_bytes_with_nul(text.as_bytes()) {
        Ok(text) => text,
        Err(_) => panic!("the text must have one NUL, at its end"),
    }
}

impl Fault {
    pub fn new(status: amio_status, message: impl Into<String>) -> Fault {
        Fault {
            status,
            message: message.into(),
        }
    }

    pub fn null(what: &str) -> Fault {
        Fault::new(AMIO_ERROR_NULL_POINTER, format!("{what} is NULL"))
    }

    pub fn argument(message: impl Into<String>) -> Fault {
        Fault::new(AMIO_ERROR_INVALID_ARGUMENT, message)
    }
}

impl Fault {
    /// The same error, if its message begins with the name of a field, under the name that the field has in C.
    /// `names` has pairs of both.
    pub fn renamed(error: Error, names: &[(&str, &str)]) -> Fault {
        let mut fault = Fault::from(error);
        let renamed = names.iter().find_map(|(ours, theirs)| {
            let rest = fault.message.strip_prefix(ours)?;
            rest.starts_with(' ').then(|| format!("{theirs}{rest}"))
        });
        if let Some(message) = renamed {
            fault.message = message;
        }
        fault
    }
}

/// The error for a number that names nothing.
pub(super) fn not_one_of(what: &str, given: u32, allowed: &str) -> Fault {
    Fault::argument(format!("{what} is {given}; it must be one of {allowed}"))
}

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        let status = match &error {
            Error::OutOfRange { .. }
            | Error::BadFloat { .. }
            | Error::InvalidArgument(_)
            | Error::ServerRate { .. }
            | Error::DeviceRate { .. }
            | Error::BadSample { .. } => AMIO_ERROR_INVALID_ARGUMENT,
            Error::RateMismatch { .. } => AMIO_ERROR_RATE_MISMATCH,
            Error::InvalidState(_) => AMIO_ERROR_INVALID_STATE,
            Error::NoSuchTicket(_) => AMIO_ERROR_NO_SUCH_TICKET,
            Error::QueueFull { .. } => AMIO_ERROR_QUEUE_FULL,
            Error::Timeout { .. } => AMIO_ERROR_TIMEOUT,
            Error::DriverUnavailable { .. } => AMIO_ERROR_DRIVER_UNAVAILABLE,
            Error::NoServer { .. } => AMIO_ERROR_NO_SERVER,
            Error::Driver { .. } => AMIO_ERROR_DRIVER,
            Error::Io { .. } => AMIO_ERROR_IO,
            Error::Format { .. } => AMIO_ERROR_FORMAT,
            Error::Cancelled => AMIO_ERROR_CANCELLED,
            Error::OutOfMemory(..) => AMIO_ERROR_OUT_OF_MEMORY,
            Error::System { .. } => AMIO_ERROR_SYSTEM,
        };
        Fault::new(status, error.to_string())
    }
}
