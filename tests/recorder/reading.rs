//! Recorded files can be read by all functions of the library, also files with bad samples or no frames.

use super::files::{self, Folder};
use super::numbers::{config, offline};
use amio::{
    Analysis, Bucket, Clip, Config, DriverKind, Entry, EventKind, FileFormat, Interface, Loudness,
    OpenOptions, Overview, Playspec, Progress, Quality, RecorderConfig, Repeat, Swap, probe,
};
use std::num::{NonZeroU32, NonZeroU64};
use std::ops::ControlFlow;
use std::path::Path;

const FORMATS: [(FileFormat, &str); 5] = [
    (FileFormat::WavF32, "float.wav"),
    (FileFormat::Wav16, "16.wav"),
    (FileFormat::Wav24, "24.wav"),
    (FileFormat::Flac16, "16.flac"),
    (FileFormat::Flac24, "24.flac"),
];

fn go_on(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn samples(clip: &Clip) -> Vec<f32> {
    let mut samples = vec![9.0; clip.info().frames as usize];
    clip.read(0, 0, &mut samples);
    samples
}

/// Bad samples among good ones, some of which are beyond full scale.
const INPUT: [f32; 10] = [
    0.25,
    f32::NAN,
    -0.5,
    f32::INFINITY,
    f32::NEG_INFINITY,
    1.5,
    1e30,
    -1.000_001e6,
    1e6,
    -1.0,
];

/// The same samples as the file must hold them.
const OUTPUT: [f32; 10] = [0.25, 0.0, -0.5, 0.0, 0.0, 1.5, 0.0, 0.0, 1e6, -1.0];
const BAD: u64 = 5;

#[test]
fn bad_samples_of_the_input_are_zeros_in_the_file_and_counted() {
    let folder = Folder::new("bad-input");
    for (format, name) in FORMATS {
        let interface = offline();
        let path = folder.file(name);
        let config = RecorderConfig {
            format,
            ..RecorderConfig::default()
        };
        let recorder = interface.record(&path, &config).expect("it records");
        interface
            .advance(10, Some(&INPUT), None)
            .expect("it advances");
        let take = recorder.stop().expect("there is room");
        assert_eq!((take.frames, take.bad_samples), (10, BAD), "{name}");
        // Other programs find no bad samples in the file.
        let is_float = format == FileFormat::WavF32;
        if is_float {
            let bytes = std::fs::read(&path).expect("it was written");
            assert!(bytes.ends_with(&OUTPUT.map(f32::to_le_bytes).concat()));
            assert_eq!(samples(&Clip::open(&path).expect("it loads")), OUTPUT);
        } else {
            for (found, output) in files::samples(&path).iter().zip(OUTPUT) {
                let expected = output.clamp(-1.0, 1.0);
                assert!(
                    (found - expected).abs() <= 1.0 / 32_768.0,
                    "{name}: {found}"
                );
            }
        }
        assert_eq!(take.clipped_samples, if is_float { 0 } else { 2 }, "{name}");
    }
}

/// Writes a file of floats with the samples of [`INPUT`], bad ones included.
fn poisoned(path: &Path, frames: usize) {
    let silent = vec![0.125; frames];
    let clip = Clip::from_f32(48_000, 1, &silent).expect("a clip");
    clip.save(path, FileFormat::WavF32).expect("there is room");
    let mut bytes = std::fs::read(path).expect("it was written");
    let at = bytes.len() - 4 * frames;
    for (n, sample) in INPUT.iter().enumerate() {
        bytes[at + 4 * n..][..4].copy_from_slice(&sample.to_le_bytes());
    }
    std::fs::write(path, bytes).expect("it can be written");
}

#[test]
fn bad_samples_of_a_file_are_zeros_and_counted_whichever_way_it_is_read() {
    let folder = Folder::new("bad-file");
    let path = folder.file("bad.wav");
    poisoned(&path, 10_000);
    assert_eq!(probe(&path).expect("it is WAV").frames, 10_000);
    let loaded = Clip::open(&path).expect("it loads");
    assert_eq!(loaded.bad_samples(), BAD);
    assert_eq!(samples(&loaded)[..10], OUTPUT);
    assert_eq!(samples(&loaded)[10..], [0.125; 9_990]);

    let streamed = Clip::open_stream(&path, &OpenOptions::default()).expect("it opens");
    assert_eq!(streamed.bad_samples(), 0, "nothing was read yet");
    assert_eq!(samples(&streamed), samples(&loaded));
    assert_eq!(samples(&streamed), samples(&loaded));
    assert_eq!(streamed.bad_samples(), BAD, "each counts once");

    let options = OpenOptions::at_rate(44_100);
    let converted = Clip::open_with(&path, &options, &mut go_on).expect("it loads");
    let stream = Clip::open_stream(&path, &options).expect("it opens");
    assert!(samples(&converted).iter().all(|x| x.is_finite()));
    assert_eq!(samples(&converted), samples(&stream));
    let later = loaded.convert(44_100, Quality::Good, &mut go_on);
    let later = later.expect("it converts");
    assert_eq!(samples(&converted), samples(&later));
    for clip in [&converted, &stream, &later] {
        assert_eq!(clip.bad_samples(), BAD);
    }

    let overview = Overview::of_file(&path, &mut go_on).expect("it is read");
    let loudness = Loudness::of_file(&path, &mut go_on).expect("it is read");
    let both = Analysis::of_file(&path, &mut go_on).expect("it is read");
    let of_clip = Analysis::of_clip(&loaded, &mut go_on).expect("it is read");
    assert_eq!(overview.bad_samples(), BAD);
    assert_eq!(both.overview.bad_samples(), BAD);
    assert_eq!(of_clip.overview.bad_samples(), BAD);
    for loudness in [&loudness, &both.loudness, &of_clip.loudness] {
        assert_eq!((loudness.bad_samples, loudness.sample_peak()), (BAD, 1e6));
    }
    let mut all = [Bucket::default()];
    overview.read(0, 0..10_000, &mut all).expect("there is one");
    assert_eq!((all[0].min, all[0].max), (-1.0, 1e6));

    let memory = Clip::from_f32(48_000, 1, &INPUT).expect_err("memory is refused");
    assert!(
        memory.to_string().contains("sample NaN at frame 1"),
        "{memory}"
    );
}

#[test]
fn a_stream_tells_of_bad_samples_in_an_event() {
    let folder = Folder::new("bad-stream");
    let path = folder.file("bad.wav");
    poisoned(&path, 10_000);
    let clip = Clip::open_stream(&path, &OpenOptions::default()).expect("it opens");
    let interface = Interface::new(Config {
        clamp: Some(false),
        ..config(DriverKind::Offline)
    });
    let interface = interface.expect("an interface");
    let playspec = Playspec::new(vec![Entry::new(&clip, 0)]).expect("a playspec");
    interface.schedule(&playspec, Swap::at(0)).expect("room");
    interface.set_rolling(true).expect("room");
    interface.start().expect("it starts");
    let mut output = [9.0; 20];
    interface
        .advance(20, None, Some(&mut output))
        .expect("it advances");
    assert_eq!(output[..10], OUTPUT);
    let mut events = std::iter::from_fn(|| interface.next_event());
    let told = events.find_map(|event| match event.kind {
        EventKind::StreamFailed { reason, .. } => Some(reason),
        _ => None,
    });
    let told = told.expect("it is told");
    assert!(
        told.starts_with("5 samples between frames 0 and 4096"),
        "{told}"
    );
}

#[test]
fn a_recording_that_never_began_is_read_by_every_door() {
    let folder = Folder::new("never-began");
    for (format, name) in FORMATS {
        let interface = offline();
        let path = folder.file(name);
        let config = RecorderConfig {
            format,
            begin: Some(1_000_000),
            ..RecorderConfig::default()
        };
        let recorder = interface.record(&path, &config).expect("it records");
        interface.advance(100, None, None).expect("it advances");
        assert_eq!(recorder.stop().expect("there is room").frames, 0);
        assert_eq!(probe(&path).expect("it is a file").frames, 0, "{name}");
        let options = OpenOptions::at_rate(44_100);
        let clips = [
            Clip::open(&path).expect("it loads"),
            Clip::open_with(&path, &options, &mut go_on).expect("it loads"),
            Clip::open_stream(&path, &OpenOptions::default()).expect("it opens"),
            Clip::open_stream(&path, &options).expect("it opens"),
        ];
        for clip in &clips {
            is_empty_everywhere(clip, &folder);
        }
        let both = Analysis::of_file(&path, &mut go_on).expect("it is read");
        assert_eq!(both.loudness.info.frames, 0);
        Overview::of_file(&path, &mut go_on).expect("it is read");
        Loudness::of_file(&path, &mut go_on).expect("it is read");
    }
    is_empty_everywhere(&Clip::from_f32(48_000, 2, &[]).expect("a clip"), &folder);
}

/// Checks that all functions accept a clip without frames.
fn is_empty_everywhere(clip: &Clip, folder: &Folder) {
    assert_eq!(clip.info().frames, 0);
    clip.read(0, 0, &mut []);
    let both = Analysis::of_clip(clip, &mut go_on).expect("it is read");
    let levels = both.loudness.channels[0];
    assert_eq!(
        (levels.rms, levels.dc_offset, levels.true_peak),
        (0.0, 0.0, 0.0)
    );
    assert_eq!(both.loudness.integrated_lufs, None);
    for frames in [0..0, 0..100] {
        let mut buckets = [Bucket {
            max: 9.0,
            ..Bucket::default()
        }; 3];
        let read = both.overview.read(0, frames, &mut buckets);
        read.expect("it is silence");
        assert_eq!(buckets, [Bucket::default(); 3]);
    }
    let converted = clip.convert(96_000, Quality::Best, &mut go_on);
    assert_eq!(converted.expect("it converts").info().frames, 0);
    let copy = folder.file("copy.flac");
    clip.save(&copy, FileFormat::Flac24).expect("there is room");
    assert_eq!(Clip::open(&copy).expect("it loads").info().frames, 0);
    plays_nothing(clip);
}

/// Checks that entries of an empty clip, repeated or not, play nothing, and other entries play.
fn plays_nothing(empty: &Clip) {
    let hz = empty.info().frame_rate_hz;
    let sound = Clip::from_f32(hz, 1, &[0.5; 4]).expect("a clip");
    let repeat = |numerator: u64, count: Option<u64>| Repeat {
        numerator: NonZeroU64::new(numerator).expect("not 0"),
        denominator: NonZeroU32::MIN,
        count: count.and_then(NonZeroU64::new),
    };
    let mut entries = vec![Entry::new(&sound, 3)];
    for (play_at, repeat) in [
        (0, None),
        (3, Some(repeat(1, None))),
        (3, Some(repeat(1, Some(1 << 40)))),
        (-5, Some(repeat(1 << 50, None))),
    ] {
        entries.push(Entry {
            repeat,
            ..Entry::new(empty, play_at)
        });
    }
    let interface = Interface::new(Config {
        frame_rate_hz: Some(hz),
        output_channels: 2,
        ..config(DriverKind::Offline)
    });
    let interface = interface.expect("an interface");
    let playspec = Playspec::new(entries).expect("a playspec");
    interface.schedule(&playspec, Swap::at(0)).expect("room");
    interface.set_rolling(true).expect("room");
    interface.start().expect("it starts");
    let mut output = [9.0; 20];
    interface
        .advance(10, None, Some(&mut output))
        .expect("it advances");
    let left: Vec<f32> = output.iter().step_by(2).copied().collect();
    assert_eq!(left, [0.0, 0.0, 0.0, 0.5, 0.5, 0.5, 0.5, 0.0, 0.0, 0.0]);
    for (begin, end) in [(0, 1), (1, 0), (1, 1)] {
        let beyond = Entry {
            begin,
            end,
            ..Entry::new(empty, 0)
        };
        beyond.check().expect_err("the clip has no frame");
    }
}
