//! The open file of a stream.

use crate::clip::source::Source;
use crate::error::Result;

/// What reads the file; one thread at a time has it.
pub(super) struct FileReader {
    pub source: Box<dyn Source>,
    /// The frame that `source` reads next; `u64::MAX` where that is unknown.
    pub at: u64,
    /// Frames on their way.
    pub block: Vec<Vec<f32>>,
}

impl FileReader {
    /// Reads frames from `first` on into `block`; returns how many the file has there.
    pub fn try_read(&mut self, first: u64, frames: usize) -> Result<usize> {
        // Unknown, should something fail or the file be too short.
        if std::mem::replace(&mut self.at, u64::MAX) != first {
            self.source.seek(first)?;
        }
        let mut out: Vec<&mut [f32]> = self.block.iter_mut().map(|c| &mut c[..frames]).collect();
        let read = self.source.read(&mut out)?;
        if read == frames {
            self.at = first + read as u64;
        }
        Ok(read)
    }
}
