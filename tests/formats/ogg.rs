//! Unusual Ogg files: pages without granule positions, positions that jump, and joined files.

use super::files::{Folder, Sound};
use super::{assert_same, error_of, load_bytes, made};
use std::fs;
use std::path::Path;

const SOUND: Sound = Sound {
    frame_rate_hz: 48_000,
    channels: 2,
    frames: 60_000,
};

/// How a file of each codec is made.
const CODECS: [(&str, &str); 3] = [
    ("vorbis.ogg", "oggenc -Q -q 3 $in -o $out"),
    (
        "opus.opus",
        "opusenc --quiet --bitrate 64 --max-delay 100 $in $out",
    ),
    (
        "flac.ogg",
        "ffmpeg -v error -i $in -c:a flac -page_duration 200000 $out",
    ),
];

/// The pages of a file.
fn pages(file: &[u8]) -> Vec<Vec<u8>> {
    let mut pages = Vec::new();
    let mut rest = file;
    while !rest.is_empty() {
        let segments = usize::from(rest[26]);
        let body: usize = rest[27..27 + segments]
            .iter()
            .map(|n| usize::from(*n))
            .sum();
        let (page, others) = rest.split_at(27 + segments + body);
        pages.push(page.to_vec());
        rest = others;
    }
    pages
}

fn granule(page: &[u8]) -> i64 {
    i64::from_le_bytes(page[6..14].try_into().expect("eight bytes"))
}

/// Gives a page another granule position.
fn set_granule(page: &mut [u8], granule: i64) {
    page[6..14].copy_from_slice(&granule.to_le_bytes());
    set_checksum(page);
}

fn set_checksum(page: &mut [u8]) {
    page[22..26].fill(0);
    let checksum = page.iter().fold(0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte) << 24, |crc, _| {
            crc << 1 ^ if crc >> 31 == 1 { 0x04C1_1DB7 } else { 0 }
        })
    });
    page[22..26].copy_from_slice(&checksum.to_le_bytes());
}

/// Rewrites the granule positions of the pages with sound: `change` gets the number of each, how many
/// there are, and its position.
fn with_granules(file: &[u8], change: impl Fn(usize, usize, i64) -> i64) -> Vec<u8> {
    let mut pages = pages(file);
    let with_sound: Vec<usize> = (0..pages.len())
        .filter(|page| granule(&pages[*page]) > 0)
        .collect();
    let count = with_sound.len();
    assert!(count > 3, "there are pages enough");
    for (number, page) in with_sound.into_iter().enumerate() {
        let changed = change(number, count, granule(&pages[page]));
        set_granule(&mut pages[page], changed);
    }
    pages.concat()
}

#[test]
fn pages_without_granule_positions_lose_no_sound() {
    let folder = Folder::new("no-granules");
    for (name, line) in CODECS {
        let plain = made(&folder, SOUND, line, name);
        let expected = load_bytes(&folder, &plain, name);
        assert_eq!(expected.len(), 2 * SOUND.frames as usize, "{name}");
        for without in [1, 2, usize::MAX] {
            let file = with_granules(&plain, |number, count, granule| {
                let keeps = number >= without || number + 1 == count;
                if keeps { granule } else { -1 }
            });
            let ours = load_bytes(&folder, &file, name);
            assert_same(Path::new(name), &ours, &expected);
        }
    }
}

#[test]
fn the_first_packet_may_be_alone_on_its_page_wherever_reading_begins() {
    let folder = Folder::new("alone");
    for (name, line) in CODECS {
        let plain = made(&folder, SOUND, line, name);
        let mut pages = pages(&plain);
        let first = pages.iter().position(|page| granule(page) > 0);
        let page = pages.remove(first.expect("there is sound"));
        // The first packet on one page, the others on another.
        let segments = 27 + usize::from(page[26]);
        let count = 1 + page[27..segments]
            .iter()
            .position(|n| *n < 255)
            .expect("an end");
        let bytes: usize = page[27..27 + count].iter().map(|n| usize::from(*n)).sum();
        let part = |table: &[u8], body: &[u8], granule: i64| {
            let head = [&page[..26], &[table.len() as u8][..], table, body].concat();
            let mut part = head;
            set_granule(&mut part, granule);
            part
        };
        let one = part(&page[27..27 + count], &page[segments..segments + bytes], -1);
        let others = part(
            &page[27 + count..segments],
            &page[segments + bytes..],
            granule(&page),
        );
        pages.splice(
            first.expect("as above")..first.expect("as above"),
            [one, others],
        );
        // Pages have numbers.
        for (number, page) in (0u32..).zip(&mut pages) {
            page[18..22].copy_from_slice(&number.to_le_bytes());
            set_checksum(page);
        }
        let file = folder.path().join(name);
        let expected = load_bytes(&folder, &plain, name);
        assert_same(
            &file,
            &load_bytes(&folder, &pages.concat(), name),
            &expected,
        );
        let options = amio::OpenOptions::default();
        for begin in [0, 1, 100, 1_000, 5_000] {
            let streamed = amio::Clip::open_stream(&file, &options).expect("it was loaded");
            let mut ours = vec![0.0; 2_000];
            // Reads backwards from the end.
            streamed.read(0, 55_000, &mut ours);
            streamed.read(0, begin, &mut ours);
            let expected: Vec<f32> = expected[2 * begin as usize..]
                .chunks(2)
                .map(|f| f[0])
                .collect();
            assert_same(&file, &ours, &expected[..2_000]);
        }
    }
}

