//! Plain PCM: a header says where the samples lie and what they are, and they are read from there.

pub mod aiff;
pub mod au;
pub mod chunks;
mod encoding;
pub mod riff;

pub use encoding::{Encoding, Order};

use super::info::{FileInfo, Opened};
use super::input::Input;
use crate::clip::ClipInfo;
use crate::clip::decode::info::WHAT;
use crate::clip::source::Source;
use crate::error::Result;
use crate::memory;
use std::sync::Arc;

/// What a header says.
pub struct Header {
    pub container: &'static str,
    pub encoding: Encoding,
    pub order: Order,
    pub frame_rate_hz: u32,
    pub channels: u16,
    /// Bytes before the first sample.
    pub offset: u64,
    /// Bytes of samples; `u64::MAX` when the header does not say.
    pub length: u64,
}

/// Interleaved samples in a file.
struct Pcm {
    input: Arc<Input>,
    header: Header,
    frames: u64,
    next: u64,
    buffer: Vec<u8>,
}

/// Bytes that are read at once: enough that system calls cost little, and few enough to stay in the
/// cache until they are converted.
const STEP: usize = 1 << 18;

/// The samples behind a header: as many whole frames as the file has.
pub fn open(input: Arc<Input>, header: Header) -> Result<Opened> {
    if header.channels == 0 {
        return Err(input.bad(format!("{} with 0 channels", header.container)));
    }
    #[cfg(feature = "seeded-bugs")]
    crate::seeded::believe(header.length);
    let bytes = header
        .length
        .min(input.length().saturating_sub(header.offset));
    let frames = bytes / header.frame_bytes() as u64;
    let info = FileInfo {
        container: header.container,
        encoding: header.encoding.name(),
        frame_rate_hz: header.frame_rate_hz,
        channels: header.channels,
        frames,
        bits_per_sample: match header.encoding {
            Encoding::ALaw | Encoding::MuLaw => None,
            other => Some(8 * other.bytes() as u16),
        },
    };
    let source = Box::new(Pcm {
        input,
        header,
        frames,
        next: 0,
        buffer: Vec::new(),
    });
    Ok(Opened { info, source })
}

impl Header {
    fn frame_bytes(&self) -> usize {
        usize::from(self.channels) * self.encoding.bytes()
    }
}

impl Source for Pcm {
    fn info(&self) -> ClipInfo {
        ClipInfo {
            frame_rate_hz: self.header.frame_rate_hz,
            channels: self.header.channels,
            frames: self.frames,
        }
    }

    fn certain_frames(&self) -> u64 {
        self.frames
    }

    fn read(&mut self, out: &mut [&mut [f32]]) -> Result<usize> {
        let frame_bytes = self.header.frame_bytes();
        let left = self.frames - self.next;
        let wanted = out
            .first()
            .map_or(0, |channel| channel.len())
            .min(left as usize);
        let offset = |frame: u64| self.header.offset + frame * frame_bytes as u64;
        let mut done = 0;
        if let [one] = out
            && self.header.encoding == Encoding::F32
            && self.header.order == Order::NATIVE
        {
            let bytes = bytemuck::cast_slice_mut(&mut one[..wanted]);
            done = self.input.read_at(offset(self.next), bytes)? / frame_bytes;
        } else {
            memory::resize(&mut self.buffer, STEP.max(frame_bytes), 0, WHAT)?;
            let step = self.buffer.len() / frame_bytes;
            while done < wanted {
                let frames = step.min(wanted - done);
                let bytes = &mut self.buffer[..frames * frame_bytes];
                let read = self.input.read_at(offset(self.next + done as u64), bytes)?;
                let whole = read / frame_bytes;
                let bytes = &bytes[..whole * frame_bytes];
                let Header {
                    encoding, order, ..
                } = self.header;
                encoding.decode(order, bytes, out, done);
                done += whole;
                if whole < frames {
                    break; // the file became shorter since it was opened
                }
            }
        }
        self.next += done as u64;
        Ok(done)
    }

    fn seek(&mut self, frame: u64) -> Result<()> {
        self.next = frame.min(self.frames);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
