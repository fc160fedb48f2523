//! MIDI messages that wait for their frame.

use crate::error::Result;
use crate::memory::{self, Keeper};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Messages lie in chained blocks of so many bytes, so that they can come and go in any order without gaps that
/// are too small. Most messages have three bytes.
pub(crate) const BLOCK_BYTES: usize = 16;

/// How many blocks a message of so many bytes takes.
pub(crate) fn blocks_of(bytes: usize) -> usize {
    bytes.div_ceil(BLOCK_BYTES)
}

const END: u32 = u32::MAX;

/// What memory is for.
const WHAT: &str = "MIDI messages that wait for their frame";

/// Messages that wait, each for a frame of one clock. They come out in the order of their frames; those of one frame in the
/// order of their numbers.
pub(crate) struct Pending<T> {
    /// How many may wait.
    messages: usize,
    waiting: BinaryHeap<Reverse<Message<T>>>,
    blocks: Vec<[u8; BLOCK_BYTES]>,
    /// The block after each one, of the same message or of the free blocks.
    next: Vec<u32>,
    free: u32,
    free_blocks: usize,
}

/// A message without its bytes.
#[derive(Clone, Copy)]
pub(crate) struct Message<T> {
    pub frame: i64,
    /// Whatever its sender wants to know again.
    pub about: T,
    /// Greater than those of all messages that came before.
    pub number: u64,
    /// How many bytes it has.
    pub bytes: u32,
    first_block: u32,
}

impl<T> PartialEq for Message<T> {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl<T> Eq for Message<T> {}

impl<T> PartialOrd for Message<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Message<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl<T> Message<T> {
    fn key(&self) -> (i64, u64) {
        (self.frame, self.number)
    }
}

/// Audio thread only, but for `new` and `keep_memory`; no allocation, free, lock, system call, log or panic. The time
/// grows with the bytes of a message, and with the logarithm of how many wait.
impl<T: Copy> Pending<T> {
    /// With room for so many messages, and so many blocks of their bytes.
    ///
    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    pub fn new(messages: usize, blocks: usize) -> Result<Pending<T>> {
        let mut next = memory::room(blocks, WHAT)?;
        next.extend((1..blocks as u32).chain([END]));
        Ok(Pending {
            messages,
            waiting: BinaryHeap::from(memory::touched_room(messages, WHAT)?),
            blocks: memory::filled([0; BLOCK_BYTES], blocks, WHAT)?,
            next,
            free: 0,
            free_blocks: blocks,
        })
    }

    /// Hands over the memory that is written to. Not for the audio thread.
    pub fn keep_memory(&mut self, keeper: &mut impl Keeper) {
        let mut waiting = std::mem::take(&mut self.waiting).into_vec();
        keeper.keep_room_of(&mut waiting);
        self.waiting = BinaryHeap::from(waiting);
        keeper.keep_items(&mut self.blocks);
        keeper.keep_items(&mut self.next);
    }

    /// Whether another message of so many bytes finds room.
    pub fn has_room(&self, bytes: usize) -> bool {
        self.waiting.len() < self.messages && blocks_of(bytes) <= self.free_blocks
    }

    /// Adds a message; `number` is greater than those of all before. Only if [`Pending::has_room`].
    pub fn push(&mut self, frame: i64, number: u64, about: T, message: &[u8]) {
        debug_assert!(self.has_room(message.len()));
        let first_block = self.store(message);
        self.waiting.push(Reverse(Message {
            frame,
            about,
            number,
            bytes: message.len() as u32,
            first_block,
        }));
    }

    /// The next message, if its frame is before this one.
    pub fn next_before(&self, frame: i64) -> Option<Message<T>> {
        let Reverse(next) = self.waiting.peek()?;
        (next.frame < frame).then_some(*next)
    }

    /// Copies the bytes of a message that [`Pending::next_before`] has shown.
    pub fn copy(&self, message: &Message<T>, bytes: &mut [u8]) {
        let mut block = message.first_block;
        for part in bytes.chunks_mut(BLOCK_BYTES) {
            let Some(kept) = self.blocks.get(block as usize) else {
                return;
            };
            part.copy_from_slice(&kept[..part.len()]);
            block = self.next[block as usize];
        }
    }

    /// Takes out the next message, whose bytes stay. Then it is to be freed.
    pub fn take_next(&mut self) {
        self.waiting.pop();
    }

