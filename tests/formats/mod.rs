//! Loads files that were made by sox, ffmpeg, libsndfile, flac, lame, oggenc and opusenc, and compares the
//! samples with those that libsndfile or ffmpeg decodes: bit for bit for lossless formats.

pub mod files;
mod flac;
mod mp4;
mod mpeg;
mod ogg;

use crate::toolchain;
use amio::Clip;
use files::{Folder, Sound, make, recipes};
use std::path::{Path, PathBuf};
use std::process::Command;

const SOUNDS: [Sound; 3] = [
    Sound {
        frame_rate_hz: 48_000,
        channels: 1,
        frames: 30_011,
    },
    Sound {
        frame_rate_hz: 44_100,
        channels: 2,
        frames: 50_021,
    },
    Sound {
        frame_rate_hz: 48_000,
        channels: 6,
        frames: 20_003,
    },
];

const RATES_HZ: [u32; 6] = [8_000, 11_025, 22_050, 32_000, 96_000, 192_000];

/// A program that decodes with libsndfile.
fn libsndfile() -> PathBuf {
    let folder = toolchain::scratch();
    let program = folder.join(format!("sndfile-{:?}", std::thread::current().id()));
    let mut compiler = toolchain::compiler("c99");
    compiler
        .arg(toolchain::repository().join("tests/formats/sndfile.c"))
        .arg("-o")
        .arg(&program)
        .arg("-lsndfile");
    toolchain::succeed(&mut compiler);
    program
}

/// What a command writes to its standard output, as floats.
fn floats(command: &mut Command) -> Vec<f32> {
    let done = command.output().expect("the program is installed");
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{command:?}: {said}");
    bytes_to_floats(&done.stdout)
}

fn bytes_to_floats(bytes: &[u8]) -> Vec<f32> {
    let (samples, rest) = bytes.as_chunks::<4>();
    assert!(rest.is_empty());
    samples.iter().map(|b| f32::from_le_bytes(*b)).collect()
}

fn by_ffmpeg(file: &Path, options: &[&str]) -> Vec<f32> {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-v", "error"]).args(options).arg("-i");
    floats(ffmpeg.arg(file).args(["-f", "f32le", "-"]))
}

fn interleaved(clip: &Clip) -> Vec<f32> {
    let info = clip.info();
    let channels = usize::from(info.channels);
    let mut samples = vec![0.0; info.frames as usize * channels];
    let mut one = vec![0.0; info.frames as usize];
    for channel in 0..info.channels {
        clip.read(channel, 0, &mut one);
        for (frame, sample) in one.iter().enumerate() {
            samples[frame * channels + usize::from(channel)] = *sample;
        }
    }
    samples
}

fn load(file: &Path) -> Vec<f32> {
    let clip = Clip::open(file).unwrap_or_else(|error| panic!("{error}"));
    let info = amio::probe(file).expect("it was loaded");
    assert_eq!(
        (info.frame_rate_hz, info.channels, info.frames),
        (
            clip.info().frame_rate_hz,
            clip.info().channels,
            clip.info().frames
        ),
        "{}",
        file.display()
    );
    interleaved(&clip)
}

/// Makes a file from a sound with a line of shell, and returns its bytes.
fn made(folder: &Folder, sound: Sound, line: &str, name: &str) -> Vec<u8> {
    let source = folder.path().join("source.wav");
    sound.write(&source);
    let file = folder.path().join(name);
    make(line, &source, &file);
    std::fs::read(file).expect("it was made")
}

/// Loads bytes as a file of that name.
fn load_bytes(folder: &Folder, bytes: &[u8], name: &str) -> Vec<f32> {
    let file = folder.path().join(name);
    std::fs::write(&file, bytes).expect("the folder is writable");
    load(&file)
}

