//! WAV and what grew out of it: RIFF, its big-endian twin RIFX, and the 64-bit RF64 and BW64
//! (EBU Tech 3306, ITU-R BS.2088). Broadcast wave (BWF) is WAV with more chunks.

use super::{Encoding, Header, Order};
use crate::clip::decode::input::{Input, PARTS};
use crate::error::Result;

/// `WAVE_FORMAT_EXTENSIBLE`: the codec is in the first two bytes of a GUID.
const EXTENSIBLE: u16 = 0xFFFE;

/// The rest of the GUID of each codec that has a number of two bytes.
const GUID: [u8; 14] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71];

/// A chunk's size in RF64 that stands in its `ds64` chunk; in a recording that was never finished
/// it is not known.
const ELSEWHERE: u32 = u32::MAX;

/// Whether a file that begins with these bytes is of this family.
pub fn begins(head: &[u8]) -> bool {
    matches!(
        head,
        [b'R', b'I', b'F', b'F' | b'X', ..]
            | [b'R', b'F', b'6', b'4', ..]
            | [b'B', b'W', b'6', b'4', ..]
    ) && head.get(8..12) == Some(b"WAVE")
}

/// Reads the chunks up to the samples.
pub fn header(input: &Input, head: &[u8]) -> Result<Header> {
    let (container, order) = match &head[..4] {
        b"RF64" => ("RF64", Order::Little),
        b"BW64" => ("BW64", Order::Little),
        b"RIFX" => ("WAV (RIFX)", Order::Big),
        _ => ("WAV", Order::Little),
    };
    let mut long_data = None;
    let mut format = None;
    let mut offset = 12;
    for _ in 0..PARTS {
        let Some([a, b, c, d, size @ ..]) = input.array::<8>(offset)? else {
            break;
        };
        let size = order.u32(size);
        offset += 8;
        match &[a, b, c, d] {
            b"ds64" => {
                let sizes = input.array::<16>(offset)?;
                long_data = sizes.map(|[.., a, b, c, d, e, f, g, h]| {
                    u64::from_le_bytes([a, b, c, d, e, f, g, h])
                });
            }
            b"fmt " => format = Some(input.bytes(offset, size.min(40).into())?),
            b"data" => {
                let Some(format) = format else {
                    return Err(input.bad(format!("{container} without a format before its data")));
                };
                let length = match (size, long_data) {
                    (ELSEWHERE, Some(length)) if length > 0 => length,
                    // A recording whose header was never finished, unless nothing follows.
                    (0 | ELSEWHERE, _) => u64::MAX,
                    (size, _) => size.into(),
                };
                return read_format(input, container, order, &format, offset, length);
            }
            _ => {}
        }
        offset += u64::from(size) + u64::from(size % 2);
    }
    Err(input.bad(format!("{container} without data")))
}

fn read_format(
    input: &Input,
    container: &'static str,
    order: Order,
    format: &[u8],
    offset: u64,
    length: u64,
) -> Result<Header> {
    let Some((&[a, b, c, d, e, f, g, h], &[.., i, j, k, l])) =
        format.first_chunk::<8>().zip(format.first_chunk::<16>())
    else {
        return Err(input.bad(format!("{container} with a format that is cut short")));
    };
    let mut codec = order.u16([a, b]);
    let channels = order.u16([c, d]);
    let frame_rate_hz = order.u32([e, f, g, h]);
    let frame_bytes = u32::from(order.u16([i, j]));
    let bits = u32::from(order.u16([k, l]));
    if codec == EXTENSIBLE && format.get(26..40) == Some(&GUID) {
        codec = order.u16([format[24], format[25]]);
    }
    // Samples with fewer bits than their bytes hold lie at the top of them.
    let width = 8 * frame_bytes / u32::from(channels.max(1));
    let encoding = match codec {
        1 if width == 8 => Some(Encoding::U8),
        1 if bits <= width && width % 8 == 0 => Encoding::integer(width),
        3 if bits == width => Encoding::float(bits),
        6 if width == 8 => Some(Encoding::ALaw),
        7 if width == 8 => Some(Encoding::MuLaw),
        _ => None,
    };
    let Some(encoding) = encoding else {
        let found = match codec {
            1 | 3 => format!("{container} with {bits}-bit samples in {width} bits"),
            _ => format!(
                "{container} with codec {codec:#06x} ({})",
                codec_name(codec)
            ),
        };
        return Err(input.bad(found));
    };
    Ok(Header {
        container,
        encoding,
        order,
        frame_rate_hz,
        channels,
        offset,
        length,
    })
}

/// What Microsoft's `mmreg.h` calls the codecs that are met in practice.
fn codec_name(codec: u16) -> &'static str {
    match codec {
        0x0002 => "Microsoft ADPCM",
        0x0011 => "IMA ADPCM",
        0x0031 => "GSM 6.10",
        0x0040 => "G.721 ADPCM",
        0x0050 => "MPEG",
        0x0055 => "MP3",
        0x0161..=0x0163 => "Windows Media Audio",
        0x2000 => "AC-3",
        0xFFFE => "an extension",
        _ => "unknown",
    }
}
