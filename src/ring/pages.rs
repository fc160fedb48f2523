//! The memory of a ring: whole pages, so that it can be locked without the data of others.

use crate::error::Result;
use crate::memory;
use ringbuf::storage::Storage;
use std::cell::UnsafeCell;
use std::mem::MaybeUninit;

/// Of x86-64, and of other processors with pages of 4 KiB.
const PAGE_BYTES: usize = 4096;

#[repr(align(4096))]
#[expect(dead_code, reason = "its bytes are used by their address")]
struct Page(UnsafeCell<[u8; PAGE_BYTES]>);

/// Bytes that are 0 at first.
pub(super) struct Pages {
    pages: Vec<Page>,
    bytes: usize,
}

// SAFETY: it is memory, which the ring gives to one end at a time.
unsafe impl Sync for Pages {}

impl Pages {
    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    pub fn new(bytes: usize) -> Result<Pages> {
        let count = bytes.div_ceil(PAGE_BYTES);
        let mut pages = memory::room(count, "a ring")?;
        pages.resize_with(count, || Page(UnsafeCell::new([0; PAGE_BYTES])));
        Ok(Pages { pages, bytes })
    }

    /// All of its memory, to be locked.
    pub fn all(&self) -> *const [u8] {
        let bytes = size_of_val(&self.pages[..]);
        std::ptr::slice_from_raw_parts(self.pages.as_ptr().cast(), bytes)
    }
}

// SAFETY: the pages are one array of at least so many bytes, which stays where it is. They are cells, so
// references to `Pages` and to their contents may exist at the same time.
unsafe impl Storage for Pages {
    type Item = u8;

    fn len(&self) -> usize {
        self.bytes
    }

    fn as_mut_ptr(&self) -> *mut MaybeUninit<u8> {
        UnsafeCell::raw_get(self.pages.as_ptr().cast::<UnsafeCell<MaybeUninit<u8>>>())
    }
}
