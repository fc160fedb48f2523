//! Where on the timeline a recording begins and ends.

use std::ops::Range;

/// Consecutive frames, with the transport rolling or stopped.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    pub frames: u64,
    /// The timeline frame of the first one. If the transport is stopped, that of all.
    pub position: i64,
    pub rolling: bool,
}

/// Finds the frames that are to be recorded, in the order in which they come.
#[derive(Debug)]
pub(super) struct Punch {
    begin: Option<i64>,
    end: Option<i64>,
    /// How many frames the file may still get.
    left: u64,
    state: PunchState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PunchState {
    Waiting,
    Recording,
    Done,
}

impl Punch {
    /// Recording begins with the first frame that is rolling within `begin..end`, or at once
    /// without `begin`; it ends before the first one afterwards that is rolling at `end` or
    /// beyond, or after `most` frames.
    pub fn new(begin: Option<i64>, end: Option<i64>, most: Option<u64>) -> Punch {
        Punch {
            begin,
            end,
            left: most.unwrap_or(u64::MAX),
            state: PunchState::Waiting,
        }
    }

    pub fn state(&self) -> PunchState {
        self.state
    }

    /// Which of these frames are recorded.
    pub fn take(&mut self, stretch: Stretch) -> Range<u64> {
        const NOTHING: Range<u64> = 0..0;
        // How many frames of the stretch come before this position.
        let before = |position: i64| match stretch.rolling {
            true => position.saturating_sub(stretch.position).max(0) as u64,
            false => u64::MAX,
        };
        let to_end = self.end.map_or(u64::MAX, before);
        let mut first = 0;
        if self.state == PunchState::Waiting {
            if let Some(begin) = self.begin {
                first = before(begin);
                if first >= stretch.frames.min(to_end) {
                    return NOTHING;
                }
            }
            self.state = PunchState::Recording;
        }
        if self.state == PunchState::Done {
            return NOTHING;
        }
        let last = to_end.min(stretch.frames);
        let taken = first..last.min(first.saturating_add(self.left));
        self.left -= taken.end - taken.start;
        if to_end < stretch.frames || self.left == 0 {
            self.state = PunchState::Done;
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rolling(position: i64, frames: u64) -> Stretch {
        Stretch {
            frames,
            position,
            rolling: true,
        }
    }

    fn standing(position: i64, frames: u64) -> Stretch {
        Stretch {
            rolling: false,
            ..rolling(position, frames)
        }
    }

    #[test]
    fn what_passes_straight_through_is_recorded_from_begin_to_before_end() {
        for step in [1, 7, 100, 1000] {
            let mut punch = Punch::new(Some(120), Some(350), None);
            let mut recorded = Vec::new();
            for position in (0..1000).step_by(step) {
                let taken = punch.take(rolling(position, step as u64));
                recorded.extend(taken.map(|n| position + n as i64));
            }
            assert_eq!(recorded, (120..350).collect::<Vec<_>>());
            assert_eq!(punch.state(), PunchState::Done);
        }
    }

    #[test]
    fn standing_at_begin_is_not_rolling_through_it() {
        let mut punch = Punch::new(Some(120), None, None);
        assert!(punch.take(standing(120, 50)).is_empty());
        assert_eq!(punch.take(rolling(120, 50)), 0..50);
    }

    #[test]
    fn a_jump_into_the_middle_begins_there() {
        let mut punch = Punch::new(Some(120), Some(350), None);
        assert!(punch.take(rolling(0, 50)).is_empty());
        assert_eq!(punch.take(rolling(200, 50)), 0..50);
    }

    #[test]
    fn a_position_at_the_end_or_beyond_begins_nothing() {
        let mut punch = Punch::new(Some(120), Some(350), None);
        assert!(punch.take(rolling(350, 50)).is_empty());
        assert_eq!(punch.state(), PunchState::Waiting);
        assert_eq!(punch.take(rolling(100, 50)), 20..50);
    }

    #[test]
    fn once_begun_it_goes_on_over_a_stop_and_a_seek_until_it_rolls_at_the_end() {
        let mut punch = Punch::new(Some(10), Some(20), None);
        assert_eq!(punch.take(rolling(5, 10)), 5..10);
        assert_eq!(punch.take(standing(15, 10)), 0..10);
        assert_eq!(punch.take(standing(99, 10)), 0..10);
        assert_eq!(punch.take(rolling(0, 10)), 0..10);
        assert_eq!(punch.take(rolling(99, 10)), 0..0);
        assert_eq!(punch.state(), PunchState::Done);
        assert!(punch.take(rolling(12, 4)).is_empty());
    }

    #[test]
    fn without_begin_all_is_recorded_at_once() {
        let mut punch = Punch::new(None, None, None);
        assert_eq!(punch.take(standing(0, 10)), 0..10);
        assert_eq!(punch.take(rolling(i64::MAX - 5, 5)), 0..5);
    }

    #[test]
    fn it_ends_after_as_many_frames_as_it_may_have() {
        let mut punch = Punch::new(Some(10), Some(1000), Some(15));
        assert_eq!(punch.take(rolling(5, 10)), 5..10);
        assert_eq!(punch.take(standing(15, 7)), 0..7);
        assert_eq!(punch.take(rolling(15, 10)), 0..3);
        assert_eq!(punch.state(), PunchState::Done);
    }
}
