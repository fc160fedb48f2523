//! MIDI on the ports of an interface.

use super::fault::{Checked, Fault, not_one_of};
use super::guard::{Caller, guard};
use super::handles;
use super::interface::amio_interface;
use super::schedule::AMIO_TICKET_NONE;
use super::sized::{OutStruct, Versioned};
use super::status::{AMIO_ERROR_BUFFER_TOO_SMALL, amio_status};
use crate::midi::Fetched;
use crate::midi::MAX_MIDI_PORTS;
use crate::{LateMidi, MAX_MIDI_BYTES, MidiMessage, MidiTime};
use std::ffi::c_int;
use std::os::fd::AsRawFd;
use std::time::Duration;

/// The longest MIDI message, in bytes.
pub const AMIO_MIDI_BYTES: usize = 65_536;
const _: () = assert!(AMIO_MIDI_BYTES == MAX_MIDI_BYTES);

/// `at` is a frame of the timeline: the message goes out when that frame is played. While the transport is stopped, it
/// waits.
pub const AMIO_MIDI_AT_TIMELINE: u32 = 0;
/// `at` is a device frame.
pub const AMIO_MIDI_AT_DEVICE: u32 = 1;
/// `at` is a frame by the number that the server gives it, 0 to 2^32 - 1, which wraps: the next or the last one of this
/// number, whichever is nearer.
pub const AMIO_MIDI_AT_SERVER: u32 = 2;

/// A message whose frame has passed goes out at once; one that finds the server's buffer full, with the next period.
pub const AMIO_MIDI_LATE_SEND: u32 = 0;
/// A message whose frame has passed is dropped, and so is one that finds the server's buffer full.
pub const AMIO_MIDI_LATE_DROP: u32 = 1;

/// When and where a MIDI message arrived. Set struct_size to sizeof(amio_midi) before the call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct amio_midi {
    /// sizeof(amio_midi).
    pub struct_size: u32,
    /// The input port, counted from 0.
    pub port: u32,
    /// How many bytes the message has; 0 if none waited.
    pub size: u64,
    /// The timeline frame that was heard then: that of its device frame less both latencies.
    pub position: i64,
    /// The device frame at which it arrived.
    pub device_frame: u64,
    /// CLOCK_MONOTONIC of that device frame, in nanoseconds.
    pub time_ns: u64,
    /// The ticket of the playspec that was heard; 0 before the first.
    pub ticket: u64,
    /// How many messages were lost just before it, because the program fetched them too slowly.
    pub lost_before: u64,
    /// The server's number of the device frame, which wraps.
    pub server_frame: u32,
    /// Whether the transport was rolling when it was heard: 1 or 0.
    pub rolling: u32,
}

// SAFETY: repr(C), the first field is its size, and it has integers only.
unsafe impl Versioned for amio_midi {
    const NAME: &'static str = "amio_midi";
    const SMALLEST: usize = size_of::<amio_midi>();
}

/// Fetches the oldest MIDI message that has arrived at an input port of the interface (`midi_inputs` in its
/// configuration). Never blocks: if none waits, it returns AMIO_OK with `out_midi->size` 0. Up to 8192 messages, of 256
/// KiB in all, wait to be fetched; later ones are lost, and counted by the next one.
///
/// Thread: any but the audio thread; each message goes to one caller.
/// Units: `out_bytes` has room for `capacity_bytes`; AMIO_MIDI_BYTES is enough for every message.
/// Ownership: both are the caller's; the struct_size of `out_midi` must be set.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (struct_size; no room);
/// AMIO_ERROR_BUFFER_TOO_SMALL (for the message, which waits on; its size is in `out_midi->size`);
/// AMIO_ERROR_INVALID_STATE (no MIDI inputs).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_interface_next_midi(
    iface: *mut amio_interface,
    out_midi: *mut amio_midi,
    out_bytes: *mut u8,
    capacity_bytes: u64,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let interface = handles::get("iface", iface)?;
        let out = caller.out_struct("out_midi", out_midi)?;
        let room = caller.slice_mut("out_bytes", out_bytes, capacity_bytes, 1)?;
        match interface.next_midi_within(room.len())? {
            Some(fetched) => hand_over(fetched, room, out),
            None => {
                out.set(&NOTHING);
                Ok(())
            }
        }
    })
}

/// As amio_interface_next_midi(), but waits until there is one.
///
/// Thread: any but the audio thread; waits up to `timeout_ms` milliseconds.
/// Units, Ownership: as amio_interface_next_midi().
/// Errors: as amio_interface_next_midi(); AMIO_ERROR_TIMEOUT; AMIO_ERROR_INVALID_STATE also if it is closed and
/// all were fetched.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_interface_wait_midi(
    iface: *mut amio_interface,
    out_midi: *mut amio_midi,
    out_bytes: *mut u8,
    capacity_bytes: u64,
    timeout_ms: u32,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let interface = handles::get("iface", iface)?;
        let out = caller.out_struct("out_midi", out_midi)?;
        let room = caller.slice_mut("out_bytes", out_bytes, capacity_bytes, 1)?;
        let timeout = Duration::from_millis(timeout_ms.into());
        hand_over(interface.wait_midi_within(room.len(), timeout)?, room, out)
    })
}

