//! Batches on their way to the engine.

use crate::explore::{explore, notices_wrong_orderings};
use crate::link::{self, Batch, Command, EngineEnd, Retired, Sizes};
use crate::playspec::Gain;
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
    let (mut engine, mut control) = link::new(Sizes {
        batches: 2,
        swaps: 1,
        input_frames: 0,
        input_chunks: 8,
        input_channels: 0,
        output_channels: 0,
    })
    .expect("there is memory");
    let engine = thread::spawn(move || {
        let taken = take(&mut engine, 0);
        (take(&mut engine, taken), engine)
    });
    for sequence in 1..=2 {
        let sent = control.commands.send(batch(sequence));
        assert!(sent.is_ok(), "there is room for two");
    }
    let (mut taken, mut engine) = engine.join().expect("the engine's thread has not panicked");
    while taken < 2 {
        taken = take(&mut engine, taken);
    }
}

fn batch(sequence: u64) -> Box<Batch> {
    let gains = Arc::new(Tracked::new(0));
    gains.write(sequence);
    let command = Command::SetGain {
        gains,
        entry: 0,
        gain: Gain,
        ramp_frames: 0,
    };
    Box::new(Batch {
        sequence,
        commands: vec![command],
    })
}

/// Takes a batch, if one is there; returns the number of the last one.
fn take(engine: &mut EngineEnd, taken: u64) -> u64 {
    let Some(batch) = engine.next_batch() else {
        return taken;
    };
    assert_eq!(batch.sequence, taken + 1);
    let Command::SetGain { gains, .. } = &batch.commands[0] else {
        panic!("another command was sent");
    };
    assert_eq!(gains.read(), batch.sequence);
    engine.retire(Retired::Batch(batch));
    taken + 1
}
