//! Seeks: from any frame on, a file of any format reads bit for bit as from its beginning. And what
//! headers say that cannot be so.

#[path = "../../../tests/formats/flac/writer.rs"]
mod flac;

use super::files::{self, Folder, Sound, make, recipes};
use super::{open, probe};
use crate::clip::source::Source;
use crate::error::Error;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

/// Long enough for several segments of each codec that has them.
const LONG: &str = "
    long.aac        ffmpeg -v error -i $in -c:a aac -b:a 64k $out
    long.m4a        ffmpeg -v error -i $in -c:a aac $out
    fragments.mp4   ffmpeg -v error -i $in -c:a aac -movflags +empty_moov -frag_duration 500000 $out
    long.opus       opusenc --quiet --bitrate 32 $in $out
    music.opus      opusenc --quiet --bitrate 128 --framesize 60 $in $out
    long.ogg        oggenc -Q -q 2 $in -o $out
    chained.ogg     oggenc -Q -q 2 $in -o $out.1 && oggenc -Q -q 6 -s 7 $in -o $out.2 && cat $out.1 $out.2 >$out
    cbr32.mp3       lame --quiet -b 32 --resample 44.1 $in $out
    cbr320.mp3      lame --quiet -b 320 $in $out
    mpeg2.mp3       lame --quiet -b 8 --resample 16 -m m $in $out
    mpeg25.mp3      lame --quiet -b 24 --resample 8 $in $out
    free.mp3        lame --quiet --freeformat -b 200 $in $out
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

#[test]
fn a_file_that_is_cut_short_while_it_is_read_ends_early_or_fails_at_once() {
    const ENOUGH: Duration = Duration::from_millis(500);
    let folder = Folder::new("cut-while-read");
    let source = folder.path().join("source.wav");
    let sound = Sound {
        frame_rate_hz: 44_100,
        channels: 2,
        frames: 15 * 44_100,
    };
    sound.write(&source);
    let tables = [LONG, files::LOSSLESS_OF_FFMPEG, files::AAC];
    for (name, line) in tables.into_iter().flat_map(recipes) {
        let path = folder.path().join(name);
        make(line, &source, &path);
        let mut source = open(&path).expect("it is intact").source;
        let length = fs::metadata(&path).expect("it was made").len();
        for kept in [length * 5 / 8, length / 8 + 1, 3, 0] {
            let file = File::options().write(true).open(&path);
            file.and_then(|file| file.set_len(kept)).expect("it is cut");
            let frames = source.info().frames;
            for n in 0..20 {
                let began = Instant::now();
                let mut block = vec![vec![0.0; 4_096]; source.info().channels.into()];
                let mut out: Vec<&mut [f32]> = block.iter_mut().map(|c| &mut c[..]).collect();
                let read = source
                    .seek(n * frames / 20)
                    .and_then(|()| source.read(&mut out));
                let took = began.elapsed();
                assert!(took < ENOUGH, "{name}, {kept} bytes: {took:?} at {n}/20");
                // What was read before may still be in memory.
                if kept == 0 && n > 0 && length > 1 << 17 {
                    assert!(!matches!(read, Ok(4_096)), "{name}: {read:?} at {n}/20");
                }
            }
        }
    }
}

#[test]
fn flac_reads_the_same_from_any_frame_on_whatever_its_headers_count() {
    let folder = Folder::new("seek-flac");
    let path = folder.path().join("any.flac");
    let random = &mut flac::Random(1);
    let lengths: Vec<usize> = (0..100).map(|_| 16 + random.below(4_000)).collect();
    let noise: Vec<u8> = (0..100_000).map(|_| random.below(256) as u8).collect();
    for (numbering, block_frames, lengths) in [
        (flac::Numbering::Blocks, (1_152, 1_152), &[1_152][..]),
        (flac::Numbering::Blocks, (0, 1_152), &[1_152]),
        (flac::Numbering::Blocks, (4_608, 4_608), &[1_152]),
        (flac::Numbering::Blocks, (16, 16), &[60_000]),
        (flac::Numbering::OldFrames, (16, 4_608), &lengths),
        (flac::Numbering::OldFrames, (0, 0), &lengths),
        (flac::Numbering::Frames, (16, 4_608), &lengths),
        (flac::Numbering::Frames, (4_096, 4_096), &lengths),
    ] {
        let stream = flac::Stream {
            frame_rate_hz: 44_100,
            channels: 2,
            bits: 16,
            block_frames,
            frames: random.of(&[0, 130_000]),
        };
        let sound = flac::sound(&stream, 130_000, random);
        let parts = flac::file(&stream, numbering, lengths, &sound, random);
        let tail = random.of(&[0, noise.len()]);
        let file = [&parts.concat()[..], &noise[..tail]].concat();
        fs::write(&path, file).expect("the folder is writable");
        assert_eq!(whole(&path)[0].len(), 130_000, "{numbering:?}, {stream:?}");
        assert_seeks(&path, 30);
    }
}

