//! Cuts what comes in into blocks. Audio thread; wait-free; no allocation, free, lock, system call or log.
#![forbid(unsafe_code)]

use super::block::{Block, End};
use crate::spsc::{Consumer, Observer, Producer};

pub(super) struct Cutter {
    end: End,
    block_frames: usize,
    state: State,
    /// The frame after the last cycle.
    expected: Option<u32>,
    lost: u64,
    xruns: u64,
}

enum State {
    Between,
    /// A block, and how many frames of it are there.
    Filling(Block, usize),
    /// How many frames of a block that is lost are still to come.
    Losing(usize),
}

impl Cutter {
    /// `end` brings blocks to be filled.
    pub fn new(end: End, block_frames: usize) -> Cutter {
        Cutter {
            end,
            block_frames,
            state: State::Between,
            expected: None,
            lost: 0,
            xruns: 0,
        }
    }

    /// A cycle begins at a frame of the server's clock. If that is not the next one, the block that was begun is lost.
    pub fn begin(&mut self, first: u32, frames: usize) {
        let expected = self.expected.replace(first.wrapping_add(frames as u32));
        let skipped = first.wrapping_sub(expected.unwrap_or(first)).cast_signed();
        if skipped == 0 {
            return;
        }
        self.xruns += 1;
        // What is not there yet of a block that is lost counts as it comes.
        if let State::Losing(_) = self.state {
            self.state = State::Between;
        }
        if let State::Filling(_, filled) = &mut self.state {
            self.lost += *filled as u64;
            *filled = 0;
        }
        // A late cycle on jackd is told a frame that is too high, and the next one is told the right one.
        self.lost = self.lost.saturating_add_signed(skipped.into());
        self.stamp(first);
    }

    /// Whether the next frame begins a block for which there is no room.
    pub fn is_stuck(&self) -> bool {
        matches!(self.state, State::Between) && self.end.from.is_empty()
    }

    /// Takes up to so many frames from `frame` on; returns how many. `copy` is given the samples to fill of each port.
    /// Also returns whether a block is complete, which the program can take now.
    pub fn take(
        &mut self,
        frame: u32,
        frames: usize,
        mut copy: impl FnMut(usize, &mut [f32]),
    ) -> (usize, bool) {
        if matches!(self.state, State::Between) {
            self.state = match self.end.from.try_pop() {
                Some(block) => State::Filling(block, 0),
                None => State::Losing(self.block_frames),
            };
            self.stamp(frame);
        }
        match &mut self.state {
            State::Losing(left) => {
                let taken = frames.min(*left);
                *left -= taken;
                self.lost += taken as u64;
                if *left == 0 {
                    self.state = State::Between;
                }
                (taken, false)
            }
            State::Filling(block, filled) => {
                let taken = frames.min(self.block_frames - *filled);
                let ports = block.samples.chunks_exact_mut(self.block_frames);
                for (port, samples) in ports.enumerate() {
                    copy(port, &mut samples[*filled..*filled + taken]);
                }
                *filled += taken;
                (taken, self.finish())
            }
            State::Between => (0, false),
        }
    }

    /// Writes on a block that begins when it begins.
    fn stamp(&mut self, frame: u32) {
        if let State::Filling(block, _) = &mut self.state {
            block.frame = frame;
            block.lost = self.lost;
            block.xruns = self.xruns;
        }
    }

    /// Hands over a block that is full.
    fn finish(&mut self) -> bool {
        match std::mem::replace(&mut self.state, State::Between) {
            State::Filling(block, filled) if filled == self.block_frames => {
                let has_room = self.end.to.try_push(block).is_ok();
                debug_assert!(has_room, "there is room for all");
                true
            }
            other => {
                self.state = other;
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::block::blocks;
    use super::*;

    /// Lets cycles run, each given by its first frame and its length; a sample is its frame. Returns the blocks, as the
    /// frame and the frames lost and skips before, with the samples checked.
    fn cut(
        cutter: &mut Cutter,
        program: &mut End,
        cycles: &[(u32, usize)],
    ) -> Vec<(u32, u64, u64)> {
        for &(first, frames) in cycles {
            cutter.begin(first, frames);
            let mut done = 0;
            while done < frames {
                let frame = first.wrapping_add(done as u32);
                let (taken, _) = cutter.take(frame, frames - done, |port, samples| {
                    for (sample, offset) in samples.iter_mut().zip(0..) {
                        *sample = (frame + offset + 1000 * port as u32) as f32;
                    }
                });
                assert!(taken > 0);
                done += taken;
            }
        }
        let mut found = Vec::new();
        while let Some(block) = program.from.try_pop() {
            let length = block.samples.len() / 2;
            for (place, sample) in block.samples.iter().enumerate() {
                let offset = (place % length + place / length * 1000) as u32;
                assert_eq!(*sample, (block.frame + offset) as f32);
            }
            found.push((block.frame, block.lost, block.xruns));
            program.to.try_push(block).ok().expect("room");
        }
        found
    }

    #[test]
    fn blocks_of_any_length_follow_each_other() {
        for block_frames in [1, 3, 64, 100] {
            let (audio, mut program) = blocks(1000, 2, block_frames).expect("memory");
            let mut cutter = Cutter::new(audio, block_frames);
            let cycles: Vec<_> = (0..10).map(|cycle| (5 + cycle * 64, 64)).collect();
            let found = cut(&mut cutter, &mut program, &cycles);
            assert_eq!(found.len(), 640 / block_frames);
            for (number, block) in found.iter().enumerate() {
                assert_eq!(*block, (5 + (number * block_frames) as u32, 0, 0));
            }
        }
    }

    #[test]
    fn whole_blocks_are_lost_where_nobody_reads_and_are_counted() {
        let (audio, mut program) = blocks(2, 2, 10).expect("memory");
        let mut cutter = Cutter::new(audio, 10);
        // Blocks at 0 and 10 find room, those at 20, 30 and 40 do not.
        let found = cut(&mut cutter, &mut program, &[(0, 16), (16, 16), (32, 16)]);
        assert_eq!(found, [(0, 0, 0), (10, 0, 0)]);
        let found = cut(&mut cutter, &mut program, &[(48, 16), (64, 16)]);
        assert_eq!(found, [(50, 30, 0), (60, 30, 0)]);
    }

    #[test]
    fn a_block_in_which_frames_are_skipped_is_lost_with_them() {
        let (audio, mut program) = blocks(4, 2, 10).expect("memory");
        let mut cutter = Cutter::new(audio, 10);
        let found = cut(&mut cutter, &mut program, &[(0, 16), (20, 16), (30, 16)]);
        // From 10 to 20: six frames came, and four were skipped. From 20 to 30: the clock went back by six, which
        // makes up for the six that were begun.
        assert_eq!(found, [(0, 0, 0), (20, 10, 1), (30, 10, 2)]);
    }
}
