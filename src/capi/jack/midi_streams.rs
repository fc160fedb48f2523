//! MIDI to and from any thread.

use super::super::fault::{Checked, Fault};
use super::super::guard::{Caller, guard};
use super::super::handles::{self, Handle, ReservedHandle};
use super::super::sized::Versioned;
use super::super::status::{AMIO_ERROR_BUFFER_TOO_SMALL, AMIO_ERROR_TIMEOUT, amio_status};
use super::answers::tell;
use super::client::amio_jack_client;
use super::ports::amio_jack_port;
use crate::jack::{MidiMessage, MidiReceiver, MidiSender};
use crate::midi::Fetched;
use std::ffi::c_int;
use std::os::fd::{AsFd, AsRawFd};
use std::sync::Arc;
use std::time::Duration;

/// Hands the events of a MIDI input to any thread.
pub struct amio_jack_midi_receiver {
    _opaque: [u8; 0],
}

impl Handle for amio_jack_midi_receiver {
    type Target = Arc<MidiReceiver>;
    const NAME: &'static str = "a receiver of MIDI events";
}

/// Sends MIDI events at their frames from any thread.
pub struct amio_jack_midi_sender {
    _opaque: [u8; 0],
}

impl Handle for amio_jack_midi_sender {
    type Target = MidiSender;
    const NAME: &'static str = "a sender of MIDI events";
}

/// What became of the events of a sender. Set struct_size to sizeof(amio_jack_midi_counts) before the call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct amio_jack_midi_counts {
    /// sizeof(amio_jack_midi_counts).
    pub struct_size: u32,
    /// 0.
    pub reserved: u32,
    /// Events that left, also those that were late.
    pub sent: u64,
    /// Events that left after their frame.
    pub late: u64,
    /// Events that could not leave: larger than the server's buffer, or due while the server had no buffer for the port.
    pub lost: u64,
    /// Events that wait.
    pub waiting: u64,
}

// SAFETY: repr(C), the first field is its size, and it has numbers only.
unsafe impl Versioned for amio_jack_midi_counts {
    const NAME: &'static str = "amio_jack_midi_counts";
    const SMALLEST: usize = size_of::<amio_jack_midi_counts>();
}

/// Has the events of a MIDI input handed to any thread from the next cycle on, beside or without a process function. Those
/// that find the queue full are lost and counted; while the server freewheels, the audio thread waits for room, up to two
/// seconds.
///
/// Thread: any but the audio thread; waits for the cycle that runs.
/// Units: `capacity` is how many events may wait, 1 to 2^20. An event takes the room of one for each 16 bytes that it has.
/// Ownership: the port stays registered afterwards. Release the receiver with amio_jack_midi_receiver_free().
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (the capacity, or a port of another
/// client, or that is not a MIDI input); AMIO_ERROR_INVALID_STATE (closed, or in a function that JACK calls);
/// AMIO_ERROR_OUT_OF_MEMORY; AMIO_ERROR_SYSTEM.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_midi_receiver_new(
    client: *mut amio_jack_client,
    port: *const amio_jack_port,
    capacity: usize,
    out_receiver: *mut *mut amio_jack_midi_receiver,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let client = handles::get("client", client)?;
        let port = handles::get("port", port)?;
        check_capacity(capacity)?;
        let out = caller.out("out_receiver", out_receiver)?;
        let place = ReservedHandle::take()?;
        let receiver = client.receive_midi(port.midi_input()?, capacity)?;
        out.set(place.fill(Arc::new(receiver)));
        Ok(())
    })
}

/// Fetches the oldest event. Never blocks: if none waits, it returns AMIO_OK with the size 0.
///
/// Thread: any but the audio thread; each event goes to one caller.
/// Units: `out_frame` is a frame of the server's clock, which wraps. `capacity_bytes` is the room at `out_bytes`.
/// Ownership: `out_frame`, `out_bytes` and `out_size` are the caller's. `out_bytes` may be NULL without room.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_BUFFER_TOO_SMALL (for the event, which waits on; its size
/// is in `out_size`).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_midi_receiver_next(
    receiver: *mut amio_jack_midi_receiver,
    out_frame: *mut u32,
    out_bytes: *mut u8,
    capacity_bytes: usize,
    out_size: *mut usize,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    let room = (out_frame, out_bytes, capacity_bytes, out_size);
    fetch(&caller, receiver, room, |receiver, most_bytes| {
        Ok(receiver.next_within(most_bytes))
    })
}

