//! Writes FLAC (RFC 9639) with all features that a decoder must support. Encoders do not use most of them.
//! The features are chosen at random for each subframe.

/// Pseudo-random numbers, the same in each run (Knuth's constants).
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, limit: usize) -> usize {
        let next = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = next.wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    pub fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == 0
    }

    pub fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}

/// A stream, as its header describes it.
#[derive(Clone, Copy, Debug)]
pub struct Stream {
    pub frame_rate_hz: u32,
    pub channels: usize,
    pub bits: u32,
    /// The lengths of the shortest and the longest block.
    pub block_frames: (u16, u16),
    /// Length; 0: not known.
    pub frames: u64,
}

impl Stream {
    /// `fLaC` and STREAMINFO, with the digest of the samples; zeros: not known.
    pub fn header(&self, digest: [u8; 16]) -> Vec<u8> {
        let mut header = b"fLaC\x80\0\0\x22".to_vec();
        header.extend(self.block_frames.0.to_be_bytes());
        header.extend(self.block_frames.1.to_be_bytes());
        header.extend([0; 6]);
        let packed = u64::from(self.frame_rate_hz) << 44
            | (self.channels as u64 - 1) << 41
            | u64::from(self.bits - 1) << 36
            | self.frames;
        header.extend(packed.to_be_bytes());
        header.extend(digest);
        header
    }
}

/// The number in a frame's header.
#[derive(Clone, Copy, Debug)]
pub enum Number {
    Blocks(u64),
    Frames(u64),
}

/// How the frames of a stream are numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbering {
    /// By blocks, which all have one length.
    Blocks,
    /// By frames, although the header says that it counts blocks. Encoders before 2007 did this if the
    /// lengths of blocks differ.
    OldFrames,
    /// By frames.
    Frames,
}

/// A file whose blocks have these lengths; the last length is repeated. Returns its header and its frames.
pub fn file(
    stream: &Stream,
    numbering: Numbering,
    lengths: &[usize],
    sound: &[Vec<i64>],
    random: &mut Random,
) -> Vec<Vec<u8>> {
    let bytes = stream.bits.div_ceil(8) as usize;
    let (mut from, frames) = (0, sound[0].len());
    let mut digest = md5::Context::new();
    for frame in 0..frames {
        for channel in sound {
            digest.consume(&channel[frame].to_le_bytes()[..bytes]);
        }
    }
    let mut parts = vec![stream.header(digest.finalize().0)];
    while from < frames {
        let block = parts.len() - 1;
        let length = lengths[block.min(lengths.len() - 1)];
        let until = frames.min(from + length);
        let number = match numbering {
            Numbering::Blocks => Number::Blocks(block as u64),
            Numbering::OldFrames => Number::Blocks(from as u64),
            Numbering::Frames => Number::Frames(from as u64),
        };
        let samples: Vec<&[i64]> = sound.iter().map(|channel| &channel[from..until]).collect();
        parts.push(frame(stream, number, &samples, random));
        from = until;
    }
    parts
}

/// Samples of some bits, a vector for each channel: a tone and noise, silence, or extremes.
pub fn sound(stream: &Stream, frames: usize, random: &mut Random) -> Vec<Vec<i64>> {
    let full_scale = 1i64 << (stream.bits - 1);
    let loudness = full_scale >> random.below(stream.bits as usize - 1);
    let noise = loudness >> random.below(stream.bits as usize);
    let kind = random.below(6);
    let mut channels = Vec::new();
    for channel in 0..stream.channels {
        // How many low bits are 0 in one channel.
        let zeros = random.of(&[0, 0, 1, 3]);
        let mut sample = |frame: usize| {
            let sample = match kind {
                0 => random.of(&[-full_scale, full_scale - 1, 0]),
                1 => loudness - 1,
                _ => {
                    let tone = (frame as f64 * (0.01 + 0.005 * channel as f64)).sin();
                    let noise = random.below(noise as usize + 1) as i64 - noise / 2;
                    (tone * 0.7 * loudness as f64) as i64 + noise
                }
            };
            sample.clamp(-full_scale, full_scale - 1) >> zeros << zeros
        };
        channels.push((0..frames).map(&mut sample).collect());
    }
    channels
}

