//! Both ends of everything that passes between the control half and the audio thread.
//!
//! ```text
//! control --batches---> engine     commands that take effect together
//! control <--retired--- engine     what the engine no longer needs, to be freed
//! control <--reports--- engine     what happened, at which frame
//! control <--input----- engine     captured frames and their stamps
//! recorder <--tap------ engine     the same for a recording, made and ended at any time
//! control <--snapshot, counters, meters-- engine   the latest state, read at any time
//! ```
//!
//! Every ring is single-producer single-consumer and wait-free on the engine's side. The only
//! user of `ringbuf`. What a batch `B` holds, and what comes back as retired, `R`, is the engine's choice: see
//! `engine/command.rs`.
#![forbid(unsafe_code)]

mod counters;
mod input;
mod meters;
mod report;
mod seqlock;
mod snapshot;
mod swap;
mod tap;

pub(crate) use counters::{Counters, Level};
pub use input::Chunk;
pub(crate) use input::{InputReader, InputWriter};
pub(crate) use meters::{Gauge, Meters, Reading};
pub use report::SkipPolicy;
pub(crate) use report::{Report, ReportKind};
pub(crate) use snapshot::{Snapshot, State};
pub(crate) use swap::QueuedSwap;
pub use swap::{LatePolicy, Swap};
pub use tap::RecordSource;
pub(crate) use tap::{TapReader, TapStopper, TapWatch, TapWriter, tap};

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

/// Room for what a cut retires beyond the swaps and batches that are counted.
const OTHER_RETIRED: usize = 64;

/// The engine's end.
pub(crate) struct EngineEnd<B, R> {
    batches: HeapCons<B>,
    retired: HeapProd<R>,
    reports: HeapProd<Report>,
    kept_for_tickets: usize,
    pub shared: Arc<Shared>,
}

/// The control half's end, in parts, since different locks guard them.
pub(crate) struct ControlEnd<B, R> {
    pub batches: BatchSender<B>,
    pub returns: Returns<R>,
    pub input: Option<InputReader>,
    pub shared: Arc<Shared>,
}

pub(crate) struct BatchSender<B>(HeapProd<B>);

impl<B> BatchSender<B> {
    /// Sends a batch; gives it back if there is no room.
    pub fn send(&mut self, batch: B) -> std::result::Result<(), B> {
        self.0.try_push(batch)
    }
}

/// What comes back from the engine.
pub(crate) struct Returns<R> {
    retired: HeapCons<R>,
    reports: HeapCons<Report>,
}

impl<R> Returns<R> {
    /// How many reports wait and how many retired objects, with all that was retired before those
    /// reports.
    pub fn waiting(&self) -> (usize, usize) {
        let reports = self.reports.occupied_len();
        (reports, self.retired.occupied_len())
    }

    pub fn next_retired(&mut self) -> Option<R> {
        self.retired.try_pop()
    }

    pub fn next_report(&mut self) -> Option<Report> {
        self.reports.try_pop()
    }
}

impl Sizes {
    pub fn retired(&self) -> usize {
        self.batches + self.swaps + OTHER_RETIRED
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

/// Both ends of the rings, and what writes captured input, where there are inputs.
pub(crate) type Ends<B, R> = (EngineEnd<B, R>, Option<InputWriter>, ControlEnd<B, R>);

/// Makes the rings. The sizes guarantee that the engine never finds `retired` or, for tickets,
/// `reports` full, as long as the control half keeps to `sizes` and drains both together.
///
/// # Errors
/// [`Error::OutOfMemory`].
pub(crate) fn new<B, R>(sizes: Sizes) -> Result<Ends<B, R>> {
    let shared = Arc::new(Shared {
        meters: Meters::new(sizes.input_channels, sizes.output_channels),
        ..Shared::default()
    });
    let (batches_in, batches_out) = ring(sizes.batches, "the command queue")?;
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
        batches: batches_out,
        retired: retired_in,
        reports: reports_in,
        kept_for_tickets: sizes.swaps,
        shared: shared.clone(),
    };
    let control = ControlEnd {
        batches: BatchSender(batches_in),
        returns: Returns {
            retired: retired_out,
            reports: reports_out,
        },
        input: reader,
        shared,
    };
    Ok((engine, writer, control))
}

/// A ring and its two ends. Sizes are the application's choice, so too little memory is an error.
fn ring<T>(capacity: usize, what: &'static str) -> Result<(HeapProd<T>, HeapCons<T>)> {
    let bytes = capacity.saturating_mul(size_of::<T>()) as u64;
    let ring = HeapRb::try_new(capacity).map_err(|_| Error::OutOfMemory(bytes, what))?;
    Ok(ring.split())
}

/// Wait-free; no allocation, free, lock, system call or log.
impl<B, R> EngineEnd<B, R> {
    /// Hands over the memory of what the engine writes to. Not for the audio thread.
    pub fn keep_memory(&mut self, keeper: &mut impl Keeper) {
        keeper.keep(self.retired.vacant_slices_mut().0);
        keeper.keep(self.reports.vacant_slices_mut().0);
    }

    /// The next batch, unless what it may retire would not find room.
    pub fn next_batch(&mut self) -> Option<B> {
        let batch = if self.can_retire() {
            self.batches.try_pop()
        } else {
            None
        };
        let counters = &self.shared.counters;
        counters
            .commands
            .note(self.batches.occupied_len() + usize::from(batch.is_some()));
        batch
    }

    /// Whether a swap or a batch can be retired now.
    pub fn can_retire(&self) -> bool {
        self.retired.vacant_len() > 1
    }

    /// Sends something back to be freed. Where there is no room, which [`new`] rules out, it
    /// is leaked rather than freed here.
    pub fn retire(&mut self, what: R) {
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
