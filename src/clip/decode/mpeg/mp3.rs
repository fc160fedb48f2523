//! MP3 (ISO 11172-3, 13818-3, layer III). An `Info` or `Xing` frame, as LAME and libavcodec write
//! it, says how much the encoder put before and after.

use super::mp3_decoder;
use super::open_runs::open_runs;
use super::runs::{FrameHeader, Run, runs};
use crate::clip::ClipInfo;
use crate::clip::decode::info::WHAT;
use crate::clip::decode::info::{FileInfo, Opened};
use crate::clip::decode::input::{Input, InputWindow};
use crate::clip::decode::mp4::boxes::Bytes;
use crate::clip::decode::packets::{Decoded, Description, Loss};
use crate::clip::decode::table::{Lead, PacketPlace, PacketTable};
use crate::clip::decode::tags;
use crate::error::Result;
use crate::memory;
use std::sync::Arc;

/// Frames that a decoder gives later than the encoder took them.
const DECODER_DELAY: u64 = 529;

/// A frame overlaps with the one before, and the filter bank of that with the one before it; the
/// main data may begin 511 bytes before them, not counting headers and side information. Some more
/// frames cost nothing.
const LEAD: Lead = Lead {
    packets: 5,
    bytes: 511,
    overhead: 38,
};

/// Kilobits per second, of MPEG-1 and of MPEG-2 and 2.5.
const BIT_RATES: [[u32; 15]; 2] = [
    [
        0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
    ],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];

/// Bytes of the longest frame in free format that the decoder takes.
const LONGEST_FREE: u32 = 2_304;

/// The header of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// 1, 2 or 4: how often the rates of MPEG-1 are halved.
    divisor: u32,
    frame_rate_hz: u32,
    channels: u16,
    protected: bool,
    bytes: u32,
}

impl Header {
    /// Reads the header that `bytes` begin with. `free` is how long frames in free format are, whose
    /// headers do not tell; 0 if there are none.
    pub fn parse(bytes: &[u8], free: u32) -> Option<Header> {
        let &[0xFF, version, rates, mode, ..] = bytes else {
            return None;
        };
        // The upper bits are ones, the layer is III.
        if version & 0xE6 != 0xE2 {
            return None;
        }
        let divisor = match version >> 3 & 3 {
            0 => 4,
            2 => 2,
            3 => 1,
            _ => return None,
        };
        let frame_rate_hz = [44_100, 48_000, 32_000].get(usize::from(rates >> 2 & 3))? / divisor;
        let bit_rates = &BIT_RATES[usize::from(divisor > 1)];
        let factor = if divisor == 1 { 144 } else { 72 };
        let bytes = match *bit_rates.get(usize::from(rates >> 4))? {
            0 if free == 0 => return None,
            0 => free,
            kilobits => factor * 1_000 * kilobits / frame_rate_hz,
        };
        Some(Header {
            divisor,
            frame_rate_hz,
            channels: if mode >> 6 == 3 { 1 } else { 2 },
            protected: version & 1 == 0,
            bytes: bytes + u32::from(rates >> 1 & 1),
        })
    }

    fn frames(&self) -> u32 {
        if self.divisor == 1 { 1_152 } else { 576 }
    }

    /// Bytes of the side information.
    fn side(&self) -> usize {
        match (self.divisor, self.channels) {
            (1, 1) => 17,
            (1, _) => 32,
            (_, 1) => 9,
            _ => 17,
        }
    }
}

impl FrameHeader for Header {
    const BYTES: usize = 4;

    fn frame_bytes(&self) -> u32 {
        self.bytes
    }

    fn fits(&self, other: &Header) -> bool {
        (self.frame_rate_hz, self.channels) == (other.frame_rate_hz, other.channels)
    }
}

/// How long frames in free format are without padding, if the file begins with one: their headers do
/// not tell, so that the next header has to be found. 0 if there is none.
pub fn free_format(window: &mut InputWindow) -> Result<u32> {
    let bytes = window.at(0, 3 * LONGEST_FREE as usize)?;
    // Which padding a header tells, if it is of the same stream in free format.
    let padding = |at: usize| -> Option<usize> {
        let header = Header::parse(bytes.get(at..)?, 1)?;
        let same = header.fits(&Header::parse(bytes, 1)?) && bytes[at + 2] >> 4 == 0;
        same.then_some(header.bytes as usize - 1)
    };
    let Some(first) = padding(0) else {
        return Ok(0);
    };
    // Each length at which a second header lies, and what lies behind the second frame.
    let found = (24..=LONGEST_FREE as usize).filter_map(|length| {
        let second = length + first;
        let third = second + length + padding(second)?;
        Some((length, third, padding(third).is_some()))
    });
    for (length, third, is_header) in found.collect::<Vec<_>>() {
        if is_header || is_end(window, third as u64)? {
            return Ok(length as u32);
        }
    }
    Ok(0)
}

/// Whether nothing but tags lies from `offset` to the end of the file.
fn is_end(window: &InputWindow, offset: u64) -> Result<bool> {
    let (input, end) = (window.input(), window.input().length());
    Ok(offset <= end && tags::after_tags(input, offset)? == end)
}

