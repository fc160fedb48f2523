//! Replaces the library's `src/atomic.rs`.

pub(crate) use loom::thread::yield_now as spin_loop;
pub(crate) use portable_atomic::{AtomicU32, AtomicU64, Ordering, fence};
