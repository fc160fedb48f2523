//! The queue of swaps: first in, first out, except for those that are cancelled.
//!
//! A cancelled swap leaves an empty place in the queue. So cancelling costs a binary search and moves nothing.
//! Empty places are removed when the queue is full of them.

use crate::error::Result;
use crate::link::QueuedSwap;
use crate::memory::{self, Keeper};
use std::collections::VecDeque;

/// Audio thread only; no allocation, free, lock, system call or log; wait-free.
pub(super) struct Pending {
    /// By [`QueuedSwap::order`]. The first place is never empty.
    places: VecDeque<QueuedPlace>,
}

struct QueuedPlace {
    order: u64,
    swap: Option<QueuedSwap>,
}

impl Pending {
    /// For at most `swaps` that are not cancelled.
    pub fn new(swaps: usize) -> Result<Pending> {
        Ok(Pending {
            // As many empty places as swaps: removing them all then costs one step a swap.
            places: memory::queue(2 * swaps, "the queue of swaps")?,
        })
    }

    pub fn keep_memory(&mut self, keeper: &mut impl Keeper) {
        keeper.keep_room_of_queue(&mut self.places);
    }

    pub fn push(&mut self, swap: QueuedSwap) {
        if self.places.len() == self.places.capacity() {
            self.places.retain(|place| place.swap.is_some());
        }
        debug_assert!(self.places.len() < self.places.capacity());
        self.places.push_back(QueuedPlace {
            order: swap.order,
            swap: Some(swap),
        });
    }

    pub fn front(&self) -> Option<&QueuedSwap> {
        self.places.front()?.swap.as_ref()
    }

    pub fn pop_front(&mut self) -> Option<QueuedSwap> {
        let swap = self.places.pop_front()?.swap;
        self.drop_empty_front();
        swap
    }

    /// Takes a swap out, if it is still there.
    pub fn remove(&mut self, order: u64) -> Option<QueuedSwap> {
        let at = self
            .places
            .binary_search_by_key(&order, |place| place.order);
        let swap = self.places[at.ok()?].swap.take();
        self.drop_empty_front();
        swap
    }

    fn drop_empty_front(&mut self) {
        while self
            .places
            .front()
            .is_some_and(|place| place.swap.is_none())
        {
            self.places.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::Swap;
    use crate::playspec::Playspec;
    use crate::playspec::gains::GainTable;
    use crate::units::Ticket;
    use std::sync::Arc;

    fn swap(order: u64) -> QueuedSwap {
        QueuedSwap {
            order,
            ticket: Ticket(order),
            playspec: Playspec::new(Vec::new()).expect("silence").0,
            gains: Arc::new(GainTable::new(&[]).expect("memory")),
            when: Swap::default(),
        }
    }

    #[test]
    fn cancelled_swaps_leave_room_for_as_many_others() {
        let mut pending = Pending::new(4).expect("memory");
        let capacity = pending.places.capacity();
        pending.push(swap(1));
        for order in 2..1_000 {
            pending.push(swap(order));
            assert_eq!(pending.remove(order).map(|s| s.order), Some(order));
            assert!(pending.remove(order).is_none());
        }
        assert_eq!(pending.places.capacity(), capacity);
        assert_eq!(pending.front().map(|s| s.order), Some(1));
    }

    #[test]
    fn what_is_cancelled_at_the_front_makes_way_for_the_next() {
        let mut pending = Pending::new(4).expect("memory");
        (1..=4).for_each(|order| pending.push(swap(order)));
        pending.remove(2);
        pending.remove(1);
        assert_eq!(pending.front().map(|s| s.order), Some(3));
        assert_eq!(pending.pop_front().map(|s| s.order), Some(3));
        assert_eq!(pending.pop_front().map(|s| s.order), Some(4));
        assert!(pending.pop_front().is_none() && pending.front().is_none());
    }
}
