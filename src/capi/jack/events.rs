//! What happens to a client and around it, as a queue that the program fetches from.

use super::super::fault::Fault;
use super::super::guard::{Caller, guard};
use super::super::handles::{self, Handle, ReservedHandle};
use super::super::sized::{Versioned, text_field};
use super::super::status::{AMIO_ERROR_TIMEOUT, amio_status};
use super::answers::tell;
use super::client::{AMIO_JACK_NAME_BYTES, amio_jack_client};
use super::lookup::{AMIO_JACK_LATENCY_CAPTURE, AMIO_JACK_LATENCY_PLAYBACK};
use crate::jack::{Event, Events, LatencyMode, PropertyAction};
use std::ffi::{c_char, c_int};
use std::os::fd::{AsFd, AsRawFd};
use std::sync::Arc;
use std::time::Duration;

/// A queue of what happens to a client, and around it.
pub struct amio_jack_events {
    _opaque: [u8; 0],
}

impl Handle for amio_jack_events {
    type Target = Arc<Events>;
    const NAME: &'static str = "a queue of JACK events";
}

/// No event waits.
pub const AMIO_JACK_EVENT_NONE: u32 = 0;
/// A client came (`on` 1) or went (0): `name`.
pub const AMIO_JACK_EVENT_CLIENT: u32 = 1;
/// A port came (`on` 1) or went (0): `port`, and its full name in `name`, if the server still knew it.
pub const AMIO_JACK_EVENT_PORT: u32 = 2;
/// A port has another full name: `port`, `name`, and `before`. PipeWire's library of version 0.3.65 does not tell.
pub const AMIO_JACK_EVENT_PORT_RENAMED: u32 = 3;
/// The output `port` was connected to (`on` 1) or disconnected from (0) the input `destination`.
pub const AMIO_JACK_EVENT_CONNECTION: u32 = 4;
/// Clients run in another order.
pub const AMIO_JACK_EVENT_GRAPH_ORDER: u32 = 5;
/// The server was late, or a client was, by `delay_us`; 0 where the server does not say, as jackd. It is told within
/// some 30 ms; those that are told together have the delay of the last one. PipeWire's library of version 0.3.65 does
/// not tell of a client that was late.
pub const AMIO_JACK_EVENT_XRUN: u32 = 6;
/// The period has `frames` from the next cycle on. jackd tells it of each activation, too.
pub const AMIO_JACK_EVENT_PERIOD: u32 = 7;
/// The frame rate is `rate_hz` from the next cycle on. jackd tells it of each activation, too.
pub const AMIO_JACK_EVENT_FRAME_RATE: u32 = 8;
/// Freewheeling began (`on` 1) or ended (0).
pub const AMIO_JACK_EVENT_FREEWHEEL: u32 = 9;
/// The latencies of ports were computed anew: `mode`.
pub const AMIO_JACK_EVENT_LATENCY: u32 = 10;
/// Metadata has changed: `change` of the property `name` of `subject`; an empty `name`: of all its properties.
/// PipeWire's library of version 0.3.65 does not tell.
pub const AMIO_JACK_EVENT_PROPERTY: u32 = 11;
/// A function on the audio thread has failed, and is not called again. It is told within some 30 ms.
pub const AMIO_JACK_EVENT_HANDLER_FAILED: u32 = 12;
/// The server is gone: `name` says why, and `shutdown_status`. Close the client: before, no other one can be opened.
pub const AMIO_JACK_EVENT_SHUTDOWN: u32 = 13;

/// The property was set, and was not there before.
pub const AMIO_JACK_PROPERTY_CREATED: u32 = 0;
/// The property has another value.
pub const AMIO_JACK_PROPERTY_CHANGED: u32 = 1;
/// The property was removed.
pub const AMIO_JACK_PROPERTY_DELETED: u32 = 2;

