//! Movie fragments (ISO 14496-12, 8.8), which phones and web recorders write: each lists the packets
//! that follow it, and says when they begin.

use super::boxes::{Bytes, top_boxes};
use super::packets::Packets;
use crate::clip::decode::info::WHAT;
use crate::clip::decode::input::Input;
use crate::clip::decode::table::PacketPlace;
use crate::error::Result;
use crate::memory;

// What the flags of a `tfhd` and of a `trun` announce.
const BASE: u32 = 0x1;
const DESCRIPTION: u32 = 0x2;
const DEFAULT_DURATION: u32 = 0x8;
const DEFAULT_BYTES: u32 = 0x10;
const DEFAULT_FLAGS: u32 = 0x20;
const BASE_IS_FRAGMENT: u32 = 0x2_0000;
const OFFSET: u32 = 0x1;
const FIRST_FLAGS: u32 = 0x4;
const DURATION: u32 = 0x100;
const BYTES: u32 = 0x200;
const FLAGS: u32 = 0x400;
const COMPOSITION: u32 = 0x800;

/// Adds the packets of all fragments of a track; `extended` is the inside of the `mvex` box, which
/// announces them.
///
/// # Errors
/// [`Error::Format`](crate::Error::Format) if more time is missing between two fragments than is in
/// any file of this size.
pub fn add(input: &Input, extended: Bytes<'_>, track: u32, packets: &mut Packets) -> Result<()> {
    let mut reader = FragmentReader {
        input,
        extended,
        track,
        held: 0,
        lost: 0,
        packets,
    };
    top_boxes(input, |top| {
        if top.name != *b"moof" {
            return Ok(true);
        }
        reader.fragment(Bytes(&top.read(input)?), top.begin)
    })
}

/// What a run of packets leaves out.
#[derive(Clone, Copy, Default)]
struct Defaults {
    duration: u32,
    bytes: u32,
}

struct FragmentReader<'a> {
    input: &'a Input,
    extended: Bytes<'a>,
    track: u32,
    /// Bytes in all packets.
    held: u64,
    /// Packets that no fragment has.
    lost: u64,
    packets: &'a mut Packets,
}

