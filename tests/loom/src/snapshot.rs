//! The snapshot that holds the engine's latest state; here with two words.

use crate::explore::{explore, explore_preempted_at_most, notices_wrong_orderings};
use crate::seqlock::Seqlock;
use loom::thread;
use std::sync::Arc;

#[test]
fn what_is_read_was_written_as_one_and_nothing_older_comes_after() {
    explore(|| written_and_read_twice(1));
    // A read that is disturbed begins again, so without the bound there are too many executions.
    explore_preempted_at_most(3, || written_and_read_twice(2));
}

#[test]
fn a_wrong_ordering_of_the_snapshot_is_noticed() {
    notices_wrong_orderings(|| written_and_read_twice(1));
}

fn written_and_read_twice(writes: u64) {
    let latest = Arc::new(Seqlock::<2>::default());
    let written = latest.clone();
    let writer = thread::spawn(move || {
        for number in 1..=writes {
            written.write([number, number]);
        }
    });
    let first = latest.read();
    assert_eq!(first[0], first[1], "torn");
    let second = latest.read();
    assert_eq!(second[0], second[1], "torn");
    assert!(first[0] <= second[0]);
    writer.join().expect("the writer has not panicked");
    assert_eq!(latest.read(), [writes, writes]);
}
