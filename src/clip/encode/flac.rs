//! FLAC (RFC 9639), through the `flac-codec` crate, which makes the frames; the stream's header is
//! written here, so that it can be brought up to date while the stream grows.

use super::encoding::{Encoding, PIECE_FRAMES, Shape};
use super::quantize::Quantizer;
use crate::clip::decode::crc::{crc8, crc16};
use crate::error::{Error, Result};
use crate::lock::{Mutex, MutexGuard};
use crate::memory;
use crate::sys;
use flac_codec::encode::{FlacStreamWriter, Options};
use std::io::Write;
use std::sync::Arc;

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

/// The most bytes of silence for which a digest is computed; that takes about half a second.
const MOST_DIGESTED_SILENCE: u64 = 1 << 28;

const UNKNOWN_DIGEST: [u8; 16] = [0; 16];
/// By how many bytes the number of a frame may become longer.
const MORE_FOR_NUMBER: usize = 6;

/// What memory is for.
const WHAT: &str = "a FLAC file that is written";

pub(super) struct Flac {
    shape: Shape,
    quantizer: Quantizer,
    encoder: FlacStreamWriter<Sink>,
    /// What the encoder wrote last.
    sink: Sink,
    block_frames: usize,
    /// How many blocks were written. (The encoder's own count lacks the blocks of silence that were copied.)
    blocks: u64,
    /// A block of silence, once there was one.
    silent_block: Option<Vec<u8>>,
    /// Interleaved samples that do not fill a block yet.
    pending: Vec<i32>,
    /// Of all samples that were encoded; none with more silence than is worth the time.
    digest: Option<md5::Context>,
    digested_silence: u64,
    /// Bytes of the smallest and the largest frame; (0, 0): none yet.
    frame_bytes: (u32, u32),
}

