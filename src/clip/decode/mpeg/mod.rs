//! Files that are frames one after another, each with a header that says how long it is: MP3 and
//! AAC in ADTS. All headers are read when the file is opened, so that each frame has its place.

mod adts;
mod mp3;

use super::Opened;
use super::input::{Input, Window};
use super::table::Place;
use crate::error::Result;
use std::sync::Arc;

/// Bytes before the first frame that may be something else.
const JUNK: u64 = 1 << 16;

/// Opens a file whose frames begin at `start` or soon after.
pub fn open(input: &Arc<Input>, start: u64) -> Result<Opened> {
    let mut window = Window::new(Arc::clone(input));
    let mp3 = first(&mut window, start, input.length(), mp3::Header::parse)?;
    let adts = first(&mut window, start, input.length(), adts::Header::parse)?;
    match (mp3, adts) {
        (Some((at, header)), other) if other.is_none_or(|(offset, _)| at < offset) => {
            mp3::open(input, at, header)
        }
        (_, Some((at, header))) => adts::open(input, at, header),
        _ => super::unknown(input),
    }
}

/// The end of the ID3v2 tags that begin at `offset`.
pub fn after_tags(input: &Input, mut offset: u64) -> Result<u64> {
    while let Some([b'I', b'D', b'3', _, _, flags, size @ ..]) = input.array::<10>(offset)? {
        let size = size
            .iter()
            .fold(0, |n, byte| n << 7 | u64::from(byte & 0x7F));
        let footer = if flags & 0x10 == 0 { 0 } else { 10 };
        offset += 10 + size + footer;
    }
    Ok(offset)
}

/// The header of a frame.
trait FrameHeader: Copy {
    /// The longest header.
    const BYTES: usize;

    /// The whole frame.
    fn frame_bytes(&self) -> u32;

    /// Whether both can be of one stream.
    fn fits(&self, other: &Self) -> bool;
}

/// Where the first header lies that others follow, or the end of the file.
fn first<H: FrameHeader>(
    window: &mut Window,
    start: u64,
    end: u64,
    parse: impl Fn(&[u8]) -> Option<H>,
) -> Result<Option<(u64, H)>> {
    for offset in start..end.min(start.saturating_add(JUNK)) {
        let bytes = window.at(offset, H::BYTES)?;
        if let Some(header) = parse(bytes)
            && followed(window, offset, end, header, &parse, 3)?
        {
            return Ok(Some((offset, header)));
        }
    }
    Ok(None)
}

/// Whether as many headers follow, or fewer and the end of the file.
fn followed<H: FrameHeader>(
    window: &mut Window,
    mut offset: u64,
    end: u64,
    mut header: H,
    parse: impl Fn(&[u8]) -> Option<H>,
    count: usize,
) -> Result<bool> {
    for n in 0..count {
        offset += u64::from(header.frame_bytes());
        if offset == end || (offset > end && n > 0) {
            return Ok(true);
        }
        match parse(window.at(offset, H::BYTES)?) {
            Some(next) if next.fits(&header) => header = next,
            _ => return Ok(false),
        }
    }
    Ok(true)
}

/// Walks from frame to frame; calls `found` for each. Where something else is between two frames,
/// as many are lost as its bytes would have held.
fn walk<H: FrameHeader>(
    input: &Arc<Input>,
    start: u64,
    first: H,
    parse: impl Fn(&[u8]) -> Option<H>,
    mut found: impl FnMut(u64, H) -> Place,
) -> Result<Vec<Place>> {
    let mut window = Window::new(Arc::clone(input));
    let end = input.length();
    let mut places = Vec::new();
    let (mut offset, mut last) = (start, first);
    while offset < end {
        let bytes = window.at(offset, H::BYTES)?;
        match parse(bytes).filter(|header| header.fits(&first)) {
            Some(header) => {
                let next = offset + u64::from(header.frame_bytes());
                if next > end {
                    break; // cut short
                }
                places.push(found(offset, header));
                (offset, last) = (next, header);
            }
            None => {
                let mut next = offset + 1;
                loop {
                    if next >= end {
                        return Ok(places); // a tag, or nothing that is known
                    }
                    let bytes = window.at(next, H::BYTES)?;
                    if let Some(header) = parse(bytes).filter(|header| header.fits(&first))
                        && followed(&mut window, next, end, header, &parse, 1)?
                    {
                        break;
                    }
                    next += 1;
                }
                let frame = u64::from(last.frame_bytes());
                for _ in 0..(next - offset + frame / 2) / frame {
                    places.push(Place { offset, bytes: 0 });
                }
                offset = next;
            }
        }
    }
    Ok(places)
}
