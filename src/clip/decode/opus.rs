//! Opus (RFC 6716) as Ogg carries it (RFC 7845): one or several streams of one or two channels,
//! decoded by opus-pure, which makes its tables when they are first needed: a fork waits until it has decoded.

use super::codec::{Codec, Damage};
use crate::sys::NoFork;
use opus_pure::OpusDecoder;

/// Opus always decodes at this rate.
pub const FRAME_RATE_HZ: u32 = 48_000;

/// Frames that a decoder begins before the wanted one: RFC 7845 asks for 80 ms; after ten times
/// as long, its state is nearly always the same as after decoding from the beginning.
pub const LEAD: u64 = 38_400;

/// The state is not always the same, so the decoder begins anew after this many frames.
pub const SEGMENT: u64 = 960_000;

/// The longest packet.
const LONGEST: usize = 5_760;

/// Where channel n of Vorbis' order is in the order of WAV, by the number of channels.
const ORDERS: [&[usize]; 9] = [
    &[],
    &[0],
    &[0, 1],
    &[0, 2, 1],
    &[0, 1, 2, 3],
    &[0, 2, 1, 3, 4],
    &[0, 2, 1, 4, 5, 3],
    &[0, 2, 1, 5, 6, 4, 3],
    &[0, 2, 1, 6, 7, 4, 5, 3],
];

/// A channel that is silent, in the mapping.
const SILENT: u8 = 255;

/// The identification header.
pub struct Head {
    pub channels: u16,
    /// Frames to drop at the beginning.
    pub skip: u16,
    gain: f32,
    streams: usize,
    /// How many of the streams, the first ones, have two channels.
    coupled: usize,
    /// For each channel of the file, which decoded channel it is.
    mapping: Vec<u8>,
}

impl Head {
    pub fn parse(packet: &[u8]) -> Result<Head, String> {
        let Some(&[version, channels, a, b, _, _, _, _, c, d, family]) =
            packet.get(8..).and_then(|bytes| bytes.first_chunk::<11>())
        else {
            return Err("Opus with a truncated header".into());
        };
        if version > 15 {
            return Err(format!("Opus of version {version}"));
        }
        let count = usize::from(channels);
        let (streams, coupled, mapping) = match (family, packet.get(19..)) {
            (0, _) if count <= 2 => (1, count.saturating_sub(1), vec![0, 1]),
            (1 | 2 | 255, Some([streams, coupled, mapping @ ..])) if mapping.len() >= count => (
                usize::from(*streams),
                usize::from(*coupled),
                mapping.to_vec(),
            ),
            _ => {
                return Err(format!(
                    "Opus of {channels} channels in mapping family {family}"
                ));
            }
        };
        let mut mapping = mapping;
        mapping.truncate(count);
        let decoded = streams + coupled;
        let fits = |n: &u8| *n == SILENT || usize::from(*n) < decoded;
        if count == 0
            || streams == 0
            || coupled > streams
            || decoded > 255
            || !mapping.iter().all(fits)
        {
            return Err("Opus with an invalid channel mapping".into());
        }
        if family == 1
            && let Some(order) = ORDERS.get(count)
        {
            let vorbis = mapping.clone();
            for (channel, place) in order.iter().enumerate() {
                mapping[*place] = vorbis[channel];
            }
        }
        let decibels = f32::from(i16::from_le_bytes([c, d])) / 256.0;
        Ok(Head {
            channels: channels.into(),
            skip: u16::from_le_bytes([a, b]),
            gain: 10f32.powf(decibels / 20.0),
            streams,
            coupled,
            mapping,
        })
    }
}

/// Frames that a packet decodes to; none if it is no packet.
pub fn frames(packet: &[u8]) -> Option<u32> {
    let toc = *packet.first()?;
    let each = match toc >> 3 {
        n @ 0..12 => [480, 960, 1_920, 2_880][usize::from(n % 4)],
        n @ 12..16 => [480, 960][usize::from(n % 2)],
        n => 120 << (n % 4),
    };
    let count = match toc & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => u32::from(packet.get(1)? & 0x3F),
    };
    Some(count * each).filter(|frames| (1..=LONGEST as u32).contains(frames))
}

struct Decoder {
    head: Head,
    streams: Vec<OpusDecoder>,
    /// What each stream decoded, interleaved.
    decoded: Vec<Vec<f32>>,
    packet: Vec<u8>,
}

