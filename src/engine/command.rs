//! What the control half tells the engine.

use super::node::{Node, NodeId};
use super::plan::Plan;
use crate::link::{self, QueuedSwap};
use crate::playspec::Gain;
use crate::playspec::gains::GainTable;
use std::sync::Arc;

pub(crate) type EngineEnd = link::EngineEnd<Box<Batch>>;
pub(crate) type BatchSender = link::BatchSender<Box<Batch>>;
pub(crate) type Returns = link::Returns<Box<Batch>>;

/// Commands that take effect together, at the first frame of one period. The batch goes back with the nodes and
/// the plan that the engine had before.
pub(crate) struct Batch {
    /// Ascending. The engine publishes the number of the last batch that it has taken.
    pub sequence: u64,
    pub origin: Origin,
    pub commands: Vec<Command>,
}

/// Who asked for a batch. Each has its own places in the command queue.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    Program,
    /// The control half itself, to remove what has ended.
    Library,
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
    /// Exchanges the node with this number; `None`: no node. Afterwards this holds the node that the engine had,
    /// which goes back with the batch.
    SetNode(NodeId, Option<Box<dyn Node>>),
    /// Exchanges the plan, in the same way.
    SetPlan(Plan),
}
