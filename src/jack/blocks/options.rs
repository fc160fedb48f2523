//! How blocks are exchanged.

use crate::error::{Error, Result};

/// The longest block, in frames.
const MOST_FRAMES: u32 = 1 << 16;
/// The longest latency, in frames.
const MOST_LATENCY: u32 = 1 << 24;
/// How many blocks may wait, where the program does not say: at least so many, and those of a quarter of a second.
const FEWEST_QUEUED: u32 = 4;
const QUEUED_PER_SECOND: u32 = 4;
/// How long it may take until the program runs, once a block is there: 5 ms.
const WAKING_PER_SECOND: u32 = 200;

/// How [`Blocks`](super::Blocks) are exchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockOptions {
    /// The length of a block in frames, 1 to 65,536. It need not be the server's period.
    pub block_frames: u32,
    /// How many blocks of input may wait for the program, 1 to 65,536; 0: a quarter of a second of them, and at least 4.
    pub queued_blocks: u32,
    /// How many frames after the beginning of a block of input the output sounds that answers it, up to 2^24. Less than
    /// a block and a period leaves no time to answer. 0: enough that a program which thinks for as long as a block lasts,
    /// or a period if that is longer, is in time: a block, a period, this time, and 5 ms for waking, rounded up to whole
    /// periods.
    pub latency_frames: u32,
}

impl Default for BlockOptions {
    fn default() -> BlockOptions {
        BlockOptions {
            block_frames: 1024,
            queued_blocks: 0,
            latency_frames: 0,
        }
    }
}

/// The same, with what the library has chosen.
#[derive(Clone, Copy)]
pub(super) struct Sizes {
    pub block_frames: usize,
    pub latency_frames: u32,
    /// How many blocks of input there are.
    pub inputs: usize,
    /// How many blocks of output there are.
    pub outputs: usize,
}

impl BlockOptions {
    /// # Errors
    /// [`Error::OutOfRange`].
    pub(super) fn sizes(&self, period_frames: u32, rate_hz: u32) -> Result<Sizes> {
        let check = |what, given: u32, range: std::ops::RangeInclusive<u32>, allowed| match range
            .contains(&given)
        {
            true => Ok(()),
            false => Err(Error::OutOfRange {
                what,
                given: given.into(),
                allowed,
            }),
        };
        let block = self.block_frames;
        check("block_frames", block, 1..=MOST_FRAMES, "1 to 65536")?;
        check(
            "queued_blocks",
            self.queued_blocks,
            0..=1 << 16,
            "0 to 65536",
        )?;
        check(
            "latency_frames",
            self.latency_frames,
            0..=MOST_LATENCY,
            "0 to 2^24",
        )?;
        let period = period_frames.max(1);
        let queued = match self.queued_blocks {
            0 => (rate_hz / QUEUED_PER_SECOND)
                .max(2 * period)
                .div_ceil(block)
                .max(FEWEST_QUEUED),
            queued => queued,
        };
        let latency_frames = match self.latency_frames {
            0 => (block + period + block.max(period) + rate_hz / WAKING_PER_SECOND)
                .next_multiple_of(period),
            latency => latency,
        };
        // One is being filled. Output that answers all blocks that wait finds room before the first of them sounds.
        let inputs = queued as usize + 1;
        Ok(Sizes {
            block_frames: block as usize,
            latency_frames,
            inputs,
            outputs: inputs + (latency_frames.div_ceil(block)) as usize + 1,
        })
    }
}
