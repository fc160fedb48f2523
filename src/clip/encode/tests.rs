//! Files that are written here, as libsndfile and the FLAC tools see them.

use super::wav::Wav;
use super::{FileFormat, FileWriter, Shape, Writer};
use crate::clip::Clip;
use crate::error::Error;
use std::ffi::OsStr;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;

const RATE: u32 = 48_000;

/// A file that is removed again.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Scratch {
        let name = format!("amio-encode-{}-{name}", std::process::id());
        Scratch(std::env::temp_dir().join(name))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Where it was never made there is nothing to remove.
        let _ = std::fs::remove_file(&self.0);
    }
}

fn shape(format: FileFormat, channels: u16) -> Shape {
    Shape {
        format,
        channels,
        frame_rate_hz: RATE,
    }
}

/// What a tool prints; it must succeed.
fn run(tool: &str, arguments: &[&OsStr]) -> Vec<u8> {
    let done = Command::new(tool)
        .args(arguments)
        .output()
        .unwrap_or_else(|e| panic!("{tool}: {e}; scripts/setup installs it"));
    let words = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{tool} {arguments:?}: {words}");
    done.stdout
}

/// The samples of a file, interleaved, as libsndfile reads them.
fn read(path: &Path, format: FileFormat) -> Vec<f32> {
    let name = path.file_name().expect("a file").to_string_lossy();
    let raw = Scratch::new(&format!("{name}.raw"));
    let is_float = format.bits() == 32;
    // It scales integers that are to become floats by their peak.
    let option = if is_float { "-float32" } else { "-pcm32" };
    let arguments = [OsStr::new(option), path.as_os_str(), raw.0.as_os_str()];
    run("sndfile-convert", &arguments);
    let bytes = std::fs::read(&raw.0).expect("it was written");
    let (samples, _) = bytes.as_chunks::<4>();
    let sample = |bytes: &[u8; 4]| match is_float {
        true => f32::from_le_bytes(*bytes),
        false => i32::from_le_bytes(*bytes) as f32 / 2_147_483_648.0,
    };
    samples.iter().map(sample).collect()
}

/// Samples that 16 bits hold: noise, a tone, silence and full scale, each for a while.
fn samples(frames: usize, channels: u16) -> Vec<f32> {
    let mut seed = 1u32;
    let count = frames * usize::from(channels);
    (0..count)
        .map(|n| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let step = match n * 5 / count {
                0 => (seed >> 16) as i16,
                1 => ((n as f32 * 0.01).sin() * 20_000.0) as i16,
                2 => 0,
                3 => [i16::MIN, i16::MAX][n / 7 % 2],
                _ => n as i16,
            };
            f32::from(step) / 32_768.0
        })
        .collect()
}

const FORMATS: [FileFormat; 8] = [
    FileFormat::Wav16,
    FileFormat::Wav24,
    FileFormat::WavF32,
    FileFormat::Flac16,
    FileFormat::Flac24,
    FileFormat::Wave64_16,
    FileFormat::Wave64_24,
    FileFormat::Wave64F32,
];

fn extension(format: FileFormat) -> &'static str {
    match format {
        FileFormat::Flac16 | FileFormat::Flac24 => "flac",
        FileFormat::Wav16 | FileFormat::Wav24 | FileFormat::WavF32 => "wav",
        _ => "w64",
    }
}

#[test]
fn every_format_comes_back_bit_for_bit_from_libsndfile() {
    for format in FORMATS {
        for (channels, frames) in [(1, 1), (1, 4097), (2, 20_000), (3, 5001), (8, 12_288)] {
            let file = Scratch::new(&format!("{format:?}-{channels}.{}", extension(format)));
            let written = samples(frames, channels);
            let mut writer = Writer::create(&file.0, shape(format, channels)).expect("it opens");
            for piece in written.chunks(777 * usize::from(channels)) {
                writer.write(piece).expect("there is room");
                writer.settle().expect("there is room");
            }
            writer.finish().expect("there is room");
            assert_eq!(writer.frames(), frames as u64);
            assert_eq!(writer.clipped(), 0);
            assert!(
                read(&file.0, format) == written,
                "{format:?}, {channels} channels"
            );
            if extension(format) == "flac" {
                let arguments = ["-s", "-t", "-w"].map(OsStr::new);
                let path = file.0.as_os_str();
                run("flac", &[&arguments[..], &[path]].concat());
            }
        }
    }
}

