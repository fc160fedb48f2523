//! MIDI messages: whoever has the stamp of a message also has its bytes.

use crate::explore::{explore, notices_wrong_orderings};
use crate::link::midi;
use crate::tracked::Tracked;
use loom::thread;
use std::sync::Arc;

#[test]
fn a_message_comes_whole_and_in_order() {
    explore(two_messages);
}

#[test]
fn a_wrong_ordering_of_messages_is_noticed() {
    notices_wrong_orderings(two_messages);
}

/// The writer writes cell `n` before it sends message `n`, of `n + 1` bytes; the reader reads the cell after it has
/// received the message.
fn two_messages() {
    let (mut writer, mut reader) = midi::<u8>().expect("there is memory");
    let cells: Arc<[Tracked; 2]> = Arc::new(std::array::from_fn(|_| Tracked::new(0)));
    let told = cells.clone();
    let writer = thread::spawn(move || {
        for (n, cell) in (0u8..).zip(told.iter()) {
            cell.write(1);
            assert!(writer.write(n, &vec![n; usize::from(n) + 1]));
        }
        writer
    });
    let (mut expected, mut bytes) = (0u8, Vec::new());
    let mut read = |expected: &mut u8| {
        while let Some(n) = reader.read(&mut bytes) {
            assert_eq!(n, *expected);
            assert_eq!(bytes, vec![n; usize::from(n) + 1]);
            assert_eq!(cells[usize::from(n)].read(), 1);
            *expected += 1;
        }
    };
    read(&mut expected);
    let writer = writer.join().expect("the writer has not panicked");
    read(&mut expected);
    assert_eq!(expected, 2);
    drop(writer);
}
