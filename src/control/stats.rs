//! Numbers about how an interface does.

use super::interface::Interface;
use crate::link::Level;
use crate::sys::Realtime;
use std::sync::atomic::Ordering::Relaxed;

/// Counted since the interface was made.
#[derive(Clone, Debug, Default)]
pub struct Stats {
    /// Periods run.
    pub periods: u64,
    /// Device frames, skipped ones included.
    pub device_frames: u64,
    /// Overruns and underruns: those that the server reported, or the skips, whichever number is larger.
    pub xruns: u64,
    /// Device frames that were not played.
    pub skipped_frames: u64,
    /// Output frames in which a channel was beyond ±1.0.
    pub clamped_frames: u64,
    /// Captured frames that nobody read in time.
    pub input_lost_frames: u64,
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
    /// How often a streamed clip was not read from its file in time, counted per clip and period.
    pub underruns: u64,
    /// Frames of streamed clips that were silent because of that.
    pub underrun_frames: u64,
    /// The longest callback, as a fraction of its period.
    pub worst_load: f64,
    /// All callbacks, as a fraction of the time they filled.
    pub mean_load: f64,
    /// Events that nobody fetched in time.
    pub events_lost: u64,
    /// How often a lost server or device came back.
    pub reconnects: u64,
    /// Batches of commands on their way to the engine.
    pub commands: RingLevel,
    /// Swaps that the engine gave back to be freed.
    pub retired: RingLevel,
    /// Reports on their way from the engine.
    pub events: RingLevel,
    /// Captured frames that wait to be read.
    pub input_frames: RingLevel,
    /// Bytes of the interface's memory that the audio thread writes to: its rings and queues. They are in
    /// memory from the beginning, so that it does not wait for the system to provide them. 0 offline.
    pub resident_bytes: u64,
    /// How many of them cannot be swapped out either: pages that they fill, as far as the limit of
    /// the system goes (RLIMIT_MEMLOCK).
    pub locked_bytes: u64,
    /// Whether the audio thread has real-time scheduling; `None` before it has run, and
    /// while the driver, which was not asked yet, is in the middle of another call.
    pub realtime: Option<Realtime>,
}

/// How full a ring is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RingLevel {
    /// When the engine last used the ring.
    pub now: u64,
    /// At most so far.
    pub high_water: u64,
    /// How many it holds.
    pub capacity: u64,
}

impl RingLevel {
    fn of(level: &Level, capacity: usize) -> RingLevel {
        RingLevel {
            // The library's own batch counts as one of the program's.
            now: level.now().min(capacity) as u64,
            high_water: level.high_water().min(capacity) as u64,
            capacity: capacity as u64,
        }
    }
}

impl Interface {
    /// Numbers about how it does. Until the audio thread has run, it asks the driver about real-time scheduling,
    /// and waits up to a fifth of a second for it; not while another call starts, stops or closes the interface.
    pub fn stats(&self) -> Stats {
        let (core, lifecycle) = (&self.parts().core, &self.parts().lifecycle);
        let counters = &core.shared.counters;
        let audio_ns = counters.audio_ns.load(Relaxed);
        let sizes = core.sizes;
        Stats {
            periods: counters.periods.load(Relaxed),
            device_frames: core.shared.snapshot.read().device_frame,
            xruns: lifecycle
                .server_xruns
                .load(Relaxed)
                .max(counters.skips.load(Relaxed)),
            skipped_frames: counters.skipped_frames.load(Relaxed),
            clamped_frames: counters.clamped_frames.load(Relaxed),
            input_lost_frames: counters.input_lost_frames.load(Relaxed),
            midi_received: counters.midi_received.load(Relaxed),
            midi_input_lost: counters.midi_input_lost.load(Relaxed),
            midi_sent: counters.midi_sent.load(Relaxed),
            midi_late: counters.midi_late.load(Relaxed),
            midi_output_lost: counters.midi_output_lost.load(Relaxed),
            underruns: counters.underruns.load(Relaxed),
            underrun_frames: counters.underrun_frames.load(Relaxed),
            worst_load: f32::from_bits(counters.worst_load.load(Relaxed)).into(),
            mean_load: counters.busy_ns.load(Relaxed) as f64 / audio_ns.max(1) as f64,
            events_lost: core.events.lost_in_all() + counters.reports_lost.load(Relaxed),
            reconnects: lifecycle.reconnects.load(Relaxed),
            commands: RingLevel::of(&counters.commands, sizes.batches),
            retired: RingLevel::of(&counters.retired, sizes.retired()),
            events: RingLevel::of(&counters.reports, sizes.reports()),
            input_frames: RingLevel::of(&counters.input_frames, sizes.input_frames),
            resident_bytes: core.resident_bytes.0,
            locked_bytes: core.resident_bytes.1,
            realtime: lifecycle.realtime(),
        }
    }
}
