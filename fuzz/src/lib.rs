//! What the fuzz targets share: they load files that are in memory alone.

use std::fs::File;
use std::io::{Seek, Write};
use std::os::fd::{AsRawFd, FromRawFd};
use std::panic;
use std::sync::Once;

/// The crates whose panics the library turns into errors.
const CODECS: [&str; 4] = ["/symphonia-", "/opus-pure-", "/syom-", "/nanomp3-core-"];

static HOOK: Once = Once::new();

/// The fuzzer ends at every panic; here it goes on where one comes from a codec, so that what
/// becomes of it is tested too.
fn let_codecs_panic() {
    let end = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        let file = panic.location().map_or("", |place| place.file());
        if !CODECS.iter().any(|codec| file.contains(codec)) {
            end(panic);
        }
    }));
}

/// Loads the bytes as a file. Each of `magic`, if there is room for it, is written over them first,
/// so that no time is lost on files of another format.
pub fn load(magic: &[(usize, &[u8])], bytes: &[u8]) {
    HOOK.call_once(let_codecs_panic);
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
