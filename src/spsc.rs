//! A ring: single producer, single consumer, lock-free. Only this and [`crate::ring`] use `ringbuf`.
#![forbid(unsafe_code)]

use crate::error::{Error, Result};
use ringbuf::HeapRb;
use ringbuf::traits::Split;

pub(crate) use ringbuf::traits::{Consumer, Observer, Producer};
pub(crate) use ringbuf::{HeapCons, HeapProd};

/// A ring and its two ends.
///
/// # Errors
/// [`Error::OutOfMemory`]: the application chooses the sizes.
pub(crate) fn ring<T>(capacity: usize, what: &'static str) -> Result<(HeapProd<T>, HeapCons<T>)> {
    let bytes = capacity.saturating_mul(size_of::<T>()) as u64;
    let ring = HeapRb::try_new(capacity).map_err(|_| Error::OutOfMemory(bytes, what))?;
    Ok(ring.split())
}
