//! The boxes of MP4: a size, a name, and bytes that may be boxes again (ISO 14496-12, 4.2).

use crate::clip::decode::input::{Input, PARTS};
use crate::error::Result;

/// A box at the top of a file.
#[derive(Clone, Copy)]
pub struct TopBox {
    pub name: [u8; 4],
    /// Where its size lies, which is its beginning.
    pub begin: u64,
    /// Where its inside begins and ends; the file may end before.
    pub inside: (u64, u64),
}

impl TopBox {
    /// The box that begins at `begin`.
    pub fn at(input: &Input, begin: u64) -> Result<Option<TopBox>> {
        let Some([a, b, c, d, name @ ..]) = input.array::<8>(begin)? else {
            return Ok(None);
        };
        let (head, bytes) = match u32::from_be_bytes([a, b, c, d]) {
            0 => (8, u64::MAX),
            1 => (16, input.array(begin + 8)?.map_or(0, u64::from_be_bytes)),
            bytes => (8, bytes.into()),
        };
        Ok((bytes >= head).then_some(TopBox {
            name,
            begin,
            inside: (begin + head, begin.saturating_add(bytes)),
        }))
    }

    /// What is in it, as much as the file has.
    pub fn read(&self, input: &Input) -> Result<Vec<u8>> {
        let (begin, end) = self.inside;
        input.bytes(begin, end - begin)
    }
}

/// Hands the boxes at the top of a file to `each`, until it returns false.
pub fn top_boxes(input: &Input, mut each: impl FnMut(TopBox) -> Result<bool>) -> Result<()> {
    let (mut offset, mut others) = (0, 0);
    while offset < input.length() && others < PARTS {
        match TopBox::at(input, offset)? {
            Some(top) if each(top)? => {
                // A long recording has thousands of fragments.
                others += usize::from(!matches!(&top.name, b"moof" | b"mdat"));
                offset = top.inside.1;
            }
            _ => break,
        }
    }
    Ok(())
}

/// Some bytes that are read from front to back; reading past their end gives nothing.
#[derive(Clone, Copy)]
pub struct Bytes<'a>(pub &'a [u8]);

impl<'a> Bytes<'a> {
    pub fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }

    pub fn u8(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }

    pub fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    pub fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    pub fn skip(&mut self, count: usize) -> Option<()> {
        self.0 = self.0.get(count..)?;
        Some(())
    }

    /// The next box: its name and what is in it, as much as there is.
    pub fn next_box(&mut self) -> Option<([u8; 4], Bytes<'a>)> {
        let size = self.u32()?;
        let name = self.array()?;
        let size = match size {
            0 => usize::MAX,
            1 => usize::try_from(self.u64()?.checked_sub(16)?).ok()?,
            size => (size as usize).checked_sub(8)?,
        };
        let (inside, rest) = self.0.split_at(size.min(self.0.len()));
        self.0 = rest;
        Some((name, Bytes(inside)))
    }

    /// The first box of that name among those that are next.
    pub fn find(mut self, name: &[u8; 4]) -> Option<Bytes<'a>> {
        loop {
            let (found, inside) = self.next_box()?;
            if found == *name {
                return Some(inside);
            }
        }
    }

    /// The box at the end of a path of names.
    pub fn find_path(self, path: &[&[u8; 4]]) -> Option<Bytes<'a>> {
        path.iter().try_fold(self, |inside, name| inside.find(name))
    }
}
