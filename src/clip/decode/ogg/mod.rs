//! Ogg (RFC 3533) with Vorbis, Opus (RFC 7845) or FLAC: of each link of a chained file the first stream
//! of sound, one after another.

mod page;
mod stream;
mod vorbis;
mod vorbis_setup;

use super::chain::Parts;
use super::codec::{Codec, Kind, symphonia};
use super::flac;
use super::flac::frame::{FrameHeader, STREAM_INFO, StreamInfo};
use super::info::{FileInfo, Opened};
use super::input::{Input, PARTS};
use super::opus;
use super::packets::{Decoded, Description, Loss};
use crate::clip::ClipInfo;
use crate::error::Result;
use std::sync::Arc;
use stream::{Durations, Pages, Stream};
use vorbis::Blocks;

/// The codecs that Ogg carries, by what their first packet begins with, and how many packets come
/// before the first of sound.
const CODECS: [(&[u8], &str, usize); 6] = [
    (b"\x01vorbis", "Vorbis", 3),
    (b"OpusHead", "Opus", 2),
    (b"\x7FFLAC", "FLAC", 1),
    (b"Speex   ", "Speex", 0),
    (b"\x80theora", "Theora", 0),
    (b"fishead\0", "Skeleton", 0),
];

/// What a codec's first packets say, or why they are of no use.
type Parsed = std::result::Result<Setup, String>;

/// What a codec's first packets say.
struct Setup {
    encoding: &'static str,
    frame_rate_hz: u32,
    channels: u16,
    bits: Option<u16>,
    codec: Box<dyn Codec>,
    durations: Box<dyn Durations>,
    /// Frames to drop at the beginning.
    skip: u64,
    /// Frames that a decoder has to begin before the wanted one.
    lead: u64,
    segment: Option<u64>,
    loss: Loss,
    /// What says how long the stream is to be.
    stated: Option<StreamInfo>,
    /// A stream that begins before its frame 0 is to be cut there. Of Opus, `skip` is all that is cut
    /// (RFC 7845, 4.3).
    cuts_beginning: bool,
}

/// Opens a file that begins with a page.
pub fn open(input: &Arc<Input>) -> Result<Opened> {
    let mut parts = Parts::default();
    let mut begin = 0;
    for _ in 0..PARTS {
        let Some((opened, next)) = open_link(input, begin)? else {
            break; // cut short in its headers, it holds no sound
        };
        let again = Arc::clone(input);
        let reopen = move || match open_link(&again, begin)? {
            Some((opened, _)) => Ok(opened.source),
            None => Err(again.bad("Ogg that became shorter while it was read")),
        };
        parts.push(opened, Box::new(reopen))?;
        match next {
            Some(next) => begin = next,
            None => return parts.join(input),
        }
    }
    parts.join(input)
}

/// Opens the link that begins at `begin`, and says where the next one begins; nothing for a link that
/// is not the first and ends in its headers.
fn open_link(input: &Arc<Input>, begin: u64) -> Result<Option<(Opened, Option<u64>)>> {
    let mut pages = Pages::new(input, begin);
    let Some((serial, headers)) = headers(input, &mut pages)? else {
        return match begin {
            0 => Err(input.bad("Ogg that ends before its first audio packet")),
            _ => Ok(None),
        };
    };
    let setup = match headers[0].first() {
        Some(1) => of_vorbis(&headers),
        Some(b'O') => of_opus(&headers),
        _ => of_flac(&headers),
    };
    let setup = setup.map_err(|what| input.bad(format!("Ogg with {what}")))?;
    let (stream, extent) = Stream::new(
        pages,
        serial,
        setup.durations,
        setup.lead,
        setup.cuts_beginning,
    )?;
    let early = extent.origin.min(0).unsigned_abs();
    let delay = setup.skip + early;
    let info = ClipInfo {
        frame_rate_hz: setup.frame_rate_hz,
        channels: setup.channels,
        frames: extent.frames.saturating_sub(delay),
    };
    if let Some(cut) = setup.stated.and_then(|stream| stream.cut_at(info.frames))
        && !input.has_grown()?
    {
        return Err(input.bad(format!("Ogg with {cut}")));
    }
    let description = Description {
        info,
        delay,
        loss: setup.loss,
        segment: setup.segment,
    };
    let source = Decoded::new(
        Arc::clone(input),
        Box::new(stream),
        setup.codec,
        description,
    );
    let opened = Opened {
        info: FileInfo {
            container: "Ogg",
            encoding: setup.encoding,
            frame_rate_hz: info.frame_rate_hz,
            channels: info.channels,
            frames: info.frames,
            bits_per_sample: setup.bits,
        },
        source: Box::new(source),
    };
    Ok(Some((opened, extent.next_link)))
}

