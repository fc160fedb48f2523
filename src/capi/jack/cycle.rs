//! What a process function can do in its cycle.

use super::super::fault::{ConstantFault, Constantly, null};
use super::super::guard::{Caller, guard_real_time};
use super::super::slots;
use super::super::status::*;
use super::current::{self, amio_jack_cycle};
use super::ports::amio_jack_port;
use super::position::{amio_jack_position, state_number};
use super::time::amio_jack_cycle_times;
use crate::jack::{Cycle, Port, Refusal};
use std::ffi::c_void;

impl From<Refusal> for ConstantFault {
    fn from(refusal: Refusal) -> ConstantFault {
        let argument = ConstantFault::argument;
        match refusal {
            Refusal::OtherClient => {
                argument(c"port belongs to another client than that of the cycle")
            }
            Refusal::Unregistered => {
                ConstantFault::new(AMIO_ERROR_INVALID_STATE, c"the JACK port is unregistered")
            }
            Refusal::NotAudio => argument(c"port is not an audio port"),
            Refusal::NotMidi => argument(c"port is not a MIDI port"),
            Refusal::NotOutput => argument(c"port is an input; it must be an output"),
            Refusal::NoBuffer => ConstantFault::new(
                AMIO_ERROR_DRIVER,
                c"the JACK server has no buffer for the port in this cycle",
            ),
            Refusal::EmptyEvent => argument(c"size is 0; an event has at least one byte"),
            Refusal::NotInCycle => {
                argument(c"frame is not in the cycle; it must be less than its number of frames")
            }
            Refusal::OutOfOrder => {
                argument(c"frame is before that of the event before; events are written in order")
            }
            Refusal::Full => ConstantFault::new(
                AMIO_ERROR_QUEUE_FULL,
                c"there is no room for the event in this cycle",
            ),
            Refusal::NoSuchEvent => argument(c"index is not less than the number of events"),
        }
    }
}

/// Returns the buffer of a port of any type. For an audio port it is what amio_jack_cycle_audio() returns. That of a
/// MIDI port has the server's own format.
///
/// Thread: only in the process function of the port's client. Real-time: yes.
/// Ownership: the buffer is the server's, and is there until the call of the process function ends. That of an input
/// must not be written to, and may be that of an output of the same client.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (a port of another client);
/// AMIO_ERROR_INVALID_STATE (unregistered); AMIO_ERROR_DRIVER (the server has no buffer for the port).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_cycle_buffer(
    cycle: *const amio_jack_cycle,
    port: *const amio_jack_port,
    out_buffer: *mut *mut c_void,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard_real_time(|| {
        let out = caller.place(null!("out_buffer"), out_buffer)?;
        let buffer = with_port(cycle, port, |cycle, port| cycle.buffer_of(port))?;
        out.set(buffer.as_ptr());
        Ok(())
    })
}

/// Returns the samples of an audio port: as many as the cycle has frames. Those of an input are to be read, those of an
/// output to be written.
///
/// Thread: only in the process function of the port's client. Real-time: yes.
/// Units: nominal range of a sample -1.0 to 1.0.
/// Ownership: as amio_jack_cycle_buffer().
/// Errors: as amio_jack_cycle_buffer(); AMIO_ERROR_INVALID_ARGUMENT also if it is not an audio port.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_cycle_audio(
    cycle: *const amio_jack_cycle,
    port: *const amio_jack_port,
    out_samples: *mut *mut f32,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard_real_time(|| {
        let out = caller.place(null!("out_samples"), out_samples)?;
        let samples = with_port(cycle, port, |cycle, port| cycle.samples_of(port))?;
        out.set(samples.as_ptr());
        Ok(())
    })
}

/// Returns the server's number of the first frame of the cycle. It wraps.
///
/// Thread: only in the process function. Real-time: yes.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_cycle_first_frame(
    cycle: *const amio_jack_cycle,
    out_frame: *mut u32,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard_real_time(|| {
        let out = caller.place(null!("out_frame"), out_frame)?;
        out.set(current::with(cycle, |cycle| Ok(cycle.first_frame()))?);
        Ok(())
    })
}

