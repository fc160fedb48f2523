//! The sound of an Ogg file as packets in their places. All pages are looked at when the file is
//! opened: whether they are intact, and which frames the packets hold that end on them.
//!
//! Frames are counted by the packets. The granule positions of pages say where the stream begins, how
//! many frames are lost where pages are missing, and where it ends:
//!
//! * It begins at the granule position of the first page that has one, less all frames up to there. Pages
//!   before it may have none, although packets end on them.
//! * It ends as many frames after the page before the last as their granule positions differ, if the
//!   packets of the last page hold more, whether or not it is marked as the last. Positions that jumped
//!   before then do not count, as libvorbisfile and libopusfile have it.

use super::page::{LONGEST_HEADER, Page};
use crate::clip::decode::info::WHAT;
use crate::clip::decode::input::{Input, InputWindow};
use crate::clip::decode::packets::{PacketSpan, Packets};
use crate::error::Result;
use crate::memory;
use std::collections::VecDeque;
use std::sync::Arc;

/// The granule position of a page that has none.
const NO_GRANULE: i64 = -1;

/// How long packets last.
pub trait Durations: Send {
    /// Frames of the packet; none for what is no packet of sound. `before` is what the packet
    /// before left, 0 at the beginning, and becomes what this one leaves.
    fn frames(&self, packet: &[u8], before: &mut u32) -> Option<u32>;
}

/// Finds intact pages.
pub struct Pages {
    window: InputWindow,
    offset: u64,
    length: u64,
}

/// An intact page.
#[derive(Clone, Copy)]
pub struct Found {
    pub page: Page,
    pub offset: u64,
    /// Bytes before it that are no intact page.
    pub skipped: u64,
}

impl Pages {
    /// Those from the byte `offset` on.
    pub fn new(input: &Arc<Input>, offset: u64) -> Pages {
        Pages {
            window: InputWindow::new(Arc::clone(input)),
            offset,
            length: input.length(),
        }
    }

    pub fn next(&mut self) -> Result<Option<Found>> {
        let from = self.offset;
        while self.offset < self.length {
            let head = self.window.at(self.offset, LONGEST_HEADER)?;
            if let Some(page) = Page::parse(head) {
                let bytes = self.window.at(self.offset, page.bytes())?;
                if bytes.len() == page.bytes() && page.intact(bytes) {
                    let offset = self.offset;
                    self.offset += page.bytes() as u64;
                    return Ok(Some(Found {
                        page,
                        offset,
                        skipped: offset - from,
                    }));
                }
            }
            let step = self.window.at(self.offset + 1, LONGEST_HEADER)?;
            let next = step.windows(4).position(|bytes| bytes == b"OggS");
            self.offset += 1 + next.unwrap_or(step.len().saturating_sub(3)) as u64;
            if step.len() < 4 {
                break;
            }
        }
        Ok(None)
    }

    /// The packets that end on a page; `partial` is what has begun on the page before, and becomes
    /// what does not end on this one. False if the file was cut short since it was opened.
    pub fn packets(
        &mut self,
        found: &Found,
        partial: &mut Option<Vec<u8>>,
        mut each: impl FnMut(Vec<u8>),
    ) -> Result<bool> {
        let bytes = self.window.at(found.offset, found.page.bytes())?;
        if bytes.len() < found.page.bytes() {
            return Ok(false);
        }
        let mut rest = partial.take();
        let mut goes_on = found.page.continued;
        for (piece, ends) in found.page.packets(bytes) {
            let packet = match (goes_on, rest.take()) {
                (false, _) => Some(memory::collect(piece.iter().copied(), WHAT)?),
                (true, Some(mut packet)) => {
                    memory::reserve(&mut packet, piece.len(), WHAT)?;
                    packet.extend_from_slice(piece);
                    Some(packet)
                }
                // The beginning of this packet is lost.
                (true, None) => None,
            };
            goes_on = false;
            match (packet, ends) {
                (Some(packet), true) => each(packet),
                (packet, _) => *partial = packet,
            }
        }
        Ok(true)
    }
}

/// A page of the stream.
struct Mark {
    found: Found,
    /// The page before it is missing.
    after_loss: bool,
    /// Some packet ends here.
    ends: bool,
    /// The first frame of the first packet that ends here.
    start: u64,
    /// What the packet before left.
    before: u32,
}

/// The packets of a stream.
pub struct Stream {
    pages: Pages,
    durations: Box<dyn Durations>,
    marks: Vec<Mark>,
    /// How many frames before the wanted one a decoder has to begin.
    lead: u64,
    next_mark: usize,
    partial: Option<Vec<u8>>,
    queue: VecDeque<(Vec<u8>, PacketSpan)>,
}

/// Where a stream begins and ends.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extent {
    /// The granule position at decoder frame 0.
    pub origin: i64,
    /// Decoder frames to the end.
    pub frames: u64,
    /// Where another stream begins that follows.
    pub next_link: Option<u64>,
}