impl FragmentReader<'_> {
    /// Reads the fragment that begins at `begin`; false if it is the last that makes sense.
    fn fragment(&mut self, mut boxes: Bytes<'_>, begin: u64) -> Result<bool> {
        // Where the data of a track begins that says nothing of it.
        let mut next = begin;
        while let Some((name, inside)) = boxes.next_box() {
            if name != *b"traf" {
                continue;
            }
            match self.track_of_fragment(inside, begin, &mut next)? {
                Some(true) => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Reads the part of a fragment that belongs to one track, maybe to another. `None` if it makes
    /// no sense; false if the file ends in it.
    fn track_of_fragment(
        &mut self,
        boxes: Bytes<'_>,
        fragment: u64,
        next: &mut u64,
    ) -> Result<Option<bool>> {
        let Some((track, base, defaults)) = boxes
            .find(b"tfhd")
            .and_then(|head| self.head(head, fragment, *next))
        else {
            return Ok(None);
        };
        let is_ours = track == self.track;
        if is_ours
            && let Some(time) = boxes.find(b"tfdt").and_then(decode_time)
            && !self.begins_at(time, defaults)?
        {
            return Ok(None);
        }
        *next = base;
        let mut boxes = boxes;
        while let Some((name, inside)) = boxes.next_box() {
            if name == *b"trun"
                && !self
                    .run(inside, base, defaults, next, is_ours)
                    .transpose()?
                    .unwrap_or(false)
            {
                return Ok(Some(false));
            }
        }
        Ok(Some(true))
    }

    /// The track, where its offsets count from, and what holds for its packets.
    fn head(&self, mut head: Bytes<'_>, fragment: u64, next: u64) -> Option<(u32, u64, Defaults)> {
        let flags = head.u32()? & 0xFF_FFFF;
        let track = head.u32()?;
        let mut defaults = self.defaults(track).unwrap_or_default();
        let base = match flags {
            flags if flags & BASE != 0 => head.u64()?,
            flags if flags & BASE_IS_FRAGMENT != 0 => fragment,
            _ => next,
        };
        if flags & DESCRIPTION != 0 {
            head.skip(4)?;
        }
        if flags & DEFAULT_DURATION != 0 {
            defaults.duration = head.u32()?;
        }
        if flags & DEFAULT_BYTES != 0 {
            defaults.bytes = head.u32()?;
        }
        if flags & DEFAULT_FLAGS != 0 {
            head.skip(4)?;
        }
        Some((track, base, defaults))
    }

    /// What the movie says of a track (`trex`).
    fn defaults(&self, track: u32) -> Option<Defaults> {
        let mut boxes = self.extended;
        loop {
            let (name, mut inside) = boxes.next_box()?;
            inside.skip(4);
            if name == *b"trex" && inside.u32()? == track {
                inside.skip(4)?;
                return Some(Defaults {
                    duration: inside.u32()?,
                    bytes: inside.u32()?,
                });
            }
        }
    }

    /// The next packets begin at this time. Where it is later than the end of those before, packets
    /// are lost. False if the time makes no sense.
    fn begins_at(&mut self, time: u64, defaults: Defaults) -> Result<bool> {
        let packets = &mut *self.packets;
        if packets.places.is_empty() {
            packets.start = time;
            return Ok(true);
        }
        let Some(end) = packets.start.checked_add(packets.lasts.unwrap_or(0)) else {
            return Ok(false);
        };
        let each = u64::from(defaults.duration);
        if each == 0 || time <= end {
            return Ok(true);
        }
        let lost = (time - end + each / 2) / each;
        // A place takes 16 bytes of memory.
        self.lost = self.lost.saturating_add(lost);
        if self.lost > self.input.length() / 16 {
            let gap = "MP4 with a gap between its fragments that is longer than all its audio";
            return Err(self.input.bad(gap));
        }
        let place = PacketPlace {
            offset: 0,
            bytes: 0,
        };
        memory::reserve(&mut packets.places, lost as usize, WHAT)?;
        packets
            .places
            .extend(std::iter::repeat_n(place, lost as usize));
        packets.lasts = Some(packets.lasts.unwrap_or(0) + lost * each);
        Ok(true)
    }

    /// Reads a run of packets, and where the next run begins that says nothing of it. `None` or
    /// false if the run makes no sense, or the file ends in it.
    fn run(
        &mut self,
        mut run: Bytes<'_>,
        base: u64,
        defaults: Defaults,
        next: &mut u64,
        is_ours: bool,
    ) -> Option<Result<bool>> {
        let flags = run.u32()? & 0xFF_FFFF;
        let count = run.u32()?;
        if flags & OFFSET != 0 {
            *next = base.checked_add_signed(i64::from(run.u32()? as i32))?;
        }
        if flags & FIRST_FLAGS != 0 {
            run.skip(4)?;
        }
        if flags & BYTES == 0 && defaults.bytes == 0 {
            return Some(Ok(true)); // nothing is in any of them
        }
        for _ in 0..count {
            let duration = match flags & DURATION {
                0 => defaults.duration,
                _ => run.u32()?,
            };
            let bytes = match flags & BYTES {
                0 => defaults.bytes,
                _ => run.u32()?,
            };
            for field in [FLAGS, COMPOSITION] {
                if flags & field != 0 {
                    run.skip(4)?;
                }
            }
            let place = PacketPlace {
                offset: *next,
                bytes,
            };
            *next = next.checked_add(bytes.into())?;
            self.held += u64::from(bytes);
            // More packets than the file holds: the number is wrong, or the file was cut off.
            if *next > self.input.length() || self.held > self.input.length() {
                return Some(Ok(false));
            }
            if is_ours {
                let packets = &mut *self.packets;
                packets.are_in_fragments = true;
                if let Err(error) = memory::push(&mut packets.places, place, WHAT) {
                    return Some(Err(error));
                }
                let lasts = packets.lasts.unwrap_or(0).checked_add(duration.into())?;
                packets.lasts = Some(lasts).filter(|lasts| *lasts > 0);
            }
        }
        Some(Ok(true))
    }
}

/// The time in a `tfdt` box.
fn decode_time(mut time: Bytes<'_>) -> Option<u64> {
    let version = time.u8()?;
    time.skip(3)?;
    match version {
        0 => time.u32().map(u64::from),
        _ => time.u64(),
    }
}
