//! FLAC files (RFC 9639). A frame does not say where it ends, so it is read to its last sample.
//! What follows the last frame, be it a tag or anything else, takes no sound away.

mod bits;
mod decoder;
pub mod frame;
mod subframe;

use super::info::{FileInfo, Opened};
use super::input::{Input, InputWindow, PARTS};
use super::packets::{Decoded, Description, Loss, PacketSpan, Packets};
use crate::clip::ClipInfo;
use crate::error::Result;
pub use decoder::Decoder;
use decoder::{NoFrame, frame_bytes};
use frame::{FrameHeader, LONGEST_HEADER, Number, STREAM_INFO, StreamInfo};
use std::sync::Arc;

/// The name of the encoding, for people.
pub const ENCODING: &str = "FLAC";

/// Bytes that may be looked at in vain in the search for a frame.
const SEARCH: usize = 1 << 24;

/// The most bytes of a frame that are looked at.
const LONGEST_FRAME: usize = 1 << 24;

/// Bytes of a file that are searched from front to back, when a search has come this close.
const CLOSE: u64 = 1 << 15;

/// Opens a file that begins with the magic.
pub fn open(input: &Arc<Input>) -> Result<Opened> {
    let mut block = None;
    let mut offset = 4;
    for _ in 0..PARTS {
        let Some([kind, a, b, c]) = input.array(offset)? else {
            return Err(input.bad("FLAC without frames"));
        };
        offset += 4;
        if kind & 0x7F == 0 {
            block = input.array::<STREAM_INFO>(offset)?;
        }
        offset += u64::from(u32::from_be_bytes([0, a, b, c]));
        if kind & 0x80 != 0 {
            break;
        }
    }
    let Some(stream) = block.and_then(|block| StreamInfo::parse(&block)) else {
        return Err(input.bad("FLAC without a valid header"));
    };
    let frames = Frames::new(input, stream, offset)?;
    // While a file is recorded, its header may be newer than the length that it had when it was
    // opened.
    if let Some(cut) = stream.cut_at(frames.length)
        && !input.has_grown()?
    {
        return Err(input.bad(cut));
    }
    let info = ClipInfo {
        frame_rate_hz: stream.frame_rate_hz,
        channels: stream.channels,
        frames: stream.frames.unwrap_or(u64::MAX).min(frames.length),
    };
    let description = Description {
        info,
        delay: 0,
        loss: Loss::Fails,
        segment: None,
    };
    let decoder = Box::new(Decoder::new(stream));
    let source = Decoded::new(Arc::clone(input), Box::new(frames), decoder, description);
    Ok(Opened {
        info: FileInfo {
            container: "FLAC",
            encoding: ENCODING,
            frame_rate_hz: info.frame_rate_hz,
            channels: info.channels,
            frames: info.frames,
            bits_per_sample: Some(stream.bits),
        },
        source: Box::new(source),
    })
}

/// The FLAC frames of a file.
struct Frames {
    window: InputWindow,
    stream: StreamInfo,
    /// What the numbers in headers that count blocks are multiplied by.
    block_frames: u64,
    /// The offsets at which the first frame begins, the last one ends, and the next one is read.
    first: u64,
    end: u64,
    next: u64,
    /// Where the last one ends, in frames.
    length: u64,
}

/// A whole frame.
struct Found {
    offset: u64,
    bytes: usize,
    header: FrameHeader,
}

impl Found {
    /// The offset of what follows it.
    fn end(&self) -> u64 {
        self.offset + self.bytes as u64
    }
}

impl Frames {
    /// The frames that begin at the offset `first`.
    fn new(input: &Arc<Input>, stream: StreamInfo, first: u64) -> Result<Frames> {
        let mut frames = Frames {
            window: InputWindow::new(Arc::clone(input)),
            stream,
            block_frames: 1,
            first,
            end: input.length(),
            next: first,
            length: 0,
        };
        frames.block_frames = frames.find_block_frames()?;
        frames.find_end()?;
        Ok(frames)
    }

    /// What the numbers in headers that count blocks are multiplied by. Encoders before 2007 wrote
    /// frames into headers that count blocks, where blocks differ in length: then it is 1.
    fn find_block_frames(&mut self) -> Result<u64> {
        let (shortest, longest) = self.stream.block_frames;
        let Some(first) = self.frame_at(self.first, &mut SEARCH.clone())? else {
            return Ok(longest.into());
        };
        let frames = u64::from(first.header.frames);
        // The next number tells better than the stream's header, which may be wrong.
        let counts_frames = match self.frame_at(first.end(), &mut SEARCH.clone())? {
            Some(second) => second.header.number.value() == first.header.number.value() + frames,
            None => shortest >= 16 && shortest != longest,
        };
        Ok(if counts_frames { 1 } else { frames })
    }

