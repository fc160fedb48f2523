//! Calls of functions of the program.
//!
//! Rust cannot catch C++ exceptions. The functions are `extern "C-unwind"`, so that an exception is noticed here. The
//! process ends with a message that names the function, before any frame of ours is unwound.

use std::io::Write;

/// Runs the program's function `name`, which must return.
pub(super) fn call<T>(name: &'static str, function: impl FnOnce() -> T) -> T {
    let must_return = MustReturn(name);
    let result = function();
    std::mem::forget(must_return);
    result
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
