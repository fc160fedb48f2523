//! Which part of the timeline was played at recent device frames, so that captured frames can be stamped with
//! what was heard.

use crate::error::Result;
use crate::memory::{self, Keeper};
use crate::units::Ticket;
use std::collections::VecDeque;

/// From device frame `start` on, until the next segment, the timeline was here.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment {
    /// Device frame; `i64::MIN` for the first segment.
    pub start: i64,
    /// Timeline frame at `start`.
    pub position: i64,
    pub rolling: bool,
    pub ticket: Ticket,
}

impl Segment {
    pub fn position_at(&self, device_frame: i64) -> i64 {
        if self.rolling {
            self.position.saturating_add(device_frame - self.start)
        } else {
            self.position
        }
    }
}

/// How many segments are kept; with more within the latency, the oldest are forgotten.
const SEGMENTS: usize = 1024;

pub(super) struct History(VecDeque<Segment>);

impl History {
    pub fn new() -> Result<History> {
        let mut segments = memory::queue(SEGMENTS, "where the timeline was")?;
        segments.push_back(Segment {
            start: i64::MIN,
            position: 0,
            rolling: false,
            ticket: Ticket::NONE,
        });
        Ok(History(segments))
    }

    pub fn keep_memory(&mut self, keeper: &mut impl Keeper) {
        keeper.keep_room_of_queue(&mut self.0);
    }

    /// Begins a segment; one that would have no frames is replaced.
    pub fn note(&mut self, segment: Segment) {
        match self.0.back_mut() {
            Some(last) if last.start == segment.start => *last = segment,
            _ => {
                if self.0.len() == SEGMENTS {
                    self.0.pop_front();
                }
                self.0.push_back(segment);
            }
        }
    }

    /// Forgets the segments that end at or before this device frame.
    pub fn forget_before(&mut self, device_frame: i64) {
        while self.0.get(1).is_some_and(|next| next.start <= device_frame) {
            self.0.pop_front();
        }
    }

    /// The segment at this device frame, and the frames that are left of it from there on.
    pub fn at(&self, device_frame: i64) -> (Segment, u64) {
        let after = self.0.partition_point(|s| s.start <= device_frame);
        let segment = self.0[after.saturating_sub(1)];
        let left = self
            .0
            .get(after)
            .map_or(u64::MAX, |next| (next.start - device_frame) as u64);
        (segment, left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(start: i64, position: i64) -> Segment {
        Segment {
            start,
            position,
            rolling: true,
            ticket: Ticket(start as u64),
        }
    }

    #[test]
    fn a_frame_belongs_to_the_last_segment_that_began_before_it() {
        let mut history = History::new().expect("memory");
        history.note(segment(10, 1000));
        history.note(segment(20, 0));
        assert_eq!(history.at(9).1, 1);
        assert!(!history.at(9).0.rolling);
        assert_eq!(history.at(10).0.position_at(10), 1000);
        assert_eq!(history.at(19).0.position_at(19), 1009);
        assert_eq!(history.at(20), (history.at(25).0, u64::MAX));
    }

    #[test]
    fn a_segment_without_frames_leaves_no_trace() {
        let mut history = History::new().expect("memory");
        history.note(segment(10, 1));
        history.note(segment(10, 2));
        assert_eq!(history.at(10).0.position, 2);
        history.forget_before(10);
        assert_eq!(history.0.len(), 1);
    }

    impl PartialEq for Segment {
        fn eq(&self, other: &Segment) -> bool {
            (self.start, self.position) == (other.start, other.position)
        }
    }
}
