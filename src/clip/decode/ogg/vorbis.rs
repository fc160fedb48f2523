//! What has to be known of Vorbis to count frames without decoding (Vorbis I, 4.2 and 4.3.1): the
//! two lengths of a block, and which of them each mode has.

/// The lengths of blocks, and of each mode, which of them it has.
#[derive(Clone, Debug)]
pub struct Blocks {
    lengths: [u32; 2],
    long: Vec<bool>,
}

impl Blocks {
    /// Reads the identification header; `long` says of each mode whether its blocks are long.
    pub fn parse(identification: &[u8], long: Vec<bool>) -> Option<Blocks> {
        let exponents = *identification.get(28)?;
        let (short_exponent, long_exponent) = (exponents & 15, exponents >> 4);
        let range = 6..=13;
        if !range.contains(&short_exponent) || !(short_exponent..=13).contains(&long_exponent) {
            return None;
        }
        Some(Blocks {
            lengths: [1 << short_exponent, 1 << long_exponent],
            long,
        })
    }

    /// The length of a packet's block; none for what is no packet of sound.
    pub fn of(&self, packet: &[u8]) -> Option<u32> {
        let first = *packet.first()?;
        let bits = usize::BITS - (self.long.len() - 1).leading_zeros();
        let mode = usize::from(first >> 1) & ((1 << bits) - 1);
        let long = self.long.get(mode)?;
        (first & 1 == 0).then(|| self.lengths[usize::from(*long)])
    }

    /// Twice the longest block: as long as a packet can have an effect.
    pub fn reach(&self) -> u64 {
        2 * u64::from(self.lengths[1])
    }
}
