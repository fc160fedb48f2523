//! What the halves tell each other.

use super::swap::Swap;
use super::tap::TapWriter;
use crate::playspec::gains::GainTable;
use crate::playspec::{Compiled, Gain};
use crate::units::Ticket;
use std::sync::Arc;

/// Commands that take effect together, at the first frame of one period.
pub(crate) struct Batch {
    /// Ascending; the engine publishes the last one it has taken.
    pub sequence: u64,
    pub commands: Vec<Command>,
}

pub(crate) enum Command {
    /// `None` once the engine has taken it.
    Schedule(Option<QueuedSwap>),
    /// Takes the swap with this [`QueuedSwap::order`] out of the queue, if it is still there.
    Cancel {
        order: u64,
    },
    SetGain {
        gains: Arc<GainTable>,
        entry: usize,
        gain: Gain,
        ramp_frames: u64,
    },
    SetPosition(i64),
    SetRolling(bool),
    /// `None` once the engine has taken it.
    Record(Option<Box<TapWriter>>),
}

/// What the timeline does about frames that the driver skipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SkipPolicy {
    /// It goes on where it was: nothing of the playspec is skipped, all comes later.
    #[default]
    Slip,
    /// It moves on with the device's clock.
    CatchUp,
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

/// What the engine has done with, to be freed by the control half.
pub(crate) enum Retired {
    #[expect(dead_code, reason = "carried only to be dropped on the control side")]
    Batch(Box<Batch>),
    #[expect(dead_code, reason = "carried only to be dropped on the control side")]
    Swap(QueuedSwap),
    #[expect(dead_code, reason = "carried only to be dropped on the control side")]
    Tap(Box<TapWriter>),
}

/// Something that happened on the audio thread.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Report {
    pub kind: ReportKind,
    pub position: i64,
    pub device_frame: u64,
    pub time_ns: u64,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum ReportKind {
    Applied {
        ticket: Ticket,
        late_frames: u64,
    },
    Superseded {
        ticket: Ticket,
    },
    Cancelled {
        ticket: Ticket,
        late: bool,
    },
    Skipped {
        frames: u64,
        policy: SkipPolicy,
    },
    InputLost {
        frames: u64,
    },
    Underrun {
        clip: u64,
        clip_frame: u64,
        frames: u64,
    },
}

impl ReportKind {
    /// The ticket that ends with this report.
    pub fn ticket(&self) -> Option<Ticket> {
        match *self {
            ReportKind::Applied { ticket, .. }
            | ReportKind::Superseded { ticket }
            | ReportKind::Cancelled { ticket, .. } => Some(ticket),
            ReportKind::Skipped { .. }
            | ReportKind::InputLost { .. }
            | ReportKind::Underrun { .. } => None,
        }
    }
}