    /// Removes the next message, and its bytes.
    pub fn remove_next(&mut self) {
        if let Some(Reverse(message)) = self.waiting.pop() {
            self.free(message);
        }
    }

    /// Removes the bytes of a message that was taken out.
    pub fn free(&mut self, message: Message<T>) {
        let mut block = message.first_block;
        while block != END {
            let next = std::mem::replace(&mut self.next[block as usize], self.free);
            self.free = block;
            self.free_blocks += 1;
            block = next;
        }
    }

    /// Forgets all messages. Returns how many, and how many blocks they had. None is taken out and not freed.
    pub fn clear(&mut self) -> (usize, usize) {
        let count = self.next.len();
        let forgotten = (self.waiting.len(), count - self.free_blocks);
        self.waiting.clear();
        for (next, number) in self.next.iter_mut().zip(1..) {
            *next = if number < count as u32 { number } else { END };
        }
        (self.free, self.free_blocks) = (0, count);
        forgotten
    }

    /// Puts the bytes into blocks. Returns the first one.
    fn store(&mut self, message: &[u8]) -> u32 {
        let (mut first, mut last) = (END, END);
        for part in message.chunks(BLOCK_BYTES) {
            let block = self.free;
            if block == END {
                break;
            }
            self.free = self.next[block as usize];
            self.free_blocks -= 1;
            self.next[block as usize] = END;
            self.blocks[block as usize][..part.len()].copy_from_slice(part);
            match last {
                END => first = block,
                last => self.next[last as usize] = block,
            }
            last = block;
        }
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGES: usize = 2_000;
    const BLOCKS: usize = 10_000;

    fn pending() -> Pending<u8> {
        Pending::new(MESSAGES, BLOCKS).expect("memory")
    }

    fn take(pending: &mut Pending<u8>, before: i64) -> Option<(i64, u8, Vec<u8>)> {
        let next = pending.next_before(before)?;
        let mut bytes = vec![0; next.bytes as usize];
        pending.copy(&next, &mut bytes);
        pending.remove_next();
        Some((next.frame, next.about, bytes))
    }

    #[test]
    fn messages_come_by_their_frames_and_then_by_their_numbers() {
        let mut pending = pending();
        pending.push(20, 1, 1, &[1]);
        pending.push(10, 2, 2, &[2; 100]);
        pending.push(20, 3, 3, &[3]);
        pending.push(-5, 4, 4, &[4; BLOCK_BYTES]);
        assert_eq!(take(&mut pending, -5), None);
        assert_eq!(take(&mut pending, 21), Some((-5, 4, vec![4; BLOCK_BYTES])));
        assert_eq!(take(&mut pending, 21), Some((10, 2, vec![2; 100])));
        assert_eq!(take(&mut pending, 20), None);
        assert_eq!(take(&mut pending, 21), Some((20, 1, vec![1])));
        assert_eq!(take(&mut pending, 21), Some((20, 3, vec![3])));
        assert_eq!(take(&mut pending, i64::MAX), None);
    }

    #[test]
    fn messages_of_all_lengths_come_and_go_in_any_order_and_all_room_is_had_again() {
        let mut pending = pending();
        let mut seed = 1u64;
        let mut random = move |below: u64| {
            seed = seed
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            (seed >> 33) % below
        };
        let message = |number: u64, length: u64| vec![number as u8; length as usize];
        for round in 0..20 {
            let mut waiting = Vec::new();
            for number in 0.. {
                let (frame, length) = (random(1000) as i64, 1 + random(300));
                if !pending.has_room(length as usize) {
                    break;
                }
                pending.push(frame, number, number as u8, &message(number, length));
                waiting.push((frame, number, length));
            }
            assert!(waiting.len() > 500);
            if round % 3 == 2 {
                pending.clear();
                assert_eq!(take(&mut pending, i64::MAX), None);
                continue;
            }
            waiting.sort();
            for (frame, number, length) in waiting {
                let expected = (frame, number as u8, message(number, length));
                assert_eq!(take(&mut pending, i64::MAX), Some(expected));
            }
        }
        assert!(pending.has_room(BLOCKS * BLOCK_BYTES));
    }

    #[test]
    fn no_more_wait_than_there_is_room_for() {
        let mut pending = pending();
        for number in 0..MESSAGES as u64 {
            assert!(pending.has_room(1));
            pending.push(0, number, 0u8, &[]);
        }
        assert!(!pending.has_room(1));
    }
}