#[test]
fn a_file_that_is_abandoned_holds_what_was_settled() {
    for format in FORMATS {
        let file = Scratch::new(&format!("abandoned-{format:?}.{}", extension(format)));
        let written = samples(10_000, 2);
        let mut writer = Writer::create(&file.0, shape(format, 2)).expect("it opens");
        writer.write(&written[..2 * 9000]).expect("there is room");
        writer.settle().expect("there is room");
        let settled = 2 * writer.frames() as usize;
        assert!(settled > 2 * (9000 - 4096), "{format:?}: {settled}");
        writer.write(&written[2 * 9000..]).expect("there is room");
        drop(writer);
        let found = read(&file.0, format);
        assert!(found.len() >= settled, "{format:?}");
        assert!(found[..settled] == written[..settled], "{format:?}");
    }
}

#[test]
fn a_file_past_the_limit_of_wav_is_rf64_and_one_before_it_is_not() {
    for (frames, kind) in [(1000, b"RIFF"), (5000, b"RF64")] {
        let file = Scratch::new(&format!("{frames}.wav"));
        let shape = shape(FileFormat::Wav24, 1);
        let encoding = Box::new(Wav::with_most_bytes(shape, 10_000));
        let mut writer = Writer::with(&file.0, shape, encoding).expect("it opens");
        let written = samples(frames, 1);
        for piece in written.chunks(999) {
            writer.write(piece).expect("there is room");
            writer.settle().expect("there is room");
        }
        writer.finish().expect("there is room");
        let bytes = std::fs::read(&file.0).expect("it is there");
        assert_eq!(&bytes[..4], kind);
        assert!(read(&file.0, shape.format) == written);
    }
}

/// The hole takes no room on the disk, so that this is no more work than a small file.
#[test]
fn five_gibibytes_are_a_file_whose_length_libsndfile_knows() {
    let file = Scratch::new("large.wav");
    let mut writer = Writer::create(&file.0, shape(FileFormat::WavF32, 2)).expect("it opens");
    let silent: u64 = 5 << 27;
    writer.write(&[0.25, -0.25]).expect("there is room");
    writer.write_silence(silent).expect("a hole");
    writer.settle().expect("there is room");
    writer.write(&[0.5, -0.5]).expect("there is room");
    writer.finish().expect("there is room");
    let told = run("sndfile-info", &[file.0.as_os_str()]);
    let told = String::from_utf8_lossy(&told);
    assert!(told.contains("RF64"), "{told}");
    let frames = (silent + 2).to_string();
    let line = told.lines().find(|line| line.starts_with("Frames"));
    assert!(line.is_some_and(|line| line.ends_with(&frames)), "{told}");
    let mut last = [0; 16];
    let opened = std::fs::File::open(&file.0).expect("it is there");
    let length = opened.metadata().expect("it is there").len();
    opened
        .read_exact_at(&mut last, length - 16)
        .expect("it is long");
    let (samples, _) = last.as_chunks::<4>();
    let samples: Vec<f32> = samples.iter().map(|b| f32::from_le_bytes(*b)).collect();
    assert_eq!(samples, [0.0, 0.0, 0.5, -0.5]);
}

#[test]
fn silence_is_as_long_in_every_format() {
    for format in FORMATS {
        let file = Scratch::new(&format!("silence-{format:?}.{}", extension(format)));
        let mut writer = Writer::create(&file.0, shape(format, 1)).expect("it opens");
        writer.write(&[0.5]).expect("there is room");
        writer.write_silence(9001).expect("there is room");
        writer.write(&[-0.5]).expect("there is room");
        writer.finish().expect("there is room");
        let mut expected = vec![0.0; 9003];
        (expected[0], expected[9002]) = (0.5, -0.5);
        assert!(read(&file.0, format) == expected, "{format:?}");
    }
}

#[test]
fn flac_has_the_rates_that_it_says_it_has() {
    for rate in [
        1000, 8001, 11_025, 44_056, 65_534, 88_200, 96_010, 384_000, 655_340,
    ] {
        let file = Scratch::new(&format!("{rate}.flac"));
        let shape = Shape {
            frame_rate_hz: rate,
            ..shape(FileFormat::Flac24, 2)
        };
        let mut writer = Writer::create(&file.0, shape).expect("a rate of FLAC");
        writer.write(&samples(3000, 2)).expect("there is room");
        writer.finish().expect("there is room");
        run("flac", &[OsStr::new("-st"), file.0.as_os_str()]);
    }
    for rate in [65_535, 88_201, 655_350, 768_000] {
        let refused = FileFormat::Flac16
            .check(2, rate)
            .expect_err("not one of FLAC");
        assert!(refused.to_string().contains(&rate.to_string()), "{refused}");
    }
    assert!(FileFormat::Flac24.check(9, RATE).is_err());
    assert!(FileFormat::Wav24.check(64, 768_000).is_ok());
}

