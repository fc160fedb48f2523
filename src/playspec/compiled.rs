//! The playspec that was checked, in the form that the player reads.

use super::entry::Entry;
use super::index::Index;
use super::instances::Instances;
use crate::clip::Clip;
use crate::error::{Error, Result};
use crate::memory;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A checked, immutable list of entries. Cloning is cheap; it may be scheduled any number of
/// times, on several interfaces at once.
#[derive(Clone)]
pub struct Playspec(pub(crate) Arc<Compiled>);

/// The form that the player reads.
pub(crate) struct Compiled {
    /// No other playspec of this process has this number.
    pub id: u64,
    /// In the order in which the caller gave them.
    pub entries: Vec<Entry>,
    /// When each entry sounds, in the same order.
    pub instances: Vec<Instances>,
    /// Which entries sound when.
    pub index: Index,
    /// The clips that are streamed, each once.
    pub streams: Vec<Clip>,
}

impl Playspec {
    /// Checks and indexes the entries. A playspec without entries is silence.
    ///
    /// # Errors
    /// The first entry that is wrong: [`Error::InvalidArgument`] or [`Error::OutOfRange`];
    /// [`Error::OutOfMemory`].
    pub fn new(mut entries: Vec<Entry>) -> Result<Playspec> {
        Playspec::take(&mut entries)
    }

    /// As [`Playspec::new`]; after an error, the entries are where they were.
    pub(crate) fn take(entries: &mut Vec<Entry>) -> Result<Playspec> {
        static NEXT_ID: AtomicU64 = AtomicU64::new(1);
        if entries.len() > u32::MAX as usize {
            return Err(Error::OutOfRange {
                what: "entries",
                given: entries.len() as i128,
                allowed: "at most 2^32 - 1",
            });
        }
        for (number, entry) in entries.iter().enumerate() {
            entry
                .check()
                .map_err(|e| Error::InvalidArgument(format!("entry {number}: {e}")))?;
        }
        let instances = memory::collect(entries.iter().map(Instances::of), "a playspec")?;
        let index = Index::new(&instances)?;
        let streams = streams_of(entries)?;
        Ok(Playspec(Arc::new(Compiled {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            entries: std::mem::take(entries),
            instances,
            index,
            streams,
        })))
    }

    /// The entries, in the order in which they were given.
    pub fn entries(&self) -> &[Entry] {
        &self.0.entries
    }

    /// Checks that every entry has the interface's rate and fits its outputs.
    pub(crate) fn check_fit(&self, interface_hz: u32, outputs: u16) -> Result<()> {
        for (number, entry) in self.0.entries.iter().enumerate() {
            let clip_hz = entry.clip.info().frame_rate_hz;
            if clip_hz != interface_hz {
                return Err(Error::RateMismatch {
                    what: format!("the clip of entry {number}"),
                    clip_hz,
                    interface_hz,
                });
            }
            if entry.outputs_needed() > outputs {
                return Err(Error::InvalidArgument(format!(
                    "entry {number}: needs outputs {} to {}; the interface has {outputs}",
                    entry.first_output,
                    entry.outputs_needed() - 1
                )));
            }
        }
        Ok(())
    }
}

/// The clips that are streamed, each once.
fn streams_of(entries: &[Entry]) -> Result<Vec<Clip>> {
    let streamed = || entries.iter().filter(|entry| entry.clip.is_streamed());
    let mut streams = memory::room(streamed().count(), "a playspec")?;
    streams.extend(streamed().map(|entry| entry.clip.clone()));
    streams.sort_unstable_by_key(Clip::id);
    streams.dedup_by_key(|clip| clip.id());
    Ok(streams)
}

impl std::fmt::Debug for Playspec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Playspec({} entries)", self.0.entries.len())
    }
}
