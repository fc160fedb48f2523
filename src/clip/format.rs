//! How samples lie in memory, and how they become `f32`.

/// The type of one sample, in native endianness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleFormat {
    /// 32-bit float, nominal range -1.0 to 1.0.
    F32,
    /// 16-bit signed integer; -32768 is -1.0.
    I16,
    /// 24-bit signed integer in three bytes; -2^23 is -1.0.
    I24,
    /// 32-bit signed integer; -2^31 is -1.0. Rounded to the nearest `f32`.
    I32,
    /// 64-bit float, nominal range -1.0 to 1.0. Rounded to the nearest `f32`.
    F64,
}

impl SampleFormat {
    /// The bytes that one sample takes.
    pub fn bytes_per_sample(self) -> usize {
        match self {
            SampleFormat::I16 => 2,
            SampleFormat::I24 => 3,
            SampleFormat::F32 | SampleFormat::I32 => 4,
            SampleFormat::F64 => 8,
        }
    }
}

/// How the channels of several frames lie in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Frame after frame, each with all its channels.
    Interleaved,
    /// Channel after channel, each with all its frames.
    Planar,
}

impl Layout {
    /// Where the samples of one channel lie.
    pub(crate) fn channel(self, channel: usize, channels: usize, frames: usize) -> Channel {
        match self {
            Layout::Interleaved => Channel {
                first: channel,
                step: channels,
            },
            Layout::Planar => Channel {
                first: channel * frames,
                step: 1,
            },
        }
    }
}

/// Sample `n` of a channel is sample `first + n * step` of the memory.
#[derive(Clone, Copy)]
pub(crate) struct Channel {
    first: usize,
    step: usize,
}

impl Channel {
    /// Converts `out.len()` samples from sample `start` of the channel.
    ///
    /// # Real-time contract
    /// Wait-free; no allocation, lock, system call or log.
    pub(crate) fn decode(self, format: SampleFormat, bytes: &[u8], start: usize, out: &mut [f32]) {
        match format {
            SampleFormat::F32 => self.each(bytes, start, out, f32::from_ne_bytes),
            SampleFormat::I16 => self.each(bytes, start, out, |b| {
                f32::from(i16::from_ne_bytes(b)) / 32_768.0
            }),
            SampleFormat::I24 => self.each(bytes, start, out, |b| i24(b) as f32 / 8_388_608.0),
            SampleFormat::I32 => self.each(bytes, start, out, |b| {
                (f64::from(i32::from_ne_bytes(b)) / 2_147_483_648.0) as f32
            }),
            SampleFormat::F64 => self.each(bytes, start, out, |b| f64::from_ne_bytes(b) as f32),
        }
    }

    fn each<const N: usize>(
        self,
        bytes: &[u8],
        start: usize,
        out: &mut [f32],
        convert: impl Fn([u8; N]) -> f32,
    ) {
        let (samples, _) = bytes.as_chunks::<N>();
        let samples = samples.get(self.first + start * self.step..).unwrap_or(&[]);
        for (out, sample) in out.iter_mut().zip(samples.iter().step_by(self.step)) {
            *out = convert(*sample);
        }
    }
}

fn i24(b: [u8; 3]) -> i32 {
    let wide = if cfg!(target_endian = "little") {
        [0, b[0], b[1], b[2]]
    } else {
        [b[0], b[1], b[2], 0]
    };
    i32::from_ne_bytes(wide) >> 8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(format: SampleFormat, bytes: &[u8]) -> f32 {
        let mut out = [9.0];
        Layout::Planar
            .channel(0, 1, 1)
            .decode(format, bytes, 0, &mut out);
        out[0]
    }

    #[test]
    fn the_most_negative_integer_of_each_width_is_minus_one() {
        assert_eq!(decode(SampleFormat::I16, &i16::MIN.to_ne_bytes()), -1.0);
        assert_eq!(decode(SampleFormat::I32, &i32::MIN.to_ne_bytes()), -1.0);
        let low = if cfg!(target_endian = "little") {
            [0, 0, 0x80]
        } else {
            [0x80, 0, 0]
        };
        assert_eq!(decode(SampleFormat::I24, &low), -1.0);
    }

    #[test]
    fn interleaved_and_planar_name_the_same_samples() {
        let planar: Vec<u8> = (1..=6i16).flat_map(i16::to_ne_bytes).collect();
        let interleaved: Vec<u8> = [1i16, 3, 5, 2, 4, 6]
            .into_iter()
            .flat_map(i16::to_ne_bytes)
            .collect();
        for channel in 0..3 {
            let (mut a, mut b) = ([0.0; 2], [0.0; 2]);
            Layout::Planar
                .channel(channel, 3, 2)
                .decode(SampleFormat::I16, &planar, 0, &mut a);
            Layout::Interleaved.channel(channel, 3, 2).decode(
                SampleFormat::I16,
                &interleaved,
                0,
                &mut b,
            );
            assert_eq!(a, b);
        }
    }
}
