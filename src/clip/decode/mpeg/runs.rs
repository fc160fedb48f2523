//! Finding frames: the first one, and all that follow, in runs that a decoder can decode as one
//! stream.

use crate::clip::decode::info::WHAT;
use crate::clip::decode::input::{Input, InputWindow, PARTS};
use crate::clip::decode::table::PacketPlace;
use crate::clip::decode::tags;
use crate::error::Result;
use crate::memory;
use std::sync::Arc;

/// Bytes before the first frame that may be something else.
const JUNK: u64 = 1 << 16;

/// Headers that must follow one that was found among other bytes.
const SURE: usize = 3;

/// The header of a frame.
pub trait FrameHeader: Copy {
    /// Bytes of the longest header.
    const BYTES: usize;

    /// Bytes of the whole frame.
    fn frame_bytes(&self) -> u32;

    /// Whether one decoder decodes frames of both headers, one after the other.
    fn fits(&self, other: &Self) -> bool;
}

/// Frames that one decoder decodes.
pub struct Run<H> {
    pub first: H,
    /// Where the frames lie, those that are lost included.
    pub places: Vec<PacketPlace>,
    /// The bytes of a first frame that describes the others and holds no sound.
    pub description: Option<Vec<u8>>,
}

/// Where the first header lies that others follow, or the end of the file, and the header.
pub fn first<H: FrameHeader>(
    window: &mut InputWindow,
    parse: impl Fn(&[u8]) -> Option<H>,
) -> Result<Option<(u64, H)>> {
    let end = window.input().length();
    for offset in 0..end.min(JUNK) {
        // Nothing comes before it: one header that follows is enough.
        let count = if offset == 0 { 1 } else { SURE };
        if let Some(header) = parse(window.at(offset, H::BYTES)?)
            && followed(window, offset, header, &parse, count)?
        {
            return Ok(Some((offset, header)));
        }
    }
    Ok(None)
}

