//! The part of a stream that is in memory: pages of consecutive frames, written by the thread that reads
//! the file and read, wait-free, on audio threads.
//!
//! Each page has a tag that says which one it is. A page is emptied before another one takes its
//! place, and a reader looks at the tag before and after it copies: a sequence lock (see
//! `link::seqlock`) that gives up instead of trying again, since what is missing now is silence.
//! A page has the same samples whenever it is loaded, so that being replaced by itself does no harm.

use crate::atomic::{AtomicU32, AtomicU64, Ordering, fence};
#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;
use crate::memory;
use std::sync::OnceLock;

/// Places are added in lots, each as large as all before it, so that these are plenty.
const LOTS: usize = 16;

/// What memory is for.
const WHAT: &str = "a streamed clip";

pub(super) struct Pages {
    channels: usize,
    page_frames: usize,
    lots: [OnceLock<Lot>; LOTS],
}

struct Lot {
    /// The number of the page in each place, plus 1; 0 for none.
    tags: Vec<AtomicU64>,
    /// Bits of the samples: place after place, in each channel after channel.
    samples: Vec<AtomicU32>,
}

impl Pages {
    /// Without any place yet.
    pub fn new(channels: usize, page_frames: usize) -> Pages {
        Pages {
            channels,
            page_frames,
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
                let begin = place * self.page_size() + channel * self.page_frames + first;
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

    /// Doubles the places, or adds the first ones; returns how many there are now.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn grow(&self, first_lot: usize) -> Result<usize> {
        let made = self.lots.iter().map_while(OnceLock::get);
        let (lots, places) = made.fold((0, 0), |(n, places), lot| (n + 1, places + lot.tags.len()));
        let added = places.max(first_lot);
        let samples = added * self.page_size();
        let out_of_memory = || memory::out_of_memory::<f32>(samples, WHAT);
        let lot = self.lots.get(lots).ok_or_else(out_of_memory)?;
        let tags = memory::collect((0..added).map(|_| AtomicU64::new(0)), WHAT)?;
        let samples = memory::collect((0..samples).map(|_| AtomicU32::new(0)), WHAT)?;
        lot.get_or_init(|| Lot { tags, samples });
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
            let begin = place * self.page_size();
            let samples = &lot.samples[begin..begin + self.page_size()];
            for (samples, channel) in samples.chunks(self.page_frames).zip(channels) {
                let rest = std::iter::repeat(&0.0);
                for (sample, value) in samples.iter().zip(channel.iter().chain(rest)) {
                    sample.store(value.to_bits(), Ordering::Relaxed);
                }
            }
            tag.store(page + 1, Ordering::Release);
            return;
        }
    }

    /// In samples.
    fn page_size(&self) -> usize {
        self.channels * self.page_frames
    }
}
