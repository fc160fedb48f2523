//! The ends of the rings that an interface has from its beginning: the engine's and the control half's.

use super::counters::Counters;
use super::input::{self, InputReader, InputWriter};
use super::meters::Meters;
use super::report::Report;
use super::snapshot::Snapshot;
use super::swap::QueuedSwap;
use crate::error::Result;
use crate::memory::Keeper;
use crate::spsc::{Consumer, HeapCons, HeapProd, Observer, Producer, ring};
use std::sync::Arc;

/// How many of each kind may be under way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    /// Batches of the program's commands that the engine has not yet given back.
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

/// Room for batches that the control half sends by itself.
pub(crate) const OWN_BATCHES: usize = 1;

/// Room for reports that belong to no ticket; beyond it they are counted, not kept.
const OTHER_REPORTS: usize = 256;

/// Room for swaps whose tickets have ended, and which the engine retires later, when their scenes have faded. They
/// are no longer counted in `Sizes::swaps`.
const OTHER_RETIRED: usize = 64;

/// The engine's end of the rings of batches.
pub(crate) struct EngineEnd<B> {
    batches: HeapCons<B>,
    spent: HeapProd<B>,
    shared: Arc<Published>,
}

/// What the engine sends by itself: reports, and swaps to be freed.
pub(crate) struct Outgoing {
    retired: HeapProd<QueuedSwap>,
    reports: HeapProd<Report>,
    kept_for_tickets: usize,
    pub shared: Arc<Published>,
}

/// The control half's end, in parts, since different locks guard them.
pub(crate) struct ControlEnd<B> {
    pub batches: BatchSender<B>,
    pub returns: Returns<B>,
    pub input: Option<InputReader>,
    pub shared: Arc<Published>,
}

pub(crate) struct BatchSender<B>(HeapProd<B>);

impl<B> BatchSender<B> {
    /// Sends a batch; gives it back if there is no room.
    pub fn send(&mut self, batch: B) -> std::result::Result<(), B> {
        self.0.try_push(batch)
    }
}

/// What comes back from the engine.
pub(crate) struct Returns<B> {
    spent: HeapCons<B>,
    retired: HeapCons<QueuedSwap>,
    reports: HeapCons<Report>,
}

/// How much waits at the control half's end.
pub(crate) struct Waiting {
    pub reports: usize,
    /// With all that were retired before those reports.
    pub retired: usize,
    /// With all that were given back before those reports.
    pub spent: usize,
}

impl<B> Returns<B> {
    pub fn waiting(&self) -> Waiting {
        // Reports are counted first, so the others include all that was sent before those reports.
        let reports = self.reports.occupied_len();
        Waiting {
            reports,
            retired: self.retired.occupied_len(),
            spent: self.spent.occupied_len(),
        }
    }

    /// A batch that the engine has done with.
    pub fn next_spent(&mut self) -> Option<B> {
        self.spent.try_pop()
    }

    /// A swap that the engine no longer needs.
    pub fn next_retired(&mut self) -> Option<QueuedSwap> {
        self.retired.try_pop()
    }

    pub fn next_report(&mut self) -> Option<Report> {
        self.reports.try_pop()
    }
}

impl Sizes {
    pub fn all_batches(&self) -> usize {
        self.batches + OWN_BATCHES
    }

    pub fn retired(&self) -> usize {
        self.swaps + OTHER_RETIRED
    }

    pub fn reports(&self) -> usize {
        self.swaps + OTHER_REPORTS
    }
}

/// What the engine publishes and anybody may read.
#[derive(Default)]
pub(crate) struct Published {
    pub snapshot: Snapshot,
    pub counters: Counters,
    pub meters: Meters,
}

/// All ends of the rings.
pub(crate) struct Ends<B> {
    pub engine: EngineEnd<B>,
    pub outgoing: Outgoing,
    /// Writes captured input; `None` without inputs.
    pub input: Option<InputWriter>,
    pub control: ControlEnd<B>,
}

