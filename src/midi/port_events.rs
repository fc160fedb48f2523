//! The MIDI messages of a port in one period.

use super::MAX_MIDI_BYTES;
use crate::error::Result;
use crate::memory;
use std::ops::Range;

/// How many messages a port takes in one period.
const MOST_EVENTS: usize = 8192;

/// What memory is for.
const WHAT: &str = "the MIDI messages of a period";

/// The messages of one port in one period, in the order of their frames.
pub(crate) struct PortEvents {
    /// Each as its frame, counted from the beginning of the period, and the end of its bytes.
    events: Vec<(u32, u32)>,
    bytes: Vec<u8>,
}

/// Audio thread only, but for `new` and `of_ports`; wait-free; no allocation, free, lock, system call, log or panic.
impl PortEvents {
    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    pub fn new() -> Result<PortEvents> {
        Ok(PortEvents {
            events: memory::touched_room(MOST_EVENTS, WHAT)?,
            bytes: memory::touched_room(MAX_MIDI_BYTES, WHAT)?,
        })
    }

    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    pub fn of_ports(count: usize) -> Result<Vec<PortEvents>> {
        let mut ports = memory::room(count, WHAT)?;
        for _ in 0..count {
            ports.push(PortEvents::new()?);
        }
        Ok(ports)
    }

    pub fn clear(&mut self) {
        self.events.clear();
        self.bytes.clear();
    }

    /// Appends a message, whose frame is that of the message before or a later one. False if there is no room.
    pub fn push(&mut self, frame: u32, message: &[u8]) -> bool {
        let has_room = self.events.len() < self.events.capacity()
            && self.bytes.len() + message.len() <= self.bytes.capacity();
        if has_room {
            self.bytes.extend_from_slice(message);
            self.events.push((frame, self.bytes.len() as u32));
        }
        has_room
    }

    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// The messages at these frames.
    pub fn part(&self, frames: Range<u32>) -> impl Iterator<Item = (u32, &[u8])> {
        let from = self
            .events
            .partition_point(|(frame, _)| *frame < frames.start);
        let mut begin = match from {
            0 => 0,
            _ => self.events[from - 1].1 as usize,
        };
        let events = self.events[from..].iter();
        events
            .take_while(move |(frame, _)| *frame < frames.end)
            .map(move |&(frame, end)| {
                let message = &self.bytes[begin..end as usize];
                begin = end as usize;
                (frame, message)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_has_the_messages_of_its_frames() {
        let mut events = PortEvents::new().expect("memory");
        for (frame, message) in [(0, &[1][..]), (5, &[2, 3]), (5, &[4]), (9, &[5])] {
            assert!(events.push(frame, message));
        }
        let part = |frames| events.part(frames).collect::<Vec<_>>();
        assert_eq!(part(0..5), [(0, &[1][..])]);
        assert_eq!(part(5..9), [(5, &[2, 3][..]), (5, &[4])]);
        assert_eq!(part(6..9), []);
        assert_eq!(events.part(0..u32::MAX).count(), 4);
        events.clear();
        assert_eq!(events.part(0..u32::MAX).count(), 0);
    }

    #[test]
    fn what_finds_no_room_is_refused() {
        let mut events = PortEvents::new().expect("memory");
        let half = vec![7; MAX_MIDI_BYTES / 2];
        assert!(events.push(0, &half) && events.push(0, &half));
        assert!(!events.push(0, &[1]));
        assert_eq!(events.part(0..u32::MAX).count(), 2);
    }
}