/// What a file is called whose first frame is MPEG audio of another layer.
pub fn other_layer(head: &[u8]) -> Option<&'static str> {
    let &[0xFF, version, rates, _, ..] = head else {
        return None;
    };
    let known = version >> 5 == 7 && version >> 3 & 3 != 1 && rates >> 4 < 15 && rates & 12 != 12;
    match version >> 1 & 3 {
        2 if known => Some("MPEG audio of layer II (MP2)"),
        3 if known => Some("MPEG audio of layer I (MP1)"),
        _ => None,
    }
}

/// Opens a file whose first frame is at `start`; `free` as [`free_format`] tells.
pub fn open(input: &Arc<Input>, start: u64, free: u32) -> Result<Opened> {
    let parse = |bytes: &[u8]| Header::parse(bytes, free);
    let place = |offset, header: Header| PacketPlace {
        offset,
        bytes: header.bytes,
    };
    let runs = runs(input, start, parse, Tag::is_in, place)?;
    let mut all = memory::room(2 * runs.len(), WHAT)?;
    for mut run in runs {
        let appended = split(&mut run)?;
        all.push(run);
        all.extend(appended);
    }
    open_runs(input, all, move |input, run| open_run(input, run, free))
}

/// Takes away the frames behind those that a tag counts, which were appended by another program. One more
/// is none of them: some encoders count the frame of the tag, others do not.
fn split(run: &mut Run<Header>) -> Result<Option<Run<Header>>> {
    let tag = run.description.as_ref();
    let counted = tag
        .and_then(|frame| Tag::parse(frame, &run.first))
        .map_or(0, |tag| tag.frames);
    let counted = counted as usize;
    if counted == 0 || counted + 1 >= run.places.len() {
        return Ok(None);
    }
    let places = memory::collect(run.places.drain(counted..), WHAT)?;
    Ok(Some(Run {
        first: run.first,
        places,
        description: None,
    }))
}

/// Opens what one encoder wrote at once.
fn open_run(input: &Arc<Input>, run: &Run<Header>, free: u32) -> Result<Opened> {
    let first = run.first;
    let places = memory::collect(run.places.iter().copied(), WHAT)?;
    let tag = run.description.as_ref();
    let tag = tag.and_then(|frame| Tag::parse(frame, &first));
    let tag = tag.unwrap_or_default();
    let held = places.len() as u64;
    let frames = held * u64::from(first.frames());
    let delay = tag
        .delay
        .map_or(0, |delay| u64::from(delay) + DECODER_DELAY);
    let end = match u64::from(tag.frames) {
        0 => frames,
        count => {
            let padding = u64::from(tag.padding).saturating_sub(DECODER_DELAY);
            frames.min((count * u64::from(first.frames())).saturating_sub(padding))
        }
    };
    let info = ClipInfo {
        frame_rate_hz: first.frame_rate_hz,
        channels: first.channels,
        frames: end.saturating_sub(delay),
    };
    let description = Description {
        info,
        delay,
        loss: Loss::Silence,
        segment: None,
    };
    let codec = mp3_decoder::decoder(free);
    let table = PacketTable::new(Arc::clone(input), places, first.frames(), LEAD);
    Ok(Opened {
        info: FileInfo {
            container: "MP3",
            encoding: "MP3",
            frame_rate_hz: info.frame_rate_hz,
            channels: info.channels,
            frames: info.frames,
            bits_per_sample: None,
        },
        source: Box::new(Decoded::new(Arc::clone(input), table, codec, description)),
    })
}

/// What a first frame says of all others, in place of sound.
#[derive(Default)]
struct Tag {
    /// How many packets there are; 0 when it does not say.
    frames: u32,
    /// Frames that the encoder put before, if it says.
    delay: Option<u16>,
    /// Frames that the encoder put after.
    padding: u16,
}

impl Tag {
    /// Whether a frame holds a tag in place of sound. Inside a file, where sound may look like one,
    /// the side information must be empty, too.
    fn is_in(frame: &[u8], header: &Header, is_first: bool) -> bool {
        let checksum = if header.protected { 2 } else { 0 };
        let side = frame.get(4 + checksum..4 + header.side()).unwrap_or(&[]);
        Tag::parse(frame, header).is_some() && (is_first || side.iter().all(|byte| *byte == 0))
    }

    fn parse(frame: &[u8], header: &Header) -> Option<Tag> {
        if frame
            .get(36..)
            .is_some_and(|bytes| bytes.starts_with(b"VBRI"))
        {
            return Some(Tag::default());
        }
        // Encoders disagree whether a checksum comes before the side information.
        let offsets = [4 + header.side(), 4 + 2 + header.side()];
        let count = if header.protected { 2 } else { 1 };
        let mut tag = offsets[..count].iter().find_map(|offset| {
            let bytes = frame.get(*offset..)?;
            matches!(bytes.get(..4)?, b"Xing" | b"Info").then_some(Bytes(&bytes[4..]))
        })?;
        let flags = tag.u32()?;
        let mut found = Tag::default();
        if flags & 1 != 0 {
            found.frames = tag.u32()?;
        }
        for (bit, bytes) in [(2, 4), (4, 100), (8, 4)] {
            if flags & bit != 0 {
                tag.skip(bytes)?;
            }
        }
        let is_known = [&b"LAME"[..], b"Lavf", b"Lavc"]
            .iter()
            .any(|name| tag.0.starts_with(name));
        if is_known && let Some(&[a, b, c, ..]) = tag.0.get(21..) {
            found.delay = Some(u16::from(a) << 4 | u16::from(b >> 4));
            found.padding = u16::from(b & 15) << 8 | u16::from(c);
        }
        Some(found)
    }
}
