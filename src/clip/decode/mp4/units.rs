//! Units of time.

use super::boxes::Bytes;

/// Units of time in a second: those of the track, which nearly always are its frames, and those of
/// the movie, in which edits last.
#[derive(Clone, Copy)]
pub struct Units {
    pub track: u32,
    pub movie: u32,
}

impl Units {
    pub fn of(track: Bytes<'_>, movie: Bytes<'_>) -> Option<Units> {
        Some(Units {
            track: timescale(track, &[b"mdia", b"mdhd"])?,
            movie: timescale(movie, &[b"mvhd"]).unwrap_or(0),
        })
    }
}

/// Reads units from the head of the movie or of a track.
fn timescale(boxes: Bytes<'_>, path: &[&[u8; 4]]) -> Option<u32> {
    let mut head = boxes.find_path(path)?;
    let version = head.u8()?;
    // Flags, and when it was made and changed.
    head.skip(if version == 0 { 3 + 8 } else { 3 + 16 })?;
    head.u32().filter(|units| *units > 0)
}

/// The frames in a time, rounded to the nearest.
pub fn frames_of(time: u64, units: u32, frame_rate_hz: u32) -> u64 {
    let (units, rate) = (u128::from(units), u128::from(frame_rate_hz));
    let frames = (u128::from(time) * rate + units / 2) / units;
    frames.try_into().unwrap_or(u64::MAX)
}