/// One frame of these samples, a slice for each channel.
pub fn frame(stream: &Stream, number: Number, samples: &[&[i64]], random: &mut Random) -> Vec<u8> {
    let frames = samples[0].len();
    let (sync, number) = match number {
        Number::Blocks(number) => (0xF8, number),
        Number::Frames(number) => (0xF9, number),
    };
    let (assignment, subframes) = assigned(samples, random);
    let (size, size_bits) = match frames {
        256 if random.one_in(2) => (8, 0),
        4_096 if random.one_in(2) => (12, 0),
        ..=256 if random.one_in(2) => (6, 8),
        _ => (7, 16),
    };
    let (rate, rate_bits) = match stream.frame_rate_hz {
        44_100 if random.one_in(2) => (9, 0),
        ..=65_535 if random.one_in(2) => (13, 16),
        _ => (0, 0),
    };
    let bits = match stream.bits {
        8 if random.one_in(2) => 1,
        12 if random.one_in(2) => 2,
        16 if random.one_in(2) => 4,
        20 if random.one_in(2) => 5,
        24 if random.one_in(2) => 6,
        32 if random.one_in(2) => 7,
        _ => 0,
    };
    let mut out = Bits::default();
    for byte in [0xFF, sync, size << 4 | rate, assignment << 4 | bits << 1] {
        out.put(byte, 8);
    }
    coded(number)
        .iter()
        .for_each(|byte| out.put((*byte).into(), 8));
    out.put(frames as u64 - 1, size_bits);
    out.put(stream.frame_rate_hz.into(), rate_bits);
    out.put(crc(0x07, 8, &out.bytes), 8);
    for (index, subframe) in subframes.iter().enumerate() {
        let side = matches!((assignment, index), (8 | 10, 1) | (9, 0));
        put_subframe(&mut out, stream.bits + u32::from(side), subframe, random);
    }
    out.align();
    out.put(crc(0x8005, 16, &out.bytes), 16);
    out.bytes
}

/// The channel assignment of a frame, and the samples of its subframes.
fn assigned(samples: &[&[i64]], random: &mut Random) -> (u64, Vec<Vec<i64>>) {
    let each = |f: fn(i64, i64) -> i64| {
        let pairs = samples[0].iter().zip(samples[1]);
        pairs.map(|(left, right)| f(*left, *right)).collect()
    };
    let side = |left, right| left - right;
    let [left, right] = samples else {
        let all = samples.iter().map(|samples| samples.to_vec()).collect();
        return (samples.len() as u64 - 1, all);
    };
    match random.below(4) {
        0 => (1, vec![left.to_vec(), right.to_vec()]),
        1 => (8, vec![left.to_vec(), each(side)]),
        2 => (9, vec![each(side), right.to_vec()]),
        _ => (
            10,
            vec![each(|left, right| (left + right) >> 1), each(side)],
        ),
    }
}

fn put_subframe(out: &mut Bits, bits: u32, samples: &[i64], random: &mut Random) {
    let all = samples.iter().fold(0, |all, sample| all | sample);
    let wasted = match all {
        0 => 0,
        _ if random.one_in(4) => 0,
        _ => all.trailing_zeros().min(bits - 1),
    };
    let samples: Vec<i64> = samples.iter().map(|sample| sample >> wasted).collect();
    let bits = bits - wasted;
    let header = |out: &mut Bits, kind: u64| {
        out.put(kind << 1 | u64::from(wasted > 0), 8);
        if wasted > 0 {
            out.put(1, wasted);
        }
    };
    if samples.iter().all(|sample| *sample == samples[0]) && !random.one_in(4) {
        header(out, 0);
        return out.put_signed(samples[0], bits);
    }
    let order = match random.below(4) {
        0 => random.below(5),
        1 => 1 + random.below(4),
        2 => 1 + random.below(12),
        _ => 1 + random.below(32),
    };
    let order = order.min(samples.len() - 1);
    let linear = order > 0 && (order > 4 || random.one_in(2));
    let predictor = match linear {
        true => Predictor::drawn(order, random),
        false => Predictor::fixed(order),
    };
    let residual = predictor.residual(&samples);
    let most = i64::from(i32::MAX);
    // A residual must fit into 32 bits.
    if residual.iter().any(|left| *left < -most || *left > most) || random.one_in(10) {
        header(out, 1);
        return samples
            .iter()
            .for_each(|sample| out.put_signed(*sample, bits));
    }
    header(
        out,
        if linear {
            31 + order as u64
        } else {
            8 + order as u64
        },
    );
    for sample in &samples[..order] {
        out.put_signed(*sample, bits);
    }
    if linear {
        out.put(14, 4); // 15 bits each
        out.put(predictor.shift.into(), 5);
        for coefficient in &predictor.coefficients {
            out.put_signed(*coefficient, 15);
        }
    }
    put_residual(out, samples.len(), order, &residual, random);
}

struct Predictor {
    /// The first one is for the newest sample.
    coefficients: Vec<i64>,
    shift: u32,
}

impl Predictor {
    fn fixed(order: usize) -> Predictor {
        let coefficients: &[i64] = match order {
            0 => &[],
            1 => &[1],
            2 => &[2, -1],
            3 => &[3, -3, 1],
            _ => &[4, -6, 4, -1],
        };
        Predictor {
            coefficients: coefficients.to_vec(),
            shift: 0,
        }
    }

