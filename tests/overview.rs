//! Overviews, compared with a simple computation of each bucket.

use crate::reference::rng::Rng;
use amio::{
    Analysis, Bucket, Clip, ClipInfo, Error, FileFormat, Layout, Loudness, Overview, Progress,
    SampleFormat,
};
use std::ops::{ControlFlow, Range};
use std::path::PathBuf;

/// The finest block.
const FINEST: u64 = 256;

fn go_on(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// Interleaved noise that changes its level, so that no two blocks are alike.
fn noise(rng: &mut Rng, channels: u64, frames: u64) -> Vec<f32> {
    (0..frames * channels)
        .map(|n| (rng.sample() * (1.0 + (n as f64 * 1e-3).sin()) + 0.1) as f32)
        .collect()
}

/// Where a bucket begins and ends, computed as the documentation says.
fn extent(frames: &Range<u64>, n: u64, count: u64) -> Range<u64> {
    let length = frames.end - frames.start;
    let start = frames.start + n * length / count;
    let end = frames.start + (n + 1) * length / count;
    start..end.max(start + 1)
}

/// The bucket of a range of frames, computed sample by sample.
fn brute(samples: &[f32], channels: usize, channel: usize, frames: Range<u64>) -> Bucket {
    let mine: Vec<f32> = samples
        .chunks(channels)
        .map(|frame| frame[channel])
        .collect();
    let end = (frames.end as usize).min(mine.len());
    let part = &mine[(frames.start as usize).min(end)..end];
    if part.is_empty() {
        return Bucket::default();
    }
    let squares: f64 = part.iter().map(|x| f64::from(*x).powi(2)).sum();
    Bucket {
        min: part.iter().copied().fold(f32::INFINITY, f32::min),
        max: part.iter().copied().fold(f32::NEG_INFINITY, f32::max),
        rms: (squares / part.len() as f64).sqrt() as f32,
    }
}

#[track_caller]
fn assert_same(found: Bucket, expected: Bucket, case: &str) {
    assert_eq!(
        (found.min, found.max),
        (expected.min, expected.max),
        "{case}"
    );
    let apart = (found.rms - expected.rms).abs();
    assert!(
        apart <= expected.rms * 1e-6,
        "{case}: {found:?}, not {expected:?}"
    );
}

/// A random range, which may reach beyond the end, and a number of buckets.
fn query(rng: &mut Rng, frames: u64) -> (Range<u64>, u64) {
    let start = rng.count(0, frames);
    let longest = if rng.chance(50) { 2_000 } else { frames + 500 };
    (start..start + rng.count(1, longest), rng.count(1, 50))
}

fn file(name: &str, clip: &Clip) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    clip.save(&path, FileFormat::WavF32).expect("a file");
    path
}

#[test]
fn with_its_clip_every_bucket_of_any_zoom_is_exact() {
    let mut rng = Rng::new(1);
    for _ in 0..20 {
        let (channels, frames) = (rng.count(1, 3), rng.count(1, 70_000));
        let samples = noise(&mut rng, channels, frames);
        let clip = Clip::from_f32(48_000, channels as u16, &samples).expect("a clip");
        let overview = Overview::of_clip(&clip, &mut go_on).expect("an overview");
        assert_eq!(overview.info(), clip.info());
        for _ in 0..10 {
            let (range, count) = query(&mut rng, frames);
            let channel = rng.count(0, channels - 1) as u16;
            let mut found = vec![Bucket::default(); count as usize];
            overview
                .read(channel, range.clone(), &mut found)
                .expect("buckets");
            for (n, found) in (0..).zip(found) {
                let frames = extent(&range, n, count);
                let expected = brute(&samples, channels as usize, channel.into(), frames);
                assert_same(found, expected, &format!("{range:?} {n} of {count}"));
            }
        }
    }
}

#[test]
fn without_its_samples_a_bucket_holds_the_blocks_that_it_touches() {
    let mut rng = Rng::new(2);
    for case in 0..10 {
        let frames = rng.count(1, 70_000);
        let samples = noise(&mut rng, 2, frames);
        let clip = Clip::from_f32(48_000, 2, &samples).expect("a clip");
        let path = file(&format!("overview-{case}.wav"), &clip);
        let overview = Overview::of_file(&path, &mut go_on).expect("an overview");
        assert_eq!(overview.info(), clip.info());
        for _ in 0..10 {
            let (range, count) = query(&mut rng, frames);
            let mut found = vec![Bucket::default(); count as usize];
            overview
                .read(1, range.clone(), &mut found)
                .expect("buckets");
            for (n, found) in (0..).zip(found) {
                let asked = extent(&range, n, count);
                let end = asked.end.min(frames);
                let touched = asked.start / FINEST * FINEST..end.div_ceil(FINEST) * FINEST;
                let expected = match asked.start < frames {
                    true => brute(&samples, 2, 1, touched),
                    false => Bucket::default(),
                };
                assert_same(found, expected, &format!("{range:?} {n} of {count}"));
            }
        }
    }
}

