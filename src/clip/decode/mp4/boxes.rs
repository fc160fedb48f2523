//! The boxes of MP4: a size, a name, and bytes that may be boxes again (ISO 14496-12, 4.2).

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
