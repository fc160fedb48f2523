//! A slot for a handle that real-time code uses.

use crate::explore::{explore, notices_wrong_orderings};
use crate::slot::Slot;
use crate::tracked::Tracked;
use loom::thread;
use std::sync::Arc;

#[test]
fn an_object_is_found_whole_or_not_at_all_and_taken_after_its_last_use() {
    explore(two_objects_in_a_slot);
}

#[test]
fn a_wrong_ordering_of_a_slot_is_noticed() {
    notices_wrong_orderings(two_objects_in_a_slot);
}

const KEYS: [u64; 2] = [11, 12];

/// One thread puts an object into the slot, takes it out, and puts another one in. Another thread uses them.
fn two_objects_in_a_slot() {
    let slot = Arc::new(Slot::default());
    let used = slot.clone();
    let user = thread::spawn(move || {
        for key in KEYS {
            let found = used.with(key, |object: &Arc<Tracked>| object.read());
            assert!(found.is_none_or(|found| found == key));
        }
    });
    let object = new(KEYS[0]);
    put(&slot, KEYS[0], &object);
    let taken = slot.take(KEYS[0], thread::yield_now).expect("it is there");
    // As if it were freed: nobody reads it any more.
    taken.write(0);
    assert!(slot.take(KEYS[0], thread::yield_now).is_none());
    put(&slot, KEYS[1], &new(KEYS[1]));
    user.join().expect("the user has not panicked");
    assert_eq!(slot.with(KEYS[1], |object| object.read()), Some(KEYS[1]));
    assert!(slot.with(KEYS[0], |_| ()).is_none());
}

fn new(key: u64) -> Arc<Tracked> {
    let object = Arc::new(Tracked::new(0));
    object.write(key);
    object
}

fn put(slot: &Slot<Arc<Tracked>>, key: u64, object: &Arc<Tracked>) {
    // SAFETY: the slot is empty, and no other thread puts.
    unsafe { slot.put(key, object.clone()) };
}
