//! Unusual MP3 and ADTS files: tags anywhere, joined files, channels and rates that change, few frames, free
//! format, and windows that encoders seldom choose.

use super::files::{Folder, Sound};
use super::{assert_close, assert_same, by_ffmpeg, error_of, floats, load, load_bytes};
use crate::toolchain;
use std::fs;
use std::path::Path;
use std::process::Command;

const SOUND: Sound = Sound {
    frame_rate_hz: 44_100,
    channels: 2,
    frames: 22_050,
};

/// Makes a file from `SOUND` with a line of shell, and returns its bytes.
fn made(folder: &Folder, line: &str, name: &str) -> Vec<u8> {
    super::made(folder, SOUND, line, name)
}

fn by_mpg123(file: &Path) -> Vec<f32> {
    let options = ["-q", "-e", "f32", "--no-resync", "-s"];
    floats(Command::new("mpg123").args(options).arg(file))
}

/// The frames of an ADTS or MP3 file without tags.
fn frames(bytes: &[u8]) -> Vec<&[u8]> {
    let mut frames = Vec::new();
    let mut rest = bytes;
    while let [0xFF, second, third, fourth, fifth, sixth, ..] = rest {
        let (second, third) = (u32::from(*second), usize::from(*third));
        let length = if second & 6 == 0 {
            usize::from(fourth & 3) << 11 | usize::from(*fifth) << 3 | usize::from(sixth >> 5)
        } else {
            let kilobits = [
                0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
            ];
            let rate = [44_100, 48_000, 32_000][third >> 2 & 3];
            144_000 * kilobits[third >> 4] / rate + (third >> 1 & 1)
        };
        let (frame, others) = rest.split_at(length);
        frames.push(frame);
        rest = others;
    }
    frames
}

/// A tag of each kind, with bytes inside that look like the beginning of a frame.
fn tags() -> Vec<(&'static str, Vec<u8>)> {
    let content = b"\x05\0\0\0\0\0\0\0Title\0\xFF\xFB\x90\x64 a title \xFF\xF1\x50\x80".repeat(40);
    let synchsafe = |n: usize| [n >> 21, n >> 14 & 127, n >> 7 & 127, n & 127].map(|n| n as u8);
    let id3v2 =
        |magic: &[u8], flags: u8| [magic, &[4, 0, flags], &synchsafe(content.len())].concat();
    let mut id3v1 = b"TAGtitle".to_vec();
    id3v1.resize(128, b' ');
    let ape = |flags: u32| {
        let size = content.len() as u32 + 32;
        let mut bytes = b"APETAGEX".to_vec();
        for word in [2_000, size, 1, flags, 0, 0] {
            bytes.extend(word.to_le_bytes());
        }
        bytes
    };
    let lyrics = b"LYRICSBEGININD0000211LYR00005hello".to_vec();
    vec![
        ("id3v2", [id3v2(b"ID3", 0), content.clone()].concat()),
        (
            "id3v2 with footer",
            [id3v2(b"ID3", 16), content.clone(), id3v2(b"3DI", 16)].concat(),
        ),
        ("id3v1", id3v1),
        (
            "ape",
            [ape(1 << 31 | 1 << 29), content.clone(), ape(1 << 31)].concat(),
        ),
        ("ape without header", [content.clone(), ape(0)].concat()),
        ("lyrics 2", [&lyrics[..], b"000034LYRICS200"].concat()),
        (
            "lyrics 1",
            [b"LYRICSBEGIN some words ", &content[..], b"LYRICSEND"].concat(),
        ),
    ]
}

#[test]
fn no_time_passes_in_a_tag_between_two_frames() {
    let folder = Folder::new("tags-between");
    for (name, line) in [
        ("plain.mp3", "lame --quiet -t -b 128 $in $out"),
        ("plain.aac", "ffmpeg -y -v error -i $in -c:a aac $out"),
    ] {
        let plain = made(&folder, line, name);
        let expected = load_bytes(&folder, &plain, name);
        let frames = frames(&plain);
        assert!(frames.len() > 10, "{name}");
        for (kind, tag) in tags() {
            let places = [0, 4, 5, frames.len()];
            for (n, place) in places.into_iter().enumerate() {
                let file = [
                    &frames[..place].concat()[..],
                    &tag,
                    &frames[place..].concat(),
                ];
                let name = format!("{kind}-{n}-{name}");
                let ours = load_bytes(&folder, &file.concat(), &name);
                // At the beginning, a tag without a header cannot be distinguished from lost sound.
                if kind != "ape without header" || n > 0 {
                    assert_same(Path::new(&name), &ours, &expected);
                }
            }
        }
    }
}

