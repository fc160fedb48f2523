//! The atomics by which the two halves share memory. `tests/loom` compiles the modules that use them with atomics
//! of its own, which try every order that the memory model allows.

pub(crate) use std::hint::spin_loop;
pub(crate) use std::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};
