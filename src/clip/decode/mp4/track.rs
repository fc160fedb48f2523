//! The audio track: what its packets are, and where they lie.

use super::boxes::Bytes;
use super::fragments;
use super::packets::Packets;
use super::tables;
use super::units::Units;
use crate::clip::decode::input::Input;
use crate::error::Result;

/// The first audio track.
pub struct Track<'a> {
    pub codec: [u8; 4],
    /// What follows the fixed part of its description.
    pub setup: Bytes<'a>,
    pub units: Units,
    pub boxes: Bytes<'a>,
    tables: Bytes<'a>,
}

impl<'a> Track<'a> {
    /// Finds it in a movie; `None` if there is none.
    pub fn find(movie: Bytes<'a>) -> Option<Track<'a>> {
        let mut boxes = movie;
        while let Some((name, track)) = boxes.next_box() {
            if name == *b"trak"
                && let Some(handler) = track.find_path(&[b"mdia", b"hdlr"])
                && handler.0.get(8..12) == Some(b"soun")
            {
                return Track::read(movie, track);
            }
        }
        None
    }

    fn read(movie: Bytes<'a>, boxes: Bytes<'a>) -> Option<Track<'a>> {
        let tables = boxes.find_path(&[b"mdia", b"minf", b"stbl"])?;
        let mut description = tables.find(b"stsd")?;
        let version = description.u8()?;
        description.skip(7)?;
        let (codec, entry) = description.next_box()?;
        Some(Track {
            codec,
            setup: setup(entry, version)?,
            units: Units::of(boxes, movie)?,
            boxes,
            tables,
        })
    }

    /// The inside of a box of its description, which QuickTime may wrap into another.
    pub fn find_setup(&self, name: &[u8; 4]) -> Option<Bytes<'a>> {
        let wrapped = || self.setup.find(b"wave").and_then(|wave| wave.find(name));
        self.setup.find(name).or_else(wrapped)
    }

    /// Where the packets lie, in the movie's own tables and then in its fragments.
    ///
    /// # Errors
    /// [`Error::Format`](crate::Error::Format) for tables that make no sense.
    pub fn packets(&self, input: &Input, movie: Bytes<'_>) -> Result<Packets> {
        let bad = || input.bad("MP4 with invalid tables for its audio track");
        let places = tables::places(self.tables, input.length()).transpose()?;
        let lasts = tables::duration(self.tables);
        let make_sense = places.is_some() && lasts.is_some();
        let mut packets = Packets {
            places: places.unwrap_or_default(),
            lasts: lasts.filter(|lasts| *lasts > 0),
            start: 0,
            are_in_fragments: false,
        };
        let extended = movie.find(b"mvex");
        if let Some(number) = self.number() {
            fragments::add(input, extended.unwrap_or(Bytes(&[])), number, &mut packets)?;
        }
        // Where all packets are in fragments, some tables have no entry at all.
        match make_sense || packets.are_in_fragments || extended.is_some() {
            true => Ok(packets),
            false => Err(bad()),
        }
    }

    /// The number by which fragments call it.
    fn number(&self) -> Option<u32> {
        let mut head = self.boxes.find(b"tkhd")?;
        let version = head.u8()?;
        head.skip(if version == 0 { 3 + 8 } else { 3 + 16 })?;
        head.u32()
    }
}

/// What follows the fixed part of a description of sound: that part is longer in later versions of
/// QuickTime, which ISO's own version 1 is not (ISO 14496-12, 12.2.3).
fn setup(mut entry: Bytes<'_>, description: u8) -> Option<Bytes<'_>> {
    entry.skip(8)?;
    let version = entry.u16()?;
    entry.skip(match (version, description) {
        (0, _) | (1, 1) => 18,
        (1, _) => 34,
        (2, _) => 54,
        _ => return None,
    })?;
    Some(entry)
}
