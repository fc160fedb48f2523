//! The error of this folder.

use crate::error::Error;

/// The server or its library refused something.
pub(super) fn failure(message: String) -> Error {
    Error::Driver {
        driver: "jack",
        message,
    }
}
