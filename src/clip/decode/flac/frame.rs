//! The headers of FLAC (RFC 9639): what the stream is, and where each frame belongs.

use crate::clip::decode::crc::crc8;

/// Bytes of the block that says what the stream is.
pub const STREAM_INFO: usize = 34;

/// The longest header of a frame.
pub const LONGEST_HEADER: usize = 16;

/// What the `STREAMINFO` block says.
#[derive(Clone, Copy, Debug)]
pub struct StreamInfo {
    pub block_frames: u16,
    pub frame_rate_hz: u32,
    pub channels: u16,
    pub bits: u16,
    /// Length; 0 when it was not known.
    pub frames: u64,
}

impl StreamInfo {
    /// Reads the block, or says that there can be no such stream.
    pub fn parse(block: &[u8; STREAM_INFO]) -> Option<StreamInfo> {
        let [_, _, a, b, _, _, _, _, _, _, c @ ..] = block;
        let packed = u64::from_be_bytes(*c.first_chunk()?);
        let info = StreamInfo {
            block_frames: u16::from_be_bytes([*a, *b]),
            frame_rate_hz: (packed >> 44) as u32,
            channels: (packed >> 41 & 7) as u16 + 1,
            bits: (packed >> 36 & 31) as u16 + 1,
            frames: packed & ((1 << 36) - 1),
        };
        (info.block_frames >= 16 && info.bits >= 4).then_some(info)
    }

    /// The most bytes that a frame can take: every sample as it is, a bit more for the difference
    /// of two channels, and the headers.
    pub fn longest_frame(&self) -> usize {
        let bits = usize::from(self.bits) + 1;
        let samples = usize::from(self.block_frames) * usize::from(self.channels);
        samples * bits / 8 + 16 * usize::from(self.channels) + LONGEST_HEADER + 2
    }
}

/// What the header of a frame says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameHeader {
    pub start: u64,
    pub frames: u32,
}

impl FrameHeader {
    /// Reads the header that `bytes` begin with, if they do and it fits the stream.
    pub fn parse(bytes: &[u8], info: &StreamInfo) -> Option<FrameHeader> {
        let &[0xFF, sync @ (0xF8 | 0xF9), sizes, layout, ..] = bytes else {
            return None;
        };
        let channels = match layout >> 4 {
            n @ 0..8 => u16::from(n) + 1,
            8..=10 => 2,
            _ => return None,
        };
        let bits = match layout >> 1 & 7 {
            0 => info.bits,
            1 => 8,
            2 => 12,
            4 => 16,
            5 => 20,
            6 => 24,
            7 => 32,
            _ => return None,
        };
        if channels != info.channels || bits != info.bits || layout & 1 != 0 {
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
        match sizes & 15 {
            12 => drop(more(1)?),
            13 | 14 => drop(more(2)?),
            15 => return None,
            _ => {}
        }
        // A fuzzer would take too long to come by the right checksum.
        let intact = crc8(bytes.get(..length)?) == *bytes.get(length)? || cfg!(fuzzing);
        if frames > u32::from(info.block_frames) || !intact {
            return None;
        }
        let start = match sync {
            0xF8 => number.checked_mul(info.block_frames.into())?,
            _ => number,
        };
        Some(FrameHeader { start, frames })
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
