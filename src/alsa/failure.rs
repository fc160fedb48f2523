//! What libasound's error numbers mean. A [`Failure`] is plain data, which the audio thread can make.

use crate::error::Error;
use std::fmt;
use std::io;

/// What calls of libasound return.
pub(crate) type Attempt<T = ()> = std::result::Result<T, Failure>;

/// A call of libasound that has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// What was asked.
    pub what: &'static str,
    pub trouble: Trouble,
}

/// What a driver does about a failure depends on this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The device ran out of data or of room, and has stopped: EPIPE.
    Xrun,
    /// The system sleeps, or has slept: ESTRPIPE.
    Suspended,
    /// The device is gone: ENODEV.
    Gone,
    /// Nothing can be done now, but maybe later: EAGAIN.
    NotNow,
    /// All else, EIO and EBUSY among it.
    Number(i32),
}

impl Failure {
    /// Of a negative result.
    pub fn of(what: &'static str, result: i64) -> Failure {
        let trouble = match -result as i32 {
            libc::EPIPE => Trouble::Xrun,
            libc::ESTRPIPE => Trouble::Suspended,
            libc::ENODEV => Trouble::Gone,
            libc::EAGAIN => Trouble::NotNow,
            number => Trouble::Number(number),
        };
        Failure { what, trouble }
    }

    /// The result of a call where it did not fail.
    pub fn check(what: &'static str, result: impl Into<i64>) -> Attempt<i64> {
        match result.into() {
            result if result < 0 => Err(Failure::of(what, result)),
            result => Ok(result),
        }
    }

    fn number(self) -> i32 {
        match self.trouble {
            Trouble::Xrun => libc::EPIPE,
            Trouble::Suspended => libc::ESTRPIPE,
            Trouble::Gone => libc::ENODEV,
            Trouble::NotNow => libc::EAGAIN,
            Trouble::Number(number) => number,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = io::Error::from_raw_os_error(self.number());
        write!(f, "{}: {reason}", self.what)
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Error {
        Error::Driver {
            driver: "alsa",
            message: failure.to_string(),
        }
    }
}