/// Returns how many frames have passed since the cycle began. With amio_jack_cycle_first_frame() that is the frame of the
/// server's clock now; with amio_jack_cycle_get_times(), frames become times and times become frames.
///
/// Thread: only in the process function. Real-time: yes.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_cycle_frames_since_start(
    cycle: *const amio_jack_cycle,
    out_frames: *mut u32,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard_real_time(|| {
        let place = caller.place(null!("out_frames"), out_frames)?;
        place.set(current::with(
            cycle,
            |cycle| Ok(cycle.frames_since_start()),
        )?);
        Ok(())
    })
}

/// Returns the times of the cycle, by the server's clock.
///
/// Thread: only in the process function. Real-time: yes.
/// Ownership: `out_times` is the caller's; its struct_size must be set.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (struct_size);
/// AMIO_ERROR_DRIVER (the server does not know them).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_cycle_get_times(
    cycle: *const amio_jack_cycle,
    out_times: *mut amio_jack_cycle_times,
) -> amio_status {
    const NOT_KNOWN: ConstantFault = ConstantFault::new(
        AMIO_ERROR_DRIVER,
        c"the JACK server does not know the times of its cycles",
    );
    const WRONG_SIZE: ConstantFault =
        ConstantFault::argument(c"out_times->struct_size must be sizeof(amio_jack_cycle_times)");
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard_real_time(|| {
        let out = caller.place_struct((null!("out_times"), WRONG_SIZE), out_times)?;
        let times = current::with(cycle, |cycle| cycle.times().ok_or(NOT_KNOWN))?;
        out.set(&times.into());
        Ok(())
    })
}

/// Returns what the transport does in the cycle, one of AMIO_JACK_TRANSPORT_*, and where.
///
/// Thread: only in the process function. Real-time: yes, but lock-free instead of wait-free: it reads again
/// while the server writes.
/// Ownership: `out_state` and `out_position` are the caller's. `out_position` may be NULL; otherwise its struct_size must
/// be set.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (struct_size).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_cycle_transport(
    cycle: *const amio_jack_cycle,
    out_state: *mut u32,
    out_position: *mut amio_jack_position,
) -> amio_status {
    const WRONG_SIZE: ConstantFault =
        ConstantFault::argument(c"out_position->struct_size must be sizeof(amio_jack_position)");
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard_real_time(|| {
        let state_place = caller.place(null!("out_state"), out_state)?;
        let position_place = match out_position.is_null() {
            true => None,
            false => {
                let faults = (null!("out_position"), WRONG_SIZE);
                Some(caller.place_struct(faults, out_position)?)
            }
        };
        let (state, position) = current::with(cycle, |cycle| Ok(cycle.transport()))?;
        state_place.set(state_number(state));
        if let Some(place) = position_place {
            place.set(&(&position).into());
        }
        Ok(())
    })
}

/// Starts JACK's transport, as soon as all clients are ready.
///
/// Thread: only in the process function. Real-time: yes.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_jack_cycle_transport_start(
    cycle: *const amio_jack_cycle,
) -> amio_status {
    guard_real_time(|| {
        current::with(cycle, |cycle| {
            cycle.start_transport();
            Ok(())
        })
    })
}

/// Stops JACK's transport.
///
/// Thread: only in the process function. Real-time: yes.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_jack_cycle_transport_stop(
    cycle: *const amio_jack_cycle,
) -> amio_status {
    guard_real_time(|| {
        current::with(cycle, |cycle| {
            cycle.stop_transport();
            Ok(())
        })
    })
}

/// Moves JACK's transport to a frame.
///
/// Thread: only in the process function. Real-time: yes.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_DRIVER (the server refuses it).
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_jack_cycle_transport_locate(
    cycle: *const amio_jack_cycle,
    frame: u32,
) -> amio_status {
    const REFUSED: ConstantFault = ConstantFault::new(
        AMIO_ERROR_DRIVER,
        c"the JACK server refuses to move its transport",
    );
    guard_real_time(|| {
        current::with(cycle, |cycle| match cycle.locate(frame) {
            true => Ok(()),
            false => Err(REFUSED),
        })
    })
}

/// Uses a port in a cycle.
///
/// # Real-time contract
/// As [`current::with`] and [`slots::with`].
pub(super) fn with_port<R>(
    cycle: *const amio_jack_cycle,
    port: *const amio_jack_port,
    run: impl FnOnce(&Cycle<'_>, &Port) -> Result<R, Refusal>,
) -> Constantly<R> {
    current::with(cycle, |cycle| {
        Ok(slots::with(port, |port| run(cycle, port))??)
    })
}
