//! MP4 as phones, web recorders and old QuickTime write it: in fragments, without `ftyp`; AAC of many
//! channels; and AAC with spectral band replication (HE-AAC).
//!
//! The files `he*.aac` are test sounds, encoded by the Fraunhofer FDK encoder, which no package has: SBR of
//! two channels at 32,000 Hz and of one at 22,050 Hz, and parametric stereo at 44,100 Hz.

use super::files::{Folder, Sound, make};
use super::{assert_close, assert_same, by_ffmpeg, error_of, load, load_bytes, made};
use crate::toolchain;
use std::path::{Path, PathBuf};

const SOUND: Sound = Sound {
    frame_rate_hz: 48_000,
    channels: 2,
    frames: 96_001,
};

/// How many frames the encoder puts before the sound.
const PRIMING: usize = 1_024;

/// Files in fragments: name, whether decoding gives the priming before the sound, and command.
const FRAGMENTS: [(&str, bool, &str); 8] = [
    ("keyframes", true, "+frag_keyframe+empty_moov"),
    ("hybrid", true, "+frag_keyframe -frag_duration 300000"),
    (
        "short",
        true,
        "+empty_moov+default_base_moof -frag_duration 100000",
    ),
    ("cmaf", true, "+cmaf -frag_duration 500000"),
    (
        "without-offsets",
        true,
        "+frag_keyframe+empty_moov+omit_tfhd_offset",
    ),
    ("apart", true, "+frag_keyframe+empty_moov+separate_moof"),
    ("late", false, "+delay_moov+frag_custom -frag_size 3000"),
    ("dash", false, "+delay_moov+dash -frag_duration 300000"),
];

#[test]
fn mp4_in_fragments_loads_as_the_same_packets_do_in_one_piece() {
    let folder = Folder::new("fragments");
    let plain = made(
        &folder,
        SOUND,
        "ffmpeg -v error -i $in -c:a aac -aac_pns 0 $out",
        "plain.m4a",
    );
    let plain = load_bytes(&folder, &plain, "plain.m4a");
    let film = "ffmpeg -v error -f lavfi -i testsrc=d=2:s=64x64 -i $in -c:v mpeg4 -g 10 -c:a aac -aac_pns 0";
    let sound = "ffmpeg -v error -i $in -c:a aac -aac_pns 0";
    for (name, keeps_priming, flags) in FRAGMENTS {
        for (kind, command) in [("sound", sound), ("film", film)] {
            let name = format!("{name}-{kind}.mp4");
            let line = format!("{command} -movflags {flags} $out");
            let file = made(&folder, SOUND, &line, &name);
            let ours = load_bytes(&folder, &file, &name);
            let before = if keeps_priming { PRIMING } else { 0 };
            assert_same(Path::new(&name), &ours[2 * before..], &plain);
        }
    }
}

#[test]
fn aac_without_a_packet_is_a_file_of_0_frames() {
    let folder = Folder::new("fragments-empty");
    let line = "ffmpeg -v error -i $in -c:a aac -movflags +empty_moov -frag_duration 100000 $out";
    let whole = made(&folder, SOUND, line, "whole.mp4");
    let beginning = boxes(&whole).into_iter().take(2);
    let beginning: Vec<u8> = beginning.flat_map(|(bytes, _)| bytes.to_vec()).collect();
    assert!(load_bytes(&folder, &beginning, "beginning.mp4").is_empty());
    let info = amio::probe(folder.path().join("beginning.mp4")).expect("it was loaded");
    assert_eq!(
        (info.frame_rate_hz, info.channels, info.frames),
        (48_000, 2, 0)
    );
}

#[test]
fn alac_in_fragments_is_what_was_encoded() {
    let folder = Folder::new("fragments-alac");
    let line = "ffmpeg -v error -i $in -c:a alac -movflags +empty_moov -frag_duration 200000 $out";
    made(&folder, SOUND, line, "alac.mp4");
    let file = folder.path().join("alac.mp4");
    let source = folder.path().join("source.wav");
    assert_same(&file, &load(&file), &load(&source));
}

/// The boxes at the top of a file.
fn boxes(file: &[u8]) -> Vec<(&[u8], [u8; 4])> {
    let mut boxes = Vec::new();
    let mut rest = file;
    while let Some([a, b, c, d, name @ ..]) = rest.first_chunk::<8>() {
        let (one, others) = rest.split_at(u32::from_be_bytes([*a, *b, *c, *d]) as usize);
        boxes.push((one, *name));
        rest = others;
    }
    boxes
}

