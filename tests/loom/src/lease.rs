//! Two drivers and one engine.

use crate::explore::{explore, notices_wrong_orderings};
use crate::gate::Gate;
use crate::tracked::Tracked;
use loom::thread;
use std::sync::Arc;

#[test]
fn never_are_two_inside() {
    explore(two_drivers);
}

#[test]
fn a_wrong_ordering_of_the_gate_is_noticed() {
    notices_wrong_orderings(two_drivers);
}

/// The driver of a lost server may still run a period, or begin one, while the next driver gets the
/// engine.
fn two_drivers() {
    let gate = Arc::new(Gate::default());
    let engine = Arc::new(Tracked::new(0));
    let old = gate.next().expect("nobody is inside yet");
    let late = thread::spawn({
        let (gate, engine) = (gate.clone(), engine.clone());
        move || run(&gate, old, &engine) + run(&gate, old, &engine)
    });
    let mut periods = 0;
    let new = gate.next();
    if let Some(new) = new {
        assert!(run(&gate, new, &engine) == 1, "the latest is let in");
        assert!(run(&gate, old, &engine) == 0, "an earlier one is not");
        periods += 1;
    }
    periods += late.join().expect("the old driver has not panicked");
    assert_eq!(engine.read(), periods);
    assert!(gate.next().is_some(), "everybody has left");
}

/// Runs a period if the gate permits it; returns how many periods have run.
fn run(gate: &Gate, number: u64, engine: &Tracked) -> u64 {
    let Some(_inside) = gate.enter(number) else {
        return 0;
    };
    engine.write(engine.read() + 1);
    1
}
