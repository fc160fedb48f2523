//! Sun and NeXT audio, `.au` and `.snd`: big-endian, and little-endian with the magic reversed
//! (`dns.`), as Audacity's block files have it.

use super::{Encoding, Header, Order};
use crate::clip::decode::input::Input;
use crate::clip::decode::unsupported;
use crate::error::Result;

/// Whether a file that begins with these bytes is AU.
pub fn begins(head: &[u8]) -> bool {
    head.starts_with(b".snd") || head.starts_with(b"dns.")
}

/// Reads the six words that the file begins with.
pub fn header(input: &Input, head: &[u8]) -> Result<Header> {
    let (container, order) = match head.starts_with(b".snd") {
        true => ("AU", Order::Big),
        false => ("AU (little-endian)", Order::Little),
    };
    let Some(words) = input.array::<24>(0)? else {
        return Err(input.bad(format!("{container} with a truncated header")));
    };
    let (words, _) = words.as_chunks::<4>();
    let word = |n: usize| order.u32(words[n]);
    let encoding = match word(3) {
        1 => Encoding::MuLaw,
        2 => Encoding::I8,
        3 => Encoding::I16,
        4 => Encoding::I24,
        5 => Encoding::I32,
        6 => Encoding::F32,
        7 => Encoding::F64,
        27 => Encoding::ALaw,
        other => {
            let name = unsupported::au_encoding(other);
            return Err(input.bad(format!("{container} with encoding {other} ({name})")));
        }
    };
    Ok(Header {
        container,
        encoding,
        order,
        frame_rate_hz: word(4),
        channels: u16::try_from(word(5)).unwrap_or(u16::MAX),
        // Some programs leave out where the samples begin.
        offset: word(1).max(24).into(),
        length: match word(2) {
            0 | u32::MAX => u64::MAX,
            length => length.into(),
        },
    })
}
