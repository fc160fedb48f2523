//! Explores, with loom, every interleaving and every order of memory that the modules between the
//! library's two halves may meet. They are compiled here as they are, by path; so is `ringbuf`,
//! whose atomics come from the crates below `shims`.
//!
//! Loom notices unordered accesses to memory that it tracks, so what travels in the tests refers to
//! a [`Tracked`] cell: the sender writes the cell before, the receiver reads it after.
#![cfg(test)]

mod atomic;
mod explore;
mod playspec;
mod tracked;

#[allow(dead_code, reason = "the tests use a part")]
#[path = "../../../src/error.rs"]
mod error;
#[allow(dead_code, reason = "the tests use a part")]
#[path = "../../../src/driver/gate.rs"]
mod gate;
#[allow(
    dead_code,
    unused_imports,
    unfulfilled_lint_expectations,
    reason = "the tests use a part"
)]
#[path = "../../../src/link/mod.rs"]
mod link;
#[allow(dead_code, reason = "the tests use a part")]
#[path = "../../../src/lock.rs"]
mod lock;
#[allow(dead_code, reason = "the tests use a part")]
#[path = "../../../src/memory.rs"]
mod memory;
#[path = "../../../src/clip/stream/pages.rs"]
mod pages;
#[allow(clippy::duplicate_mod, reason = "`link` keeps it to itself")]
#[path = "../../../src/link/seqlock.rs"]
mod seqlock;
#[allow(dead_code, reason = "the tests use a part")]
#[path = "../../../src/units.rs"]
mod units;

mod commands;
mod input;
mod lease;
mod reports;
mod retired;
mod ring;
mod snapshot;
mod streams;
mod tap;
