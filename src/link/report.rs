//! Reports of the engine: what has happened, at which frame.

use crate::units::Ticket;

/// What the timeline does about frames that the driver skipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SkipPolicy {
    /// It goes on where it was: nothing of the playspec is skipped, all comes later.
    #[default]
    Slip,
    /// It moves on with the device's clock.
    CatchUp,
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
    Recovered {
        lost_frames: u64,
        unheard_frames: u64,
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
            | ReportKind::Recovered { .. }
            | ReportKind::InputLost { .. }
            | ReportKind::Underrun { .. } => None,
        }
    }
}
