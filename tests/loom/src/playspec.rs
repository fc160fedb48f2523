//! In the place of the library's `src/playspec`: cells that loom tracks, for what batches and swaps
//! carry.

pub(crate) type Compiled = crate::tracked::Tracked;

pub(crate) mod gains {
    pub(crate) type GainTable = crate::tracked::Tracked;
}
