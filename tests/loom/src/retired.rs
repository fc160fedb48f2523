//! The ring of objects that the engine sends back: when the control half frees one, the engine does not
//! use it any more.

use crate::explore::{explore, notices_wrong_orderings};
use crate::link::{self, QueuedSwap, Returns, Sizes, Swap};
use crate::tracked::Tracked;
use crate::units::Ticket;
use loom::thread;
use std::sync::Arc;

#[test]
fn what_is_retired_is_no_longer_used() {
    explore(two_swaps);
}

#[test]
fn a_wrong_ordering_of_retired_swaps_is_noticed() {
    notices_wrong_orderings(two_swaps);
}

fn two_swaps() {
    let ends = link::new::<()>(Sizes {
        batches: 1,
        swaps: 2,
        input_frames: 0,
        input_chunks: 8,
        input_channels: 0,
        output_channels: 0,
    })
    .expect("there is memory");
    let (mut engine, mut control) = (ends.outgoing, ends.control);
    let engine = thread::spawn(move || {
        for number in 1..=2 {
            let swap = swap(number);
            swap.playspec.write(number);
            assert!(engine.can_retire());
            engine.retire(swap);
        }
        engine
    });
    let mut freed = free(&mut control.returns, 0);
    freed = free(&mut control.returns, freed);
    let engine = engine.join().expect("the engine's thread has not panicked");
    while freed < 2 {
        freed = free(&mut control.returns, freed);
    }
    drop(engine);
}

fn swap(number: u64) -> QueuedSwap {
    QueuedSwap {
        order: number,
        ticket: Ticket(number),
        playspec: Arc::new(Tracked::new(0)),
        gains: Arc::new(Tracked::new(0)),
        when: Swap::default(),
    }
}

/// Writes to the objects that came back, as a free would; returns the number of the last one.
fn free(returns: &mut Returns<()>, freed: u64) -> u64 {
    let Some(swap) = returns.next_retired() else {
        return freed;
    };
    assert_eq!(swap.ticket.0, freed + 1);
    swap.playspec.write(0);
    freed + 1
}