fn error_of(folder: &Folder, bytes: &[u8], name: &str) -> String {
    let file = folder.path().join(name);
    std::fs::write(&file, bytes).expect("the folder is writable");
    let error = amio::Clip::open(&file).expect_err("it cannot be loaded");
    error.to_string()
}

#[track_caller]
fn assert_same(file: &Path, ours: &[f32], theirs: &[f32]) {
    assert_eq!(ours.len(), theirs.len(), "{}", file.display());
    let differs = |(a, b): (&f32, &f32)| a.to_bits() != b.to_bits();
    let at = ours.iter().zip(theirs).position(differs);
    assert_eq!(at, None, "{}", file.display());
}

#[track_caller]
fn assert_close(file: &Path, ours: &[f32], theirs: &[f32], tolerance: f32) {
    let worst = ours.iter().zip(theirs).map(|(a, b)| (a - b).abs());
    let worst = worst.fold(0.0, f32::max);
    assert!(worst <= tolerance, "{}: {worst}", file.display());
}

/// Makes every file of a table from a sound, and passes it to `check`.
fn each(table: &str, sound: Sound, name: &str, mut check: impl FnMut(&Path)) {
    let folder = Folder::new(name);
    let source = folder.path().join("source.wav");
    sound.write(&source);
    for (name, line) in recipes(table) {
        let file = folder.path().join(name);
        make(line, &source, &file);
        check(&file);
    }
}

#[test]
fn lossless_files_load_bit_for_bit_as_libsndfile_decodes_them() {
    let program = libsndfile();
    for sound in SOUNDS {
        each(files::LOSSLESS, sound, "lossless", |file| {
            let theirs = floats(Command::new(&program).arg(file));
            assert_eq!(
                theirs.len(),
                sound.frames as usize * usize::from(sound.channels)
            );
            assert_same(file, &load(file), &theirs);
        });
    }
}

#[test]
fn lossless_files_that_libsndfile_does_not_know_load_bit_for_bit_as_ffmpeg_decodes_them() {
    for sound in SOUNDS {
        each(files::LOSSLESS_OF_FFMPEG, sound, "ffmpeg", |file| {
            let theirs = by_ffmpeg(file, &[]);
            assert_eq!(
                theirs.len(),
                sound.frames as usize * usize::from(sound.channels)
            );
            assert_same(file, &load(file), &theirs);
        });
    }
}

#[test]
fn every_rate_is_kept() {
    let program = libsndfile();
    for frame_rate_hz in RATES_HZ {
        let sound = Sound {
            frame_rate_hz,
            channels: 2,
            frames: 10_007,
        };
        each(
            "s24.wav cp $in $out\n24.flac flac -s $in -o $out",
            sound,
            "rates",
            |file| {
                assert_same(file, &load(file), &floats(Command::new(&program).arg(file)));
                let clip = Clip::open(file).expect("it was loaded");
                assert_eq!(clip.info().frame_rate_hz, frame_rate_hz);
            },
        );
    }
}

#[test]
fn lossy_files_load_as_long_as_the_sound_was_and_close_to_what_libsndfile_decodes() {
    let program = libsndfile();
    for sound in &SOUNDS[..2] {
        each(files::LOSSY, *sound, "lossy", |file| {
            let theirs = floats(Command::new(&program).arg(file));
            let ours = load(file);
            assert_eq!(ours.len(), theirs.len(), "{}", file.display());
            let rate = Clip::open(file)
                .expect("it was loaded")
                .info()
                .frame_rate_hz;
            if rate == sound.frame_rate_hz {
                let samples = sound.frames as usize * usize::from(sound.channels);
                assert_eq!(ours.len(), samples, "{}", file.display());
            }
            assert_close(file, &ours, &theirs, 1e-5);
        });
    }
}