#[test]
fn a_tag_behind_the_frames_is_no_sound_whatever_it_looks_like() {
    let folder = Folder::new("tag-of-frames");
    let mut frame = b"\xFF\xFB\x90\x64".to_vec();
    frame.resize(417, 0);
    let items = frame.repeat(6);
    let mut footer = b"APETAGEX".to_vec();
    for word in [1_000, items.len() as u32 + 32, 1, 0, 0, 0] {
        footer.extend(u32::to_le_bytes(word));
    }
    let mut id3v1 = b"TAG".to_vec();
    id3v1.resize(128, 0);
    let lyrics = b"LYRICSBEGINLYR00005hello000024LYRICS200";
    for line in [
        "lame --quiet -t -b 64 --resample 16 $in $out",
        "lame --quiet -t -b 128 --cbr $in $out",
    ] {
        let plain = made(&folder, line, "plain.mp3");
        let expected = load_bytes(&folder, &plain, "plain.mp3");
        for behind in [&[][..], &id3v1, lyrics, &[&lyrics[..], &id3v1].concat()] {
            let file = [&plain[..], &items, &footer, behind].concat();
            let ours = load_bytes(&folder, &file, "tagged.mp3");
            assert_same(Path::new("tagged.mp3"), &ours, &expected);
        }
    }
}

#[test]
fn lost_frames_between_two_tags_are_silent_for_as_long_as_they_lasted() {
    let folder = Folder::new("lost-frames");
    let plain = made(
        &folder,
        "lame --quiet -t -b 128 --cbr $in $out",
        "plain.mp3",
    );
    let expected = load_bytes(&folder, &plain, "plain.mp3");
    let frames = frames(&plain);
    let (_, tag) = &tags()[0];
    let zeros = vec![0; frames[6].len() + frames[7].len()];
    let before = frames[..6].concat();
    let after = frames[8..].concat();
    let ours = load_bytes(
        &folder,
        &[&before[..], tag, &zeros, tag, &after].concat(),
        "lost.mp3",
    );
    assert_eq!(ours.len(), expected.len());
    let tail = ours.len() - 2 * 1_152 * 2;
    assert_same(Path::new("lost.mp3"), &ours[tail..], &expected[tail..]);
}

#[test]
fn a_frame_that_a_tag_or_another_file_cuts_short_is_lost_and_no_time_passes_in_what_cuts_it() {
    let folder = Folder::new("cut-frames");
    for (name, line, per_frame) in [
        (
            "plain.mp3",
            "lame --quiet -t -b 128 --nores $in $out",
            1_152,
        ),
        (
            "plain.aac",
            "ffmpeg -y -v error -i $in -c:a aac -aac_pns 0 $out",
            1_024,
        ),
    ] {
        let plain = made(&folder, line, name);
        let expected = load_bytes(&folder, &plain, name);
        let frames = frames(&plain);
        let long = [b"ID3\x04\0\0\0\x01\x69\x30", &[0x55; 29_872][..]].concat();
        let others = [("nothing", Vec::new()), ("a long tag", long)];
        for (kind, tag) in tags().into_iter().chain(others) {
            if kind == "ape without header" {
                continue; // it cannot be distinguished from lost sound
            }
            for cut in [10, 35, 100] {
                let before = frames[..10].concat();
                let file = [&before[..before.len() - cut], &tag, &frames[10..].concat()];
                let name = format!("{cut}-{kind}-{name}");
                let ours = load_bytes(&folder, &file.concat(), &name);
                assert_eq!(ours.len(), expected.len(), "{name}");
                let (before, after) = (2 * per_frame * 8, 2 * per_frame * 12);
                assert_same(Path::new(&name), &ours[..before], &expected[..before]);
                assert_same(Path::new(&name), &ours[after..], &expected[after..]);
            }
        }
    }
}

#[test]
fn a_file_of_a_few_frames_is_known_whatever_is_behind_it() {
    let folder = Folder::new("few-frames");
    for (name, line) in [
        ("plain.mp3", "lame --quiet -t -b 128 $in $out"),
        ("plain.aac", "ffmpeg -y -v error -i $in -c:a aac $out"),
    ] {
        let plain = made(&folder, line, name);
        let frames = frames(&plain);
        for count in 1..=4 {
            let short = frames[..count].concat();
            let expected = load_bytes(&folder, &short, name);
            for (kind, tag) in tags() {
                if kind == "ape without header" && count == 1 {
                    continue; // only one header, which no known frame follows
                }
                let name = format!("{count}-{kind}-{name}");
                let ours = load_bytes(&folder, &[&short[..], &tag].concat(), &name);
                assert_same(Path::new(&name), &ours, &expected);
            }
        }
    }
}

