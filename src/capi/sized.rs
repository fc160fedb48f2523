//! Structs that may grow: each begins with a `uint32_t struct_size` that the caller sets.
//!
//! A struct that the library reads may be shorter than ours (from an older program): what is
//! missing reads as 0. It may be longer (from a newer one) if what we do not know is 0. A struct
//! that the library writes is written as far as both know it.

use super::fault::{Checked, ConstantFault, Constantly, Fault};
use super::guard::Caller;
use super::status::AMIO_ERROR_UNSUPPORTED;
use std::mem::MaybeUninit;

/// The largest size that is plausible. A larger one means that the variable was never set.
const MAX_STRUCT_BYTES: usize = 4096;

/// A struct that begins with its size.
///
/// # Safety
/// `repr(C)`, the first field is `u32`, and every pattern of bytes is a valid value.
pub(super) unsafe trait Versioned: Copy {
    /// What it is called in C.
    const NAME: &'static str;
    /// How much of it a caller must have at the least: all that the first version had for structs
    /// that are written, all that has no default for those that are read.
    const SMALLEST: usize;
}

impl Caller {
    /// Reads a struct from the caller.
    pub fn read<T: Versioned>(&self, what: &str, pointer: *const T) -> Checked<T> {
        let size = self.struct_size(what, pointer)?;
        let bytes = pointer.cast::<u8>();
        for at in size_of::<T>()..size {
            // SAFETY: the caller promised `size` bytes.
            if unsafe { *bytes.add(at) } != 0 {
                return Err(Fault::new(
                    AMIO_ERROR_UNSUPPORTED,
                    format!(
                        "{what} sets byte {at} of {}, of which this library knows {}; run with the \
                         version that the program was built with",
                        T::NAME,
                        size_of::<T>()
                    ),
                ));
            }
        }
        let mut ours = MaybeUninit::<T>::zeroed();
        let known = size.min(size_of::<T>());
        // SAFETY: the caller promised `size` bytes; `ours` has room for as many as are known.
        unsafe { std::ptr::copy_nonoverlapping(bytes, ours.as_mut_ptr().cast(), known) };
        // SAFETY: all bytes are set, and every pattern of bytes is a valid `T`.
        Ok(unsafe { ours.assume_init() })
    }

    /// A place for a struct in the caller's memory. It is checked before anything is done.
    pub fn out_struct<'a, T: Versioned>(
        &'a self,
        what: &str,
        pointer: *mut T,
    ) -> Checked<OutStruct<'a, T>> {
        let size = self.struct_size(what, pointer)?;
        Ok(OutStruct {
            pointer,
            size,
            _caller: self,
        })
    }

    /// As [`Caller::out_struct`], for functions that real-time code may call.
    pub fn place_struct<'a, T: Versioned>(
        &'a self,
        (is_null, wrong_size): (ConstantFault, ConstantFault),
        pointer: *mut T,
    ) -> Constantly<OutStruct<'a, T>> {
        if pointer.is_null() {
            return Err(is_null);
        }
        // SAFETY: not NULL; every such struct begins with this field.
        let size = unsafe { pointer.cast::<u32>().read_unaligned() } as usize;
        match is_size_of::<T>(size) {
            false => Err(wrong_size),
            true => Ok(OutStruct {
                pointer,
                size,
                _caller: self,
            }),
        }
    }

    /// Fills in a struct of `size` bytes with defaults, also its size. Bytes that only the caller
    /// knows become 0.
    pub fn fill<T: Versioned>(
        &self,
        what: &str,
        pointer: *mut T,
        size: usize,
        defaults: &T,
    ) -> Checked {
        if pointer.is_null() {
            return Err(Fault::null(what));
        }
        check_size::<T>(what, size)?;
        // SAFETY: not NULL, and the caller promised `size` bytes, which include the size itself.
        unsafe {
            pointer.cast::<u8>().write_bytes(0, size);
            pointer.cast::<u32>().write_unaligned(size as u32);
        }
        self.out_struct(what, pointer)?.set(defaults);
        Ok(())
    }

    fn struct_size<T: Versioned>(&self, what: &str, pointer: *const T) -> Checked<usize> {
        if pointer.is_null() {
            return Err(Fault::null(what));
        }
        // SAFETY: not NULL; every such struct begins with this field.
        let size = unsafe { pointer.cast::<u32>().read_unaligned() } as usize;
        check_size::<T>(what, size)?;
        Ok(size)
    }
}

fn is_size_of<T: Versioned>(size: usize) -> bool {
    let aligned = size.is_multiple_of(align_of::<T>());
    aligned && (T::SMALLEST..=MAX_STRUCT_BYTES).contains(&size)
}

fn check_size<T: Versioned>(what: &str, size: usize) -> Checked {
    if is_size_of::<T>(size) {
        return Ok(());
    }
    Err(Fault::argument(format!(
        "{what}->struct_size is {size}; it must be sizeof({}), which is {} here",
        T::NAME,
        size_of::<T>()
    )))
}

/// A checked place for a struct, written last, so that a call that fails writes nothing.
pub(super) struct OutStruct<'a, T> {
    pointer: *mut T,
    size: usize,
    _caller: &'a Caller,
}

impl<T: Versioned> OutStruct<'_, T> {
    /// Writes what both sides know of `value`, but for its size, which stays as the caller set it.
    pub fn set(self, value: &T) {
        let known = self.size.min(size_of::<T>()) - size_of::<u32>();
        let from = std::ptr::from_ref(value).cast::<u32>();
        // SAFETY: both have `known` bytes behind their size; the caller promised its own.
        unsafe {
            std::ptr::copy_nonoverlapping(
                from.add(1).cast::<u8>(),
                self.pointer.cast::<u32>().add(1).cast::<u8>(),
                known,
            );
        }
    }
}

/// A text as a field, cut at the end of a character where it is too long.
pub(super) fn text_field<const BYTES: usize>(text: &str) -> [std::ffi::c_char; BYTES] {
    let fits = |end: &usize| *end < BYTES;
    let ends = text
        .char_indices()
        .map(|(at, character)| at + character.len_utf8());
    let end = ends.take_while(fits).last().unwrap_or(0);
    let mut field = [0; BYTES];
    for (to, from) in field.iter_mut().zip(text[..end].bytes()) {
        *to = if from == 0 { b' ' } else { from } as std::ffi::c_char;
    }
    field
}

#[cfg(test)]
mod tests {
    use super::text_field;

    #[test]
    fn a_text_that_is_too_long_is_cut_between_characters() {
        let field = text_field::<256>(&"é".repeat(200)).map(|byte| byte as u8);
        assert_eq!(field[254..], [0, 0]);
        assert!(std::str::from_utf8(&field[..254]).is_ok());
    }
}