impl Stream {
    /// Looks at all pages of the stream `serial` that `pages` has yet to come to. `cuts_beginning` tells
    /// whether a first position of fewer frames than the packets hold cuts off the beginning.
    pub fn new(
        mut pages: Pages,
        serial: u32,
        durations: Box<dyn Durations>,
        lead: u64,
        cuts_beginning: bool,
    ) -> Result<(Stream, Extent)> {
        let mut extent = Extent::default();
        let (mut marks, mut partial) = (Vec::<Mark>::new(), None);
        let (mut before, mut longest, mut skipped) = (0, 0, 0);
        // The granule position at decoder frame 0, as the page before has it.
        let mut origin = None;
        let mut end = None;
        while let Some(found) = pages.next()? {
            skipped += found.skipped;
            if found.page.first {
                extent.next_link = Some(found.offset);
                break;
            }
            if found.page.serial != serial {
                continue;
            }
            let last = marks.last().map(|mark| mark.found.page.sequence);
            let missing = last.map_or(0, |last| {
                found.page.sequence.wrapping_sub(last).wrapping_sub(1)
            });
            if missing > 0 {
                partial = None;
            }
            let mut mark = Mark {
                found,
                after_loss: missing > 0,
                ends: false,
                start: extent.frames,
                before,
            };
            let mut sum = 0;
            pages.packets(&found, &mut partial, |packet| {
                mark.ends = true;
                sum += u64::from(durations.frames(&packet, &mut before).unwrap_or(0));
            })?;
            if mark.ends {
                let granule = Some(found.page.granule).filter(|granule| *granule != NO_GRANULE);
                let position = granule
                    .zip(origin)
                    .map(|(granule, origin)| granule.saturating_sub(origin));
                let position = position.map(|position: i64| u64::try_from(position).unwrap_or(0));
                if missing > 0
                    && let Some(position) = position
                {
                    // No more frames can be missing than the lost bytes can hold.
                    let pages = u64::from(missing).min(skipped / LONGEST_HEADER as u64 + 16);
                    let latest = mark.start + pages * 2 * longest;
                    mark.start = position.saturating_sub(sum).clamp(mark.start, latest);
                }
                longest = longest.max(sum);
                extent.frames = mark.start + sum;
                // If no more pages follow, the sound ends where this one says.
                end = position.map(|position| position.clamp(mark.start, extent.frames));
                let held = i64::try_from(extent.frames).unwrap_or(i64::MAX);
                if let Some(granule) = granule {
                    let here = match origin {
                        // Fewer frames than there are: where the beginning is not to be cut, the end is.
                        None if (found.page.last || !cuts_beginning) && granule < held => {
                            let said = u64::try_from(granule).unwrap_or(0);
                            end = Some(said.clamp(mark.start, extent.frames));
                            0
                        }
                        _ => granule.saturating_sub_unsigned(extent.frames),
                    };
                    if origin.is_none() {
                        extent.origin = here;
                    }
                    origin = Some(here);
                }
            }
            skipped = 0;
            memory::push(&mut marks, mark, WHAT)?;
        }
        extent.frames = end.unwrap_or(extent.frames);
        let stream = Stream {
            pages,
            durations,
            marks,
            lead,
            next_mark: 0,
            partial: None,
            queue: VecDeque::new(),
        };
        Ok((stream, extent))
    }

    /// Reads the next page into the queue; false at the end.
    fn load(&mut self) -> Result<bool> {
        let Some(mark) = self.marks.get(self.next_mark) else {
            return Ok(false);
        };
        if mark.after_loss {
            self.partial = None;
        }
        let (mut start, mut before) = (mark.start, mark.before);
        let (queue, durations) = (&mut self.queue, &self.durations);
        let is_there = self
            .pages
            .packets(&mark.found, &mut self.partial, |packet| {
                if let Some(frames) = durations.frames(&packet, &mut before) {
                    queue.push_back((packet, PacketSpan { start, frames }));
                    start += u64::from(frames);
                }
            })?;
        self.next_mark += usize::from(is_there);
        Ok(is_there)
    }
}

impl Packets for Stream {
    fn next(&mut self, data: &mut Vec<u8>) -> Result<Option<PacketSpan>> {
        loop {
            if let Some((packet, span)) = self.queue.pop_front() {
                *data = packet;
                return Ok(Some(span));
            }
            if !self.load()? {
                return Ok(None);
            }
        }
    }

    fn seek(&mut self, frame: u64) -> Result<()> {
        let target = frame.saturating_sub(self.lead);
        // A page that begins at the frame itself may lack a packet of no frames that prepares its first.
        let after = self.marks.partition_point(|mark| mark.start < target);
        let wanted = after.saturating_sub(1);
        // The first packet that ends on that page may begin on one before.
        let mut from = wanted;
        while from > 0 {
            from -= 1;
            if self.marks[from].ends {
                break;
            }
        }
        self.next_mark = from;
        self.partial = None;
        while self.next_mark < wanted && self.load()? {}
        self.queue.clear();
        Ok(())
    }
}