/// As amio_jack_midi_receiver_next(), but waits until there is one.
///
/// Thread: any but the audio thread; waits up to `timeout_ms` milliseconds, also if the receiver is freed meanwhile.
/// Units: as amio_jack_midi_receiver_next().
/// Ownership: as amio_jack_midi_receiver_next().
/// Errors: as amio_jack_midi_receiver_next(); AMIO_ERROR_TIMEOUT; AMIO_ERROR_INVALID_STATE (no more events come: the client is
/// closed, or the server is gone).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_midi_receiver_wait(
    receiver: *mut amio_jack_midi_receiver,
    out_frame: *mut u32,
    out_bytes: *mut u8,
    capacity_bytes: usize,
    out_size: *mut usize,
    timeout_ms: u32,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    let room = (out_frame, out_bytes, capacity_bytes, out_size);
    fetch(&caller, receiver, room, |receiver, most_bytes| {
        let event = receiver.wait_within(most_bytes, Duration::from_millis(timeout_ms.into()))?;
        let event = event.ok_or_else(|| {
            Fault::new(
                AMIO_ERROR_TIMEOUT,
                format!("no MIDI event came within {timeout_ms} ms"),
            )
        })?;
        Ok(Some(event))
    })
}

/// Returns a descriptor that is readable while an event waits, and once no more come, for poll(), epoll, asyncio or GLib. It
/// may stay readable until amio_jack_midi_receiver_next() has found no event. Only poll it: do not read, write or close it.
///
/// Thread: any but the audio thread.
/// Ownership: it belongs to the receiver and is valid until amio_jack_midi_receiver_free().
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_midi_receiver_fd(
    receiver: *mut amio_jack_midi_receiver,
    out_fd: *mut c_int,
) -> amio_status {
    let out = ("out_fd", out_fd);
    // SAFETY: the pointers come from a C caller.
    unsafe {
        tell(("receiver", receiver), out, |receiver| {
            Ok(receiver.as_fd().as_raw_fd())
        })
    }
}

/// Returns how many events were lost so far: the queue was full, or the server had lost them.
///
/// Thread: any but the audio thread.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_midi_receiver_lost(
    receiver: *mut amio_jack_midi_receiver,
    out_count: *mut u64,
) -> amio_status {
    let out = ("out_count", out_count);
    // SAFETY: the pointers come from a C caller.
    unsafe { tell(("receiver", receiver), out, |receiver| Ok(receiver.lost())) }
}

/// Ends a receiver. Its port stays registered. NULL does nothing.
///
/// Thread: any but the audio thread; waits for the cycle that runs.
/// Errors: AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_jack_midi_receiver_free(
    receiver: *mut amio_jack_midi_receiver,
) -> amio_status {
    guard(|| {
        drop(handles::release("receiver", receiver)?);
        Ok(())
    })
}

/// Has events sent by a MIDI output, from any thread, beside or without a process function. Events leave in the order of
/// their frames; those of the same frame in the order of the calls. An event whose frame has passed leaves at the
/// first frame of the next cycle. So does one for which the server's buffer had no room.
///
/// Thread: any but the audio thread; waits for the cycle that runs.
/// Units: `capacity` is how many events may wait, 1 to 2^20. An event takes the room of one for each 16 bytes that it has.
/// Ownership: the port stays registered afterwards; nobody else may write to it. Release the sender with
/// amio_jack_midi_sender_free().
/// Errors: as amio_jack_midi_receiver_new(), of a MIDI output.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_midi_sender_new(
    client: *mut amio_jack_client,
    port: *const amio_jack_port,
    capacity: usize,
    out_sender: *mut *mut amio_jack_midi_sender,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let client = handles::get("client", client)?;
        let port = handles::get("port", port)?;
        check_capacity(capacity)?;
        let out = caller.out("out_sender", out_sender)?;
        let place = ReservedHandle::take()?;
        out.set(place.fill(client.send_midi(port.midi_output()?, capacity)?));
        Ok(())
    })
}

