//! Splits Ogg streams into packets, and distributes the packets to other pages.

use super::bits::crc;
use crate::rng::Rng;

/// A logical stream.
pub struct Stream {
    pub serial: u32,
    pub packets: Vec<Packet>,
    /// How many packets precede the first one with sound.
    pub headers: usize,
}

pub struct Packet {
    data: Vec<u8>,
    /// The granule position of a page on which this packet is the last to end.
    granule: u64,
    /// Whether it ends after the end of the sound. If so, no page may end with it, unless it is the last one.
    beyond: bool,
}

/// How packets are distributed to pages.
#[derive(Clone, Copy, Default)]
pub struct Layout {
    /// How many of the first pages with sound have no granule position.
    pub without_granule: usize,
    /// No page is marked as the last.
    pub no_end: bool,
    /// Each page ends with a whole packet.
    pub whole_packets: bool,
}

/// A page that is written.
struct Page {
    /// The lengths of the segments that make up the packets.
    segments: Vec<u8>,
    body: Vec<u8>,
    granule: u64,
    continued: bool,
}

/// The end of a page that was read.
struct PageEnd {
    /// How many packets end on it or before it.
    packets: usize,
    granule: u64,
    last: bool,
}

/// The granule position of a page on which no packet ends.
const NONE: u64 = u64::MAX;

impl Stream {
    /// Reads a file with one stream. `frames` returns the length of a packet of sound; it is called in order,
    /// with the headers and the packet.
    pub fn read(
        file: &[u8],
        headers: usize,
        mut frames: impl FnMut(&[Vec<u8>], &[u8]) -> u64,
    ) -> Stream {
        let (packets, ends) = packets(file);
        let lengths: Vec<u64> = (0..packets.len())
            .map(|n| match n < headers {
                true => 0,
                false => frames(&packets[..headers], &packets[n]),
            })
            .collect();
        let mut granules: Vec<(u64, bool)> = Vec::new();
        for end in ends.iter().filter(|end| end.granule != NONE) {
            let here = granules.len()..end.packets;
            let mut at = match (granules.last(), end.last) {
                // The position of the last page may cut off the end of its last packet.
                (Some((before, _)), true) => *before,
                _ => end
                    .granule
                    .saturating_sub(lengths[here.clone()].iter().sum()),
            };
            for length in &lengths[here] {
                at += length;
                granules.push((at.min(end.granule), at > end.granule));
            }
        }
        let packets = packets.into_iter().zip(granules);
        Stream {
            serial: u32::from_le_bytes(file[14..18].first_chunk().copied().unwrap_or_default()),
            packets: packets
                .map(|(data, (granule, beyond))| Packet {
                    data,
                    granule,
                    beyond,
                })
                .collect(),
            headers,
        }
    }

    pub fn write(&self, layout: Layout, rng: &mut Rng) -> Vec<u8> {
        let mut pages = self.pages(layout, rng);
        let mut ended = 0;
        let mut silent = layout.without_granule;
        let last = pages.len() - 1;
        for page in &mut pages[..last] {
            if ended >= self.headers && silent > 0 {
                silent -= 1;
                page.granule = NONE;
            }
            ended += page.segments.iter().filter(|length| **length < 255).count();
        }
        let mut file = Vec::new();
        for (n, page) in pages.iter().enumerate() {
            let end = n == last && !layout.no_end;
            file.extend(page.bytes(n, self.serial, end));
        }
        file
    }

    fn pages(&self, layout: Layout, rng: &mut Rng) -> Vec<Page> {
        let mut pages: Vec<Page> = Vec::new();
        let mut page = Page::new(false);
        let mut may_end = true;
        for (n, packet) in self.packets.iter().enumerate() {
            let segments = packet.data.len() / 255 + 1;
            // The first packet has its own page, and the first packet of sound begins a page.
            let begins_page = n == 1
                || n == self.headers
                || (may_end && rng.chance(20))
                || (layout.whole_packets && page.segments.len() + segments > 255);
            for segment in 0..segments {
                let cut = match segment {
                    0 => begins_page,
                    _ => !layout.whole_packets && may_end && n >= self.headers && rng.chance(5),
                };
                if page.segments.len() == 255 || (cut && !page.segments.is_empty()) {
                    pages.push(std::mem::replace(&mut page, Page::new(segment > 0)));
                }
                let rest = &packet.data[255 * segment..];
                let now = &rest[..rest.len().min(255)];
                page.segments.push(now.len() as u8);
                page.body.extend(now);
            }
            page.granule = packet.granule;
            may_end = !packet.beyond;
        }
        pages.push(page);
        pages
    }

