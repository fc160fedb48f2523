//! Version: which header a program was built with, and which library it runs with.

use super::fault::Fault;
use super::guard::guard;
use super::status::{AMIO_ERROR_UNSUPPORTED, amio_status};
use std::ffi::{CStr, c_char};

/// The header's major version. It changes with the library's file name, `libamio.so.MAJOR`.
pub const AMIO_VERSION_MAJOR: u32 = 0;
/// The header's minor version. It rises when functions, constants or fields are added; while the
/// major version is 0, it may also change what exists.
pub const AMIO_VERSION_MINOR: u32 = 2;
/// The header's patch version. It rises when only defects are repaired.
pub const AMIO_VERSION_PATCH: u32 = 0;

const TEXT: &CStr =
    match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
        Ok(text) => text,
        Err(_) => unreachable!(),
    };

const _: () = {
    assert!(number(env!("CARGO_PKG_VERSION_MAJOR")) == AMIO_VERSION_MAJOR);
    assert!(number(env!("CARGO_PKG_VERSION_MINOR")) == AMIO_VERSION_MINOR);
    assert!(number(env!("CARGO_PKG_VERSION_PATCH")) == AMIO_VERSION_PATCH);
};

/// Returns the version of the library that the program runs with, such as "0.2.0".
///
/// Thread: any. Ownership: the text is static.
#[unsafe(no_mangle)]
pub extern "C" fn amio_version_string() -> *const c_char {
    TEXT.as_ptr()
}

/// Checks that the library that the program runs with can serve the header that it was built
/// with: call `amio_version_check(AMIO_VERSION_MAJOR, AMIO_VERSION_MINOR, AMIO_VERSION_PATCH)`
/// before anything else. The library serves headers of its own major version (and, while that is
/// 0, of its own minor version) that are not newer than itself.
///
/// Thread: any.
/// Errors: AMIO_ERROR_UNSUPPORTED (the message names both versions).
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_version_check(major: u32, minor: u32, patch: u32) -> amio_status {
    guard(|| {
        let ours = (AMIO_VERSION_MAJOR, AMIO_VERSION_MINOR, AMIO_VERSION_PATCH);
        let same_abi = major == ours.0 && (major > 0 || minor == ours.1);
        if same_abi && (minor, patch) <= (ours.1, ours.2) {
            return Ok(());
        }
        Err(Fault::new(
            AMIO_ERROR_UNSUPPORTED,
            format!(
                "the program was built with amio.h {major}.{minor}.{patch}, the library is {}; \
                 build and run with the same version",
                env!("CARGO_PKG_VERSION")
            ),
        ))
    })
}

const fn number(decimal: &str) -> u32 {
    match u32::from_str_radix(decimal, 10) {
        Ok(number) => number,
        Err(_) => panic!("a version number is decimal"),
    }
}