/// Something that happened. Fields that its kind does not name are 0. Set struct_size to sizeof(amio_jack_event)
/// before the call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct amio_jack_event {
    /// sizeof(amio_jack_event).
    pub struct_size: u32,
    /// One of AMIO_JACK_EVENT_*.
    pub kind: u32,
    /// Whether it is there, connected, or on now: 1 or 0.
    pub on: u32,
    /// The server's number of a port; of the output of a connection. See amio_jack_client_port_by_id().
    pub port: u32,
    /// The server's number of the input of a connection.
    pub destination: u32,
    /// The new period.
    pub frames: u32,
    /// The new frame rate.
    pub rate_hz: u32,
    /// Which latencies: one of AMIO_JACK_LATENCY_*.
    pub mode: u32,
    /// How late, in microseconds.
    pub delay_us: f32,
    /// What happened to a property: one of AMIO_JACK_PROPERTY_*.
    pub change: u32,
    /// The UUID of the client or port that a property is of.
    pub subject: u64,
    /// Why the server is gone: AMIO_JACK_STATUS_* bits; 0 if it does not say.
    pub shutdown_status: u32,
    /// 0.
    pub reserved: u32,
    /// A client, a port, a key, or a reason: UTF-8, ended by NUL, cut at the end of a character where it is too long.
    pub name: [c_char; AMIO_JACK_NAME_BYTES],
    /// The full name that a port had before.
    pub before: [c_char; AMIO_JACK_NAME_BYTES],
}

// SAFETY: repr(C), the first field is its size, and it has numbers only.
unsafe impl Versioned for amio_jack_event {
    const NAME: &'static str = "amio_jack_event";
    const SMALLEST: usize = size_of::<amio_jack_event>();
}

/// Begins a queue of what happens from now on, for at most `capacity` events that wait. Events that find it full are lost
/// and counted. A client can have several queues. A queue can be used after its client was closed.
///
/// Thread: any but the audio thread.
/// Units: `capacity` is 1 to 2^20.
/// Ownership: release the queue with amio_jack_events_free().
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (the capacity);
/// AMIO_ERROR_INVALID_STATE (closed); AMIO_ERROR_OUT_OF_MEMORY; AMIO_ERROR_SYSTEM.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_events_new(
    client: *mut amio_jack_client,
    capacity: usize,
    out_events: *mut *mut amio_jack_events,
) -> amio_status {
    const MOST: usize = 1 << 20;
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let client = handles::get("client", client)?;
        if !(1..=MOST).contains(&capacity) {
            return Err(Fault::argument(format!(
                "capacity is {capacity}; it must be 1 to {MOST}"
            )));
        }
        let out = caller.out("out_events", out_events)?;
        let place = ReservedHandle::take()?;
        out.set(place.fill(Arc::new(client.events(capacity)?)));
        Ok(())
    })
}

/// Fetches the oldest event. Never blocks: if none waits, it returns AMIO_OK with the kind AMIO_JACK_EVENT_NONE.
///
/// Thread: any but the audio thread; each event goes to one caller.
/// Ownership: `out_event` is the caller's; its struct_size must be set.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (struct_size).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_events_next(
    events: *mut amio_jack_events,
    out_event: *mut amio_jack_event,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let events = handles::get("events", events)?;
        let out = caller.out_struct("out_event", out_event)?;
        out.set(&events.next().as_ref().map_or(NOTHING, describe));
        Ok(())
    })
}

/// As amio_jack_events_next(), but waits until there is one.
///
/// Thread: any but the audio thread; waits up to `timeout_ms` milliseconds, also if the client is closed or the queue is
/// freed meanwhile.
/// Ownership: as amio_jack_events_next().
/// Errors: as amio_jack_events_next(); AMIO_ERROR_TIMEOUT.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_events_wait(
    events: *mut amio_jack_events,
    out_event: *mut amio_jack_event,
    timeout_ms: u32,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let events = handles::get("events", events)?;
        let out = caller.out_struct("out_event", out_event)?;
        let event = events.wait(Duration::from_millis(timeout_ms.into()));
        let event = event.ok_or_else(|| {
            Fault::new(
                AMIO_ERROR_TIMEOUT,
                format!("no event of the JACK client came within {timeout_ms} ms"),
            )
        })?;
        out.set(&describe(&event));
        Ok(())
    })
}

