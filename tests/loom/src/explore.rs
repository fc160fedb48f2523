//! Running a model as it is, and with a fault that must be noticed.

use loom::model::Builder;
use portable_atomic::{Fault, seed};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs every execution of a model; panics in the first that is wrong.
pub(crate) fn explore(model: fn()) {
    Builder::new().check(model);
}

/// As [`explore`], but without the executions in which threads are interrupted more often.
pub(crate) fn explore_preempted_at_most(times: usize, model: fn()) {
    let mut builder = Builder::new();
    builder.preemption_bound = Some(times);
    builder.check(model);
}

/// Runs a model with wrong orderings, one kind after the other; panics unless each is noticed.
pub(crate) fn notices_wrong_orderings(model: fn()) {
    for fault in [Fault::NoRelease, Fault::NoAcquire] {
        // A thread of its own, since the fault is the thread's.
        let run = move || {
            seed(fault);
            catch_unwind(AssertUnwindSafe(|| explore(model))).is_err()
        };
        let noticed = std::thread::spawn(run).join();
        assert!(matches!(noticed, Ok(true)), "{fault:?} went unnoticed");
    }
}
