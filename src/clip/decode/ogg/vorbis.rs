//! What has to be known of Vorbis to count frames without decoding (Vorbis I, 4.2 and 4.3.1): the
//! two lengths of a block, and which of them each mode has.

/// The lengths of blocks, and of each mode, which of them it has.
#[derive(Clone, Debug)]
pub struct Blocks {
    lengths: [u32; 2],
    long: Vec<bool>,
}

impl Blocks {
    /// Reads the identification and the setup header.
    pub fn parse(identification: &[u8], setup: &[u8]) -> Option<Blocks> {
        let exponents = *identification.get(28)?;
        let (short, long) = (exponents & 15, exponents >> 4);
        if !(6..=13).contains(&short) || !(short..=13).contains(&long) {
            return None;
        }
        Some(Blocks {
            lengths: [1 << short, 1 << long],
            long: modes(setup)?,
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

/// Reads the modes, which are what the setup header ends with, from its end. A mode is a flag for
/// the length, two numbers of 16 bits that are 0, and one of 8 bits that is below 64; before all
/// of them stands how many there are, less one, in 6 bits. Where several beginnings fit, the
/// longest list is meant, since a list that is too long would have to run through random bits.
fn modes(setup: &[u8]) -> Option<Vec<bool>> {
    let bit = |n: usize| setup[n / 8] >> (n % 8) & 1 != 0;
    let number = |first: usize, bits: usize| {
        (0..bits).fold(0u32, |value, n| value | u32::from(bit(first + n)) << n)
    };
    // The last bit that is set frames the header.
    let mut end = (0..8 * setup.len()).rev().find(|n| bit(*n))?;
    let (mut long, mut found) = (Vec::new(), None);
    while long.len() < 64 && end >= 41 + 6 + 56 {
        let mode = end - 41;
        if number(mode + 1, 32) != 0 || number(mode + 33, 8) > 63 {
            break;
        }
        long.push(bit(mode));
        end = mode;
        if number(end - 6, 6) as usize + 1 == long.len() {
            found = Some(long.len());
        }
    }
    long.truncate(found?);
    long.reverse();
    Some(long)
}
