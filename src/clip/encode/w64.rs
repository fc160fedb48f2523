//! Wave64, by Sonic Foundry: the chunks of WAV with names of 16 bytes and sizes of 64 bits, which count
//! the 24 bytes of name and size, too. Chunks begin at multiples of 8 bytes; nothing fills up the last one, which
//! libsndfile would take for samples.

/// What follows four letters in the name of the file.
const RIFF_TAIL: [u8; 12] = [
    0x2E, 0x91, 0xCF, 0x11, 0xA5, 0xD6, 0x28, 0xDB, 0x04, 0xC1, 0, 0,
];

/// What follows four letters in all other names.
const CHUNK_TAIL: [u8; 12] = [
    0xF3, 0xAC, 0xD3, 0x11, 0x8C, 0xD1, 0, 0xC0, 0x4F, 0x8E, 0xDB, 0x8A,
];

/// Bytes of a name and a size.
const HEAD: u64 = 24;

/// The size of a chunk whose end is unknown. Readers stop at the end of the file; ffmpeg refuses the largest
/// sizes, to which it adds the place of the chunk, and -1.
const UNKNOWN: u64 = 1 << 62;

/// The header of a file with so many bytes of samples, if anybody knows; `format` is what the format chunk
/// of WAV holds.
pub fn header(format: &[u8], body_bytes: Option<u64>) -> Vec<u8> {
    let chunk = |name: &[u8; 4], size: u64| [name, &CHUNK_TAIL[..], &size.to_le_bytes()].concat();
    let mut chunks = chunk(b"fmt ", HEAD + format.len() as u64);
    chunks.extend(format);
    chunks.resize(chunks.len().next_multiple_of(8), 0);
    chunks.extend(chunk(
        b"data",
        body_bytes.map_or(UNKNOWN, |bytes| HEAD + bytes),
    ));
    // Its own head, and the name `wave`.
    let before = HEAD + 16 + chunks.len() as u64;
    let all = body_bytes.map_or(UNKNOWN, |bytes| before + bytes);
    let head = [
        b"riff",
        &RIFF_TAIL[..],
        &all.to_le_bytes(),
        b"wave",
        &CHUNK_TAIL,
    ]
    .concat();
    [head, chunks].concat()
}