/// A header of WAV with 16 bits in two channels.
fn wav_header(magic: &[u8; 4], data_bytes: u32) -> Vec<u8> {
    let mut header = magic.to_vec();
    header.extend(b"\xFF\xFF\xFF\xFFWAVEds64\x1C\0\0\0");
    header.extend([0; 28]);
    header.extend(b"fmt \x10\0\0\0\x01\0\x02\0\x80\xBB\0\0\0\xEE\x02\0\x04\0\x10\0data");
    header.extend(data_bytes.to_le_bytes());
    header
}

#[test]
fn rf64_beyond_4_gib_reads_near_its_end() {
    let folder = Folder::new("rf64");
    let path = folder.path().join("long.wav");
    let frames = (5u64 << 30) / 4;
    let mut header = wav_header(b"RF64", u32::MAX);
    header[28..36].copy_from_slice(&(4 * frames).to_le_bytes());
    let file = File::create(&path).expect("the folder is writable");
    file.write_all_at(&header, 0).expect("there is room");
    let end = header.len() as u64 + 4 * frames;
    file.write_all_at(&[0, 0x40, 0, 0xC0], end - 4)
        .expect("a file may have holes");
    let info = probe(&path).expect("it is RF64");
    assert_eq!((info.container, info.frames), ("RF64", frames));
    let mut source = open(&path).expect("it is RF64").source;
    source.seek(frames - 2).expect("it is there");
    assert_eq!(read(&mut *source, 5), [[0.0, 0.5], [0.0, -0.5]]);
}

#[test]
fn a_recording_whose_header_was_never_finished_loads_what_is_there() {
    let folder = Folder::new("unfinished");
    let path = folder.path().join("unfinished.wav");
    for (magic, data_bytes) in [
        (b"RIFF", 0),
        (b"RIFF", u32::MAX),
        (b"RF64", u32::MAX),
        (b"RIFF", 1 << 31),
    ] {
        let mut file = wav_header(magic, data_bytes);
        file.extend([0, 0x40, 0, 0xC0, 0, 0]); // one frame and a half
        fs::write(&path, file).expect("the folder is writable");
        let mut source = open(&path).unwrap_or_else(|error| panic!("{error}")).source;
        assert_eq!(source.info().frames, 1);
        assert_eq!(read(&mut *source, 5), [[0.5], [-0.5]]);
    }
}

#[test]
fn what_is_no_audio_is_named_with_what_is_supported() {
    let folder = Folder::new("no-audio");
    let path = folder.path().join("file");
    let mut mpeg = wav_header(b"RIFF", 4);
    mpeg[56] = 0x50;
    for (bytes, found) in [
        (&b""[..], "an empty file"),
        (b"ID3\x04\0\0\0\0\0\x02\0\0", "a tag and no sound"),
        (b"\x89PNG\r\n\x1A\n", "an image (PNG)"),
        (b"\x01\x02\x03\x04\x05", "begins with the bytes 01 02 03"),
        (
            b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0",
            "WAV without data",
        ),
        (&mpeg, "WAV with codec 0x0050 (MPEG)"),
        (
            b".snd\0\0\0\x18\0\0\0\0\0\0\0\x17\0\0\xBB\x80\0\0\0\x01",
            "AU with encoding 23 (G.721 ADPCM)",
        ),
    ] {
        fs::write(&path, bytes).expect("the folder is writable");
        let error = probe(&path).expect_err("it is no audio");
        assert!(matches!(error, Error::Format { .. }), "{error}");
        let text = error.to_string();
        assert!(
            text.contains(found) && text.contains("supported: WAV, RF64"),
            "{text}"
        );
        assert!(text.contains(path.to_str().expect("it is ASCII")), "{text}");
    }
    fs::remove_file(&path).expect("it is there");
    assert!(matches!(probe(&path), Err(Error::Io { .. })));
    assert!(matches!(probe(folder.path()), Err(Error::Format { .. })));
}

/// All frames of a file.
fn whole(file: &Path) -> Vec<Vec<f32>> {
    let mut source = open(file).unwrap_or_else(|error| panic!("{error}")).source;
    let frames = source.info().frames as usize;
    read(&mut *source, frames + 1)
}

/// Where what comes after the name of the first box of that name begins.
fn inside(file: &[u8], name: &[u8; 4]) -> usize {
    let at = file.windows(4).position(|bytes| bytes == name);
    at.expect("there is such a box") + 4
}

