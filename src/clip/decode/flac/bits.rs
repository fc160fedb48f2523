//! The bits of a FLAC frame, the highest of each byte first.

/// Reads bits. Behind the last byte it finds zeros; [`Bits::overrun`] tells that it was there.
pub struct Bits<'a> {
    bytes: &'a [u8],
    /// Bits read so far.
    position: usize,
}

impl<'a> Bits<'a> {
    /// The most bits that are read at once: a word may begin at any bit of its first byte.
    const AT_ONCE: u32 = 57;

    /// Reads `bytes`, from byte `start` on.
    pub fn new(bytes: &'a [u8], start: usize) -> Bits<'a> {
        Bits {
            bytes,
            position: 8 * start,
        }
    }

    /// Whether more was read than there is.
    pub fn overrun(&self) -> bool {
        self.position > 8 * self.bytes.len()
    }

    /// How many bytes were read, the last one perhaps in part.
    pub fn bytes_read(&self) -> usize {
        self.position.div_ceil(8)
    }

    pub fn skip(&mut self, count: usize) {
        self.position += count;
    }

    /// A number of up to 57 bits.
    pub fn unsigned(&mut self, count: u32) -> u64 {
        let word = self.peek();
        self.position += count as usize;
        // In two steps: a shift by all 64 bits overflows.
        word >> 1 >> (63 - count)
    }

    /// A number of 1 to 57 bits in two's complement.
    pub fn signed(&mut self, count: u32) -> i64 {
        let word = self.peek() as i64;
        self.position += count as usize;
        word >> 1 >> (63 - count)
    }

    /// How many zeros stand before the next one; none if there is no one left.
    pub fn unary(&mut self) -> Option<u64> {
        let mut zeros = 0;
        loop {
            let run = self.peek().leading_zeros();
            if run < Self::AT_ONCE {
                self.position += run as usize + 1;
                return Some(zeros + u64::from(run));
            }
            self.position += Self::AT_ONCE as usize;
            zeros += u64::from(Self::AT_ONCE);
            if self.overrun() {
                return None;
            }
        }
    }

    /// A residual in Rice's code: the quotient by 2^`parameter` in unary, the remainder in
    /// `parameter` bits, up to 31; the lowest bit of both together is the sign.
    #[inline]
    pub fn rice(&mut self, parameter: u32) -> Option<i64> {
        let word = self.peek();
        let zeros = word.leading_zeros();
        let length = zeros + 1 + parameter;
        let folded = if length <= Self::AT_ONCE {
            self.position += length as usize;
            let remainder = word << zeros << 1 >> 1 >> (63 - parameter);
            u64::from(zeros) << parameter | remainder
        } else {
            self.unary()? << parameter | self.unsigned(parameter)
        };
        Some((folded >> 1) as i64 ^ -((folded & 1) as i64))
    }

    /// The next 57 bits or more, at the top.
    #[inline]
    fn peek(&self) -> u64 {
        let byte = self.position / 8;
        let rest = self.bytes.get(byte..).unwrap_or(&[]);
        let word = match rest.first_chunk::<8>() {
            Some(word) => *word,
            None => {
                let mut word = [0; 8];
                word[..rest.len()].copy_from_slice(rest);
                word
            }
        };
        u64::from_be_bytes(word) << (self.position % 8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_any_length_are_read_from_any_bit_on() {
        let bytes = [0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0x80];
        let all = u128::from_be_bytes([&bytes[..], &[0; 7]].concat().try_into().expect("16"));
        for start in 0..16 {
            for count in 1..=57 {
                let mut bits = Bits::new(&bytes, 0);
                bits.skip(start);
                let expected = (all << start >> (128 - count)) as u64;
                assert_eq!(
                    bits.unsigned(count),
                    expected,
                    "{count} bits from {start} on"
                );
                let mut bits = Bits::new(&bytes, 0);
                bits.skip(start);
                let expected = ((all << start) as i128 >> (128 - count)) as i64;
                assert_eq!(bits.signed(count), expected, "{count} bits from {start} on");
            }
        }
    }

    #[test]
    fn a_run_of_zeros_is_counted_across_words_and_ends_with_the_bytes() {
        let mut bytes = vec![0; 40];
        bytes.push(0x10);
        let mut bits = Bits::new(&bytes, 0);
        assert_eq!(bits.unary(), Some(40 * 8 + 3));
        assert!(!bits.overrun());
        assert_eq!(bits.unary(), None);
        assert!(bits.overrun());
    }

    #[test]
    fn a_residual_is_read_whatever_the_length_of_its_code() {
        for parameter in 0..=31 {
            for quotient in [0u64, 1, 25, 26, 55, 56, 57, 200] {
                let remainder = 0x5555_5555 & ((1u64 << parameter) - 1);
                let mut digits = "0".repeat(quotient as usize) + "1";
                if parameter > 0 {
                    digits += &format!("{remainder:0width$b}", width = parameter as usize);
                }
                digits += "1";
                let bytes: Vec<u8> = (digits + "0000000")
                    .as_bytes()
                    .chunks_exact(8)
                    .map(|byte| byte.iter().fold(0, |n, digit| n << 1 | (digit - b'0')))
                    .collect();
                let folded = quotient << parameter | remainder;
                let expected = match folded % 2 {
                    0 => (folded / 2) as i64,
                    _ => -(folded.div_ceil(2) as i64),
                };
                let mut bits = Bits::new(&bytes, 0);
                assert_eq!(bits.rice(parameter), Some(expected));
                assert_eq!(bits.unsigned(1), 1, "the bit behind it");
            }
        }
    }
}