/// Makes a file in fragments of about 0.1 s, with offsets relative to each fragment.
const SHORT: &str = "ffmpeg -v error -i $in -c:a aac -aac_pns 0 \
                     -movflags +empty_moov+default_base_moof -frag_duration 100000 $out";

#[test]
fn where_a_fragment_is_missing_there_is_silence() {
    let folder = Folder::new("fragments-gap");
    let whole = made(&folder, SOUND, SHORT, "whole.mp4");
    let sound = load_bytes(&folder, &whole, "whole.mp4");
    let mut fragment = 0;
    let kept = boxes(&whole).into_iter().filter(|(_, name)| {
        fragment += usize::from(name == b"moof");
        !matches!(name, b"moof" | b"mdat") || fragment != 7
    });
    let kept: Vec<u8> = kept.flat_map(|(bytes, _)| bytes.to_vec()).collect();
    assert!(kept.len() < whole.len());
    let ours = load_bytes(&folder, &kept, "gap.mp4");
    assert_eq!(ours.len(), sound.len());
    let first = ours.iter().zip(&sound).position(|(a, b)| a != b);
    let first = first.expect("a fragment is missing") / 2;
    let last = ours.iter().zip(&sound).rposition(|(a, b)| a != b);
    let last = last.expect("a fragment is missing") / 2;
    // A fragment has five packets, and the packets next to it overlap with it.
    assert!(
        (4_000..=7 * PRIMING).contains(&(last - first)),
        "{first} to {last}"
    );
    let middle = &ours[2 * (first + PRIMING)..2 * (last - PRIMING)];
    assert!(middle.iter().all(|x| *x == 0.0));
}

#[test]
fn mp4_in_fragments_that_was_cut_short_loads_what_is_there() {
    let folder = Folder::new("fragments-cut");
    let whole = made(&folder, SOUND, SHORT, "whole.mp4");
    let sound = load_bytes(&folder, &whole, "whole.mp4");
    for share in [3, 5, 8] {
        let cut = &whole[..whole.len() * share / 10];
        let ours = load_bytes(&folder, cut, "cut.mp4");
        let about = sound.len() * share / 10;
        assert!(
            ours.len().abs_diff(about) < 12_000,
            "{} of {about}",
            ours.len()
        );
        assert_same(Path::new("cut.mp4"), &ours, &sound[..ours.len()]);
    }
}

#[test]
fn alac_that_ends_short_of_what_its_tables_promise_says_where() {
    let folder = Folder::new("alac-cut");
    let line = "ffmpeg -y -v error -i $in -c:a alac -movflags +faststart $out";
    let whole = made(&folder, SOUND, line, "whole.m4a");
    let error = error_of(&folder, &whole[..whole.len() * 2 / 3], "cut.m4a");
    assert!(
        error.contains("MP4 with ALAC: it ends at frame "),
        "{error}"
    );
    assert!(
        error.contains(&format!("MP4 promises {}", SOUND.frames)),
        "{error}"
    );
}

#[test]
fn a_segment_of_mp4_without_its_beginning_is_named() {
    let folder = Folder::new("fragments-segment");
    let whole = made(&folder, SOUND, SHORT, "whole.mp4");
    let (bytes, _) = boxes(&whole)[1];
    let segment = &whole[bytes.as_ptr() as usize - whole.as_ptr() as usize + bytes.len()..];
    let error = error_of(&folder, segment, "segment.m4s");
    let found = "an MP4 segment without its initialization segment";
    assert!(error.contains(found), "{error}");
}

#[test]
fn quicktime_without_ftyp_loads() {
    let folder = Folder::new("without-ftyp");
    for (name, line) in [
        ("aac.mov", "ffmpeg -v error -i $in -c:a aac $out"),
        ("alac.mov", "ffmpeg -v error -i $in -c:a alac $out"),
        // Rates above 65,535 Hz need another sample description.
        ("fast.mov", "ffmpeg -v error -i $in -ar 96000 -c:a aac $out"),
    ] {
        let mut file = made(&folder, SOUND, line, name);
        let whole = load_bytes(&folder, &file, name);
        for replaced in [b"wide", b"free", b"skip"] {
            file[4..8].copy_from_slice(replaced);
            assert_same(Path::new(name), &load_bytes(&folder, &file, name), &whole);
        }
    }
}

