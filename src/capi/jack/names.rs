//! Lists of names.

use super::super::fault::{Checked, Fault};
use super::super::guard::{Caller, guard};
use super::super::handles::{self, Handle, ReservedHandle};
use super::super::status::amio_status;
use super::answers::{tell, tell_name};
use std::ffi::c_char;
use std::sync::Arc;

/// A list of names, which does not change.
pub struct amio_jack_names {
    _opaque: [u8; 0],
}

impl Handle for amio_jack_names {
    type Target = Arc<Vec<String>>;
    const NAME: &'static str = "a list of names";
}

/// Returns how many names a list has.
///
/// Thread: any but the audio thread.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_names_count(
    names: *mut amio_jack_names,
    out_count: *mut usize,
) -> amio_status {
    let out = ("out_count", out_count);
    // SAFETY: the pointers come from a C caller.
    unsafe { tell(("names", names), out, |names| Ok(names.len())) }
}

/// Copies a name of a list, counted from 0.
///
/// Thread: any but the audio thread.
/// Units: `capacity_bytes` counts the NUL at the end of the text.
/// Ownership: `out_name` is the caller's; AMIO_JACK_NAME_BYTES are enough.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (the list is not so long);
/// AMIO_ERROR_BUFFER_TOO_SMALL (the message says what is needed).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_names_get(
    names: *mut amio_jack_names,
    index: usize,
    out_name: *mut c_char,
    capacity_bytes: usize,
) -> amio_status {
    let name = |names: &Arc<Vec<String>>| {
        names
            .get(index)
            .cloned()
            .ok_or_else(|| no_such_index(index, names.len()))
    };
    // SAFETY: the pointers come from a C caller.
    unsafe { tell_name(("names", names), (out_name, capacity_bytes), name) }
}

/// Frees a list of names. NULL does nothing.
///
/// Thread: any but the audio thread.
/// Errors: AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_jack_names_free(names: *mut amio_jack_names) -> amio_status {
    guard(|| {
        drop(handles::release("names", names)?);
        Ok(())
    })
}

/// Makes a list of what `find` returns for the object of a handle.
///
/// # Safety
/// The pointers come from a C caller that keeps the header's rules.
pub(super) unsafe fn list<H: Handle>(
    (what, handle): (&str, *const H),
    out_names: *mut *mut amio_jack_names,
    find: impl FnOnce(&Caller, &H::Target) -> Checked<Vec<String>>,
) -> amio_status {
    // SAFETY: promised by the caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let object = handles::get(what, handle)?;
        let out = caller.out("out_names", out_names)?;
        let place = ReservedHandle::take()?;
        let names = find(&caller, &object)?;
        out.set(place.fill(Arc::new(names)));
        Ok(())
    })
}

pub(super) fn no_such_index(index: usize, count: usize) -> Fault {
    Fault::argument(format!(
        "index is {index}; the list has {count} items, counted from 0"
    ))
}
