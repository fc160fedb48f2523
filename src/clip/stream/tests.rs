//! Streams of frames that are numbers, and of files that go wrong.

use super::table::AGAIN;
use super::*;
use crate::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

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
        how: Wrong::Fails(PAGE),
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

#[test]
fn a_file_that_is_too_short_for_a_while_is_read_on_once_it_is_whole_again() {
    let is_short = Arc::new(AtomicBool::new(true));
    let source = Flaky {
        numbers: Numbers::new(40 * PAGE, Wrong::Nothing),
        fails: is_short.clone(),
        how: Wrong::Ends(PAGE + 10),
    };
    let stream = Stream::new(Box::new(source), Path::new("a disk")).expect("there is memory");
    let mut out = [0.0; 20];
    for start in [PAGE, 2 * PAGE, 30 * PAGE] {
        stream.load(start / PAGE);
        assert!(stream.read(0, start, &mut out).is_err(), "{start}");
    }
    assert!(stream.take_trouble().is_some());
    is_short.store(false, Ordering::Relaxed);
    std::thread::sleep(AGAIN);
    for start in [30 * PAGE, PAGE, 2 * PAGE, 5 * PAGE] {
        stream.read(0, start, &mut out).expect("it is whole");
        assert_eq!(out[..], numbers(start, 20));
    }
    assert_eq!(stream.take_trouble(), None);
    is_short.store(true, Ordering::Relaxed);
    stream.load(20);
    assert!(stream.take_trouble().is_some(), "it is told again");
}

#[test]
fn the_end_of_a_file_that_stays_too_short_is_looked_for_once_in_a_while() {
    let source = Numbers::new(1000 * PAGE, Wrong::Ends(PAGE + 10));
    let seeks = source.seeks.clone();
    let stream = Stream::new(Box::new(source), Path::new("numbers")).expect("there is memory");
    stream.load(1);
    for _ in 0..3 {
        let before = seeks.load(Ordering::Relaxed);
        let begun = std::time::Instant::now();
        (100..900).for_each(|page| stream.load(page));
        let whiles = begun.elapsed().as_millis() / AGAIN.as_millis() + 1;
        let seeks = seeks.load(Ordering::Relaxed) - before;
        assert!(seeks as u128 <= whiles, "{seeks} in {whiles} half seconds");
        std::thread::sleep(AGAIN);
    }
    assert!(seeks.load(Ordering::Relaxed) > 0);
}

/// A file that ends early, at a frame that changes.
struct Growing {
    numbers: Numbers,
    end: Arc<AtomicU64>,
}

impl Source for Growing {
    fn info(&self) -> ClipInfo {
        self.numbers.info()
    }

    fn read(&mut self, out: &mut [&mut [f32]]) -> Result<usize> {
        self.numbers.wrong = Wrong::Ends(self.end.load(Ordering::Relaxed));
        self.numbers.read(out)
    }

    fn seek(&mut self, frame: u64) -> Result<()> {
        self.numbers.seek(frame)
    }
}

#[test]
fn a_file_that_grows_is_told_once_until_it_is_whole_and_with_frames_that_are_so() {
    let end = Arc::new(AtomicU64::new(PAGE + 10));
    let source = Growing {
        numbers: Numbers::new(40 * PAGE, Wrong::Nothing),
        end: Arc::clone(&end),
    };
    let stream = Stream::new(Box::new(source), Path::new("numbers")).expect("there is memory");
    let told = |pages: Range<u64>| {
        pages.for_each(|page| stream.load(page));
        stream.take_trouble()
    };
    let grow = |to: u64| {
        end.store(to, Ordering::Relaxed);
        std::thread::sleep(AGAIN);
    };
    let at = |frame: u64| Some(format!("the file ends early, at frame {frame}"));
    assert_eq!(told(1..10), at(PAGE + 10));
    // What is played has gone far beyond the end.
    grow(3 * PAGE + 5);
    assert_eq!(told(20..24), None);
    grow(3 * PAGE + 5);
    assert_eq!(told(1..10), None);
    // What is played waits at the end.
    for pages in [6, 8, 12] {
        grow(pages * PAGE + 5);
        assert_eq!(told(1..15), None, "{pages}");
    }
    grow(40 * PAGE);
    assert_eq!(told(1..30), None);
    for page in 1..30 {
        assert_eq!(read(&stream, page * PAGE, 10), numbers(page * PAGE, 10));
    }
    grow(35 * PAGE + 3);
    assert_eq!(told(34..37), at(35 * PAGE + 3), "it is told again");
}

#[test]
fn where_a_file_ends_is_told_as_far_as_it_is_known() {
    let stream = stream(40, Wrong::Ends(PAGE + 10));
    let mut out = [0.0; 10];
    let error = stream.read(0, 20 * PAGE, &mut out).expect_err("it ends");
    let frame = 20 * PAGE;
    let said = format!("numbers: from frame {frame} on: the file ends before it");
    assert_eq!(error.to_string(), said);
    let told = format!("the file ends early, before frame {frame}");
    assert_eq!(stream.take_trouble(), Some(told));
}

/// A disk that cannot be read as it should for a while.
struct Flaky {
    numbers: Numbers,
    fails: Arc<AtomicBool>,
    how: Wrong,
}

impl Source for Flaky {
    fn info(&self) -> ClipInfo {
        self.numbers.info()
    }

    fn read(&mut self, out: &mut [&mut [f32]]) -> Result<usize> {
        self.numbers.wrong = match self.fails.load(Ordering::Relaxed) {
            true => self.how,
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
