//! Statistics of an interface.

use super::events::AMIO_MESSAGE_BYTES;
use super::guard::{Caller, guard};
use super::handles;
use super::interface::amio_interface;
use super::sized::{Versioned, text_field};
use super::status::amio_status;
use crate::{Realtime, RingLevel};
use std::ffi::c_char;
use std::mem::offset_of;

/// The audio thread has not run yet.
pub const AMIO_REALTIME_UNKNOWN: u32 = 0;
/// The audio thread has real-time scheduling.
pub const AMIO_REALTIME_GRANTED: u32 = 1;
/// The system refused real-time scheduling; `realtime_reason` says why and what would help.
pub const AMIO_REALTIME_REFUSED: u32 = 2;
/// The driver has no audio thread of its own.
pub const AMIO_REALTIME_NOT_NEEDED: u32 = 3;

/// How full a queue is.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct amio_ring_level {
    /// What was in it when the audio thread last used it.
    pub now: u64,
    /// The most that was ever in it.
    pub high_water: u64,
    /// The most that it holds.
    pub capacity: u64,
}

/// The statistics of an interface since it was made. Set struct_size to sizeof(amio_stats)
/// before the call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct amio_stats {
    /// sizeof(amio_stats).
    pub struct_size: u32,
    /// Whether the audio thread has real-time scheduling: one of AMIO_REALTIME_*.
    pub realtime: u32,
    /// Its priority, if it has, 1 to 99.
    pub realtime_priority: i32,
    /// Reserved; 0.
    pub reserved: u32,
    /// Periods that ran.
    pub periods: u64,
    /// Frames that the device has taken, those that it skipped included.
    pub device_frames: u64,
    /// Overruns and underruns: those that the server reported, or the skips, whichever number is larger.
    pub xruns: u64,
    /// Frames that the device skipped.
    pub skipped_frames: u64,
    /// Frames of output that were clamped.
    pub clamped_frames: u64,
    /// Frames of input that were dropped because they were not read in time.
    pub input_lost_frames: u64,
    /// Events that were dropped because they were not fetched in time.
    pub events_lost: u64,
    /// How often a lost server or device came back.
    pub reconnects: u64,
    /// The longest time that a period took to compute, as a fraction of its length.
    pub worst_load: f64,
    /// The mean time that a period took to compute, as a fraction of its length.
    pub mean_load: f64,
    /// Commands, or groups of them, on their way to the audio thread.
    pub commands: amio_ring_level,
    /// Swaps that the audio thread is done with, on their way to be freed.
    pub retired: amio_ring_level,
    /// What the audio thread has reported and has not yet become events.
    pub events: amio_ring_level,
    /// Captured frames on their way to the program.
    pub input_frames: amio_ring_level,
    /// Why real-time scheduling was refused; UTF-8, ended by NUL.
    pub realtime_reason: [c_char; AMIO_MESSAGE_BYTES],
    /// How often a streamed clip was not read from its file in time, counted per clip and period.
    pub underruns: u64,
    /// Frames of streamed clips that were silent because of these underruns.
    pub underrun_frames: u64,
    /// Bytes of the interface's memory that the audio thread writes to: its rings and queues. They are in
    /// memory from the beginning, so that writing causes no page fault. 0 offline.
    pub resident_bytes: u64,
    /// How many of these bytes are locked, so that they are never swapped out: as many as the system allows
    /// (RLIMIT_MEMLOCK). They are unlocked when the interface is freed, but for
    /// those that the program has locked as well, by mlock() or mlockall(): these stay locked.
    pub locked_bytes: u64,
    /// MIDI messages that have arrived.
    pub midi_received: u64,
    /// Those of them that are missing: nobody fetched them in time, or the server lost them.
    pub midi_input_lost: u64,
    /// MIDI messages that were sent: without a server, discarded at their frame.
    pub midi_sent: u64,
    /// MIDI messages whose frame had passed, or that found the server's buffer full: they were sent later, or dropped.
    pub midi_late: u64,
    /// MIDI messages that did not fit in an empty buffer of the server, or were due while it had none for the port.
    pub midi_output_lost: u64,
}

// SAFETY: repr(C), the first field is its size, and it has numbers only.
unsafe impl Versioned for amio_stats {
    const NAME: &'static str = "amio_stats";
    const SMALLEST: usize = offset_of!(amio_stats, underruns);
}

/// Returns the statistics. Until the audio thread has run, it asks the driver about real-time
/// scheduling, and waits up to a fifth of a second for it. While another thread starts, stops or closes
/// the interface it does not wait: AMIO_REALTIME_UNKNOWN if that is not known yet.
///
/// Thread: any. Ownership: `out_stats` is the caller's; its struct_size must be set.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT
/// (struct_size).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_interface_stats(
    iface: *mut amio_interface,
    out_stats: *mut amio_stats,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let interface = handles::get("iface", iface)?;
        let out = caller.out_struct("out_stats", out_stats)?;
        let stats = interface.stats();
        let (realtime, realtime_priority, reason) = match &stats.realtime {
            None => (AMIO_REALTIME_UNKNOWN, 0, ""),
            Some(Realtime::Granted { priority }) => (AMIO_REALTIME_GRANTED, *priority, ""),
            Some(Realtime::Refused { reason }) => (AMIO_REALTIME_REFUSED, 0, reason.as_str()),
            Some(Realtime::NotNeeded) => (AMIO_REALTIME_NOT_NEEDED, 0, ""),
        };
        out.set(&amio_stats {
            struct_size: 0,
            realtime,
            realtime_priority,
            reserved: 0,
            periods: stats.periods,
            device_frames: stats.device_frames,
            xruns: stats.xruns,
            skipped_frames: stats.skipped_frames,
            clamped_frames: stats.clamped_frames,
            input_lost_frames: stats.input_lost_frames,
            events_lost: stats.events_lost,
            reconnects: stats.reconnects,
            worst_load: stats.worst_load,
            mean_load: stats.mean_load,
            commands: level(stats.commands),
            retired: level(stats.retired),
            events: level(stats.events),
            input_frames: level(stats.input_frames),
            realtime_reason: text_field(reason),
            underruns: stats.underruns,
            underrun_frames: stats.underrun_frames,
            resident_bytes: stats.resident_bytes,
            locked_bytes: stats.locked_bytes,
            midi_received: stats.midi_received,
            midi_input_lost: stats.midi_input_lost,
            midi_sent: stats.midi_sent,
            midi_late: stats.midi_late,
            midi_output_lost: stats.midi_output_lost,
        });
        Ok(())
    })
}

fn level(ring: RingLevel) -> amio_ring_level {
    amio_ring_level {
        now: ring.now,
        high_water: ring.high_water,
        capacity: ring.capacity,
    }
}
