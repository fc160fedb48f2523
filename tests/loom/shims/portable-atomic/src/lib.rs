//! Loom's atomics under the names of `portable_atomic`, with orderings that a test can weaken.

use std::cell::Cell;

pub use loom::sync::atomic::Ordering;

/// A wrong ordering, in all uses of this crate's atomics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Stores and release fences do not order the accesses before them.
    NoRelease,
    /// Loads and acquire fences do not order the accesses after them.
    NoAcquire,
}

thread_local! {
    static FAULT: Cell<Option<Fault>> = const { Cell::new(None) };
}

/// Seeds a fault into all models that this operating-system thread explores from now on. (Loom runs the
/// threads of a model on the thread that calls it.)
pub fn seed(fault: Fault) {
    FAULT.set(Some(fault));
}

fn without(fault: Fault, order: Ordering) -> Ordering {
    match (fault, order) {
        (Fault::NoRelease, Ordering::Release) => Ordering::Relaxed,
        (Fault::NoRelease, Ordering::AcqRel) => Ordering::Acquire,
        (Fault::NoAcquire, Ordering::Acquire) => Ordering::Relaxed,
        (Fault::NoAcquire, Ordering::AcqRel) => Ordering::Release,
        (_, order) => order,
    }
}

fn seeded(order: Ordering) -> Ordering {
    FAULT.get().map_or(order, |fault| without(fault, order))
}

#[track_caller]
pub fn fence(order: Ordering) {
    match seeded(order) {
        Ordering::Relaxed => {} // a fence with this ordering does not exist
        order => loom::sync::atomic::fence(order),
    }
}

macro_rules! atomic {
    ($name:ident, $value:ty $(, $operation:ident)*) => {
        #[derive(Debug, Default)]
        pub struct $name(loom::sync::atomic::$name);

        impl $name {
            #[track_caller]
            pub fn new(value: $value) -> $name {
                $name(loom::sync::atomic::$name::new(value))
            }

            #[track_caller]
            pub fn load(&self, order: Ordering) -> $value {
                self.0.load(seeded(order))
            }

            #[track_caller]
            pub fn store(&self, value: $value, order: Ordering) {
                self.0.store(value, seeded(order));
            }

            #[track_caller]
            pub fn swap(&self, value: $value, order: Ordering) -> $value {
                self.0.swap(value, seeded(order))
            }

            $(
                #[track_caller]
                pub fn $operation(&self, value: $value, order: Ordering) -> $value {
                    self.0.$operation(value, seeded(order))
                }
            )*

            #[track_caller]
            pub fn compare_exchange(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                self.0
                    .compare_exchange(current, new, seeded(success), seeded(failure))
            }
        }
    };
}

atomic!(AtomicBool, bool);
atomic!(AtomicU32, u32);
atomic!(AtomicU64, u64, fetch_add, fetch_sub);
atomic!(AtomicUsize, usize);
