//! Memory that the audio thread writes to. It is written to once before: the first write to a page
//! interrupts a thread by a page fault. And it is locked, as far as the system allows, so that it is never
//! swapped out to a disk.

use crate::memory::Keeper;
use std::hint::black_box;
use std::mem::MaybeUninit;
use std::ops::Range;

/// Knows which memory was locked, and unlocks it when dropped. Must be dropped before the memory is freed.
#[derive(Default)]
pub(crate) struct Resident {
    /// The addresses of the pages that are locked.
    locked: Vec<Range<usize>>,
    bytes: u64,
    locked_bytes: u64,
}

impl Keeper for Resident {
    /// Writes to it, and locks the pages that lie in it as a whole.
    fn keep<T>(&mut self, memory: &mut [MaybeUninit<T>]) {
        // Otherwise the compiler may ask for memory that reads as 0, and write nothing.
        black_box(&mut *memory).fill_with(MaybeUninit::zeroed);
        self.bytes += size_of_val(memory) as u64;
        // SAFETY: takes a number, returns one.
        let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) }.max(1) as usize;
        let begin = memory.as_ptr().addr().next_multiple_of(page);
        let end = (memory.as_ptr().addr() + size_of_val(memory)) / page * page;
        // A page is locked only if it can be remembered, to be unlocked.
        if begin < end && self.locked.try_reserve(1).is_ok() {
            let first = memory.as_ptr().with_addr(begin);
            // SAFETY: these pages lie within `memory`.
            if unsafe { libc::mlock(first.cast(), end - begin) } == 0 {
                self.locked.push(begin..end);
                self.locked_bytes += (end - begin) as u64;
            }
        }
    }
}

impl Resident {
    /// How many bytes are resident, and how many of them are locked: those on pages that they fill.
    pub fn bytes(&self) -> (u64, u64) {
        (self.bytes, self.locked_bytes)
    }
}

impl Drop for Resident {
    fn drop(&mut self) {
        for pages in &self.locked {
            let first = std::ptr::without_provenance(pages.start);
            // SAFETY: the memory is there until this is dropped; its contents are left alone.
            unsafe { libc::munlock(first, pages.len()) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_touched_and_no_more_of_it_is_locked_than_it_has() {
        let mut resident = Resident::default();
        let mut memory: Vec<u32> = Vec::with_capacity(100_000);
        resident.keep_room_of(&mut memory);
        let (bytes, locked) = resident.bytes();
        assert_eq!(bytes, 4 * memory.capacity() as u64);
        assert!(locked <= bytes);
        resident.keep::<u64>(&mut []);
        assert_eq!(resident.bytes(), (bytes, locked));
    }
}
