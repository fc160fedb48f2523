//! Transport: the position on the timeline, and whether it moves.

use super::fault::{Checked, Fault};
use super::guard::{Caller, guard};
use super::handles;
use super::interface::amio_interface;
use super::sized::Versioned;
use super::status::amio_status;

/// The transport at one instant. Set struct_size to sizeof(amio_transport) before the call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct amio_transport {
    /// sizeof(amio_transport).
    pub struct_size: u32,
    /// 1 while the position advances; 0 while it stands and the output is silent.
    pub rolling: u32,
    /// The timeline frame with which the next period begins.
    pub position: i64,
    /// The device frame with which the next period begins, counted since the interface was made.
    pub device_frame: u64,
    /// When that frame is due: CLOCK_MONOTONIC in nanoseconds; offline, since the first frame.
    pub time_ns: u64,
    /// The ticket of the playspec that sounds; 0 before the first.
    pub ticket: u64,
}

// SAFETY: repr(C), the first field is its size, and it has integers only.
unsafe impl Versioned for amio_transport {
    const NAME: &'static str = "amio_transport";
    const SMALLEST: usize = size_of::<amio_transport>();
}

/// Returns position, device frame, time, ticket and motion, all of one instant: the end
/// of the latest period.
///
/// Thread: any. Ownership: `out_transport` is the caller's; its struct_size must be set.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT
/// (struct_size).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_interface_transport(
    iface: *mut amio_interface,
    out_transport: *mut amio_transport,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let interface = handles::get("iface", iface)?;
        let out = caller.out_struct("out_transport", out_transport)?;
        let transport = interface.transport();
        out.set(&amio_transport {
            struct_size: 0,
            rolling: transport.rolling.into(),
            position: transport.position,
            device_frame: transport.device_frame,
            time_ns: transport.time_ns,
            ticket: transport.ticket.0,
        });
        Ok(())
    })
}

/// Returns the timeline frame that plays next. After amio_interface_set_position() it is the new
/// one at once, although it takes effect with the next period.
///
/// Thread: any. Units: frames, may be negative.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_interface_position(
    iface: *mut amio_interface,
    out_position: *mut i64,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let interface = handles::get("iface", iface)?;
        caller
            .out("out_position", out_position)?
            .set(interface.position());
        Ok(())
    })
}

/// Moves the position to a frame of the timeline, from the first frame of the next period on, whether the
/// transport rolls or not. What sounded fades over the declick length.
///
/// Thread: any but the audio thread. If clips are streamed, it first reads what sounds at once, for
/// at most half a second. Units: frames, -2^61 to 2^61.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT;
/// AMIO_ERROR_QUEUE_FULL; AMIO_ERROR_INVALID_STATE (closed); AMIO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_interface_set_position(
    iface: *mut amio_interface,
    position: i64,
) -> amio_status {
    guard(|| Ok(handles::get("iface", iface)?.set_position(position)?))
}

/// Returns whether the transport rolls: 1 or 0. After amio_interface_set_rolling() it is the new
/// value at once, although it takes effect with the next period.
///
/// Thread: any.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_interface_rolling(
    iface: *mut amio_interface,
    out_rolling: *mut u32,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let interface = handles::get("iface", iface)?;
        caller
            .out("out_rolling", out_rolling)?
            .set(interface.rolling().into());
        Ok(())
    })
}

/// Starts (1) or stops (0) the transport, from the first frame of the next period on. A stopped transport
/// is silent; capture goes on.
///
/// Thread: any but the audio thread. If clips are streamed, it first reads what sounds at once, for
/// at most half a second.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (neither
/// 0 nor 1); AMIO_ERROR_QUEUE_FULL; AMIO_ERROR_INVALID_STATE (closed); AMIO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_interface_set_rolling(
    iface: *mut amio_interface,
    rolling: u32,
) -> amio_status {
    guard(|| {
        let interface = handles::get("iface", iface)?;
        Ok(interface.set_rolling(boolean("rolling", rolling)?)?)
    })
}

/// A truth value from C. Only 0 and 1 are allowed, so that a wrong argument is noticed.
pub(super) fn boolean(what: &str, given: u32) -> Checked<bool> {
    match given {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Fault::argument(format!(
            "{what} is {given}; it must be 0 or 1"
        ))),
    }
}
