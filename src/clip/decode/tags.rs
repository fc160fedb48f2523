//! Tags of other programs in a file of frames: ID3v2, ID3v1, APEv2 and Lyrics3. They may lie before,
//! between and behind the frames, and no time passes in them.

use super::input::Input;
use crate::error::Result;

/// Bytes of an ID3v1 tag, and of the extension that may come before it.
const ID3V1: u64 = 128;
const ID3V1_EXTENSION: u64 = 227;

/// Bytes of the header, and of the footer, of an APE tag.
const APE_HEADER: u64 = 32;

/// The end of all tags that begin at `offset`.
pub fn after_tags(input: &Input, mut offset: u64) -> Result<u64> {
    while let Some(end) = end_of_tag(input, offset)? {
        offset = end;
    }
    Ok(offset)
}

/// Whether a tag may begin with these bytes.
pub fn may_begin(bytes: &[u8]) -> bool {
    [&b"ID3"[..], b"TAG", b"APET", b"LYRI"]
        .iter()
        .any(|magic| bytes.starts_with(magic))
}

/// The end of the tag that begins at `offset`, if one does.
pub fn end_of_tag(input: &Input, offset: u64) -> Result<Option<u64>> {
    let Some(head) = input.array::<11>(offset)? else {
        return Ok(None);
    };
    let end = match &head {
        [b'I', b'D', b'3', version, revision, flags, size @ ..]
            if *version < 0xFF && *revision < 0xFF && size[..4].iter().all(|n| *n < 0x80) =>
        {
            let size = size[..4]
                .iter()
                .fold(0, |n, byte| n << 7 | u64::from(*byte));
            let footer = if flags & 0x10 == 0 { 0 } else { 10 };
            offset + 10 + size + footer
        }
        [b'T', b'A', b'G', b'+', ..] => offset + ID3V1_EXTENSION,
        [b'T', b'A', b'G', ..] => offset + ID3V1,
        b"LYRICSBEGIN" => return end_of_lyrics(input, offset),
        _ if head.starts_with(b"APETAGEX") => return end_of_ape(input, offset),
        _ => return Ok(None),
    };
    Ok(Some(end.min(input.length())))
}

/// Whether the bytes from `start` to `end` are an APE tag that has a footer and no header.
pub fn is_ape_without_header(input: &Input, start: u64, end: u64) -> Result<bool> {
    let footer = end.saturating_sub(APE_HEADER);
    Ok(match ape_size(input, footer)? {
        Some((size, false)) => footer >= start && end - start == size,
        _ => false,
    })
}

/// The size that the header or footer of an APE tag at `offset` tells (its items and its footer),
/// and whether it is a header.
fn ape_size(input: &Input, offset: u64) -> Result<Option<(u64, bool)>> {
    let Some(bytes) = input.array::<{ APE_HEADER as usize }>(offset)? else {
        return Ok(None);
    };
    if !bytes.starts_with(b"APETAGEX") {
        return Ok(None);
    }
    let (words, _) = bytes.as_chunks::<4>();
    let size = u32::from_le_bytes(words[3]);
    let flags = u32::from_le_bytes(words[5]);
    Ok(Some((size.into(), flags >> 29 & 1 == 1)))
}

fn end_of_ape(input: &Input, offset: u64) -> Result<Option<u64>> {
    Ok(ape_size(input, offset)?.map(|(size, is_header)| {
        let end = offset + APE_HEADER + if is_header { size } else { 0 };
        end.min(input.length())
    }))
}

/// Lyrics3 version 2 is a list of fields, each with a name of three letters and a size of five
/// digits, and ends with its own size in six digits. Version 1 is a text of 5,100 bytes at most.
fn end_of_lyrics(input: &Input, offset: u64) -> Result<Option<u64>> {
    const END_1: &[u8] = b"LYRICSEND";
    const END_2: &[u8] = b"LYRICS200";
    let mut field = offset + 11;
    while let Some(head) = input.array::<15>(field)? {
        if head[..6].iter().all(u8::is_ascii_digit) && &head[6..] == END_2 {
            return Ok(Some(field + 15));
        }
        let digits = std::str::from_utf8(&head[3..8]).unwrap_or("");
        match digits.parse::<u64>() {
            Ok(size) => field += 8 + size,
            Err(_) => break,
        }
    }
    let text = input.bytes(offset, 11 + 5_100 + END_1.len() as u64)?;
    let end = text.windows(END_1.len()).position(|bytes| bytes == END_1);
    Ok(end.map(|at| offset + (at + END_1.len()) as u64))
}
