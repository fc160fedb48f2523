//! The file of a stream, and what is known of it.

use super::table::StreamTable;
use crate::clip::info::ClipInfo;
use crate::lock::{Condvar, Mutex};

/// Frames of a page.
pub(crate) const PAGE_FRAMES: usize = 4096;

pub(super) struct StreamedFile {
    pub info: ClipInfo,
    /// Locked for a few instructions only. Never locked while the file is read, which may take long.
    pub table: Mutex<StreamTable>,
    /// Whoever waits to read the file may go on.
    pub is_free: Condvar,
}

impl StreamedFile {
    pub fn new(info: ClipInfo, table: StreamTable) -> StreamedFile {
        StreamedFile {
            info,
            table: Mutex::new(table),
            is_free: Condvar::new(),
        }
    }
}
