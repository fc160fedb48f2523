//! The ring of batches to the engine.

use crate::explore::{explore, notices_wrong_orderings};
use crate::link::{self, EngineEnd, Sizes};
use crate::tracked::Tracked;
use loom::thread;
use std::sync::Arc;

#[test]
fn a_batch_arrives_whole_and_in_order() {
    explore(two_batches);
}

#[test]
fn a_wrong_ordering_of_commands_is_noticed() {
    notices_wrong_orderings(two_batches);
}

fn two_batches() {
    let ends = link::new::<Batch>(Sizes {
        batches: 2,
        swaps: 1,
        input_frames: 0,
        input_chunks: 8,
        input_channels: 0,
        output_channels: 0,
    })
    .expect("there is memory");
    let (mut engine, mut control) = (ends.engine, ends.control);
    let engine = thread::spawn(move || {
        let taken = take(&mut engine, 0);
        (take(&mut engine, taken), engine)
    });
    for sequence in 1..=2 {
        let sent = control.batches.send(batch(sequence));
        assert!(sent.is_ok(), "there is room for two");
    }
    let (mut taken, mut engine) = engine.join().expect("the engine's thread has not panicked");
    while taken < 2 {
        taken = take(&mut engine, taken);
    }
}

/// The batch that is sent to the engine and comes back.
struct Batch {
    sequence: u64,
    told: Arc<Tracked>,
}

fn batch(sequence: u64) -> Batch {
    let told = Arc::new(Tracked::new(0));
    told.write(sequence);
    Batch { sequence, told }
}

/// Takes a batch if there is one; returns the number of the last batch that was taken.
fn take(engine: &mut EngineEnd<Batch>, taken: u64) -> u64 {
    let Some(batch) = engine.next_batch() else {
        return taken;
    };
    assert_eq!(batch.sequence, taken + 1);
    assert_eq!(batch.told.read(), batch.sequence);
    engine.give_back(batch);
    taken + 1
}
