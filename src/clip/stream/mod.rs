//! Clips that are played from a file: only the pages around what plays are in memory.
//!
//! Flow: file -> [`Source`] -> [`Stream::ask`], [`Stream::load`] on whichever thread reads ahead ->
//! [`pages`] -> [`Stream::read_ready`] on the audio thread. Which pages are needed when is for
//! `control` to know; it asks for them in the order in which they will be heard.

mod pages;

use super::ClipInfo;
use super::source::Source;
use crate::error::{Error, Result};
use crate::memory;
use crate::sys::Denormals;
use pages::Pages;
use std::collections::HashMap;
use std::io;
use std::ops::{Deref, DerefMut, Range};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A file that is played without being loaded.
pub(crate) struct Stream {
    /// Of the file, for messages.
    path: PathBuf,
    info: ClipInfo,
    pages: Pages,
    /// Locked for a few instructions; never while the file is read, which may take long.
    table: Mutex<Table>,
    /// Whoever waits to read the file may go on.
    is_free: Condvar,
}

/// What is in memory, and what is known of the file.
struct Table {
    /// What reads the file, unless a thread reads at the moment.
    reader: Option<Box<Reader>>,
    /// The places of `pages`, by the page that is in each.
    places: HashMap<u64, Place>,
    /// How many there are, empty ones included.
    capacity: usize,
    /// The most pages that were asked for at once.
    asked: usize,
    /// Counts what is asked for, to find what was not asked for longest.
    clock: u64,
    /// In what was read so far.
    bad_samples: u64,
    /// Whether it was told that the file ends early.
    ends_early: bool,
    /// What went wrong first, until it is fetched.
    trouble: Option<String>,
}

/// What reads the file; one thread at a time has it.
struct Reader {
    source: Box<dyn Source>,
    /// The frame that `source` reads next.
    at: u64,
    /// Frames on their way.
    block: Vec<Vec<f32>>,
}

/// The reader, until it is dropped.
struct Reading<'a> {
    stream: &'a Stream,
    reader: Option<Box<Reader>>,
}

struct Place {
    number: usize,
    asked: u64,
    failure: Option<Failure>,
}

/// Why a page is silent, from a frame of it on.
struct Failure {
    from: usize,
    what: What,
    /// When it may be read again; `None` for a file that ends early, which stays so.
    again: Option<Instant>,
}

/// An error that can be told more than once.
enum What {
    /// The fields of [`Error::OutOfMemory`].
    Memory(u64, &'static str),
    Other(String),
}

impl Failure {
    fn of(error: Error) -> Failure {
        let now = Instant::now();
        let (what, again) = match error {
            Error::OutOfMemory(bytes, what) => (What::Memory(bytes, what), now),
            Error::Io { source, .. } => (What::Other(source.to_string()), now + AGAIN),
            other => (What::Other(other.to_string()), now + AGAIN),
        };
        Failure {
            from: 0,
            what,
            again: Some(again),
        }
    }

    fn is_due(&self) -> bool {
        self.again.is_some_and(|at| at <= Instant::now())
    }
}

/// What memory is for.
const WHAT: &str = "a streamed clip";

/// How long a page that could not be read stays silent, before it is read again.
const AGAIN: Duration = Duration::from_millis(500);

/// Frames of a page.
pub(crate) const PAGE_FRAMES: usize = 4096;

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
        Ok(Stream {
            path: path.into(),
            info,
            pages,
            table: Mutex::new(Table {
                reader: Some(Box::new(Reader {
                    source,
                    at: 0,
                    block: memory::planar(0.0, info.channels.into(), PAGE_FRAMES, WHAT)?,
                })),
                places: HashMap::new(),
                capacity,
                asked: 0,
                clock: 0,
                bad_samples: 0,
                ends_early: false,
                trouble: None,
            }),
            is_free: Condvar::new(),
        })
    }

    pub fn info(&self) -> ClipInfo {
        self.info
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
        let mut reading = self.reading();
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

    fn error(&self, page: u64, failure: &Failure) -> Error {
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
        let mut reading = self.reading();
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
            // Before, or of the page before: what cannot be read is told once, where it begins.
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
        self.info.frames.div_ceil(PAGE_FRAMES as u64)
    }

    /// What went wrong first since this was asked last.
    pub fn take_trouble(&self) -> Option<String> {
        self.table().trouble.take()
    }

    /// Takes the reader, once no other thread reads.
    fn reading(&self) -> Reading<'_> {
        let mut table = self.table();
        loop {
            if let Some(reader) = table.reader.take() {
                return Reading {
                    stream: self,
                    reader: Some(reader),
                };
            }
            let waited = self.is_free.wait(table);
            table = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Deref for Reading<'_> {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        self.reader.as_ref().expect("it is there until the end")
    }
}

