//! Memory that the audio thread writes to. It is written to in advance, since the first write to a page
//! is a page fault. And it is locked, as far as the system allows, so that it is never
//! swapped out to a disk.
//!
//! The system does not count locks: a page that was locked twice is unlocked by one call. So a page that the
//! program has locked as well, by `mlockall()` for instance, is not unlocked. The system joins neighbouring
//! pages that are locked alike into one mapping. So, where the mapping of our pages reaches beyond all that we
//! have locked, somebody else has locked them as well.

use super::PerProcess;
use crate::lock::Mutex;
use crate::memory::Keeper;
use std::fs;
use std::hint::black_box;
use std::mem::MaybeUninit;
use std::ops::Range;

/// Addresses of whole pages.
type Pages = Range<usize>;

/// All pages that this library has locked. Held while pages are locked or unlocked.
static LOCKED: PerProcess<Mutex<Vec<Pages>>> = PerProcess::new();

/// Knows which memory was locked, and unlocks it when dropped. Must be dropped before the memory is freed.
#[derive(Default)]
pub(crate) struct Resident {
    locked: Vec<Pages>,
    bytes: u64,
}

impl Keeper for Resident {
    fn keep<T>(&mut self, memory: &mut [MaybeUninit<T>]) {
        memory.fill_with(MaybeUninit::zeroed);
        self.lock(memory);
    }

    fn keep_items<T>(&mut self, items: &mut [T]) {
        self.lock(items);
    }
}

impl Resident {
    /// Locks all pages that lie completely in memory that was written to.
    fn lock<T>(&mut self, memory: &mut [T]) {
        // Otherwise the compiler may allocate zeroed memory instead of writing.
        let memory = black_box(memory);
        self.bytes += size_of_val(memory) as u64;
        // SAFETY: takes a number, returns one.
        let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) }.max(1) as usize;
        let begin = memory.as_ptr().addr().next_multiple_of(page);
        let end = (memory.as_ptr().addr() + size_of_val(memory)) / page * page;
        if begin >= end {
            return;
        }
        let mut locked = LOCKED.get().lock();
        // Pages are locked only if there is memory to remember them, so that they can be unlocked.
        if self.locked.try_reserve(1).is_ok() && locked.try_reserve(1).is_ok() {
            let first = memory.as_ptr().with_addr(begin);
            // SAFETY: these pages lie within `memory`.
            if unsafe { libc::mlock(first.cast(), end - begin) } == 0 {
                self.locked.push(begin..end);
                locked.push(begin..end);
            }
        }
    }

    /// How many bytes are resident, and how many of them are locked.
    pub fn bytes(&self) -> (u64, u64) {
        let locked = self.locked.iter().map(|pages| pages.len() as u64);
        (self.bytes, locked.sum())
    }
}

impl Drop for Resident {
    fn drop(&mut self) {
        if self.locked.is_empty() {
            return;
        }
        let mut locked = LOCKED.get().lock();
        let others = mappings_with_foreign_locks(&locked);
        locked.retain(|pages| !self.locked.contains(pages));
        let is_ours_alone = |pages: &&Pages| {
            let others = others.as_ref();
            others.is_some_and(|others| !others.iter().any(|other| overlap(other, pages)))
        };
        for pages in self.locked.iter().filter(is_ours_alone) {
            let first = std::ptr::without_provenance(pages.start);
            // SAFETY: the memory is there until this is dropped; its contents are left alone.
            unsafe { libc::munlock(first, pages.len()) };
        }
    }
}

/// The mappings that have some of our pages, and reach beyond them; `None` if the system does not say.
fn mappings_with_foreign_locks(ours: &[Pages]) -> Option<Vec<Pages>> {
    let is_ours = |address| ours.iter().any(|pages| pages.contains(&address));
    let maps = fs::read_to_string("/proc/self/maps").ok()?;
    let mut found = Vec::new();
    for line in maps.lines() {
        let (begin, end) = line.split_once(' ')?.0.split_once('-')?;
        let address = |digits| usize::from_str_radix(digits, 16).ok();
        let mapping = address(begin)?..address(end)?;
        if ours.iter().any(|pages| overlap(pages, &mapping))
            && !(is_ours(mapping.start) && is_ours(mapping.end - 1))
        {
            found.push(mapping);
        }
    }
    Some(found)
}

fn overlap(one: &Pages, other: &Pages) -> bool {
    one.start < other.end && other.start < one.end
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
        resident.keep_items(&mut [0_u8; 3]);
        assert_eq!(resident.bytes().0, bytes + 3);
    }
}
