//! FLAC (RFC 9639), through the `flac-codec` crate, which makes the frames; the stream's header is
//! written here, so that it can be brought up to date while the stream grows.

use super::quantize::Quantizer;
use super::{Encoding, PIECE_FRAMES, Shape};
use crate::error::{Error, Result};
use crate::memory;
use flac_codec::encode::{FlacStreamWriter, Options};
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What a FLAC stream can have.
pub(super) const MAX_CHANNELS: u16 = 8;

/// The metadata block that a stream must have, and which is the last one here.
const LAST_BLOCK_IS_STREAMINFO: u32 = 0x80 << 24;
const STREAMINFO_BYTES: u32 = 34;

/// Whether the header of a FLAC frame has a number for this rate: a multiple of 10 Hz, or any up
/// to 65,534 Hz.
pub(super) fn has_rate(frame_rate_hz: u32) -> bool {
    frame_rate_hz < 65_535 || frame_rate_hz < 655_350 && frame_rate_hz.is_multiple_of(10)
}

/// What memory is for.
const WHAT: &str = "a FLAC file that is written";

pub(super) struct Flac {
    shape: Shape,
    quantizer: Quantizer,
    encoder: FlacStreamWriter<Sink>,
    /// What the encoder wrote last.
    sink: Sink,
    block_frames: usize,
    /// Interleaved samples that do not fill a block yet.
    pending: Vec<i32>,
    /// Of all samples that were encoded.
    digest: md5::Context,
    /// Bytes of the smallest and the largest frame; (0, 0): none yet.
    frame_bytes: (u32, u32),
}

/// Where the encoder, which owns its writer, leaves a frame for us to fetch.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Sink {
    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.bytes().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Flac {
    pub fn new(shape: Shape) -> Result<Flac> {
        // A block is a twentieth to a quarter of a second, so that little waits for its end.
        let block_frames = match shape.frame_rate_hz {
            32_000.. => PIECE_FRAMES,
            8_000.. => 1024,
            _ => 256,
        };
        let options = Options::default().fast_channel_correlation(true);
        let sink = Sink::default();
        // What does not fill a block, and a piece.
        let pending = (block_frames + PIECE_FRAMES) * usize::from(shape.channels);
        Ok(Flac {
            shape,
            quantizer: Quantizer::new(shape.format.bits()),
            encoder: FlacStreamWriter::new(sink.clone(), options),
            sink,
            block_frames,
            pending: memory::room(pending, WHAT)?,
            digest: md5::Context::new(),
            frame_bytes: (0, 0),
        })
    }

    /// Encodes the first `frames` of what is pending as one FLAC frame.
    fn encode_block(&mut self, frames: usize, body: &mut Vec<u8>) -> Result<()> {
        let Shape {
            format,
            channels,
            frame_rate_hz,
        } = self.shape;
        let samples = &self.pending[..frames * usize::from(channels)];
        self.sink.bytes().clear();
        self.encoder
            .write(frame_rate_hz, channels as u8, format.bits().into(), samples)
            .map_err(|e| Error::InvalidState(format!("encoding FLAC: {e}")))?;
        let sample_bytes = usize::from(format.bits() / 8);
        for sample in samples {
            self.digest.consume(&sample.to_le_bytes()[..sample_bytes]);
        }
        let encoded = self.sink.bytes();
        memory::reserve(body, encoded.len(), WHAT)?;
        body.extend(&*encoded);
        let bytes = encoded.len() as u32;
        self.frame_bytes = match self.frame_bytes {
            (0, 0) => (bytes, bytes),
            (smallest, largest) => (smallest.min(bytes), largest.max(bytes)),
        };
        drop(encoded);
        self.pending.drain(..frames * usize::from(channels));
        Ok(())
    }

    /// `fLaC` and the STREAMINFO block (RFC 9639, section 8.2).
    fn header_with(&self, frames: u64, digest: [u8; 16]) -> Vec<u8> {
        let Shape {
            format,
            channels,
            frame_rate_hz,
        } = self.shape;
        // 36 bits; 0 says that the length is not known.
        let frames = if frames < 1 << 36 { frames } else { 0 };
        let block = self.block_frames as u16;
        let (smallest, largest) = self.frame_bytes;
        let mut header = Vec::with_capacity(8 + STREAMINFO_BYTES as usize);
        header.extend(b"fLaC");
        header.extend((LAST_BLOCK_IS_STREAMINFO | STREAMINFO_BYTES).to_be_bytes());
        header.extend(block.to_be_bytes());
        header.extend(block.to_be_bytes());
        header.extend(&smallest.to_be_bytes()[1..]);
        header.extend(&largest.to_be_bytes()[1..]);
        let packed = u64::from(frame_rate_hz) << 44
            | u64::from(channels - 1) << 41
            | u64::from(format.bits() - 1) << 36
            | frames;
        header.extend(packed.to_be_bytes());
        header.extend(digest);
        header
    }
}

impl Encoding for Flac {
    fn encode(&mut self, samples: &[f32], body: &mut Vec<u8>) -> Result<u64> {
        self.pending
            .extend(samples.iter().map(|&x| self.quantizer.integer(x)));
        let mut done = 0;
        while self.pending.len() >= self.block_frames * usize::from(self.shape.channels) {
            self.encode_block(self.block_frames, body)?;
            done += self.block_frames as u64;
        }
        Ok(done)
    }

    fn flush(&mut self, body: &mut Vec<u8>) -> Result<u64> {
        let frames = self.pending.len() / usize::from(self.shape.channels);
        if frames > 0 {
            self.encode_block(frames, body)?;
        }
        Ok(frames as u64)
    }

    fn silent_frame_bytes(&self) -> Option<u64> {
        None
    }

    fn header(&self, frames: u64, _body_bytes: u64) -> Vec<u8> {
        /// Says that the digest is not known.
        const UNKNOWN: [u8; 16] = [0; 16];
        self.header_with(frames, UNKNOWN)
    }

    fn completed(&self, frames: u64, _body_bytes: u64) -> (Vec<u8>, &'static [u8]) {
        (
            self.header_with(frames, self.digest.clone().finalize().0),
            &[],
        )
    }

    fn announced(&self, frames: Option<u64>) -> Vec<u8> {
        self.header(frames.unwrap_or(0), 0)
    }

    fn clipped(&self) -> u64 {
        self.quantizer.clipped
    }
}
