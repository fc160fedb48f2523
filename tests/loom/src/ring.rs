//! The ring on which all queues are built: a place is overwritten only when its reader has finished.

use crate::explore::{explore, notices_wrong_orderings};
use crate::tracked::Tracked;
use loom::thread;
use ringbuf::HeapRb;
use ringbuf::traits::{Consumer, Observer, Producer, Split};
use std::sync::Arc;

#[test]
fn a_place_is_reused_only_after_its_reader_has_done() {
    explore(three_through_two_places);
}

#[test]
fn a_wrong_ordering_of_the_ring_is_noticed() {
    notices_wrong_orderings(three_through_two_places);
}

/// Loom does not track the ring's own memory. A cell for each place stands for it.
fn three_through_two_places() {
    let places = Arc::new([Tracked::new(0), Tracked::new(0)]);
    let (mut writer, mut reader) = HeapRb::<u64>::new(places.len()).split();
    let written = places.clone();
    let writer = thread::spawn(move || {
        let mut next = 0;
        for _ in 0..4 {
            if next < 3 && writer.vacant_len() > 0 {
                written[next as usize % 2].write(next);
                assert!(writer.try_push(next).is_ok());
                next += 1;
            }
        }
        (writer, next)
    });
    let mut expected = 0;
    let mut read = |expected: u64| {
        let Some(&number) = reader.first() else {
            return expected;
        };
        assert_eq!(number, expected);
        assert_eq!(places[number as usize % 2].read(), number);
        assert_eq!(reader.try_pop(), Some(number));
        expected + 1
    };
    for _ in 0..2 {
        expected = read(expected);
    }
    let (writer, pushed) = writer.join().expect("the writer has not panicked");
    while expected < pushed {
        expected = read(expected);
    }
    drop(writer);
}
