//! Files to stream from, and random numbers.

use amio::{Clip, FileFormat};
use std::path::PathBuf;

/// A folder that is removed when the test ends.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("amio-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a temporary folder");
        Folder(path)
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// A WAV file of noise; each number gives different noise.
    pub fn noise(&self, number: u64, rate: u32, channels: u16, frames: u64) -> PathBuf {
        let mut random = Random(number);
        let samples = (0..frames * u64::from(channels)).map(|_| random.unit() * 0.2);
        let samples: Vec<f32> = samples.collect();
        let path = self.0.join(format!("{number}.wav"));
        let clip = Clip::from_f32(rate, channels, &samples).expect("samples");
        clip.save(&path, FileFormat::WavF32).expect("it is written");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // No test depends on the removal.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Knuth's MMIX generator.
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 32
    }

    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n.max(1)
    }

    /// -1 to 1.
    fn unit(&mut self) -> f32 {
        (self.next() as f64 / 2f64.powi(31) - 1.0) as f32
    }
}
