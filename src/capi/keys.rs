//! Keys of handles: numbers that no handle had before, that nobody can guess, and that are no addresses.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

/// Makes keys from a counter. A Feistel network scrambles the count: it maps different counts to different keys
/// for every secret round function.
///
/// A key is plain, and all of it is the scrambled count. Or it carries a place, the number of a slot, in bits that
/// are not scrambled. So the place is read out of a key without any computation.
#[derive(Default)]
pub(super) struct Keys {
    count: AtomicU64,
    secret: RandomState,
}

/// How many places there are.
pub(super) const PLACES: usize = 1 << PLACE_BITS;

const ROUNDS: u8 = 4;
const PLAIN: Network = Network { half_bits: 29 };
const PLACE_BITS: u32 = 14;
/// For the counts of keys with places.
const BESIDE_PLACE: Network = Network { half_bits: 22 };
/// Bits 63 and 62 differ: no valid address on x86-64. Bit 55 is set: not a program's address on
/// AArch64, which ignores the bits above it.
const NO_ADDRESS: u64 = 1 << 63 | 1 << 55;
const NO_ADDRESS_WITH_PLACE: u64 = 1 << 62 | 1 << 55;
const ABOVE_BIT_55: u32 = 56;
const KIND: u32 = 62;
/// Handles look aligned, for languages that keep tags in the lowest bits of pointers.
const ALIGNED: u32 = 3;

impl Keys {
    /// How many were made.
    pub fn made(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    pub fn next(&self) -> usize {
        self.key_of(self.next_count())
    }

    /// A key that carries a place, which is less than [`PLACES`].
    pub fn next_at(&self, place: usize) -> usize {
        self.key_at(place, self.next_count())
    }

    /// The place that a key carries. Another number may also have one. Wait-free.
    pub fn place_of(key: usize) -> Option<usize> {
        let bits = key as u64;
        let place = content_of(bits) >> BESIDE_PLACE.bits();
        (bits >> KIND == NO_ADDRESS_WITH_PLACE >> KIND).then_some(place as usize)
    }

    /// The count that a key was made from, if it is one.
    pub fn count_of(&self, key: usize) -> Option<u64> {
        let content = content_of(key as u64);
        let (count, again) = match Keys::place_of(key) {
            None => {
                let count = PLAIN.unscramble(content, &self.secret);
                (count, self.key_of(count))
            }
            Some(place) => {
                let count = BESIDE_PLACE.unscramble(content, &self.secret);
                (count, self.key_at(place, count))
            }
        };
        (again == key).then_some(count)
    }

    fn next_count(&self) -> u64 {
        self.count.fetch_add(1, Ordering::Relaxed)
    }

    fn key_of(&self, count: u64) -> usize {
        key_with(NO_ADDRESS, PLAIN.scramble(count, &self.secret))
    }

    fn key_at(&self, place: usize, count: u64) -> usize {
        let scrambled = BESIDE_PLACE.scramble(count, &self.secret);
        let content = (place as u64) << BESIDE_PLACE.bits() | scrambled;
        key_with(NO_ADDRESS_WITH_PLACE, content)
    }
}

/// A key with these 58 bits.
fn key_with(no_address: u64, content: u64) -> usize {
    let shifted = content << ALIGNED;
    let below = shifted & ((1 << 55) - 1);
    let above = shifted >> 55 << ABOVE_BIT_55;
    (no_address | above | below) as usize
}

/// The 58 bits of a key.
fn content_of(key: u64) -> u64 {
    let above = key >> ABOVE_BIT_55 & ((1 << (KIND - ABOVE_BIT_55)) - 1);
    let below = key & ((1 << 55) - 1);
    (above << 55 | below) >> ALIGNED
}

/// A Feistel network for numbers of twice as many bits.
struct Network {
    half_bits: u32,
}

impl Network {
    const fn bits(&self) -> u32 {
        2 * self.half_bits
    }

    fn scramble(&self, count: u64, secret: &RandomState) -> u64 {
        let (mut left, mut right) = self.halves(count);
        for round in 0..ROUNDS {
            (left, right) = (right, left ^ self.secret_of(secret, round, right));
        }
        left << self.half_bits | right
    }

    fn unscramble(&self, scrambled: u64, secret: &RandomState) -> u64 {
        let (mut left, mut right) = self.halves(scrambled);
        for round in (0..ROUNDS).rev() {
            (left, right) = (right ^ self.secret_of(secret, round, left), left);
        }
        left << self.half_bits | right
    }

    fn secret_of(&self, secret: &RandomState, round: u8, half: u64) -> u64 {
        secret.hash_one((round, half)) & self.half()
    }

    fn halves(&self, whole: u64) -> (u64, u64) {
        (whole >> self.half_bits & self.half(), whole & self.half())
    }

    /// The largest half.
    fn half(&self) -> u64 {
        (1 << self.half_bits) - 1
    }
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
    fn a_key_tells_its_place_and_is_none_without() {
        let keys = Keys::default();
        let mut seen = HashSet::new();
        for place in [0, 1, 2, 777, PLACES - 1] {
            for count in [0, 1, 1 << 22, (1 << 44) - 1] {
                let key = keys.key_at(place, count);
                assert!(seen.insert(key));
                assert_eq!(Keys::place_of(key), Some(place));
                assert_eq!(keys.count_of(key), Some(count));
                assert_eq!(key & 7, 0);
                assert_eq!(key >> 62, 0b01);
                assert_eq!(key >> 55 & 1, 1);
                for other in [key ^ 1, key ^ 1 << 55, key ^ 1 << 63] {
                    assert_eq!(keys.count_of(other), None);
                }
            }
        }
        assert_eq!(Keys::place_of(keys.next()), None);
        assert_eq!(Keys::place_of(0), None);
    }

    #[test]
    fn two_processes_give_the_same_object_different_keys() {
        assert_ne!(Keys::default().next(), Keys::default().next());
    }
}
