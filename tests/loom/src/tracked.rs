use loom::cell::UnsafeCell;

/// Plain memory. Loom fails if two accesses are not ordered and one of them is a write.
pub(crate) struct Tracked(UnsafeCell<u64>);

// SAFETY: not safe by itself. Loom checks that the code under test orders all accesses.
unsafe impl Sync for Tracked {}

impl Tracked {
    pub fn new(value: u64) -> Tracked {
        Tracked(UnsafeCell::new(value))
    }

    pub fn read(&self) -> u64 {
        // SAFETY: loom has checked the access when it gives the pointer.
        self.0.with(|value| unsafe { *value })
    }

    pub fn write(&self, value: u64) {
        // SAFETY: as above.
        self.0.with_mut(|place| unsafe { *place = value });
    }
}
