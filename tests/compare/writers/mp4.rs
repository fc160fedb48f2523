//! Changes MP4 files without changing their contents.

/// The boxes at the top of a file: where each begins, its bytes and its name.
fn boxes(file: &[u8]) -> Vec<(usize, usize, [u8; 4])> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some([a, b, c, d, name @ ..]) = file[at..].first_chunk::<8>() {
        let bytes = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
        found.push((at, bytes, *name));
        if bytes < 8 || at + bytes > file.len() {
            break;
        }
        at += bytes;
    }
    found
}

/// Gives `mdat` a length of 64 bits, using the empty box that ffmpeg writes before it.
pub fn widen_mdat(file: &mut [u8]) {
    for pair in boxes(file).windows(2) {
        if let [
            (at, 8, [b'f', b'r', b'e', b'e']),
            (_, bytes, [b'm', b'd', b'a', b't']),
        ] = *pair
        {
            file[at..at + 4].copy_from_slice(&1u32.to_be_bytes());
            file[at + 4..at + 8].copy_from_slice(b"mdat");
            file[at + 8..at + 16].copy_from_slice(&(bytes as u64 + 8).to_be_bytes());
        }
    }
}

/// If `mdat` is the last box, sets its length to "up to the end of the file".
pub fn open_mdat(file: &mut [u8]) {
    if let Some((at, 9.., [b'm', b'd', b'a', b't'])) = boxes(file).last() {
        file[*at..at + 4].fill(0);
    }
}