#[test]
fn aac_of_many_channels_loads_in_the_order_of_wav_as_ffmpeg_decodes_it() {
    let folder = Folder::new("aac-channels");
    for (channels, layout) in [
        (1, "mono"),
        (2, "stereo"),
        (3, "3.0"),
        (4, "4.0"),
        (4, "quad"),
    ]
    .into_iter()
    .chain([(5, "5.0"), (6, "5.1"), (7, "6.1"), (8, "7.1")])
    {
        let sound = Sound {
            frame_rate_hz: 44_100,
            channels,
            frames: 20_003,
        };
        let map: Vec<String> = (0..channels).map(|n| n.to_string()).collect();
        let map = map.join("|");
        // ADTS describes some of these layouts by a number, others by a list.
        for ending in ["m4a", "aac"] {
            let name = format!("{layout}.{ending}");
            let line = format!(
                "ffmpeg -v error -i $in -af 'channelmap=map={map}:channel_layout={layout}' \
                 -c:a aac -aac_pns 0 $out"
            );
            made(&folder, sound, &line, &name);
            let file = folder.path().join(name);
            let (ours, theirs) = (load(&file), by_ffmpeg(&file, &[]));
            if ending == "m4a" {
                assert_eq!(ours.len(), usize::from(channels) * 20_003);
            }
            assert_close(&file, &ours, &theirs, 1e-5);
        }
    }
}

fn he(name: &str) -> PathBuf {
    toolchain::repository().join("tests/formats/mp4").join(name)
}

/// The level of the error relative to the sound, in decibels.
fn error_db(ours: &[f32], theirs: &[f32]) -> f64 {
    let power = |values: &mut dyn Iterator<Item = f32>| -> f64 {
        values.map(|x| f64::from(x).powi(2)).sum()
    };
    let error = power(&mut ours.iter().zip(theirs).map(|(a, b)| a - b));
    10.0 * (error / power(&mut theirs.iter().copied())).log10()
}

#[test]
fn he_aac_loads_with_its_upper_half_and_both_channels_as_ffmpeg_decodes_it() {
    let folder = Folder::new("he-aac");
    for (name, rate, least) in [
        ("he.aac", 32_000, -110.0),
        ("he-mono.aac", 22_050, -110.0),
        ("he-v2.aac", 44_100, -80.0),
    ] {
        let adts = he(name);
        let mp4 = folder.path().join(format!("{name}.m4a"));
        make("ffmpeg -v error -i $in -c copy $out", &adts, &mp4);
        for file in [&adts, &mp4] {
            let info = amio::probe(file).expect("it is supported");
            assert_eq!(
                (info.encoding, info.frame_rate_hz, info.channels),
                ("HE-AAC", rate, 2)
            );
            let (ours, theirs) = (load(file), by_ffmpeg(file, &[]));
            assert_eq!(ours.len(), theirs.len(), "{}", file.display());
            let error = error_db(&ours, &theirs);
            assert!(error < least, "{}: {error:.1} dB", file.display());
        }
    }
}

#[test]
fn he_aac_is_the_same_as_without_beginning_anew_now_and_then() {
    let folder = Folder::new("he-aac-long");
    let planes: Vec<Vec<f32>> = (0..2).map(|channel| noise(channel, 60 * 48_000)).collect();
    let options = syom::EncodeOptions::adts()
        .with_he(true)
        .with_bitrate_bps(48_000);
    let file = folder.path().join("long.aac");
    let bytes = syom::encode_with(&planes, 48_000, &options).expect("the sound is fine");
    std::fs::write(&file, bytes).expect("the folder is writable");
    let (ours, theirs) = (load(&file), by_ffmpeg(&file, &[]));
    assert_eq!(ours.len(), theirs.len());
    for (n, (ours, theirs)) in ours.chunks(96_000).zip(theirs.chunks(96_000)).enumerate() {
        let error = error_db(ours, theirs);
        assert!(error < -90.0, "second {n}: {error:.1} dB");
    }
}

/// Noise of changing level, so that block types and envelopes change.
fn noise(seed: u32, frames: usize) -> Vec<f32> {
    let mut random = seed + 1;
    let next = |frame| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let loudness = 0.05 + 0.3 * (frame as f32 * 2e-4).sin().abs();
        loudness * ((random >> 8) as f32 / (1 << 24) as f32 - 0.5)
    };
    (0..frames).map(next).collect()
}
