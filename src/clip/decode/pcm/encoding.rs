//! How one sample of plain PCM is written, and how it becomes `f32`: integers of n bits are
//! divided by 2^(n-1).

/// What one sample is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// 8 bits, 128 is silence.
    U8,
    I8,
    I16,
    I24,
    I32,
    F32,
    F64,
    /// 13 bits in 8, ITU-T G.711.
    ALaw,
    /// 14 bits in 8, ITU-T G.711.
    MuLaw,
}

/// The order of the bytes of one sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Little,
    Big,
}

impl Order {
    pub const NATIVE: Order = if cfg!(target_endian = "little") {
        Order::Little
    } else {
        Order::Big
    };

    pub fn u16(self, bytes: [u8; 2]) -> u16 {
        match self {
            Order::Little => u16::from_le_bytes(bytes),
            Order::Big => u16::from_be_bytes(bytes),
        }
    }

    pub fn u32(self, bytes: [u8; 4]) -> u32 {
        match self {
            Order::Little => u32::from_le_bytes(bytes),
            Order::Big => u32::from_be_bytes(bytes),
        }
    }
}

impl Encoding {
    /// Integers of this many bits, signed, unless there are none.
    pub fn integer(bits: u32) -> Option<Encoding> {
        Some(match bits {
            1..=8 => Encoding::I8,
            9..=16 => Encoding::I16,
            17..=24 => Encoding::I24,
            25..=32 => Encoding::I32,
            _ => return None,
        })
    }

    /// Floats of this many bits, unless there are none.
    pub fn float(bits: u32) -> Option<Encoding> {
        match bits {
            32 => Some(Encoding::F32),
            64 => Some(Encoding::F64),
            _ => None,
        }
    }

    /// The bytes that one sample takes.
    pub fn bytes(self) -> usize {
        match self {
            Encoding::U8 | Encoding::I8 | Encoding::ALaw | Encoding::MuLaw => 1,
            Encoding::I16 => 2,
            Encoding::I24 => 3,
            Encoding::I32 | Encoding::F32 => 4,
            Encoding::F64 => 8,
        }
    }

    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::U8 => "8-bit unsigned PCM",
            Encoding::I8 => "8-bit PCM",
            Encoding::I16 => "16-bit PCM",
            Encoding::I24 => "24-bit PCM",
            Encoding::I32 => "32-bit PCM",
            Encoding::F32 => "32-bit float",
            Encoding::F64 => "64-bit float",
            Encoding::ALaw => "A-law",
            Encoding::MuLaw => "mu-law",
        }
    }

    /// Converts interleaved frames into samples `at..` of each channel of `out`.
    pub fn decode(self, order: Order, bytes: &[u8], out: &mut [&mut [f32]], at: usize) {
        use Order::{Big, Little};
        match (self, order) {
            (Encoding::U8, _) => spread(bytes, out, at, |[b]| (f32::from(b) - 128.0) / 128.0),
            (Encoding::I8, _) => spread(bytes, out, at, |[b]| f32::from(b as i8) / 128.0),
            (Encoding::I16, Little) => spread(bytes, out, at, |b| i16(i16::from_le_bytes(b))),
            (Encoding::I16, Big) => spread(bytes, out, at, |b| i16(i16::from_be_bytes(b))),
            (Encoding::I24, Little) => spread(bytes, out, at, |[a, b, c]| {
                i32(i32::from_le_bytes([0, a, b, c]))
            }),
            (Encoding::I24, Big) => spread(bytes, out, at, |[a, b, c]| {
                i32(i32::from_be_bytes([a, b, c, 0]))
            }),
            (Encoding::I32, Little) => spread(bytes, out, at, |b| i32(i32::from_le_bytes(b))),
            (Encoding::I32, Big) => spread(bytes, out, at, |b| i32(i32::from_be_bytes(b))),
            (Encoding::F32, Little) => spread(bytes, out, at, f32::from_le_bytes),
            (Encoding::F32, Big) => spread(bytes, out, at, f32::from_be_bytes),
            (Encoding::F64, Little) => spread(bytes, out, at, |b| f64::from_le_bytes(b) as f32),
            (Encoding::F64, Big) => spread(bytes, out, at, |b| f64::from_be_bytes(b) as f32),
            (Encoding::ALaw, _) => spread(bytes, out, at, |[b]| i16(a_law(b))),
            (Encoding::MuLaw, _) => spread(bytes, out, at, |[b]| i16(mu_law(b))),
        }
    }
}

/// Takes interleaved samples of `N` bytes apart into their channels.
fn spread<const N: usize>(
    bytes: &[u8],
    out: &mut [&mut [f32]],
    at: usize,
    convert: impl Fn([u8; N]) -> f32,
) {
    let (samples, _) = bytes.as_chunks::<N>();
    match out {
        [one] => {
            for (out, sample) in one[at..].iter_mut().zip(samples) {
                *out = convert(*sample);
            }
        }
        [left, right] => {
            let (frames, _) = samples.as_chunks::<2>();
            let out = left[at..].iter_mut().zip(&mut right[at..]);
            for ((left, right), [first, second]) in out.zip(frames) {
                *left = convert(*first);
                *right = convert(*second);
            }
        }
        many => {
            let channels = many.len();
            for (channel, out) in many.iter_mut().enumerate() {
                let samples = samples.get(channel..).unwrap_or(&[]).iter();
                for (out, sample) in out[at..].iter_mut().zip(samples.step_by(channels)) {
                    *out = convert(*sample);
                }
            }
        }
    }
}

fn i16(x: i16) -> f32 {
    f32::from(x) / 32_768.0
}

/// A factor that is a power of two rounds nothing; the conversion rounds to the nearest.
fn i32(x: i32) -> f32 {
    x as f32 * (1.0 / 2_147_483_648.0)
}

/// ITU-T G.711, table 1a: sign, exponent and mantissa, with every second bit inverted.
fn a_law(byte: u8) -> i16 {
    let bits = byte ^ 0x55;
    let exponent = (bits >> 4) & 7;
    let mantissa = i16::from(bits & 15) << 4 | 8;
    let magnitude = match exponent {
        0 => mantissa,
        n => (mantissa | 0x100) << (n - 1),
    };
    if bits & 0x80 == 0 {
        -magnitude
    } else {
        magnitude
    }
}

/// ITU-T G.711, table 2a: sign, exponent and mantissa, all bits inverted, with a bias of 132.
fn mu_law(byte: u8) -> i16 {
    let bits = !byte;
    let exponent = (bits >> 4) & 7;
    let magnitude = ((i16::from(bits & 15) << 3 | 0x84) << exponent) - 0x84;
    if bits & 0x80 == 0 {
        magnitude
    } else {
        -magnitude
    }
}
