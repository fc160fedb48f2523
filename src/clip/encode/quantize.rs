//! Floats to integers.

/// Turns samples of nominal range ±1.0 into integers of some bits, and counts those beyond it.
pub(super) struct Quantizer {
    full_scale: f32,
    pub clipped: u64,
}

impl Quantizer {
    /// For 16 or 24 bits.
    pub fn new(bits: u16) -> Quantizer {
        Quantizer {
            full_scale: 2f32.powi(i32::from(bits) - 1),
            clipped: 0,
        }
    }

    /// The nearest integer, halves away from 0. 1.0 itself becomes the largest integer, which is
    /// one step below; what is beyond ±1.0 is clipped, and counted.
    pub fn integer(&mut self, sample: f32) -> i32 {
        // Exact: a multiplication by a power of two.
        let scaled = (sample * self.full_scale).round();
        let in_range = sample.abs() <= 1.0;
        self.clipped += u64::from(!in_range);
        scaled.clamp(-self.full_scale, self.full_scale - 1.0) as i32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_integer_comes_back_from_its_float() {
        let mut to_16 = Quantizer::new(16);
        for n in i16::MIN..=i16::MAX {
            assert_eq!(to_16.integer(f32::from(n) / 32_768.0), n.into());
        }
        let mut to_24 = Quantizer::new(24);
        for n in (-(1 << 23)..1 << 23).step_by(97).chain([(1 << 23) - 1]) {
            assert_eq!(to_24.integer(n as f32 / 8_388_608.0), n);
        }
        assert_eq!(to_16.clipped + to_24.clipped, 0);
    }

    #[test]
    fn what_lies_between_is_rounded_to_the_nearest() {
        let mut to_16 = Quantizer::new(16);
        let of = |steps: f32| steps / 32_768.0;
        assert_eq!(to_16.integer(of(2.49)), 2);
        assert_eq!(to_16.integer(of(2.5)), 3);
        assert_eq!(to_16.integer(of(-2.5)), -3);
    }

    #[test]
    fn samples_beyond_full_scale_are_clipped_and_counted() {
        let mut to_16 = Quantizer::new(16);
        assert_eq!(to_16.integer(1.0), 32_767);
        assert_eq!(to_16.integer(-1.0), -32_768);
        assert_eq!(to_16.clipped, 0);
        assert_eq!(to_16.integer(1.001), 32_767);
        assert_eq!(to_16.integer(-1e6), -32_768);
        assert_eq!(to_16.clipped, 2);
    }
}
