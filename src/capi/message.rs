//! What was wrong with the last call that failed on a thread.

use std::cell::{Cell, RefCell};
use std::ffi::{CStr, CString, c_char};

thread_local! {
    /// The last message, if it is a constant. Without a destructor, which would have to be registered.
    static CONSTANT: Cell<Option<&'static CStr>> = const { Cell::new(None) };
    /// The last one that is not.
    static MADE: RefCell<CString> = RefCell::default();
}

/// Keeps the message for this thread.
pub(super) fn keep(message: &str) {
    let text = CString::new(message.replace('\0', "\u{fffd}")).unwrap_or_default();
    CONSTANT.set(None);
    // A thread that is ending has no message any more. The status still says what happened.
    let _ = MADE.try_with(|made| made.replace(text));
}

/// As [`keep`]. Wait-free; no allocation, free or system call.
pub(super) fn keep_constant(message: &'static CStr) {
    CONSTANT.set(Some(message));
}

/// The last message of this thread. It is valid until the next one is kept.
pub(super) fn last() -> *const c_char {
    match CONSTANT.get() {
        Some(message) => message.as_ptr(),
        None => MADE
            .try_with(|made| made.borrow().as_ptr())
            .unwrap_or(c"".as_ptr()),
    }
}
