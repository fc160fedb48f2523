//! What the fuzz targets share: they load files that are in memory alone.

use std::fs::File;
use std::io::{Seek, Write};
use std::os::fd::{AsRawFd, FromRawFd};

/// Loads the bytes as a file. Each of `magic`, if there is room for it, is written over them first,
/// so that no time is lost on files of another format.
pub fn load(magic: &[(usize, &[u8])], bytes: &[u8]) {
    let mut bytes = bytes.to_vec();
    for (at, magic) in magic {
        if let Some(place) = bytes.get_mut(*at..at + magic.len()) {
            place.copy_from_slice(magic);
        }
    }
    // SAFETY: the name ends with a zero byte.
    let descriptor = unsafe { libc::memfd_create(c"amio-fuzz".as_ptr(), 0) };
    assert!(descriptor >= 0, "no file in memory");
    // SAFETY: it was just opened, and nobody else has it.
    let mut file = unsafe { File::from_raw_fd(descriptor) };
    file.write_all(&bytes).expect("there is memory");
    file.rewind().expect("it is a file");
    let path = format!("/proc/self/fd/{}", file.as_raw_fd());
    // Whether it loads does not matter: what matters is that nothing else happens.
    let _ = amio::Clip::open(path);
}
