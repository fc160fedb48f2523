//! The descriptors of MPEG-4 (ISO 14496-1, 7.2.6), which say what kind of decoder AAC needs.

use super::boxes::Bytes;

/// The descriptor that says what kind of decoder is needed.
pub const DECODER: u8 = 4;

/// The descriptor of what that decoder needs.
pub const DECODER_SETUP: u8 = 5;

/// What is not AAC, of the kinds that are met in practice (mp4ra.org).
pub fn not_aac(kind: u8) -> Option<&'static str> {
    Some(match kind {
        0x69 | 0x6B => "MPEG audio (MP3)",
        0xA5 => "AC-3",
        0xA6 => "E-AC-3",
        0xA9..=0xAC => "DTS",
        0xDD => "Vorbis",
        0xE1 => "QCELP",
        _ => return None,
    })
}

/// What is in the descriptor `wanted` of MPEG-4 (ISO 14496-1, 7.2.6).
pub fn descriptor(mut bytes: Bytes<'_>, wanted: u8) -> Option<Bytes<'_>> {
    loop {
        let tag = bytes.u8()?;
        let mut size = 0;
        for _ in 0..4 {
            let byte = bytes.u8()?;
            size = size << 7 | usize::from(byte & 0x7F);
            if byte & 0x80 == 0 {
                break;
            }
        }
        match tag {
            found if found == wanted => {
                return Some(Bytes(bytes.0.get(..size.min(bytes.0.len()))?));
            }
            // Elementary stream: its number and flags, and what they announce.
            3 => {
                bytes.skip(2)?;
                let flags = bytes.u8()?;
                bytes.skip(if flags & 0x80 == 0 { 0 } else { 2 })?;
                let url = if flags & 0x40 == 0 { 0 } else { bytes.u8()? };
                bytes.skip(url.into())?;
                bytes.skip(if flags & 0x20 == 0 { 0 } else { 2 })?;
            }
            // What kind, how large, how fast.
            DECODER => bytes.skip(13)?,
            _ => bytes.skip(size)?,
        }
    }
}
