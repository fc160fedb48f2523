//! FLAC with all features of the format, with bytes after its end, truncated, and damaged.

mod writer;

use super::files::{Folder, make};
use super::load;
use amio::Clip;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use writer::{Number, Numbering, Random, Stream, file, frame, sound};

/// The samples as floats, interleaved.
fn as_floats(stream: &Stream, channels: &[Vec<i64>]) -> Vec<f32> {
    let full_scale = (1u64 << (stream.bits - 1)) as f64;
    let frames = 0..channels[0].len();
    let float = |sample: i64| (sample as f64 / full_scale) as f32;
    frames
        .flat_map(|frame| channels.iter().map(move |channel| float(channel[frame])))
        .collect()
}

/// The samples as raw bytes without a header.
fn as_bytes(stream: &Stream, channels: &[Vec<i64>]) -> Vec<u8> {
    let bytes = stream.bits as usize / 8;
    let frames = 0..channels[0].len();
    frames
        .flat_map(|frame| channels.iter().map(move |channel| channel[frame]))
        .flat_map(|sample| sample.to_le_bytes().into_iter().take(bytes))
        .collect()
}

/// Encodes raw bytes with the reference encoder.
fn encode(stream: &Stream, options: &str, raw: &Path, path: &Path) {
    let Stream {
        frame_rate_hz,
        channels,
        bits,
        ..
    } = stream;
    let line = format!(
        "flac -s -f --lax --force-raw-format --endian=little --sign=signed \
         --sample-rate={frame_rate_hz} --channels={channels} --bps={bits} {options} $in -o $out"
    );
    make(&line, raw, path);
}

/// Checks that the reference decoder gets samples that agree with the digest in the file.
fn check_with_flac(file: &Path, what: &str) {
    let done = Command::new("flac").arg("-st").arg(file).output();
    let done = done.expect("flac is installed");
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{what}: {said}");
}

/// A stereo stream of 16 bits, in blocks of 256 frames.
const PLAIN: Stream = Stream {
    frame_rate_hz: 44_100,
    channels: 2,
    bits: 16,
    block_frames: (256, 256),
    frames: 1_000,
};

fn write(folder: &Folder, name: &str, parts: &[Vec<u8>]) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, parts.concat()).expect("the folder is writable");
    path
}

#[track_caller]
fn assert_loads(path: &Path, expected: &[f32], what: &str) {
    let loaded = load(path);
    assert_eq!(loaded.len(), expected.len(), "{what}");
    let differs = |(a, b): (&f32, &f32)| a.to_bits() != b.to_bits();
    assert_eq!(
        loaded.iter().zip(expected).position(differs),
        None,
        "{what}"
    );
}

/// The error for a file that cannot be read, which must be the same for all functions that open files.
#[track_caller]
fn refusal(path: &Path) -> String {
    let text = Clip::open(path).expect_err("it is not whole").to_string();
    let probed = amio::probe(path).expect_err("it is not whole").to_string();
    assert_eq!(probed, text);
    let streamed = Clip::open_stream(path, &amio::OpenOptions::default());
    assert_eq!(streamed.expect_err("it is not whole").to_string(), text);
    text
}

#[test]
fn flac_loads_bit_for_bit_in_whatever_way_it_is_written() {
    let folder = Folder::new("flac-ways");
    let random = &mut Random(1);
    for round in 0..240 {
        let bits = 4 + round % 29;
        let numbering = random.of(&[Numbering::Blocks, Numbering::OldFrames, Numbering::Frames]);
        let longest = random.of(&[16, 17, 192, 256, 1_000, 4_096]);
        let lengths: Vec<usize> = match numbering {
            Numbering::Blocks => vec![longest],
            _ => (0..40).map(|_| 16 + random.below(longest - 15)).collect(),
        };
        let frames = longest * (1 + random.below(3)) + random.below(longest);
        let stream = Stream {
            frame_rate_hz: random.of(&[44_100, 48_000, 96_001]),
            channels: [1, 2, 2, 1 + random.below(8)][random.below(4)],
            bits,
            block_frames: match numbering {
                Numbering::Blocks => (longest as u16, longest as u16),
                _ => (16, 1 + longest as u16),
            },
            frames: random.of(&[0, frames as u64]),
        };
        let sound = sound(&stream, frames, random);
        let parts = file(&stream, numbering, &lengths, &sound, random);
        let path = write(&folder, "any.flac", &parts);
        let what = format!("round {round}: {numbering:?}, {stream:?}");
        assert_loads(&path, &as_floats(&stream, &sound), &what);
        check_with_flac(&path, &what);
    }
}

