//! ALAC packets, wherever they come from.

use super::codec::{Kind, symphonia};
use crate::clip::ClipInfo;
use crate::clip::decode::info::{FileInfo, Opened};
use crate::clip::decode::input::Input;
use crate::clip::decode::packets::{Decoded, Description, Loss};
use crate::clip::decode::table::{Lead, PacketPlace, PacketTable};
use crate::error::Result;
use std::sync::Arc;

/// Each packet can be decoded alone.
const LEAD: Lead = Lead {
    packets: 0,
    bytes: 0,
    overhead: 0,
};

/// The most frames in a packet that anything writes is 4096; the decoder makes room for one.
const LONGEST: u32 = 1 << 16;

/// Bytes of what the encoder keeps for the decoder, before the layout of the channels.
pub const SETUP: usize = 24;

/// The rate in an `ALACSpecificConfig`.
pub fn frame_rate_hz(setup: &[u8]) -> Option<u32> {
    let &[.., a, b, c, d] = setup.first_chunk::<SETUP>()?;
    Some(u32::from_be_bytes([a, b, c, d]))
}

/// Makes a source of packets; `setup` is the `ALACSpecificConfig`, `frames` what the container
/// says of the length, `delay` included.
pub fn open(
    input: &Arc<Input>,
    container: &'static str,
    setup: &[u8],
    places: Vec<PacketPlace>,
    delay: u64,
    frames: u64,
) -> Result<Opened> {
    let bad = |what: String| input.bad(format!("{container} with ALAC: {what}"));
    let Some(fixed) = setup.first_chunk::<SETUP>() else {
        return Err(bad("there is no decoder configuration".into()));
    };
    let &[a, b, c, d, _, bits, _, _, _, channels, .., e, f, g, h] = fixed;
    let per_packet = u32::from_be_bytes([a, b, c, d]);
    if !(1..=LONGEST).contains(&per_packet) {
        return Err(bad(format!("packets of {per_packet} frames")));
    }
    if !(1..=8).contains(&channels) {
        return Err(bad(format!("{channels} channels")));
    }
    let mut codec = symphonia(Kind::Alac, Some(setup)).map_err(&bad)?;
    let mut held = places.len() as u64 * u64::from(per_packet);
    // The last packet may be shorter. Many containers do not say so.
    if let Some(last) = places.last() {
        let packet = input.bytes(last.offset, last.bytes.into())?;
        let mut frames = vec![Vec::new(); channels.into()];
        if codec.decode(&packet, &mut frames).is_ok() {
            held -= u64::from(per_packet) - (frames[0].len() as u64).min(per_packet.into());
        }
    }
    // Many containers say that the last packet is as long as the others.
    if frames != u64::MAX && frames >= held + u64::from(per_packet) {
        return Err(bad(format!(
            "it ends at frame {}; {container} promises {}",
            held.saturating_sub(delay),
            frames.saturating_sub(delay)
        )));
    }
    let info = ClipInfo {
        frame_rate_hz: u32::from_be_bytes([e, f, g, h]),
        channels: channels.into(),
        frames: frames.min(held).saturating_sub(delay),
    };
    let description = Description {
        info,
        delay,
        loss: Loss::Fails,
        segment: None,
    };
    let table = PacketTable::new(Arc::clone(input), places, per_packet, LEAD);
    Ok(Opened {
        info: FileInfo {
            container,
            encoding: Kind::Alac.name(),
            frame_rate_hz: info.frame_rate_hz,
            channels: info.channels,
            frames: info.frames,
            bits_per_sample: Some(bits.into()),
        },
        source: Box::new(Decoded::new(Arc::clone(input), table, codec, description)),
    })
}