fn word(file: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(file[at..at + 4].try_into().expect("four bytes"))
}

fn put(file: &mut [u8], at: usize, word: u32) {
    file[at..at + 4].copy_from_slice(&word.to_be_bytes());
}

#[test]
fn the_units_of_an_mp4_track_need_not_be_its_frames() {
    let folder = Folder::new("units");
    let source = folder.path().join("source.wav");
    let sound = Sound {
        frame_rate_hz: 44_100,
        channels: 1,
        frames: 20_011,
    };
    sound.write(&source);
    for (name, codec) in [("units.m4a", "aac"), ("units.alac.m4a", "alac")] {
        let path = folder.path().join(name);
        make(
            &format!("ffmpeg -v error -i $in -c:a {codec} $out"),
            &source,
            &path,
        );
        let expected = whole(&path);
        assert_eq!(expected[0].len(), 20_011);
        // Three units for each frame: in the head, in the durations, in the edit.
        let mut file = fs::read(&path).expect("it was made");
        let durations = inside(&file, b"stts");
        let entries = word(&file, durations + 4) as usize;
        let mut places = vec![inside(&file, b"mdhd") + 12, inside(&file, b"elst") + 12];
        places.extend((0..entries).map(|entry| durations + 12 + 8 * entry));
        for at in places {
            let tripled = 3 * word(&file, at);
            put(&mut file, at, tripled);
        }
        fs::write(&path, &file).expect("the folder is writable");
        assert!(same(&whole(&path)[0], &expected[0]), "{name}");
    }
}

#[test]
fn where_the_packets_of_an_mp4_track_are_all_of_one_length_its_edit_says_where_it_ends() {
    let folder = Folder::new("edit");
    let source = folder.path().join("source.wav");
    let sound = Sound {
        frame_rate_hz: 44_100,
        channels: 1,
        frames: 20_011,
    };
    sound.write(&source);
    let path = folder.path().join("edit.m4a");
    make("ffmpeg -v error -i $in -c:a aac $out", &source, &path);
    let expected = whole(&path);
    let mut file = fs::read(&path).expect("it was made");
    let durations = inside(&file, b"stts");
    assert_eq!(word(&file, durations + 4), 2, "the last packet is shorter");
    put(&mut file, durations + 8 + 8 + 4, 1_024);
    // In units of the movie: frames, and then milliseconds, which are rounded down.
    for (units, lasts, frames) in [(44_100, 20_011, 20_011), (1_000, 453, 20_021)] {
        let (movie, edit) = (inside(&file, b"mvhd"), inside(&file, b"elst"));
        put(&mut file, movie + 12, units);
        put(&mut file, edit + 8, lasts);
        fs::write(&path, &file).expect("the folder is writable");
        let found = whole(&path);
        assert_eq!(found[0].len(), frames);
        assert!(same(&found[0][..20_011], &expected[0]));
    }
}

/// A number in groups of seven bits, as CAF has it.
fn in_sevens(number: usize) -> Vec<u8> {
    let low = (number & 0x7F) as u8;
    match number >> 7 {
        0 => vec![low],
        high => vec![high as u8 | 0x80, low],
    }
}

/// Puts the packets of an ADTS file into CAF: no free program writes that. `frames` of them are the
/// sound, behind the usual 2112.
fn caf_of(
    adts: &Path,
    codec: &[u8; 4],
    setup: [u8; 2],
    frame_rate_hz: f64,
    frames: u64,
) -> Vec<u8> {
    let file = fs::read(adts).expect("it was made");
    let (mut sizes, mut packets, mut count, mut rest) = (Vec::new(), Vec::new(), 0, &file[..]);
    while let [_, _, _, a, b, c, _, ..] = *rest {
        let bytes = usize::from(a & 3) << 11 | usize::from(b) << 3 | usize::from(c >> 5);
        sizes.extend(in_sevens(bytes - 7));
        packets.extend(&rest[7..bytes]);
        count += 1u64;
        rest = &rest[bytes..];
    }
    let mut caf = b"caff\0\x01\0\0".to_vec();
    let mut chunk = |name: &[u8; 4], parts: &[&[u8]]| {
        let bytes: usize = parts.iter().map(|part| part.len()).sum();
        caf.extend(name);
        caf.extend((bytes as u64).to_be_bytes());
        parts.iter().for_each(|part| caf.extend(*part));
    };
    let format = b"\0\0\0\0\0\0\0\0\0\0\x04\0\0\0\0\x02\0\0\0\0";
    chunk(b"desc", &[&frame_rate_hz.to_be_bytes(), codec, format]);
    let decoder = b"\x04\x11\x40\x15\0\0\0\0\0\0\0\0\0\0\0\x05\x02";
    chunk(b"kuki", &[b"\x03\x16\0\0\0", decoder, &setup]);
    let head = [count.to_be_bytes(), frames.to_be_bytes()].concat();
    chunk(b"pakt", &[&head, b"\0\0\x08\x40\0\0\0\0", &sizes]);
    chunk(b"data", &[b"\0\0\0\0", &packets]);
    caf
}

