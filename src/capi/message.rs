//! What was wrong with the last call that failed on a thread.

use std::cell::RefCell;
use std::ffi::{CString, c_char};

thread_local! {
    static LAST: RefCell<CString> = RefCell::default();
}

/// Keeps the message for this thread.
pub(super) fn keep(message: &str) {
    let text = CString::new(message.replace('\0', "\u{fffd}")).unwrap_or_default();
    // A thread that is ending has no message any more. The status still says what happened.
    let _ = LAST.try_with(|last| last.replace(text));
}

/// The last message of this thread. It is valid until the next one is kept.
pub(super) fn last() -> *const c_char {
    LAST.try_with(|last| last.borrow().as_ptr())
        .unwrap_or(c"".as_ptr())
}
