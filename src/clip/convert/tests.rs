//! Conversions as sources: reads of any size, seeks, and sources that end early or fail.

use super::{Quality, convert};
use crate::clip::reread::Reread;
use crate::clip::source::Source;
use crate::clip::{Clip, ClipInfo};
use crate::error::{Error, Result};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const LEVELS: [Quality; 3] = [Quality::Draft, Quality::Good, Quality::Best];
/// Ratios of each engine, up and down.
const RATIOS: [(u32, u32); 8] = [
    (44_100, 48_000),
    (48_000, 44_100),
    (44_100, 192_000),
    (44_100, 32_000),
    (22_050, 32_000),
    (44_100, 44_101),
    (767_999, 9_000),
    (9_000, 767_999),
];

fn random() -> impl FnMut(u64) -> u64 {
    let mut state = 0x2545_F491_4F6C_DD1Du64;
    move |below| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    }
}

/// Two channels of noise.
fn noise(rate_hz: u32, frames: usize) -> Clip {
    let mut random = random();
    let samples: Vec<f32> = (0..2 * frames)
        .map(|_| random(2_000_001) as f32 / 1e6 - 1.0)
        .collect();
    Clip::from_f32(rate_hz, 2, &samples).expect("a clip")
}

fn memory(clip: &Clip) -> Box<dyn Source> {
    Box::new(Reread::new(clip.clone()))
}

/// Reads up to `frames` frames, as bits.
fn read(source: &mut dyn Source, frames: usize) -> Result<[Vec<u32>; 2]> {
    let (mut left, mut right) = (vec![9.0; frames], vec![9.0; frames]);
    let read = source.read(&mut [&mut left, &mut right])?;
    Ok([left, right].map(|channel| channel[..read].iter().map(|s| s.to_bits()).collect()))
}

#[test]
fn reads_of_any_size_after_any_seek_give_the_bits_of_reading_straight_through() {
    let mut random = random();
    for (from, to) in RATIOS {
        for quality in LEVELS {
            let frames = (3 * from / from.min(to)) as usize * 1_500;
            let clip = noise(from, frames);
            let whole = 2 * 1_500 * 3 * to as usize / from.min(to) as usize;
            let open = || convert(memory(&clip), to, quality).expect("a conversion");
            let [left, right] = read(&mut *open(), whole).expect("memory can be read");
            let mut source = open();
            assert_eq!(source.info().frames, left.len() as u64);
            for _ in 0..40 {
                let at = random(left.len() as u64 + 1) as usize;
                source.seek(at as u64).expect("memory can be sought");
                let mut next = at;
                for _ in 0..random(6) {
                    let most = [2, 100, 3_000][random(3) as usize];
                    let size = random(most) as usize;
                    let end = left.len().min(next + size);
                    let got = read(&mut *source, size).expect("memory can be read");
                    let what = format!("{from} to {to}, {quality:?}, {next} to {end} from {at}");
                    assert!(
                        got[0] == left[next..end] && got[1] == right[next..end],
                        "{what}"
                    );
                    next = end;
                }
            }
        }
    }
}

/// Counts what is read of it.
struct Counting {
    inner: Box<dyn Source>,
    read: std::sync::Arc<std::sync::atomic::AtomicU64>,
}

impl Source for Counting {
    fn info(&self) -> ClipInfo {
        self.inner.info()
    }

    fn read(&mut self, out: &mut [&mut [f32]]) -> Result<usize> {
        let read = self.inner.read(out)?;
        self.read
            .fetch_add(read as u64, std::sync::atomic::Ordering::Relaxed);
        Ok(read)
    }

    fn seek(&mut self, frame: u64) -> Result<()> {
        self.inner.seek(frame)
    }
}

#[test]
fn a_seek_reads_a_few_thousand_frames_and_not_the_way_there() {
    for (from, to) in [
        (44_100, 48_000),
        (48_000, 44_100),
        (96_000, 48_000),
        (44_100, 44_101),
    ] {
        for quality in LEVELS {
            let count = std::sync::Arc::default();
            let inner = memory(&noise(from, 400_000));
            let read_frames = std::sync::Arc::clone(&count);
            let counting = Counting { inner, read: count };
            let mut source = convert(Box::new(counting), to, quality).expect("a conversion");
            source.seek(150_000).expect("memory can be sought");
            read(&mut *source, 1).expect("memory can be read");
            let frames = read_frames.load(std::sync::atomic::Ordering::Relaxed);
            assert!(
                frames <= 8_192,
                "{from} to {to}, {quality:?}: {frames} frames"
            );
        }
    }
}

/// Ends before the length that it claims, or fails there.
struct Short {
    inner: Reread,
    next: u64,
    end: Arc<AtomicU64>,
    fails: Option<fn() -> Error>,
}

impl Source for Short {
    fn info(&self) -> ClipInfo {
        self.inner.info()
    }

    fn read(&mut self, out: &mut [&mut [f32]]) -> Result<usize> {
        let wanted = out[0].len() as u64;
        let end = self.end.load(Ordering::Relaxed);
        let frames = wanted.min(end.saturating_sub(self.next));
        if let Some(fails) = self.fails
            && frames < wanted
        {
            return Err(fails());
        }
        let mut slices: Vec<_> = out
            .iter_mut()
            .map(|out| &mut out[..frames as usize])
            .collect();
        self.inner.read(&mut slices)?;
        self.next += frames;
        Ok(frames as usize)
    }

