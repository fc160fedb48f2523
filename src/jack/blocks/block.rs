//! The memory of a block, which goes round between the audio thread and the program.
#![forbid(unsafe_code)]

use crate::error::Result;
use crate::memory;
use crate::spsc::{HeapCons, HeapProd, Producer, ring};

/// A block of each port.
#[derive(Default)]
pub(super) struct Block {
    /// The frame of the server's clock at which it begins.
    pub frame: u32,
    /// How many frames were lost before it, since the beginning.
    pub lost: u64,
    /// How often the server had skipped frames before it.
    pub xruns: u64,
    /// One after the other, the samples of each port.
    pub samples: Vec<f32>,
}

/// An end of the way that blocks go.
pub(super) struct End {
    /// Blocks that come.
    pub from: HeapCons<Block>,
    /// Blocks that go.
    pub to: HeapProd<Block>,
}

/// Makes blocks, and the way that they go round. The first end gets them all.
///
/// # Errors
/// [`crate::Error::OutOfMemory`].
pub(super) fn blocks(count: usize, ports: usize, block_frames: usize) -> Result<(End, End)> {
    const WHAT: &str = "the blocks of a JACK client";
    let (mut there, first) = ring(count, WHAT)?;
    let (back, second) = ring(count, WHAT)?;
    for _ in 0..count {
        let samples = memory::filled(0.0, ports.saturating_mul(block_frames), WHAT)?;
        let block = Block {
            samples,
            ..Block::default()
        };
        let has_room = there.try_push(block).is_ok();
        debug_assert!(has_room, "there is room for all");
    }
    let first = End {
        from: first,
        to: back,
    };
    let second = End {
        from: second,
        to: there,
    };
    Ok((first, second))
}
