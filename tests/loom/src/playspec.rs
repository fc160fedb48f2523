//! Replaces the library's `src/playspec`: playspecs are cells that loom tracks.

pub(crate) type Compiled = crate::tracked::Tracked;

pub(crate) mod gains {
    pub(crate) type GainTable = crate::tracked::Tracked;
}