    /// Increases all granule positions from packet `from` on, as if frames were missing before it, or as if
    /// the stream had been cut out of a longer one.
    pub fn shift(&mut self, from: usize, frames: u64) {
        self.packets[from.max(self.headers)..]
            .iter_mut()
            .for_each(|packet| packet.granule += frames);
    }
}

impl Page {
    fn new(continued: bool) -> Page {
        Page {
            segments: Vec::new(),
            body: Vec::new(),
            granule: NONE,
            continued,
        }
    }

    fn bytes(&self, number: usize, serial: u32, last: bool) -> Vec<u8> {
        let mut page = b"OggS\0".to_vec();
        page.push(u8::from(self.continued) | u8::from(number == 0) << 1 | u8::from(last) << 2);
        page.extend(self.granule.to_le_bytes());
        page.extend(serial.to_le_bytes());
        page.extend((number as u32).to_le_bytes());
        page.extend([0; 4]);
        page.push(self.segments.len() as u8);
        page.extend(&self.segments);
        page.extend(&self.body);
        let check = crc(32, 0x04C1_1DB7, 0, &page);
        page[22..26].copy_from_slice(&check.to_le_bytes());
        page
    }
}

/// All packets of a file, and the ends of its pages.
fn packets(file: &[u8]) -> (Vec<Vec<u8>>, Vec<PageEnd>) {
    let (mut packets, mut ends) = (Vec::new(), Vec::new());
    let mut packet = Vec::new();
    let mut rest = file;
    while let [b'O', b'g', b'g', b'S', _, flags, head @ ..] = rest {
        let granule = u64::from_le_bytes(*head.first_chunk().expect("a page has a header"));
        let (lengths, mut body) = rest[27..].split_at(rest[26].into());
        for length in lengths {
            let (now, later) = body.split_at(usize::from(*length));
            packet.extend(now);
            body = later;
            if *length < 255 {
                packets.push(std::mem::take(&mut packet));
            }
        }
        rest = body;
        ends.push(PageEnd {
            packets: packets.len(),
            granule,
            last: flags & 4 != 0,
        });
    }
    (packets, ends)
}

/// The frames, at 48,000 Hz, of an Opus packet.
pub fn opus_frames(packet: &[u8]) -> u64 {
    let Some(head) = packet.first() else {
        return 0;
    };
    let each = match head >> 3 {
        config @ 0..12 => [480, 960, 1_920, 2_880][usize::from(config & 3)],
        config @ 12..16 => [480, 960][usize::from(config & 1)],
        config => [120, 240, 480, 960][usize::from(config & 3)],
    };
    let count = match head & 3 {
        0 => 1,
        3 => u64::from(packet.get(1).unwrap_or(&0) & 0x3F),
        _ => 2,
    };
    each * count
}

/// Computes how many frames each Vorbis packet completes: a quarter of its block and of the one before.
#[derive(Default)]
pub struct VorbisLengths {
    before: Option<u64>,
}

impl VorbisLengths {
    pub fn next(&mut self, headers: &[Vec<u8>], packet: &[u8]) -> u64 {
        let long = modes(&headers[2]);
        let bits = usize::BITS - (long.len() - 1).leading_zeros();
        let head = packet.first().copied().unwrap_or(0);
        let mode = usize::from(head >> 1) & ((1 << bits) - 1);
        let sizes = headers[0][28];
        let size = if long.get(mode).copied().unwrap_or(false) {
            sizes >> 4
        } else {
            sizes & 15
        };
        let block = 1 << size;
        let complete = self.before.map_or(0, |before: u64| before / 4 + block / 4);
        self.before = Some(block);
        complete
    }
}

/// Which modes have long blocks. The modes are at the end of the setup header: their number in 6 bits, then
/// for each a bit for the length, 32 bits of zeros, and 8 bits for the mapping.
fn modes(setup: &[u8]) -> Vec<bool> {
    let bit = |n: usize| usize::from(setup[n / 8] >> (n % 8) & 1);
    let number = |from: usize, count: usize| (0..count).fold(0, |sum, n| sum | bit(from + n) << n);
    // The last one is the framing bit.
    let end = (0..8 * setup.len())
        .rev()
        .find(|n| bit(*n) == 1)
        .unwrap_or(0);
    let mut best = 1;
    for count in 1..=64 {
        let Some(from) = end.checked_sub(41 * count + 6) else {
            break;
        };
        if number(from + 6 + 1, 16) != 0 || number(from + 6 + 17, 16) != 0 {
            break;
        }
        if number(from, 6) + 1 == count {
            best = count;
        }
    }
    let first = end - 41 * best;
    (0..best).map(|n| bit(first + 41 * n) == 1).collect()
}
