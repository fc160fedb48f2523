//! C++ exceptions that leave a function of the program: they are caught, so that the caller goes on.
//!
//! Rust's `catch_unwind` ends the process when an exception of another language reaches it. So a small function in
//! assembly, [`enter`], calls the function of the program, and has a personality routine of its own: the routine that
//! the unwinder asks what to do with a frame. It says that the frame catches exceptions of other languages, and where
//! the frame goes on then. All of this is in the Itanium C++ ABI, level I, by which the unwinder and the languages work
//! together. Only frames of the program, and one without destructors of ours, are unwound.
//!
//! Panics are left to Rust, and so is the end of a thread: for these the frame is as if it were not there.

use std::ffi::{c_int, c_void};

/// Runs `function`. `None`: it has thrown an exception, which was destroyed.
///
/// # Real-time contract
/// Wait-free; no allocation, free, system call or log, unless `function` does it, or throws.
pub(crate) fn catch<T>(function: impl FnOnce() -> T) -> Option<T> {
    let mut call = Call {
        function: Some(function),
        result: None,
    };
    let exception = enter_with(&mut call);
    if !exception.is_null() {
        // SAFETY: the personality routine has passed it on, and nobody else handles it.
        unsafe { destroy(exception) };
    }
    call.result
}

struct Call<F, T> {
    function: Option<F>,
    result: Option<T>,
}

fn enter_with<F: FnOnce() -> T, T>(call: &mut Call<F, T>) -> *mut c_void {
    unsafe extern "C-unwind" fn run<F: FnOnce() -> T, T>(call: *mut c_void) {
        // SAFETY: it is the argument below, and nobody else uses it meanwhile.
        let call = unsafe { &mut *call.cast::<Call<F, T>>() };
        if let Some(function) = call.function.take() {
            call.result = Some(function());
        }
    }
    // SAFETY: the argument is what the function expects.
    unsafe { enter(run::<F, T>, std::ptr::from_mut(call).cast()) }
}

/// Destroys an exception that was caught.
///
/// # Safety
/// It was thrown and caught, and nobody else uses it.
unsafe fn destroy(exception: *mut c_void) {
    type Begin = unsafe extern "C" fn(*mut c_void) -> *mut c_void;
    type End = unsafe extern "C" fn();
    // With these, C++ counts right how many exceptions are on their way: `std::uncaught_exceptions()`.
    // SAFETY: looks two names up. They are those of the C++ runtime, if it is one that can be found; they have these
    // types, and take what the unwinder has caught.
    unsafe {
        let begin = libc::dlsym(libc::RTLD_DEFAULT, c"__cxa_begin_catch".as_ptr());
        let end = libc::dlsym(libc::RTLD_DEFAULT, c"__cxa_end_catch".as_ptr());
        if begin.is_null() || end.is_null() {
            _Unwind_DeleteException(exception);
        } else {
            std::mem::transmute::<*mut c_void, Begin>(begin)(exception);
            std::mem::transmute::<*mut c_void, End>(end)();
        }
    }
}

/// What the unwinder knows of a frame.
#[repr(C)]
struct Context {
    _opaque: [u8; 0],
}

unsafe extern "C" {
    fn _Unwind_DeleteException(exception: *mut c_void);
    fn _Unwind_GetLanguageSpecificData(context: *mut Context) -> *mut c_void;
    fn _Unwind_SetGR(context: *mut Context, register: c_int, value: usize);
    fn _Unwind_SetIP(context: *mut Context, address: usize);
}

/// Calls `function` with `argument`. Returns NULL, or the exception that it has thrown.
///
/// Its frame's language-specific data is the place where it goes on after an exception, with the exception
/// in the register of its result.
#[cfg(target_arch = "x86_64")]
#[unsafe(naked)]
unsafe extern "C-unwind" fn enter(
    function: unsafe extern "C-unwind" fn(*mut c_void),
    argument: *mut c_void,
) -> *mut c_void {
    std::arch::naked_asm!(
        ".cfi_startproc",
        ".cfi_personality 0x1b, {personality}",
        ".cfi_lsda 0x1b, .Lamio_exception_is_caught",
        "sub rsp, 8",
        ".cfi_adjust_cfa_offset 8",
        "mov rax, rdi",
        "mov rdi, rsi",
        "call rax",
        "xor eax, eax",
        ".Lamio_exception_is_caught:",
        "add rsp, 8",
        ".cfi_adjust_cfa_offset -8",
        "ret",
        ".cfi_endproc",
        personality = sym personality,
    )
}

