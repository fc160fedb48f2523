//! Writes MP3 streams with features that LAME does not use: mixed blocks, different block types of the
//! channels, intensity stereo, every way to pack scale factors.
//!
//! Spectra are random values of -1, 0 and 1. One Huffman table codes all of them, so that the
//! borders between the regions of a spectrum, which depend on the block type, do not matter.

use super::bits::Bits;
use super::mpeg::{mp3_frame_bytes, set_mp3_crc, side_bytes};
use crate::rng::Rng;

/// The features that a stream uses.
pub struct Style {
    /// 0: MPEG-2.5, 2: MPEG-2, 3: MPEG-1. All but MPEG-1 have one granule in each frame.
    pub version: u8,
    /// The rate, as an index.
    pub rate: u8,
    /// 0: stereo, 1: joint stereo, 2: two channels, 3: mono.
    pub mode: u8,
    /// The channels of a granule have the same block type.
    pub same_blocks: bool,
    pub mixed: bool,
    /// M/S stereo may be on.
    pub mid_side: bool,
    /// Intensity stereo may be on.
    pub intensity: bool,
    pub checksum: bool,
    /// A frame's bits may begin in the frames before.
    pub reservoir: bool,
}

/// The coding of one granule's channel.
#[derive(Clone, Copy, Default, PartialEq)]
struct Block {
    /// 0: long, 1: start, 2: short, 3: stop.
    kind: u8,
    /// The two lowest subbands are those of a long block.
    mixed: bool,
}

/// One channel of a granule: its entry in the side information, and its bits.
struct Granule {
    side: Bits,
    main: Bits,
}

/// MPEG-2: how many scale factors have each length, by kind (long, short, mixed); then the same for the
/// right channel in intensity stereo.
const LSF_COUNTS: [[[u32; 4]; 3]; 6] = [
    [[6, 5, 5, 5], [9, 9, 9, 9], [6, 9, 9, 9]],
    [[6, 5, 7, 3], [9, 9, 12, 6], [6, 9, 12, 6]],
    [[11, 10, 0, 0], [18, 18, 0, 0], [15, 18, 0, 0]],
    [[7, 7, 7, 0], [12, 12, 12, 0], [6, 15, 12, 0]],
    [[6, 6, 6, 3], [12, 9, 9, 6], [6, 12, 9, 6]],
    [[8, 8, 5, 0], [15, 12, 9, 0], [6, 18, 9, 0]],
];

/// MPEG-1: the lengths of the scale factors in bits, for each half.
const LENGTHS: [(u32, u32); 16] = [
    (0, 0),
    (0, 1),
    (0, 2),
    (0, 3),
    (3, 0),
    (1, 1),
    (1, 2),
    (1, 3),
    (2, 1),
    (2, 2),
    (2, 3),
    (3, 1),
    (3, 2),
    (3, 3),
    (4, 2),
    (4, 3),
];

impl Style {
    fn mpeg1(&self) -> bool {
        self.version == 3
    }

    fn channels(&self) -> usize {
        if self.mode == 3 { 1 } else { 2 }
    }

    /// A stream of `frames` frames.
    pub fn write(&self, frames: usize, rng: &mut Rng) -> Vec<u8> {
        let granules = if self.mpeg1() { 2 } else { 1 };
        let mut stream = Vec::new();
        // The main data of all frames, and where the main data of each frame begins in it.
        let mut main: Vec<u8> = Vec::new();
        let mut slots: Vec<(usize, usize)> = Vec::new();
        let mut last = vec![Block::default(); self.channels()];
        let mut room = 0;
        for _ in 0..frames {
            let joined = if self.mode == 1 { self.joined(rng) } else { 0 };
            let mut coded: Vec<Vec<Granule>> = Vec::new();
            let mut kinds: Vec<Vec<Block>> = Vec::new();
            for _ in 0..granules {
                self.switch(&mut last, rng);
                kinds.push(last.clone());
            }
            let shared: Vec<u8> = (0..self.channels())
                .map(|channel| {
                    let long = kinds.iter().all(|blocks| blocks[channel].kind != 2);
                    if self.mpeg1() && long {
                        rng.count(0, 15) as u8
                    } else {
                        0
                    }
                })
                .collect();
            for (n, blocks) in kinds.iter().enumerate() {
                let granule = blocks.iter().enumerate().map(|(channel, block)| {
                    let shared = if n == 1 { shared[channel] } else { 0 };
                    let intense = joined & 1 == 1 && channel == 1;
                    self.granule(*block, shared, intense, rng)
                });
                coded.push(granule.collect());
            }
            let mut bits = Bits::default();
            coded
                .iter()
                .flatten()
                .for_each(|one| bits.append(&one.main));
            let longest = if self.mpeg1() { 511 } else { 255 };
            let back = if self.reservoir { room.min(longest) } else { 0 };
            let need = bits.bytes().len().saturating_sub(back);
            let mut frame = self.header(joined, need, rng);
            let side = self.side(back, &shared, &coded);
            let bytes = mp3_frame_bytes(&frame).expect("the header is right");
            frame.extend(side.bytes());
            set_mp3_crc(&mut frame);
            let own = bytes - frame.len();
            slots.push((stream.len() + frame.len(), own));
            let at = main.len() - back;
            main.resize(main.len() + own, 0);
            main[at..at + bits.bytes().len()].copy_from_slice(bits.bytes());
            room = main.len() - at - bits.bytes().len();
            frame.resize(bytes, 0);
            stream.extend(frame);
        }
        let mut rest = &main[..];
        for (at, own) in slots {
            let (now, later) = rest.split_at(own);
            stream[at..at + own].copy_from_slice(now);
            rest = later;
        }
        stream
    }

