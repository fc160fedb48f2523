//! AIFF and AIFF-C (Apple, 1989 and 1991).

use super::chunks::Chunks;
use super::{Encoding, Header, Order};
use crate::clip::decode::input::{Input, PARTS};
use crate::clip::decode::unsupported;
use crate::error::Result;

/// Whether a file that begins with these bytes is AIFF.
pub fn begins(head: &[u8]) -> bool {
    head.starts_with(b"FORM") && matches!(head.get(8..12), Some(b"AIFF" | b"AIFC"))
}

/// Reads the chunks until both the format and the place of the samples are known.
pub fn header(input: &Input, head: &[u8]) -> Result<Header> {
    let container = match head.get(8..12) {
        Some(b"AIFC") => "AIFF-C",
        _ => "AIFF",
    };
    let chunks = Chunks::Iff(Order::Big);
    let form_end = chunks.at(input, 0)?.and_then(|form| form.end());
    let (mut common, mut data) = (None, None);
    let mut offset = 12;
    for _ in 0..PARTS {
        let Some(chunk) = chunks.at(input, offset)? else {
            break;
        };
        match &chunk.name {
            b"COMM" => common = Some(input.bytes(chunk.begin, chunk.size.unwrap_or(0).min(22))?),
            b"SSND" => {
                // The samples may begin later, for the sake of block devices.
                let [a, b, c, d, ..] = input.array::<8>(chunk.begin)?.unwrap_or_default();
                let skip = 8 + u64::from(u32::from_be_bytes([a, b, c, d]));
                let length = match chunks.sample_bytes(input, &chunk, form_end)? {
                    u64::MAX => u64::MAX,
                    length => length.saturating_sub(skip),
                };
                data = Some((chunk.begin + skip, length));
            }
            _ => {}
        }
        if let (Some(common), Some((offset, length))) = (&common, data) {
            return read_common(input, container, common, offset, length);
        }
        match chunks.after(input, &chunk)? {
            Some(next) => offset = next,
            None => break,
        }
    }
    // A file without frames need not have a chunk for them.
    if let Some(common) = &common
        && common.get(2..6) == Some(&[0; 4])
    {
        return read_common(input, container, common, input.length(), 0);
    }
    let missing = match common {
        None => "a format",
        Some(_) => "samples",
    };
    Err(input.bad(format!("{container} without {missing}")))
}

fn read_common(
    input: &Input,
    container: &'static str,
    common: &[u8],
    offset: u64,
    length: u64,
) -> Result<Header> {
    let Some(&[a, b, c, d, e, f, g, h, ref rate @ ..]) = common.first_chunk::<18>() else {
        return Err(input.bad(format!("{container} with a truncated format chunk")));
    };
    let channels = u16::from_be_bytes([a, b]);
    let frames = u32::from_be_bytes([c, d, e, f]);
    let bits = u32::from(u16::from_be_bytes([g, h]));
    let codec = match common.get(18..22) {
        Some(codec) if container == "AIFF-C" => [codec[0], codec[1], codec[2], codec[3]],
        _ => *b"NONE",
    };
    let (encoding, order) = match &codec {
        b"NONE" | b"twos" => (Encoding::integer(bits), Order::Big),
        b"sowt" => (Encoding::integer(bits), Order::Little),
        b"raw " if bits == 8 => (Some(Encoding::U8), Order::Big),
        b"in24" => (Some(Encoding::I24), Order::Big),
        b"in32" => (Some(Encoding::I32), Order::Big),
        // As libsndfile writes little-endian samples of these widths.
        b"42n1" => (Some(Encoding::I24), Order::Little),
        b"23ni" => (Some(Encoding::I32), Order::Little),
        b"fl32" | b"FL32" => (Some(Encoding::F32), Order::Big),
        b"fl64" | b"FL64" => (Some(Encoding::F64), Order::Big),
        b"alaw" | b"ALAW" => (Some(Encoding::ALaw), Order::Big),
        b"ulaw" | b"ULAW" => (Some(Encoding::MuLaw), Order::Big),
        _ => (None, Order::Big),
    };
    let Some(encoding) = encoding else {
        return Err(input.bad(match unsupported::codec(codec) {
            _ if codec == *b"NONE" => format!("{container} with {bits}-bit samples"),
            Some(name) => format!("{container} with codec {name}"),
            None => format!("{container} with codec \"{}\"", codec.escape_ascii()),
        }));
    };
    let frame_bytes = u64::from(channels) * encoding.bytes() as u64;
    let length = match frames {
        0 | u32::MAX => length,
        frames => length.min(u64::from(frames) * frame_bytes),
    };
    Ok(Header {
        container,
        encoding,
        order,
        frame_rate_hz: extended(*rate),
        channels,
        offset,
        length,
    })
}

/// An 80-bit float of the 68881, as the nearest whole number; 0 for what no rate can be.
fn extended(bytes: [u8; 10]) -> u32 {
    let [a, b, mantissa @ ..] = bytes;
    let exponent = i32::from(u16::from_be_bytes([a, b])) - 16_383;
    if !(0..32).contains(&exponent) {
        return 0;
    }
    let mantissa = u64::from_be_bytes(mantissa);
    let shift = 63 - exponent as u32;
    u32::try_from((mantissa >> shift) + (mantissa >> (shift - 1) & 1)).unwrap_or(0)
}
