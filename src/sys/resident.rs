//! Memory that the audio thread writes to. It is written to in advance, since the first write to a page
//! is a page fault. And it is locked, as far as the system allows, so that it is never
//! swapped out to a disk.
//!
//! The system does not count locks: a page that was locked twice is unlocked by one call. So a page that the
//! program may have locked as well, by `mlockall()` for instance, is not unlocked.

use super::PerProcess;
use crate::lock::Mutex;
use crate::memory::Keeper;
use std::fs;
use std::hint::black_box;
use std::mem::MaybeUninit;
use std::ops::Range;

/// How many bytes this library has locked. Held while that changes.
static LOCKED_BYTES: PerProcess<Mutex<u64>> = PerProcess::new();

/// Knows which memory was locked, and unlocks it when dropped. Must be dropped before the memory is freed.
#[derive(Default)]
pub(crate) struct Resident {
    /// The addresses of the pages that are locked.
    locked: Vec<Range<usize>>,
    bytes: u64,
    locked_bytes: u64,
}

impl Keeper for Resident {
    /// Writes to the memory, and locks all pages that lie completely in it.
    fn keep<T>(&mut self, memory: &mut [MaybeUninit<T>]) {
        // Otherwise the compiler may allocate zeroed memory instead of writing.
        black_box(&mut *memory).fill_with(MaybeUninit::zeroed);
        self.bytes += size_of_val(memory) as u64;
        // SAFETY: takes a number, returns one.
        let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) }.max(1) as usize;
        let begin = memory.as_ptr().addr().next_multiple_of(page);
        let end = (memory.as_ptr().addr() + size_of_val(memory)) / page * page;
        // A page is locked only if there is memory to remember it, so that it can be unlocked.
        if begin < end && self.locked.try_reserve(1).is_ok() {
            let first = memory.as_ptr().with_addr(begin);
            let mut locked_bytes = LOCKED_BYTES.get().lock();
            // SAFETY: these pages lie within `memory`.
            if unsafe { libc::mlock(first.cast(), end - begin) } == 0 {
                let bytes = (end - begin) as u64;
                self.locked.push(begin..end);
                self.locked_bytes += bytes;
                *locked_bytes += bytes;
            }
        }
    }
}

impl Resident {
    /// How many bytes are resident, and how many of them are locked.
    pub fn bytes(&self) -> (u64, u64) {
        (self.bytes, self.locked_bytes)
    }
}

impl Drop for Resident {
    fn drop(&mut self) {
        if self.locked.is_empty() {
            return;
        }
        let mut locked_bytes = LOCKED_BYTES.get().lock();
        let is_ours_alone = locked_by_process().is_some_and(|bytes| bytes <= *locked_bytes);
        *locked_bytes = locked_bytes.saturating_sub(self.locked_bytes);
        for pages in self.locked.iter().filter(|_| is_ours_alone) {
            let first = std::ptr::without_provenance(pages.start);
            // SAFETY: the memory is there until this is dropped; its contents are left alone.
            unsafe { libc::munlock(first, pages.len()) };
        }
    }
}

/// How many bytes of the process are locked, by whomever; `None` if the system does not say.
fn locked_by_process() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmLck:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
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
