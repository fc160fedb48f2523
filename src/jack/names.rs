//! Strings to and from libjack.
#![allow(unsafe_code, reason = "strings of libjack")]

use super::library::Library;
use crate::error::{Error, Result};
use std::ffi::{CStr, CString, c_char};

/// A string for libjack.
///
/// # Errors
/// [`Error::InvalidArgument`]: it contains NUL; `what` names the argument.
pub(super) fn c_string(what: &str, text: &str) -> Result<CString> {
    CString::new(text)
        .map_err(|_| Error::InvalidArgument(format!("{what} is {text:?}; it must not contain NUL")))
}

/// A copy of a string of libjack, which stays libjack's; empty for null.
///
/// # Safety
/// `text` is null, or ends with NUL.
pub(super) unsafe fn copied(text: *const c_char) -> String {
    if text.is_null() {
        return String::new();
    }
    // Names lie in memory that other clients may change meanwhile. So the bytes are looked at once they are copied.
    // SAFETY: promised by the caller.
    let bytes = unsafe { CStr::from_ptr(text) }.to_bytes().to_vec();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Copies and frees a string; `None` for null.
///
/// # Safety
/// `text` was just returned by libjack for the caller to free, or is null.
pub(super) unsafe fn taken(library: &'static Library, text: *mut c_char) -> Option<String> {
    if text.is_null() {
        return None;
    }
    // SAFETY: promised by the caller.
    unsafe {
        let copy = copied(text);
        (library.free)(text.cast());
        Some(copy)
    }
}

/// Copies and frees a list of names.
///
/// # Safety
/// `names` was just returned by libjack: null, or strings followed by null.
pub(super) unsafe fn taken_list(
    library: &'static Library,
    names: *mut *const c_char,
) -> Vec<String> {
    let mut taken = Vec::new();
    if names.is_null() {
        return taken;
    }
    // SAFETY: promised by the caller; the loop ends at the null that ends the list, and the list
    // is not used after it was freed.
    unsafe {
        let mut next = names;
        while !(*next).is_null() {
            taken.push(copied(*next));
            next = next.add(1);
        }
        (library.free)(names.cast());
    }
    taken
}
