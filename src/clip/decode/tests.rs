//! Seeks: from any frame on, a file of any format reads bit for bit as from its beginning.

#[path = "../../../tests/formats/files.rs"]
#[allow(dead_code, reason = "other tests use the other tables")]
mod files;

use super::open;
use crate::clip::source::Source;
use files::{Folder, Sound, make, recipes};
use std::path::Path;

/// Long enough for several segments of each codec that has them.
const LONG: &str = "
    long.aac        ffmpeg -v error -i $in -c:a aac -b:a 64k $out
    long.m4a        ffmpeg -v error -i $in -c:a aac $out
    long.opus       opusenc --quiet --bitrate 32 $in $out
    music.opus      opusenc --quiet --bitrate 128 --framesize 60 $in $out
    long.ogg        oggenc -Q -q 2 $in -o $out
    cbr32.mp3       lame --quiet -b 32 --resample 44.1 $in $out
    cbr320.mp3      lame --quiet -b 320 $in $out
    mpeg2.mp3       lame --quiet -b 8 --resample 16 -m m $in $out
    mpeg25.mp3      lame --quiet -b 24 --resample 8 $in $out
    long.flac       flac -s --no-seektable $in -o $out
";

fn read(source: &mut dyn Source, frames: usize) -> Vec<Vec<f32>> {
    let mut channels = vec![vec![9.0; frames]; source.info().channels.into()];
    let mut slices: Vec<&mut [f32]> = channels.iter_mut().map(|c| &mut c[..]).collect();
    let done = source.read(&mut slices).expect("the file is intact");
    channels.iter_mut().for_each(|c| c.truncate(done));
    channels
}

fn same(a: &[f32], b: &[f32]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())
}

#[track_caller]
fn assert_seeks(file: &Path, seeks: usize) {
    let mut source = open(file).unwrap_or_else(|error| panic!("{error}")).source;
    let length = source.info().frames as usize;
    let whole = read(&mut *source, length + 1);
    assert_eq!(whole[0].len(), length, "{}", file.display());
    let mut random = 1u64;
    let mut below = |limit: usize| {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (random >> 33) as usize % limit
    };
    let mut starts = vec![0, 1, length - 1, length];
    starts.extend((0..seeks).map(|_| below(length)));
    for start in starts {
        let count = below(6_000) + 1;
        source.seek(start as u64).expect("the file is intact");
        let part = read(&mut *source, count);
        let end = length.min(start + count);
        for (part, whole) in part.iter().zip(&whole) {
            let name = file.display();
            assert!(
                same(part, &whole[start..end]),
                "{name}: frames {start} to {end}"
            );
        }
    }
}

fn each(tables: &[&str], sound: Sound, seeks: usize, name: &str) {
    let folder = Folder::new(name);
    let source = folder.path().join("source.wav");
    sound.write(&source);
    for (name, line) in tables.iter().flat_map(|table| recipes(table)) {
        let file = folder.path().join(name);
        make(line, &source, &file);
        assert_seeks(&file, seeks);
    }
}

#[test]
fn a_file_reads_the_same_from_any_frame_on() {
    let all = [
        files::LOSSLESS,
        files::LOSSLESS_OF_FFMPEG,
        files::LOSSY,
        files::OPUS,
        files::AAC,
        files::FORGETFUL,
    ];
    let sound = Sound {
        frame_rate_hz: 44_100,
        channels: 2,
        frames: 60_001,
    };
    each(&all, sound, 40, "seek");
}

#[test]
fn a_long_file_reads_the_same_from_any_frame_on() {
    let sound = Sound {
        frame_rate_hz: 44_100,
        channels: 2,
        frames: 50 * 44_100,
    };
    each(&[LONG], sound, 60, "seek-long");
}
