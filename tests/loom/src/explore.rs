//! Runs a model without and with a fault; with a fault, the model must fail.

use loom::model::Builder;
use portable_atomic::{Fault, seed};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs all executions of a model; panics in the first that fails.
pub(crate) fn explore(model: fn()) {
    Builder::new().check(model);
}

/// As [`explore`], but only the executions with at most `times` preemptions.
pub(crate) fn explore_preempted_at_most(times: usize, model: fn()) {
    let mut builder = Builder::new();
    builder.preemption_bound = Some(times);
    builder.check(model);
}

/// Runs a model with each kind of wrong ordering; panics unless the model fails with each.
pub(crate) fn notices_wrong_orderings(model: fn()) {
    for fault in [Fault::NoRelease, Fault::NoAcquire] {
        // On a thread of its own, since a fault is seeded for a thread.
        let run = move || {
            seed(fault);
            catch_unwind(AssertUnwindSafe(|| explore(model))).is_err()
        };
        let noticed = std::thread::spawn(run).join();
        assert!(matches!(noticed, Ok(true)), "{fault:?} went unnoticed");
    }
}
