//! The setup header of Vorbis (Vorbis I, 4.2.4), walked through from bit to bit for the little
//! that is needed of it.

/// For each mode, whether its blocks are long; none if the header ends too early or makes no sense.
pub fn long_modes(header: &[u8], channels: u8) -> Option<Vec<bool>> {
    let mut bits = Bits {
        bytes: header,
        at: 8 * 7, // after its kind and the name
    };
    let bits_of_a_channel = ilog(u32::from(channels).checked_sub(1)?);
    for _ in 0..=bits.read(8)? {
        codebook(&mut bits)?;
    }
    for _ in 0..=bits.read(6)? {
        bits.skip(16)?; // a time domain transform, of which there is none
    }
    for _ in 0..=bits.read(6)? {
        floor(&mut bits)?;
    }
    for _ in 0..=bits.read(6)? {
        residue(&mut bits)?;
    }
    for _ in 0..=bits.read(6)? {
        mapping(&mut bits, channels, bits_of_a_channel)?;
    }
    let mut long = Vec::new();
    for _ in 0..=bits.read(6)? {
        long.push(bits.flag()?);
        bits.skip(16 + 16 + 8)?;
    }
    Some(long)
}

/// Bits, the lowest of each byte first.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn read(&mut self, count: u32) -> Option<u32> {
        let mut value = 0;
        for bit in 0..count {
            let byte = self.bytes.get(self.at / 8)?;
            value |= u32::from(byte >> (self.at % 8) & 1) << bit;
            self.at += 1;
        }
        Some(value)
    }

    fn flag(&mut self) -> Option<bool> {
        self.read(1).map(|bit| bit != 0)
    }

    fn skip(&mut self, count: u64) -> Option<()> {
        let end = (self.at as u64).checked_add(count)?;
        self.at = usize::try_from(end).ok()?;
        (self.at <= 8 * self.bytes.len()).then_some(())
    }
}

/// The number of bits that a number takes.
fn ilog(number: u32) -> u32 {
    u32::BITS - number.leading_zeros()
}

fn codebook(bits: &mut Bits<'_>) -> Option<()> {
    if bits.read(24)? != 0x56_4342 {
        return None;
    }
    let (dimensions, entries) = (bits.read(16)?, bits.read(24)?);
    if bits.flag()? {
        bits.skip(5)?;
        let mut done = 0;
        while done < entries {
            done += bits.read(ilog(entries - done))?;
        }
    } else {
        let sparse = bits.flag()?;
        for _ in 0..entries {
            if !sparse || bits.flag()? {
                bits.skip(5)?;
            }
        }
    }
    let values = match bits.read(4)? {
        0 => return Some(()),
        1 => u64::from(root(entries, dimensions)),
        2 => u64::from(entries) * u64::from(dimensions),
        _ => return None,
    };
    bits.skip(32 + 32)?;
    let width = bits.read(4)? + 1;
    bits.skip(1)?;
    bits.skip(values * u64::from(width))
}

/// The largest number whose power `exponent` is at most `limit`.
fn root(limit: u32, exponent: u32) -> u32 {
    let fits = |n: u32| n.checked_pow(exponent).is_some_and(|power| power <= limit);
    let (mut low, mut high) = (0, limit);
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if fits(middle) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    low
}

fn floor(bits: &mut Bits<'_>) -> Option<()> {
    match bits.read(16)? {
        0 => {
            bits.skip(8 + 16 + 16 + 6 + 8)?;
            let books = u64::from(bits.read(4)?) + 1;
            bits.skip(8 * books)
        }
        1 => {
            let partitions = bits.read(5)?;
            let mut classes = Vec::new();
            for _ in 0..partitions {
                classes.push(bits.read(4)? as usize);
            }
            let mut dimensions = Vec::new();
            for _ in 0..classes.iter().max().map_or(0, |class| class + 1) {
                dimensions.push(u64::from(bits.read(3)?) + 1);
                let subclasses = bits.read(2)?;
                bits.skip(if subclasses == 0 { 0 } else { 8 })?;
                bits.skip(8 << subclasses)?;
            }
            bits.skip(2)?;
            let width = u64::from(bits.read(4)?);
            let points: u64 = classes.iter().map(|class| dimensions[*class]).sum();
            bits.skip(width * points)
        }
        _ => None,
    }
}

fn residue(bits: &mut Bits<'_>) -> Option<()> {
    bits.skip(16 + 24 + 24 + 24)?;
    let classes = bits.read(6)? + 1;
    bits.skip(8)?;
    let mut books = 0;
    for _ in 0..classes {
        let low = bits.read(3)?;
        let high = if bits.flag()? { bits.read(5)? } else { 0 };
        books += u64::from(low.count_ones() + high.count_ones());
    }
    bits.skip(8 * books)
}

fn mapping(bits: &mut Bits<'_>, channels: u8, bits_of_a_channel: u32) -> Option<()> {
    bits.skip(16)?;
    let submaps = if bits.flag()? { bits.read(4)? + 1 } else { 1 };
    let pairs = if bits.flag()? { bits.read(8)? + 1 } else { 0 };
    bits.skip(u64::from(pairs) * 2 * u64::from(bits_of_a_channel))?;
    bits.skip(2)?;
    bits.skip(if submaps > 1 {
        4 * u64::from(channels)
    } else {
        0
    })?;
    bits.skip(24 * u64::from(submaps))
}