/// As above.
#[cfg(target_arch = "aarch64")]
#[unsafe(naked)]
unsafe extern "C-unwind" fn enter(
    function: unsafe extern "C-unwind" fn(*mut c_void),
    argument: *mut c_void,
) -> *mut c_void {
    std::arch::naked_asm!(
        ".cfi_startproc",
        ".cfi_personality 0x1b, {personality}",
        ".cfi_lsda 0x1b, .Lamio_exception_is_caught",
        "stp x29, x30, [sp, #-16]!",
        ".cfi_def_cfa_offset 16",
        ".cfi_offset x29, -16",
        ".cfi_offset x30, -8",
        "mov x29, sp",
        "mov x8, x0",
        "mov x0, x1",
        "blr x8",
        "mov x0, xzr",
        ".Lamio_exception_is_caught:",
        "ldp x29, x30, [sp], #16",
        ".cfi_def_cfa_offset 0",
        ".cfi_restore x29",
        ".cfi_restore x30",
        "ret",
        ".cfi_endproc",
        personality = sym personality,
    )
}

/// On other processors nothing is caught: the process ends, as `capi/callback.rs` says.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
unsafe fn enter(
    function: unsafe extern "C-unwind" fn(*mut c_void),
    argument: *mut c_void,
) -> *mut c_void {
    // SAFETY: promised by the caller.
    unsafe { function(argument) };
    std::ptr::null_mut()
}

/// What the unwinder asks about the frame of [`enter`].
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
unsafe extern "C" fn personality(
    _version: c_int,
    actions: c_int,
    class: u64,
    exception: *mut c_void,
    context: *mut Context,
) -> c_int {
    const SEARCH: c_int = 1;
    const FORCED: c_int = 8;
    const HANDLER_FOUND: c_int = 6;
    const INSTALL_CONTEXT: c_int = 7;
    const CONTINUE: c_int = 8;
    const OF_RUST: u64 = u64::from_ne_bytes(*b"MOZ\0RUST");
    const RESULT: c_int = 0;
    if actions & FORCED != 0 || class == OF_RUST {
        return CONTINUE;
    }
    if actions & SEARCH != 0 {
        return HANDLER_FOUND;
    }
    // SAFETY: the unwinder has passed the context of the frame of `enter`; the two values are what it expects.
    unsafe {
        let goes_on_at = _Unwind_GetLanguageSpecificData(context);
        _Unwind_SetGR(context, RESULT, exception.addr());
        _Unwind_SetIP(context, goes_on_at.addr());
    }
    INSTALL_CONTEXT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_passed_on_and_a_panic_too() {
        assert_eq!(catch(|| 5), Some(5));
        let panic = std::panic::catch_unwind(|| catch(|| std::panic::resume_unwind(Box::new(7))));
        assert_eq!(
            panic.err().and_then(|why| why.downcast().ok()),
            Some(Box::new(7))
        );
    }

    /// As C++ throws: an exception of another class, whose clean-up tells that it was destroyed.
    #[test]
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    fn an_exception_of_another_language_is_caught_and_destroyed() {
        use std::cell::Cell;
        thread_local! {
            static DESTROYED: Cell<u32> = const { Cell::new(0) };
        }
        #[repr(C, align(16))]
        struct Exception {
            class: u64,
            destroy: extern "C" fn(c_int, *mut c_void),
            private: [usize; 2],
        }
        unsafe extern "C-unwind" {
            fn _Unwind_RaiseException(exception: *mut c_void) -> c_int;
        }
        extern "C" fn count(_why: c_int, exception: *mut c_void) {
            DESTROYED.set(DESTROYED.get() + 1);
            // SAFETY: it was made by `Box::into_raw` below.
            drop(unsafe { Box::from_raw(exception.cast::<Exception>()) });
        }
        for thrown in 1..=3 {
            let caught = catch(|| {
                let exception = Box::new(Exception {
                    class: u64::from_be_bytes(*b"AMIOTEST"),
                    destroy: count,
                    private: [0; 2],
                });
                // SAFETY: it is an exception as the unwinder wants it.
                unsafe { _Unwind_RaiseException(Box::into_raw(exception).cast()) }
            });
            assert_eq!(caught, None);
            assert_eq!(DESTROYED.get(), thrown);
        }
    }
}