impl DerefMut for Reading<'_> {
    fn deref_mut(&mut self) -> &mut Reader {
        self.reader.as_mut().expect("it is there until the end")
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        self.stream.table().reader = self.reader.take();
        self.stream.is_free.notify_one();
    }
}

impl Reading<'_> {
    /// Reads a page into `block`; what cannot be read is silent. It is told, unless it `was_told`.
    fn read_page(&mut self, page: u64, was_told: bool) -> Option<Failure> {
        let _kept = Denormals::kept();
        let first = page * PAGE_FRAMES as u64;
        let frames = (self.stream.info.frames - first).min(PAGE_FRAMES as u64) as usize;
        let reader: &mut Reader = self;
        // Wherever a decoder fails at a file that has changed, the thread and the others' files go on.
        let outcome = catch_unwind(AssertUnwindSafe(|| reader.try_read(first, frames)))
            .unwrap_or_else(|_| Err(Error::InvalidState("the decoder failed".into())));
        let read = outcome.as_ref().map_or(0, |read| *read);
        for channel in &mut reader.block {
            channel[read..].fill(0.0);
        }
        let bad_samples = reader.source.bad_samples();
        let mut table = self.stream.table();
        let bad = bad_samples - std::mem::replace(&mut table.bad_samples, bad_samples);
        if bad > 0 {
            let end = first + frames as u64;
            table.note_trouble(format!(
                "{bad} samples between frames {first} and {end} are NaN, infinite or beyond ±1e6; \
                 they are silent"
            ));
        }
        match outcome {
            Ok(read) if read == frames => None,
            Ok(read) => {
                let missing = first + read as u64;
                if !std::mem::replace(&mut table.ends_early, true) {
                    table.note_trouble(format!("the file ends early, at frame {missing}"));
                }
                Some(Failure {
                    from: read,
                    what: What::Other("the file ends there".into()),
                    again: None,
                })
            }
            Err(error) => {
                if !was_told {
                    table.note_trouble(error.to_string());
                }
                Some(Failure::of(error))
            }
        }
    }
}

impl Reader {
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
}

impl Table {
    fn failed(&self, page: u64) -> bool {
        let place = self.places.get(&page);
        place.is_some_and(|place| place.failure.is_some())
    }

    /// Whether a page is to be read: it is not there, or could not be read a while ago.
    fn lacks(&self, page: u64) -> bool {
        match self.places.get(&page) {
            Some(place) => place.failure.as_ref().is_some_and(Failure::is_due),
            None => true,
        }
    }