#[test]
fn flac_of_blocks_of_any_length_loads_bit_for_bit() {
    let folder = Folder::new("flac-blocks");
    let random = &mut Random(2);
    for length in [1, 15, 16, 255, 257, 32_768, 65_535] {
        let stream = Stream {
            block_frames: (length as u16, length as u16),
            frames: 2 * length as u64 + 1,
            ..PLAIN
        };
        let sound = sound(&stream, stream.frames as usize, random);
        let parts = file(&stream, Numbering::Blocks, &[length], &sound, random);
        let path = write(&folder, "blocks.flac", &parts);
        assert_loads(&path, &as_floats(&stream, &sound), &format!("{length}"));
    }
}

#[test]
fn flac_of_the_reference_encoder_loads_bit_for_bit_whatever_its_options() {
    let folder = Folder::new("flac-options");
    let (raw, path) = (folder.path().join("raw"), folder.path().join("any.flac"));
    let random = &mut Random(3);
    for _ in 0..60 {
        let stream = Stream {
            channels: random.of(&[1, 2, 2, 2, 3, 8]),
            bits: random.of(&[8, 16, 24, 32]),
            ..PLAIN
        };
        let frames = 1 + random.below(9_000);
        let sound = sound(&stream, frames, random);
        fs::write(&raw, as_bytes(&stream, &sound)).expect("the folder is writable");
        let stereo = if stream.channels == 2 {
            random.of(&["-m", "-M", "--no-mid-side"])
        } else {
            ""
        };
        let options = format!(
            "{stereo} -l {} -r {} -b {} {} {}",
            random.below(33),
            random.below(9),
            random.of(&[32, 100, 576, 1_024, 4_096, 65_535]),
            random.of(&["", "-e", "-p"]),
            random.of(&["", "--no-padding", "--no-seektable", "-A blackman"]),
        );
        encode(&stream, &options, &raw, &path);
        assert_loads(&path, &as_floats(&stream, &sound), &options);
    }
}

#[test]
fn stereo_of_32_bits_whose_difference_takes_33_loads_bit_for_bit() {
    let folder = Folder::new("flac-33");
    let stream = Stream { bits: 32, ..PLAIN };
    let random = &mut Random(4);
    // Extreme values of either sign in any order; and opposite channels, whose mean is about 0.
    let extreme = |random: &mut Random| random.of(&[i64::from(i32::MIN), i64::from(i32::MAX)]);
    let channel = |random: &mut Random| (0..1_000).map(|_| extreme(random)).collect();
    let extremes = [channel(random), channel(random)];
    for seed in 0..8 {
        let random = &mut Random(seed);
        let parts = file(&stream, Numbering::Blocks, &[256], &extremes, random);
        let path = write(&folder, "extremes.flac", &parts);
        assert_loads(&path, &as_floats(&stream, &extremes), "extremes");
    }
    let tone = |frame: i64| ((frame as f64 * 0.05).sin() * 2.1e9) as i64;
    let left: Vec<i64> = (0..1_000)
        .map(|n| tone(n) + random.below(1_000) as i64)
        .collect();
    let right = left
        .iter()
        .map(|x| -x - random.below(1_000) as i64)
        .collect();
    let opposite = [left, right];
    let raw = folder.path().join("raw");
    fs::write(&raw, as_bytes(&stream, &opposite)).expect("the folder is writable");
    for name in ["opposite.flac", "opposite.ogg"] {
        let path = folder.path().join(name);
        let ogg = if name.ends_with("ogg") { "--ogg" } else { "" };
        encode(&stream, &format!("-m {ogg}"), &raw, &path);
        assert_loads(&path, &as_floats(&stream, &opposite), name);
    }
}