/// Returns a descriptor that is readable while an event waits, for poll(), epoll, asyncio or GLib. It may stay readable
/// until amio_jack_events_next() has found no event. Only poll it: do not read, write or close it.
///
/// Thread: any but the audio thread.
/// Ownership: it belongs to the queue and is valid until amio_jack_events_free().
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_events_fd(
    events: *mut amio_jack_events,
    out_fd: *mut c_int,
) -> amio_status {
    let out = ("out_fd", out_fd);
    // SAFETY: the pointers come from a C caller.
    unsafe {
        tell(("events", events), out, |events| {
            Ok(events.as_fd().as_raw_fd())
        })
    }
}

/// Returns how many events were lost so far, because the queue was full.
///
/// Thread: any but the audio thread.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_events_lost(
    events: *mut amio_jack_events,
    out_count: *mut u64,
) -> amio_status {
    let out = ("out_count", out_count);
    // SAFETY: the pointers come from a C caller.
    unsafe { tell(("events", events), out, |events| Ok(events.lost())) }
}

/// Ends a queue. NULL does nothing.
///
/// Thread: any but the audio thread.
/// Errors: AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_jack_events_free(events: *mut amio_jack_events) -> amio_status {
    guard(|| {
        drop(handles::release("events", events)?);
        Ok(())
    })
}

const NOTHING: amio_jack_event = amio_jack_event {
    struct_size: 0,
    kind: AMIO_JACK_EVENT_NONE,
    on: 0,
    port: 0,
    destination: 0,
    frames: 0,
    rate_hz: 0,
    mode: 0,
    delay_us: 0.0,
    change: 0,
    subject: 0,
    shutdown_status: 0,
    reserved: 0,
    name: [0; AMIO_JACK_NAME_BYTES],
    before: [0; AMIO_JACK_NAME_BYTES],
};

fn describe(event: &Event) -> amio_jack_event {
    let mut out = NOTHING;
    out.kind = match event {
        Event::ClientRegistered { name, exists } => {
            out.name = text_field(name);
            out.on = (*exists).into();
            AMIO_JACK_EVENT_CLIENT
        }
        Event::PortRegistered { port, name, exists } => {
            out.port = port.get();
            out.name = text_field(name.as_deref().unwrap_or_default());
            out.on = (*exists).into();
            AMIO_JACK_EVENT_PORT
        }
        Event::PortRenamed { port, before, now } => {
            out.port = port.get();
            (out.name, out.before) = (text_field(now), text_field(before));
            AMIO_JACK_EVENT_PORT_RENAMED
        }
        Event::PortsConnected {
            source,
            destination,
            connected,
        } => {
            (out.port, out.destination) = (source.get(), destination.get());
            out.on = (*connected).into();
            AMIO_JACK_EVENT_CONNECTION
        }
        Event::GraphOrder => AMIO_JACK_EVENT_GRAPH_ORDER,
        Event::Xrun { delay_us } => {
            out.delay_us = *delay_us;
            AMIO_JACK_EVENT_XRUN
        }
        Event::Period { frames } => {
            out.frames = *frames;
            AMIO_JACK_EVENT_PERIOD
        }
        Event::FrameRate { hz } => {
            out.rate_hz = *hz;
            AMIO_JACK_EVENT_FRAME_RATE
        }
        Event::Freewheel { on } => {
            out.on = (*on).into();
            AMIO_JACK_EVENT_FREEWHEEL
        }
        Event::Latency { mode } => {
            out.mode = match mode {
                LatencyMode::Capture => AMIO_JACK_LATENCY_CAPTURE,
                LatencyMode::Playback => AMIO_JACK_LATENCY_PLAYBACK,
            };
            AMIO_JACK_EVENT_LATENCY
        }
        Event::PropertyChanged(change) => {
            out.subject = change.subject.0;
            out.name = text_field(&change.key);
            out.change = match change.action {
                PropertyAction::Created => AMIO_JACK_PROPERTY_CREATED,
                PropertyAction::Changed => AMIO_JACK_PROPERTY_CHANGED,
                PropertyAction::Deleted => AMIO_JACK_PROPERTY_DELETED,
            };
            AMIO_JACK_EVENT_PROPERTY
        }
        Event::HandlerFailed => AMIO_JACK_EVENT_HANDLER_FAILED,
        Event::Shutdown { status, reason } => {
            out.shutdown_status = status.bits();
            out.name = text_field(reason);
            AMIO_JACK_EVENT_SHUTDOWN
        }
    };
    out
}
