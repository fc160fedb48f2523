//! Both ends of everything that passes between the control half and the audio thread.
//!
//! ```text
//! control --commands--> engine     batches of commands, one push each
//! control <--retired--- engine     what the engine no longer needs, to be freed
//! control <--reports--- engine     what happened, at which frame
//! control <--input----- engine     captured frames and their stamps
//! recorder <--tap------ engine     the same for a recording, made and ended at any time
//! control <--snapshot, counters, meters-- engine   the latest state, read at any time
//! ```
//!
//! Every ring is single-producer single-consumer and wait-free on the engine's side. The only
//! user of `ringbuf`.
#![forbid(unsafe_code)]

mod command;
mod counters;
mod input;
mod meters;
mod seqlock;
mod snapshot;
mod swap;
mod tap;

pub use command::SkipPolicy;
pub(crate) use command::{Batch, Command, QueuedSwap, Report, ReportKind, Retired};
pub(crate) use counters::{Counters, Level};
pub use input::Chunk;
pub(crate) use input::{InputReader, InputWriter};
pub(crate) use meters::{Gauge, Meters, Reading};
pub(crate) use snapshot::{Snapshot, State};
pub use swap::{LatePolicy, Swap};
pub use tap::RecordSource;
pub(crate) use tap::{TapReader, TapStopper, TapWriter, tap};

use crate::error::{Error, Result};
use crate::memory::Keeper;
use ringbuf::traits::{Consumer, Observer, Producer, Split};
use ringbuf::{HeapCons, HeapProd, HeapRb};
use std::sync::Arc;

/// How many of each kind may be under way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    /// Batches of commands that the engine has not yet given back.
    pub batches: usize,
    /// Swaps whose ticket has not yet ended and been reported.
    pub swaps: usize,
    /// Captured frames that wait to be read.
    pub input_frames: usize,
    /// Chunks of them; one ends with each period, and where the timeline is not continuous.
    pub input_chunks: usize,
    pub input_channels: usize,
    pub output_channels: usize,
}

/// Room for reports that belong to no ticket; beyond it they are counted, not kept.
const OTHER_REPORTS: usize = 256;

/// How many recordings one interface makes at once.
pub(crate) const MAX_TAPS: usize = 64;

/// Room for what a cut retires beyond the swaps and batches that are counted.
const OTHER_RETIRED: usize = 64;

/// The engine's end.
pub(crate) struct EngineEnd {
    commands: HeapCons<Box<Batch>>,
    retired: HeapProd<Retired>,
    reports: HeapProd<Report>,
    kept_for_tickets: usize,
    pub input: Option<InputWriter>,
    pub shared: Arc<Shared>,
}

/// The control half's end, in parts, since different locks guard them.
pub(crate) struct ControlEnd {
    pub commands: CommandSender,
    pub returns: Returns,
    pub input: Option<InputReader>,
    pub shared: Arc<Shared>,
}

pub(crate) struct CommandSender(HeapProd<Box<Batch>>);

impl CommandSender {
    /// Sends a batch; gives it back if there is no room.
    pub fn send(&mut self, batch: Box<Batch>) -> std::result::Result<(), Box<Batch>> {
        self.0.try_push(batch)
    }
}

/// What comes back from the engine.
pub(crate) struct Returns {
    retired: HeapCons<Retired>,
    reports: HeapCons<Report>,
}

impl Returns {
    /// How many reports wait and how many retired objects, with all that was retired before those
    /// reports.
    pub fn waiting(&self) -> (usize, usize) {
        let reports = self.reports.occupied_len();
        (reports, self.retired.occupied_len())
    }

    pub fn next_retired(&mut self) -> Option<Retired> {
        self.retired.try_pop()
    }

    pub fn next_report(&mut self) -> Option<Report> {
        self.reports.try_pop()
    }
}

impl Sizes {
    pub fn retired(&self) -> usize {
        self.batches + self.swaps + MAX_TAPS + OTHER_RETIRED
    }

