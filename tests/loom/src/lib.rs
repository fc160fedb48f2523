//! Explores with loom all interleavings and memory orders of the modules between the library's two
//! halves. These modules are compiled here unchanged, by path. So is `ringbuf`, whose atomics come from
//! the crates below `shims`.
//!
//! Loom detects unordered accesses to memory that it tracks. So each value that the tests send stands for
//! a [`Tracked`] cell: the sender writes the cell before it sends, and the receiver reads the cell after
//! it has received.
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
#[allow(dead_code, unused_imports, reason = "the tests use a part")]
#[path = "../../../src/midi/mod.rs"]
mod midi;
#[path = "../../../src/clip/stream/pages.rs"]
mod pages;
#[allow(clippy::duplicate_mod, reason = "`link` keeps it to itself")]
#[path = "../../../src/link/seqlock.rs"]
mod seqlock;
#[path = "../../../src/capi/slot.rs"]
mod slot;
#[path = "../../../src/spsc.rs"]
mod spsc;
#[allow(dead_code, reason = "the tests use a part")]
#[path = "../../../src/units.rs"]
mod units;

mod commands;
mod input;
mod lease;
mod messages;
mod reports;
mod retired;
mod ring;
mod slots;
mod snapshot;
mod streams;
mod tap;