#[test]
fn aac_in_caf_loads_as_the_same_packets_do_in_adts() {
    let folder = Folder::new("caf-aac");
    let source = folder.path().join("source.wav");
    let sound = Sound {
        frame_rate_hz: 44_100,
        channels: 2,
        frames: 30_000,
    };
    sound.write(&source);
    let lc = folder.path().join("source.aac");
    make("ffmpeg -v error -i $in -c:a aac $out", &source, &lc);
    let he = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/mp4/he.aac");
    for (adts, codec, setup, rate, encoding) in [
        (&lc, b"aac ", [0x12, 0x10], 44_100, "AAC-LC"),
        (&he, b"aach", [0x14, 0x10], 32_000, "HE-AAC"),
    ] {
        let frames = 20_000;
        let path = folder.path().join("aac.caf");
        let caf = caf_of(adts, codec, setup, f64::from(rate), frames);
        fs::write(&path, caf).expect("the folder is writable");
        let info = probe(&path).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(
            (info.container, info.encoding, info.frame_rate_hz),
            ("CAF", encoding, rate)
        );
        assert_eq!((info.channels, info.frames), (2, frames));
        for (caf, adts) in whole(&path).iter().zip(whole(adts)) {
            assert!(same(caf, &adts[2_112..2_112 + frames as usize]));
        }
        assert_seeks(&path, 20);
    }
}

#[test]
fn he_aac_reads_the_same_from_any_frame_on() {
    let folder = Folder::new("seek-he");
    let mut random = 1u32;
    let mut noise = || {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        0.4 * ((random >> 8) as f32 / (1 << 24) as f32 - 0.5)
    };
    let planes: Vec<Vec<f32>> = (0..2)
        .map(|_| (0..100 * 24_000).map(|_| noise()).collect())
        .collect();
    let options = syom::EncodeOptions::adts().with_bitrate_bps(32_000);
    for (name, options) in [
        ("he.aac", options.clone().with_he(true)),
        ("he-v2.aac", options.with_he_v2(true)),
    ] {
        let path = folder.path().join(name);
        let file = syom::encode_with(&planes, 24_000, &options).expect("the sound is fine");
        fs::write(&path, file).expect("the folder is writable");
        assert_seeks(&path, 40);
    }
}

#[test]
fn an_id3_tag_before_any_format_takes_no_part() {
    const FORMATS: &str = "
        16.wav   sox -D $in -b 16 $out
        16.aiff  sox -D $in -b 16 $out
        16.au    sox -D $in -b 16 $out
        16.caf   sndfile-convert -pcm16 $in $out
        16.w64   sndfile-convert -pcm16 $in $out
        16.flac  sox -D $in -b 16 $out
        alac.m4a ffmpeg -v error -i $in -c:a alac $out
        alac.caf ffmpeg -v error -i $in -c:a alac $out
        3.ogg    oggenc -Q -q 3 $in -o $out
        lame.mp3 lame --quiet -b 64 $in $out
        adts.aac ffmpeg -v error -i $in -c:a aac $out
    ";
    let folder = Folder::new("tagged");
    let source = folder.path().join("source.wav");
    let sound = Sound {
        frame_rate_hz: 44_100,
        channels: 2,
        frames: 20_011,
    };
    sound.write(&source);
    // Odd lengths, two tags in a row, one with a footer.
    let tags = b"ID3\x03\0\0\0\0\x01\x03";
    let tags = [
        &tags[..],
        &[b'x'; 131],
        b"ID3\x04\0\x10\0\0\0\x01y3DI\x04\0\x10\0\0\0\x01",
    ]
    .concat();
    for (name, line) in recipes(FORMATS) {
        let path = folder.path().join(name);
        make(line, &source, &path);
        let (info, expected) = (probe(&path).expect("it is intact"), whole(&path));
        let file = fs::read(&path).expect("it was made");
        fs::write(&path, [&tags[..], &file].concat()).expect("the folder is writable");
        assert_eq!(probe(&path).expect("it is read"), info, "{name}");
        let found = whole(&path);
        assert!(
            found.iter().zip(&expected).all(|(a, b)| same(a, b)),
            "{name}"
        );
        assert_seeks(&path, 5);
    }
}
