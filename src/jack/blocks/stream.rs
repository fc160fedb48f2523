//! The audio thread's end of a block exchange.

use super::cutter::Cutter;
use super::player::{Part, Player};
use crate::jack::cycle::Cycle;
use crate::jack::cycle_parts::Stream;
use crate::jack::mail::{Mail, Patience};
use crate::jack::process_port::{AudioInput, AudioOutput};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub(super) struct BlockStream {
    pub block_frames: usize,
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
}

impl Stream for BlockStream {
    fn take(&mut self, cycle: &mut Cycle<'_>) {
        let (first, frames) = (cycle.stream_frame, cycle.frames());
        let (cutter, inputs) = (&mut self.cutter, &self.inputs);
        cutter.begin(first, frames);
        let mut done = 0;
        while done < frames {
            if cycle.may_block && cutter.is_stuck() {
                let has_room = || !cutter.is_stuck();
                self.input_patience.wait_until(&self.mail, has_room);
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
        let (first, frames) = (cycle.stream_frame, cycle.frames());
        let player = &mut self.player;
        let mut done = 0;
        while done < frames {
            if cycle.may_block && player.is_starved(first, frames) {
                let has_more = || !player.is_starved(first, frames);
                self.output_patience.wait_until(&self.mail, has_more);
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
