//! A ring: single producer, single consumer, lock-free.

use crate::error::{Error, Result};
use ringbuf::traits::Split;
use ringbuf::{HeapCons, HeapProd, HeapRb};

/// A ring and its two ends.
///
/// # Errors
/// [`Error::OutOfMemory`]: the application chooses the sizes.
pub(super) fn ring<T>(capacity: usize, what: &'static str) -> Result<(HeapProd<T>, HeapCons<T>)> {
    let bytes = capacity.saturating_mul(size_of::<T>()) as u64;
    let ring = HeapRb::try_new(capacity).map_err(|_| Error::OutOfMemory(bytes, what))?;
    Ok(ring.split())
}
