//! The gains in force for each entry of a playspec on one interface, and the ramps between them.
//!
//! Only that interface's audio thread reads and writes them, so all accesses are relaxed. They are atomics
//! only because commands share the table with the control half.

use super::entry::{Entry, Gain};
use crate::error::Result;
use crate::memory;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

pub(crate) struct GainTable(Vec<Cell>);

struct Cell {
    from: [AtomicU32; 2],
    to: [AtomicU32; 2],
    start: AtomicU64,
    ramp: AtomicU64,
}

/// A gain that changes linearly from `from`, at device frame `start`, to `to`, `frames` later.
#[derive(Clone, Copy)]
pub(crate) struct Ramp {
    pub from: Gain,
    pub to: Gain,
    start: u64,
    pub frames: u64,
}

impl Ramp {
    /// How many frames after this device frame the gain reaches `to`.
    pub fn frames_left(&self, device_frame: u64) -> u64 {
        self.frames.saturating_sub(self.passed(device_frame))
    }

    /// How many frames before this device frame the ramp began.
    pub fn passed(&self, device_frame: u64) -> u64 {
        device_frame.saturating_sub(self.start)
    }

    pub fn at(&self, device_frame: u64) -> Gain {
        let passed = self.passed(device_frame);
        if passed >= self.frames {
            return self.to;
        }
        let part = passed as f32 / self.frames as f32;
        Gain {
            left: self.from.left + (self.to.left - self.from.left) * part,
            right: self.from.right + (self.to.right - self.from.right) * part,
        }
    }
}

impl GainTable {
    pub fn new(entries: &[Entry]) -> Result<GainTable> {
        let bits = |gain: Gain| [gain.left, gain.right].map(|g| AtomicU32::new(g.to_bits()));
        let cell = |entry: &Entry| Cell {
            from: bits(entry.gain),
            to: bits(entry.gain),
            start: AtomicU64::new(0),
            ramp: AtomicU64::new(0),
        };
        let cells = memory::collect(entries.iter().map(cell), "the gains of a playspec")?;
        Ok(GainTable(cells))
    }

    /// # Real-time contract
    /// Audio thread only; wait-free; no allocation, lock, system call or log.
    pub fn ramp(&self, entry: usize) -> Ramp {
        let cell = &self.0[entry];
        let gain = |bits: &[AtomicU32; 2]| Gain {
            left: f32::from_bits(bits[0].load(Relaxed)),
            right: f32::from_bits(bits[1].load(Relaxed)),
        };
        Ramp {
            from: gain(&cell.from),
            to: gain(&cell.to),
            start: cell.start.load(Relaxed),
            frames: cell.ramp.load(Relaxed),
        }
    }

    /// Changes the gain from its value at `device_frame` to `to`, within `frames`.
    ///
    /// # Real-time contract
    /// As [`GainTable::ramp`].
    pub fn set(&self, entry: usize, to: Gain, device_frame: u64, frames: u64) {
        let from = self.ramp(entry).at(device_frame);
        let cell = &self.0[entry];
        let store = |bits: &[AtomicU32; 2], gain: Gain| {
            bits[0].store(gain.left.to_bits(), Relaxed);
            bits[1].store(gain.right.to_bits(), Relaxed);
        };
        store(&cell.from, from);
        store(&cell.to, to);
        cell.start.store(device_frame, Relaxed);
        cell.ramp.store(frames, Relaxed);
    }
}
