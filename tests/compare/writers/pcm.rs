//! Changes chunks of WAV, AIFF and CAF files without changing their sound.

/// How chunks are written in a family of formats.
#[derive(Clone, Copy)]
pub struct Family {
    /// Bytes before the first chunk.
    pub head: usize,
    pub big_endian: bool,
    /// The size has 64 bits, as in CAF.
    pub long: bool,
    /// A chunk of an odd length is followed by one byte.
    pub padded: bool,
}

pub const RIFF: Family = Family {
    head: 12,
    big_endian: false,
    long: false,
    padded: true,
};
pub const AIFF: Family = Family {
    head: 12,
    big_endian: true,
    long: false,
    padded: true,
};
pub const CAF: Family = Family {
    head: 8,
    big_endian: true,
    long: true,
    padded: false,
};

#[derive(Clone)]
pub struct Chunk {
    pub name: [u8; 4],
    pub data: Vec<u8>,
    /// The stated size, if it is not the length of the data.
    pub claimed: Option<u64>,
    /// Whether a chunk of an odd length is followed by a padding byte.
    pub evened: bool,
}

impl Chunk {
    pub fn new(name: &[u8; 4], data: Vec<u8>) -> Chunk {
        Chunk {
            name: *name,
            data,
            claimed: None,
            evened: true,
        }
    }
}

impl Family {
    fn number(self, bytes: &[u8]) -> usize {
        let digit = |sum: usize, byte: &u8| sum << 8 | usize::from(*byte);
        if self.big_endian {
            bytes.iter().fold(0, digit)
        } else {
            bytes.iter().rev().fold(0, digit)
        }
    }

    fn digits(self, value: u64, count: usize) -> Vec<u8> {
        let digit = |n: usize| (value >> (8 * n)) as u8;
        if self.big_endian {
            (0..count).rev().map(digit).collect()
        } else {
            (0..count).map(digit).collect()
        }
    }

    fn size_bytes(self) -> usize {
        if self.long { 8 } else { 4 }
    }

    /// The chunks of a whole file.
    pub fn read(self, file: &[u8]) -> Vec<Chunk> {
        let mut rest = &file[self.head..];
        let mut chunks = Vec::new();
        let head = 4 + self.size_bytes();
        while rest.len() >= head {
            let size = self.number(&rest[4..head]).min(rest.len() - head);
            let name = rest.first_chunk().expect("it is long enough");
            chunks.push(Chunk::new(name, rest[head..head + size].to_vec()));
            let padding = if self.padded { size % 2 } else { 0 };
            rest = &rest[(head + size + padding).min(rest.len())..];
        }
        chunks
    }

    /// A file with the head of another, and these chunks.
    pub fn write(self, head: &[u8], chunks: &[Chunk]) -> Vec<u8> {
        let mut file = head[..self.head].to_vec();
        for chunk in chunks {
            file.extend(chunk.name);
            let size = chunk.claimed.unwrap_or(chunk.data.len() as u64);
            file.extend(self.digits(size, self.size_bytes()));
            file.extend(&chunk.data);
            if self.padded && chunk.evened && chunk.data.len() % 2 == 1 {
                file.push(0);
            }
        }
        if !self.long {
            let size = self.digits(file.len() as u64 - 8, 4);
            file[4..8].copy_from_slice(&size);
        }
        file
    }
}