/// Sends an event at a frame of the server's clock.
///
/// Thread: any but the audio thread.
/// Units: `frame` is less than 2^31 frames from now.
/// Ownership: `bytes` is borrowed for the call.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (no bytes, or more than the queue
/// has room for); AMIO_ERROR_QUEUE_FULL (there is no room now); AMIO_ERROR_INVALID_STATE (the port is unregistered, or the
/// client is closed).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_midi_sender_send(
    sender: *mut amio_jack_midi_sender,
    frame: u32,
    bytes: *const u8,
    size: usize,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let sender = handles::get("sender", sender)?;
        if size == 0 {
            return Err(Fault::argument(
                "size is 0; a MIDI event has at least 1 byte",
            ));
        }
        Ok(sender.send(frame, caller.slice("bytes", bytes, size as u64, 1)?)?)
    })
}

/// Returns what became of the events so far.
///
/// Thread: any but the audio thread.
/// Ownership: `out_counts` is the caller's; its struct_size must be set.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (struct_size).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_midi_sender_counts(
    sender: *mut amio_jack_midi_sender,
    out_counts: *mut amio_jack_midi_counts,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let sender = handles::get("sender", sender)?;
        let out = caller.out_struct("out_counts", out_counts)?;
        let counts = sender.counts();
        out.set(&amio_jack_midi_counts {
            struct_size: 0,
            reserved: 0,
            sent: counts.sent,
            late: counts.late,
            lost: counts.lost,
            waiting: counts.waiting,
        });
        Ok(())
    })
}

/// Ends a sender. Events that have not left are dropped. Its port stays registered. NULL does nothing.
///
/// Thread: any but the audio thread; waits for the cycle that runs.
/// Errors: AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_jack_midi_sender_free(
    sender: *mut amio_jack_midi_sender,
) -> amio_status {
    guard(|| {
        drop(handles::release("sender", sender)?);
        Ok(())
    })
}

fn check_capacity(capacity: usize) -> Checked {
    const MOST: usize = 1 << 20;
    match (1..=MOST).contains(&capacity) {
        true => Ok(()),
        false => Err(Fault::argument(format!(
            "capacity is {capacity}; it must be 1 to {MOST}"
        ))),
    }
}

/// Copies the next event to the caller's memory.
fn fetch(
    caller: &Caller,
    receiver: *mut amio_jack_midi_receiver,
    (out_frame, out_bytes, capacity_bytes, out_size): (*mut u32, *mut u8, usize, *mut usize),
    next: impl FnOnce(&MidiReceiver, usize) -> Checked<Option<Fetched<MidiMessage>>>,
) -> amio_status {
    guard(|| {
        let receiver = handles::get("receiver", receiver)?;
        let frame = caller.out("out_frame", out_frame)?;
        let room = match capacity_bytes {
            0 => &mut [][..],
            count => caller.slice_mut("out_bytes", out_bytes, count as u64, 1)?,
        };
        let size = caller.out("out_size", out_size)?;
        match next(&receiver, room.len())? {
            Some(Fetched::Message(event)) => {
                room[..event.bytes.len()].copy_from_slice(&event.bytes);
                frame.set(event.frame);
                size.set(event.bytes.len());
            }
            Some(Fetched::TooLong(bytes)) => {
                size.set(bytes);
                return Err(Fault::new(
                    AMIO_ERROR_BUFFER_TOO_SMALL,
                    format!("capacity_bytes is {capacity_bytes}; the event has {bytes} bytes"),
                ));
            }
            None => size.set(0),
        }
        Ok(())
    })
}
