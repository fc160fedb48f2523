//! Chunks, one after another: what WAV, AIFF, Wave64 and CAF are made of. They differ in how a chunk
//! begins. What a wrong size means is decided here for all of them.

use super::Order;
use crate::clip::decode::input::{Input, PARTS};
use crate::error::Result;

/// How a chunk begins, and where the next one does.
#[derive(Clone, Copy)]
pub enum Chunks {
    /// RIFF and IFF: a name and a size of 32 bits. A chunk of odd size is followed by a pad byte.
    Iff(Order),
    /// Wave64: a GUID and a size of 64 bits that counts these 24 bytes too. Chunks begin at
    /// multiples of 8.
    Wave64,
    /// CAF: a name and a size of 64 bits, with a sign.
    Caf,
}

/// The header of a chunk.
pub struct Chunk {
    /// Of a GUID, its first four bytes.
    pub name: [u8; 4],
    /// Where its contents begin.
    pub begin: u64,
    /// Bytes of its contents; `None` for -1, which says that they are not known.
    pub size: Option<u64>,
    /// Whether names of chunks look like this one.
    is_named: bool,
}

/// How a GUID of Wave64 goes on after its name: those of all chunks but `list`, and that one.
const GUID_ENDS: [[u8; 12]; 2] = [
    *b"\xF3\xAC\xD3\x11\x8C\xD1\x00\xC0\x4F\x8E\xDB\x8A",
    *b"\x2F\x91\xCF\x11\xA5\xD6\x28\xDB\x04\xC1\x00\x00",
];

impl Chunks {
    /// The chunk at `offset`, unless the file ends before its contents.
    pub fn at(self, input: &Input, offset: u64) -> Result<Option<Chunk>> {
        match self {
            Chunks::Iff(order) => Ok(input.array::<8>(offset)?.map(|[a, b, c, d, size @ ..]| {
                let size = order.u32(size);
                let size = (size != u32::MAX).then_some(u64::from(size));
                Chunk::named([a, b, c, d], offset + 8, size)
            })),
            Chunks::Caf => Ok(input.array::<12>(offset)?.map(|[a, b, c, d, size @ ..]| {
                let size = u64::try_from(i64::from_be_bytes(size)).ok();
                Chunk::named([a, b, c, d], offset + 12, size)
            })),
            Chunks::Wave64 => Ok(input.array::<24>(offset)?.map(|bytes| {
                let [a, b, c, d, end @ .., s, t, u, v, w, x, y, z] = bytes;
                let size = u64::from_le_bytes([s, t, u, v, w, x, y, z]);
                let size = (size != u64::MAX).then_some(size.saturating_sub(24));
                Chunk {
                    is_named: GUID_ENDS.contains(&end),
                    ..Chunk::named([a, b, c, d], offset + 24, size)
                }
            })),
        }
    }

    /// Where the chunk after `chunk` begins; nothing follows one whose size is not known.
    pub fn after(self, input: &Input, chunk: &Chunk) -> Result<Option<u64>> {
        let Some(end) = chunk.end() else {
            return Ok(None);
        };
        Ok(Some(match self {
            Chunks::Caf => end,
            Chunks::Wave64 => end.checked_next_multiple_of(8).unwrap_or(u64::MAX),
            Chunks::Iff(_) if chunk.size.is_none_or(|size| size % 2 == 0) => end,
            // A pad byte is 0; some programs leave it out.
            Chunks::Iff(_) => match (input.array::<1>(end)?, self.at(input, end)?) {
                (Some([pad]), Some(next)) if pad != 0 && next.is_named && next.fits(input) => end,
                _ => end.saturating_add(1),
            },
        }))
    }

    /// How many bytes of samples a chunk of them has; `u64::MAX`: all up to the end of the file.
    ///
    /// A size of 0 or -1 can mean that the file was never finished, and that all that follows is
    /// samples; or that there are no samples. There are none where other chunks follow: each with a
    /// name and a size that fits, and the last of them ends where the file ends, or where
    /// `form_end` says that the chunks end.
    pub fn sample_bytes(self, input: &Input, chunk: &Chunk, form_end: Option<u64>) -> Result<u64> {
        match chunk.size {
            Some(size) if size > 0 => Ok(size),
            _ if self.chunks_follow(input, chunk.begin, form_end)? => Ok(0),
            _ => Ok(u64::MAX),
        }
    }

    fn chunks_follow(self, input: &Input, mut offset: u64, form_end: Option<u64>) -> Result<bool> {
        for _ in 0..PARTS {
            let Some(chunk) = self.at(input, offset)?.filter(|chunk| chunk.is_named) else {
                return Ok(false);
            };
            let (Some(end), Some(next)) = (chunk.end(), self.after(input, &chunk)?) else {
                return Ok(false);
            };
            let is_end = |at: u64| at == input.length() || Some(at) == form_end;
            if is_end(end) || is_end(next) {
                return Ok(true);
            }
            offset = next;
        }
        Ok(false)
    }
}

impl Chunk {
    fn named(name: [u8; 4], begin: u64, size: Option<u64>) -> Chunk {
        Chunk {
            name,
            begin,
            size,
            is_named: name.iter().all(|byte| matches!(byte, b' '..=b'~')),
        }
    }

    /// Where its contents end; `None` if that is unknown.
    pub fn end(&self) -> Option<u64> {
        self.size.map(|size| self.begin.saturating_add(size))
    }

    fn fits(&self, input: &Input) -> bool {
        self.end().is_some_and(|end| end <= input.length())
    }
}