/// Makes the rings. The sizes guarantee that the engine never finds `spent`, `retired` or, for tickets,
/// `reports` full, as long as the control half keeps to `sizes` and drains all of them together.
///
/// # Errors
/// [`crate::Error::OutOfMemory`].
pub(crate) fn new<B>(sizes: Sizes) -> Result<Ends<B>> {
    let shared = Arc::new(Published {
        meters: Meters::new(sizes.input_channels, sizes.output_channels),
        ..Published::default()
    });
    let (batches_in, batches_out) = ring(sizes.all_batches(), "the command queue")?;
    let (spent_in, spent_out) = ring(sizes.all_batches(), "the command queue")?;
    let (retired_in, retired_out) = ring(sizes.retired(), "what the engine gives back")?;
    let (reports_in, reports_out) = ring(sizes.reports(), "the engine's reports")?;
    let (writer, reader) = match sizes.input_channels {
        0 => (None, None),
        channels => {
            let (writer, reader) = input::new(channels, sizes.input_frames, sizes.input_chunks)?;
            (Some(writer), Some(reader))
        }
    };
    Ok(Ends {
        engine: EngineEnd {
            batches: batches_out,
            spent: spent_in,
            shared: shared.clone(),
        },
        outgoing: Outgoing {
            retired: retired_in,
            reports: reports_in,
            kept_for_tickets: sizes.swaps,
            shared: shared.clone(),
        },
        input: writer,
        control: ControlEnd {
            batches: BatchSender(batches_in),
            returns: Returns {
                spent: spent_out,
                retired: retired_out,
                reports: reports_out,
            },
            input: reader,
            shared,
        },
    })
}

/// Wait-free; no allocation, free, lock, system call or log.
impl<B> EngineEnd<B> {
    /// Hands over the memory of what the engine writes to. Not for the audio thread.
    pub fn keep_memory(&mut self, keeper: &mut impl Keeper) {
        keeper.keep(self.spent.vacant_slices_mut().0);
    }

    /// The next batch, to be given back by [`EngineEnd::give_back`].
    pub fn next_batch(&mut self) -> Option<B> {
        let batch = self.batches.try_pop();
        let waiting = self.batches.occupied_len() + usize::from(batch.is_some());
        self.shared.counters.commands.note(waiting);
        batch
    }

    /// Sends a batch back, with what it holds now. Where there is no room, which [`new`] rules out, it is
    /// leaked rather than freed here.
    pub fn give_back(&mut self, batch: B) {
        if let Err(batch) = self.spent.try_push(batch) {
            std::mem::forget(batch);
        }
    }
}

/// Wait-free; no allocation, free, lock, system call or log.
impl Outgoing {
    /// Hands over the memory of what the engine writes to. Not for the audio thread.
    pub fn keep_memory(&mut self, keeper: &mut impl Keeper) {
        keeper.keep(self.retired.vacant_slices_mut().0);
        keeper.keep(self.reports.vacant_slices_mut().0);
    }

    /// Whether a swap can be retired now.
    pub fn can_retire(&self) -> bool {
        self.retired.vacant_len() > 1
    }

    /// Sends a swap back to be freed. Where there is no room, which [`new`] rules out, it is leaked rather
    /// than freed here.
    pub fn retire(&mut self, swap: QueuedSwap) {
        if let Err(swap) = self.retired.try_push(swap) {
            std::mem::forget(swap);
        }
        let waiting = self.retired.occupied_len();
        self.shared.counters.retired.note(waiting);
    }

    /// Reports what happened. Reports of no ticket leave room for those of tickets.
    pub fn report(&mut self, report: Report) {
        let kept = match report.kind.ticket() {
            Some(_) => 0,
            None => self.kept_for_tickets,
        };
        let counters = &self.shared.counters;
        if self.reports.vacant_len() <= kept || self.reports.try_push(report).is_err() {
            counters.add(&counters.reports_lost, 1);
        }
        counters.reports.note(self.reports.occupied_len());
    }
}