/// Bytes that programs append to a file.
fn tails(frame: &[u8], random: &mut Random) -> Vec<(&'static str, Vec<u8>)> {
    let noise: Vec<u8> = (0..200_000).map(|_| random.below(256) as u8).collect();
    let ape = [
        b"APETAGEX\xD0\x07\0\0\x20\0\0\0\x01\0\0\0\0\0\0\x80",
        &[0; 8][..],
    ]
    .concat();
    let id3v1 = [&b"TAG"[..], &[b' '; 125]].concat();
    let id3v2 = [b"ID3\x04\0\0\0\0\x07\x76", &[0; 1_014][..]].concat();
    let parts_of_frames = (1..frame.len())
        .step_by(frame.len() / 100 + 1)
        .flat_map(|cut| &frame[..cut]);
    vec![
        ("a newline", b"\n".to_vec()),
        ("zeros", vec![0; 5_000]),
        ("ID3v1", id3v1.clone()),
        ("ID3v2", id3v2),
        ("APEv2 and ID3v1", [ape, id3v1].concat()),
        ("10 KiB", noise[..10_240].to_vec()),
        ("200 kB", noise),
        ("a sync code", vec![0xFF, 0xF8]),
        ("sync codes", [0xFF, 0xF8].repeat(2_000)),
        ("the header of a frame", frame[..8].to_vec()),
        (
            "a frame that is cut short",
            frame[..frame.len() - 1].to_vec(),
        ),
        (
            "frames that are cut short",
            parts_of_frames.copied().collect(),
        ),
    ]
}

#[test]
fn whatever_follows_the_last_frame_takes_no_sound_away() {
    let folder = Folder::new("flac-tail");
    let random = &mut Random(5);
    let sound = sound(&PLAIN, 1_000, random);
    for (length, frames) in [(256, 1_000), (256, 0), (1_000, 1_000), (1_000, 0)] {
        let stream = Stream {
            block_frames: (length, length),
            frames,
            ..PLAIN
        };
        let parts = file(&stream, Numbering::Blocks, &[length.into()], &sound, random);
        let expected = as_floats(&stream, &sound);
        let last = parts.last().expect("there are frames").clone();
        for (what, tail) in tails(&last, random) {
            let path = write(&folder, "tail.flac", &[&parts[..], &[tail]].concat());
            assert_loads(
                &path,
                &expected,
                &format!("{what} behind blocks of {length}"),
            );
        }
    }
}

#[test]
fn a_file_that_follows_another_is_not_mixed_up_with_it() {
    let folder = Folder::new("flac-joined");
    let random = &mut Random(6);
    let first = sound(&PLAIN, 1_000, random);
    let mut parts = file(&PLAIN, Numbering::Blocks, &[256], &first, random);
    for frames in [500, 3_000] {
        let stream = Stream { frames, ..PLAIN };
        let second = sound(&stream, frames as usize, random);
        let other = file(&stream, Numbering::Blocks, &[256], &second, random);
        let path = write(&folder, "joined.flac", &[&parts[..], &other].concat());
        assert_loads(&path, &as_floats(&PLAIN, &first), "the first of two");
    }
    parts.truncate(3);
    let path = write(&folder, "cut.flac", &parts);
    assert!(refusal(&path).contains("FLAC that ends at frame 512; its header promises 1000"));
}

#[test]
fn a_file_that_ends_short_of_what_its_header_promises_says_where() {
    let folder = Folder::new("flac-short");
    let random = &mut Random(7);
    let sound = sound(&PLAIN, 1_000, random);
    let whole = file(&PLAIN, Numbering::Blocks, &[256], &sound, random);
    for frames in 0..4 {
        let mut parts = whole[..=frames].to_vec();
        for cut in [0, 1, 20, whole[frames + 1].len() - 1] {
            parts.push(whole[frames + 1][..cut].to_vec());
            let end = 256 * frames;
            let expected = format!("ends at frame {end}; its header promises 1000");
            for tag in [&b""[..], b"ID3\x04\0\0\0\0\0\x02\0\0"] {
                let tagged = [&[tag.to_vec()], &parts[..]].concat();
                let text = refusal(&write(&folder, "short.flac", &tagged));
                assert!(text.contains(&expected), "{text}");
            }
            parts.pop();
        }
    }
    // If the header has no length, the file ends after the last complete frame.
    let unknown = Stream { frames: 0, ..PLAIN };
    let mut parts = whole[..4].to_vec();
    parts[0] = unknown.header([0; 16]);
    parts.push(whole[4][..20].to_vec());
    let path = write(&folder, "unknown.flac", &parts);
    assert_loads(&path, &as_floats(&PLAIN, &sound)[..2 * 768], "no promise");
}

