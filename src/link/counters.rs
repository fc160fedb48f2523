//! Numbers that the engine keeps and anybody may read. Each has one writer.

use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering::Relaxed};

#[derive(Default)]
pub(crate) struct Counters {
    pub periods: AtomicU64,
    pub skips: AtomicU64,
    pub skipped_frames: AtomicU64,
    pub clamped_frames: AtomicU64,
    pub input_lost_frames: AtomicU64,
    pub underruns: AtomicU64,
    pub underrun_frames: AtomicU64,
    pub reports_lost: AtomicU64,
    pub midi_received: AtomicU64,
    pub midi_input_lost: AtomicU64,
    pub midi_sent: AtomicU64,
    pub midi_late: AtomicU64,
    pub midi_output_lost: AtomicU64,
    pub busy_ns: AtomicU64,
    pub audio_ns: AtomicU64,
    /// Bits of the largest `f32` fraction of a period that a callback has taken.
    pub worst_load: AtomicU32,
    pub commands: Level,
    pub retired: Level,
    pub reports: Level,
    pub input_frames: Level,
}

impl Counters {
    /// Adds without an atomic read-modify-write, which a single writer does not need.
    pub fn add(&self, counter: &AtomicU64, n: u64) {
        counter.store(counter.load(Relaxed) + n, Relaxed);
    }

    /// Notes that it took `busy_ns` to compute `audio_ns` of sound.
    pub fn note_load(&self, busy_ns: u64, audio_ns: u64) {
        self.add(&self.busy_ns, busy_ns);
        self.add(&self.audio_ns, audio_ns);
        let load = busy_ns as f32 / audio_ns.max(1) as f32;
        if load > f32::from_bits(self.worst_load.load(Relaxed)) {
            self.worst_load.store(load.to_bits(), Relaxed);
        }
    }
}

/// How full a ring is, and how full it was at most.
#[derive(Default)]
pub(crate) struct Level {
    now: AtomicUsize,
    high_water: AtomicUsize,
}

impl Level {
    pub fn note(&self, occupied: usize) {
        self.now.store(occupied, Relaxed);
        if occupied > self.high_water.load(Relaxed) {
            self.high_water.store(occupied, Relaxed);
        }
    }

    pub fn now(&self) -> usize {
        self.now.load(Relaxed)
    }

    pub fn high_water(&self) -> usize {
        self.high_water.load(Relaxed)
    }
}
