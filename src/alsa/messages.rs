//! What libasound would print goes to a log instead, or nowhere.
//!
//! libasound has one handler for the whole process, which is the application's, and one for each thread, which its own
//! handler asks first. Only the latter is used here.
#![allow(unsafe_code, reason = "a function that libasound calls")]

use super::library::{Library, MessageHandler};
use std::cell::RefCell;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::marker::PhantomData;

thread_local! {
    /// What libasound has written on this thread. `None`: it is not kept.
    static KEPT: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

unsafe extern "C" {
    /// With a `va_list`: a pointer, or passed as one.
    fn vsnprintf(to: *mut c_char, room: usize, format: *const c_char, rest: *mut c_void) -> c_int;
}

/// While it lives, libasound prints nothing on this thread. Values may be nested.
pub(crate) struct Quiet {
    before: Option<MessageHandler>,
    library: &'static Library,
    /// Of one thread.
    _here: PhantomData<*const ()>,
}

impl Quiet {
    /// `handler` gets what libasound would print.
    fn with(library: &'static Library, handler: MessageHandler) -> Quiet {
        let before = library.lib_error_set_local.and_then(|set| {
            // SAFETY: the function may be called at any time on this thread.
            unsafe { set(Some(handler)) }
        });
        Quiet {
            before,
            library,
            _here: PhantomData,
        }
    }

    /// Drops all lines: for an audio thread.
    ///
    /// # Real-time contract
    /// Of the handler: wait-free; no allocation, free, lock, system call, log or panic.
    pub(super) fn dropping(library: &'static Library) -> Quiet {
        Quiet::with(library, drop_line)
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        if let Some(set) = self.library.lib_error_set_local {
            // SAFETY: as above.
            unsafe { set(self.before) };
        }
    }
}

/// Runs calls of libasound. Returns what it would have printed meanwhile as well.
pub(super) fn collected<T>(
    library: &'static Library,
    calls: impl FnOnce() -> T,
) -> (T, Vec<String>) {
    let quiet = Quiet::with(library, keep_line);
    let outer = KEPT.replace(Some(Vec::new()));
    let result = calls();
    let lines = KEPT.replace(outer).unwrap_or_default();
    drop(quiet);
    (result, lines)
}

unsafe extern "C-unwind" fn drop_line(
    _file: *const c_char,
    _line: c_int,
    _function: *const c_char,
    _error: c_int,
    _format: *const c_char,
    _rest: *mut c_void,
) {
}

unsafe extern "C-unwind" fn keep_line(
    _file: *const c_char,
    _line: c_int,
    function: *const c_char,
    _error: c_int,
    format: *const c_char,
    rest: *mut c_void,
) {
    let mut text = [0u8; 512];
    // SAFETY: libasound passes a format and its arguments, a name that ends with NUL or null; the room is as long as
    // it says.
    let function = unsafe {
        vsnprintf(text.as_mut_ptr().cast(), text.len(), format, rest);
        match function.is_null() {
            true => "".into(),
            false => CStr::from_ptr(function).to_string_lossy(),
        }
    };
    let text = CStr::from_bytes_until_nul(&text).unwrap_or_default();
    let line = format!("{function}: {}", text.to_string_lossy().trim_end());
    KEPT.with_borrow_mut(|kept| kept.as_mut().map(|lines| lines.push(line)));
}