    /// Looks for the last frame.
    fn find_end(&mut self) -> Result<()> {
        let mut back = CLOSE;
        let mut last = loop {
            let from = self.end.saturating_sub(back).max(self.first);
            let last = self.last_frame(from, u64::MAX)?;
            if last.is_some() || from == self.first || back > SEARCH as u64 {
                break last;
            }
            back *= 4;
        };
        let length = |frames: &Frames, last: &Option<Found>| {
            last.as_ref().map_or(0, |last| frames.span_end(last))
        };
        // The end is missing, another stream follows, the header is wrong, or much
        // follows the frames. Only reading from the beginning tells which.
        let promised = self.stream.frames.unwrap_or(u64::MAX);
        let as_promised = self
            .stream
            .frames
            .is_none_or(|_| length(self, &last) == promised);
        if last.is_none() || !as_promised {
            last = self.last_frame(self.first, promised)?;
        }
        self.length = length(self, &last);
        self.end = last.map_or(self.first, |last| last.end());
        Ok(())
    }

    /// The last of the frames from `offset` on, or the first that reaches the frame `enough`.
    fn last_frame(&mut self, mut offset: u64, enough: u64) -> Result<Option<Found>> {
        let (mut last, mut budget) = (None, SEARCH);
        while let Some(found) = self.find(offset, self.end, &mut budget)? {
            offset = found.end();
            let reached = self.span_end(&found) >= enough;
            last = Some(found);
            if reached {
                break;
            }
        }
        Ok(last)
    }

    /// The first whole frame that begins from `offset` on, before `end`. Bytes that were searched
    /// without success are subtracted from `budget`.
    fn find(&mut self, mut offset: u64, end: u64, budget: &mut usize) -> Result<Option<Found>> {
        while offset < end && *budget > 0 {
            let length = (end - offset).min(1 << 14) as usize;
            let stream = self.stream;
            let bytes = self.window.at(offset, length + LONGEST_HEADER)?;
            if bytes.is_empty() {
                break; // the file was cut short since it was opened
            }
            let candidate = syncs(bytes)
                .take_while(|at| *at < length)
                .find(|at| FrameHeader::parse(&bytes[*at..], &stream).is_some());
            let passed = candidate.unwrap_or(length);
            *budget = budget.saturating_sub(passed);
            offset += passed as u64;
            if candidate.is_some() {
                if let Some(found) = self.frame_at(offset, budget)? {
                    return Ok(Some(found));
                }
                offset += 1;
            }
        }
        Ok(None)
    }

    /// The whole frame that begins at `offset`, if one does. Otherwise the searched bytes are subtracted
    /// from `budget`.
    fn frame_at(&mut self, offset: u64, budget: &mut usize) -> Result<Option<Found>> {
        let head = self.window.at(offset, LONGEST_HEADER)?;
        let Some(header) = FrameHeader::parse(head, &self.stream) else {
            return Ok(None);
        };
        let mut room = header.verbatim_bytes();
        loop {
            let bytes = self.window.at(offset, room)?;
            match frame_bytes(&header, bytes) {
                Ok(bytes) => {
                    return Ok(Some(Found {
                        offset,
                        bytes,
                        header,
                    }));
                }
                Err(NoFrame::Cut) if bytes.len() == room && room < LONGEST_FRAME => room *= 2,
                Err(_) => {
                    *budget = budget.saturating_sub(bytes.len());
                    return Ok(None);
                }
            }
        }
    }

    /// Where a frame belongs.
    fn span(&self, found: &Found) -> PacketSpan {
        let start = match found.header.number {
            Number::Blocks(number) => number * self.block_frames,
            Number::Frames(number) => number,
        };
        PacketSpan {
            start,
            frames: found.header.frames,
        }
    }

    fn span_end(&self, found: &Found) -> u64 {
        let span = self.span(found);
        span.start + u64::from(span.frames)
    }
}

impl Packets for Frames {
    fn next(&mut self, data: &mut Vec<u8>) -> Result<Option<PacketSpan>> {
        // Damage is skipped: the next frame tells how much is missing.
        let Some(found) = self.find(self.next, self.end, &mut SEARCH.clone())? else {
            return Ok(None);
        };
        data.clear();
        data.extend_from_slice(self.window.at(found.offset, found.bytes)?);
        self.next = found.end();
        Ok(Some(self.span(&found)))
    }

    fn seek(&mut self, frame: u64) -> Result<()> {
        let (mut low, mut high) = (self.first, self.end);
        while high - low > CLOSE {
            let middle = low + (high - low) / 2;
            match self.find(middle, high, &mut SEARCH.clone())? {
                Some(found) if self.span(&found).start <= frame => low = found.offset,
                _ => high = middle,
            }
        }
        self.next = low;
        while let Some(found) = self.frame_at(self.next, &mut SEARCH.clone())? {
            if self.span_end(&found) > frame {
                break;
            }
            self.next = found.end();
        }
        Ok(())
    }
}

/// Where two bytes are that a frame may begin with.
fn syncs(bytes: &[u8]) -> impl Iterator<Item = usize> {
    let pairs = bytes.windows(2).enumerate();
    pairs.filter_map(|(at, pair)| matches!(pair, [0xFF, 0xF8 | 0xF9]).then_some(at))
}