#[test]
fn frames_with_checksums_hide_no_info_tag() {
    let folder = Folder::new("checksums");
    for mode in ["s", "m"] {
        let plain = made(
            &folder,
            &format!("lame --quiet -b 128 -m {mode} $in $out"),
            "a.mp3",
        );
        let line = format!("lame --quiet -p -b 128 -m {mode} $in $out");
        let protected = made(&folder, &line, "b.mp3");
        let expected = load_bytes(&folder, &plain, "a.mp3").len();
        let ours = load_bytes(&folder, &protected, "b.mp3");
        assert_eq!(ours.len(), expected);
        let channels = if mode == "m" { 1 } else { 2 };
        assert_eq!(ours.len(), SOUND.frames as usize * channels);
        // The tag may also follow the checksum.
        let at = 4 + if mode == "m" { 17 } else { 32 };
        let mut moved = protected.clone();
        moved.copy_within(at..at + 200, at + 2);
        assert_same(
            Path::new("moved"),
            &load_bytes(&folder, &moved, "c.mp3"),
            &ours,
        );
    }
}

#[test]
fn files_that_were_joined_play_whole_and_each_is_trimmed_as_its_tag_says() {
    let folder = Folder::new("joined");
    let first = made(&folder, "lame --quiet -b 128 $in $out", "first.mp3");
    let second = made(&folder, "lame --quiet -V 4 -m m $in $out", "second.mp3");
    let third = made(&folder, "lame --quiet -p -b 160 $in $out", "third.mp3");
    let mono = load_bytes(&folder, &second, "second.mp3");
    assert_eq!(mono.len(), SOUND.frames as usize);
    let mut expected = load_bytes(&folder, &first, "first.mp3");
    expected.extend(mono.iter().flat_map(|sample| [*sample, *sample]));
    expected.extend(load_bytes(&folder, &third, "third.mp3"));
    for (name, between) in [("plain", Vec::new()), ("tagged", tags()[0].1.clone())] {
        let joined = [&first[..], &between, &second, &between, &third].concat();
        let ours = load_bytes(&folder, &joined, &format!("{name}.mp3"));
        assert_same(Path::new(name), &ours, &expected);
    }
    // A file without a tag that is appended is played too.
    let untagged = made(&folder, "lame --quiet -t -b 128 $in $out", "untagged.mp3");
    let mut expected = load_bytes(&folder, &first, "first.mp3");
    expected.extend(load_bytes(&folder, &untagged, "untagged.mp3"));
    let ours = load_bytes(&folder, &[&first[..], &untagged].concat(), "appended.mp3");
    assert_same(Path::new("appended.mp3"), &ours, &expected);
}

#[test]
fn a_stream_that_goes_from_one_channel_to_two_plays_on_in_the_channels_of_its_beginning() {
    let folder = Folder::new("channels");
    let mono = made(&folder, "lame --quiet -t -b 64 -m m $in $out", "mono.mp3");
    let stereo = made(
        &folder,
        "lame --quiet -t -b 128 -m s $in $out",
        "stereo.mp3",
    );
    let (m, s) = (
        load_bytes(&folder, &mono, "mono.mp3"),
        load_bytes(&folder, &stereo, "stereo.mp3"),
    );
    let ours = load_bytes(&folder, &[&mono[..], &stereo, &mono].concat(), "m-s-m.mp3");
    assert_eq!(ours.len(), 2 * m.len() + s.len() / 2);
    assert_same(Path::new("m-s-m.mp3"), &ours[..m.len()], &m);
    // At the border between two encoders, the windows of both overlap.
    let second = &ours[m.len() + 2_304..m.len() + s.len() / 2];
    let mean: Vec<f32> = s.chunks(2).map(|both| (both[0] + both[1]) / 2.0).collect();
    assert_close(Path::new("m-s-m.mp3"), second, &mean[2_304..], 1e-6);
    let ours = load_bytes(&folder, &[&stereo[..], &mono].concat(), "s-m.mp3");
    let second = &ours[s.len() + 4_608..];
    let both: Vec<f32> = m[2_304..].iter().flat_map(|x| [*x, *x]).collect();
    assert_close(Path::new("s-m.mp3"), second, &both, 1e-6);
}

