//! When a playspec takes over, and where its timeline stands then.

use crate::error::Result;
use crate::playspec::Compiled;
use crate::playspec::gains::GainTable;
use crate::units::{Ticket, check_position};
use std::sync::Arc;

/// When a playspec takes over, and from where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swap {
    /// The timeline frame at which it takes over, or [`Swap::AT_ONCE`].
    pub insert_at: i64,
    /// The playspec's own frame that sounds there, or [`Swap::CONTINUE`].
    pub start_from: i64,
    /// What happens if `insert_at` has passed.
    pub late: LatePolicy,
    /// Any number of the program's. The event with which the swap ends has it, too, so that the program need not
    /// look tickets up.
    pub user_data: u64,
}

/// What happens to a swap whose frame has passed before it could take over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LatePolicy {
    /// Starts at `start_from` plus the lateness, as if it had been in time.
    #[default]
    CatchUp,
    /// Starts at `start_from`.
    Slip,
    /// Is cancelled.
    Refuse,
}

impl Swap {
    /// An `insert_at` that is never late: with the next period, or where the swap before it takes over.
    pub const AT_ONCE: i64 = i64::MIN;

    /// A `start_from` that leaves the position as it is: the timeline goes on.
    pub const CONTINUE: i64 = i64::MIN;

    /// Takes over at a frame, and the timeline goes on.
    pub fn at(frame: i64) -> Swap {
        Swap {
            insert_at: frame,
            start_from: Swap::CONTINUE,
            ..Swap::default()
        }
    }

    /// Takes over at once, and the timeline goes on.
    pub fn now() -> Swap {
        Swap::at(Swap::AT_ONCE)
    }

    pub(crate) fn check(self) -> Result<Swap> {
        for (what, position, apart) in [
            ("insert_at", self.insert_at, Swap::AT_ONCE),
            ("start_from", self.start_from, Swap::CONTINUE),
        ] {
            if position != apart {
                check_position(what, position)?;
            }
        }
        Ok(self)
    }

    /// How many frames too late it is at a position that it has reached.
    pub(crate) fn late_at(self, position: i64) -> u64 {
        match self.insert_at {
            Swap::AT_ONCE => 0,
            insert_at => position.abs_diff(insert_at),
        }
    }

    /// The position after it has taken over at `position`; `None` if it refuses to, because it is late.
    pub(crate) fn taken_at(self, position: i64) -> Option<i64> {
        let late = self.late_at(position);
        match self.late {
            LatePolicy::Refuse if late > 0 => None,
            _ if self.start_from == Swap::CONTINUE => Some(position),
            LatePolicy::CatchUp => Some(self.start_from.saturating_add_unsigned(late)),
            LatePolicy::Slip | LatePolicy::Refuse => Some(self.start_from),
        }
    }
}

/// A playspec that is to take over.
pub(crate) struct QueuedSwap {
    /// Ascending in the order in which the engine gets them.
    pub order: u64,
    pub ticket: Ticket,
    pub playspec: Arc<Compiled>,
    pub gains: Arc<GainTable>,
    pub when: Swap,
}
