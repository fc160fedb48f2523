//! Reads pages from the file. One thread reads at a time; others wait in [`Reading::of`].

use super::file::{PAGE_FRAMES, StreamedFile};
use super::reader::FileReader;
use super::table::{EarlyEnd, PageFailure, What};

use crate::error::{Error, Result};
use crate::sys::Denormals;
use std::ops::{Deref, DerefMut};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The reader, until it is dropped.
pub(super) struct Reading<'a> {
    file: &'a StreamedFile,
    reader: Option<Box<FileReader>>,
}

impl Deref for Reading<'_> {
    type Target = FileReader;

    fn deref(&self) -> &FileReader {
        self.reader.as_ref().expect("it is there until the end")
    }
}

impl DerefMut for Reading<'_> {
    fn deref_mut(&mut self) -> &mut FileReader {
        self.reader.as_mut().expect("it is there until the end")
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        self.file.table.lock().reader = self.reader.take();
        self.file.is_free.notify_one();
    }
}

impl<'a> Reading<'a> {
    /// Takes the reader, once no other thread reads.
    pub fn of(file: &'a StreamedFile) -> Reading<'a> {
        let mut table = file.table.lock();
        loop {
            if let Some(reader) = table.reader.take() {
                return Reading {
                    file,
                    reader: Some(reader),
                };
            }
            table = file.is_free.wait(table);
        }
    }

    /// Whether the file is known to end before a frame. After a while its end is looked at again, which is one
    /// read, however many pages are missing: in a file that was cut short, looking for each of them would
    /// take a decoder long.
    fn ends_before(&mut self, frame: u64) -> bool {
        let early_end = self.file.table.lock().early_end;
        let Some(end) = early_end.filter(|end| end.frame < frame) else {
            return false;
        };
        if !end.is_due() {
            return true;
        }
        if matches!(self.try_read(end.frame, 1), Ok(1)) {
            // It may still be too short, so what was told is not forgotten.
            return false;
        }
        self.file.table.lock().early_end = Some(EarlyEnd::at(end.frame));
        true
    }

    /// As [`FileReader::try_read`]. Wherever a decoder fails at a file that has changed, the thread and the others'
    /// files go on.
    fn try_read(&mut self, first: u64, frames: usize) -> Result<usize> {
        let reader: &mut FileReader = self;
        catch_unwind(AssertUnwindSafe(|| reader.try_read(first, frames)))
            .unwrap_or_else(|_| Err(Error::InvalidState("the decoder failed".into())))
    }

    /// Reads a page into `block`; frames that cannot be read are silent. That is reported, unless it `was_told`. An
    /// early end is reported once, until a page behind it can be read.
    pub fn read_page(&mut self, page: u64, was_told: bool) -> Option<PageFailure> {
        let _kept = Denormals::kept();
        let first = page * PAGE_FRAMES as u64;
        let frames = (self.file.info.frames - first).min(PAGE_FRAMES as u64) as usize;
        let is_behind_end = self.ends_before(first);
        let outcome = match is_behind_end {
            true => Ok(0),
            false => self.try_read(first, frames),
        };
        let read = outcome.as_ref().map_or(0, |read| *read);
        for channel in &mut self.block {
            channel[read..].fill(0.0);
        }
        let bad_samples = self.source.bad_samples();
        let mut table = self.file.table.lock();
        let bad = bad_samples - std::mem::replace(&mut table.bad_samples, bad_samples);
        if bad > 0 {
            let end = first + frames as u64;
            table.note_trouble(format!(
                "{bad} samples between frames {first} and {end} are NaN, infinite or beyond ±1e6; \
                 they are silent"
            ));
        }
        match outcome {
            Ok(read) if read == frames => {
                // It has become longer.
                table.early_end = table
                    .early_end
                    .filter(|end| end.frame >= first + frames as u64);
                None
            }
            Ok(read) => {
                // Where nothing was read, the frames before may be missing, too.
                let (place, there) = match read > 0 || first == 0 {
                    true => ("at", "there"),
                    false => ("before", "before it"),
                };
                let end = match table.early_end {
                    Some(end) if is_behind_end => end,
                    known => {
                        let end = EarlyEnd::at(first + read as u64);
                        if known.is_none() && !was_told {
                            let frame = end.frame;
                            table.note_trouble(format!(
                                "the file ends early, {place} frame {frame}"
                            ));
                        }
                        *table.early_end.insert(end)
                    }
                };
                Some(PageFailure {
                    from: read,
                    what: What::Other(format!("the file ends {there}")),
                    again: end.again,
                })
            }
            Err(error) => {
                if !was_told {
                    table.note_trouble(error.to_string());
                }
                Some(PageFailure::of(error))
            }
        }
    }
}
