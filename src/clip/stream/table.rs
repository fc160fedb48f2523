//! What is known of a stream: which pages are in memory, and what could not be read.

use super::reader::FileReader;
use crate::error::Error;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// How long a page that could not be read stays silent, before it is read again.
pub(super) const AGAIN: Duration = Duration::from_millis(500);

/// What is in memory, and what is known of the file.
pub(super) struct StreamTable {
    /// What reads the file, unless a thread reads at the moment.
    pub reader: Option<Box<FileReader>>,
    /// The places of `pages`, by the page that is in each.
    pub places: HashMap<u64, PageSlot>,
    /// How many there are, empty ones included.
    pub capacity: usize,
    /// The most pages that were asked for at once.
    pub asked: usize,
    /// Counts what is asked for, to find what was not asked for longest.
    pub clock: u64,
    /// In what was read so far.
    pub bad_samples: u64,
    /// Where the file ends, if that is before its last frame. It has been told.
    pub early_end: Option<EarlyEnd>,
    /// What went wrong first, until it is fetched.
    pub trouble: Option<String>,
}

impl StreamTable {
    /// Of a file of which nothing was read yet, with so many places.
    pub fn new(reader: FileReader, capacity: usize) -> StreamTable {
        StreamTable {
            reader: Some(Box::new(reader)),
            places: HashMap::new(),
            capacity,
            asked: 0,
            clock: 0,
            bad_samples: 0,
            early_end: None,
            trouble: None,
        }
    }
}

/// Where a page is.
pub(super) struct PageSlot {
    pub number: usize,
    pub asked: u64,
    pub failure: Option<PageFailure>,
}

/// Why a page is silent, from a frame of it on.
pub(super) struct PageFailure {
    pub from: usize,
    pub what: What,
    /// When it may be read again.
    pub again: Instant,
}

/// A file that is too short, maybe for a while alone: another program writes it anew, or a disk of the network
/// is behind.
#[derive(Clone, Copy)]
pub(super) struct EarlyEnd {
    /// A frame that the file does not have; the first one, as far as is known.
    pub frame: u64,
    /// When it is looked whether the file has become longer.
    pub again: Instant,
}

impl EarlyEnd {
    pub fn at(frame: u64) -> EarlyEnd {
        EarlyEnd {
            frame,
            again: Instant::now() + AGAIN,
        }
    }

    pub fn is_due(&self) -> bool {
        self.again <= Instant::now()
    }
}

/// An error that can be told more than once.
pub(super) enum What {
    /// The fields of [`Error::OutOfMemory`].
    Memory(u64, &'static str),
    Other(String),
}

impl PageFailure {
    pub fn of(error: Error) -> PageFailure {
        let now = Instant::now();
        let (what, again) = match error {
            Error::OutOfMemory(bytes, what) => (What::Memory(bytes, what), now),
            Error::Io { source, .. } => (What::Other(source.to_string()), now + AGAIN),
            other => (What::Other(other.to_string()), now + AGAIN),
        };
        PageFailure {
            from: 0,
            what,
            again,
        }
    }

    pub fn is_due(&self) -> bool {
        self.again <= Instant::now()
    }
}

impl StreamTable {
    pub fn failed(&self, page: u64) -> bool {
        let place = self.places.get(&page);
        place.is_some_and(|place| place.failure.is_some())
    }

    /// Whether a page is to be read: it is not there, or could not be read a while ago.
    pub fn lacks(&self, page: u64) -> bool {
        match self.places.get(&page) {
            Some(place) => place.failure.as_ref().is_some_and(PageFailure::is_due),
            None => true,
        }
    }

    /// A place for a page: its own, an empty one, or that of the page that was not asked for longest.
    pub fn make_place(&mut self, page: u64, failure: Option<PageFailure>) -> usize {
        let number = if let Some(own) = self.places.get(&page) {
            own.number
        } else if self.places.len() < self.capacity {
            self.places.len()
        } else {
            let oldest = self.places.iter().min_by_key(|(_, place)| place.asked);
            let oldest = oldest.map_or(0, |(page, _)| *page);
            self.places.remove(&oldest).map_or(0, |place| place.number)
        };
        self.clock += 1;
        let asked = self.clock;
        let place = PageSlot {
            number,
            asked,
            failure,
        };
        self.places.insert(page, place);
        number
    }

    pub fn note_trouble(&mut self, what: String) {
        self.trouble.get_or_insert(what);
    }
}
