//! The checksums of FLAC and Ogg: the high bit goes first, the beginning is 0, nothing is inverted.

/// `x^8 + x^2 + x + 1`, of a FLAC frame's header.
pub fn crc8(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |crc, byte| {
        (TABLES_8[usize::from(crc ^ byte)] >> 24) as u8
    })
}

/// `x^16 + x^15 + x^2 + 1`, of a FLAC frame; goes on from `crc`.
pub fn crc16(crc: u16, bytes: &[u8]) -> u16 {
    (advance(&TABLES_16, u32::from(crc) << 16, bytes) >> 16) as u16
}

/// The polynomial of Ethernet, of an Ogg page; goes on from `crc`.
pub fn crc32(crc: u32, bytes: &[u8]) -> u32 {
    advance(&TABLES_32, crc, bytes)
}

/// Tables for eight bytes at once: table n says what a byte does that n bytes follow. A checksum
/// of fewer than 32 bits lies at the top of the word.
type Tables = [[u32; 256]; 8];

static TABLES_8: [u32; 256] = tables(0x07 << 24)[0];
static TABLES_16: Tables = tables(0x8005 << 16);
static TABLES_32: Tables = tables(0x04C1_1DB7);

const fn tables(polynomial: u32) -> Tables {
    let mut tables = [[0; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = (byte as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            crc = (crc << 1) ^ if crc >> 31 == 1 { polynomial } else { 0 };
            bit += 1;
        }
        tables[0][byte] = crc;
        byte += 1;
    }
    let mut n = 1;
    while n < 8 {
        let mut byte = 0;
        while byte < 256 {
            let before: u32 = tables[n - 1][byte];
            tables[n][byte] = (before << 8) ^ tables[0][(before >> 24) as usize];
            byte += 1;
        }
        n += 1;
    }
    tables
}

fn advance(tables: &Tables, mut crc: u32, bytes: &[u8]) -> u32 {
    let (blocks, rest) = bytes.as_chunks::<8>();
    for [a, b, c, d, e, f, g, h] in blocks {
        let [i, j, k, l] = (crc ^ u32::from_be_bytes([*a, *b, *c, *d])).to_be_bytes();
        crc = tables[7][usize::from(i)]
            ^ tables[6][usize::from(j)]
            ^ tables[5][usize::from(k)]
            ^ tables[4][usize::from(l)]
            ^ tables[3][usize::from(*e)]
            ^ tables[2][usize::from(*f)]
            ^ tables[1][usize::from(*g)]
            ^ tables[0][usize::from(*h)];
    }
    for byte in rest {
        crc = (crc << 8) ^ tables[0][usize::from((crc >> 24) as u8 ^ byte)];
    }
    crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksums_of_123456789_are_those_of_the_catalogue() {
        let digits = b"123456789";
        assert_eq!(crc8(digits), 0xF4); // CRC-8/SMBUS
        assert_eq!(crc16(0, digits), 0xFEE8); // CRC-16/UMTS
        assert_eq!(crc16(crc16(0, &digits[..4]), &digits[4..]), 0xFEE8);
        assert_eq!(crc32(0, digits), 0x89A1_897F); // CRC-32/CKSUM without its end
    }
}
