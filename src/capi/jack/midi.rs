//! MIDI events in a cycle.

use super::super::fault::{Constantly, null};
use super::super::guard::{Caller, guard_real_time};
use super::super::status::amio_status;
use super::cycle::{amio_jack_cycle, with_port};
use super::ports::amio_jack_port;
use std::ptr;

/// A MIDI event of a cycle. This struct never grows.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct amio_jack_midi_event {
    /// The frame of the cycle, from 0 on.
    pub frame: u32,
    /// How many bytes it has.
    pub size: u32,
    /// The bytes.
    pub bytes: *const u8,
}

/// Returns how many events a MIDI port has in the cycle: those that arrived at an input, or those that were written to
/// an output so far; and how many were lost in this cycle, since buffers are limited.
///
/// Thread: only in the process function of the port's client. Real-time: yes.
/// Ownership: `out_count` and `out_lost` are the caller's; `out_lost` may be NULL.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (a port of another client, or
/// not a MIDI port); AMIO_ERROR_INVALID_STATE (unregistered); AMIO_ERROR_DRIVER (the server has no buffer for the port).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_cycle_midi_count(
    cycle: *const amio_jack_cycle,
    port: *const amio_jack_port,
    out_count: *mut u32,
    out_lost: *mut u32,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard_real_time(|| {
        let count_place = caller.place(null!("out_count"), out_count)?;
        let (count, lost) = with_port(cycle, port, |cycle, port| cycle.count_midi(port))?;
        count_place.set(count);
        if !out_lost.is_null() {
            caller.place(null!("out_lost"), out_lost)?.set(lost);
        }
        Ok(())
    })
}

/// Returns an event of a MIDI port. Events are in the order of their frames.
///
/// Thread: only in the process function of the port's client. Real-time: yes.
/// Units: `index` counts from 0 on.
/// Ownership: `out_event` is the caller's. Its bytes are the server's, and are there until the call of the process
/// function ends, or an output of the client is written to.
/// Errors: as amio_jack_cycle_midi_count(); AMIO_ERROR_INVALID_ARGUMENT also if there is no such event.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_cycle_midi_get(
    cycle: *const amio_jack_cycle,
    port: *const amio_jack_port,
    index: u32,
    out_event: *mut amio_jack_midi_event,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard_real_time(|| {
        let out = caller.place(null!("out_event"), out_event)?;
        let event = with_port(cycle, port, |cycle, port| cycle.midi_event(port, index))?;
        let (frame, bytes, size) = event;
        out.set(amio_jack_midi_event {
            frame,
            size: size as u32,
            bytes: bytes.as_ptr(),
        });
        Ok(())
    })
}

/// Removes the events that were written to a MIDI output in the cycle. A cycle begins without events, so
/// this is not needed for that.
///
/// Thread: only in the process function of the port's client. Real-time: yes.
/// Errors: as amio_jack_cycle_midi_count(); AMIO_ERROR_INVALID_ARGUMENT also if it is an input.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_jack_cycle_midi_clear(
    cycle: *const amio_jack_cycle,
    port: *const amio_jack_port,
) -> amio_status {
    guard_real_time(|| with_port(cycle, port, |cycle, port| cycle.clear_midi(port)))
}

/// Adds an event to a MIDI output, at a frame of the cycle. Events are written in the order of their frames; several may
/// have the same one.
///
/// Thread: only in the process function of the port's client. Real-time: yes.
/// Ownership: `bytes` is borrowed for the call.
/// Errors: as amio_jack_cycle_midi_clear(); AMIO_ERROR_INVALID_ARGUMENT also for no bytes, and for a frame that is not
/// in the cycle, or before that of the event before; AMIO_ERROR_QUEUE_FULL (there is no room: see
/// amio_jack_cycle_midi_room()).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_cycle_midi_write(
    cycle: *const amio_jack_cycle,
    port: *const amio_jack_port,
    frame: u32,
    bytes: *const u8,
    size: usize,
) -> amio_status {
    guard_real_time(|| {
        if bytes.is_null() {
            return Err(null!("bytes"));
        }
        let place = reserve(cycle, port, frame, size)?;
        // SAFETY: there is room for so many bytes; the caller promised them. They may be those of an event in the
        // same memory.
        unsafe { ptr::copy(bytes, place, size) };
        Ok(())
    })
}

/// Adds an event as amio_jack_cycle_midi_write() does, and returns its bytes, which are 0 and are to be set.
///
/// Thread: only in the process function of the port's client. Real-time: yes.
/// Ownership: `out_bytes` gets `size` bytes of the server's, which may be written to until another event is added, or
/// the call of the process function ends.
/// Errors: as amio_jack_cycle_midi_write().
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_cycle_midi_reserve(
    cycle: *const amio_jack_cycle,
    port: *const amio_jack_port,
    frame: u32,
    size: usize,
    out_bytes: *mut *mut u8,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard_real_time(|| {
        let out = caller.place(null!("out_bytes"), out_bytes)?;
        out.set(reserve(cycle, port, frame, size)?);
        Ok(())
    })
}

/// Returns how many bytes the largest event has for which a MIDI output has room now.
///
/// Thread: only in the process function of the port's client. Real-time: yes.
/// Errors: as amio_jack_cycle_midi_clear().
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_cycle_midi_room(
    cycle: *const amio_jack_cycle,
    port: *const amio_jack_port,
    out_bytes: *mut usize,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard_real_time(|| {
        let out = caller.place(null!("out_bytes"), out_bytes)?;
        out.set(with_port(cycle, port, |cycle, port| cycle.midi_room(port))?);
        Ok(())
    })
}

fn reserve(
    cycle: *const amio_jack_cycle,
    port: *const amio_jack_port,
    frame: u32,
    size: usize,
) -> Constantly<*mut u8> {
    let bytes = with_port(cycle, port, |cycle, port| {
        cycle.reserve_midi(port, frame, size)
    })?;
    Ok(bytes.as_ptr())
}
