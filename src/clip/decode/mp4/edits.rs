//! What an encoder put before and after the sound: an edit list says it (ISO 14496-12, 8.6.6), or what
//! iTunes wrote before there were any.

use super::boxes::Bytes;
use super::units::{Units, frames_of};

/// What an encoder put before and after.
#[derive(Default)]
pub struct Priming {
    /// Before.
    pub frames: u64,
    /// Where the sound ends, counted with what is before, if something says.
    pub end: Option<u64>,
}

/// The beginning of the first edit that is not empty, and where it ends if there is no other; else
/// what iTunes wrote.
pub fn priming(track: Bytes<'_>, movie: Bytes<'_>, units: Units, frame_rate_hz: u32) -> Priming {
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
