//! Looking at a clip or a file once, from its beginning to its end.
//!
//! Flow: [`Clip`] or file -> blocks of planar frames -> [`Overview`], [`Loudness`], or both.
//! A file is read block by block; only what is kept of it grows with its length.

use super::data::Clip;
use super::info::ClipInfo;
use super::loudness::{self, Loudness};
use super::overview::{self, Overview};
use super::scan::{Seen, each_block_of, each_block_of_clip, open};
use super::source::Monitor;
#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;
use std::path::Path;

/// The overview and the loudness of the same audio, found in one pass.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// For drawing.
    pub overview: Overview,
    /// For judging how loud it is.
    pub loudness: Loudness,
}

impl Analysis {
    /// Looks at a clip. Takes and keeps what [`Overview::of_clip`] and [`Loudness::of_clip`] do.
    ///
    /// # Errors
    /// [`Error::Cancelled`], [`Error::OutOfMemory`].
    pub fn of_clip(clip: &Clip, monitor: &mut Monitor<'_>) -> Result<Analysis> {
        let mut both = Both::new(clip.info())?;
        let seen = each_block_of_clip(clip, monitor, |block| both.take(block))?;
        both.finish(seen, Some(clip))
    }

    /// Looks at a file without loading it.
    ///
    /// # Errors
    /// As [`Clip::open`], and [`Error::Cancelled`].
    pub fn of_file(path: impl AsRef<Path>, monitor: &mut Monitor<'_>) -> Result<Analysis> {
        let mut source = open(path.as_ref())?;
        let mut both = Both::new(source.info())?;
        let seen = each_block_of(&mut *source, monitor, |block| both.take(block))?;
        both.finish(seen, None)
    }
}

struct Both {
    overview: overview::OverviewBuilder,
    loudness: loudness::LoudnessBuilder,
}

impl Both {
    fn new(info: ClipInfo) -> Result<Both> {
        Ok(Both {
            overview: overview::OverviewBuilder::new(info.channels),
            loudness: loudness::LoudnessBuilder::new(info)?,
        })
    }

    fn take(&mut self, block: &[&[f32]]) -> Result<()> {
        self.overview.take(block)?;
        self.loudness.take(block)
    }

    fn finish(self, seen: Seen, clip: Option<&Clip>) -> Result<Analysis> {
        Ok(Analysis {
            overview: self.overview.finish(seen, clip)?,
            loudness: self.loudness.finish(seen)?,
        })
    }
}