#[test]
fn a_clip_in_foreign_memory_is_seen_like_a_copied_one() {
    let mut rng = Rng::new(3);
    let samples: Vec<u8> = (0..4 * 20_000).map(|_| rng.next() as u8).collect();
    let info = ClipInfo {
        frame_rate_hz: 44_100,
        channels: 2,
        frames: 20_000,
    };
    let (format, layout) = (SampleFormat::I16, Layout::Interleaved);
    let copied = Clip::from_bytes(info, format, layout, &samples).expect("a clip");
    let shared = Clip::from_shared(info, format, layout, samples).expect("a clip");
    let looks = [copied, shared].map(|clip| {
        let both = Analysis::of_clip(&clip, &mut go_on).expect("an analysis");
        let mut buckets = [Bucket::default(); 37];
        let overview = &both.overview;
        overview
            .read(1, 123..17_777, &mut buckets)
            .expect("buckets");
        (buckets, both.loudness)
    });
    assert_eq!(looks[0], looks[1]);
}

#[test]
fn one_pass_finds_what_two_passes_find() {
    let mut rng = Rng::new(4);
    let clip = Clip::from_f32(48_000, 2, &noise(&mut rng, 2, 60_000)).expect("a clip");
    let path = file("one-pass.wav", &clip);
    let both = Analysis::of_file(&path, &mut go_on).expect("an analysis");
    let loudness = Loudness::of_clip(&clip, &mut go_on).expect("a loudness");
    assert_eq!(both.loudness, loudness);
    let overview = Overview::of_clip(&clip, &mut go_on).expect("an overview");
    let aligned = 0..(1 << 15);
    let mut found = [[Bucket::default(); 64]; 2];
    both.overview
        .read(0, aligned.clone(), &mut found[0])
        .expect("buckets");
    overview.read(0, aligned, &mut found[1]).expect("buckets");
    assert_eq!(found[0], found[1]);
}

#[test]
fn a_channel_that_is_not_there_and_a_range_without_frames_are_refused() {
    let clip = Clip::from_f32(48_000, 2, &[0.5; 8]).expect("a clip");
    let overview = Overview::of_clip(&clip, &mut go_on).expect("an overview");
    let mut out = [Bucket::default(); 3];
    let channel = overview.read(2, 0..4, &mut out).expect_err("two channels");
    assert!(matches!(
        channel,
        Error::OutOfRange {
            what: "channel",
            given: 2,
            ..
        }
    ));
    for nothing in [3..3, Range { start: 3, end: 2 }] {
        let empty = overview.read(0, nothing, &mut out).expect_err("no frames");
        assert!(matches!(empty, Error::InvalidArgument(_)), "{empty}");
    }
    assert_eq!(out, [Bucket::default(); 3]);
}

#[test]
fn a_range_at_the_end_of_all_numbers_is_only_empty_of_sound() {
    let clip = Clip::from_f32(48_000, 1, &[0.5; 1000]).expect("a clip");
    let overview = Overview::of_clip(&clip, &mut go_on).expect("an overview");
    let mut out = [Bucket::default(); 7];
    overview.read(0, 0..u64::MAX, &mut out).expect("buckets");
    assert_eq!(
        out[0],
        Bucket {
            min: 0.5,
            max: 0.5,
            rms: 0.5
        }
    );
    assert_eq!(out[1..], [Bucket::default(); 6]);
    overview
        .read(0, u64::MAX - 1..u64::MAX, &mut out)
        .expect("buckets");
    assert_eq!(out, [Bucket::default(); 7]);
}

#[test]
fn whoever_watches_hears_of_all_frames_and_can_give_up_at_any_time() {
    let clip = Clip::from_f32(48_000, 1, &vec![0.5; 100_000]).expect("a clip");
    let path = file("watched.wav", &clip);
    let mut heard = Vec::new();
    Analysis::of_file(&path, &mut |now| {
        heard.push(now.done_frames);
        assert_eq!(now.total_frames, 100_000);
        ControlFlow::Continue(())
    })
    .expect("an analysis");
    assert!(heard.is_sorted() && heard.len() > 3, "{heard:?}");
    for patience in 0..heard.len() {
        let mut asked = 0;
        let mut give_up = |_| {
            asked += 1;
            match asked > patience {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        };
        let cancelled = Analysis::of_file(&path, &mut give_up).expect_err("given up");
        assert!(matches!(cancelled, Error::Cancelled), "{cancelled}");
        assert_eq!(asked, patience + 1, "it went on");
    }
}
