//! MIDI events that wait for their frame, in memory that was there before.
#![forbid(unsafe_code)]

use super::midi_piece::{self, Piece};
use crate::error::Result;
use crate::memory;
use crate::spsc::{Consumer, HeapCons, Observer};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The server's clock without wrapping: 32 bits of it are extended by the frame that was known before.
#[derive(Default)]
pub(super) struct LongClock {
    now: Option<i64>,
}

impl LongClock {
    /// The server's clock shows `frame` now.
    pub fn set(&mut self, frame: u32) -> i64 {
        let now = match self.now {
            None => frame.into(),
            Some(_) => self.at(frame),
        };
        self.now = Some(now);
        now
    }

    /// A frame that is less than half a turn of the server's clock away.
    pub fn at(&self, frame: u32) -> i64 {
        let now = self.now.unwrap_or(frame.into());
        now + i64::from(frame.wrapping_sub(now as u32).cast_signed())
    }
}

/// Events in the order of their frames; those of the same frame in the order in which they were added. Audio thread only;
/// no allocation.
pub(super) struct Schedule {
    /// At the top the next one.
    events: BinaryHeap<Reverse<Scheduled>>,
    added: u64,
    pieces: Vec<Kept>,
    used: usize,
    /// The first piece that is free.
    free: Option<u32>,
}

/// The next event to go out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Scheduled {
    /// Its frame, by a [`LongClock`].
    pub frame: i64,
    number: u64,
    pub size: u32,
    first: Option<u32>,
}

/// A piece, and which one comes after it.
struct Kept {
    bytes: [u8; midi_piece::PIECE_BYTES],
    next: Option<u32>,
}

impl Schedule {
    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    pub fn new(capacity: usize) -> Result<Schedule> {
        let mut pieces = memory::room(capacity, "the events of a MIDI port")?;
        pieces.extend((1..=capacity).map(|next| Kept {
            bytes: [0; midi_piece::PIECE_BYTES],
            next: (next < capacity).then_some(next as u32),
        }));
        Ok(Schedule {
            events: memory::room(capacity, "the events of a MIDI port")?.into(),
            added: 0,
            pieces,
            used: 0,
            free: Some(0),
        })
    }

    /// Adds the next event of a ring, if all of its pieces are there, and there is room.
    pub fn fetch(&mut self, ring: &mut HeapCons<Piece>, clock: &LongClock) -> bool {
        let Some(&Piece { frame, left, .. }) = ring.try_peek() else {
            return false;
        };
        let count = midi_piece::count(left as usize);
        if ring.occupied_len() < count || self.pieces.len() - self.used < count {
            return false;
        }
        let mut places = (None, None);
        for piece in ring.pop_iter().take(count) {
            let Some(place) = self.free else {
                break; // There are so many, as was checked above.
            };
            let kept = &mut self.pieces[place as usize];
            self.free = kept.next.take();
            kept.bytes = piece.bytes;
            match places {
                (_, Some(last)) => {
                    let last: u32 = last;
                    self.pieces[last as usize].next = Some(place);
                }
                _ => places.0 = Some(place),
            }
            places.1 = Some(place);
        }
        self.used += count;
        self.events.push(Reverse(Scheduled {
            frame: clock.at(frame),
            number: self.added,
            size: left,
            first: places.0,
        }));
        self.added += 1;
        true
    }

    /// The next event, if its frame is before `end`.
    pub fn next_before(&self, end: i64) -> Option<Scheduled> {
        let Reverse(next) = self.events.peek()?;
        (next.frame < end).then_some(*next)
    }

    /// Copies the bytes of an event.
    pub fn copy(&self, event: &Scheduled, bytes: &mut [u8]) {
        let mut place = event.first;
        for part in bytes.chunks_mut(midi_piece::PIECE_BYTES) {
            let Some(piece) = place.map(|place| &self.pieces[place as usize]) else {
                return;
            };
            part.copy_from_slice(&piece.bytes[..part.len()]);
            place = piece.next;
        }
    }

    /// Removes the next event, and returns how many pieces it had.
    pub fn remove_next(&mut self) -> usize {
        let Some(Reverse(event)) = self.events.pop() else {
            return 0;
        };
        let mut place = event.first;
        while let Some(number) = place {
            let piece = &mut self.pieces[number as usize];
            place = piece.next;
            piece.next = self.free;
            self.free = Some(number);
        }
        let count = midi_piece::count(event.size as usize);
        self.used -= count;
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spsc::{HeapProd, Producer, ring};

    fn send(writer: &mut HeapProd<Piece>, frame: u32, event: &[u8]) {
        writer.push_iter(midi_piece::pieces(frame, event));
    }

    fn next(schedule: &mut Schedule) -> Option<(i64, Vec<u8>)> {
        let event = schedule.next_before(i64::MAX)?;
        let mut bytes = vec![0; event.size as usize];
        schedule.copy(&event, &mut bytes);
        schedule.remove_next();
        Some((event.frame, bytes))
    }

    #[test]
    fn events_leave_by_frame_and_then_by_number_also_where_the_clock_wraps() {
        let (mut writer, mut reader) = ring(8, "test").expect("memory");
        let mut schedule = Schedule::new(8).expect("memory");
        let mut clock = LongClock::default();
        clock.set(u32::MAX - 10);
        for (frame, number) in [(5, 0), (u32::MAX - 12, 1), (u32::MAX, 2), (5, 3), (0, 4)] {
            send(&mut writer, frame, &[number]);
            assert!(schedule.fetch(&mut reader, &clock));
        }
        let max = i64::from(u32::MAX);
        assert!(schedule.next_before(max - 12).is_none());
        let order: Vec<_> = std::iter::from_fn(|| next(&mut schedule)).collect();
        let expected = [(-12, 1), (0, 2), (1, 4), (6, 0), (6, 3)];
        assert_eq!(
            order,
            expected.map(|(after, number)| (max + after, vec![number]))
        );
        assert_eq!(clock.set(7), max + 8);
    }

    #[test]
    fn room_is_used_again_in_any_order() {
        let (mut writer, mut reader) = ring(8, "test").expect("memory");
        let mut schedule = Schedule::new(8).expect("memory");
        let clock = LongClock::default();
        let event =
            |number: usize| -> Vec<u8> { (0..1 + number * 13 % 40).map(|b| b as u8).collect() };
        for round in 0..100 {
            // At most three pieces each: two fit for certain.
            for number in [round, round + 1] {
                send(&mut writer, (number * 7 % 5) as u32, &event(number));
                assert!(schedule.fetch(&mut reader, &clock));
            }
            let mut left: Vec<_> = std::iter::from_fn(|| next(&mut schedule))
                .map(|(_, e)| e)
                .collect();
            let mut expected = vec![event(round), event(round + 1)];
            left.sort();
            expected.sort();
            assert_eq!(left, expected);
        }
        for _ in 0..8 {
            send(&mut writer, 0, &[1]);
            assert!(schedule.fetch(&mut reader, &clock));
        }
        send(&mut writer, 0, &[1]);
        assert!(!schedule.fetch(&mut reader, &clock));
    }
}
