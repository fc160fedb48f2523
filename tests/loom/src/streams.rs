//! The pages of a streamed clip; here pages of two frames, with room for a single page.

use crate::explore::{explore, notices_wrong_orderings};
use crate::pages::Pages;
use loom::thread;
use std::sync::Arc;

#[test]
fn a_page_that_is_found_is_whole_and_the_one_that_was_asked_for() {
    explore(replaced_while_it_is_read);
}

#[test]
fn a_wrong_ordering_of_pages_is_noticed() {
    notices_wrong_orderings(replaced_while_it_is_read);
}

fn replaced_while_it_is_read() {
    let pages = Arc::new(Pages::new(1, 2));
    pages.grow(1).expect("there is memory");
    let read = pages.clone();
    let reader = thread::spawn(move || {
        for page in [1, 2] {
            let mut out = [0.0; 2];
            if read.read(page, 0, 0, &mut out) {
                assert_eq!(out, [page as f32; 2], "torn");
            }
        }
    });
    for page in [1, 2] {
        pages.write(0, page, &[vec![page as f32; 2]]);
    }
    reader.join().expect("the reader has not panicked");
    let mut out = [0.0; 2];
    assert!(!pages.read(1, 0, 0, &mut out), "replaced");
    assert!(pages.read(2, 0, 0, &mut out), "lost");
}