/// Whether as many headers follow the one at `offset`, or fewer and the end of the file. Tags may
/// lie between them.
fn followed<H: FrameHeader>(
    window: &mut InputWindow,
    mut offset: u64,
    mut header: H,
    parse: impl Fn(&[u8]) -> Option<H>,
    count: usize,
) -> Result<bool> {
    let end = window.input().length();
    for n in 0..count {
        offset += u64::from(header.frame_bytes());
        if offset < end && parse(window.at(offset, H::BYTES)?).is_none() {
            offset = tags::after_tags(window.input(), offset)?;
        }
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

/// Finds all frames from the one at `start` on. A run ends where a frame begins that
/// `describes` those after it, or that no longer fits. Where something that is no tag lies between
/// two frames, as many frames are lost as its bytes would have held. A frame that is cut short by a tag
/// or by another file is lost, and nothing of what cut it.
pub fn runs<H: FrameHeader>(
    input: &Arc<Input>,
    start: u64,
    parse: impl Fn(&[u8]) -> Option<H>,
    describes: impl Fn(&[u8], &H, bool) -> bool,
    place: impl Fn(u64, H) -> PacketPlace,
) -> Result<Vec<Run<H>>> {
    let mut window = InputWindow::new(Arc::clone(input));
    let end = input.length();
    let mut runs: Vec<Run<H>> = Vec::new();
    let mut offset = start;
    let mut last = None;
    while offset < end {
        let bytes = window.at(offset, H::BYTES)?;
        let fits = |header: &H| {
            runs.last()
                .is_none_or(|run: &Run<H>| header.fits(&run.first))
        };
        let header = match parse(bytes) {
            Some(header) if fits(&header) => header,
            Some(header) if followed(&mut window, offset, header, &parse, SURE)? => header,
            _ => {
                if let Some((cut, last)) = last
                    && let Some(next) = inside(&mut window, cut, last, &parse)?
                {
                    let place = runs.last_mut().and_then(|run| run.places.last_mut());
                    if let Some(place) = place.filter(|place| place.offset >= cut) {
                        place.bytes = 0;
                    }
                    offset = next;
                    continue;
                }
                let gap = gap(&mut window, offset, &parse, fits)?;
                let Some((next, lost_bytes)) = gap else {
                    break;
                };
                if let (Some(run), Some((_, last))) = (runs.last_mut(), last) {
                    let frame = u64::from(H::frame_bytes(&last));
                    let lost = (lost_bytes + frame / 2) / frame;
                    memory::reserve(&mut run.places, lost as usize, WHAT)?;
                    run.places
                        .extend((0..lost).map(|_| PacketPlace { offset, bytes: 0 }));
                }
                offset = next;
                continue;
            }
        };
        let next = offset + u64::from(header.frame_bytes());
        if next > end {
            break; // the last frame is cut short
        }
        let frame = window.at(offset, header.frame_bytes() as usize)?;
        let description = describes(frame, &header, runs.is_empty()).then(|| frame.to_vec());
        let begins = description.is_some() || runs.last().is_none_or(|r| !header.fits(&r.first));
        if begins {
            if runs.len() == PARTS {
                return Err(input.bad("a file with too many streams, one after another"));
            }
            let run = Run {
                first: header,
                places: Vec::new(),
                description: description.clone(),
            };
            memory::push(&mut runs, run, WHAT)?;
        }
        if description.is_none()
            && let Some(run) = runs.last_mut()
        {
            if run.places.is_empty() {
                run.first = header;
            }
            memory::push(&mut run.places, place(offset, header), WHAT)?;
        }
        (offset, last) = (next, Some((offset, header)));
    }
    Ok(runs)
}

/// Where frames go on inside the frame at `offset`, which no other one follows: something has cut it
/// short.
fn inside<H: FrameHeader>(
    window: &mut InputWindow,
    offset: u64,
    header: H,
    parse: impl Fn(&[u8]) -> Option<H>,
) -> Result<Option<u64>> {
    let input = Arc::clone(window.input());
    let end = offset + u64::from(header.frame_bytes());
    for at in offset + H::BYTES as u64..end {
        let next = match tags::may_begin(window.at(at, 4)?) {
            true => tags::after_tags(&input, at)?,
            false => at,
        };
        if let Some(found) = parse(window.at(next, H::BYTES)?)
            && followed(window, next, found, &parse, SURE)?
        {
            return Ok(Some(next));
        }
    }
    Ok(None)
}

/// The next frame after what is at `offset` and is no frame, and how many bytes before it are not
/// part of a tag; nothing where no more frames come.
fn gap<H: FrameHeader>(
    window: &mut InputWindow,
    offset: u64,
    parse: impl Fn(&[u8]) -> Option<H>,
    fits: impl Fn(&H) -> bool,
) -> Result<Option<(u64, u64)>> {
    let input = Arc::clone(window.input());
    let end = input.length();
    // Where the bytes begin that are neither frame nor tag.
    let mut junk = offset;
    let mut lost = 0;
    let mut next = offset;
    while next < end {
        let bytes = window.at(next, H::BYTES)?;
        let is_frame = match parse(bytes) {
            Some(header) if next > offset => {
                let count = if fits(&header) { 1 } else { SURE };
                followed(window, next, header, &parse, count)?
            }
            _ => false,
        };
        if !is_frame {
            let tag = match tags::may_begin(window.at(next, 4)?) {
                true => tags::end_of_tag(&input, next)?,
                false => None,
            };
            match tag {
                Some(after) => {
                    if !tags::is_ape_without_header(&input, junk, after)? {
                        lost += next - junk;
                    }
                    (junk, next) = (after, after);
                    if next < end
                        && parse(window.at(next, H::BYTES)?)
                            .as_ref()
                            .is_some_and(&fits)
                    {
                        return Ok(Some((next, lost)));
                    }
                }
                None => next += 1,
            }
            continue;
        }
        if !tags::is_ape_without_header(&input, junk, next)? {
            lost += next - junk;
        }
        return Ok(Some((next, lost)));
    }
    Ok(None)
}