#[test]
fn sizes_of_blocks_that_the_header_has_wrong_do_not_matter() {
    let folder = Folder::new("flac-sizes");
    let random = &mut Random(8);
    let sound = sound(&PLAIN, 3_000, random);
    let expected = as_floats(&PLAIN, &sound);
    for frames in [3_000, 0] {
        for block_frames in [
            (0, 256),
            (0, 0),
            (256, 4_608),
            (8_064, 8_064),
            (16, 16),
            (1, 100),
        ] {
            let stream = Stream {
                block_frames,
                frames,
                ..PLAIN
            };
            let parts = file(&stream, Numbering::Blocks, &[256], &sound, random);
            let path = write(&folder, "sizes.flac", &parts);
            assert_loads(&path, &expected, &format!("all of 256: {stream:?}"));
            for numbering in [Numbering::OldFrames, Numbering::Frames] {
                let lengths = [192, 576, 16, 1_152, 256];
                let parts = file(&stream, numbering, &lengths, &sound, random);
                let path = write(&folder, "sizes.flac", &parts);
                assert_loads(&path, &expected, &format!("{numbering:?}: {stream:?}"));
            }
        }
    }
}

#[test]
fn a_frame_of_another_shape_is_an_error_that_says_where_it_is() {
    let folder = Folder::new("flac-shape");
    let random = &mut Random(9);
    let first = sound(&PLAIN, 1_000, random);
    let whole = file(&PLAIN, Numbering::Blocks, &[256], &first, random);
    for (other, has) in [
        (
            Stream {
                channels: 1,
                ..PLAIN
            },
            "1 channel of 16 bits at 44100 Hz",
        ),
        (
            Stream {
                channels: 3,
                ..PLAIN
            },
            "3 channels of 16 bits at 44100 Hz",
        ),
        (
            Stream { bits: 24, ..PLAIN },
            "2 channels of 24 bits at 44100 Hz",
        ),
        (
            Stream {
                frame_rate_hz: 48_000,
                ..PLAIN
            },
            "2 channels of 16 bits at 48000 Hz",
        ),
    ] {
        let sound = sound(&other, 256, random);
        let samples: Vec<&[i64]> = sound.iter().map(|channel| &channel[..]).collect();
        let mut parts = whole.clone();
        // Repeated until the frame's header has these values itself, instead of referring to STREAMINFO.
        while {
            parts[3] = frame(&other, Number::Blocks(2), &samples, random);
            let (rate, bits) = (parts[3][2] & 15, parts[3][3] >> 1 & 7);
            rate == 0 || bits == 0
        } {}
        let path = write(&folder, "shape.flac", &parts);
        let text = Clip::open(&path).expect_err("it changes").to_string();
        assert!(text.contains("frame 512"), "{text}");
        assert!(
            text.contains(has) && text.contains("2 channels of 16 bits at 44100 Hz"),
            "{text}"
        );
    }
}

#[test]
fn damage_in_the_middle_of_a_file_is_an_error_that_says_where_it_is() {
    let folder = Folder::new("flac-damage");
    let random = &mut Random(10);
    let sound = sound(&PLAIN, 1_000, random);
    let whole = file(&PLAIN, Numbering::Blocks, &[256], &sound, random);
    for byte in 0..whole[2].len() {
        let mut parts = whole.clone();
        parts[2][byte] ^= 0x10;
        let path = write(&folder, "damaged.flac", &parts);
        let text = Clip::open(&path).expect_err("it is damaged").to_string();
        assert!(
            text.contains("256 frames are missing, from frame 256 on"),
            "{text}"
        );
    }
}

#[test]
fn bytes_between_frames_take_no_time() {
    let folder = Folder::new("flac-between");
    let random = &mut Random(11);
    let sound = sound(&PLAIN, 1_000, random);
    let mut parts = file(&PLAIN, Numbering::Blocks, &[256], &sound, random);
    parts.insert(3, b"ID3\x04\0\0\0\0\0\x02\0\0".to_vec());
    parts.insert(0, b"ID3\x04\0\0\0\0\0\x02\0\0".to_vec());
    let path = write(&folder, "between.flac", &parts);
    assert_loads(&path, &as_floats(&PLAIN, &sound), "ID3");
}
