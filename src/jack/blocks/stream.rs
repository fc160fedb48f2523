//! The audio thread's end of a block exchange.

use super::cutter::Cutter;
use super::options::default_latency;
use super::player::{Part, Player};
use crate::jack::cycle::Cycle;
use crate::jack::cycle_parts::Stream;
use crate::jack::mail::{Mail, Patience};
use crate::jack::process_port::{AudioInput, AudioOutput};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

pub(super) struct BlockStream {
    pub block_frames: usize,
    /// The longest period so far, and the frame rate, where the latency rises with the period.
    pub rises: Option<(u32, u32)>,
    pub inputs: Vec<AudioInput>,
    pub outputs: Vec<AudioOutput>,
    pub cutter: Cutter,
    pub player: Player,
    pub input_patience: Patience,
    pub output_patience: Patience,
    pub mail: Arc<Mail>,
    pub played: Arc<Played>,
}

/// What the output side has counted so far.
#[derive(Default)]
pub(super) struct Played {
    pub missed: AtomicU64,
    pub late: AtomicU64,
    /// The latency in frames, as it is now.
    pub latency: AtomicU32,
}

impl BlockStream {
    /// The program answers a block at the earliest a period after it has begun: a longer period needs a longer latency.
    fn follow_period(&mut self, frames: u32) {
        let Some((longest, rate_hz)) = &mut self.rises else {
            return;
        };
        if frames > *longest {
            *longest = frames;
            let latency = default_latency(self.block_frames as u32, frames, *rate_hz);
            self.player.latency_frames = latency.max(self.player.latency_frames);
            let latency = self.player.latency_frames;
            self.played.latency.store(latency, Ordering::Relaxed);
        }
    }
}

impl Stream for BlockStream {
    fn take(&mut self, cycle: &mut Cycle<'_>) {
        let (first, frames) = (cycle.first_frame(), cycle.frames());
        self.follow_period(frames as u32);
        let (cutter, inputs) = (&mut self.cutter, &self.inputs);
        cutter.begin(first, frames);
        let mut done = 0;
        while done < frames {
            if cycle.may_block && cutter.is_stuck() {
                let has_room = || !cutter.is_stuck();
                self.input_patience
                    .wait_until(&self.mail, cycle.waits, has_room);
            }
            let frame = first.wrapping_add(done as u32);
            let (taken, is_complete) = cutter.take(frame, frames - done, |port, samples| {
                cycle.read_from(done, &inputs[port], samples);
            });
            done += taken;
            if is_complete {
                self.mail.deliver(1, cycle.may_block);
            }
        }
    }

    fn give(&mut self, cycle: &mut Cycle<'_>) {
        if self.outputs.is_empty() {
            return;
        }
        let (first, frames) = (cycle.first_frame(), cycle.frames());
        let player = &mut self.player;
        let mut done = 0;
        while done < frames {
            if cycle.may_block && player.is_starved(first, frames) {
                let has_more = || !player.is_starved(first, frames);
                self.output_patience
                    .wait_until(&self.mail, cycle.waits, has_more);
            }
            let frame = first.wrapping_add(done as u32);
            let part = player.next(frame, frames - done);
            let length = match &part {
                Part::Silence(length) => *length,
                Part::Samples(_, range) => range.len(),
            };
            for (port, output) in self.outputs.iter_mut().enumerate() {
                let Some(samples) = cycle.output(output) else {
                    continue;
                };
                let samples = &mut samples[done..done + length];
                match &part {
                    Part::Silence(_) => samples.fill(0.0),
                    Part::Samples(block, range) => {
                        let begin = port * self.block_frames + range.start;
                        samples.copy_from_slice(&block.samples[begin..begin + length]);
                    }
                }
            }
            done += length;
        }
        self.played.late.store(player.late, Ordering::Relaxed);
        self.played.missed.store(player.missed, Ordering::Release);
    }
}