    fn joined(&self, rng: &mut Rng) -> u8 {
        let mid_side = self.mid_side && rng.chance(60);
        let intensity = self.intensity && rng.chance(60);
        u8::from(mid_side) << 1 | u8::from(intensity)
    }

    /// The next block of each channel.
    fn switch(&self, last: &mut [Block], rng: &mut Rng) {
        let mut next = |last: Block| {
            // The order is long, ..., long, start, short, ..., short, stop: in other orders, the windows do
            // not overlap correctly. For the low bands, the start and the stop around a mixed block must be
            // mixed too.
            let kind = match last.kind {
                0 | 3 => u8::from(rng.chance(40)),
                _ => *rng.pick(&[2, 2, 3]),
            };
            let mixed = match kind {
                0 => false,
                1 => self.mixed && rng.chance(60),
                _ => last.mixed,
            };
            Block { kind, mixed }
        };
        for channel in 0..last.len() {
            last[channel] = match channel {
                1 if self.same_blocks => last[0],
                _ => next(last[channel]),
            };
        }
    }

    /// A header, and room for the checksum, of a frame with room for `need` bytes of main data.
    fn header(&self, joined: u8, need: usize, rng: &mut Rng) -> Vec<u8> {
        let second = 0xE2 | self.version << 3 | u8::from(!self.checksum);
        let last = self.mode << 6 | joined << 4;
        let padding = rng.count(0, 1) as u8;
        let private = rng.count(0, 1) as u8;
        let head = |bitrate: u8| {
            let third = bitrate << 4 | self.rate << 2 | padding << 1 | private;
            vec![0xFF, second, third, last]
        };
        let side = side_bytes(&head(1)) + if self.checksum { 6 } else { 4 };
        let fits = |bitrate: &u8| {
            mp3_frame_bytes(&head(*bitrate)).is_some_and(|bytes| bytes >= side + need)
        };
        let smallest = (1..15)
            .find(fits)
            .expect("spectra are small enough for the largest frame");
        let bitrate = rng.count(smallest.into(), (u64::from(smallest) + 2).min(14)) as u8;
        let mut head = head(bitrate);
        head.resize(if self.checksum { 6 } else { 4 }, 0);
        head
    }

    fn side(&self, back: usize, shared: &[u8], coded: &[Vec<Granule>]) -> Bits {
        let mut side = Bits::default();
        let mono = self.channels() == 1;
        match (self.mpeg1(), mono) {
            (true, true) => side.put((back as u64) << 5, 14),
            (true, false) => side.put((back as u64) << 3, 12),
            (false, true) => side.put((back as u64) << 1, 9),
            (false, false) => side.put((back as u64) << 2, 10),
        }
        if self.mpeg1() {
            shared.iter().for_each(|bits| side.put(u64::from(*bits), 4));
        }
        coded
            .iter()
            .flatten()
            .for_each(|one| side.append(&one.side));
        side
    }

