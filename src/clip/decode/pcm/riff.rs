//! WAV and what grew out of it: RIFF, its big-endian twin RIFX, the 64-bit RF64 and BW64 (EBU Tech
//! 3306, ITU-R BS.2088), and Wave64 (Sonic Foundry, later Sony), which has GUIDs in place of names.
//! Broadcast wave (BWF) is WAV with more chunks.

use super::chunks::Chunks;
use super::{Encoding, Header, Order};
use crate::clip::decode::input::{Input, PARTS};
use crate::clip::decode::unsupported;
use crate::error::Result;

/// The GUIDs that Wave64 begins with; the size of the file is between them.
const WAVE64: [&[u8; 16]; 2] = [
    b"riff\x2E\x91\xCF\x11\xA5\xD6\x28\xDB\x04\xC1\0\0",
    b"wave\xF3\xAC\xD3\x11\x8C\xD1\0\xC0\x4F\x8E\xDB\x8A",
];

/// Whether a file that begins with these bytes is of this family.
pub fn begins(head: &[u8]) -> bool {
    let is_riff = matches!(
        head,
        [b'R', b'I', b'F', b'F' | b'X', ..]
            | [b'R', b'F', b'6', b'4', ..]
            | [b'B', b'W', b'6', b'4', ..]
    );
    is_riff && head.get(8..12) == Some(b"WAVE")
        || head.starts_with(WAVE64[0]) && head.get(24..40) == Some(WAVE64[1])
}

/// Reads the chunks up to the samples.
pub fn header(input: &Input, head: &[u8]) -> Result<Header> {
    let (container, order) = match &head[..4] {
        b"RF64" => ("RF64", Order::Little),
        b"BW64" => ("BW64", Order::Little),
        b"RIFX" => ("WAV (RIFX)", Order::Big),
        b"riff" => ("Wave64", Order::Little),
        _ => ("WAV", Order::Little),
    };
    let (chunks, mut offset) = match container {
        "Wave64" => (Chunks::Wave64, 40),
        _ => (Chunks::Iff(order), 12),
    };
    let mut form_end = chunks.at(input, 0)?.and_then(|form| form.end());
    let mut long = LongSizes::default();
    let mut format = None;
    for _ in 0..PARTS {
        let Some(mut chunk) = chunks.at(input, offset)? else {
            break;
        };
        chunk.size = chunk.size.or_else(|| long.of(chunk.name));
        match &chunk.name {
            b"ds64" => {
                long = LongSizes::read(&input.bytes(chunk.begin, LongSizes::MOST_BYTES)?);
                form_end = form_end.or_else(|| long.form_end());
            }
            b"fmt " => format = Some(input.bytes(chunk.begin, chunk.size.unwrap_or(0).min(40))?),
            b"data" => {
                let Some(format) = format else {
                    return Err(input.bad(format!(
                        "{container} without a format chunk before its data"
                    )));
                };
                let length = chunks.sample_bytes(input, &chunk, form_end)?;
                let place = (chunk.begin, length);
                return read_format(input, container, order, &format, place);
            }
            _ => {}
        }
        match chunks.after(input, &chunk)? {
            Some(next) => offset = next,
            None => break,
        }
    }
    Err(input.bad(format!("{container} without data")))
}

/// The chunk `ds64`: the sizes of chunks that do not fit into 32 bits.
#[derive(Default)]
struct LongSizes {
    form: Option<u64>,
    data: Option<u64>,
    others: Vec<([u8; 4], u64)>,
}

impl LongSizes {
    /// As much of the chunk as is read: a table of more chunks than any file has.
    const MOST_BYTES: u64 = 28 + 12 * 256;

    fn read(bytes: &[u8]) -> LongSizes {
        let number = |at: usize| {
            bytes
                .get(at..)?
                .first_chunk()
                .map(|b| u64::from_le_bytes(*b))
        };
        let count = bytes.get(24..28).and_then(|bytes| bytes.first_chunk());
        let count = count.map_or(0, |count| u32::from_le_bytes(*count));
        let (entries, _) = bytes.get(28..).unwrap_or(&[]).as_chunks::<12>();
        let entries = entries.iter().take(count as usize);
        LongSizes {
            form: number(0),
            data: number(8),
            others: entries
                .map(|&[a, b, c, d, ref size @ ..]| ([a, b, c, d], u64::from_le_bytes(*size)))
                .collect(),
        }
    }

    fn of(&self, name: [u8; 4]) -> Option<u64> {
        match &name {
            b"data" => self.data,
            _ => self
                .others
                .iter()
                .find(|(n, _)| *n == name)
                .map(|(_, size)| *size),
        }
    }

    fn form_end(&self) -> Option<u64> {
        self.form.map(|size| size.saturating_add(8))
    }
}

/// `WAVE_FORMAT_EXTENSIBLE`: the codec is in a GUID.
const EXTENSIBLE: u16 = 0xFFFE;

/// How a GUID goes on whose first two bytes are the codec: Microsoft's, and that of ambisonics in
/// B-format (`.amb`).
const GUID_ENDS: [[u8; 14]; 2] = [
    *b"\0\0\0\0\x10\0\x80\0\0\xAA\0\x38\x9B\x71",
    *b"\0\0\x21\x07\xD3\x11\x86\x44\xC8\xC1\xCA\0\0\0",
];

/// Reads the chunk `fmt ` of WAV and Wave64. `place` is where the samples lie: the first byte, and
/// how many there are.
pub fn read_format(
    input: &Input,
    container: &'static str,
    order: Order,
    format: &[u8],
    place: (u64, u64),
) -> Result<Header> {
    let Some((&[a, b, c, d, e, f, g, h], &[.., i, j, k, l])) =
        format.first_chunk::<8>().zip(format.first_chunk::<16>())
    else {
        return Err(input.bad(format!("{container} with a truncated format chunk")));
    };
    let mut codec = order.u16([a, b]);
    let channels = order.u16([c, d]);
    let frame_rate_hz = order.u32([e, f, g, h]);
    let block_align = order.u16([i, j]);
    let bits = u32::from(order.u16([k, l]));
    if codec == EXTENSIBLE
        && let Some(guid) = format.get(24..40)
        && GUID_ENDS.iter().any(|end| guid.ends_with(end))
    {
        codec = order.u16([guid[0], guid[1]]);
    }
    let encoding = match codec {
        1 if (1..=8).contains(&bits) => Some(Encoding::U8),
        1 => Encoding::integer(8 * integer_bytes(bits, block_align, channels)),
        3 => Encoding::float(bits),
        6 => Some(Encoding::ALaw),
        7 => Some(Encoding::MuLaw),
        _ => None,
    };
    let Some(encoding) = encoding else {
        return Err(input.bad(match codec {
            1 => format!("{container} with {bits}-bit integers"),
            3 => format!("{container} with {bits}-bit floats"),
            _ => {
                let name = unsupported::wave_codec(codec);
                format!("{container} with codec {codec:#06x} ({name})")
            }
        }));
    };
    let (offset, length) = place;
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

/// The bytes that an integer of so many bits takes. They follow from the bits: a block align that
/// says anything else is wrong, as ffmpeg and libsndfile see it too. But 24-bit samples may lie in
/// words of 32 bits, at the top, and the block align alone tells that.
fn integer_bytes(bits: u32, block_align: u16, channels: u16) -> u32 {
    let in_words = 4 * u32::from(channels) == u32::from(block_align);
    match bits.div_ceil(8) {
        3 if in_words => 4,
        bytes => bytes,
    }
}
