//! The layout that all pictures share: a title, an axis of frames at the top, an axis of time at the
//! bottom, and waves on scales of level.

use super::axis;
use super::canvas::{Anchor, Canvas, Rgb};
use super::wave::Wave;
use crate::failure::Result;
use crate::info::decibels;
use std::ops::Range;

pub const BACKGROUND: Rgb = Rgb(255, 255, 255);
pub const PANEL: Rgb = Rgb(246, 247, 249);
pub const STRIPE: Rgb = Rgb(238, 240, 244);
pub const GRID: Rgb = Rgb(214, 218, 226);
pub const INK: Rgb = Rgb(24, 28, 36);
pub const FAINT_INK: Rgb = Rgb(92, 100, 114);
/// The colour of the root mean square; the next one is that of the range of the samples.
const WAVE: Rgb = Rgb(58, 92, 150);
const RANGE: Rgb = Rgb(164, 186, 222);
const CLIPPED: Rgb = Rgb(208, 32, 48);

pub const TITLE: f32 = 26.0;
pub const TEXT: f32 = 17.0;
pub const SMALL: f32 = 15.0;
const TINY: f32 = 13.0;

pub const LEFT: f32 = 190.0;
pub const RIGHT: f32 = 40.0;
/// The height of the line of the axis of frames.
const FRAMES: f32 = 100.0;
/// The gap between two waves.
pub const GAP: f32 = 20.0;
/// The space below the last wave, for the axis of time and the legend.
pub const BOTTOM: f32 = 76.0;

const FULL_SCALE: f32 = 32_767.0 / 32_768.0;

/// The height of each wave, by the number of waves.
pub fn wave_height(waves: usize) -> f32 {
    match waves {
        1 => 280.0,
        2 => 200.0,
        3..=8 => 120.0,
        _ => 64.0,
    }
}

/// How many columns of pixels a picture of this width has for its waves.
pub fn columns(width: u32) -> usize {
    (width as f32 - LEFT - RIGHT) as usize
}

/// A picture of a range of frames.
pub struct Sheet {
    pub canvas: Canvas,
    pub width: f32,
    /// The frames that are shown.
    pub range: Range<u64>,
    rate_hz: u32,
}

impl Sheet {
    pub fn new(width: u32, height: f32, range: Range<u64>, rate_hz: u32) -> Result<Sheet> {
        Ok(Sheet {
            canvas: Canvas::new(width, height.ceil() as u32, BACKGROUND)?,
            width: width as f32,
            range,
            rate_hz,
        })
    }

    /// The x coordinate of a frame; frames outside the range are left or right of the waves.
    pub fn x(&self, frame: f64) -> f32 {
        let frames = (self.range.end - self.range.start).max(1) as f64;
        let share = (frame - self.range.start as f64) / frames;
        LEFT + (share * f64::from(self.inner_width())) as f32
    }

    pub fn inner_width(&self) -> f32 {
        self.width - LEFT - RIGHT
    }

    /// The title: a name, and on the right two lines of information.
    pub fn title(&mut self, name: &str, about: &str, more: &str) {
        let right = self.width - RIGHT;
        let room = right - LEFT - self.canvas.text_width(about, TEXT) - 30.0;
        let name = self.canvas.fitting(name, TITLE, room);
        let canvas = &mut self.canvas;
        canvas.text(LEFT, 36.0, &name, TITLE, Anchor::Left, INK);
        canvas.text(right, 36.0, about, TEXT, Anchor::Right, INK);
        canvas.text(right, 60.0, more, TEXT, Anchor::Right, FAINT_INK);
    }

    /// Frames above, time below, and a line across from `top` to `bottom` for each mark of time.
    pub fn axes(&mut self, top: f32, bottom: f32) {
        let (from, to) = (self.range.start as f64, self.range.end as f64);
        // At least one frame, so that the axis is not empty.
        let (frames, rate) = ((to - from).max(1.0), f64::from(self.rate_hz));
        let width = f64::from(self.inner_width());
        let step = axis::time_step(frames / rate, width / 90.0, 1.0 / rate);
        for at in marks(from / rate, (from + frames) / rate, step) {
            let x = self.x(at * rate);
            let label = axis::time(at, step);
            let canvas = &mut self.canvas;
            canvas.rect(x - 0.5, top, 1.0, bottom - top + 6.0, GRID, 1.0);
            canvas.text(x, bottom + 26.0, &label, SMALL, Anchor::Centre, FAINT_INK);
        }
        let longest = self.canvas.text_width(&axis::thousands(to as i64), SMALL);
        let step = axis::step(frames, width / f64::from(longest + 40.0).max(110.0), 1.0);
        for at in marks(from, from + frames, step) {
            let x = self.x(at);
            let label = axis::thousands(at as i64);
            let canvas = &mut self.canvas;
            canvas.rect(x - 0.5, FRAMES, 1.0, 6.0, FAINT_INK, 1.0);
            canvas.text(x, FRAMES - 7.0, &label, SMALL, Anchor::Centre, FAINT_INK);
        }
        let (line, y) = (self.inner_width(), FRAMES - 7.0);
        let canvas = &mut self.canvas;
        canvas.rect(LEFT, FRAMES, line, 1.0, FAINT_INK, 1.0);
        canvas.text(LEFT - 40.0, y, "frame", SMALL, Anchor::Right, FAINT_INK);
    }

