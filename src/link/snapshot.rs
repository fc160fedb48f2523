//! The engine's latest state, read as one by any number of threads: a sequence lock whose data
//! are atomics (Boehm, "Can seqlocks get along with programming language memory models?", 2012).
//! Writing is wait-free; a reader that meets a write reads again.

#[cfg(loom)]
use loom::sync::atomic::{AtomicU64, Ordering, fence};
#[cfg(not(loom))]
use std::sync::atomic::{AtomicU64, Ordering, fence};

/// What the engine publishes at the end of each period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct State {
    /// Timeline frame that the next period begins with.
    pub position: i64,
    /// Device frame that the next period begins with.
    pub device_frame: u64,
    /// When that frame is due.
    pub time_ns: u64,
    pub rolling: bool,
    /// The swap in force; 0 before the first.
    pub ticket: u64,
    /// The last batch that was taken.
    pub sequence: u64,
}

const WORDS: usize = 6;

pub(crate) struct Snapshot {
    version: AtomicU64,
    words: [AtomicU64; WORDS],
}

impl Default for Snapshot {
    fn default() -> Snapshot {
        Snapshot {
            version: AtomicU64::new(0),
            words: std::array::from_fn(|_| AtomicU64::new(0)),
        }
    }
}

impl Snapshot {
    /// Publishes; one writer at a time.
    ///
    /// # Real-time contract
    /// Wait-free; no allocation, lock, system call or log.
    pub fn write(&self, state: State) {
        let version = self.version.load(Ordering::Relaxed);
        self.version.store(version + 1, Ordering::Relaxed);
        fence(Ordering::Release);
        for (word, value) in self.words.iter().zip(state.to_words()) {
            word.store(value, Ordering::Relaxed);
        }
        self.version.store(version + 2, Ordering::Release);
    }

    /// The state of one moment.
    pub fn read(&self) -> State {
        loop {
            let before = self.version.load(Ordering::Acquire);
            let words = std::array::from_fn(|n| self.words[n].load(Ordering::Relaxed));
            fence(Ordering::Acquire);
            if before.is_multiple_of(2) && self.version.load(Ordering::Relaxed) == before {
                return State::from_words(words);
            }
            spin();
        }
    }
}

impl State {
    fn to_words(self) -> [u64; WORDS] {
        [
            self.position.cast_unsigned(),
            self.device_frame,
            self.time_ns,
            self.rolling.into(),
            self.ticket,
            self.sequence,
        ]
    }

    fn from_words(words: [u64; WORDS]) -> State {
        let [position, device_frame, time_ns, rolling, ticket, sequence] = words;
        State {
            position: position.cast_signed(),
            device_frame,
            time_ns,
            rolling: rolling != 0,
            ticket,
            sequence,
        }
    }
}

#[cfg(loom)]
use loom::thread::yield_now as spin;
#[cfg(not(loom))]
use std::hint::spin_loop as spin;
