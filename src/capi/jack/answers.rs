//! Calls that ask an object one thing.

use super::super::fault::Checked;
use super::super::guard::{Caller, guard};
use super::super::handles::{self, Handle};
use super::super::status::amio_status;
use super::super::transport::boolean;
use crate::error::Result;
use std::ffi::c_char;

/// Calls a method of the object of a handle.
pub(super) fn ask<H: Handle>(
    what: &str,
    handle: *const H,
    call: impl FnOnce(&H::Target) -> Result<()>,
) -> amio_status {
    guard(|| Ok(call(&handles::get(what, handle)?)?))
}

/// As [`ask`], for a method that can be on or off.
pub(super) fn switch<H: Handle>(
    what: &str,
    handle: *const H,
    on: u32,
    call: impl FnOnce(&H::Target, bool) -> Result<()>,
) -> amio_status {
    guard(|| {
        let object = handles::get(what, handle)?;
        Ok(call(&object, boolean("on", on)?)?)
    })
}

/// Calls a method of the object of a handle, and writes what it returns.
///
/// # Safety
/// The pointers come from a C caller that keeps the header's rules.
pub(super) unsafe fn tell<H: Handle, T>(
    (what, handle): (&str, *const H),
    (name, out): (&str, *mut T),
    call: impl FnOnce(&H::Target) -> Result<T>,
) -> amio_status {
    // SAFETY: promised by the caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let object = handles::get(what, handle)?;
        let out = caller.out(name, out)?;
        out.set(call(&object)?);
        Ok(())
    })
}

/// As [`tell`], for a method that takes a text.
///
/// # Safety
/// As [`tell`].
pub(super) unsafe fn tell_of<H: Handle, T>(
    (what, handle): (&str, *const H),
    (text_name, text): (&str, *const c_char),
    (name, out): (&str, *mut T),
    call: impl FnOnce(&H::Target, &str) -> Result<T>,
) -> amio_status {
    // SAFETY: promised by the caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let object = handles::get(what, handle)?;
        let text = caller.text(text_name, text)?;
        let out = caller.out(name, out)?;
        out.set(call(&object, text)?);
        Ok(())
    })
}

/// As [`tell`], for a method that returns a name.
///
/// # Safety
/// As [`tell`].
pub(super) unsafe fn tell_name<H: Handle>(
    (what, handle): (&str, *const H),
    (out_name, capacity_bytes): (*mut c_char, usize),
    call: impl FnOnce(&H::Target) -> Checked<String>,
) -> amio_status {
    // SAFETY: promised by the caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let object = handles::get(what, handle)?;
        let out = caller.out_text("out_name", out_name, capacity_bytes)?;
        out.set(&call(&object)?)
    })
}

/// Calls a method that takes one or two texts.
///
/// # Safety
/// As [`tell`].
pub(super) unsafe fn ask_with<H: Handle, const TEXTS: usize>(
    (what, handle): (&str, *const H),
    texts: [(&str, *const c_char); TEXTS],
    call: impl FnOnce(&H::Target, [&str; TEXTS]) -> Result<()>,
) -> amio_status {
    // SAFETY: promised by the caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let object = handles::get(what, handle)?;
        let mut given = [""; TEXTS];
        for (place, (name, text)) in given.iter_mut().zip(texts) {
            *place = caller.text(name, text)?;
        }
        Ok(call(&object, given)?)
    })
}