    /// A place for a page: its own, an empty one, or that of the page that was not asked for longest.
    fn make_place(&mut self, page: u64, failure: Option<Failure>) -> usize {
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
        let place = Place {
            number,
            asked,
            failure,
        };
        self.places.insert(page, place);
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

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::error::Error;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    /// Sample `n` is `n`; there is something wrong with it from a frame on.
    pub(crate) struct Numbers {
        pub frames: u64,
        pub at: u64,
        pub wrong: Wrong,
        pub seeks: Arc<AtomicUsize>,
    }

    #[derive(Clone, Copy, PartialEq)]
    pub(crate) enum Wrong {
        Nothing,
        Ends(u64),
        Fails(u64),
        /// From there on.
        Broken(u64),
    }

    impl Numbers {
        pub(crate) fn new(frames: u64, wrong: Wrong) -> Numbers {
            Numbers {
                frames,
                at: 0,
                wrong,
                seeks: Arc::default(),
            }
        }
    }

    impl Source for Numbers {
        fn info(&self) -> ClipInfo {
            ClipInfo {
                frame_rate_hz: 48_000,
                channels: 1,
                frames: self.frames,
            }
        }

        fn read(&mut self, out: &mut [&mut [f32]]) -> Result<usize> {
            let end = match self.wrong {
                Wrong::Ends(frame) => frame,
                _ => self.frames,
            };
            let wanted = out[0].len() as u64;
            let frames = wanted.min(end.saturating_sub(self.at));
            let fails = match self.wrong {
                Wrong::Fails(frame) => Some(frame),
                Wrong::Broken(frame) => Some(frame.max(self.at)),
                Wrong::Nothing | Wrong::Ends(_) => None,
            };
            if let Some(frame) = fails.filter(|f| (self.at..self.at + frames).contains(f)) {
                return Err(Error::InvalidState(format!("cannot read frame {frame}")));
            }
            for sample in &mut out[0][..frames as usize] {
                *sample = self.at as f32;
                self.at += 1;
            }
            Ok(frames as usize)
        }

        fn seek(&mut self, frame: u64) -> Result<()> {
            self.seeks.fetch_add(1, Ordering::Relaxed);
            self.at = frame;
            Ok(())
        }
    }

    const PAGE: u64 = PAGE_FRAMES as u64;

    fn stream(pages: u64, wrong: Wrong) -> Stream {
        let source = Box::new(Numbers::new(pages * PAGE, wrong));
        Stream::new(source, Path::new("numbers")).expect("there is memory")
    }

    fn read(stream: &Stream, start: u64, length: usize) -> Vec<f32> {
        let mut out = vec![-1.0; length];
        // What cannot be read is silent.
        let _ = stream.read(0, start, &mut out);
        out
    }

    fn numbers(start: u64, length: u64) -> Vec<f32> {
        (start..start + length).map(|n| n as f32).collect()
    }

    #[test]
    fn only_what_was_loaded_is_ready_and_the_rest_is_silent() {
        let stream = stream(3, Wrong::Nothing);
        stream.load(1);
        let mut out = [-1.0; 100];
        assert_eq!(stream.read_ready(0, PAGE - 40, &mut out), 0..40);
        assert_eq!(out[..40], [0.0; 40]);
        assert_eq!(out[40..], numbers(PAGE, 60));
        assert_eq!(stream.read_ready(0, 2 * PAGE - 40, &mut out), 40..100);
        assert_eq!(out[..40], numbers(2 * PAGE - 40, 40));
        assert_eq!(stream.read_ready(0, PAGE, &mut out), 0..0);
        assert_eq!(stream.read_ready(0, 0, &mut out), 0..100);
    }

    #[test]
    fn what_was_asked_for_last_is_kept_and_memory_has_an_end() {
        let stream = stream(10_000, Wrong::Nothing);
        let mut out = [0.0; 1];
        for page in 0..10_000 {
            let asked: Vec<u64> = (page..(page + 20).min(10_000)).collect();
            stream
                .ask(&asked)
                .expect("memory")
                .into_iter()
                .for_each(|p| stream.load(p));
            for page in asked {
                assert_eq!(stream.read_ready(0, page * PAGE, &mut out), 0..0, "{page}");
            }
        }
        assert!(
            stream.table().capacity <= 64,
            "twenty were asked for at once"
        );
        assert_eq!(stream.read_ready(0, 0, &mut out), 0..1);
    }

    #[test]
    fn reading_on_does_not_seek() {
        let source = Numbers::new(100 * PAGE, Wrong::Nothing);
        let seeks = source.seeks.clone();
        let stream = Stream::new(Box::new(source), Path::new("numbers")).expect("there is memory");
        (0..50).for_each(|page| stream.load(page));
        assert_eq!(seeks.load(Ordering::Relaxed), 0);
        stream.load(80);
        (81..90).for_each(|page| stream.load(page));
        assert_eq!(seeks.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn many_who_read_at_once_throw_out_each_others_pages_and_miss_nothing() {
        // Samples beyond a million would be too loud.
        let stream = stream(200, Wrong::Nothing);
        std::thread::scope(|scope| {
            for reader in 1..=8 {
                let stream = &stream;
                scope.spawn(move || {
                    for n in 0..500 {
                        let start = (reader * n * 7919) % 200 * PAGE + 100;
                        assert_eq!(read(stream, start, 10), numbers(start, 10), "{start}");
                    }
                });
            }
        });
    }

    #[test]
    fn a_file_that_ends_early_is_silent_from_there_on_and_says_so_once() {
        let stream = stream(4, Wrong::Ends(PAGE + 10));
        assert_eq!(read(&stream, PAGE, 10), numbers(PAGE, 10));
        assert_eq!(read(&stream, PAGE + 10, 20), [0.0; 20]);
        assert_eq!(read(&stream, 3 * PAGE, 20), [0.0; 20]);
        let trouble = stream.take_trouble().expect("it is told");
        assert!(trouble.contains(&format!("{}", PAGE + 10)), "{trouble}");
        stream.load(2);
        assert_eq!(stream.take_trouble(), None);
    }

    #[test]
    fn what_cannot_be_read_is_an_error_that_names_file_and_frame_and_is_tried_again() {
        let fails = Arc::new(AtomicBool::new(true));
        let source = Flaky {
            numbers: Numbers::new(4 * PAGE, Wrong::Nothing),
            fails: fails.clone(),
        };
        let stream = Stream::new(Box::new(source), Path::new("a disk")).expect("there is memory");
        let mut out = [-1.0; 20];
        let error = stream.read(0, PAGE - 10, &mut out).expect_err("it fails");
        assert_eq!(
            error.to_string(),
            format!("a disk: from frame {PAGE} on: cannot read frame {PAGE}")
        );
        assert_eq!(out[..10], numbers(PAGE - 10, 10));
        assert_eq!(out[10..], [0.0; 10]);
        fails.store(false, Ordering::Relaxed);
        // Not at once: a disk that fails is slow.
        assert!(stream.read(0, PAGE, &mut out).is_err());
        std::thread::sleep(AGAIN);
        stream.read(0, PAGE, &mut out).expect("it goes again");
        assert_eq!(out[..], numbers(PAGE, 20));
    }

    #[test]
    fn a_file_that_ends_early_is_an_error_behind_its_end_alone() {
        let stream = stream(4, Wrong::Ends(PAGE + 10));
        let mut out = [0.0; 10];
        stream.read(0, PAGE, &mut out).expect("it is there");
        let error = stream.read(0, PAGE + 5, &mut out).expect_err("it is not");
        let said = format!("numbers: from frame {} on: the file ends there", PAGE + 10);
        assert_eq!(error.to_string(), said);
        assert_eq!(out[..5], numbers(PAGE + 5, 5));
    }

    /// A disk of which the second page cannot be read for a while.
    struct Flaky {
        numbers: Numbers,
        fails: Arc<AtomicBool>,
    }

    impl Source for Flaky {
        fn info(&self) -> ClipInfo {
            self.numbers.info()
        }

        fn read(&mut self, out: &mut [&mut [f32]]) -> Result<usize> {
            self.numbers.wrong = match self.fails.load(Ordering::Relaxed) {
                true => Wrong::Fails(PAGE),
                false => Wrong::Nothing,
            };
            self.numbers.read(out)
        }

        fn seek(&mut self, frame: u64) -> Result<()> {
            self.numbers.seek(frame)
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_once_where_it_begins_and_again_after_a_jump() {
        let stream = stream(40, Wrong::Broken(PAGE + 7));
        let told = |pages: Range<u64>| {
            pages.for_each(|page| stream.load(page));
            stream.take_trouble()
        };
        let trouble = told(0..2).expect("it is told");
        assert!(
            trouble.contains(&format!("frame {}", PAGE + 7)),
            "{trouble}"
        );
        assert_eq!(told(2..10), None);
        assert!(told(20..21).is_some());
        assert_eq!(told(21..30), None);
    }

    #[test]
    fn what_cannot_be_read_is_silent_and_told_and_the_rest_is_right() {
        let stream = stream(4, Wrong::Fails(PAGE + 7));
        assert_eq!(read(&stream, PAGE + 7, 1), [0.0]);
        let trouble = stream.take_trouble().expect("it is told");
        assert!(
            trouble.contains(&format!("frame {}", PAGE + 7)),
            "{trouble}"
        );
        assert_eq!(read(&stream, 2 * PAGE, 50), numbers(2 * PAGE, 50));
        assert_eq!(read(&stream, 0, 50), numbers(0, 50));
    }
}
