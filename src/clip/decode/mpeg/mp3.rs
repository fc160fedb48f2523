//! MP3 (ISO 11172-3, 13818-3, layer III). An `Info` or `Xing` frame, as LAME and libavcodec write
//! it, says how much the encoder put before and after.

use super::{FrameHeader, walk};
use crate::clip::ClipInfo;
use crate::clip::decode::codec::{Kind, symphonia};
use crate::clip::decode::input::Input;
use crate::clip::decode::packets::{Decoded, Description, Loss};
use crate::clip::decode::table::{Lead, Place, Table};
use crate::clip::decode::{FileInfo, Opened};
use crate::error::Result;
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
    pub fn parse(bytes: &[u8]) -> Option<Header> {
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
        let bit_rate = 1_000 * bit_rates.get(usize::from(rates >> 4))?;
        if bit_rate == 0 {
            return None; // "free format", which nobody writes
        }
        let factor = if divisor == 1 { 144 } else { 72 };
        Some(Header {
            divisor,
            frame_rate_hz,
            channels: if mode >> 6 == 3 { 1 } else { 2 },
            protected: version & 1 == 0,
            bytes: factor * bit_rate / frame_rate_hz + u32::from(rates >> 1 & 1),
        })
    }

    fn frames(&self) -> u32 {
        if self.divisor == 1 { 1_152 } else { 576 }
    }

    /// Bytes before the main data.
    fn side(&self) -> u64 {
        let side = match (self.divisor, self.channels) {
            (1, 1) => 17,
            (1, _) => 32,
            (_, 1) => 9,
            _ => 17,
        };
        4 + side + if self.protected { 2 } else { 0 }
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

/// Opens a file whose first frame is at `start`.
pub fn open(input: &Arc<Input>, start: u64, first: Header) -> Result<Opened> {
    let tag = Tag::read(input, start, first)?;
    let skip = if tag.is_some() { first.bytes } else { 0 };
    let places = walk(
        input,
        start + u64::from(skip),
        first,
        Header::parse,
        |offset, header| Place {
            offset,
            bytes: header.bytes,
        },
    )?;
    let frames = places.len() as u64 * u64::from(first.frames());
    let tag = tag.unwrap_or_default();
    let delay = tag
        .delay
        .map_or(0, |delay| u64::from(delay) + DECODER_DELAY);
    let end = match tag.frames {
        0 => frames,
        count => {
            let all = u64::from(count) * u64::from(first.frames());
            let padding = u64::from(tag.padding).saturating_sub(DECODER_DELAY);
            frames.min(all.saturating_sub(padding))
        }
    };
    let info = ClipInfo {
        frame_rate_hz: first.frame_rate_hz,
        channels: first.channels,
        frames: end.saturating_sub(delay),
    };
    let codec = symphonia(Kind::Mp3, None).map_err(|error| input.bad(format!("MP3: {error}")))?;
    let description = Description {
        info,
        delay,
        loss: Loss::Silence,
        segment: None,
    };
    let table = Table::new(Arc::clone(input), places, first.frames(), LEAD);
    Ok(Opened {
        info: FileInfo {
            container: "MP3",
            encoding: Kind::Mp3.name(),
            frame_rate_hz: info.frame_rate_hz,
            channels: info.channels,
            frames: info.frames,
            bits_per_sample: None,
        },
        source: Box::new(Decoded::new(Arc::clone(input), table, codec, description)),
    })
}

/// What the first frame says of all others, in place of sound.
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
    fn read(input: &Input, start: u64, header: Header) -> Result<Option<Tag>> {
        if input.array(start + 36)? == Some(*b"VBRI") {
            return Ok(Some(Tag::default()));
        }
        let offset = start + header.side();
        let Some([a, b, c, d, _, _, _, flags]) = input.array::<8>(offset)? else {
            return Ok(None);
        };
        if !matches!(&[a, b, c, d], b"Xing" | b"Info") {
            return Ok(None);
        }
        let mut tag = Tag::default();
        let mut next = offset + 8;
        if flags & 1 != 0 {
            tag.frames = input.array(next)?.map_or(0, u32::from_be_bytes);
        }
        for (bit, bytes) in [(1, 4), (2, 4), (4, 100), (8, 4)] {
            next += if flags & bit != 0 { bytes } else { 0 };
        }
        if matches!(
            input.array(next)?,
            Some([b'L', b'A', b'M', b'E'] | [b'L', b'a', b'v', b'f' | b'c'])
        ) && let Some([a, b, c]) = input.array(next + 21)?
        {
            tag.delay = Some(u16::from(a) << 4 | u16::from(b >> 4));
            tag.padding = u16::from(b & 15) << 8 | u16::from(c);
        }
        Ok(Some(tag))
    }
}