    /// The background of a wave, with its name, its peak and lines of equal level; `edge` is the magnitude
    /// at its upper and lower edge.
    pub fn panel(&mut self, top: f32, height: f32, edge: f32, name: &str, peak: f32) {
        let (middle, width) = (middle(top, height), self.inner_width());
        let peak = format!("peak {} dBFS", decibels(peak.into()));
        let canvas = &mut self.canvas;
        canvas.rect(LEFT, top, width, height, PANEL, 1.0);
        canvas.text(16.0, middle, name, SMALL, Anchor::Left, INK);
        canvas.text(16.0, middle + 18.0, &peak, TINY, Anchor::Left, FAINT_INK);
        // From outside inwards in steps of 6 dB, while there is room for their labels.
        let scale = scale(height, edge);
        let mut level = edge.log2().floor().exp2();
        while level * scale >= 24.0 {
            let label = format!("{:.0} dBFS", 20.0 * level.log10());
            for y in [middle - level * scale, middle + level * scale] {
                canvas.rect(LEFT, y - 0.5, width, 1.0, GRID, 1.0);
                canvas.text(LEFT - 8.0, y + 5.0, &label, TINY, Anchor::Right, FAINT_INK);
            }
            level /= 2.0;
        }
    }

    /// A wave on its panel.
    pub fn wave(&mut self, top: f32, height: f32, edge: f32, wave: &Wave) {
        let (middle, scale) = (middle(top, height), scale(height, edge));
        // First all bars of one colour, then all of the next: SVG then has few paths, of many bars each.
        let mut bar = |x: usize, low: f32, high: f32, colour| {
            // At least a pixel high, with the same centre.
            let centre = (low + high) / 2.0 * scale;
            let half = ((high - low) / 2.0 * scale).max(0.5);
            let (x, y) = (LEFT + x as f32, middle - centre - half);
            self.canvas.rect(x, y, 1.0, 2.0 * half, colour, 1.0);
        };
        for (x, bucket) in wave.buckets.iter().enumerate() {
            bar(x, bucket.min, bucket.max, RANGE);
        }
        for (x, bucket) in wave.buckets.iter().enumerate() {
            let (low, high) = ((-bucket.rms).max(bucket.min), bucket.rms.min(bucket.max));
            if low <= high {
                bar(x, low, high, WAVE);
            }
        }
        for (x, bucket) in wave.buckets.iter().enumerate() {
            if bucket.max.max(-bucket.min) >= FULL_SCALE {
                let x = LEFT + x as f32;
                self.canvas.rect(x, top, 1.0, 5.0, CLIPPED, 1.0);
            }
        }
    }

    /// The legend of the colours of waves, below `bottom`.
    pub fn legend(&mut self, bottom: f32) {
        let y = bottom + 56.0;
        let mut x = LEFT;
        for (colour, words) in [
            (RANGE, "range of the samples"),
            (WAVE, "root mean square"),
            (CLIPPED, "at or beyond full scale"),
        ] {
            let canvas = &mut self.canvas;
            canvas.rect(x, y - 10.0, 12.0, 10.0, colour, 1.0);
            canvas.text(x + 18.0, y, words, SMALL, Anchor::Left, FAINT_INK);
            x += 18.0 + canvas.text_width(words, SMALL) + 28.0;
        }
    }
}

/// The magnitude at the edge of waves with this peak. It is 1.0; for quieter waves, the lowest step of
/// 6 dB that is not below the peak; for louder waves, the peak.
pub fn edge(peak: f32) -> f32 {
    let mut edge = 1.0;
    while edge / 2.0 >= peak && edge > 1e-4 {
        edge /= 2.0;
    }
    peak.max(edge)
}

/// The y coordinate of the zero line: at the middle of a pixel, so that the line fills one row.
fn middle(top: f32, height: f32) -> f32 {
    top + height / 2.0 + 0.5
}

/// How many pixels a sample of 1.0 is high.
fn scale(height: f32, edge: f32) -> f32 {
    (height / 2.0 - 8.0) / edge
}

/// The multiples of `step` between two values, both included.
fn marks(from: f64, to: f64, step: f64) -> impl Iterator<Item = f64> {
    let first = (from / step - 1e-9).ceil() as u64;
    let last = (to / step + 1e-9).floor() as u64;
    (first..=last).map(move |mark| mark as f64 * step)
}
