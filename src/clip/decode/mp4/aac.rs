//! AAC packets, wherever they come from.

use crate::clip::ClipInfo;
use crate::clip::decode::codec::{Kind, symphonia};
use crate::clip::decode::input::Input;
use crate::clip::decode::packets::{Decoded, Description, Loss};
use crate::clip::decode::table::{Lead, Place, Table};
use crate::clip::decode::{FileInfo, Opened};
use crate::error::Result;
use std::sync::Arc;

/// Frames in a packet.
pub const FRAMES: u32 = 1_024;

/// A packet overlaps with the one before.
const LEAD: Lead = Lead {
    packets: 2,
    bytes: 0,
    overhead: 0,
};

/// The decoder's noise generator begins anew this often.
const SEGMENT: u64 = 128 * FRAMES as u64;

const RATES_HZ: [u32; 13] = [
    96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000,
    7_350,
];

/// The rate that an `AudioSpecificConfig` names by its number.
pub fn frame_rate_hz(setup: &[u8]) -> Option<u32> {
    let &[a, b, ..] = setup else {
        return None;
    };
    RATES_HZ.get(usize::from((a & 7) << 1 | b >> 7)).copied()
}

/// Makes a source of packets; `setup` is the `AudioSpecificConfig` (ISO 14496-3, 1.6.2.1).
pub fn open(
    input: &Arc<Input>,
    container: &'static str,
    setup: &[u8],
    places: Vec<Place>,
    delay: u64,
    frames: u64,
) -> Result<Opened> {
    let bad = |what: String| input.bad(format!("{container} with {what}"));
    let &[a, b, ..] = setup else {
        return Err(bad("AAC that says nothing of itself".into()));
    };
    let (object, channels) = (a >> 3, b >> 3 & 15);
    if object != 2 {
        let name = match object {
            1 => "AAC Main",
            3 => "AAC-SSR",
            4 => "AAC-LTP",
            5 | 29 => "HE-AAC",
            36 => "MPEG-4 ALS",
            42 => "xHE-AAC",
            _ => "another kind of AAC",
        };
        return Err(bad(format!("{name} (object type {object})")));
    }
    if !matches!(channels, 1 | 2) {
        return Err(bad(format!("AAC in channel configuration {channels}")));
    }
    let Some(frame_rate_hz) = frame_rate_hz(setup) else {
        return Err(bad("AAC at a rate that has no number".into()));
    };
    let codec = symphonia(Kind::Aac, Some(setup)).map_err(|e| bad(format!("AAC: {e}")))?;
    let info = ClipInfo {
        frame_rate_hz,
        channels: channels.into(),
        frames,
    };
    let description = Description {
        info,
        delay,
        loss: Loss::Silence,
        segment: Some(SEGMENT),
    };
    let table = Table::new(Arc::clone(input), places, FRAMES, LEAD);
    Ok(Opened {
        info: FileInfo {
            container,
            encoding: Kind::Aac.name(),
            frame_rate_hz: info.frame_rate_hz,
            channels: info.channels,
            frames: info.frames,
            bits_per_sample: None,
        },
        source: Box::new(Decoded::new(Arc::clone(input), table, codec, description)),
    })
}
