//! Finds out whether cycles run late by chance, or because they were due at another time.

/// How late some cycles in a row ran. One cycle may run late for many reasons; if all of them did, their due time
/// is wrong.
pub(super) struct Lateness {
    /// How many were added.
    cycles: u32,
    pub first_ns: i64,
    pub least_ns: i64,
    pub last_ns: i64,
}

impl Lateness {
    const CYCLES: u32 = 8;
    pub const NONE: Lateness = Lateness {
        cycles: 0,
        first_ns: 0,
        least_ns: i64::MAX,
        last_ns: 0,
    };

    /// Adds a cycle. The last of [`Lateness::CYCLES`] returns the result, and the next cycle begins a new one.
    pub fn add(&mut self, late_ns: i64) -> Option<Lateness> {
        if self.cycles == 0 {
            self.first_ns = late_ns;
        }
        self.least_ns = self.least_ns.min(late_ns);
        self.last_ns = late_ns;
        self.cycles += 1;
        (self.cycles == Lateness::CYCLES).then(|| std::mem::replace(self, Lateness::NONE))
    }
}
