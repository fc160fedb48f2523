//! AAC in ADTS (ISO 13818-7): `.aac` files. They do not say how many frames the encoder added.

use super::open_runs::open_runs;
use super::runs::{FrameHeader, Run, runs};
use crate::clip::decode::aac::Aac;
use crate::clip::decode::info::Opened;
use crate::clip::decode::info::WHAT;
use crate::clip::decode::input::Input;
use crate::clip::decode::table::PacketPlace;
use crate::error::Result;
use crate::memory;
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
    let place = |offset, header: Header| PacketPlace {
        offset: offset + u64::from(header.own_bytes),
        bytes: header.bytes - header.own_bytes,
    };
    // No frame describes the others.
    let runs = runs(input, start, Header::parse, |_, _, _| false, place)?;
    open_runs(input, runs, open_run)
}

/// Opens frames that all have the same setup.
fn open_run(input: &Arc<Input>, run: &Run<Header>) -> Result<Opened> {
    if run.first.blocks != 1 {
        return Err(input.bad("ADTS with several blocks in a frame"));
    }
    let Header { setup, .. } = run.first;
    let setup = match setup[1] >> 3 & 15 {
        0 => {
            let first = run
                .places
                .first()
                .map_or((0, 0), |p| (p.offset, p.bytes.into()));
            let first = input.bytes(first.0, first.1)?;
            setup_with_channels(setup, &first)
                .ok_or_else(|| input.bad("ADTS without a channel configuration"))?
        }
        _ => setup.to_vec(),
    };
    let places = memory::collect(run.places.iter().copied(), WHAT)?;
    let aac = Aac::new(input, "ADTS", &setup, places)?;
    let frames = aac.frames();
    aac.open(0, frames)
}

/// The setup of a file with an unusual channel configuration: its channels are listed in the first packet
/// (`program_config_element`, ISO 14496-3, 4.4.1.1), and MP4 keeps that list in the setup.
fn setup_with_channels(setup: [u8; 2], packet: &[u8]) -> Option<Vec<u8>> {
    let bit = |at: usize| Some(usize::from(packet.get(at / 8)? >> (7 - at % 8) & 1));
    let number = |at: usize, bits: usize| {
        (at..at + bits).try_fold(0, |number, at| Some(number << 1 | bit(at)?))
    };
    const LIST: usize = 5;
    if number(0, 3)? != LIST {
        return None;
    }
    let elements = number(13, 4)? + number(17, 4)? + number(21, 4)? + number(30, 4)?;
    let (low, data) = (number(25, 2)?, number(27, 3)?);
    let mut end = 34;
    for mixdown in [4, 4, 3] {
        end += 1 + mixdown * bit(end)?;
    }
    end += 5 * elements + 4 * (low + data);
    let mut setup = setup.to_vec();
    for from in (3..end).step_by(8) {
        let bits = (end - from).min(8);
        setup.push((number(from, bits)? << (8 - bits)) as u8);
    }
    setup.push(0); // bytes of comment
    Some(setup)
}
