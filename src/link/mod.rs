//! Both ends of everything that passes between the control half and the audio thread.
//!
//! ```text
//! control --batches---> engine     commands that take effect together
//! control <---spent---- engine     the same batches, with the nodes and plans that were replaced
//! control <--reports--- engine     what happened, at which frame
//! control <--input----- engine     captured frames and their stamps
//! recorder <--tap------ engine     the same for a recording, made and ended at any time
//! control <---midi----> engine     MIDI messages that have arrived, and those that are to be sent
//! control <--snapshot, counters, meters-- engine   the latest state, read at any time
//! ```
//!
//! Every ring is single-producer single-consumer and wait-free on the engine's side. What a batch `B`
//! holds is the engine's choice: see `engine/command.rs`.
#![forbid(unsafe_code)]

mod counters;
mod ends;
mod input;
mod meters;
mod midi;
mod midi_orders;
mod report;
mod seqlock;
mod snapshot;
mod swap;
mod tap;

pub(crate) use counters::Level;
#[cfg(test)]
pub(crate) use ends::ControlEnd;
pub(crate) use ends::{
    BatchSender, EngineEnd, OWN_BATCHES, Outgoing, Published, Returns, Sizes, new,
};
pub use input::Chunk;
pub(crate) use input::{InputReader, InputWriter};
pub(crate) use meters::{Gauge, Meters, Reading};
pub use midi::{LateMidi, MidiStamp, MidiTime};
pub(crate) use midi::{MidiReader, MidiWriter, midi};
pub(crate) use midi_orders::{
    MIDI_BLOCKS, MIDI_WAITING, MidiClock, MidiOrders, OrderedMidi, midi_orders,
};
pub use report::SkipPolicy;
pub(crate) use report::{Report, ReportKind};
pub(crate) use snapshot::EngineState;
pub(crate) use swap::QueuedSwap;
pub use swap::{LatePolicy, Swap};
pub use tap::RecordSource;
pub(crate) use tap::{TapReader, TapStopper, TapWatch, TapWriter, tap};
