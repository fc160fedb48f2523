//! Splits MP3 and ADTS files into frames, which can be changed and joined again.

use super::bits::crc;

/// The kilobits per second of layer III, MPEG-1 and MPEG-2.
pub const BITRATES: [[u32; 15]; 2] = [
    [
        0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
    ],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];

pub const RATES_HZ: [u32; 3] = [44_100, 48_000, 32_000];

/// The length of the MP3 frame that begins with these bytes; `None` for free format, or if there is no
/// header.
pub fn mp3_frame_bytes(head: &[u8]) -> Option<usize> {
    let [0xFF, second, third, _, ..] = *head else {
        return None;
    };
    let (version, layer) = (second >> 3 & 3, second >> 1 & 3);
    if second & 0xE0 != 0xE0 || version == 1 || layer != 1 {
        return None;
    }
    let mpeg1 = version == 3;
    let kbits = *BITRATES[usize::from(!mpeg1)].get(usize::from(third >> 4))?;
    let divider = [4, 0, 2, 1][usize::from(version)];
    let hz = RATES_HZ.get(usize::from(third >> 2 & 3))? / divider;
    let padding = u32::from(third >> 1 & 1);
    let bytes = if mpeg1 { 144_000 } else { 72_000 } * kbits / hz + padding;
    (kbits > 0).then_some(bytes as usize)
}

/// The rate of the first MP3 frame after ID3v2 tags.
pub fn mp3_rate_hz(file: &[u8]) -> Option<u32> {
    let head = after_id3v2(file);
    let divider = *[4, 0, 2, 1].get(usize::from(head.get(1)? >> 3 & 3))?;
    let hz = RATES_HZ.get(usize::from(head.get(2)? >> 2 & 3))?;
    hz.checked_div(divider)
}

/// The channels of the first MP3 frame after ID3v2 tags.
pub fn mp3_channels(file: &[u8]) -> Option<u16> {
    let mode = after_id3v2(file).get(3)? >> 6;
    Some(if mode == 3 { 1 } else { 2 })
}

/// Whether the first MP3 frame after ID3v2 tags has the length of the sound.
pub fn has_info_tag(file: &[u8]) -> bool {
    let head = after_id3v2(file);
    let frame = &head[..mp3_frame_bytes(head).unwrap_or(0)];
    frame
        .windows(4)
        .any(|name| name == b"Info" || name == b"Xing")
}

/// The length of the ADTS frame that begins with these bytes.
pub fn adts_frame_bytes(head: &[u8]) -> Option<usize> {
    let [0xFF, second, _, a, b, c, ..] = *head else {
        return None;
    };
    let bytes = usize::from(a & 3) << 11 | usize::from(b) << 3 | usize::from(c >> 5);
    (second & 0xF6 == 0xF0 && bytes >= 7).then_some(bytes)
}

/// The frames of a file that has nothing else except for a tag before them (ID3v2) or after them.
pub fn frames(file: &[u8], frame_bytes: fn(&[u8]) -> Option<usize>) -> Vec<Vec<u8>> {
    let mut rest = after_id3v2(file);
    let mut frames = Vec::new();
    while let Some(bytes) = frame_bytes(rest).filter(|bytes| *bytes <= rest.len()) {
        frames.push(rest[..bytes].to_vec());
        rest = &rest[bytes..];
    }
    frames
}

/// A file without the ID3v2 tag that it begins with.
fn after_id3v2(file: &[u8]) -> &[u8] {
    let [b'I', b'D', b'3', _, _, _, size @ ..] = file else {
        return file;
    };
    let size = size[..4]
        .iter()
        .fold(0, |n, byte| n << 7 | usize::from(*byte));
    &file[10 + size..]
}

/// The number of bytes of side information, which follows the header of an MP3 frame and its checksum.
pub fn side_bytes(frame: &[u8]) -> usize {
    match (frame[1] >> 3 & 1 == 1, frame[3] >> 6 == 3) {
        (true, false) => 32,
        (true, true) | (false, false) => 17,
        (false, true) => 9,
    }
}

/// Writes the checksum of an MP3 frame that has one.
pub fn set_mp3_crc(frame: &mut [u8]) {
    if frame[1] & 1 == 0 {
        let side = side_bytes(frame);
        let checked = [&frame[2..4], &frame[6..6 + side]].concat();
        let crc = crc(16, 0x8005, 0xFFFF, &checked) as u16;
        frame[4..6].copy_from_slice(&crc.to_be_bytes());
    }
}
