//! A sequence lock whose data are atomics (Boehm, "Can seqlocks get along with programming language
//! memory models?", 2012). Writing is wait-free; a reader that meets a write reads again.

use crate::atomic::{AtomicU64, Ordering, fence, spin_loop};

/// Words that are written by one thread at a time, and read as one by any number of threads.
pub(crate) struct Seqlock<const WORDS: usize> {
    /// Odd while a write is under way.
    version: AtomicU64,
    words: [AtomicU64; WORDS],
}

impl<const WORDS: usize> Default for Seqlock<WORDS> {
    fn default() -> Self {
        Seqlock {
            version: AtomicU64::new(0),
            words: std::array::from_fn(|_| AtomicU64::new(0)),
        }
    }
}

impl<const WORDS: usize> Seqlock<WORDS> {
    /// One writer at a time.
    ///
    /// # Real-time contract
    /// Wait-free; no allocation, lock, system call or log.
    pub fn write(&self, values: [u64; WORDS]) {
        let version = self.version.load(Ordering::Relaxed);
        self.version.store(version + 1, Ordering::Relaxed);
        fence(Ordering::Release);
        for (word, value) in self.words.iter().zip(values) {
            word.store(value, Ordering::Relaxed);
        }
        self.version.store(version + 2, Ordering::Release);
    }

    /// The words of one write; zeros before the first.
    pub fn read(&self) -> [u64; WORDS] {
        loop {
            let before = self.version.load(Ordering::Acquire);
            let words = std::array::from_fn(|n| self.words[n].load(Ordering::Relaxed));
            fence(Ordering::Acquire);
            if before.is_multiple_of(2) && self.version.load(Ordering::Relaxed) == before {
                return words;
            }
            spin_loop();
        }
    }
}
