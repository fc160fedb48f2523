//! Hands what is recorded to its taps: inputs stamped with what was heard, outputs with what they
//! play.

use super::capture::heard;
use super::plan::Span;
use crate::error::Result;
use crate::link::{Chunk, EngineEnd, MAX_TAPS, RecordSource, Retired, TapWriter};
use crate::memory::{self, Keeper};

/// The recordings that are under way.
#[expect(
    clippy::vec_box,
    reason = "taking one out of its box would free the box here"
)]
pub(super) struct Taps(Vec<Box<TapWriter>>);

/// Audio thread only; no allocation, free or log. Wait-free, unless the period waits.
impl Taps {
    pub fn new() -> Result<Taps> {
        Ok(Taps(memory::room(MAX_TAPS, "the list of recorders")?))
    }

    pub fn keep_memory(&mut self, keeper: &mut impl Keeper) {
        keeper.keep_room_of(&mut self.0);
    }

    /// Begins to record. The control half sees to it that there are no more than [`MAX_TAPS`].
    pub fn add(&mut self, tap: Box<TapWriter>, link: &mut EngineEnd) {
        if self.0.len() < MAX_TAPS {
            self.0.push(tap);
        } else {
            link.retire(Retired::Tap(tap));
        }
    }

    /// Gives back those that have ended.
    pub fn release(&mut self, link: &mut EngineEnd) {
        let mut at = 0;
        while at < self.0.len() {
            if self.0[at].has_ended() && link.can_retire() {
                link.retire(Retired::Tap(self.0.swap_remove(at)));
            } else {
                at += 1;
            }
        }
    }

    pub fn run(&mut self, span: &Span<'_, '_, '_>) {
        for tap in &mut self.0 {
            match tap.source() {
                RecordSource::Input => {
                    for (offset, chunk) in heard(span) {
                        tap.write(span.inputs, offset, chunk, span.waits);
                    }
                }
                RecordSource::Output => {
                    tap.write(span.outputs, span.offset, played(span), span.waits);
                }
            }
        }
    }
}

/// The stamp of what a span plays.
fn played(span: &Span<'_, '_, '_>) -> Chunk {
    Chunk {
        frames: span.frames as u64,
        position: span.timeline.position_at(span.device_frame),
        device_frame: span.device_frame,
        time_ns: span.time_ns,
        ticket: span.timeline.ticket(),
        rolling: span.timeline.rolling(),
        lost_before: 0,
        xrun: span.after_skip,
        latency: span.latency,
    }
}
