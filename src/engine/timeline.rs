//! The transport, the queue of swaps, and where the timeline was.

use super::history::{History, Segment};
use super::pending::Pending;
use super::scene::{Scenes, SoundingSwap};
use crate::error::Result;
use crate::link::{Outgoing, QueuedSwap, Report, ReportKind, SkipPolicy};
use crate::memory::Keeper;
use crate::units::{MAX_POSITION, Ticket};

pub(super) struct Timeline {
    scenes: Scenes,
    pending: Pending,
    history: History,
}

/// Audio thread only; wait-free; no allocation, free, lock, system call, log or panic.
impl Timeline {
    pub fn new(declick: u64, swaps: usize) -> Result<Timeline> {
        Ok(Timeline {
            scenes: Scenes::new(declick)?,
            pending: Pending::new(swaps)?,
            history: History::new()?,
        })
    }

    pub fn keep_memory(&mut self, keeper: &mut impl Keeper) {
        self.scenes.keep_memory(keeper);
        self.pending.keep_memory(keeper);
        self.history.keep_memory(keeper);
    }

    pub fn scenes(&self) -> &Scenes {
        &self.scenes
    }

    pub fn history(&self) -> &History {
        &self.history
    }

    pub fn position_at(&self, device_frame: u64) -> i64 {
        self.scenes.current().position_at(device_frame)
    }

    pub fn rolling(&self) -> bool {
        self.scenes.current().rolling
    }

    /// The swap in force.
    pub fn ticket(&self) -> Ticket {
        let source = self.scenes.current().source.as_ref();
        source.map_or(Ticket::NONE, SoundingSwap::ticket)
    }

    pub fn queue(&mut self, swap: QueuedSwap) {
        self.pending.push(swap);
    }

    /// Takes a swap out of the queue, if it is still there.
    pub fn remove(&mut self, order: u64) -> Option<QueuedSwap> {
        self.pending.remove(order)
    }

    pub fn seek(&mut self, position: i64, at: u64, outgoing: &mut Outgoing) {
        self.cut(None, position, self.rolling(), at, outgoing);
    }

    pub fn roll(&mut self, rolling: bool, at: u64, outgoing: &mut Outgoing) {
        if rolling != self.rolling() {
            self.cut(None, self.position_at(at), rolling, at, outgoing);
        }
    }

    /// Counts device frames that were not played, from `at` on.
    pub fn skip(&mut self, frames: u64, at: u64, policy: SkipPolicy) {
        if policy == SkipPolicy::CatchUp {
            return;
        }
        let position = self.position_at(at);
        let rolling = self.rolling();
        if rolling {
            self.note(at, position, false);
        }
        self.scenes.slip(frames);
        if rolling {
            self.note(at + frames, position, true);
        }
    }

    /// Applies the swaps that are due at a device frame. If there are several, only the last one sounds.
    pub fn apply_due(&mut self, at: u64, time_ns: u64, outgoing: &mut Outgoing) {
        let mut position = self.position_at(at);
        let mut taken: Option<(QueuedSwap, u64)> = None;
        while let Some(swap) = self.pending.front()
            && swap.when.insert_at <= position
            && outgoing.can_retire()
            && let Some(swap) = self.pending.pop_front()
        {
            let late = swap.when.late_at(position);
            let ticket = swap.ticket;
            let mut report = |kind, position| {
                outgoing.report(Report {
                    kind,
                    position,
                    device_frame: at,
                    time_ns,
                });
            };
            let Some(taken_at) = swap.when.taken_at(position) else {
                report(ReportKind::Cancelled { ticket, late: true }, position);
                outgoing.retire(swap);
                continue;
            };
            if let Some((superseded, _)) = taken.take() {
                let ticket = superseded.ticket;
                report(ReportKind::Superseded { ticket }, position);
                outgoing.retire(superseded);
            }
            position = taken_at.min(2 * MAX_POSITION);
            taken = Some((swap, late));
        }
        let Some((swap, late_frames)) = taken else {
            return;
        };
        let ticket = swap.ticket;
        self.cut(
            Some(SoundingSwap::new(swap)),
            position,
            self.rolling(),
            at,
            outgoing,
        );
        outgoing.report(Report {
            kind: ReportKind::Applied {
                ticket,
                late_frames,
            },
            position,
            device_frame: at,
            time_ns,
        });
    }

    /// For how many frames the timeline is continuous from here on.
    pub fn frames_to_next_swap(&self, device_frame: u64) -> u64 {
        match self.pending.front() {
            // A swap that is due may wait until its predecessor can be retired. Look again with the next frame.
            Some(swap) if self.rolling() => swap
                .when
                .insert_at
                .saturating_sub(self.position_at(device_frame))
                .max(1) as u64,
            _ => u64::MAX,
        }
    }

    /// Forgets the scenes that have faded, and the history that is too old to be heard in the input.
    pub fn forget(&mut self, device_frame: u64, round_trip: u64, outgoing: &mut Outgoing) {
        self.scenes.forget(device_frame, outgoing);
        /// Latencies may grow by this much before the stamps of old frames become inexact.
        const SPARE_FRAMES: i64 = 1 << 17;
        let oldest = device_frame as i64 - round_trip as i64 - SPARE_FRAMES;
        self.history.forget_before(oldest);
    }

    /// Begins a scene with another playspec, or with the one in force.
    fn cut(
        &mut self,
        source: Option<SoundingSwap>,
        position: i64,
        rolling: bool,
        at: u64,
        outgoing: &mut Outgoing,
    ) {
        let source = source.or_else(|| {
            self.scenes
                .current()
                .source
                .as_ref()
                .map(SoundingSwap::share)
        });
        self.scenes.cut(source, position, rolling, at, outgoing);
        self.note(at, position, rolling);
    }

    fn note(&mut self, device_frame: u64, position: i64, rolling: bool) {
        self.history.note(Segment {
            start: device_frame as i64,
            position,
            rolling,
            ticket: self.ticket(),
        });
    }
}
