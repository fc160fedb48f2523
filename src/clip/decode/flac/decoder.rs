//! Frames of FLAC (RFC 9639, section 9): how long they are, and their samples.

use super::bits::Bits;
use super::frame::{Channels, FrameHeader, StreamInfo};
use super::subframe;
use crate::clip::decode::codec::{Codec, Damage};
use crate::clip::decode::crc::crc16;

/// Why bytes are no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoFrame {
    /// They end before the frame does.
    Cut,
    Damaged,
}

/// The bytes of the frame that `bytes` begin with, after its header. A frame does not say where it
/// ends: it ends after its last sample and a checksum, which must fit.
pub fn frame_bytes(header: &FrameHeader, bytes: &[u8]) -> Result<usize, NoFrame> {
    let mut bits = Bits::new(bytes, header.length);
    for sample_bits in header.sample_bits() {
        let skipped = subframe::skip(&mut bits, sample_bits, header.frames as usize);
        if bits.overrun() {
            return Err(NoFrame::Cut);
        }
        skipped.ok_or(NoFrame::Damaged)?;
    }
    end(&bits, bytes)
}

/// Where the frame ends whose subframes were read, if its checksum fits.
fn end(bits: &Bits, bytes: &[u8]) -> Result<usize, NoFrame> {
    let end = bits.bytes_read() + 2;
    let frame = bytes.get(..end).ok_or(NoFrame::Cut)?;
    // A fuzzer would need too long to find the right checksum.
    let intact = crc16(0, frame) == 0 || cfg!(fuzzing);
    intact.then_some(end).ok_or(NoFrame::Damaged)
}

/// Decodes frames.
pub struct Decoder {
    stream: StreamInfo,
    /// The two subframes that may have to be taken together.
    pair: [Vec<i64>; 2],
}

impl Decoder {
    pub fn new(stream: StreamInfo) -> Decoder {
        Decoder {
            stream,
            pair: Default::default(),
        }
    }
}

impl Codec for Decoder {
    fn reset(&mut self) {}

    fn decode(&mut self, packet: &[u8], out: &mut [Vec<f32>]) -> Result<(), Damage> {
        let header = FrameHeader::parse(packet, &self.stream).ok_or("its header is damaged")?;
        check(&header, &self.stream)?;
        let mut bits = Bits::new(packet, header.length);
        let full_scale = 1.0 / (1u64 << (header.bits - 1)) as f32;
        let damaged = "its samples are damaged";
        let mut sample_bits = header.sample_bits();
        // Two channels may have been coded together.
        for out in out.chunks_mut(2) {
            for (subframe, sample_bits) in self
                .pair
                .iter_mut()
                .zip(sample_bits.by_ref().take(out.len()))
            {
                subframe.resize(header.frames as usize, 0);
                subframe::read(&mut bits, sample_bits, subframe).ok_or(damaged)?;
            }
            separate(header.channels, &mut self.pair);
            for (out, subframe) in out.iter_mut().zip(&self.pair) {
                out.clear();
                // To the nearest where there are more bits than a float has.
                out.extend(subframe.iter().map(|x| *x as i32 as f32 * full_scale));
            }
        }
        end(&bits, packet).map_err(|_| "its checksum is wrong")?;
        Ok(())
    }
}

/// Checks that a frame is of the stream: nothing may change in the middle.
fn check(header: &FrameHeader, stream: &StreamInfo) -> Result<(), Damage> {
    let of_frame = (header.channels.count(), header.bits, header.frame_rate_hz);
    let of_stream = (stream.channels, stream.bits, stream.frame_rate_hz);
    if of_frame == of_stream {
        return Ok(());
    }
    let text = |(channels, bits, hz)| {
        let plural = if channels == 1 { "" } else { "s" };
        format!("{channels} channel{plural} of {bits} bits at {hz} Hz")
    };
    Err(format!(
        "it has {}, where the file's header says {}",
        text(of_frame),
        text(of_stream)
    ))
}

/// Makes left and right of two subframes that were taken together (section 4.2).
fn separate(channels: Channels, [first, second]: &mut [Vec<i64>; 2]) {
    let pairs = first.iter_mut().zip(second);
    match channels {
        Channels::Independent(_) => {}
        Channels::LeftSide => pairs.for_each(|(left, side)| *side = left.wrapping_sub(*side)),
        Channels::SideRight => pairs.for_each(|(side, right)| *side = side.wrapping_add(*right)),
        Channels::MidSide => pairs.for_each(|(mid, side)| {
            // The lowest bit of the sum is lost in the mean; it equals that of the difference.
            let sum = *mid << 1 | *side & 1;
            (*mid, *side) = (sum.wrapping_add(*side) >> 1, sum.wrapping_sub(*side) >> 1);
        }),
    }
}
