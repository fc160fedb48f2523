//! What the two halves share memory by. `tests/loom` compiles the modules that use it with atomics
//! of its own in this place, which show them every order that the memory model allows.

pub(crate) use std::hint::spin_loop;
pub(crate) use std::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};
