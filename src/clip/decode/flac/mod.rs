//! FLAC files (RFC 9639). A frame does not say where it ends: it ends where its checksum fits and
//! another header, or the end of the file, follows.

pub mod frame;

use super::codec::{Kind, symphonia};
use super::crc::crc16;
use super::input::{Input, Window};
use super::packets::{Decoded, Description, Loss, Packets, Span};
use super::{FileInfo, Opened};
use crate::clip::ClipInfo;
use crate::error::Result;
use frame::{FrameHeader, LONGEST_HEADER, STREAM_INFO, StreamInfo};
use std::sync::Arc;

/// Bytes that may be checked in the search for one frame.
const SEARCH: usize = 1 << 24;

/// Opens a file whose magic is at `start`.
pub fn open(input: &Arc<Input>, start: u64) -> Result<Opened> {
    let mut block = None;
    let mut offset = start + 4;
    loop {
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
    let stream = block.and_then(|block| Some((block, StreamInfo::parse(&block)?)));
    let Some((block, stream)) = stream else {
        return Err(input.bad("FLAC without a header that makes sense"));
    };
    let codec = symphonia(Kind::Flac, Some(&block)).map_err(|e| input.bad(format!("FLAC: {e}")))?;
    let mut frames = Frames {
        window: Window::new(Arc::clone(input)),
        stream,
        first: offset,
        end: end_of_frames(input)?,
        next: offset,
    };
    let whole = frames.length()?;
    let info = ClipInfo {
        frame_rate_hz: stream.frame_rate_hz,
        channels: stream.channels,
        frames: match stream.frames {
            0 => whole,
            claimed => claimed.min(whole),
        },
    };
    let description = Description {
        info,
        delay: 0,
        loss: Loss::Fails,
        segment: None,
    };
    let source = Decoded::new(Arc::clone(input), Box::new(frames), codec, description);
    Ok(Opened {
        info: FileInfo {
            container: "FLAC",
            encoding: Kind::Flac.name(),
            frame_rate_hz: info.frame_rate_hz,
            channels: info.channels,
            frames: info.frames,
            bits_per_sample: Some(stream.bits),
        },
        source: Box::new(source),
    })
}

/// The end of the file, or of what comes before an ID3v1 tag.
fn end_of_frames(input: &Input) -> Result<u64> {
    let end = input.length();
    let tag = end.saturating_sub(128);
    Ok(match input.array::<3>(tag)?.as_ref() {
        Some(b"TAG") => tag,
        _ => end,
    })
}

struct Frames {
    window: Window,
    stream: StreamInfo,
    first: u64,
    end: u64,
    next: u64,
}

/// What begins at a place in the file.
enum Found {
    Frame(FrameHeader, usize),
    /// A frame that the end of the file cuts short, or nothing.
    End,
    Damage,
}

impl Frames {
    /// What begins at `offset`; of the `budget`, the bytes are taken that had to be looked at.
    fn frame_at(&mut self, offset: u64, budget: &mut usize) -> Result<Found> {
        let left = self.end.saturating_sub(offset);
        let stream = self.stream;
        let longest = (stream.longest_frame() as u64).min(left) as usize;
        let (mut have, mut checked, mut crc, mut others) = (longest.min(1 << 14), 0, 0, false);
        let mut header = None;
        loop {
            let bytes = self
                .window
                .at(offset, (have + LONGEST_HEADER).min(left as usize))?;
            if header.is_none() {
                header = FrameHeader::parse(bytes, &stream);
            }
            let Some(header) = header else {
                return Ok(match left {
                    0 => Found::End,
                    _ => Found::Damage,
                });
            };
            let have_now = have.min(bytes.len());
            *budget = budget.saturating_sub(have_now - checked.min(have_now));
            let mut from = checked.max(1);
            while let Some(at) = sync(&bytes[..have_now], from) {
                if FrameHeader::parse(&bytes[at..], &stream).is_some() {
                    crc = crc16(crc, &bytes[checked..at]);
                    checked = at;
                    if crc == 0 || cfg!(fuzzing) {
                        return Ok(Found::Frame(header, at));
                    }
                    others = true;
                }
                from = at + 1;
            }
            // A byte is left over, which the next look may find to begin a header.
            let until = have_now.saturating_sub(1).max(checked);
            crc = crc16(crc, &bytes[checked..until]);
            checked = until;
            if have >= longest || *budget == 0 {
                let whole = have as u64 >= left && crc16(crc, &bytes[checked..have_now]) == 0;
                return Ok(match (whole, others) {
                    (true, _) => Found::Frame(header, have_now),
                    (false, false) if have as u64 >= left => Found::End,
                    _ => Found::Damage,
                });
            }
            have = longest.min(2 * have);
        }
    }

    /// The first whole frame that begins from `offset` on, before `end`.
    fn find(&mut self, mut offset: u64, end: u64) -> Result<Option<(u64, FrameHeader, usize)>> {
        let mut budget = SEARCH;
        while offset < end && budget > 0 {
            let length = (end - offset).min(1 << 14) as usize;
            let stream = self.stream;
            let bytes = self.window.at(offset, length + LONGEST_HEADER)?;
            let length = length.min(bytes.len());
            let mut from = 0;
            let candidate = loop {
                match sync(bytes, from) {
                    Some(at) if at >= length => break None,
                    Some(at) if FrameHeader::parse(&bytes[at..], &stream).is_some() => {
                        break Some(at);
                    }
                    Some(at) => from = at + 1,
                    None => break None,
                }
            };
            budget = budget.saturating_sub(length);
            let Some(at) = candidate else {
                offset += length.max(1) as u64;
                continue;
            };
            offset += at as u64;
            if let Found::Frame(header, bytes) = self.frame_at(offset, &mut budget)? {
                return Ok(Some((offset, header, bytes)));
            }
            offset += 1;
        }
        Ok(None)
    }

    /// The end of the last whole frame.
    fn length(&mut self) -> Result<u64> {
        let mut back = 1 << 15;
        loop {
            let from = self.end.saturating_sub(back).max(self.first);
            let (mut last, mut offset) = (0, from);
            while let Some((at, header, bytes)) = self.find(offset, self.end)? {
                last = header.start + u64::from(header.frames);
                offset = at + bytes as u64;
            }
            if last > 0 || from == self.first || back > SEARCH as u64 {
                return Ok(last);
            }
            back *= 4;
        }
    }
}

impl Packets for Frames {
    fn next(&mut self, data: &mut Vec<u8>) -> Result<Option<Span>> {
        let (header, bytes) = match self.frame_at(self.next, &mut SEARCH.clone())? {
            Found::Frame(header, bytes) => (header, bytes),
            Found::End => return Ok(None),
            Found::Damage => {
                // The frames after it say how much is missing.
                let Some((at, header, bytes)) = self.find(self.next + 1, self.end)? else {
                    return Ok(None);
                };
                self.next = at;
                (header, bytes)
            }
        };
        data.clear();
        data.extend_from_slice(self.window.at(self.next, bytes)?);
        self.next += bytes as u64;
        Ok(Some(Span {
            start: header.start,
            frames: header.frames,
        }))
    }

    fn seek(&mut self, frame: u64) -> Result<()> {
        let (mut low, mut high) = (self.first, self.end);
        while high - low > 1 << 15 {
            let middle = low + (high - low) / 2;
            match self.find(middle, high)? {
                Some((at, header, _)) if header.start <= frame => low = at,
                _ => high = middle,
            }
        }
        self.next = low;
        while let Found::Frame(header, bytes) = self.frame_at(self.next, &mut SEARCH.clone())? {
            if header.start + u64::from(header.frames) > frame {
                break;
            }
            self.next += bytes as u64;
        }
        Ok(())
    }
}

/// Where, from `from` on, two bytes are that a frame may begin with.
fn sync(bytes: &[u8], from: usize) -> Option<usize> {
    let bytes = bytes.get(from..)?;
    let at = bytes
        .windows(2)
        .position(|pair| pair[0] == 0xFF && pair[1] & 0xFE == 0xF8)?;
    Some(from + at)
}
