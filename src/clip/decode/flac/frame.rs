//! The headers of FLAC (RFC 9639): what the stream is, and where each frame belongs.

use crate::clip::decode::crc::crc8;

/// Bytes of the block that says what the stream is.
pub const STREAM_INFO: usize = 34;

/// The longest header of a frame.
pub const LONGEST_HEADER: usize = 16;

/// What the `STREAMINFO` block says (section 8.2), of which encoders get the sizes of blocks wrong.
#[derive(Clone, Copy, Debug)]
pub struct StreamInfo {
    /// Frames of the shortest block but the last, and of the longest.
    pub block_frames: (u16, u16),
    pub frame_rate_hz: u32,
    pub channels: u16,
    pub bits: u16,
    /// Length, if it was known.
    pub frames: Option<u64>,
}

impl StreamInfo {
    /// Reads the block, or says that there can be no such stream.
    pub fn parse(block: &[u8; STREAM_INFO]) -> Option<StreamInfo> {
        let [a, b, c, d, _, _, _, _, _, _, rest @ ..] = block;
        let packed = u64::from_be_bytes(*rest.first_chunk()?);
        let info = StreamInfo {
            block_frames: (u16::from_be_bytes([*a, *b]), u16::from_be_bytes([*c, *d])),
            frame_rate_hz: (packed >> 44) as u32,
            channels: (packed >> 41 & 7) as u16 + 1,
            bits: (packed >> 36 & 31) as u16 + 1,
            frames: Some(packed & ((1 << 36) - 1)).filter(|frames| *frames > 0),
        };
        (info.bits >= 4).then_some(info)
    }

    /// What is wrong with a stream of so many frames, if some are missing at its end.
    pub fn cut_at(&self, frames: u64) -> Option<String> {
        let promised = self.frames.filter(|promised| frames < *promised)?;
        Some(format!(
            "FLAC that ends at frame {frames}; its header promises {promised}"
        ))
    }
}

/// What the subframes of a frame are (section 9.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channels {
    Independent(u16),
    LeftSide,
    SideRight,
    MidSide,
}

impl Channels {
    pub fn count(self) -> u16 {
        match self {
            Channels::Independent(count) => count,
            Channels::LeftSide | Channels::SideRight | Channels::MidSide => 2,
        }
    }

    /// The subframe that holds the difference of two channels, which takes one bit more.
    pub fn side(self) -> Option<u16> {
        match self {
            Channels::Independent(_) => None,
            Channels::SideRight => Some(0),
            Channels::LeftSide | Channels::MidSide => Some(1),
        }
    }
}

/// Where a FLAC frame belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// How many blocks come before it.
    Blocks(u64),
    /// How many frames come before it.
    Frames(u64),
}

impl Number {
    pub fn value(self) -> u64 {
        match self {
            Number::Blocks(number) | Number::Frames(number) => number,
        }
    }
}

/// What the header of a frame says (section 9.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameHeader {
    pub number: Number,
    pub frames: u32,
    pub channels: Channels,
    pub bits: u16,
    pub frame_rate_hz: u32,
    /// Bytes of the header.
    pub length: usize,
}

impl FrameHeader {
    /// Reads the header that `bytes` begin with, if they do; what it leaves out, the stream says.
    pub fn parse(bytes: &[u8], stream: &StreamInfo) -> Option<FrameHeader> {
        let &[0xFF, sync @ (0xF8 | 0xF9), sizes, layout, ..] = bytes else {
            return None;
        };
        let channels = match layout >> 4 {
            n @ 0..8 => Channels::Independent(u16::from(n) + 1),
            8 => Channels::LeftSide,
            9 => Channels::SideRight,
            10 => Channels::MidSide,
            _ => return None,
        };
        let bits = match layout >> 1 & 7 {
            0 => stream.bits,
            1 => 8,
            2 => 12,
            4 => 16,
            5 => 20,
            6 => 24,
            7 => 32,
            _ => return None,
        };
        if layout & 1 != 0 {
            return None;
        }
        let (number, mut length) = coded_number(bytes.get(4..)?)?;
        length += 4;
        let mut more = |count: usize| {
            let bytes = bytes.get(length..length + count)?;
            length += count;
            Some(bytes.iter().fold(0, |n, byte| n << 8 | u32::from(*byte)))
        };
        let frames = match sizes >> 4 {
            0 => return None,
            1 => 192,
            n @ 2..=5 => 576 << (n - 2),
            6 => more(1)? + 1,
            7 => more(2)? + 1,
            n => 256 << (n - 8),
        };
        const RATES_HZ: [u32; 11] = [
            88_200, 176_400, 192_000, 8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000,
        ];
        let frame_rate_hz = match sizes & 15 {
            0 => stream.frame_rate_hz,
            n @ 1..=11 => RATES_HZ[usize::from(n) - 1],
            12 => 1_000 * more(1)?,
            13 => more(2)?,
            14 => 10 * more(2)?,
            _ => return None,
        };
        // A fuzzer would need too long to find the right checksum.
        let intact = crc8(bytes.get(..length)?) == *bytes.get(length)? || cfg!(fuzzing);
        intact.then_some(FrameHeader {
            number: match sync {
                0xF8 => Number::Blocks(number),
                _ => Number::Frames(number),
            },
            frames,
            channels,
            bits,
            frame_rate_hz,
            length: length + 1,
        })
    }

    /// The bits of each subframe's samples.
    pub fn sample_bits(&self) -> impl Iterator<Item = u32> {
        let (bits, side) = (u32::from(self.bits), self.channels.side());
        (0..self.channels.count()).map(move |channel| bits + u32::from(side == Some(channel)))
    }

    /// The bytes of a frame whose samples are stored as they are. A good encoder takes no more.
    pub fn verbatim_bytes(&self) -> usize {
        let bits: usize = self
            .sample_bits()
            .map(|bits| bits as usize * self.frames as usize + 8)
            .sum();
        self.length + bits.div_ceil(8) + 2
    }
}

/// A number of up to 36 bits, coded as UTF-8 codes characters, and how many bytes it takes.
fn coded_number(bytes: &[u8]) -> Option<(u64, usize)> {
    let first = *bytes.first()?;
    let length = match first.leading_ones() {
        0 => return Some((first.into(), 1)),
        n @ 2..=7 => n as usize,
        _ => return None,
    };
    let mut number = u64::from(first) & (0x7F >> length);
    for byte in bytes.get(1..length)? {
        if byte >> 6 != 2 {
            return None;
        }
        number = number << 6 | u64::from(byte & 0x3F);
    }
    Some((number, length))
}
