//! MP4 and its relatives (M4A, QuickTime): the first audio track, if it is AAC or ALAC
//! (ISO 14496-12, 14496-14).
//!
//! Flow: the boxes of the file ([`boxes`]) -> the movie -> its audio track ([`track`]), whose
//! packets lie where tables say ([`tables`]), or fragments ([`fragments`]) -> what belongs to the
//! sound ([`edits`]) -> a source of AAC or ALAC.

pub mod boxes;
pub mod descriptor;
mod edits;
mod fragments;
mod packets;
mod tables;
mod track;
mod units;

use super::aac::Aac;
use super::alac;
use super::info::Opened;
use super::input::Input;
use super::unsupported;
use crate::error::Result;
use boxes::{Bytes, top_boxes};
use descriptor::{DECODER, DECODER_SETUP, descriptor, not_aac};
use edits::priming;
use packets::Packets;
use std::sync::Arc;
use track::Track;
use units::frames_of;

/// Whether a file begins like this. QuickTime has not always written `ftyp`.
pub fn begins(head: &[u8]) -> bool {
    let Some(([a, b, c, d], [e, f, g, h])) = head
        .first_chunk::<8>()
        .map(|[a, b, c, d, e, f, g, h]| ([a, b, c, d], [e, f, g, h]))
    else {
        return false;
    };
    let bytes = u32::from_be_bytes([*a, *b, *c, *d]);
    match &[*e, *f, *g, *h] {
        b"ftyp" => true,
        b"moov" | b"mdat" | b"wide" | b"free" | b"skip" | b"pnot" | b"styp" | b"sidx" | b"moof" => {
            matches!(bytes, 0 | 1 | 8..)
        }
        _ => false,
    }
}

/// Opens a file that [`begins`] so.
pub fn open(input: &Arc<Input>) -> Result<Opened> {
    let movie = movie(input)?;
    let movie = Bytes(&movie);
    let Some(track) = Track::find(movie) else {
        return Err(input.bad("MP4 without an audio track"));
    };
    match &track.codec {
        b"mp4a" => open_aac(input, movie, &track),
        b"alac" => open_alac(input, movie, &track),
        other => Err(input.bad(match unsupported::codec(*other) {
            Some(name) => format!("MP4 with codec {name}"),
            None => format!("MP4 with codec \"{}\"", other.escape_ascii()),
        })),
    }
}

fn open_aac(input: &Arc<Input>, movie: Bytes<'_>, track: &Track<'_>) -> Result<Opened> {
    let bad = || input.bad("MP4 with AAC, without a decoder configuration");
    let mut setup = track.find_setup(b"esds").ok_or_else(bad)?;
    setup.skip(4).ok_or_else(bad)?;
    let kind = descriptor(setup, DECODER).and_then(|mut decoder| decoder.u8());
    if let Some(name) = kind.and_then(not_aac) {
        return Err(input.bad(format!("MP4 with {name}")));
    }
    let setup = descriptor(setup, DECODER_SETUP).ok_or_else(bad)?;
    let packets = track.packets(input, movie)?;
    let span = |rate| TrackSpan::of(&packets, track, movie, rate);
    let aac = Aac::new(input, "MP4", setup.0, packets.places.clone())?;
    let TrackSpan { delay, end } = span(aac.frame_rate_hz());
    let frames = end.min(aac.frames()).saturating_sub(delay);
    aac.open(delay, frames)
}

fn open_alac(input: &Arc<Input>, movie: Bytes<'_>, track: &Track<'_>) -> Result<Opened> {
    let bad = || input.bad("MP4 with ALAC, without a decoder configuration");
    let mut setup = track.find_setup(b"alac").ok_or_else(bad)?;
    setup.skip(4).ok_or_else(bad)?;
    let packets = track.packets(input, movie)?;
    let rate = alac::frame_rate_hz(setup.0).ok_or_else(bad)?;
    let TrackSpan { delay, end } = TrackSpan::of(&packets, track, movie, rate);
    alac::open(input, "MP4", setup.0, packets.places, delay, end)
}

/// The `moov` box, which may come before or after the sound.
fn movie(input: &Input) -> Result<Vec<u8>> {
    let (mut movie, mut is_segment) = (None, false);
    top_boxes(input, |top| {
        is_segment |= top.name == *b"moof";
        if top.name == *b"moov" {
            movie = Some(top.read(input)?);
        }
        Ok(movie.is_none())
    })?;
    movie.ok_or_else(|| {
        input.bad(match is_segment {
            true => "an MP4 segment without its initialization segment",
            false => "MP4 without a moov box; the file is truncated",
        })
    })
}

/// Which of the frames that packets hold are the sound.
struct TrackSpan {
    delay: u64,
    /// The first frame behind it.
    end: u64,
}

impl TrackSpan {
    fn of(packets: &Packets, track: &Track<'_>, movie: Bytes<'_>, frame_rate_hz: u32) -> TrackSpan {
        let units = track.units;
        let frames = |time| frames_of(time, units.track, frame_rate_hz);
        let priming = priming(track.boxes, movie, units, frame_rate_hz);
        let before = frames(packets.start);
        // An edit is written with the movie, before its fragments are known.
        let edited = priming.end.filter(|_| !packets.are_in_fragments);
        TrackSpan {
            delay: priming.frames.saturating_sub(before),
            end: edited
                .map_or(u64::MAX, |end| end.saturating_sub(before))
                .min(packets.lasts.map_or(u64::MAX, frames)),
        }
    }
}
