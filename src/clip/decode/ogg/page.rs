//! Pages of Ogg (RFC 3533).

use crate::clip::decode::crc::crc32;

/// The longest header: fixed part and 255 lengths.
pub const LONGEST_HEADER: usize = 27 + 255;

/// The header of a page.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// The page begins with the rest of a packet.
    pub continued: bool,
    pub first: bool,
    pub last: bool,
    /// What the codec says of the position after the last packet that ends here; -1: none ends.
    pub granule: i64,
    pub serial: u32,
    pub sequence: u32,
    checksum: u32,
    head: usize,
    bytes: usize,
}

impl Page {
    /// Reads the header that `bytes` begin with.
    pub fn parse(bytes: &[u8]) -> Option<Page> {
        let (fixed, lengths) = bytes.split_first_chunk::<27>()?;
        let [b'O', b'g', b'g', b'S', 0, flags, rest @ ..] = fixed else {
            return None;
        };
        let [a, b, c, d, e, f, g, h, rest @ ..] = rest;
        let (words, _) = rest.as_chunks::<4>();
        let count = usize::from(fixed[26]);
        let body: usize = lengths.get(..count)?.iter().map(|n| usize::from(*n)).sum();
        Some(Page {
            continued: flags & 1 != 0,
            first: flags & 2 != 0,
            last: flags & 4 != 0,
            granule: i64::from_le_bytes([*a, *b, *c, *d, *e, *f, *g, *h]),
            serial: u32::from_le_bytes(words[0]),
            sequence: u32::from_le_bytes(words[1]),
            checksum: u32::from_le_bytes(words[2]),
            head: 27 + count,
            bytes: 27 + count + body,
        })
    }

    /// Bytes of header and body.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether the checksum of the page fits; `bytes` are all of the page.
    pub fn intact(&self, bytes: &[u8]) -> bool {
        let crc = crc32(0, &bytes[..22]);
        // A fuzzer would need too long to find the right checksum.
        cfg!(fuzzing) || crc32(crc32(crc, &[0; 4]), &bytes[26..]) == self.checksum
    }

    /// The packets of the page, of which `bytes` are all: each with whether it ends here.
    pub fn packets<'a>(&self, bytes: &'a [u8]) -> impl Iterator<Item = (&'a [u8], bool)> {
        let mut lengths = &bytes[27..self.head];
        let mut body = &bytes[self.head..self.bytes];
        std::iter::from_fn(move || {
            if lengths.is_empty() {
                return None;
            }
            let full = lengths.iter().take_while(|n| **n == 255).count();
            let ends = full < lengths.len();
            let (packet, rest) = lengths.split_at(full + usize::from(ends));
            lengths = rest;
            let length = packet.iter().map(|n| usize::from(*n)).sum();
            let (packet, rest) = body.split_at(length);
            body = rest;
            Some((packet, ends))
        })
    }
}