#[test]
fn a_file_that_is_being_written_is_not_begun_again() {
    let file = Scratch::new("twice.wav");
    let first = Writer::create(&file.0, shape(FileFormat::Wav16, 1)).expect("it opens");
    let refused = Writer::create(&file.0, shape(FileFormat::Wav16, 1)).err();
    let message = refused.expect("it is taken").to_string();
    assert!(message.contains("being written"), "{message}");
    drop(first);
    Writer::create(&file.0, shape(FileFormat::Wav16, 1)).expect("it is free again");
}

/// The samples of a file, interleaved, as the library reads them.
fn load(path: &Path) -> Vec<f32> {
    let clip = Clip::open(path).unwrap_or_else(|error| panic!("{error}"));
    let info = clip.info();
    let mut channel = vec![0.0; info.frames as usize];
    let mut samples = vec![0.0; info.frames as usize * usize::from(info.channels)];
    for number in 0..info.channels {
        clip.read(number, 0, &mut channel);
        let places = samples.iter_mut().skip(number.into());
        let places = places.step_by(info.channels.into());
        places.zip(&channel).for_each(|(to, from)| *to = *from);
    }
    samples
}

/// The samples of what comes out of a pipe, interleaved, as ffmpeg reads them.
fn through_ffmpeg(path: &Path, format: FileFormat) -> Vec<f32> {
    let done = Command::new("ffmpeg")
        .args(["-v", "error", "-i", "-", "-f", "f32le", "-"])
        .stdin(std::fs::File::open(path).expect("it was written"))
        .output()
        .unwrap_or_else(|e| panic!("ffmpeg: {e}; scripts/setup installs it"));
    assert!(done.status.success(), "{format:?}: {done:?}");
    let (samples, _) = done.stdout.as_chunks::<4>();
    samples.iter().map(|b| f32::from_le_bytes(*b)).collect()
}

#[test]
fn what_went_into_a_pipe_is_read_with_or_without_a_length() {
    for format in FORMATS {
        for frames in [0, 1, 4097, 10_001] {
            let written = samples(frames, 2);
            let file = Scratch::new(&format!("whole-{format:?}.{}", extension(format)));
            let mut writer = FileWriter::create(&file.0, format, 2, RATE).expect("it opens");
            writer.write(&written).expect("there is room");
            let whole = writer.finish().expect("there is room");
            for announced in [Some(frames as u64), None] {
                let pipe = Scratch::new(&format!("pipe-{format:?}.{}", extension(format)));
                let stream = std::fs::File::create(&pipe.0).expect("there is room");
                let mut writer = FileWriter::stream("pipe", stream, format, 2, RATE, announced)
                    .expect("the shape is fine");
                for piece in written.chunks(2 * 777) {
                    writer.write(piece).expect("there is room");
                }
                assert_eq!(writer.finish().expect("there is room"), whole);
                assert!(load(&pipe.0) == written, "{format:?}, {announced:?}");
                if announced.is_none() && frames > 0 {
                    assert!(through_ffmpeg(&pipe.0, format) == written, "{format:?}");
                }
                if announced.is_some() && extension(format) != "flac" {
                    let bytes = |file: &Scratch| std::fs::read(&file.0).expect("it was written");
                    assert!(bytes(&pipe) == bytes(&file), "{format:?}, {frames} frames");
                }
            }
        }
    }
}

#[test]
fn a_file_gets_whole_frames_and_as_many_as_were_announced() {
    let writer =
        |frames| FileWriter::stream("pipe", std::io::sink(), FileFormat::Wav16, 2, RATE, frames);
    let mut any = writer(None).expect("the shape is fine");
    let error = any.write(&[0.0; 3]).expect_err("a frame and a half");
    assert!(
        error.to_string().contains("samples has 3 samples"),
        "{error}"
    );
    let mut two = writer(Some(2)).expect("the shape is fine");
    two.write(&[0.0; 2]).expect("the first");
    assert!(matches!(
        two.write(&[0.0; 4]),
        Err(Error::InvalidArgument(_))
    ));
    assert!(matches!(two.finish(), Err(Error::InvalidState(_))));
    let refused = FileWriter::stream("pipe", std::io::sink(), FileFormat::Flac16, 9, RATE, None);
    assert!(matches!(refused.err(), Some(Error::OutOfRange { .. })));
}