    /// A predictor that is roughly right for smooth sounds, and has random further coefficients.
    fn drawn(order: usize, random: &mut Random) -> Predictor {
        let shift = random.below(13) as u32;
        let mut coefficients = vec![0; order];
        let known = Predictor::fixed(order.min(random.below(4)));
        for (coefficient, known) in coefficients.iter_mut().zip(known.coefficients) {
            *coefficient = known << shift;
        }
        for coefficient in &mut coefficients {
            let noise = random.below(1 << (shift / 2 + 1)) as i64;
            *coefficient += noise - (1 << (shift / 2));
        }
        Predictor {
            coefficients,
            shift,
        }
    }

    fn residual(&self, samples: &[i64]) -> Vec<i64> {
        let order = self.coefficients.len();
        let left = (order..samples.len()).map(|at| {
            let before = samples[..at].iter().rev();
            let sum: i64 = before.zip(&self.coefficients).map(|(x, c)| x * c).sum();
            samples[at] - (sum >> self.shift)
        });
        left.collect()
    }
}

fn put_residual(
    out: &mut Bits,
    frames: usize,
    order: usize,
    residual: &[i64],
    random: &mut Random,
) {
    let most = (0..=8).take_while(|n| frames.is_multiple_of(1 << n) && frames >> n >= order.max(1));
    let partition_order = random.below(most.count());
    let length = frames >> partition_order;
    let folded = |left: i64| ((left << 1) ^ (left >> 63)) as u64;
    let bits_of = |part: &[i64]| {
        let largest = part.iter().map(|left| folded(*left)).max();
        64 - largest.unwrap_or(0).leading_zeros()
    };
    let wide = bits_of(residual) > 18 || random.one_in(2);
    let parameter_bits = if wide { 5 } else { 4 };
    let escape = (1 << parameter_bits) - 1;
    out.put(u64::from(wide), 2);
    out.put(partition_order as u64, 4);
    let mut rest = residual;
    for partition in 0..1 << partition_order {
        let count = if partition == 0 {
            length - order
        } else {
            length
        };
        let (part, after) = rest.split_at(count);
        rest = after;
        let width = bits_of(part);
        if width < 32 && random.one_in(6) {
            out.put(escape, parameter_bits);
            out.put(width.into(), 5);
            part.iter().for_each(|left| out.put_signed(*left, width));
            continue;
        }
        // Too small a Rice parameter gives dozens of zeros before a residual, sometimes hundreds: such frames
        // are longer than verbatim samples.
        let less = match random.below(20) {
            0 => 9,
            n => n as u32 % 6,
        };
        let parameter = u64::from(width.saturating_sub(less)).min(escape - 1);
        out.put(parameter, parameter_bits);
        for left in part {
            (0..folded(*left) >> parameter).for_each(|_| out.put(0, 1));
            out.put(1, 1);
            out.put(folded(*left) & ((1 << parameter) - 1), parameter as u32);
        }
    }
}

/// A number of up to 36 bits in the code of UTF-8.
fn coded(number: u64) -> Vec<u8> {
    if number < 0x80 {
        return vec![number as u8];
    }
    let more = (1..7)
        .find(|more| number < 1 << (6 * more + 6 - more))
        .expect("36 bits");
    let first = !(0x7F >> more) | (number >> (6 * more)) as u8;
    let rest = (0..more)
        .rev()
        .map(|n| 0x80 | (number >> (6 * n) & 0x3F) as u8);
    [first].into_iter().chain(rest).collect()
}

/// A checksum of some bits, bit by bit.
fn crc(polynomial: u64, bits: u32, bytes: &[u8]) -> u64 {
    let mut crc = 0;
    for byte in bytes {
        crc ^= u64::from(*byte) << (bits - 8);
        for _ in 0..8 {
            let out = crc >> (bits - 1) & 1;
            crc = ((crc << 1) ^ (out * polynomial)) & ((1 << bits) - 1);
        }
    }
    crc
}

/// Bits, the highest of each byte first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    /// Bits of the last byte that are not used yet.
    free: u32,
}

impl Bits {
    fn put(&mut self, value: u64, bits: u32) {
        for bit in (0..bits).rev() {
            if self.free == 0 {
                self.bytes.push(0);
                self.free = 8;
            }
            self.free -= 1;
            let last = self.bytes.last_mut().expect("there is one");
            *last |= ((value >> bit & 1) as u8) << self.free;
        }
    }

    fn put_signed(&mut self, value: i64, bits: u32) {
        self.put(value as u64, bits);
    }

    fn align(&mut self) {
        self.free = 0;
    }
}