/// Where the encoder, which owns its writer, puts a frame so that it can be taken.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Sink {
    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock()
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
        // A block lasts a twentieth to a quarter of a second, so little sound waits for its end.
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
            blocks: 0,
            silent_block: None,
            pending: memory::room(pending, WHAT)?,
            digest: Some(md5::Context::new()),
            digested_silence: 0,
            frame_bytes: (0, 0),
        })
    }

    /// Encodes the first `frames` of what is pending as one FLAC frame.
    fn encode_block(&mut self, frames: usize, body: &mut Vec<u8>) -> Result<()> {
        let samples = frames * usize::from(self.shape.channels);
        self.encode_into_sink(samples)?;
        if let Some(digest) = &mut self.digest {
            let sample_bytes = usize::from(self.shape.format.bits() / 8);
            for sample in &self.pending[..samples] {
                digest.consume(&sample.to_le_bytes()[..sample_bytes]);
            }
        }
        self.pending.drain(..samples);
        let sink = self.sink.clone();
        self.append(&sink.bytes(), body)
    }

    /// Encodes so many of the samples that are pending, and leaves the frame in the sink.
    fn encode_into_sink(&mut self, samples: usize) -> Result<()> {
        let Shape {
            format,
            channels,
            frame_rate_hz,
        } = self.shape;
        self.sink.bytes().clear();
        let samples = &self.pending[..samples];
        let (encoder, bits) = (&mut self.encoder, format.bits().into());
        sys::with_stack(|| encoder.write(frame_rate_hz, channels as u8, bits, samples))
            .map_err(|e| Error::InvalidState(format!("encoding FLAC: {e}")))
    }

    /// Appends a frame, with its own number in place of the one that it has.
    fn append(&mut self, frame: &[u8], body: &mut Vec<u8>) -> Result<()> {
        let begin = body.len();
        memory::reserve(body, frame.len() + MORE_FOR_NUMBER, WHAT)?;
        append_renumbered(frame, self.blocks, body);
        self.blocks += 1;
        let bytes = (body.len() - begin) as u32;
        self.frame_bytes = match self.frame_bytes {
            (0, 0) => (bytes, bytes),
            (smallest, largest) => (smallest.min(bytes), largest.max(bytes)),
        };
        Ok(())
    }

    /// Appends whole blocks of silence. Nothing is pending.
    fn append_silent_blocks(&mut self, blocks: u64, body: &mut Vec<u8>) -> Result<()> {
        if blocks == 0 {
            return Ok(());
        }
        let samples = self.block_frames * usize::from(self.shape.channels);
        let block = match self.silent_block.take() {
            Some(block) => block,
            None => {
                self.pending.resize(samples, 0);
                self.encode_into_sink(samples)?;
                self.pending.clear();
                self.sink.bytes().clone()
            }
        };
        for _ in 0..blocks {
            self.append(&block, body)?;
        }
        self.silent_block = Some(block);
        self.digest_silence(blocks * samples as u64);
        Ok(())
    }

    fn digest_silence(&mut self, samples: u64) {
        const ZEROS: [u8; 1 << 12] = [0; 1 << 12];
        let mut left = samples * u64::from(self.shape.format.bits() / 8);
        self.digested_silence = self.digested_silence.saturating_add(left);
        if self.digested_silence > MOST_DIGESTED_SILENCE {
            self.digest = None;
        }
        let Some(digest) = &mut self.digest else {
            return;
        };
        while left > 0 {
            let now = left.min(ZEROS.len() as u64);
            digest.consume(&ZEROS[..now as usize]);
            left -= now;
        }
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

    fn encode_silence(&mut self, frames: u64, body: &mut Vec<u8>) -> Result<u64> {
        let channels = usize::from(self.shape.channels);
        let (mut left, mut done) = (frames as usize, 0);
        if self.pending.iter().any(|sample| *sample != 0) {
            let filling = left.min(self.block_frames - self.pending.len() / channels);
            self.pending
                .resize(self.pending.len() + filling * channels, 0);
            left -= filling;
            if self.pending.len() < self.block_frames * channels {
                return Ok(0);
            }
            self.encode_block(self.block_frames, body)?;
            done += self.block_frames;
        }
        // What is pending is silent, too.
        left += self.pending.len() / channels;
        self.pending.clear();
        let blocks = left / self.block_frames;
        self.append_silent_blocks(blocks as u64, body)?;
        done += blocks * self.block_frames;
        self.pending.resize(left % self.block_frames * channels, 0);
        Ok(done as u64)
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
        self.header_with(frames, UNKNOWN_DIGEST)
    }

    fn completed(&self, frames: u64, _body_bytes: u64) -> (Vec<u8>, &'static [u8]) {
        let digest = self.digest.clone();
        let digest = digest.map_or(UNKNOWN_DIGEST, |digest| digest.finalize().0);
        (self.header_with(frames, digest), &[])
    }

    fn announced(&self, frames: Option<u64>) -> Vec<u8> {
        self.header(frames.unwrap_or(0), 0)
    }

    fn clipped(&self) -> u64 {
        self.quantizer.clipped
    }
}

/// Appends a frame with this number in its header, and the checksums that follow from it (RFC 9639, sections
/// 9.1 and 9.3).
fn append_renumbered(frame: &[u8], number: u64, out: &mut Vec<u8>) {
    let begin = out.len();
    let (fixed, rest) = frame.split_at(4);
    let old_bytes = match rest[0].leading_ones() {
        0 => 1,
        n => n as usize,
    };
    let sizes = fixed[2];
    // What the header has no codes for follows the number: the length of a block, and a rate.
    let more = match sizes >> 4 {
        6 => 1,
        7 => 2,
        _ => 0,
    } + match sizes & 15 {
        12 => 1,
        13 | 14 => 2,
        _ => 0,
    };
    let (header, subframes) = rest[old_bytes..].split_at(more);
    out.extend(fixed);
    append_coded(number, out);
    out.extend(header);
    out.push(crc8(&out[begin..]));
    // Between the old checksums.
    out.extend(&subframes[1..subframes.len() - 2]);
    out.extend(crc16(0, &out[begin..]).to_be_bytes());
}

/// Appends a number of up to 36 bits, coded as UTF-8 codes characters.
fn append_coded(number: u64, out: &mut Vec<u8>) {
    if number < 0x80 {
        out.push(number as u8);
        return;
    }
    // So many bytes of six bits follow the first, which has one bit less for each.
    let bits = u64::BITS - number.leading_zeros();
    let following = (1..7).find(|n| bits <= 6 * n + 6 - n).unwrap_or(6);
    let marks = 0xFF00u16 >> (following + 1);
    out.push(marks as u8 | (number >> (6 * following)) as u8);
    for n in (0..following).rev() {
        out.push(0x80 | (number >> (6 * n)) as u8 & 0x3F);
    }
}