/// The first stream whose codec is supported, and its packets before the first of sound; nothing if the
/// file ends before that.
fn headers(input: &Input, pages: &mut Pages) -> Result<Option<(u32, Vec<Vec<u8>>)>> {
    let mut chosen = None;
    let mut others = Vec::new();
    let (mut packets, mut partial) = (Vec::new(), None);
    while let Some(found) = pages.next()? {
        if found.page.first && chosen.is_none() {
            let mut first = Vec::new();
            pages.packets(&found, &mut None, |packet| first = packet)?;
            let codec = CODECS.iter().find(|(magic, ..)| first.starts_with(magic));
            match codec {
                Some((_, _, count @ 1..)) => {
                    // FLAC says how many more there are, after its version.
                    let more = match first.get(..9) {
                        Some(&[0x7F, .., a, b]) => usize::from(u16::from_be_bytes([a, b])),
                        _ => 0,
                    };
                    chosen = Some((found.page.serial, count + more));
                    packets.push(first);
                }
                Some((_, name, _)) => others.push(*name),
                None => others.push("an unknown codec"),
            }
        } else if let Some((serial, _)) = chosen
            && serial == found.page.serial
        {
            pages.packets(&found, &mut partial, |packet| packets.push(packet))?;
        }
        match chosen {
            Some((serial, count)) if packets.len() >= count => return Ok(Some((serial, packets))),
            None if !found.page.first => break,
            _ => {}
        }
    }
    match chosen {
        Some(_) => Ok(None),
        None if others.is_empty() => Err(input.bad("Ogg without an intact first page")),
        None => Err(input.bad(format!("Ogg with {}", others.join(", ")))),
    }
}

fn of_vorbis(headers: &[Vec<u8>]) -> Parsed {
    let [identification, _, setup, ..] = headers else {
        return Err("Vorbis with a missing header".into());
    };
    let invalid = "Vorbis with invalid headers";
    let fixed = identification
        .get(11..)
        .and_then(|bytes| bytes.first_chunk::<5>());
    let &[channels, a, b, c, d] = fixed.ok_or(invalid)?;
    if !(1..=8).contains(&channels) {
        return Err(format!("Vorbis of {channels} channels"));
    }
    let both = [&identification[..], setup].concat();
    let long = vorbis_setup::long_modes(setup, channels).ok_or(invalid)?;
    let blocks = Blocks::parse(identification, long).ok_or(invalid)?;
    Ok(Setup {
        encoding: Kind::Vorbis.name(),
        frame_rate_hz: u32::from_le_bytes([a, b, c, d]),
        channels: channels.into(),
        bits: None,
        codec: symphonia(Kind::Vorbis, Some(&both)).map_err(|e| format!("Vorbis: {e}"))?,
        lead: blocks.reach(),
        durations: Box::new(blocks),
        skip: 0,
        segment: None,
        loss: Loss::Silence,
        stated: None,
        cuts_beginning: true,
    })
}

fn of_opus(headers: &[Vec<u8>]) -> Parsed {
    let head = opus::Head::parse(&headers[0])?;
    Ok(Setup {
        encoding: "Opus",
        frame_rate_hz: opus::FRAME_RATE_HZ,
        channels: head.channels,
        bits: None,
        skip: head.skip.into(),
        lead: opus::LEAD,
        segment: Some(opus::SEGMENT),
        codec: opus::decoder(head)?,
        durations: Box::new(OpusPackets),
        loss: Loss::Silence,
        stated: None,
        cuts_beginning: false,
    })
}

fn of_flac(headers: &[Vec<u8>]) -> Parsed {
    // The magic, a version, a count, the magic of FLAC, and a metadata block with its header.
    let block = headers[0]
        .get(17..)
        .and_then(|bytes| bytes.first_chunk::<STREAM_INFO>());
    let Some(stream) = block.and_then(StreamInfo::parse) else {
        return Err("FLAC without a valid header".into());
    };
    Ok(Setup {
        encoding: flac::ENCODING,
        frame_rate_hz: stream.frame_rate_hz,
        channels: stream.channels,
        bits: Some(stream.bits),
        codec: Box::new(flac::Decoder::new(stream)),
        durations: Box::new(stream),
        skip: 0,
        lead: 0,
        segment: None,
        loss: Loss::Fails,
        stated: Some(stream),
        cuts_beginning: true,
    })
}

struct OpusPackets;

impl Durations for OpusPackets {
    fn frames(&self, packet: &[u8], _: &mut u32) -> Option<u32> {
        opus::frames(packet)
    }
}

impl Durations for StreamInfo {
    fn frames(&self, packet: &[u8], _: &mut u32) -> Option<u32> {
        FrameHeader::parse(packet, self).map(|header| header.frames)
    }
}

impl Durations for Blocks {
    /// A packet gives what its block and the one before have in common.
    fn frames(&self, packet: &[u8], before: &mut u32) -> Option<u32> {
        let block = self.of(packet)?;
        let frames = match *before {
            0 => 0,
            before => (before + block) / 4,
        };
        *before = block;
        Some(frames)
    }
}
