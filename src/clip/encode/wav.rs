//! WAV, and RF64 for what passes 4 GiB; the samples of Wave64, too.
//!
//! The header keeps room for a `ds64` chunk in a `JUNK` chunk of the same size, as EBU Tech 3306
//! (RF64: an extended file format for audio, section 3.5) describes, so that a file can change
//! from the one to the other while it is being written.

use super::encoding::{Encoding, FileFormat, Shape};
use super::quantize::Quantizer;
use super::w64;
use crate::error::Result;
use crate::memory;

pub(super) struct Wav {
    shape: Shape,
    quantizer: Quantizer,
    /// The largest size that its 32-bit fields hold.
    most_bytes: u64,
}

const DS64_BYTES: u32 = 28;
/// Marks a size that stands in `ds64`.
const SEE_DS64: u32 = u32::MAX;

const TAG_INTEGERS: u16 = 1;
const TAG_FLOATS: u16 = 3;
const TAG_EXTENSIBLE: u16 = 0xFFFE;
/// What follows the tag in the GUID of an extensible format.
const GUID_TAIL: [u8; 14] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71];

impl Wav {
    pub fn new(shape: Shape) -> Wav {
        Wav {
            shape,
            quantizer: Quantizer::new(shape.format.bits().min(24)),
            most_bytes: u64::from(u32::MAX) - 1,
        }
    }

    /// As [`Wav::new`], but one that becomes RF64 beyond so many bytes.
    #[cfg(test)]
    pub fn with_most_bytes(shape: Shape, most_bytes: u64) -> Wav {
        Wav {
            most_bytes,
            ..Wav::new(shape)
        }
    }

    fn frame_bytes(&self) -> u64 {
        u64::from(self.shape.channels) * u64::from(self.shape.format.bits() / 8)
    }

    fn is_float(&self) -> bool {
        self.shape.format.bits() == 32
    }

    fn is_wave64(&self) -> bool {
        use FileFormat::{Wave64_16, Wave64_24, Wave64F32};
        matches!(self.shape.format, Wave64_16 | Wave64_24 | Wave64F32)
    }

    /// What describes a sample. More than two channels need the extensible form, whose channel
    /// mask says that they are no loudspeakers in particular; in Wave64, libsndfile takes its floats for
    /// integers.
    fn format_chunk(&self) -> Vec<u8> {
        let Shape {
            format,
            channels,
            frame_rate_hz,
        } = self.shape;
        let tag = if self.is_float() {
            TAG_FLOATS
        } else {
            TAG_INTEGERS
        };
        let extensible = channels > 2 && !self.is_wave64();
        let frame_bytes = self.frame_bytes() as u16;
        let mut chunk = Vec::with_capacity(40);
        chunk.extend(if extensible { TAG_EXTENSIBLE } else { tag }.to_le_bytes());
        chunk.extend(channels.to_le_bytes());
        chunk.extend(frame_rate_hz.to_le_bytes());
        chunk.extend((frame_rate_hz * u32::from(frame_bytes)).to_le_bytes());
        chunk.extend(frame_bytes.to_le_bytes());
        chunk.extend(format.bits().to_le_bytes());
        if extensible {
            chunk.extend(22u16.to_le_bytes());
            chunk.extend(format.bits().to_le_bytes());
            chunk.extend(0u32.to_le_bytes());
            chunk.extend(tag.to_le_bytes());
            chunk.extend(GUID_TAIL);
        } else if self.is_float() {
            chunk.extend(0u16.to_le_bytes());
        }
        chunk
    }

