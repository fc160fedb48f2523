//! Apple's Core Audio Format, with PCM, ALAC or AAC.

use super::aac::Aac;
use super::alac;
use super::info::Opened;
use super::input::{Input, PARTS};
use super::mp4::boxes::Bytes;
use super::mp4::descriptor::{DECODER_SETUP, descriptor};
use super::pcm::chunks::Chunks;
use super::pcm::{self, Encoding, Header, Order};
use super::table::PacketPlace;
use super::unsupported;
use crate::error::Result;
use crate::memory;
use std::sync::Arc;

/// The chunk `desc`.
struct Format {
    rate: f64,
    codec: [u8; 4],
    flags: u32,
    packet_bytes: u32,
    channels: u32,
    bits: u32,
}

/// Opens a file that begins with `caff`.
pub fn open(input: &Arc<Input>) -> Result<Opened> {
    let (mut format, mut setup, mut table, mut data) = (None, Vec::new(), Vec::new(), None);
    let chunks = Chunks::Caf;
    let mut offset = 8;
    for _ in 0..PARTS {
        let Some(chunk) = chunks.at(input, offset)? else {
            break;
        };
        let size = chunk.size.unwrap_or(u64::MAX);
        match &chunk.name {
            b"desc" => format = read_format(Bytes(&input.bytes(chunk.begin, size.min(32))?)),
            b"kuki" => setup = input.bytes(chunk.begin, size)?,
            b"pakt" => table = input.bytes(chunk.begin, size)?,
            // Its first four bytes count edits.
            b"data" => {
                let length = chunks.sample_bytes(input, &chunk, None)?;
                data = Some((chunk.begin + 4, length.saturating_sub(4)));
            }
            _ => {}
        }
        match chunks.after(input, &chunk)? {
            Some(next) if next < input.length() => offset = next,
            _ => break,
        }
    }
    let Some((format, (offset, length))) = format.zip(data) else {
        return Err(input.bad("CAF without a format or without data"));
    };
    match &format.codec {
        b"lpcm" | b"ulaw" | b"alaw" => pcm::open(
            Arc::clone(input),
            pcm_header(input, &format, offset, length)?,
        ),
        b"aac " | b"aach" | b"aacp" | b"alac" => {
            let Some(packets) = Packets::read(Bytes(&table)) else {
                return Err(input.bad("CAF without a table of packets"));
            };
            let places = packets.places(&table, &format, offset, input.length())?;
            let (delay, frames) = (packets.priming, packets.frames);
            if format.codec == *b"alac" {
                let all = delay.saturating_add(frames);
                return alac::open(input, "CAF", alac_setup(&setup), places, delay, all);
            }
            let Some(setup) = descriptor(Bytes(&setup), DECODER_SETUP) else {
                return Err(input.bad("CAF with AAC, without a decoder configuration"));
            };
            // What is before and after is counted in frames of the file's rate.
            let aac = Aac::new(input, "CAF", setup.0, places)?;
            aac.open(delay, frames)
        }
        other => Err(input.bad(match unsupported::codec(*other) {
            Some(name) => format!("CAF with codec {name}"),
            None => format!("CAF with codec \"{}\"", other.escape_ascii()),
        })),
    }
}

fn read_format(mut chunk: Bytes<'_>) -> Option<Format> {
    let rate = f64::from_be_bytes(chunk.array()?);
    let (codec, flags, packet_bytes) = (chunk.array()?, chunk.u32()?, chunk.u32()?);
    let _frames_per_packet = chunk.u32()?;
    Some(Format {
        rate,
        codec,
        flags,
        packet_bytes,
        channels: chunk.u32()?,
        bits: chunk.u32()?,
    })
}

fn pcm_header(input: &Input, format: &Format, offset: u64, length: u64) -> Result<Header> {
    let is_float = format.flags & 1 != 0;
    let linear = |bits| match is_float {
        true => Encoding::float(bits),
        false => Encoding::integer(bits),
    };
    // Samples with fewer bits than their bytes hold lie at the top of them. Where the bytes of a
    // packet cannot be those of a frame, the bits count.
    let width = match (
        8 * u64::from(format.packet_bytes),
        u64::from(format.channels),
    ) {
        (bits, channels @ 1..) if bits % channels == 0 => u32::try_from(bits / channels),
        _ => Ok(0),
    };
    let fits = |width: &u32| width.is_multiple_of(8) && *width >= format.bits;
    let encoding = match &format.codec {
        b"ulaw" => Some(Encoding::MuLaw),
        b"alaw" => Some(Encoding::ALaw),
        _ => (width.ok().filter(fits).and_then(linear)).or_else(|| linear(format.bits)),
    };
    let Some(encoding) = encoding else {
        let kind = if is_float { "floats" } else { "integers" };
        return Err(input.bad(format!("CAF with {}-bit {kind}", format.bits)));
    };
    Ok(Header {
        container: "CAF",
        encoding,
        order: if format.flags & 2 == 0 {
            Order::Big
        } else {
            Order::Little
        },
        // Where a clock was measured, it need not be a whole number.
        frame_rate_hz: format.rate.round() as u32,
        channels: u16::try_from(format.channels).unwrap_or(u16::MAX),
        offset,
        length,
    })
}

/// Older files wrap the setup as MP4 does: a box `frma`, then a box `alac`.
fn alac_setup(setup: &[u8]) -> &[u8] {
    match setup.get(4..8) {
        Some(b"frma") => setup.get(24..).unwrap_or(&[]),
        _ => setup,
    }
}

/// The head of the chunk `pakt`.
struct Packets {
    count: u64,
    frames: u64,
    priming: u64,
}

impl Packets {
    /// Bytes before the sizes.
    const HEAD: usize = 24;

    fn read(mut chunk: Bytes<'_>) -> Option<Packets> {
        Some(Packets {
            count: chunk.u64()?,
            frames: chunk.u64()?,
            priming: chunk.u32()?.into(),
        })
    }

    /// Where the packets lie; as many as the file has.
    fn places(
        &self,
        table: &[u8],
        format: &Format,
        mut offset: u64,
        length: u64,
    ) -> Result<Vec<PacketPlace>> {
        let mut sizes = Bytes(table.get(Self::HEAD..).unwrap_or(&[]));
        let mut places = Vec::new();
        while (places.len() as u64) < self.count {
            let bytes = match format.packet_bytes {
                0 => number(&mut sizes),
                each => Some(each),
            };
            let Some(bytes) = bytes.filter(|bytes| offset + u64::from(*bytes) <= length) else {
                break;
            };
            memory::push(
                &mut places,
                PacketPlace { offset, bytes },
                super::info::WHAT,
            )?;
            offset += u64::from(bytes);
        }
        Ok(places)
    }
}

/// A number in groups of seven bits, the highest first; all but the last have the top bit set.
fn number(bytes: &mut Bytes<'_>) -> Option<u32> {
    let mut number = 0u32;
    loop {
        let byte = bytes.u8()?;
        number = number.checked_mul(128)? | u32::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
}
