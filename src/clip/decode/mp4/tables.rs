//! The tables of a track: how long the packets last, how large they are, and where they lie
//! (ISO 14496-12, 8.6 and 8.7). Each number of packets is checked against what the file holds.

use super::boxes::Bytes;
use crate::clip::decode::info::WHAT;
use crate::clip::decode::table::PacketPlace;
use crate::error::Result;
use crate::memory;

/// How long all packets last, in the units of the track.
pub fn duration(tables: Bytes<'_>) -> Option<u64> {
    let mut times = tables.find(b"stts")?;
    times.skip(4)?;
    let mut all = 0u64;
    for _ in 0..times.u32()? {
        let (count, each) = (times.u32()?, times.u32()?);
        all = all.checked_add(u64::from(count) * u64::from(each))?;
    }
    Some(all)
}

/// Where the packets lie, in a file of `length` bytes; as many as it has.
pub fn places(tables: Bytes<'_>, length: u64) -> Option<Result<Vec<PacketPlace>>> {
    let mut sizes = Sizes::new(tables.find(b"stsz")?)?;
    let mut chunks = Chunks::new(tables)?;
    let mut runs = tables.find(b"stsc")?;
    runs.skip(4)?;
    let mut runs_left = runs.u32()?;
    let mut next_run = |runs: &mut Bytes<'_>| {
        runs_left = runs_left.checked_sub(1)?;
        let run = (runs.u32()?, runs.u32()?);
        runs.skip(4)?;
        Some(run)
    };
    let (_, mut per_chunk) = next_run(&mut runs)?;
    let mut coming = next_run(&mut runs);
    let (mut places, mut held) = (Vec::new(), 0);
    let mut number = 0;
    while let Some(mut offset) = chunks.next() {
        number += 1;
        if let Some((first, count)) = coming
            && first == number
        {
            per_chunk = count;
            coming = next_run(&mut runs);
        }
        for _ in 0..per_chunk {
            let Some(bytes) = sizes.next() else {
                return Some(Ok(places));
            };
            held += u64::from(bytes);
            let end = offset.checked_add(bytes.into())?;
            // More packets than the file holds: the number is wrong, or the file was cut off.
            if end > length || held > length {
                return Some(Ok(places));
            }
            if let Err(error) = memory::push(&mut places, PacketPlace { offset, bytes }, WHAT) {
                return Some(Err(error));
            }
            offset = end;
        }
    }
    Some(Ok(places))
}

/// The sizes of the packets.
struct Sizes<'a> {
    /// Of every packet, unless it is 0.
    each: u32,
    left: u32,
    list: Bytes<'a>,
}

impl<'a> Sizes<'a> {
    fn new(mut list: Bytes<'a>) -> Option<Sizes<'a>> {
        list.skip(4)?;
        Some(Sizes {
            each: list.u32()?,
            left: list.u32()?,
            list,
        })
    }

    fn next(&mut self) -> Option<u32> {
        self.left = self.left.checked_sub(1)?;
        match self.each {
            0 => self.list.u32(),
            each => Some(each),
        }
    }
}

/// Where the chunks lie.
struct Chunks<'a> {
    wide: bool,
    left: u32,
    list: Bytes<'a>,
}

impl<'a> Chunks<'a> {
    fn new(tables: Bytes<'a>) -> Option<Chunks<'a>> {
        let (wide, mut list) = match tables.find(b"stco") {
            Some(list) => (false, list),
            None => (true, tables.find(b"co64")?),
        };
        list.skip(4)?;
        let left = list.u32()?;
        Some(Chunks { wide, left, list })
    }

    fn next(&mut self) -> Option<u64> {
        self.left = self.left.checked_sub(1)?;
        match self.wide {
            true => self.list.u64(),
            false => self.list.u32().map(u64::from),
        }
    }
}
