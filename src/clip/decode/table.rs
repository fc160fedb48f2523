//! Packets whose places are known and which all last equally long.

use super::input::Input;
use super::packets::{PacketSpan, Packets};
use crate::error::Result;
use crate::memory;
use std::sync::Arc;

/// Where a packet lies. No bytes: it is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PacketPlace {
    pub offset: u64,
    pub bytes: u32,
}

/// How far before a frame a decoder has to begin.
#[derive(Clone, Copy, Debug)]
pub struct Lead {
    /// Packets whose frames overlap with those after.
    pub packets: usize,
    /// Bytes of packets before those, into which they may refer.
    pub bytes: u64,
    /// Bytes of each packet that do not count for it.
    pub overhead: u32,
}

/// A list of packets.
pub struct PacketTable {
    input: Arc<Input>,
    places: Vec<PacketPlace>,
    frames_per_packet: u32,
    lead: Lead,
    next: usize,
}

impl PacketTable {
    pub fn new(
        input: Arc<Input>,
        places: Vec<PacketPlace>,
        frames_per_packet: u32,
        lead: Lead,
    ) -> Box<PacketTable> {
        Box::new(PacketTable {
            input,
            places,
            frames_per_packet,
            lead,
            next: 0,
        })
    }
}

impl Packets for PacketTable {
    fn next(&mut self, data: &mut Vec<u8>) -> Result<Option<PacketSpan>> {
        let Some(place) = self.places.get(self.next) else {
            return Ok(None);
        };
        memory::resize(data, place.bytes as usize, 0, super::info::WHAT)?;
        if self.input.read_at(place.offset, data)? < data.len() {
            return Ok(None); // the last packet is cut short
        }
        let start = self.next as u64 * u64::from(self.frames_per_packet);
        self.next += 1;
        Ok(Some(PacketSpan {
            start,
            frames: self.frames_per_packet,
        }))
    }

    fn seek(&mut self, frame: u64) -> Result<()> {
        let packet = (frame / u64::from(self.frames_per_packet)).min(self.places.len() as u64);
        let mut first = (packet as usize).saturating_sub(self.lead.packets);
        let mut bytes = 0;
        while bytes < self.lead.bytes && first > 0 {
            first -= 1;
            let counted = self.places[first].bytes.saturating_sub(self.lead.overhead);
            bytes += u64::from(counted);
        }
        self.next = first;
        Ok(())
    }
}
