//! Memory that the audio thread writes to. It is written to in advance, since the first write to a page
//! is a page fault. And it is locked, as far as the system allows, so that it is never
//! swapped out to a disk.
//!
//! The system does not count locks: a page that was locked twice is unlocked by one call. So a page is unlocked only if
//! the program has not locked it as well, by `mlockall()` for instance:
//! - Before: then our lock does not add to what the process has locked.
//! - Later: the system joins neighbouring pages that are locked alike into one mapping. So the mapping of our pages
//!   reaches beyond all that we have locked, at both ends. (At one end, the program has locked a neighbour.)

use super::PerProcess;
use crate::lock::Mutex;
use crate::memory::Keeper;
use std::collections::BTreeMap;
use std::fs;
use std::hint::black_box;
use std::io;
use std::mem::MaybeUninit;
use std::ops::Range;

/// Addresses of whole pages.
type Pages = Range<usize>;

/// The pages that this library has locked, and nobody had before: first addresses and ends.
#[derive(Default)]
struct Locked {
    pages: BTreeMap<usize, usize>,
    bytes: u64,
}

/// Held while pages are locked or unlocked.
static LOCKED: PerProcess<Mutex<Locked>> = PerProcess::new();

/// Knows which memory was locked, and unlocks it when dropped. Must be dropped before the memory is freed.
#[derive(Default)]
pub(crate) struct Resident {
    /// Those that nobody had locked before.
    locked: Vec<Pages>,
    bytes: u64,
    locked_bytes: u64,
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
    /// Memory that was written to and is locked.
    ///
    /// # Errors
    /// What the system says if it refuses.
    ///
    /// # Safety
    /// The memory must be there until this is dropped.
    pub unsafe fn locked(memory: *const [u8]) -> io::Result<Resident> {
        let mut resident = Resident::default();
        resident.lock_pages(memory)?;
        Ok(resident)
    }

    /// Locks memory that was written to, as far as the system allows.
    fn lock<T>(&mut self, memory: &mut [T]) {
        // Otherwise the compiler may allocate zeroed memory instead of writing.
        let memory = black_box(memory);
        let bytes = size_of_val(memory);
        let memory = std::ptr::slice_from_raw_parts(memory.as_ptr().cast(), bytes);
        let _ = self.lock_pages(memory);
    }

    /// Locks all pages that lie completely in this memory.
    fn lock_pages(&mut self, memory: *const [u8]) -> io::Result<()> {
        self.bytes += memory.len() as u64;
        // SAFETY: takes a number, returns one.
        let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) }.max(1) as usize;
        let begin = memory.addr().next_multiple_of(page);
        let end = (memory.addr() + memory.len()) / page * page;
        if begin >= end {
            return Ok(());
        }
        let mut locked = LOCKED.get().lock();
        // Pages are locked only if there is memory to remember them, so that they can be unlocked.
        if self.locked.try_reserve(1).is_err() {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        let first = memory.cast::<u8>().with_addr(begin);
        let before = bytes_locked_in_process();
        // SAFETY: these pages lie within `memory`.
        if unsafe { libc::mlock(first.cast(), end - begin) } != 0 {
            return Err(io::Error::last_os_error());
        }
        let bytes = (end - begin) as u64;
        self.locked_bytes += bytes;
        let added = bytes_locked_in_process().zip(before);
        if added.is_some_and(|(now, before)| now >= before + bytes) {
            self.locked.push(begin..end);
            locked.pages.insert(begin, end);
            locked.bytes += bytes;
        }
        Ok(())
    }

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
        let mut locked = LOCKED.get().lock();
        let shared = match bytes_locked_in_process() {
            Some(bytes) if bytes <= locked.bytes => Some(Vec::new()),
            _ => locked.mappings_locked_by_others(&self.locked),
        };
        for pages in &self.locked {
            locked.pages.remove(&pages.start);
            locked.bytes -= pages.len() as u64;
            let is_ours_alone = shared
                .as_ref()
                .is_some_and(|shared| !shared.iter().any(|other| overlap(other, pages)));
            if is_ours_alone {
                let first = std::ptr::without_provenance(pages.start);
                // SAFETY: the memory is there until this is dropped; its contents are left alone.
                unsafe { libc::munlock(first, pages.len()) };
            }
        }
    }
}

impl Locked {
    fn holds(&self, address: usize) -> bool {
        let below = self.pages.range(..=address).next_back();
        below.is_some_and(|(_, end)| address < *end)
    }

    /// The mappings that have some of these pages, and that others have locked; `None` if the system does not say.
    fn mappings_locked_by_others(&self, pages: &[Pages]) -> Option<Vec<Pages>> {
        let maps = fs::read_to_string("/proc/self/maps").ok()?;
        let mut found = Vec::new();
        for line in maps.lines() {
            let (begin, end) = line.split_once(' ')?.0.split_once('-')?;
            let address = |digits| usize::from_str_radix(digits, 16).ok();
            let mapping = address(begin)?..address(end)?;
            if pages.iter().any(|pages| overlap(pages, &mapping))
                && !self.holds(mapping.start)
                && !self.holds(mapping.end - 1)
            {
                found.push(mapping);
            }
        }
        Some(found)
    }
}

fn overlap(one: &Pages, other: &Pages) -> bool {
    one.start < other.end && other.start < one.end
}

/// How many bytes of the process are locked, by whomever; `None` if the system does not say.
fn bytes_locked_in_process() -> Option<u64> {
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
        resident.keep_items(&mut [0_u8; 3]);
        assert_eq!(resident.bytes().0, bytes + 3);
    }
}