    fn padding(&self, body_bytes: u64) -> &'static [u8] {
        match body_bytes.is_multiple_of(2) {
            // Chunks have an even length.
            false if !self.is_wave64() => &[0],
            _ => &[],
        }
    }

    fn header_with(&self, frames: u64, body_bytes: u64, padding: u64) -> Vec<u8> {
        let format = self.format_chunk();
        if self.is_wave64() {
            return w64::header(&format, Some(body_bytes));
        }
        // `RIFF`, its size and `WAVE`; the three chunks that are always there; `fact`; `data`.
        let fact_bytes = if self.is_float() { 12 } else { 0 };
        let header_bytes =
            12 + 8 + u64::from(DS64_BYTES) + 8 + format.len() as u64 + fact_bytes + 8;
        let riff_bytes = header_bytes - 8 + body_bytes + padding;
        let is_rf64 = riff_bytes > self.most_bytes;
        let size = |bytes: u64| if is_rf64 { SEE_DS64 } else { bytes as u32 };

        let mut header = Vec::with_capacity(header_bytes as usize);
        header.extend(if is_rf64 { b"RF64" } else { b"RIFF" });
        header.extend(size(riff_bytes).to_le_bytes());
        header.extend(b"WAVE");
        header.extend(if is_rf64 { b"ds64" } else { b"JUNK" });
        header.extend(DS64_BYTES.to_le_bytes());
        if is_rf64 {
            header.extend(riff_bytes.to_le_bytes());
            header.extend(body_bytes.to_le_bytes());
            header.extend(frames.to_le_bytes());
            header.extend(0u32.to_le_bytes());
        } else {
            header.extend([0; DS64_BYTES as usize]);
        }
        header.extend(b"fmt ");
        header.extend((format.len() as u32).to_le_bytes());
        header.extend(format);
        if self.is_float() {
            header.extend(b"fact");
            header.extend(4u32.to_le_bytes());
            header.extend(size(frames).to_le_bytes());
        }
        header.extend(b"data");
        header.extend(size(body_bytes).to_le_bytes());
        debug_assert_eq!(header.len() as u64, header_bytes);
        header
    }
}

impl Encoding for Wav {
    fn encode(&mut self, samples: &[f32], body: &mut Vec<u8>) -> Result<u64> {
        match self.shape.format.bits() {
            16 => body.extend(
                samples
                    .iter()
                    .flat_map(|&x| (self.quantizer.integer(x) as i16).to_le_bytes()),
            ),
            24 => {
                for &sample in samples {
                    let [low, middle, high, _] = self.quantizer.integer(sample).to_le_bytes();
                    body.extend([low, middle, high]);
                }
            }
            _ => body.extend(samples.iter().flat_map(|x| x.to_le_bytes())),
        }
        Ok(samples.len() as u64 / u64::from(self.shape.channels))
    }

    fn encode_silence(&mut self, frames: u64, body: &mut Vec<u8>) -> Result<u64> {
        let bytes = (frames * self.frame_bytes()) as usize;
        memory::resize(body, body.len() + bytes, 0, "silence")?;
        Ok(frames)
    }

    fn flush(&mut self, _body: &mut Vec<u8>) -> Result<u64> {
        Ok(0)
    }

    fn silent_frame_bytes(&self) -> Option<u64> {
        Some(self.frame_bytes())
    }

    fn header(&self, frames: u64, body_bytes: u64) -> Vec<u8> {
        self.header_with(frames, body_bytes, 0)
    }

    fn completed(&self, frames: u64, body_bytes: u64) -> (Vec<u8>, &'static [u8]) {
        let padding = self.padding(body_bytes);
        let header = self.header_with(frames, body_bytes, padding.len() as u64);
        (header, padding)
    }

    fn announced(&self, frames: Option<u64>) -> Vec<u8> {
        if let Some(frames) = frames {
            let body_bytes = frames.saturating_mul(self.frame_bytes());
            return self.completed(frames, body_bytes).0;
        }
        if self.is_wave64() {
            return w64::header(&self.format_chunk(), None);
        }
        // Sizes of -1, as usual in pipes: everything that follows is samples.
        let mut header = self.header(0, 0);
        let data = header.len() - 4;
        header[data..].fill(0xFF);
        header[4..8].fill(0xFF);
        header
    }

    fn clipped(&self) -> u64 {
        self.quantizer.clipped
    }
}
