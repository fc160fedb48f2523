//! MIDI events that wait for their frame, in memory that was there before.
#![forbid(unsafe_code)]

use super::midi_piece::{self, Piece};
use crate::error::Result;
use crate::memory;
use crate::midi::{BLOCK_BYTES, Message, Pending};
use crate::spsc::{Consumer, HeapCons, Observer};

/// A piece takes the room of a block.
const _: () = assert!(midi_piece::PIECE_BYTES == BLOCK_BYTES);

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
    pending: Pending<()>,
    added: u64,
    /// An event on its way here.
    event: Vec<u8>,
}

impl Schedule {
    /// With room for so many pieces of events.
    ///
    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    pub fn new(capacity: usize) -> Result<Schedule> {
        let bytes = capacity.saturating_mul(midi_piece::PIECE_BYTES);
        Ok(Schedule {
            pending: Pending::new(capacity, capacity)?,
            added: 0,
            event: memory::touched_room(bytes, "the events of a MIDI port")?,
        })
    }

    /// Adds the next event of a ring, if all of its pieces are there, and there is room.
    pub fn fetch(&mut self, ring: &mut HeapCons<Piece>, clock: &LongClock) -> bool {
        let Some(&Piece { frame, left, .. }) = ring.try_peek() else {
            return false;
        };
        let count = midi_piece::count(left as usize);
        if ring.occupied_len() < count || !self.pending.has_room(left as usize) {
            return false;
        }
        self.event.clear();
        for piece in ring.pop_iter().take(count) {
            self.event.extend_from_slice(piece.bytes());
        }
        self.added += 1;
        let frame = clock.at(frame);
        self.pending.push(frame, self.added, (), &self.event);
        true
    }

    /// The next event, if its frame is before `end`.
    pub fn next_before(&self, end: i64) -> Option<Message<()>> {
        self.pending.next_before(end)
    }

    /// Copies the bytes of the next event.
    pub fn copy(&self, event: &Message<()>, bytes: &mut [u8]) {
        self.pending.copy(event, bytes);
    }

    /// Removes the next event.
    pub fn remove_next(&mut self) {
        self.pending.remove_next();
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
        let mut bytes = vec![0; event.bytes as usize];
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
