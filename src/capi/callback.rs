//! Calls of functions of the program.
//!
//! The functions are `extern "C-unwind"`, so that an exception is noticed here. Most must not throw: the process ends
//! with a message that names the function, before any frame of ours is unwound. Of those that the audio thread
//! calls, an exception is caught, and becomes a panic without a message, which their handler ends with.

use crate::sys;
use std::ffi::c_void;
use std::io::Write;

/// What a function of the program gets back with each call. It may be called on any thread.
#[derive(Clone, Copy)]
pub(super) struct UserData(*mut c_void);

// SAFETY: the library only hands it on. The program promised that its function may be called on other threads.
unsafe impl Send for UserData {}
// SAFETY: as above.
unsafe impl Sync for UserData {}

impl UserData {
    pub fn new(pointer: *mut c_void) -> UserData {
        UserData(pointer)
    }

    pub fn get(self) -> *mut c_void {
        self.0
    }
}

/// Runs the program's function `name`, which must return.
pub(super) fn call<T>(name: &'static str, function: impl FnOnce() -> T) -> T {
    let must_return = MustReturn(name);
    let result = function();
    std::mem::forget(must_return);
    result
}

/// As [`call`], but an exception is caught. Then this panics, without a message.
///
/// # Real-time contract
/// Wait-free; no allocation, free, system call or log, unless `function` does it, or throws.
pub(super) fn call_caught<T>(name: &'static str, function: impl FnOnce() -> T) -> T {
    match call(name, || sys::catch_exceptions(function)) {
        Some(result) => result,
        None => std::panic::resume_unwind(Box::new(())),
    }
}

struct MustReturn(&'static str);

impl Drop for MustReturn {
    fn drop(&mut self) {
        // If this cannot be written, nothing can.
        let _ = writeln!(
            std::io::stderr(),
            "libamio: the function `{}` of the program threw an exception or ended its thread, which it \
             must not; the process ends",
            self.0
        );
        std::process::abort();
    }
}
