//! Clips that are played from a file: only the pages around what plays are in memory.
//!
//! Flow: file -> [`Source`] -> [`Stream::ask`], [`Stream::load`] on whichever thread reads ahead ->
//! [`pages`] -> [`Stream::read_ready`] on the audio thread. Which pages are needed when is for
//! `control` to know; it asks for them in the order in which they will be heard.

mod file;
mod pages;
mod reader;
mod reading;
mod table;

pub(crate) use file::PAGE_FRAMES;

use super::info::ClipInfo;
use super::source::Source;
use crate::error::{Error, Result};
use crate::lock::MutexGuard;
use crate::memory;
use file::StreamedFile;
use pages::Pages;
use reader::FileReader;
use reading::Reading;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use table::{PageFailure, StreamTable, What};

/// A file that is played without being loaded.
pub(crate) struct Stream {
    /// Of the file, for messages.
    path: PathBuf,
    file: StreamedFile,
    pages: Pages,
}

/// What memory is for.
const WHAT: &str = "a streamed clip";

/// How many pages are kept at the least: 1 MiB of a stereo file.
const FIRST_PAGES: usize = 32;

/// So many pages are kept for each that is asked for at once: what is asked for next, and what
/// other interfaces ask for, is not thrown out by it.
const KEPT_PER_ASKED: usize = 3;

/// Pages that are loaded in one go where only one is waited for.
const RUN: u64 = 4;

impl Stream {
    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    pub fn new(source: Box<dyn Source>, path: &Path) -> Result<Stream> {
        let info = source.info();
        let pages = Pages::new(info.channels.into(), PAGE_FRAMES);
        let capacity = pages.grow(FIRST_PAGES)?;
        let reader = FileReader {
            source,
            at: 0,
            block: memory::planar(0.0, info.channels.into(), PAGE_FRAMES, WHAT)?,
        };
        Ok(Stream {
            path: path.into(),
            file: StreamedFile::new(info, StreamTable::new(reader, capacity)),
            pages,
        })
    }

    pub fn info(&self) -> ClipInfo {
        self.file.info
    }

    /// Bad samples in what was read so far.
    pub fn bad_samples(&self) -> u64 {
        self.table().bad_samples
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
    ///
    /// # Errors
    /// [`Error::Io`] if something cannot be read; the rest of `out` is right all the same.
    pub fn read(&self, channel: usize, start: u64, out: &mut [f32]) -> Result<()> {
        let mut outcome = Ok(());
        for part in parts(start, out.len()) {
            let into = &mut out[part.out];
            let end = part.first + into.len();
            if !self.pages.read(part.page, channel, part.first, into)
                || self.failure(part.page, end).is_some()
            {
                let run = part.page..self.pages_in_all().min(part.page + RUN);
                for page in self.ask(&run.collect::<Vec<u64>>())? {
                    self.load(page);
                }
                if !self.pages.read(part.page, channel, part.first, into) {
                    let read = self.read_past_pages(part.page, channel, part.first, into);
                    outcome = outcome.and(read);
                }
            }
            if let Some(error) = self.failure(part.page, end) {
                outcome = outcome.and(Err(error));
            }
        }
        outcome
    }

    /// For pages that others, who read elsewhere in the file, have thrown out again at once.
    fn read_past_pages(
        &self,
        page: u64,
        channel: usize,
        first: usize,
        into: &mut [f32],
    ) -> Result<()> {
        let mut reading = Reading::of(&self.file);
        let failure = reading.read_page(page, false);
        into.copy_from_slice(&reading.block[channel][first..first + into.len()]);
        match failure.filter(|failure| failure.from < first + into.len()) {
            Some(failure) => Err(self.error(page, &failure)),
            None => Ok(()),
        }
    }

    /// What is wrong with a page before its frame `end`, if something is.
    fn failure(&self, page: u64, end: usize) -> Option<Error> {
        let table = self.table();
        let failure = table.places.get(&page)?.failure.as_ref()?;
        (failure.from < end).then(|| self.error(page, failure))
    }

    fn error(&self, page: u64, failure: &PageFailure) -> Error {
        let frame = page * PAGE_FRAMES as u64 + failure.from as u64;
        let what = match &failure.what {
            What::Memory(bytes, what) => return Error::OutOfMemory(*bytes, what),
            What::Other(what) => what,
        };
        Error::Io {
            path: self.path.clone(),
            source: io::Error::other(format!("from frame {frame} on: {what}")),
        }
    }

    /// Says which pages are needed now or soon; returns those that are to be loaded, in the same
    /// order. Does not wait for the file.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn ask(&self, pages: &[u64]) -> Result<Vec<u64>> {
        let mut missing = memory::room(pages.len(), WHAT)?;
        let mut table = self.table();
        table.asked = table.asked.max(pages.len());
        table.clock += 1;
        let asked = table.clock;
        for page in pages {
            if let Some(place) = table.places.get_mut(page) {
                place.asked = asked;
            }
        }
        missing.extend(pages.iter().copied().filter(|page| table.lacks(*page)));
        Ok(missing)
    }

    /// Reads a page from the file, if it is not in memory, as long as that takes; what cannot be read is
    /// silent, and is read again when it is asked for after a while.
    pub fn load(&self, page: u64) {
        let mut reading = Reading::of(&self.file);
        let (was_told, mut capacity, needed) = {
            let mut table = self.table();
            if page >= self.pages_in_all() || !table.lacks(page) {
                return;
            }
            if let Err(error) = memory::reserve_in_map(&mut table.places, 1, WHAT) {
                // It stays silent.
                table.note_trouble(error.to_string());
                return;
            }
            // Before, or of the page before: an unreadable stretch is reported once, where it begins.
            let before = page.saturating_sub(1)..=page;
            let was_told = before.into_iter().any(|page| table.failed(page));
            (was_told, table.capacity, KEPT_PER_ASKED * table.asked)
        };
        while capacity < needed {
            match self.pages.grow(FIRST_PAGES) {
                Ok(grown) => capacity = grown,
                Err(error) => {
                    // What there is goes on to be used.
                    self.table().note_trouble(error.to_string());
                    break;
                }
            }
        }
        let failure = reading.read_page(page, was_told);
        let mut table = self.table();
        table.capacity = capacity;
        let number = table.make_place(page, failure);
        self.pages.write(number, page, &reading.block);
    }

    /// How many pages the file has.
    pub fn pages_in_all(&self) -> u64 {
        self.file.info.frames.div_ceil(PAGE_FRAMES as u64)
    }

    /// What went wrong first since this was asked last.
    pub fn take_trouble(&self) -> Option<String> {
        self.table().trouble.take()
    }

    fn table(&self) -> MutexGuard<'_, StreamTable> {
        self.file.table.lock()
    }
}

/// Samples that lie in one page.
struct PagePart {
    page: u64,
    /// The first of them in the page.
    first: usize,
    /// Where they go.
    out: Range<usize>,
}

/// The parts of `length` samples from frame `start` on.
fn parts(start: u64, length: usize) -> impl Iterator<Item = PagePart> {
    let mut done = 0;
    std::iter::from_fn(move || {
        (done < length).then(|| {
            let at = start + done as u64;
            let first = (at % PAGE_FRAMES as u64) as usize;
            let end = length.min(done + PAGE_FRAMES - first);
            let part = PagePart {
                page: at / PAGE_FRAMES as u64,
                first,
                out: done..end,
            };
            done = end;
            part
        })
    })
}

#[cfg(test)]
pub(crate) mod tests;
