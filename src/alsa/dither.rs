//! Dither with a triangular distribution: noise that makes the error of rounding independent of the sound.
#![forbid(unsafe_code)]

/// The noise of one channel, which is a function of the seed, the channel, and how many samples came before.
pub(super) struct Dither {
    state: u64,
}

impl Dither {
    pub fn new(seed: u64, channel: usize) -> Dither {
        Dither {
            state: mixed(seed ^ mixed(channel as u64 + 1)),
        }
    }

    /// The sum of two equally distributed numbers of ±0.5 steps each.
    ///
    /// # Real-time contract
    /// Wait-free; no allocation, free, lock, system call, log or panic.
    pub fn next(&mut self) -> f32 {
        // SplitMix64.
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let random = mixed(self.state);
        let half = |bits: u64| (bits as u32 >> 8) as f32 / (1 << 24) as f32 - 0.5;
        half(random) + half(random >> 32)
    }
}

fn mixed(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}
