//! Random sounds that make encoders use all of their features.

use crate::rng::Rng;
use std::f64::consts::TAU;

/// Interleaved samples from -1.0 to 1.0.
pub struct Sound {
    pub frame_rate_hz: u32,
    pub channels: u16,
    pub frames: usize,
    samples: Vec<f64>,
}

/// How a sound is written for the encoders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    Bits16,
    Bits24,
    Bits32,
    Float,
}

/// Lengths of packets and blocks in all formats: sounds end near multiples of them.
const BLOCKS: [u64; 10] = [120, 192, 576, 960, 1_024, 1_152, 2_048, 4_096, 4_608, 5_760];

impl Sound {
    pub fn random(rng: &mut Rng, rates: &[u32], channels: &[u16]) -> Sound {
        let frame_rate_hz = *rng.pick(rates);
        let channels = *rng.pick(channels);
        let frames = random_length(rng, u64::from(frame_rate_hz)) as usize;
        let mut sound = Sound {
            frame_rate_hz,
            channels,
            frames,
            samples: vec![0.0; frames * usize::from(channels)],
        };
        for channel in 0..usize::from(channels) {
            match rng.count(0, 9) {
                // Encoders use joint stereo for equal and opposite channels.
                0..4 if channel > 0 => {
                    let factor = *rng.pick(&[1.0, 1.0, 0.99, -1.0, 0.5]);
                    sound.copy_channel(channel - 1, channel, factor);
                }
                _ => sound.fill(channel, rng),
            }
        }
        sound
    }

    /// Only the shape of a sound, without samples: for files that are written bit by bit.
    pub fn of_length(frame_rate_hz: u32, channels: u16, frames: usize) -> Sound {
        Sound {
            frame_rate_hz,
            channels,
            frames,
            samples: Vec::new(),
        }
    }

    fn copy_channel(&mut self, from: usize, to: usize, factor: f64) {
        for frame in self.samples.chunks_exact_mut(self.channels.into()) {
            frame[to] = factor * frame[from];
        }
    }

    fn fill(&mut self, channel: usize, rng: &mut Rng) {
        let kind = rng.count(0, 8);
        let gain = *rng.pick(&[1.0, 0.5, 0.5, 0.1, 0.001]);
        let hertz = rng.range(20, i64::from(self.frame_rate_hz) / 2) as f64;
        let step = hertz / f64::from(self.frame_rate_hz) * TAU;
        let burst = rng.count(200, 9_000) as usize;
        let constant = rng.sample();
        let frames = self.samples.chunks_exact_mut(self.channels.into());
        for (n, frame) in frames.enumerate() {
            let phase = step * n as f64;
            frame[channel] = gain
                * match kind {
                    0 => 0.0,
                    1 | 2 => phase.sin(),
                    3 => rng.sample(),
                    // Transients: noise that decays, repeated.
                    4 | 5 => rng.sample() * (-((n % burst) as f64) / 150.0).exp(),
                    6 => 0.999 * phase.sin().signum(),
                    7 => constant + 0.001 * rng.sample(),
                    _ => 0.6 * phase.sin() + 0.3 * rng.sample(),
                };
        }
    }

    /// A vector for each channel.
    pub fn planes(&self) -> Vec<Vec<f32>> {
        let channels = usize::from(self.channels);
        let plane = |channel| self.samples.iter().skip(channel).step_by(channels);
        (0..channels)
            .map(|channel| plane(channel).map(|sample| *sample as f32).collect())
            .collect()
    }

    /// The sound as a WAV file.
    pub fn wav(&self, width: Width) -> Vec<u8> {
        let bytes: u16 = match width {
            Width::Bits16 => 2,
            Width::Bits24 => 3,
            Width::Bits32 | Width::Float => 4,
        };
        let mut data = Vec::with_capacity(self.samples.len() * usize::from(bytes));
        for sample in &self.samples {
            match width {
                Width::Bits16 => data.extend(((sample * 32_767.0) as i16).to_le_bytes()),
                Width::Bits24 => {
                    data.extend(&((sample * 8_388_607.0) as i32).to_le_bytes()[..3]);
                }
                Width::Bits32 => data.extend(((sample * 2_147_483_647.0) as i32).to_le_bytes()),
                Width::Float => data.extend((*sample as f32).to_le_bytes()),
            }
        }
        let codec: u16 = if width == Width::Float { 3 } else { 1 };
        let mut format = Vec::new();
        // For more than two channels, tools need the extensible format with a channel mask.
        format.extend(if self.channels > 2 { 0xFFFE } else { codec }.to_le_bytes());
        format.extend(self.channels.to_le_bytes());
        format.extend(self.frame_rate_hz.to_le_bytes());
        format.extend((self.frame_rate_hz * u32::from(self.channels * bytes)).to_le_bytes());
        format.extend((self.channels * bytes).to_le_bytes());
        format.extend((8 * bytes).to_le_bytes());
        if self.channels > 2 {
            format.extend(22u16.to_le_bytes());
            format.extend((8 * bytes).to_le_bytes());
            let mask = [0, 4, 3, 7, 0x33, 0x37, 0x3F, 0x70F, 0x63F];
            format.extend::<[u8; 4]>(u32::to_le_bytes(mask[usize::from(self.channels)]));
            format.extend(codec.to_le_bytes());
            format.extend(b"\0\0\0\0\x10\0\x80\0\0\xAA\0\x38\x9B\x71");
        }
        let mut file = b"RIFF".to_vec();
        file.extend((20 + format.len() as u32 + data.len() as u32).to_le_bytes());
        file.extend(b"WAVEfmt ");
        file.extend((format.len() as u32).to_le_bytes());
        file.extend(format);
        file.extend(b"data");
        file.extend((data.len() as u32).to_le_bytes());
        file.extend(data);
        file
    }
}

/// A length that is mostly below a second, often close to the end of a packet, sometimes a few frames.
fn random_length(rng: &mut Rng, second: u64) -> u64 {
    match rng.count(0, 9) {
        0 => rng.count(0, 3),
        1..5 => {
            let block = *rng.pick(&BLOCKS);
            let near = block * rng.count(1, 5) + rng.count(0, 4);
            (near - 2).min(second)
        }
        9 => rng.count(second, second + second.min(48_000)),
        _ => rng.count(4, second),
    }
}