#[test]
fn the_last_page_trims_the_end_also_if_it_is_not_marked_as_the_last() {
    let folder = Folder::new("no-end");
    for (name, line) in CODECS {
        let plain = made(&folder, SOUND, line, name);
        let expected = load_bytes(&folder, &plain, name);
        let mut pages = pages(&plain);
        let last = pages.last_mut().expect("there are pages");
        assert_eq!(last[5] & 4, 4, "{name}");
        last[5] &= !4;
        set_checksum(last);
        assert_same(
            Path::new(name),
            &load_bytes(&folder, &pages.concat(), name),
            &expected,
        );
    }
}

#[test]
fn positions_that_jump_in_the_middle_change_nothing() {
    let folder = Folder::new("granule-jumps");
    for (name, line) in CODECS {
        let plain = made(&folder, SOUND, line, name);
        let expected = load_bytes(&folder, &plain, name);
        for jump in [32, -32] {
            // A jump from the second page on, and on only one page.
            let rest = with_granules(&plain, |number, _, granule| {
                granule + if number > 0 { jump } else { 0 }
            });
            assert_same(
                Path::new(name),
                &load_bytes(&folder, &rest, name),
                &expected,
            );
            let one = with_granules(&plain, |number, count, granule| {
                granule + if number == 1 && count > 3 { jump } else { 0 }
            });
            assert_same(Path::new(name), &load_bytes(&folder, &one, name), &expected);
        }
    }
}

#[test]
fn links_of_a_chained_file_play_one_after_another_each_trimmed_by_itself() {
    let folder = Folder::new("chained");
    let links: Vec<(Vec<u8>, Vec<f32>)> = CODECS
        .into_iter()
        .map(|(name, line)| {
            let file = made(&folder, SOUND, line, name);
            let sound = load_bytes(&folder, &file, name);
            (file, sound)
        })
        .collect();
    for order in [&[0, 1, 2][..], &[2, 0, 0], &[1, 1], &[0, 2, 1, 0]] {
        let file: Vec<u8> = order.iter().flat_map(|n| links[*n].0.clone()).collect();
        let expected: Vec<f32> = order.iter().flat_map(|n| links[*n].1.clone()).collect();
        let name = format!("{order:?}.ogg");
        assert_same(
            Path::new(&name),
            &load_bytes(&folder, &file, &name),
            &expected,
        );
        // A last link that is truncated in its headers has no sound.
        let cut = [&file[..], &links[0].0[..2_000]].concat();
        assert_same(
            Path::new(&name),
            &load_bytes(&folder, &cut, &name),
            &expected,
        );
    }
}

#[test]
fn links_with_other_channels_play_in_those_of_the_first() {
    let folder = Folder::new("chained-channels");
    let (name, line) = CODECS[0];
    let mono = Sound {
        channels: 1,
        ..SOUND
    };
    let stereo = made(&folder, SOUND, line, name);
    let mono = made(&folder, mono, line, name);
    let of_mono = load_bytes(&folder, &mono, name);
    let mut expected = load_bytes(&folder, &stereo, name);
    expected.extend(of_mono.iter().flat_map(|sample| [*sample, *sample]));
    let ours = load_bytes(&folder, &[stereo, mono].concat(), name);
    assert_same(Path::new(name), &ours, &expected);
}

#[test]
fn a_link_of_another_rate_is_refused_with_the_frame_at_which_it_begins() {
    let folder = Folder::new("chained-rates");
    let (name, line) = CODECS[0];
    let first = made(&folder, SOUND, line, name);
    let second = Sound {
        frame_rate_hz: 44_100,
        ..SOUND
    };
    let second = made(&folder, second, line, name);
    let file = folder.path().join(name);
    fs::write(&file, [first, second].concat()).expect("the folder is writable");
    let error = amio::Clip::open(&file)
        .expect_err("its rate changes")
        .to_string();
    let wanted = "changes its rate from 48000 to 44100 Hz at frame 60000;";
    assert!(error.contains(wanted), "{error}");
}

#[test]
fn flac_that_ends_short_of_what_its_header_promises_says_where() {
    let folder = Folder::new("ogg-flac-cut");
    let whole = made(
        &folder,
        SOUND,
        "flac --silent --ogg -o $out $in",
        "whole.oga",
    );
    let frames = load_bytes(&folder, &whole, "whole.oga").len() / usize::from(SOUND.channels);
    assert_eq!(frames, SOUND.frames as usize);
    let pages = pages(&whole);
    // A file without its second half, and one without its first page of sound.
    let end = error_of(&folder, &pages[..pages.len() / 2].concat(), "end.oga");
    let first = [&pages[..2], &pages[3..]].concat().concat();
    let first = error_of(&folder, &first, "first.oga");
    for error in [end, first] {
        let promised = format!("its header promises {}", SOUND.frames);
        assert!(
            error.contains("Ogg with FLAC that ends at frame "),
            "{error}"
        );
        assert!(error.contains(&promised), "{error}");
    }
}