#[test]
fn a_stream_whose_rate_changes_is_refused_with_the_frame_at_which_it_does() {
    let folder = Folder::new("rates");
    for (name, codec) in [
        ("a.mp3", "-c:a libmp3lame -write_xing 0"),
        ("a.aac", "-c:a aac"),
    ] {
        let line = |rate| format!("ffmpeg -y -v error -i $in {codec} -ar {rate} $out");
        let first = made(&folder, &line(44_100), name);
        let second = made(&folder, &line(32_000), name);
        let frames = load_bytes(&folder, &first, name).len() / 2;
        let error = error_of(&folder, &[first, second].concat(), name);
        let wanted = format!("changes its rate from 44100 to 32000 Hz at frame {frames};");
        assert!(error.contains(&wanted), "{error}");
    }
}

#[test]
fn windows_that_encoders_seldom_choose_sound_as_others_decode_them() {
    // If M/S channels have different windows, mpg123 reorders their lines before it decodes M/S. ffmpeg and
    // minimp3 reorder them after it, as ISO 11172-3, 2.4.3.4 says.
    //
    // In mixed.mp3, short windows follow long ones without the required start window between them. minimp3
    // overlaps such windows in its own way. (A bug that was found here once was 45 dB too loud.)
    for (name, mpg123_too, tolerance) in [
        ("joint_but_plain_lr.mp3", true, 1e-5),
        ("joint_ms.mp3", false, 1e-5),
        ("mixed.mp3", true, 0.005),
    ] {
        let file = toolchain::repository()
            .join("tests/formats/mpeg")
            .join(name);
        let ours = load(&file);
        let peak = ours
            .iter()
            .fold(0.0f32, |peak, sample| peak.max(sample.abs()));
        assert!(peak > 0.01 && peak < 1.0, "{name}: {peak}");
        let mut references = vec![by_ffmpeg(&file, &["-c:a", "mp3float"])];
        if mpg123_too {
            references.push(by_mpg123(&file));
        }
        for theirs in references {
            assert_eq!(ours.len(), theirs.len(), "{name}");
            assert_close(&file, &ours, &theirs, tolerance);
        }
    }
}

#[test]
fn free_format_sounds_as_mpg123_decodes_it() {
    let folder = Folder::new("free-format");
    let file = toolchain::repository().join("tests/formats/mpeg/free_format.mp3");
    let info = amio::probe(&file).expect("it is known");
    assert_eq!(info.frames, 5_760);
    assert_close(&file, &load(&file), &by_mpg123(&file), 1e-5);
    made(
        &folder,
        "lame --quiet --freeformat -b 200 -t $in $out",
        "lame.mp3",
    );
    let file = folder.path().join("lame.mp3");
    let (ours, theirs) = (load(&file), by_mpg123(&file));
    assert_eq!(ours.len(), theirs.len());
    assert_close(&file, &ours, &theirs, 1e-5);

    // Only two frames, and two frames with bytes that may follow them.
    let bytes = fs::read(&file).expect("it was made");
    let header = |at: &usize| bytes[*at..].starts_with(&[0xFF, 0xFB]) && bytes[at + 2] >> 4 == 0;
    let frames: Vec<usize> = (0..bytes.len() - 4).filter(header).collect();
    let mut id3v1 = b"TAG".to_vec();
    id3v1.resize(128, 0);
    let file = folder.path().join("two.mp3");
    for behind in [&[][..], &id3v1, b"ID3\x04\0\0\0\0\0\x05\0\0\0\0\0"] {
        fs::write(&file, [&bytes[..frames[2]], behind].concat()).expect("written");
        let (ours, theirs) = (load(&file), by_mpg123(&file));
        assert_eq!(ours.len(), theirs.len(), "{} bytes behind", behind.len());
        assert_close(&file, &ours, &theirs, 1e-5);
    }
}

#[test]
fn mpeg_audio_of_another_layer_is_refused_by_name() {
    let folder = Folder::new("layers");
    let layer_2 = made(
        &folder,
        "ffmpeg -y -v error -i $in -c:a mp2 -f mp2 $out",
        "a.mp2",
    );
    let error = error_of(&folder, &layer_2, "a.mp2");
    assert!(error.contains("MPEG audio of layer II (MP2)"), "{error}");
}
