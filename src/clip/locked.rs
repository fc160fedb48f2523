//! Files that nobody else of this library writes while they are read, and nobody reads or writes while
//! they are written, as far as their file system knows locks.

use crate::sys::Home;
use std::fs::{File, TryLockError};
use std::ops::Deref;

/// A file with a lock, which ends with it.
pub(super) struct Locked {
    file: File,
    home: Home,
}

impl Locked {
    /// With the lock of those who read, or without one where somebody writes it.
    pub fn to_read(file: File) -> Locked {
        // One that is being recorded is locked, and can be read all the same.
        let _ = file.try_lock_shared();
        Locked::here(file)
    }

    /// With the lock of the one who writes; none where it is being read or written.
    pub fn to_write(file: File) -> Option<Locked> {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => None,
            // File systems without locks have no say in this.
            Ok(()) | Err(TryLockError::Error(_)) => Some(Locked::here(file)),
        }
    }

    fn here(file: File) -> Locked {
        let home = Home::here();
        Locked { file, home }
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        // A child of fork() shares the lock with its parent. Closing would end the parent's only when the child
        // has closed the file as well, and must not end it in the child.
        if self.home.is_here() {
            let _ = self.file.unlock();
        }
    }
}

impl Deref for Locked {
    type Target = File;

    fn deref(&self) -> &File {
        &self.file
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys;
    use std::path::{Path, PathBuf};

    fn path(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("amio-{name}-{}", std::process::id()))
    }

    fn open(path: &Path) -> File {
        let mut options = File::options();
        options.write(true).read(true).create(true).truncate(false);
        options.open(path).expect("a file")
    }

    #[test]
    fn a_child_that_drops_what_it_inherited_leaves_the_lock_to_its_parent() {
        let path = path("inherited");
        let mut locked = Locked::to_write(open(&path));
        sys::in_child(|| drop(locked.take()));
        assert!(Locked::to_write(open(&path)).is_none());
        drop(locked);
        assert!(Locked::to_write(open(&path)).is_some());
        std::fs::remove_file(&path).expect("it is there");
    }

    #[test]
    fn the_lock_ends_with_the_file_though_a_child_still_has_the_descriptor() {
        let path = path("locked");
        let open = || open(&path);
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
