//! What libjack says without a client. Each of these functions loads it, if it is not loaded yet.

use super::super::guard::{Caller, guard};
use super::super::status::amio_status;
use crate::jack;
use std::ffi::c_char;

/// Returns libjack's version: major, minor and micro version, and that of its protocol. jackd's library says 0 to all.
///
/// Thread: any but the audio thread; loads libjack.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_DRIVER_UNAVAILABLE (libjack is not installed).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_version(
    out_major: *mut u32,
    out_minor: *mut u32,
    out_micro: *mut u32,
    out_protocol: *mut u32,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let outs = [
            caller.out("out_major", out_major)?,
            caller.out("out_minor", out_minor)?,
            caller.out("out_micro", out_micro)?,
            caller.out("out_protocol", out_protocol)?,
        ];
        for (out, number) in outs.into_iter().zip(jack::version()?) {
            out.set(number.cast_unsigned());
        }
        Ok(())
    })
}

/// Copies libjack's version in words.
///
/// Thread: any but the audio thread; loads libjack.
/// Units: `capacity_bytes` counts the NUL at the end of the text.
/// Ownership: `out_text` is the caller's; 256 bytes are enough.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_DRIVER_UNAVAILABLE (libjack is not installed);
/// AMIO_ERROR_BUFFER_TOO_SMALL (the message says what is needed).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_version_string(
    out_text: *mut c_char,
    capacity_bytes: usize,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let out = caller.out_text("out_text", out_text, capacity_bytes)?;
        out.set(&jack::version_string()?)
    })
}

/// Returns how many bytes the longest name of a client has, without a NUL, as libjack says; jackd's server takes one
/// less.
///
/// Thread: any but the audio thread; loads libjack.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_DRIVER_UNAVAILABLE (libjack is not installed).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_longest_client_name(
    out_bytes: *mut usize,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let out = caller.out("out_bytes", out_bytes)?;
        out.set(jack::longest_client_name()?);
        Ok(())
    })
}

/// Returns how many bytes the longest full name of a port has, without a NUL.
///
/// Thread, Errors: as amio_jack_longest_client_name().
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_longest_port_name(out_bytes: *mut usize) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let out = caller.out("out_bytes", out_bytes)?;
        out.set(jack::longest_port_name()?);
        Ok(())
    })
}

/// Returns the process of the client of this name; 0 if there is none, or the server does not say.
///
/// Thread: any but the audio thread; loads libjack.
/// Ownership: `name` is borrowed for the call.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_ARGUMENT (not UTF-8); AMIO_ERROR_DRIVER_UNAVAILABLE (libjack is
/// not installed).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_client_pid(
    name: *const c_char,
    out_pid: *mut i32,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let name = caller.text("name", name)?;
        let out = caller.out("out_pid", out_pid)?;
        out.set(jack::client_pid(name)?.unwrap_or(0).cast_signed());
        Ok(())
    })
}
