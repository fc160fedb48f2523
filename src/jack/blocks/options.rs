//! How blocks are exchanged.

use crate::error::{Error, Result};

/// The longest block, in frames.
const MOST_FRAMES: u32 = 1 << 16;
/// The longest latency, in frames.
const MOST_LATENCY: u32 = 1 << 24;
/// The most memory that the blocks of an exchange may take, in bytes: those of the samples, and some for each block.
const MOST_BYTES: u64 = 1 << 30;
const BYTES_OF_BLOCK: u64 = 96;
/// How many blocks may wait, where the program does not say: at least so many, and those of a quarter of a second.
const FEWEST_QUEUED: u32 = 4;
const QUEUED_PER_SECOND: u32 = 4;
/// How long it may take until the program runs, once a block is there: 5 ms.
const WAKING_PER_SECOND: u32 = 200;

/// How [`Blocks`](super::Blocks) are exchanged. All blocks that wait, or fill the latency, take at most 1 GiB of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockOptions {
    /// The length of a block in frames, 1 to 65,536. It need not be the server's period.
    pub block_frames: u32,
    /// How many blocks of input may wait for the program, 1 to 65,536; 0: a quarter of a second of them, and at least 4.
    pub queued_blocks: u32,
    /// How many frames after the beginning of a block of input the output sounds that answers it, up to 2^24. Less than
    /// a block and a period leaves no time to answer. 0: enough that a program which thinks for as long as a block lasts,
    /// or a period if that is longer, is in time: a block, a period, this time, and 5 ms for waking, rounded up to whole
    /// periods. If the server's period becomes longer, this latency rises: see [`Blocks::latency_frames`](super::Blocks::latency_frames).
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

/// The longest period of any server, in frames.
const LONGEST_PERIOD: u32 = 8192;

/// The latency where the program does not say.
pub(super) fn default_latency(block: u32, period: u32, rate_hz: u32) -> u32 {
    (block + period + block.max(period) + rate_hz / WAKING_PER_SECOND).next_multiple_of(period)
}

/// The same, with what the library has chosen.
#[derive(Clone, Copy)]
pub(super) struct Sizes {
    pub block_frames: usize,
    pub latency_frames: u32,
    /// Whether the library has chosen it. Then it rises with the period.
    pub latency_rises: bool,
    /// How many blocks of input there are.
    pub inputs: usize,
    /// How many blocks of output there are.
    pub outputs: usize,
}

impl Sizes {
    /// # Errors
    /// [`Error::OutOfRange`]: the blocks of so many ports take too much memory.
    pub fn check_memory(&self, input_ports: usize, output_ports: usize) -> Result<()> {
        let bytes = |blocks: usize, ports: usize| {
            let samples = (ports as u64).saturating_mul(self.block_frames as u64);
            let block = samples.saturating_mul(4).saturating_add(BYTES_OF_BLOCK);
            block.saturating_mul(blocks as u64)
        };
        let given =
            bytes(self.inputs, input_ports).saturating_add(bytes(self.outputs, output_ports));
        match given <= MOST_BYTES {
            true => Ok(()),
            false => Err(Error::OutOfRange {
                what: "the memory of all blocks in bytes (queued_blocks, and those of latency_frames)",
                given: given.into(),
                allowed: "up to 2^30",
            }),
        }
    }
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
        let (latency_frames, longest_latency) = match self.latency_frames {
            0 => {
                let of = |period| default_latency(block, period, rate_hz);
                (of(period), of(period.max(LONGEST_PERIOD)))
            }
            latency => (latency, latency),
        };
        // One is being filled. Output that answers all blocks that wait finds room before the first of them sounds.
        let inputs = queued as usize + 1;
        Ok(Sizes {
            block_frames: block as usize,
            latency_frames,
            latency_rises: self.latency_frames == 0,
            inputs,
            outputs: inputs + (longest_latency.div_ceil(block)) as usize + 1,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_of_all_blocks_is_bounded() {
        let check = |block_frames, queued_blocks, latency_frames, ports| {
            let options = BlockOptions {
                block_frames,
                queued_blocks,
                latency_frames,
            };
            let sizes = options.sizes(256, 48_000).expect("each is in its range");
            sizes.check_memory(ports, ports)
        };
        for (block, queued, latency, ports) in
            [(1024, 0, 0, 64), (65_536, 0, 0, 64), (1, 65_536, 0, 1)]
        {
            check(block, queued, latency, ports).expect("it is not too much");
        }
        for (block, queued, latency, ports) in [
            (1, 65_536, 1 << 24, 1),
            (1, 0, 1 << 24, 1),
            (65_536, 65_536, 0, 1),
            (1024, 0, 1 << 24, usize::MAX),
        ] {
            let error = check(block, queued, latency, ports).expect_err("it is too much");
            assert!(
                error.to_string().contains("memory of all blocks"),
                "{error}"
            );
        }
    }
}
