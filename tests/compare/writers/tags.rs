//! Tags that programs write before, between and after the frames of a file.

use crate::rng::Rng;

/// An ID3v2 tag, with random version, padding and footer. Its text has bytes that look like the headers of
/// frames.
pub fn id3v2(rng: &mut Rng) -> Vec<u8> {
    let version = *rng.pick(&[2u8, 3, 4]);
    let footer = version == 4 && rng.chance(30);
    let mut body = Vec::new();
    let text = tempting_text(rng);
    if version == 2 {
        body.extend(b"TT2");
        body.extend(&(text.len() as u32 + 1).to_be_bytes()[1..]);
    } else {
        body.extend(b"TIT2");
        body.extend(match version {
            3 => (text.len() as u32 + 1).to_be_bytes(),
            _ => syncsafe(text.len() + 1),
        });
        body.extend([0, 0]);
    }
    body.push(0); // Latin-1
    body.extend(text);
    if !footer {
        body.resize(body.len() + rng.count(0, 300) as usize, 0);
    }
    let flags = if footer { 0x10 } else { 0 };
    let head = |name: &[u8]| [name, &[version, 0, flags], &syncsafe(body.len())].concat();
    let mut tag = head(b"ID3");
    let end = if footer { head(b"3DI") } else { Vec::new() };
    tag.extend(body);
    tag.extend(end);
    tag
}

pub fn id3v1(rng: &mut Rng) -> Vec<u8> {
    let mut tag = b"TAG".to_vec();
    tag.extend((0..124).map(|_| b"aeiou \0"[rng.count(0, 6) as usize]));
    tag.push(rng.count(0, 80) as u8);
    tag
}

/// Tags that may be between frames, since they can be recognised by their beginning.
pub fn between(rng: &mut Rng) -> Vec<u8> {
    match rng.chance(50) {
        true => id3v2(rng),
        false => apev2(rng, true),
    }
}

fn apev2(rng: &mut Rng, has_header: bool) -> Vec<u8> {
    let text = tempting_text(rng);
    let mut body = (text.len() as u32).to_le_bytes().to_vec();
    body.extend([0; 4]);
    body.extend(b"Title\0");
    body.extend(text);
    let end = |flags: u32| {
        let mut end = b"APETAGEX".to_vec();
        for field in [2_000, body.len() as u32 + 32, 1, flags, 0, 0] {
            end.extend(u32::to_le_bytes(field));
        }
        end
    };
    if has_header {
        [end(0xA000_0000), body.clone(), end(0x8000_0000)].concat()
    } else {
        [body.clone(), end(0)].concat()
    }
}

/// A Lyrics3 tag of version 2, with the ID3v1 tag that must follow it.
pub fn lyrics3(rng: &mut Rng) -> Vec<u8> {
    let mut tag = b"LYRICSBEGININD0000200LYR".to_vec();
    let text: Vec<u8> = (0..rng.count(5, 200))
        .map(|n| b'a' + (n % 26) as u8)
        .collect();
    tag.extend(format!("{:05}", text.len()).bytes());
    tag.extend(text);
    let size = format!("{:06}LYRICS200", tag.len());
    tag.extend(size.bytes());
    tag.extend(id3v1(rng));
    tag
}

/// An APEv2 tag at the end of a file, where it often has no header.
fn apev2_behind(rng: &mut Rng) -> Vec<u8> {
    let has_header = rng.chance(50);
    apev2(rng, has_header)
}

/// Tags that may be at the end of a file, and the mode under which they are counted.
pub fn behind(rng: &mut Rng) -> (&'static str, Vec<u8>) {
    match rng.count(0, 5) {
        0 => ("ID3v1 behind", id3v1(rng)),
        1 => ("APEv2 behind", apev2_behind(rng)),
        2 => (
            "APEv2 and ID3v1 behind",
            [apev2_behind(rng), id3v1(rng)].concat(),
        ),
        3 => ("Lyrics3 behind", lyrics3(rng)),
        4 => ("ID3v2 behind", id3v2(rng)),
        _ => ("ID3v2 and ID3v1 behind", [id3v2(rng), id3v1(rng)].concat()),
    }
}

/// Bytes of text and pictures, which contain headers of MP3, ADTS and FLAC frames.
fn tempting_text(rng: &mut Rng) -> Vec<u8> {
    let mut text = Vec::new();
    for _ in 0..rng.count(0, 40) {
        match rng.count(0, 9) {
            0 => text.extend(b"\xFF\xFB\x90\x64"),
            1 => text.extend(b"\xFF\xF1\x50\x80\x04\x1F\xFC"),
            2 => text.extend(b"\xFF\xF8\xC9\x18\x00"),
            3 => text.extend(b"OggS"),
            _ => text.extend((0..rng.count(1, 60)).map(|_| rng.next() as u8)),
        }
    }
    text
}

fn syncsafe(size: usize) -> [u8; 4] {
    [21, 14, 7, 0].map(|shift| (size >> shift) as u8 & 0x7F)
}