#[test]
fn silence_of_any_length_anywhere_in_flac_is_exact_with_its_digest() {
    for (format, channels) in [
        (FileFormat::Flac16, 1),
        (FileFormat::Flac24, 2),
        (FileFormat::Flac16, 8),
    ] {
        let file = Scratch::new(&format!("silence-{format:?}-{channels}.flac"));
        let mut writer = Writer::create(&file.0, shape(format, channels)).expect("it opens");
        let mut written = Vec::new();
        // Numbers of blocks pass 0x80 and 0x800, from which on they are coded in more bytes.
        for (sound, silence) in [
            (0, 1),
            (1, 4_094),
            (1, 8_192),
            (777, 600_000),
            (4_096, 8_000_000),
        ] {
            let sound = samples(sound, channels);
            writer.write(&sound).expect("there is room");
            written.extend(sound);
            writer.write_silence(silence).expect("there is room");
            written.resize(
                written.len() + silence as usize * usize::from(channels),
                0.0,
            );
        }
        let sound = samples(5_000, channels);
        writer.write(&sound).expect("there is room");
        written.extend(sound);
        writer.finish().expect("there is room");
        assert_eq!(
            writer.frames(),
            (written.len() / usize::from(channels)) as u64
        );
        // Its own tool compares the digest; that there is none would be a warning.
        run("flac", &[OsStr::new("-stw"), file.0.as_os_str()]);
        assert!(load(&file.0) == written, "{format:?}");
        assert!(read(&file.0, format) == written, "{format:?}");
    }
}

#[test]
fn six_hours_of_silence_are_a_matter_of_a_moment_in_flac() {
    const SIX_HOURS: u64 = 6 * 3_600 * RATE as u64;
    let file = Scratch::new("six-hours.flac");
    let format = FileFormat::Flac24;
    let mut writer = Writer::create(&file.0, shape(format, 2)).expect("it opens");
    let sound = samples(10_000, 2);
    writer.write(&sound).expect("there is room");
    let began = std::time::Instant::now();
    writer.write_silence(SIX_HOURS).expect("there is room");
    let took = began.elapsed();
    println!("six hours of silence took {took:?}");
    assert!(took.as_secs() < 5, "{took:?}"); // it is 70 s if all of it is encoded
    writer.write(&sound).expect("there is room");
    writer.finish().expect("there is room");
    assert_eq!(writer.frames(), SIX_HOURS + 20_000);
    let clip = Clip::open_stream(&file.0, &Default::default()).expect("it opens");
    assert_eq!(clip.info().frames, SIX_HOURS + 20_000);
    let mut heard = vec![0.0; 10_000];
    let left: Vec<f32> = sound.iter().step_by(2).copied().collect();
    for begin in [0, SIX_HOURS + 10_000] {
        clip.read(0, begin, &mut heard);
        assert!(heard == left, "{begin}");
    }
    clip.read(0, SIX_HOURS / 2, &mut heard);
    assert!(heard == [0.0; 10_000]);
    // Its own tool sees what lies behind the silence.
    let (skip, out) = (format!("--skip={SIX_HOURS}"), Scratch::new("six-hours.wav"));
    let arguments = [
        "-sd".as_ref(),
        skip.as_ref(),
        "-o".as_ref(),
        out.0.as_os_str(),
    ];
    run("flac", &[&arguments[..], &[file.0.as_os_str()]].concat());
    assert!(load(&out.0)[2 * 10_000..] == sound);
}

/// Whether this is the process of the next test that may write little.
const LIMITED: &str = "AMIO_TEST_LIMITED_WRITER";

#[test]
fn what_a_writer_claims_after_a_failure_is_what_its_header_tells() {
    if std::env::var_os(LIMITED).is_none() {
        let name =
            "clip::encode::tests::what_a_writer_claims_after_a_failure_is_what_its_header_tells";
        let done = Command::new(std::env::current_exe().expect("it runs from a file"))
            .args(["--exact", name, "--nocapture"])
            .env(LIMITED, "1")
            .output()
            .expect("this test starts again");
        let printed = String::from_utf8_lossy(&done.stdout);
        assert!(printed.contains("result: ok. 1 passed"), "{done:?}");
        return;
    }
    let limit = |bytes: &str| {
        let of_this = format!("--pid={}", std::process::id());
        let limit = format!("--fsize={bytes}:unlimited");
        run("prlimit", &[OsStr::new(&of_this), limit.as_ref()]);
    };
    for format in [FileFormat::Wav24, FileFormat::Flac24, FileFormat::Wave64F32] {
        let file = Scratch::new(&format!("limited.{}", extension(format)));
        let mut writer = Writer::create(&file.0, shape(format, 1)).expect("it opens");
        writer.write(&samples(8_192, 1)).expect("there is room");
        writer.settle().expect("there is room");
        writer.write(&samples(8_192, 1)).expect("there is room");
        // Not even the header can be brought up to date.
        limit("8");
        let error = writer
            .write(&samples(8_192, 1))
            .expect_err("there is no room");
        assert!(matches!(error, Error::Io { .. }), "{error}");
        limit("unlimited");
        assert_eq!(load(&file.0).len() as u64, writer.frames());
        assert_eq!(writer.frames(), 8_192);
        let refused = writer.write(&[0.0]);
        assert!(
            matches!(refused, Err(Error::InvalidState(_))),
            "{refused:?}"
        );
    }
}
