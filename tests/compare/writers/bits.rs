//! Bits, the highest of each byte first, and checksums over bytes.

#[derive(Clone, Default)]
pub struct Bits {
    bytes: Vec<u8>,
    /// Bits in the last byte that are not used yet.
    free: u32,
}

impl Bits {
    /// Appends the lowest `count` bits of a value.
    pub fn put(&mut self, value: u64, count: u32) {
        for bit in (0..count).rev() {
            if self.free == 0 {
                self.bytes.push(0);
                self.free = 8;
            }
            self.free -= 1;
            if value >> bit & 1 == 1
                && let Some(last) = self.bytes.last_mut()
            {
                *last |= 1 << self.free;
            }
        }
    }

    /// Appends `count` zeros and a one.
    pub fn unary(&mut self, count: u64) {
        for _ in 0..count {
            self.put(0, 1);
        }
        self.put(1, 1);
    }

    pub fn append(&mut self, other: &Bits) {
        for n in 0..other.len() {
            self.put(u64::from(other.bytes[n / 8] >> (7 - n % 8)), 1);
        }
    }

    /// How many bits there are.
    pub fn len(&self) -> usize {
        8 * self.bytes.len() - self.free as usize
    }

    /// All bits, with zeros up to the end of the last byte.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// The checksum of a polynomial of `width` bits (8, 16 or 32), from a first value on.
pub fn crc(width: u32, polynomial: u32, first: u32, bytes: &[u8]) -> u32 {
    let mut crc = first << (32 - width);
    for byte in bytes {
        crc ^= u32::from(*byte) << 24;
        for _ in 0..8 {
            let carry = crc >> 31 == 1;
            crc <<= 1;
            if carry {
                crc ^= polynomial << (32 - width);
            }
        }
    }
    crc >> (32 - width)
}
