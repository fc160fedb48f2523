//! Files that nobody else of this library writes while they are read, and nobody reads or writes while
//! they are written, as far as their file system knows locks.

use std::fs::{File, TryLockError};
use std::ops::Deref;

/// A file with a lock, which ends with it.
pub(super) struct Locked(File);

impl Locked {
    /// With the lock of those who read, or without one where somebody writes it.
    pub fn to_read(file: File) -> Locked {
        // One that is being recorded is locked, and can be read all the same.
        let _ = file.try_lock_shared();
        Locked(file)
    }

    /// With the lock of the one who writes; none where it is being read or written.
    pub fn to_write(file: File) -> Option<Locked> {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => None,
            // File systems without locks have no say in this.
            Ok(()) | Err(TryLockError::Error(_)) => Some(Locked(file)),
        }
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        // Closing would end the lock only when a child that was just forked has closed it as well.
        let _ = self.0.unlock();
    }
}

impl Deref for Locked {
    type Target = File;

    fn deref(&self) -> &File {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_ends_with_the_file_though_a_child_still_has_the_descriptor() {
        let path = std::env::temp_dir().join(format!("amio-locked-{}", std::process::id()));
        let open = || {
            let mut options = File::options();
            options.write(true).read(true).create(true).truncate(false);
            options.open(&path).expect("a file")
        };
        for lock in [Locked::to_read, |file| {
            Locked::to_write(file).expect("free")
        }] {
            let file = open();
            // What fork() does to each descriptor.
            let of_child = file.try_clone().expect("a descriptor");
            let locked = lock(file);
            assert!(Locked::to_write(open()).is_none());
            drop(locked);
            assert!(Locked::to_write(open()).is_some());
            drop(of_child);
        }
        std::fs::remove_file(&path).expect("it is there");
    }
}