    pub fn reports(&self) -> usize {
        self.swaps + OTHER_REPORTS
    }
}

/// What the engine publishes and anybody may read.
#[derive(Default)]
pub(crate) struct Shared {
    pub snapshot: Snapshot,
    pub counters: Counters,
    pub meters: Meters,
}

/// Makes the rings. The sizes guarantee that the engine never finds `retired` or, for tickets,
/// `reports` full, as long as the control half keeps to `sizes` and drains both together.
///
/// # Errors
/// [`Error::OutOfMemory`].
pub(crate) fn new(sizes: Sizes) -> Result<(EngineEnd, ControlEnd)> {
    let shared = Arc::new(Shared {
        meters: Meters::new(sizes.input_channels, sizes.output_channels),
        ..Shared::default()
    });
    let (commands_in, commands_out) = ring(sizes.batches, "the command queue")?;
    let (retired_in, retired_out) = ring(sizes.retired(), "what the engine gives back")?;
    let (reports_in, reports_out) = ring(sizes.reports(), "the engine's reports")?;
    let (writer, reader) = match sizes.input_channels {
        0 => (None, None),
        channels => {
            let (writer, reader) = input::new(channels, sizes.input_frames, sizes.input_chunks)?;
            (Some(writer), Some(reader))
        }
    };
    let engine = EngineEnd {
        commands: commands_out,
        retired: retired_in,
        reports: reports_in,
        kept_for_tickets: sizes.swaps,
        input: writer,
        shared: shared.clone(),
    };
    let control = ControlEnd {
        commands: CommandSender(commands_in),
        returns: Returns {
            retired: retired_out,
            reports: reports_out,
        },
        input: reader,
        shared,
    };
    Ok((engine, control))
}

/// A ring and its two ends. Sizes are the application's choice, so too little memory is an error.
fn ring<T>(capacity: usize, what: &'static str) -> Result<(HeapProd<T>, HeapCons<T>)> {
    let bytes = capacity.saturating_mul(size_of::<T>()) as u64;
    let ring = HeapRb::try_new(capacity).map_err(|_| Error::OutOfMemory(bytes, what))?;
    Ok(ring.split())
}

/// Wait-free; no allocation, free, lock, system call or log.
impl EngineEnd {
    /// Hands over the memory of what the engine writes to. Not for the audio thread.
    pub fn keep_memory(&mut self, keeper: &mut impl Keeper) {
        keeper.keep(self.retired.vacant_slices_mut().0);
        keeper.keep(self.reports.vacant_slices_mut().0);
        if let Some(input) = &mut self.input {
            input.keep_memory(keeper);
        }
    }

    /// The next batch, unless what it may retire would not find room.
    pub fn next_batch(&mut self) -> Option<Box<Batch>> {
        let batch = if self.can_retire() {
            self.commands.try_pop()
        } else {
            None
        };
        let counters = &self.shared.counters;
        counters
            .commands
            .note(self.commands.occupied_len() + usize::from(batch.is_some()));
        batch
    }

    /// Whether a swap or a batch can be retired now.
    pub fn can_retire(&self) -> bool {
        self.retired.vacant_len() > 1
    }

    /// Sends something back to be freed. Where there is no room, which [`new`] rules out, it
    /// is leaked rather than freed here.
    pub fn retire(&mut self, what: Retired) {
        if let Err(what) = self.retired.try_push(what) {
            std::mem::forget(what);
        }
        self.shared
            .counters
            .retired
            .note(self.retired.occupied_len());
    }

    /// Reports what happened. Reports of no ticket leave room for those of tickets.
    pub fn report(&mut self, report: Report) {
        let kept = if report.kind.ticket().is_some() {
            0
        } else {
            self.kept_for_tickets
        };
        if self.reports.vacant_len() <= kept || self.reports.try_push(report).is_err() {
            self.shared
                .counters
                .add(&self.shared.counters.reports_lost, 1);
        }
        self.shared
            .counters
            .reports
            .note(self.reports.occupied_len());
    }
}
