//! The part of a stream that is in memory: pages of consecutive frames, written by whoever reads
//! the file and read, wait-free, on audio threads.
//!
//! Each page has a tag that says which one it is. A page is emptied before another one takes its
//! place, and a reader looks at the tag before and after it copies: a sequence lock (see
//! `link::seqlock`) that gives up instead of trying again, since what is missing now is silence.
//! A page has the same samples whenever it is loaded, so that being replaced by itself does no harm.

use crate::error::{Error, Result};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};

/// Frames of a page.
pub(crate) const PAGE_FRAMES: usize = 4096;

/// Places for pages are added in lots, each as large as all before it; the first has this many.
const FIRST_LOT: usize = 32;
/// So that there are at most 2^20 places.
const LOTS: usize = 16;

pub(super) struct Pages {
    channels: usize,
    lots: [OnceLock<Lot>; LOTS],
}

struct Lot {
    /// The number of the page in each place, plus 1; 0 for none.
    tags: Box<[AtomicU64]>,
    /// Bits of the samples: place after place, in each channel after channel.
    samples: Box<[AtomicU32]>,
}

impl Pages {
    pub fn new(channels: u16) -> Pages {
        Pages {
            channels: channels.into(),
            lots: Default::default(),
        }
    }

    /// Copies consecutive samples of one channel of a page; false, and `out` is anything, if the
    /// page is not there.
    ///
    /// # Real-time contract
    /// Wait-free; no allocation, lock, system call or log.
    pub fn read(&self, page: u64, channel: usize, first: usize, out: &mut [f32]) -> bool {
        let tag = page + 1;
        for lot in self.lots.iter().map_while(OnceLock::get) {
            for (place, its) in lot.tags.iter().enumerate() {
                if its.load(Ordering::Acquire) != tag {
                    continue;
                }
                let begin = (place * self.channels + channel) * PAGE_FRAMES + first;
                let samples = &lot.samples[begin..begin + out.len()];
                for (out, sample) in out.iter_mut().zip(samples) {
                    *out = f32::from_bits(sample.load(Ordering::Relaxed));
                }
                fence(Ordering::Acquire);
                if its.load(Ordering::Relaxed) == tag {
                    return true;
                }
            }
        }
        false
    }

    /// Adds places; returns how many there are now.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn grow(&self) -> Result<usize> {
        let made = self.lots.iter().map_while(OnceLock::get);
        let (lots, places) = made.fold((0, 0), |(n, places), lot| (n + 1, places + lot.tags.len()));
        let added = places.max(FIRST_LOT);
        let samples = added * self.channels * PAGE_FRAMES;
        let out_of_memory = || Error::OutOfMemory(4 * samples as u64, "a streamed clip");
        let lot = self.lots.get(lots).ok_or_else(out_of_memory)?;
        let mut memory = Vec::new();
        memory
            .try_reserve_exact(samples)
            .map_err(|_| out_of_memory())?;
        memory.resize_with(samples, AtomicU32::default);
        lot.get_or_init(|| Lot {
            tags: (0..added).map(|_| AtomicU64::new(0)).collect(),
            samples: memory.into(),
        });
        Ok(places + added)
    }

    /// Puts a page into a place; frames that `channels` lack are silent. One writer at a time.
    pub fn write(&self, place: usize, page: u64, channels: &[Vec<f32>]) {
        let mut place = place;
        for lot in self.lots.iter().map_while(OnceLock::get) {
            let Some(tag) = lot.tags.get(place) else {
                place -= lot.tags.len();
                continue;
            };
            tag.store(0, Ordering::Relaxed);
            fence(Ordering::Release);
            let begin = place * self.channels * PAGE_FRAMES;
            let samples = &lot.samples[begin..begin + self.channels * PAGE_FRAMES];
            for (samples, channel) in samples.chunks(PAGE_FRAMES).zip(channels) {
                let rest = std::iter::repeat(&0.0);
                for (sample, value) in samples.iter().zip(channel.iter().chain(rest)) {
                    sample.store(value.to_bits(), Ordering::Relaxed);
                }
            }
            tag.store(page + 1, Ordering::Release);
            return;
        }
    }
}