/// Makes a decoder.
pub fn decoder(head: Head) -> Result<Box<dyn Codec>, String> {
    let _tables = NoFork::begin();
    let streams: Result<Vec<OpusDecoder>, _> = (0..head.streams)
        .map(|stream| {
            let channels = if stream < head.coupled { 2 } else { 1 };
            OpusDecoder::new(FRAME_RATE_HZ as i32, channels)
        })
        .collect();
    Ok(Box::new(Decoder {
        decoded: vec![Vec::new(); head.streams],
        streams: streams.map_err(|error| format!("Opus: {error}"))?,
        packet: Vec::new(),
        head,
    }))
}

impl Codec for Decoder {
    fn reset(&mut self) {
        for (stream, decoder) in self.streams.iter_mut().enumerate() {
            let channels = if stream < self.head.coupled { 2 } else { 1 };
            // If the reset fails, a new decoder replaces this one.
            if decoder.reset_state().is_err()
                && let Ok(new) = OpusDecoder::new(FRAME_RATE_HZ as i32, channels)
            {
                *decoder = new;
            }
        }
    }

    fn decode(&mut self, mut packet: &[u8], out: &mut [Vec<f32>]) -> Result<(), Damage> {
        let _tables = NoFork::begin();
        let frames = frames(packet).ok_or("it has no length")? as usize;
        let last = self.streams.len() - 1;
        for (stream, decoder) in self.streams.iter_mut().enumerate() {
            let one = if stream == last {
                packet
            } else {
                packet =
                    take_delimited(packet, &mut self.packet).ok_or("its streams do not fit")?;
                &self.packet
            };
            let channels = if stream < self.head.coupled { 2 } else { 1 };
            let decoded = &mut self.decoded[stream];
            decoded.clear();
            decoded.resize(frames * channels, 0.0);
            let count = decoder
                .decode(one, frames, decoded)
                .map_err(|error| error.to_string())?;
            if count != frames {
                return Err("its streams differ in length".into());
            }
        }
        for (out, place) in out.iter_mut().zip(&self.head.mapping) {
            out.clear();
            let place = usize::from(*place);
            let paired = 2 * self.head.coupled;
            let (stream, channel, channels) = if place == usize::from(SILENT) {
                out.resize(frames, 0.0);
                continue;
            } else if place < paired {
                (place / 2, place % 2, 2)
            } else {
                (place - self.head.coupled, 0, 1)
            };
            let samples = self.decoded[stream].iter().skip(channel).step_by(channels);
            out.extend(samples.map(|x| x * self.head.gain));
        }
        Ok(())
    }
}

/// Takes a packet that says where it ends (RFC 6716, appendix B) from the front of `bytes`: puts it
/// into `packet` as it is without that, and returns what follows.
fn take_delimited<'a>(bytes: &'a [u8], packet: &mut Vec<u8>) -> Option<&'a [u8]> {
    let length = |at: usize| -> Option<(usize, usize)> {
        Some(match usize::from(*bytes.get(at)?) {
            short @ 0..252 => (short, 1),
            first => (first + 4 * usize::from(*bytes.get(at + 1)?), 2),
        })
    };
    let mut at = 1;
    let (mut count, mut variable, mut padding) = (1, false, 0);
    match bytes.first()? & 3 {
        0 => {}
        1 => count = 2,
        2 => (count, variable) = (2, true),
        _ => {
            let flags = *bytes.get(1)?;
            at = 2;
            (count, variable) = (usize::from(flags & 0x3F), flags & 0x80 != 0);
            if flags & 0x40 != 0 {
                loop {
                    let byte = usize::from(*bytes.get(at)?);
                    at += 1;
                    padding += byte.min(254);
                    if byte < 255 {
                        break;
                    }
                }
            }
        }
    }
    let mut inside = padding;
    if variable {
        for _ in 1..count {
            let (size, width) = length(at)?;
            inside += size;
            at += width;
        }
    }
    let (size, width) = length(at)?;
    inside += if variable { size } else { size * count };
    let end = at + width + inside;
    packet.clear();
    packet.extend_from_slice(&bytes[..at]);
    packet.extend_from_slice(bytes.get(at + width..end)?);
    Some(&bytes[end..])
}
