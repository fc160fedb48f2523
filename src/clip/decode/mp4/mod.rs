//! MP4 and its relatives (M4A, QuickTime): the first track of sound, if it is AAC or ALAC
//! (ISO 14496-12, 14496-14). Tables say where each packet lies; an edit list, or what iTunes wrote
//! before there were any, says what the encoder put before and after.

pub mod aac;
pub mod alac;
pub mod boxes;
mod tables;

use super::Opened;
use super::input::{Input, PARTS};
use crate::error::Result;
use boxes::Bytes;
use std::sync::Arc;

/// Opens a file that begins with an `ftyp` box.
pub fn open(input: &Arc<Input>) -> Result<Opened> {
    let Some(movie) = movie(input)? else {
        return Err(
            input.bad("MP4 without a table of contents (it was cut short, or is of pieces)")
        );
    };
    let mut boxes = Bytes(&movie);
    let mut found = None;
    while let Some((name, track)) = boxes.next_box() {
        if name == *b"trak"
            && let Some(handler) = track.find_path(&[b"mdia", b"hdlr"])
            && handler.0.get(8..12) == Some(b"soun")
        {
            found = Some(track);
            break;
        }
    }
    let Some(track) = found else {
        return Err(input.bad("MP4 without a track of sound"));
    };
    let bad = || input.bad("MP4 with a track of sound that makes no sense");
    let tables = track
        .find_path(&[b"mdia", b"minf", b"stbl"])
        .ok_or_else(bad)?;
    let mut entry = tables.find(b"stsd").ok_or_else(bad)?;
    entry.skip(8).ok_or_else(bad)?;
    let (codec, entry) = entry.next_box().ok_or_else(bad)?;
    let places = tables::places(tables, input.length());
    if places.as_ref().is_none_or(Vec::is_empty) && Bytes(&movie).find(b"mvex").is_some() {
        return Err(input.bad("MP4 in fragments"));
    }
    let places = places.ok_or_else(bad)?;
    let lasts = tables::duration(tables).ok_or_else(bad)?;
    let units = Units {
        track: timescale(track, &[b"mdia", b"mdhd"]).ok_or_else(bad)?,
        movie: timescale(Bytes(&movie), &[b"mvhd"]).unwrap_or(0),
    };
    match &codec {
        b"mp4a" => {
            let mut setup = sample_entry(entry, b"esds").ok_or_else(bad)?;
            setup.skip(4).ok_or_else(bad)?;
            let kind = descriptor(setup, DECODER).and_then(|mut decoder| decoder.u8());
            if let Some(name) = kind.and_then(not_aac) {
                return Err(input.bad(format!("MP4 with {name}")));
            }
            let setup = descriptor(setup, DECODER_SETUP).ok_or_else(bad)?;
            let held = places.len() as u64 * u64::from(aac::FRAMES);
            let rate = aac::frame_rate_hz(setup.0).unwrap_or(units.track);
            let delay = priming(track, Bytes(&movie), units, rate);
            let end = delay.end.unwrap_or(u64::MAX);
            let frames = frames_of(lasts, units.track, rate).min(held).min(end);
            let frames = frames.saturating_sub(delay.frames);
            aac::open(input, "MP4", setup.0, places, delay.frames, frames)
        }
        b"alac" => {
            let mut setup = sample_entry(entry, b"alac").ok_or_else(bad)?;
            setup.skip(4).ok_or_else(bad)?;
            let rate = alac::frame_rate_hz(setup.0).unwrap_or(units.track);
            let delay = priming(track, Bytes(&movie), units, rate);
            let end = delay.end.unwrap_or(u64::MAX);
            let frames = frames_of(lasts, units.track, rate).min(end);
            alac::open(input, "MP4", setup.0, places, delay.frames, frames)
        }
        other => Err(input.bad(format!("MP4 with codec \"{}\"", other.escape_ascii()))),
    }
}

/// The `moov` box, which may come before or after the sound.
fn movie(input: &Input) -> Result<Option<Vec<u8>>> {
    let mut offset = 0;
    for _ in 0..PARTS {
        let Some([a, b, c, d, name @ ..]) = input.array::<8>(offset)? else {
            break;
        };
        let (head, size) = match u32::from_be_bytes([a, b, c, d]) {
            0 => (8, u64::MAX),
            1 => (16, input.array(offset + 8)?.map_or(0, u64::from_be_bytes)),
            size => (8, size.into()),
        };
        if size < head {
            return Ok(None);
        }
        if name == *b"moov" {
            return input.bytes(offset + head, size - head).map(Some);
        }
        offset = offset.saturating_add(size);
        if offset >= input.length() {
            break;
        }
    }
    Ok(None)
}

/// What follows the fixed part of a track's description, in the box of that name, which QuickTime
/// may wrap into another.
fn sample_entry<'a>(mut entry: Bytes<'a>, name: &[u8; 4]) -> Option<Bytes<'a>> {
    entry.skip(8)?;
    let version = entry.u16()?;
    entry.skip(match version {
        0 => 18,
        1 => 34,
        _ => return None,
    })?;
    entry
        .find(name)
        .or_else(|| entry.find(b"wave").and_then(|wave| wave.find(name)))
}

/// The descriptor that says what kind of decoder is needed.
const DECODER: u8 = 4;

/// The descriptor of what that decoder needs.
pub const DECODER_SETUP: u8 = 5;

