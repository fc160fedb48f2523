//! The output of an arrangement, reduced to what a picture of it needs.

use crate::arrangement::Arrangement;
use crate::failure::Result;
use crate::interrupt::Interrupt;
use crate::render::Blocks;
use crate::status::Status;

/// The lowest and the highest sample of a stretch.
#[derive(Clone, Copy, Default)]
pub struct Range {
    pub low: f32,
    pub high: f32,
}

/// The range of each column of pixels, for each output.
pub struct Waveform {
    /// The length of what was rendered.
    pub frames: u64,
    channels: usize,
    /// Column after column, each with all outputs.
    ranges: Vec<Range>,
}

impl Waveform {
    /// Renders an arrangement, keeping `columns` ranges.
    pub fn render(
        arrangement: &Arrangement,
        columns: usize,
        status: Status,
        interrupt: &Interrupt,
    ) -> Result<Waveform> {
        let mut blocks = Blocks::open(arrangement)?;
        let channels = usize::from(arrangement.channels);
        let mut waveform = Waveform {
            frames: blocks.frames,
            channels,
            ranges: vec![Range::default(); columns * channels],
        };
        let bar = status.progress(Some(blocks.frames), "rendering");
        let mut frame = 0;
        while let Some(block) = blocks.next()? {
            interrupt.check()?;
            for samples in block.chunks_exact(channels) {
                let column =
                    (u128::from(frame) * columns as u128 / u128::from(waveform.frames)) as usize;
                let ranges = &mut waveform.ranges[column * channels..][..channels];
                for (range, &sample) in ranges.iter_mut().zip(samples) {
                    range.low = range.low.min(sample);
                    range.high = range.high.max(sample);
                }
                frame += 1;
            }
            bar.set_position(frame);
        }
        bar.finish_and_clear();
        Ok(waveform)
    }

    /// The ranges of one output, from left to right.
    pub fn column_ranges(&self, channel: usize) -> impl Iterator<Item = Range> + '_ {
        self.ranges
            .iter()
            .skip(channel)
            .step_by(self.channels)
            .copied()
    }

    /// The largest magnitude of one output.
    pub fn channel_peak(&self, channel: usize) -> f32 {
        self.column_ranges(channel)
            .map(|r| r.high.max(-r.low))
            .fold(0.0, f32::max)
    }

    /// The largest magnitude of all outputs.
    pub fn peak(&self) -> f32 {
        (0..self.channels)
            .map(|channel| self.channel_peak(channel))
            .fold(0.0, f32::max)
    }
}
