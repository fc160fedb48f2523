//! Clips that are played from a file: only the pages around what plays are in memory.
//!
//! Flow: file -> [`Source`] -> [`Stream::ask`], [`Stream::load`] on whichever thread reads ahead -> [`pages`] ->
//! [`Stream::read_ready`] on the audio thread. Which pages are needed when is for `control` to
//! know; it asks for them in the order in which they will be heard.

mod pages;

pub(crate) use pages::PAGE_FRAMES;

use super::ClipInfo;
use super::source::Source;
use crate::error::Result;
use crate::sys::Denormals;
use crate::units::MAX_SAMPLE;
use pages::Pages;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A file that is played without being loaded.
pub(crate) struct Stream {
    info: ClipInfo,
    pages: Pages,
    reader: Mutex<Reader>,
}

/// What reads the file; one thread at a time.
struct Reader {
    source: Box<dyn Source>,
    /// The frame that `source` reads next.
    at: u64,
    /// The places of `pages`, by the page that is in each.
    places: HashMap<u64, Place>,
    /// How many there are, empty ones included.
    capacity: usize,
    /// The most pages that were asked for at once.
    asked: usize,
    /// Counts what is asked for, to find what was not asked for longest.
    clock: u64,
    /// Frames on their way.
    block: Vec<Vec<f32>>,
    /// Whether it was told that the file ends early.
    ends_early: bool,
    /// What went wrong first, until it is fetched.
    trouble: Option<String>,
}

struct Place {
    number: usize,
    asked: u64,
}

/// So many pages are kept for each that is asked for at once: what is asked for next, and what
/// other interfaces ask for, is not thrown out by it.
const KEPT_PER_ASKED: usize = 3;

/// Pages that are loaded in one go where only one is waited for.
const RUN: u64 = 4;

impl Stream {
    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    pub fn new(source: Box<dyn Source>) -> Result<Stream> {
        let info = source.info();
        let pages = Pages::new(info.channels);
        let capacity = pages.grow()?;
        Ok(Stream {
            info,
            pages,
            reader: Mutex::new(Reader {
                source,
                at: 0,
                places: HashMap::new(),
                capacity,
                asked: 0,
                clock: 0,
                block: vec![vec![0.0; PAGE_FRAMES]; info.channels.into()],
                ends_early: false,
                trouble: None,
            }),
        })
    }

    pub fn info(&self) -> ClipInfo {
        self.info
    }

    /// Copies samples of one channel as far as they are in memory. Returns which of them are not;
    /// those are silent. `out` spans two pages at the most.
    ///
    /// # Real-time contract
    /// Wait-free; no allocation, lock, system call or log.
    pub fn read_ready(&self, channel: usize, start: u64, out: &mut [f32]) -> Range<usize> {
        let mut missing = 0..0;
        for part in parts(start, out.len()) {
            let into = &mut out[part.out.clone()];
            if !self.pages.read(part.page, channel, part.first, into) {
                into.fill(0.0);
                if missing.is_empty() {
                    missing.start = part.out.start;
                }
                missing.end = part.out.end;
            }
        }
        missing
    }

    /// As [`Stream::read_ready`], but loads what is not in memory. What cannot be read is silent.
    pub fn read(&self, channel: usize, start: u64, out: &mut [f32]) {
        for part in parts(start, out.len()) {
            let into = &mut out[part.out];
            if self.pages.read(part.page, channel, part.first, into) {
                continue;
            }
            let run: Vec<u64> = (part.page..self.pages_in_all().min(part.page + RUN)).collect();
            for page in self.ask(&run) {
                self.load(page);
            }
            if !self.pages.read(part.page, channel, part.first, into) {
                into.fill(0.0);
            }
        }
    }

    /// Says which pages are needed now or soon; returns those that are to be loaded, in the same
    /// order.
    pub fn ask(&self, pages: &[u64]) -> Vec<u64> {
        let mut reader = self.reader();
        reader.asked = reader.asked.max(pages.len());
        reader.clock += 1;
        let asked = reader.clock;
        let mut missing = Vec::new();
        for page in pages {
            match reader.places.get_mut(page) {
                Some(place) => place.asked = asked,
                None => missing.push(*page),
            }
        }
        missing
    }