/// Returns a descriptor that is readable while a MIDI message waits, for poll(), epoll, asyncio or GLib. Only poll it: do
/// not read, write or close it.
///
/// Thread: any.
/// Ownership: it belongs to the interface and is valid until amio_interface_free().
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_interface_midi_fd(
    iface: *mut amio_interface,
    out_fd: *mut c_int,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let interface = handles::get("iface", iface)?;
        caller
            .out("out_fd", out_fd)?
            .set(interface.midi_fd().as_raw_fd());
        Ok(())
    })
}

/// Has a MIDI message sent from output port `port` of the interface (`midi_outputs` in its configuration), at frame `at`
/// of the clock that `at_clock` names (one of AMIO_MIDI_AT_*). Messages go out in the order of their frames; those of one
/// frame in the order of the calls. A message goes out once, also if the timeline comes to its frame again.
///
/// Up to 16384 messages, of 512 KiB in all, wait for frames of the timeline, and as many for the other frames. Between two
/// periods, and before the interface is started, up to 8192 are accepted, of 256 KiB in all. (A message counts as a
/// multiple of 16 bytes.) If the server's buffer is full, a message goes out with the next period, or is dropped, as
/// `late` says. One that the buffer never has room for is lost, and counted by the statistics.
///
/// Thread: any but the audio thread; does not wait for it.
/// Units: `port` is counted from 0; `size_bytes` is 1 to AMIO_MIDI_BYTES, of one message that begins with a status byte;
/// `late` is one of AMIO_MIDI_LATE_*.
/// Ownership: `bytes` is borrowed for the call.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (no such port; `at_clock`, `at`
/// or `late` out of range; no MIDI message); AMIO_ERROR_QUEUE_FULL (too many wait); AMIO_ERROR_INVALID_STATE (closed, or no MIDI outputs).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_interface_send_midi(
    iface: *mut amio_interface,
    port: u32,
    at_clock: u32,
    at: i64,
    bytes: *const u8,
    size_bytes: u64,
    late: u32,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let interface = handles::get("iface", iface)?;
        let at = match at_clock {
            AMIO_MIDI_AT_TIMELINE => MidiTime::Timeline(at),
            AMIO_MIDI_AT_DEVICE => {
                let frame = u64::try_from(at).map_err(|_| wrong_frame(at, "0 to 2^62"))?;
                MidiTime::Device(frame)
            }
            AMIO_MIDI_AT_SERVER => {
                let frame = u32::try_from(at).map_err(|_| wrong_frame(at, "0 to 2^32 - 1"))?;
                MidiTime::Server(frame)
            }
            other => return Err(not_one_of("at_clock", other, "AMIO_MIDI_AT_*, 0 to 2")),
        };
        let late = match late {
            AMIO_MIDI_LATE_SEND => LateMidi::Send,
            AMIO_MIDI_LATE_DROP => LateMidi::Drop,
            other => return Err(not_one_of("late", other, "AMIO_MIDI_LATE_*, 0 or 1")),
        };
        let message = caller.slice("bytes", bytes, size_bytes, 1)?;
        let port = u16::try_from(port).map_err(|_| {
            Fault::argument(format!(
                "port is {port}; an interface has up to {MAX_MIDI_PORTS} MIDI outputs"
            ))
        })?;
        Ok(interface.send_midi(port, at, message, late)?)
    })
}

/// Forgets all MIDI messages that wait for their frames, however many they are. From the next period on, none of them goes
/// out, and their room is free.
///
/// Thread: any but the audio thread; does not wait for it.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (closed, or no MIDI outputs).
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_interface_cancel_midi(iface: *mut amio_interface) -> amio_status {
    guard(|| Ok(handles::get("iface", iface)?.cancel_midi()?))
}

const NOTHING: amio_midi = amio_midi {
    struct_size: 0,
    port: 0,
    size: 0,
    position: 0,
    device_frame: 0,
    time_ns: 0,
    ticket: AMIO_TICKET_NONE,
    lost_before: 0,
    server_frame: 0,
    rolling: 0,
};

/// Copies a message, if there is room for it.
fn hand_over(
    fetched: Fetched<MidiMessage>,
    room: &mut [u8],
    out: OutStruct<'_, amio_midi>,
) -> Checked {
    let MidiMessage { stamp, bytes } = match fetched {
        Fetched::Message(message) => message,
        Fetched::TooLong(bytes) => {
            out.set(&amio_midi {
                size: bytes as u64,
                ..NOTHING
            });
            return Err(Fault::new(
                AMIO_ERROR_BUFFER_TOO_SMALL,
                format!(
                    "capacity_bytes is {}; the MIDI message has {bytes} bytes",
                    room.len()
                ),
            ));
        }
    };
    room[..bytes.len()].copy_from_slice(&bytes);
    out.set(&amio_midi {
        struct_size: 0,
        port: stamp.port.into(),
        size: bytes.len() as u64,
        position: stamp.position,
        device_frame: stamp.device_frame,
        time_ns: stamp.time_ns,
        ticket: stamp.ticket.0,
        lost_before: stamp.lost_before,
        server_frame: stamp.server_frame,
        rolling: stamp.rolling.into(),
    });
    Ok(())
}

fn wrong_frame(at: i64, allowed: &str) -> Fault {
    Fault::argument(format!("at is {at}; it must be {allowed}"))
}
