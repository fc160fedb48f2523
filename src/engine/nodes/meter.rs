//! Measures inputs and outputs. Outputs are measured before the clamp, so that clipping shows.
//!
//! Time is divided into blocks of 10 ms, which begin at fixed device frames. The published level covers the last
//! whole blocks and the block that has begun. So it is the same at the same device frame, whatever the
//! periods were.

use crate::engine::buffers::Ports;
use crate::engine::node::{Clock, Node, Outbox};
use crate::error::Result;
use crate::kernels::{self, Kernels, LANES, Levels};
use crate::link::{Gauge, Meters, Reading};
use crate::memory::{self, Keeper};
use crate::sys::Resident;
use crate::units::Rate;

/// How many whole blocks a meter covers: with the block that has begun, 290 to 300 ms.
const BLOCKS: usize = 29;
const BLOCKS_PER_SECOND: u32 = 100;
/// The length of the arrays that hold the blocks: a power of two, which SIMD code sums quickly.
const ROOM: usize = BLOCKS.next_power_of_two();

pub(crate) struct Meter {
    kernels: Kernels,
    inputs: Vec<MeteredChannel>,
    outputs: Vec<MeteredChannel>,
    block_frames: usize,
    /// How many frames of the current block have passed.
    begun: usize,
    /// The index of the oldest whole block.
    oldest: usize,
    /// The device frame after what was measured.
    device_frame: u64,
}

impl Meter {
    pub fn new(kernels: Kernels, rate: Rate, meters: &Meters) -> Result<Meter> {
        let channels =
            |gauges: &[Gauge]| memory::filled(MeteredChannel::default(), gauges.len(), "meters");
        Ok(Meter {
            kernels,
            inputs: channels(&meters.inputs)?,
            outputs: channels(&meters.outputs)?,
            block_frames: (rate.hz() / BLOCKS_PER_SECOND) as usize,
            begun: 0,
            oldest: 0,
            device_frame: 0,
        })
    }

    /// Frames that the device skipped count as silence.
    fn skip(&mut self, frames: u64) {
        let block = self.block_frames as u64;
        let begun = self.begun as u64 + frames;
        // After one block more than there are, nothing of the old ones is left.
        for _ in 0..(begun / block).min(BLOCKS as u64 + 1) {
            self.end_block();
        }
        self.begun = (begun % block) as usize;
    }

    fn end_block(&mut self) {
        for channel in self.inputs.iter_mut().chain(&mut self.outputs) {
            channel.end_block(self.oldest);
        }
        self.oldest = (self.oldest + 1) % BLOCKS;
        self.begun = 0;
    }
}

impl Node for Meter {
    fn keep_memory(&mut self, resident: &mut Resident) {
        resident.keep_items(&mut self.inputs);
        resident.keep_items(&mut self.outputs);
    }

    /// Measures what comes in at its input ports, and what the nodes before have left at its output ports.
    fn run(&mut self, clock: &Clock<'_>, ports: &mut Ports<'_, '_>, outbox: &mut Outbox) {
        self.skip(clock.device_frame - self.device_frame);
        self.device_frame = clock.device_frame + clock.frames as u64;
        let mut done = 0;
        while done < clock.frames {
            let now = (clock.frames - done).min(self.block_frames - self.begun);
            let part = done..done + now;
            for (channel, samples) in self.inputs.iter_mut().zip(ports.inputs) {
                channel.add(self.kernels, self.begun, &samples[part.clone()]);
            }
            for (channel, samples) in self.outputs.iter_mut().zip(ports.outputs.iter()) {
                channel.add(self.kernels, self.begun, &samples[part.clone()]);
            }
            self.begun += now;
            if self.begun == self.block_frames {
                self.end_block();
            }
            done += now;
        }
        let meters = &outbox.shared().meters;
        let window = BLOCKS * self.block_frames + self.begun;
        let pairs = self.inputs.iter().zip(&meters.inputs);
        for (channel, gauge) in pairs.chain(self.outputs.iter().zip(&meters.outputs)) {
            gauge.write(channel.reading(window));
        }
    }
}

#[derive(Clone)]
struct MeteredChannel {
    /// The sums of the current block so far.
    levels: Levels,
    /// The peak of each whole block.
    peaks: [f32; ROOM],
    /// The sum of squares of each whole block.
    squares: [f32; ROOM],
    /// Over all whole blocks.
    peak: f32,
    square: f32,
    clipped: u64,
}

impl Default for MeteredChannel {
    fn default() -> MeteredChannel {
        MeteredChannel {
            levels: Levels::default(),
            peaks: [0.0; ROOM],
            squares: [0.0; ROOM],
            peak: 0.0,
            square: 0.0,
            clipped: 0,
        }
    }
}

impl MeteredChannel {
    /// Adds samples at the index `begun` of a block. The index decides which SIMD lane a sample goes
    /// to, so each lane adds the same samples in the same order for every period size.
    fn add(&mut self, kernels: Kernels, begun: usize, samples: &[f32]) {
        let lane = begun % LANES;
        let head = (LANES - lane) % LANES;
        let (head, rest) = samples.split_at(head.min(samples.len()));
        self.levels.add(lane, head);
        let (rows, rest) = rest.as_chunks::<LANES>();
        (kernels.measure)(&mut self.levels, rows);
        self.levels.add(0, rest);
    }

    fn end_block(&mut self, oldest: usize) {
        let levels = std::mem::take(&mut self.levels);
        self.peaks[oldest] = levels.peak();
        self.squares[oldest] = levels.square();
        self.clipped += levels.clipped();
        self.peak = kernels::greatest(self.peaks);
        self.square = kernels::sum(self.squares);
    }

    fn reading(&self, window_frames: usize) -> Reading {
        Reading {
            peak: self.peak.max(self.levels.peak()),
            mean_square: (self.square + self.levels.square()) / window_frames as f32,
            clipped: self.clipped + self.levels.clipped(),
        }
    }
}