    /// Reads a page from the file, if it is not in memory; what cannot be read is silent.
    pub fn load(&self, page: u64) {
        let _kept = Denormals::kept();
        let mut reader = self.reader();
        if reader.places.contains_key(&page) || page >= self.pages_in_all() {
            return;
        }
        while reader.capacity < KEPT_PER_ASKED * reader.asked {
            match self.pages.grow() {
                Ok(capacity) => reader.capacity = capacity,
                Err(error) => {
                    // What there is goes on to be used.
                    reader.note_trouble(error.to_string());
                    break;
                }
            }
        }
        reader.read_page(page);
        let number = reader.make_place(page);
        self.pages.write(number, page, &reader.block);
    }

    /// How many pages the file has.
    pub fn pages_in_all(&self) -> u64 {
        self.info.frames.div_ceil(PAGE_FRAMES as u64)
    }

    /// What went wrong first since this was asked last.
    pub fn take_trouble(&self) -> Option<String> {
        self.reader().trouble.take()
    }

    fn reader(&self) -> MutexGuard<'_, Reader> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reader {
    /// Reads a page into `block`; what cannot be read is silent.
    fn read_page(&mut self, page: u64) {
        let first = page * PAGE_FRAMES as u64;
        let frames = (self.source.info().frames - first).min(PAGE_FRAMES as u64) as usize;
        let mut read = 0;
        match self.try_read(first, frames) {
            Ok(frames) => read = frames,
            Err(error) => self.note_trouble(error.to_string()),
        }
        if read < frames && self.trouble.is_none() && !std::mem::replace(&mut self.ends_early, true)
        {
            let missing = first + read as u64;
            self.note_trouble(format!("the file ends early, at frame {missing}"));
        }
        let mut bad = None;
        for channel in &mut self.block {
            channel[read..].fill(0.0);
            for (at, sample) in channel.iter_mut().enumerate() {
                if !(sample.abs() <= MAX_SAMPLE) {
                    bad = bad.or(Some((at, *sample)));
                    *sample = 0.0;
                }
            }
        }
        if let Some((at, sample)) = bad {
            let frame = first + at as u64;
            self.note_trouble(format!("sample {sample} at frame {frame}; it is silent"));
        }
    }

    fn try_read(&mut self, first: u64, frames: usize) -> Result<usize> {
        // Unknown, should something fail.
        if std::mem::replace(&mut self.at, u64::MAX) != first {
            self.source.seek(first)?;
        }
        let mut out: Vec<&mut [f32]> = self.block.iter_mut().map(|c| &mut c[..frames]).collect();
        let read = self.source.read(&mut out)?;
        self.at = first + read as u64;
        Ok(read)
    }

    /// A place for a page: an empty one, or that of the page that was not asked for longest.
    fn make_place(&mut self, page: u64) -> usize {
        let number = if self.places.len() < self.capacity {
            self.places.len()
        } else {
            let oldest = self.places.iter().min_by_key(|(_, place)| place.asked);
            let oldest = oldest.map_or(0, |(page, _)| *page);
            self.places.remove(&oldest).map_or(0, |place| place.number)
        };
        self.clock += 1;
        let asked = self.clock;
        self.places.insert(page, Place { number, asked });
        number
    }

    fn note_trouble(&mut self, what: String) {
        self.trouble.get_or_insert(what);
    }
}

/// Samples that lie in one page.
struct Part {
    page: u64,
    /// The first of them in the page.
    first: usize,
    /// Where they go.
    out: Range<usize>,
}

/// The parts of `length` samples from frame `start` on.
fn parts(start: u64, length: usize) -> impl Iterator<Item = Part> {
    let mut done = 0;
    std::iter::from_fn(move || {
        (done < length).then(|| {
            let at = start + done as u64;
            let first = (at % PAGE_FRAMES as u64) as usize;
            let end = length.min(done + PAGE_FRAMES - first);
            let part = Part {
                page: at / PAGE_FRAMES as u64,
                first,
                out: done..end,
            };
            done = end;
            part
        })
    })
}