    /// Codes a random spectrum.
    fn granule(&self, block: Block, shared: u8, intense: bool, rng: &mut Rng) -> Granule {
        let mut main = Bits::default();
        let short = block.kind == 2;
        let compress = if self.mpeg1() {
            // An intensity position has at most three bits.
            let compress = rng.count(0, if intense { 13 } else { 15 });
            mpeg1_scale_factors(&mut main, compress as usize, block, shared, rng);
            compress
        } else {
            // From 500 on there is a pre-emphasis, which short blocks do not have.
            let compress = rng.count(0, if short { 499 } else { 511 });
            lsf_scale_factors(&mut main, compress as u32, block, intense, rng);
            compress
        };
        // Intensity stereo is for the upper bands, which are empty in the right channel. These must include
        // the two highest bands, since the last band has the position of the one before.
        let (most_pairs, lines) = if intense { (100, 280) } else { (150, 576) };
        let pairs = rng.count(0, most_pairs);
        let quads = rng.count(0, (lines - 2 * pairs) / 4).min(40);
        let dense = rng.count(5, 90);
        for _ in 0..pairs {
            let [x, y] = [(); 2].map(|()| rng.chance(dense));
            let (code, length) =
                [[(1, 1), (1, 3)], [(1, 2), (0, 3)]][usize::from(x)][usize::from(y)];
            main.put(code, length);
            (0..u8::from(x) + u8::from(y)).for_each(|_| main.put(rng.next(), 1));
        }
        for _ in 0..quads {
            let values = rng.count(0, 15);
            main.put(15 - values, 4);
            (0..values.count_ones()).for_each(|_| main.put(rng.next(), 1));
        }
        let mut side = Bits::default();
        side.put(main.len() as u64, 12);
        side.put(pairs, 9);
        side.put(rng.count(150, 196), 8);
        side.put(compress, if self.mpeg1() { 4 } else { 9 });
        side.put(u64::from(block.kind != 0), 1);
        if block.kind != 0 {
            side.put(u64::from(block.kind), 2);
            side.put(u64::from(block.mixed), 1);
            side.put(0b00001_00001, 10);
            (0..3).for_each(|_| side.put(if short { rng.count(0, 3) } else { 0 }, 3));
        } else {
            side.put(0b00001_00001_00001, 15);
            side.put(rng.count(0, 15), 4);
            side.put(rng.count(0, 4), 3);
        }
        if self.mpeg1() {
            side.put(if short { 0 } else { rng.count(0, 1) }, 1); // preflag
        }
        side.put(rng.count(0, 1), 1); // scalefac_scale
        side.put(1, 1); // quads by the second table
        Granule { side, main }
    }
}

fn mpeg1_scale_factors(main: &mut Bits, compress: usize, block: Block, shared: u8, rng: &mut Rng) {
    let (first, second) = LENGTHS[compress];
    let groups = match (block.kind, block.mixed) {
        (2, true) => vec![(17, first), (18, second)],
        (2, false) => vec![(18, first), (18, second)],
        // Groups that are shared with the granule before are not written again.
        _ => [(6, first), (5, first), (5, second), (5, second)]
            .into_iter()
            .enumerate()
            .filter(|(n, _)| shared >> (3 - n) & 1 == 0)
            .map(|(_, group)| group)
            .collect(),
    };
    for (count, length) in groups {
        (0..count).for_each(|_| main.put(rng.next(), length));
    }
}

fn lsf_scale_factors(main: &mut Bits, compress: u32, block: Block, intense: bool, rng: &mut Rng) {
    let c = compress;
    let half = c / 2;
    let (row, lengths) = match (intense, c, half) {
        (false, 0..400, _) => (0, [(c >> 4) / 5, (c >> 4) % 5, (c & 15) >> 2, c & 3]),
        (false, 400..500, _) => (
            1,
            [((c - 400) >> 2) / 5, ((c - 400) >> 2) % 5, (c - 400) & 3, 0],
        ),
        (false, _, _) => (2, [(c - 500) / 3, (c - 500) % 3, 0, 0]),
        (true, _, 0..180) => (3, [half / 36, half % 36 / 6, half % 6, 0]),
        (true, _, 180..244) => {
            let rest = half - 180;
            (4, [(rest & 63) >> 4, (rest & 15) >> 2, rest & 3, 0])
        }
        (true, _, _) => (5, [(half - 244) / 3, (half - 244) % 3, 0, 0]),
    };
    let kind = match (block.kind, block.mixed) {
        (2, true) => 2,
        (2, false) => 1,
        _ => 0,
    };
    for (count, length) in LSF_COUNTS[row][kind].iter().zip(lengths) {
        // The intensity positions 7 and the largest of each length are illegal, and decoders treat them
        // differently.
        let largest = (1u64 << length) - 1;
        let largest = if intense {
            largest.saturating_sub(1).min(6)
        } else {
            largest
        };
        (0..*count).for_each(|_| main.put(rng.count(0, largest), length));
    }
}
