//! Keys of handles: numbers that no handle had before, that nobody can guess, and that are no addresses.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

/// Makes keys: a counter of 58 bits, scrambled by a Feistel network, which maps different counts
/// to different keys for every secret round function.
#[derive(Default)]
pub(super) struct Keys {
    count: AtomicU64,
    secret: RandomState,
}

const ROUNDS: u8 = 4;
const HALF_BITS: u32 = 29;
const HALF: u64 = (1 << HALF_BITS) - 1;
/// Bits 63 and 62 differ: no valid address on x86-64. Bit 55 is set: not a program's address on
/// AArch64, which ignores the bits above it.
const NO_ADDRESS: u64 = 1 << 63 | 1 << 55;
const ABOVE_BIT_55: u32 = 56;
/// Handles look aligned, for languages that keep tags in the lowest bits of pointers.
const ALIGNED: u32 = 3;

impl Keys {
    /// How many were made.
    pub fn made(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    pub fn next(&self) -> usize {
        self.key_of(self.count.fetch_add(1, Ordering::Relaxed))
    }

    fn key_of(&self, count: u64) -> usize {
        let scrambled = self.scramble(count);
        let shifted = scrambled << ALIGNED;
        let below = shifted & ((1 << 55) - 1);
        let above = shifted >> 55 << ABOVE_BIT_55;
        (NO_ADDRESS | above | below) as usize
    }

    /// The count that a key was made from, if it is one.
    pub fn count_of(&self, key: usize) -> Option<u64> {
        let bits = key as u64;
        let above = bits >> ABOVE_BIT_55 & ((1 << (62 - ABOVE_BIT_55)) - 1);
        let below = bits & ((1 << 55) - 1);
        let count = self.unscramble((above << 55 | below) >> ALIGNED);
        (self.key_of(count) == key).then_some(count)
    }

    fn scramble(&self, count: u64) -> u64 {
        let (mut left, mut right) = halves(count);
        for round in 0..ROUNDS {
            (left, right) = (right, left ^ self.secret_of(round, right));
        }
        left << HALF_BITS | right
    }

    fn unscramble(&self, scrambled: u64) -> u64 {
        let (mut left, mut right) = halves(scrambled);
        for round in (0..ROUNDS).rev() {
            (left, right) = (right ^ self.secret_of(round, left), left);
        }
        left << HALF_BITS | right
    }

    fn secret_of(&self, round: u8, half: u64) -> u64 {
        self.secret.hash_one((round, half)) & HALF
    }
}

fn halves(whole: u64) -> (u64, u64) {
    (whole >> HALF_BITS & HALF, whole & HALF)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn keys_differ_are_aligned_and_are_no_addresses() {
        let keys = Keys::default();
        let mut seen = HashSet::new();
        for _ in 0..100_000 {
            let key = keys.next() as u64;
            assert!(seen.insert(key));
            assert_eq!(key & 7, 0);
            assert_eq!(key >> 62, 0b10);
            assert_eq!(key >> 55 & 1, 1);
        }
    }

    #[test]
    fn a_key_tells_its_count_and_other_numbers_are_no_keys() {
        let keys = Keys::default();
        for count in [0, 1, 2, 12_345, 1 << 29, (1 << 58) - 1] {
            let key = keys.key_of(count);
            assert_eq!(keys.count_of(key), Some(count));
            for other in [key ^ 1, key ^ 1 << 55, key ^ 1 << 62, key ^ 1 << 63] {
                assert_eq!(keys.count_of(other), None);
            }
        }
        assert_eq!(keys.count_of(0), None);
    }

    #[test]
    fn two_processes_give_the_same_object_different_keys() {
        assert_ne!(Keys::default().next(), Keys::default().next());
    }
}