#[test]
fn vorbis_of_many_channels_loads_in_the_order_of_wav_as_ffmpeg_decodes_it() {
    for (channels, frame_rate_hz) in [(3, 44_100), (5, 48_000), (6, 48_000), (6, 96_000)]
        .into_iter()
        .chain([(7, 44_100), (8, 44_100), (8, 96_000)])
    {
        let sound = Sound {
            frame_rate_hz,
            channels,
            frames: 20_003,
        };
        each(files::VORBIS, sound, "vorbis", |file| {
            let theirs = by_ffmpeg(file, &[]);
            let ours = load(file);
            // ffmpeg does not cut off the end of the last packet.
            assert_eq!(
                ours.len(),
                usize::from(channels) * sound.frames as usize,
                "{}",
                file.display()
            );
            assert_close(file, &ours, &theirs, 1e-5);
        });
    }
}

#[test]
fn opus_loads_as_libopus_decodes_it_however_many_channels_it_has() {
    for sound in SOUNDS {
        each(files::OPUS, sound, "opus", |file| {
            let theirs = by_ffmpeg(file, &["-c:a", "libopus"]);
            let ours = load(file);
            assert_eq!(ours.len(), theirs.len(), "{}", file.display());
            assert_close(file, &ours, &theirs, 1e-4);
        });
    }
}

#[test]
fn aac_in_mp4_loads_as_long_as_the_sound_was_and_close_to_what_ffmpeg_decodes() {
    for sound in &SOUNDS[..2] {
        each(files::AAC, *sound, "aac", |file| {
            let theirs = by_ffmpeg(file, &[]);
            let ours = load(file);
            // ffmpeg does not cut off the end of the last packet, which is padding.
            assert_eq!(
                ours.len(),
                sound.frames as usize * usize::from(sound.channels)
            );
            assert!(theirs.len() - ours.len() < 1_024 * usize::from(sound.channels));
            assert_close(file, &ours, &theirs, 1e-5);
        });
    }
}

/// The decoders of AAC and Opus make tables when they are first needed.
#[test]
fn children_of_fork_decode_while_their_parent_decodes_its_first_file() {
    let program = toolchain::build("ffi-tests/children.c", "c11", toolchain::Linkage::Shared);
    for (table, name) in [(files::AAC, "low.m4a"), (files::OPUS, "speech.opus")] {
        each(table, SOUNDS[0], &format!("fork-{name}"), |file| {
            if file.file_name().is_some_and(|found| found == name) {
                let mut command = Command::new(&program);
                toolchain::succeed(command.arg("decode").arg(file));
            }
        });
    }
}

#[test]
fn files_that_forget_the_length_are_as_long_as_ffmpeg_finds_them() {
    for sound in &SOUNDS[..2] {
        each(files::FORGETFUL, *sound, "forgetful", |file| {
            let theirs = by_ffmpeg(file, &[]);
            let ours = load(file);
            assert_eq!(ours.len(), theirs.len(), "{}", file.display());
            assert_close(file, &ours, &theirs, 1e-5);
        });
    }
}

#[test]
fn a_codec_that_is_not_supported_is_named() {
    let table = "
        m.mp4     ffmpeg -v error -i $in -c:a libmp3lame $out
        o.mp4     ffmpeg -v error -i $in -c:a libopus -ar 48000 $out
        i.aifc    ffmpeg -v error -i $in -c:a adpcm_ima_qt -f aiff $out
        a.wav     ffmpeg -v error -i $in -c:a adpcm_ms $out
    ";
    let found = [
        "MP4 with MPEG audio (MP3)",
        "MP4 with codec Opus",
        "codec ima4 (IMA ADPCM)",
        "Microsoft ADPCM",
    ];
    let mut found = found.into_iter();
    each(table, SOUNDS[1], "unsupported", |file| {
        let error = Clip::open(file).expect_err("it is not supported");
        let text = error.to_string();
        let found = found.next().expect("one for each file");
        assert!(text.starts_with(&format!("{}: ", file.display())), "{text}");
        assert!(
            text.contains(found) && text.contains("supported: WAV"),
            "{text}"
        );
    });
}