/// What is not AAC, of the kinds that are met in practice (mp4ra.org).
fn not_aac(kind: u8) -> Option<&'static str> {
    Some(match kind {
        0x69 | 0x6B => "MPEG audio (MP3)",
        0xA5 => "AC-3",
        0xA6 => "E-AC-3",
        0xA9..=0xAC => "DTS",
        0xDD => "Vorbis",
        0xE1 => "QCELP",
        _ => return None,
    })
}

/// What is in the descriptor `wanted` of MPEG-4 (ISO 14496-1, 7.2.6).
pub fn descriptor(mut bytes: Bytes<'_>, wanted: u8) -> Option<Bytes<'_>> {
    loop {
        let tag = bytes.u8()?;
        let mut size = 0;
        for _ in 0..4 {
            let byte = bytes.u8()?;
            size = size << 7 | usize::from(byte & 0x7F);
            if byte & 0x80 == 0 {
                break;
            }
        }
        match tag {
            found if found == wanted => {
                return Some(Bytes(bytes.0.get(..size.min(bytes.0.len()))?));
            }
            // Elementary stream: its number and flags, and what they announce.
            3 => {
                bytes.skip(2)?;
                let flags = bytes.u8()?;
                bytes.skip(if flags & 0x80 == 0 { 0 } else { 2 })?;
                let url = if flags & 0x40 == 0 { 0 } else { bytes.u8()? };
                bytes.skip(url.into())?;
                bytes.skip(if flags & 0x20 == 0 { 0 } else { 2 })?;
            }
            // What kind, how large, how fast.
            DECODER => bytes.skip(13)?,
            _ => bytes.skip(size)?,
        }
    }
}

/// Units of time in a second: those of the track, which nearly always are its frames, and those of
/// the movie, in which edits last.
#[derive(Clone, Copy)]
struct Units {
    track: u32,
    movie: u32,
}

/// Reads them from the head of the movie or of a track.
fn timescale(boxes: Bytes<'_>, path: &[&[u8; 4]]) -> Option<u32> {
    let mut head = boxes.find_path(path)?;
    let version = head.u8()?;
    // Flags, and when it was made and changed.
    head.skip(if version == 0 { 3 + 8 } else { 3 + 16 })?;
    head.u32().filter(|units| *units > 0)
}

/// The frames in a time, rounded to the nearest.
fn frames_of(time: u64, units: u32, frame_rate_hz: u32) -> u64 {
    let (units, rate) = (u128::from(units), u128::from(frame_rate_hz));
    let frames = (u128::from(time) * rate + units / 2) / units;
    frames.try_into().unwrap_or(u64::MAX)
}

/// What an encoder put before and after.
#[derive(Default)]
struct Priming {
    /// Before.
    frames: u64,
    /// Where the sound ends, counted with what is before, if something says.
    end: Option<u64>,
}

/// The beginning of the first edit that is not empty, and where it ends if there is no other; else
/// what iTunes wrote.
fn priming(track: Bytes<'_>, movie: Bytes<'_>, units: Units, frame_rate_hz: u32) -> Priming {
    let edits = track.find_path(&[b"edts", b"elst"]).and_then(edits);
    let Some((start, lasts)) = edits else {
        return itunes(movie).unwrap_or_default();
    };
    let frames = frames_of(start, units.track, frame_rate_hz);
    let end = lasts.filter(|_| units.movie > 0).map(|lasts| {
        // Coarse units may have been rounded down.
        let slack = u64::from(!units.movie.is_multiple_of(frame_rate_hz.max(1)));
        let lasts = frames_of(lasts.saturating_add(slack), units.movie, frame_rate_hz);
        frames.saturating_add(lasts)
    });
    let edited = Priming { frames, end };
    match frames {
        0 => itunes(movie).unwrap_or(edited),
        _ => edited,
    }
}

/// Where the first edit begins that is not empty, in units of the track; and how long it lasts, in
/// those of the movie, if it says so and no other follows.
fn edits(mut list: Bytes<'_>) -> Option<(u64, Option<u64>)> {
    let version = list.u8()?;
    list.skip(3)?;
    let mut found = None;
    for _ in 0..list.u32()? {
        let (lasts, start) = match version {
            0 => (list.u32()?.into(), i64::from(list.u32()? as i32)),
            _ => (list.u64()?, list.u64()? as i64),
        };
        list.skip(4)?;
        if let Ok(start) = u64::try_from(start) {
            if let Some((first, _)) = found {
                return Some((first, None));
            }
            found = Some((start, Some(lasts).filter(|lasts| *lasts > 0)));
        }
    }
    found
}

/// The tag `iTunSMPB`: words of hexadecimal digits, of which the second is what is before and the
/// fourth how many frames are sound.
fn itunes(movie: Bytes<'_>) -> Option<Priming> {
    let mut meta = movie.find_path(&[b"udta", b"meta"])?;
    meta.skip(4)?;
    let mut list = meta.find(b"ilst")?;
    loop {
        let (_, item) = list.next_box()?;
        let named = item
            .find(b"name")
            .is_some_and(|name| name.0.ends_with(b"iTunSMPB"));
        if named && let Some(data) = item.find(b"data") {
            let text = std::str::from_utf8(data.0.get(8..)?).ok()?;
            let mut words = text
                .split_whitespace()
                .map(|word| u64::from_str_radix(word, 16).ok());
            let frames = words.nth(1)??;
            let sound = words.nth(1)??;
            return Some(Priming {
                frames,
                end: frames.checked_add(sound),
            });
        }
    }
}
