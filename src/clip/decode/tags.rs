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

/// Where the file ends as far as its frames are concerned: where an APE tag without a header begins,
/// which only its footer tells, or at the end of the file. ID3v1 and Lyrics3 may lie behind the tag.
pub fn before_footed_tag(input: &Input) -> Result<u64> {
    let mut end = input.length();
    loop {
        let back = |bytes: u64| end.checked_sub(bytes);
        if let Some(footer) = back(APE_HEADER)
            && let Some(ape) = Ape::read(input, footer)?
            && let (Some(start), false) = (back(ape.size), ape.is_header)
        {
            if !ape.has_header {
                return Ok(start);
            }
            end = start.saturating_sub(APE_HEADER);
        } else if let Some(start) = back(ID3V1)
            && input.bytes(start, 3)? == b"TAG"
        {
            end = start;
        } else if let Some(start) = back(ID3V1_EXTENSION)
            && input.bytes(start, 4)? == b"TAG+"
        {
            end = start;
        } else if let Some(size) = back(15)
            && let Some(
                [
                    digits @ ..,
                    b'L',
                    b'Y',
                    b'R',
                    b'I',
                    b'C',
                    b'S',
                    b'2',
                    b'0',
                    b'0',
                ],
            ) = input.array::<15>(size)?
            && let Some(fields) = number(&digits)
            && let Some(start) = size.checked_sub(fields)
        {
            end = start;
        } else {
            return Ok(input.length());
        }
    }
}

/// Digits as a number.
fn number(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// Whether the bytes from `start` to `end` are an APE tag that has a footer and no header.
pub fn is_ape_without_header(input: &Input, start: u64, end: u64) -> Result<bool> {
    let footer = end.saturating_sub(APE_HEADER);
    Ok(match Ape::read(input, footer)? {
        Some(ape) if !ape.is_header => footer >= start && end - start == ape.size,
        _ => false,
    })
}

/// The header or footer of an APE tag.
struct Ape {
    /// Bytes of its items and its footer.
    size: u64,
    is_header: bool,
    has_header: bool,
}

impl Ape {
    fn read(input: &Input, offset: u64) -> Result<Option<Ape>> {
        let Some(bytes) = input.array::<{ APE_HEADER as usize }>(offset)? else {
            return Ok(None);
        };
        if !bytes.starts_with(b"APETAGEX") {
            return Ok(None);
        }
        let (words, _) = bytes.as_chunks::<4>();
        let flags = u32::from_le_bytes(words[5]);
        Ok(Some(Ape {
            size: u32::from_le_bytes(words[3]).into(),
            is_header: flags >> 29 & 1 == 1,
            has_header: flags >> 31 & 1 == 1,
        }))
    }
}

fn end_of_ape(input: &Input, offset: u64) -> Result<Option<u64>> {
    Ok(Ape::read(input, offset)?.map(|ape| {
        let end = offset + APE_HEADER + if ape.is_header { ape.size } else { 0 };
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
        match number(&head[3..8]) {
            Some(size) => field += 8 + size,
            None => break,
        }
    }
    let text = input.bytes(offset, 11 + 5_100 + END_1.len() as u64)?;
    let end = text.windows(END_1.len()).position(|bytes| bytes == END_1);
    Ok(end.map(|at| offset + (at + END_1.len()) as u64))
}
