//! Plays blocks at their frames. Audio thread; wait-free; no allocation, free, lock, system call or log.
#![forbid(unsafe_code)]

use super::block::{Block, End};
use crate::spsc::{Consumer, Observer, Producer};
use std::ops::Range;

pub(super) struct Player {
    end: End,
    block_frames: usize,
    pub latency_frames: u32,
    /// Where the first answer is due. `None` before the first cycle.
    first_answer: Option<u32>,
    /// A block, and how many frames of it are played or dropped.
    current: Option<(Block, usize)>,
    /// Whether anything was played.
    has_begun: bool,
    /// Frames in which nothing was there to be played, since the first that was.
    pub missed: u64,
    /// Frames that came after their time.
    pub late: u64,
}

/// What goes out next.
pub(super) enum Part<'a> {
    /// So many frames of silence.
    Silence(usize),
    /// These frames of a block.
    Samples(&'a Block, Range<usize>),
}

impl Player {
    /// `end` brings blocks to be played.
    pub fn new(end: End, block_frames: usize, latency_frames: u32) -> Player {
        Player {
            end,
            block_frames,
            latency_frames,
            first_answer: None,
            current: None,
            has_begun: false,
            missed: 0,
            late: 0,
        }
    }

    /// Whether output is due in a cycle, as far as can be known, and none waits.
    pub fn is_starved(&mut self, first_frame: u32, frames: usize) -> bool {
        let block = self.block_frames as u32;
        // An exchange answers a block before the first one. None is answered before it is there.
        let first = self.latency_frames.saturating_sub(block).max(block);
        let first = *self
            .first_answer
            .get_or_insert(first_frame.wrapping_add(first));
        let end = first_frame.wrapping_add(frames as u32);
        let is_due = self.has_begun || end.wrapping_sub(first).cast_signed() > 0;
        let is_done = |(_, used): &(Block, usize)| *used == self.block_frames;
        is_due && self.current.as_ref().is_none_or(is_done) && self.end.from.is_empty()
    }

    /// What goes out from `frame` on, at most so many frames, which are not 0.
    pub fn next(&mut self, frame: u32, frames: usize) -> Part<'_> {
        let mut length = frames;
        let range = loop {
            let Some((begin, used)) = self.current_block() else {
                break None;
            };
            let ahead = begin.wrapping_sub(frame).cast_signed();
            if ahead > 0 {
                length = length.min(ahead as usize);
                break None;
            }
            // A block that is this far behind is late as a whole.
            let due = (ahead.unsigned_abs() as usize).min(self.block_frames);
            self.late += due.saturating_sub(used) as u64;
            let played = due.max(used);
            if played < self.block_frames {
                break Some(played..self.block_frames.min(played + length));
            }
            self.give_back();
        };
        match (range, &mut self.current) {
            (Some(range), Some((block, used))) => {
                *used = range.end;
                self.has_begun = true;
                Part::Samples(block, range)
            }
            _ => {
                if self.has_begun {
                    self.missed += length as u64;
                }
                Part::Silence(length)
            }
        }
    }

    /// Where the block begins that is played next, and how much of it is done.
    fn current_block(&mut self) -> Option<(u32, usize)> {
        if self.current.is_none() {
            self.current = self.end.from.try_pop().map(|block| (block, 0));
        }
        self.current
            .as_ref()
            .map(|(block, used)| (block.frame, *used))
    }

    fn give_back(&mut self) {
        if let Some((block, _)) = self.current.take() {
            let has_room = self.end.to.try_push(block).is_ok();
            debug_assert!(has_room, "there is room for all");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::block::blocks;
    use super::*;

    fn write(program: &mut End, frame: u32) {
        let mut block = program.from.try_pop().expect("a block is free");
        block.frame = frame;
        for (sample, offset) in block.samples.iter_mut().zip(0..) {
            *sample = (frame + offset) as f32;
        }
        program.to.try_push(block).ok().expect("room");
    }

    /// Plays a cycle; each sample is 0, or its frame.
    fn play(player: &mut Player, first: u32, frames: usize) -> Vec<Option<u32>> {
        let mut played = Vec::new();
        while played.len() < frames {
            let frame = first + played.len() as u32;
            match player.next(frame, frames - played.len()) {
                Part::Silence(count) => played.extend(vec![None; count]),
                Part::Samples(block, range) => {
                    played.extend(
                        block.samples[range]
                            .iter()
                            .map(|sample| Some(*sample as u32)),
                    );
                }
            }
        }
        assert_eq!(played.len(), frames);
        let right = (first..)
            .zip(&played)
            .all(|(frame, sample)| sample.is_none_or(|s| s == frame));
        assert!(right, "{first}: {played:?}");
        played
    }

    fn silent(played: &[Option<u32>]) -> usize {
        played.iter().filter(|sample| sample.is_none()).count()
    }

    #[test]
    fn blocks_sound_at_their_frames_and_gaps_are_counted() {
        let (mut program, audio) = blocks(4, 1, 10).expect("memory");
        let mut player = Player::new(audio, 10, 30);
        write(&mut program, 20);
        write(&mut program, 30);
        write(&mut program, 45);
        assert_eq!(silent(&play(&mut player, 0, 16)), 16);
        assert_eq!(silent(&play(&mut player, 16, 16)), 4);
        assert_eq!(silent(&play(&mut player, 32, 16)), 5);
        assert_eq!(silent(&play(&mut player, 48, 16)), 9);
        assert_eq!((player.missed, player.late), (14, 0));
        assert!(player.is_starved(64, 16));
    }

    #[test]
    fn what_comes_late_is_dropped_up_to_the_frame_that_is_due() {
        let (mut program, audio) = blocks(4, 1, 10).expect("memory");
        let mut player = Player::new(audio, 10, 30);
        write(&mut program, 0);
        assert_eq!(silent(&play(&mut player, 0, 16)), 6);
        write(&mut program, 10);
        write(&mut program, 20);
        // The first six were due before, then the server skips 4 frames.
        assert_eq!(silent(&play(&mut player, 20, 16)), 6);
        assert_eq!((player.missed, player.late), (12, 10));
        write(&mut program, 30);
        assert_eq!(silent(&play(&mut player, 36, 4)), 0);
        assert_eq!((player.missed, player.late), (12, 16));
    }

    #[test]
    fn the_first_answer_is_waited_for_where_it_is_due() {
        let (mut program, audio) = blocks(4, 1, 10).expect("memory");
        let mut player = Player::new(audio, 10, 30);
        assert!(!player.is_starved(100, 10));
        assert!(!player.is_starved(110, 10));
        assert!(player.is_starved(111, 10));
        write(&mut program, 130);
        assert!(!player.is_starved(111, 10));
        // A block that was played to its end is none.
        play(&mut player, 130, 10);
        assert!(player.is_starved(140, 10));
    }
}
