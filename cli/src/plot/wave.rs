//! Samples, reduced to the values that each column of pixels shows.

use amio::Bucket;
use std::ops::Range;

/// One channel, from left to right.
pub struct Wave {
    pub buckets: Vec<Bucket>,
    /// The largest magnitude of all samples.
    pub peak: f32,
}

impl Wave {
    pub fn new(buckets: Vec<Bucket>) -> Wave {
        let magnitude = |bucket: &Bucket| bucket.max.max(-bucket.min);
        let peak = buckets.iter().map(magnitude).fold(0.0, f32::max);
        Wave {
            buckets: joined(buckets),
            peak,
        }
    }
}

/// Extends each bucket to its neighbour, so that a slow wave is drawn as a line, not as dots.
fn joined(mut buckets: Vec<Bucket>) -> Vec<Bucket> {
    let mut last: Option<Bucket> = None;
    for bucket in &mut buckets {
        let own = *bucket;
        if let Some(last) = last {
            bucket.min = own.min.min(last.max);
            bucket.max = own.max.max(last.min);
        }
        last = Some(own);
    }
    buckets
}

/// Collects the samples of a range of frames.
pub struct Columns {
    range: Range<u64>,
    columns: usize,
    /// For each channel and column: the lowest and highest sample, the sum of squares, the number of
    /// samples.
    channels: Vec<Vec<(f32, f32, f64, u32)>>,
}

impl Columns {
    pub fn new(range: Range<u64>, columns: usize, channels: usize) -> Columns {
        const NOTHING: (f32, f32, f64, u32) = (f32::INFINITY, f32::NEG_INFINITY, 0.0, 0);
        Columns {
            range,
            columns,
            channels: vec![vec![NOTHING; columns]; channels],
        }
    }

    /// Adds a sample, unless its frame is outside the range.
    pub fn add(&mut self, frame: u64, channel: usize, sample: f32) {
        if !self.range.contains(&frame) {
            return;
        }
        let frames = u128::from(self.range.end - self.range.start);
        let place = u128::from(frame - self.range.start) * self.columns as u128 / frames;
        let (low, high, squares, count) = &mut self.channels[channel][place as usize];
        *low = low.min(sample);
        *high = high.max(sample);
        *squares += f64::from(sample) * f64::from(sample);
        *count += 1;
    }

    /// A wave for each channel. Where there are more columns than frames, a frame fills several.
    pub fn waves(self) -> Vec<Wave> {
        let waves = self.channels.into_iter().map(|columns| {
            let mut last = Bucket::default();
            let buckets = columns.into_iter().map(|(min, max, squares, count)| {
                if count > 0 {
                    let rms = (squares / f64::from(count)).sqrt() as f32;
                    last = Bucket { min, max, rms };
                }
                last
            });
            Wave::new(buckets.collect())
        });
        waves.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_column_has_its_own_frames_and_few_frames_fill_several() {
        let mut many = Columns::new(10..30, 2, 1);
        (0..40).for_each(|frame| many.add(frame, 0, frame as f32));
        let [wave] = &many.waves()[..] else {
            panic!("one channel");
        };
        let ends: Vec<_> = wave.buckets.iter().map(|b| (b.min, b.max)).collect();
        assert_eq!((ends, wave.peak), (vec![(10.0, 19.0), (19.0, 29.0)], 29.0));

        let mut few = Columns::new(0..2, 6, 1);
        few.add(0, 0, 0.5);
        few.add(1, 0, -0.25);
        let wave = few.waves().remove(0);
        let rms: Vec<f32> = wave.buckets.iter().map(|b| b.rms).collect();
        assert_eq!(rms, [0.5, 0.5, 0.5, 0.25, 0.25, 0.25]);
    }
}
