//! Texts that are written into buffers of the caller.

use super::fault::{Checked, Fault};
use super::guard::Caller;
use super::status::AMIO_ERROR_BUFFER_TOO_SMALL;
use std::ffi::c_char;

/// A checked buffer for a text, written last, so that a call that fails writes nothing.
pub(super) struct OutText<'a> {
    caller: &'a Caller,
    what: &'a str,
    pointer: *mut c_char,
    capacity_bytes: usize,
}

impl Caller {
    /// A buffer for a text. Its capacity counts the NUL at the end.
    pub fn out_text<'a>(
        &'a self,
        what: &'a str,
        pointer: *mut c_char,
        capacity_bytes: usize,
    ) -> Checked<OutText<'a>> {
        if pointer.is_null() {
            return Err(Fault::null(what));
        }
        Ok(OutText {
            caller: self,
            what,
            pointer,
            capacity_bytes,
        })
    }
}

impl OutText<'_> {
    pub fn set(self, text: &str) -> Checked {
        let needed = text.len() + 1;
        let capacity_bytes = self.capacity_bytes;
        if capacity_bytes < needed {
            return Err(Fault::new(
                AMIO_ERROR_BUFFER_TOO_SMALL,
                format!("capacity_bytes is {capacity_bytes}; the name needs {needed}"),
            ));
        }
        let pointer = self.pointer.cast::<u8>();
        let out = self
            .caller
            .slice_mut(self.what, pointer, needed as u64, 1)?;
        out[..text.len()].copy_from_slice(text.as_bytes());
        out[text.len()] = 0;
        Ok(())
    }
}
