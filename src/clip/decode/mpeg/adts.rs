//! AAC in ADTS (ISO 13818-7): `.aac` files. Nothing says what the encoder put before and after.

use super::open_runs;
use super::runs::{FrameHeader, Run, runs};
use crate::clip::decode::Opened;
use crate::clip::decode::input::Input;
use crate::clip::decode::mp4::aac;
use crate::clip::decode::table::Place;
use crate::error::Result;
use std::sync::Arc;

/// The header of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The first bytes of what MP4 keeps for the decoder, made of the same numbers.
    setup: [u8; 2],
    bytes: u32,
    own_bytes: u32,
    blocks: u8,
}

impl Header {
    pub fn parse(bytes: &[u8]) -> Option<Header> {
        let &[0xFF, version, a, b, c, d, e, ..] = bytes else {
            return None;
        };
        // The upper bits are ones, the layer is 0.
        if version & 0xF6 != 0xF0 || a >> 2 & 15 > 12 {
            return None;
        }
        let own_bytes = if version & 1 == 0 { 9 } else { 7 };
        let bytes = u32::from(b & 3) << 11 | u32::from(c) << 3 | u32::from(d >> 5);
        let channels = (a & 1) << 2 | b >> 6;
        let object = (a >> 6) + 1;
        let rate = a >> 2 & 15;
        (bytes > own_bytes).then_some(Header {
            setup: [object << 3 | rate >> 1, rate << 7 | channels << 3],
            bytes,
            own_bytes,
            blocks: (e & 3) + 1,
        })
    }
}

impl FrameHeader for Header {
    const BYTES: usize = 7;

    fn frame_bytes(&self) -> u32 {
        self.bytes
    }

    fn fits(&self, other: &Header) -> bool {
        (self.setup, self.blocks) == (other.setup, other.blocks)
    }
}

/// Opens a file whose first frame is at `start`.
pub fn open(input: &Arc<Input>, start: u64) -> Result<Opened> {
    let place = |offset, header: Header| Place {
        offset: offset + u64::from(header.own_bytes),
        bytes: header.bytes - header.own_bytes,
    };
    // No frame describes the others.
    let runs = runs(input, start, Header::parse, |_, _, _| false, place)?;
    open_runs(input, runs, open_run)
}

/// Opens frames that all have the same setup.
fn open_run(input: &Arc<Input>, run: Run<Header>) -> Result<Opened> {
    if run.first.blocks != 1 {
        return Err(input.bad("ADTS with several blocks in a frame"));
    }
    let frames = run.places.len() as u64 * u64::from(aac::FRAMES);
    aac::open(input, "ADTS", &run.first.setup, run.places, 0, frames)
}
