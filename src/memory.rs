//! Memory whose size the application chooses. Either there is enough, or the call fails with
//! [`Error::OutOfMemory`] and has changed nothing. A plain `push`, `collect` or `vec![]` would end the
//! process instead.
//!
//! In messages, `what` says what the memory is for.
#![forbid(unsafe_code)]

use crate::error::{Error, Result};
use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::mem::{self, MaybeUninit};

/// Gets the memory that the audio thread will write to.
pub(crate) trait Keeper {
    /// Takes charge of memory that holds nothing yet.
    fn keep<T>(&mut self, memory: &mut [MaybeUninit<T>]);

    /// Takes charge of items that are there.
    fn keep_items<T>(&mut self, items: &mut [T]);

    /// Takes charge of a vector's unused room.
    fn keep_room_of<T>(&mut self, items: &mut Vec<T>) {
        self.keep(items.spare_capacity_mut());
    }

    /// Takes charge of a queue's unused room. Nothing was ever taken from its front.
    fn keep_room_of_queue<T>(&mut self, items: &mut VecDeque<T>) {
        // Neither conversion moves an item or allocates.
        let mut room = Vec::from(mem::take(items));
        self.keep_room_of(&mut room);
        *items = room.into();
    }
}

/// A vector with room for exactly so many items.
pub(crate) fn room<T>(length: usize, what: &'static str) -> Result<Vec<T>> {
    let mut items = Vec::new();
    items
        .try_reserve_exact(length)
        .map_err(|_| out_of_memory::<T>(length, what))?;
    Ok(items)
}

/// As [`room`], and written to once, so that the system has provided the memory before the audio thread uses it.
pub(crate) fn touched_room<T>(length: usize, what: &'static str) -> Result<Vec<T>> {
    let mut items = room(length, what)?;
    items.spare_capacity_mut().fill_with(MaybeUninit::zeroed);
    Ok(items)
}

/// As [`room`], for a queue.
pub(crate) fn queue<T>(length: usize, what: &'static str) -> Result<VecDeque<T>> {
    let mut items = VecDeque::new();
    items
        .try_reserve_exact(length)
        .map_err(|_| out_of_memory::<T>(length, what))?;
    Ok(items)
}

/// A vector of so many equal items.
pub(crate) fn filled<T: Clone>(item: T, length: usize, what: &'static str) -> Result<Vec<T>> {
    let mut items = room(length, what)?;
    items.resize(length, item);
    Ok(items)
}

/// So many equal samples for each channel.
pub(crate) fn planar<T: Clone>(
    sample: T,
    channels: usize,
    frames: usize,
    what: &'static str,
) -> Result<Vec<Vec<T>>> {
    let mut planes = room(channels, what)?;
    for _ in 0..channels {
        planes.push(filled(sample.clone(), frames, what)?);
    }
    Ok(planes)
}

/// Collects items into a vector that has no more room than they need.
pub(crate) fn collect<T>(
    given: impl ExactSizeIterator<Item = T>,
    what: &'static str,
) -> Result<Vec<T>> {
    let mut items = room(given.len(), what)?;
    items.extend(given);
    Ok(items)
}

/// Makes room for so many more items, and for as many again where it grows.
pub(crate) fn reserve<T>(items: &mut Vec<T>, more: usize, what: &'static str) -> Result<()> {
    items
        .try_reserve(more)
        .map_err(|_| out_of_memory::<T>(items.len().saturating_add(more), what))
}

/// As [`reserve`], for a map.
pub(crate) fn reserve_in_map<K: Eq + Hash, V>(
    items: &mut HashMap<K, V>,
    more: usize,
    what: &'static str,
) -> Result<()> {
    items
        .try_reserve(more)
        .map_err(|_| out_of_memory::<(K, V)>(items.len().saturating_add(more), what))
}

/// Adds an item.
pub(crate) fn push<T>(items: &mut Vec<T>, item: T, what: &'static str) -> Result<()> {
    reserve(items, 1, what)?;
    items.push(item);
    Ok(())
}

/// Makes a vector longer or shorter. Each item that is added is a copy of `item`.
pub(crate) fn resize<T: Clone>(
    items: &mut Vec<T>,
    length: usize,
    item: T,
    what: &'static str,
) -> Result<()> {
    reserve(items, length.saturating_sub(items.len()), what)?;
    items.resize(length, item);
    Ok(())
}

/// The error for so many items.
pub(crate) fn out_of_memory<T>(length: usize, what: &'static str) -> Error {
    Error::OutOfMemory(length.saturating_mul(size_of::<T>()) as u64, what)
}