    fn seek(&mut self, frame: u64) -> Result<()> {
        self.next = frame;
        self.inner.seek(frame)
    }
}

fn short(clip: &Clip, end: u64, fails: Option<fn() -> Error>) -> (Box<dyn Source>, Arc<AtomicU64>) {
    let end = Arc::new(AtomicU64::new(end));
    let source = Short {
        inner: Reread::new(clip.clone()),
        next: 0,
        end: Arc::clone(&end),
        fails,
    };
    (Box::new(source), end)
}

#[test]
fn a_source_that_ends_early_is_converted_as_one_of_that_length() {
    let mut random = random();
    for (from, to) in [
        (44_100, 48_000),
        (48_000, 44_100),
        (44_100, 44_101),
        (9_000, 96_000),
    ] {
        for quality in LEVELS {
            let clip = noise(from, 9_000);
            for _ in 0..20 {
                let end = 1 + random(9_000);
                let length = (u64::from(to) * end * 2 + u64::from(from)) / (2 * u64::from(from));
                let (source, _) = short(&clip, end, None);
                let mut source = convert(source, to, quality).expect("a conversion");
                let what = format!("{end} frames, {from} to {to}, {quality:?}");
                // First from behind the end that is not known yet.
                let beyond = length + random(source.info().frames - length + 1);
                source.seek(beyond).expect("memory can be sought");
                let after = read(&mut *source, 10).expect("memory can be read");
                assert_eq!(after[0], [0u32; 0], "{what}, read from {beyond}");
                source.seek(0).expect("memory can be sought");
                let all = read(&mut *source, 200_000).expect("memory can be read");
                assert_eq!(all[0].len() as u64, length, "{what}");
                assert_eq!(read(&mut *source, 9).expect("memory")[0].len(), 0, "{what}");
            }
        }
    }
}

#[test]
fn after_an_error_of_the_source_what_lies_before_it_can_be_read_again() {
    let clip = noise(44_100, 40_000);
    for to in [48_000, 44_101] {
        let mut whole = convert(memory(&clip), to, Quality::Good).expect("a conversion");
        let whole = read(&mut *whole, 5_000).expect("memory can be read");
        let broken = || Error::InvalidState("broken".into());
        let (source, _) = short(&clip, 20_000, Some(broken));
        let mut source = convert(source, to, Quality::Good).expect("a conversion");
        for _ in 0..2 {
            let error = read(&mut *source, 50_000).expect_err("it breaks");
            assert_eq!(error.to_string(), "broken");
            source.seek(0).expect("memory can be sought");
            assert_eq!(
                read(&mut *source, 5_000).expect("all of this is there"),
                whole
            );
        }
    }
}

#[test]
fn a_source_that_was_too_short_or_failed_for_a_while_is_converted_to_the_same_bits_after_a_seek() {
    let clip = noise(44_100, 40_000);
    let ways: [Option<fn() -> Error>; 3] = [
        None,
        Some(|| Error::InvalidState("broken".into())),
        Some(|| panic!("a decoder fails at a file that has changed")),
    ];
    for to in [48_000, 32_000, 44_101] {
        let mut whole = convert(memory(&clip), to, Quality::Good).expect("a conversion");
        let whole = read(&mut *whole, 100_000).expect("memory can be read");
        for fails in ways {
            let (source, end) = short(&clip, 20_000, fails);
            let mut source = convert(source, to, Quality::Good).expect("a conversion");
            // The way there in small steps: the next block follows the one in which the end is.
            let mut next = 0;
            let mut step = || read(&mut *source, 10).map(|read| read[0].len());
            while let Ok(Ok(10)) = catch_unwind(AssertUnwindSafe(&mut step)) {
                next += 10;
            }
            end.store(40_000, Ordering::Relaxed);
            for ahead in [1_000, 3_000, 0] {
                let at = next + ahead;
                source.seek(at as u64).expect("memory can be sought");
                let got = read(&mut *source, 2_000).expect("it is whole");
                let expected = whole
                    .each_ref()
                    .map(|channel| channel[at..at + 2_000].to_vec());
                assert!(got == expected, "to {to}, {ahead} frames ahead");
            }
        }
    }
}

#[test]
fn the_farthest_ratios_take_little_memory_and_few_frames_at_once() {
    for (from, to) in [
        (768_000, 1_000),
        (767_999, 1_000),
        (1_000, 768_000),
        (1_000, 767_999),
    ] {
        for quality in LEVELS {
            let ratio = super::Ratio::new(from, to);
            let frames = match super::fft::piece(ratio, quality) {
                Some(piece) => piece.from.max(piece.to) as usize,
                None => {
                    let engine: Box<dyn super::BlockMaker> =
                        Box::new(super::Sinc::new(ratio, quality));
                    engine.block_frames().max(engine.window(1_000).1)
                }
            };
            assert!(
                frames <= 400_000,
                "{from} to {to}, {quality:?}: {frames} frames"
            );
        }
    }
}
