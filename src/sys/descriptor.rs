//! The library's own descriptors never have the numbers 0 to 2. A program that has closed its standard
//! output would otherwise print into a file of the library.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;

/// The first number that is not one of standard input, output and error.
const FIRST: libc::c_int = 3;

/// The same descriptor, under a number that is not standard input's, output's or error's.
pub(super) fn beyond_standard(descriptor: OwnedFd) -> io::Result<OwnedFd> {
    if descriptor.as_raw_fd() >= FIRST {
        return Ok(descriptor);
    }
    // SAFETY: takes the descriptor, which is open, and a number.
    let moved = unsafe { libc::fcntl(descriptor.as_raw_fd(), libc::F_DUPFD_CLOEXEC, FIRST) };
    match moved {
        // SAFETY: it was just made, and belongs to nobody else.
        0.. => Ok(unsafe { OwnedFd::from_raw_fd(moved) }),
        _ => Err(io::Error::last_os_error()),
    }
}

fn is_socket(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|metadata| metadata.file_type().is_socket())
}

/// Opens a file to read it.
pub(crate) fn open_to_read(path: &Path) -> io::Result<File> {
    Ok(beyond_standard(File::open(path)?.into())?.into())
}

/// Opens a file. A named pipe that nobody reads, and a socket, are errors; none of them is waited for.
pub(crate) fn open_at_once(mut options: OpenOptions, path: &Path) -> io::Result<File> {
    let opened = options.custom_flags(libc::O_NONBLOCK).open(path);
    let file = opened.map_err(|error| match error.raw_os_error() {
        Some(libc::ENXIO) => io::Error::other(match is_socket(path) {
            true => "a socket; it cannot be opened as a file",
            false => "a named pipe that nobody reads",
        }),
        _ => error,
    })?;
    let file = File::from(beyond_standard(file.into())?);
    // SAFETY: both take the descriptor, which is open, and numbers.
    let waits = unsafe {
        let flags = libc::fcntl(file.as_raw_fd(), libc::F_GETFL);
        libc::fcntl(file.as_raw_fd(), libc::F_SETFL, flags & !libc::O_NONBLOCK)
    };
    match waits {
        0.. => Ok(file),
        _ => Err(io::Error::last_os_error()),
    }
}
