//! The waveform of a file, channel below channel: the range of the samples, and around silence
//! their root mean square.

use super::canvas::{Anchor, Canvas, Rgb};
use super::{BACKGROUND, Drawn, FAINT_INK, GRID, INK, PANEL, SMALL, TEXT, WAVE, axis, fitting};
use crate::args::Plot;
use crate::failure::Result;
use crate::info::{clock, decibels, named};
use crate::interrupt::Interrupt;
use crate::status::Status;
use amio::{Analysis, Bucket, Clip, Progress};
use std::ops::ControlFlow;
use std::path::Path;

/// The range of the samples; their RMS is in the colour of all waves.
const RANGE: Rgb = Rgb(164, 186, 222);
const CLIPPED: Rgb = Rgb(208, 32, 48);
const FULL_SCALE: f32 = 32_767.0 / 32_768.0;

const LEFT: f32 = 130.0;
const RIGHT: f32 = 40.0;
const TOP: f32 = 112.0;
const GAP: f32 = 20.0;
const BOTTOM: f32 = 76.0;

/// Draws a file.
pub fn draw(args: &Plot, status: Status, interrupt: &Interrupt) -> Result<Drawn> {
    let columns = (args.width as f32 - LEFT - RIGHT) as usize;
    let analysis = analyse(&args.input, columns, status, interrupt)?;
    let info = analysis.loudness.info;
    status.warn_of_bad_samples(args.input.display(), analysis.loudness.bad_samples);
    let all = 0..info.frames;
    let waves = (0..info.channels)
        .map(|channel| {
            let buckets = analysis.overview.buckets(channel, all.clone(), columns)?;
            Ok(joined(buckets.collect()))
        })
        .collect::<Result<Vec<_>>>()?;
    let picture = Picture::new(&args.input, &analysis, &waves, args.width)?;
    Ok(Drawn {
        png: picture.draw()?,
        seconds: info.frames as f64 / f64::from(info.frame_rate_hz),
    })
}

/// Looks at the file; at a short one through a clip, since then the overview is exact.
fn analyse(path: &Path, columns: usize, status: Status, interrupt: &Interrupt) -> Result<Analysis> {
    let bar = status.progress(Some(0), "reading");
    let mut monitor = |now: Progress| {
        bar.set_length(now.total_frames);
        bar.set_position(now.done_frames);
        match interrupt.asked() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    };
    let analysis = Analysis::of_file(path, &mut monitor).and_then(|analysis| {
        const FINEST: u64 = 256;
        if analysis.loudness.info.frames > 8 * FINEST * columns as u64 {
            return Ok(analysis);
        }
        Analysis::of_clip(&Clip::open(path)?, &mut monitor)
    });
    bar.finish_and_clear();
    interrupt.check()?;
    analysis.map_err(|e| named(path, e))
}

/// Lets each bucket reach its neighbour, so that a slow wave is a line and not a row of dots.
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

struct Picture<'a> {
    canvas: Canvas,
    path: &'a Path,
    analysis: &'a Analysis,
    waves: &'a [Vec<Bucket>],
    width: f32,
    lane: f32,
    /// The magnitude at the edge of a lane.
    edge: f32,
}

impl<'a> Picture<'a> {
    fn new(
        path: &'a Path,
        analysis: &'a Analysis,
        waves: &'a [Vec<Bucket>],
        width: u32,
    ) -> Result<Picture<'a>> {
        let lane = match waves.len() {
            1 => 280.0,
            2 => 200.0,
            3..=8 => 120.0,
            _ => 64.0,
        };
        let height = TOP + waves.len() as f32 * (lane + GAP) - GAP + BOTTOM;
        Ok(Picture {
            canvas: Canvas::new(width, height.ceil() as u32, BACKGROUND)?,
            path,
            analysis,
            waves,
            width: width as f32,
            lane,
            edge: edge(analysis.loudness.sample_peak()),
        })
    }

    fn draw(mut self) -> Result<Vec<u8>> {
        self.title();
        for channel in 0..self.waves.len() {
            self.panel(channel);
        }
        self.time();
        for channel in 0..self.waves.len() {
            self.wave(channel);
        }
        self.legend();
        self.canvas.png()
    }

    fn top(&self, channel: usize) -> f32 {
        TOP + channel as f32 * (self.lane + GAP)
    }

    fn bottom(&self) -> f32 {
        self.top(self.waves.len()) - GAP
    }

    fn inner_width(&self) -> f32 {
        self.width - LEFT - RIGHT
    }

    /// Half a pixel on, so that the line of silence fills one row of pixels.
    fn middle(&self, channel: usize) -> f32 {
        self.top(channel) + self.lane / 2.0 + 0.5
    }

    fn title(&mut self) {
        let loudness = &self.analysis.loudness;
        let info = loudness.info;
        let name = self.path.file_name().unwrap_or(self.path.as_os_str());
        let about = format!(
            "{} at {} Hz, {}",
            clock(info.frames as f64 / f64::from(info.frame_rate_hz)),
            axis::thousands(info.frame_rate_hz.into()),
            match info.channels {
                1 => "1 channel".to_owned(),
                channels => format!("{channels} channels"),
            }
        );
        let mut loud = Vec::new();
        if let Some(lufs) = loudness.integrated_lufs {
            loud.push(format!("{lufs:.1} LUFS"));
        }
        if let Some(range) = loudness.range_lu {
            loud.push(format!("range {range:.1} LU"));
        }
        let peak = decibels(loudness.true_peak().into());
        loud.push(format!("true peak {peak} dB"));
        let clipped: u64 = loudness.channels.iter().map(|c| c.clipped).sum();
        if clipped > 0 {
            loud.push(format!("{} clipped", axis::thousands(clipped as i64)));
        }
        let right = self.width - RIGHT;
        let room = right - LEFT - self.canvas.text_width(&about, TEXT) - 30.0;
        let name = fitting(&self.canvas, &name.to_string_lossy(), 26.0, room);
        self.canvas.text(LEFT, 36.0, &name, 26.0, Anchor::Left, INK);
        self.canvas
            .text(right, 36.0, &about, TEXT, Anchor::Right, INK);
        let loud = loud.join(", ");
        self.canvas
            .text(right, 60.0, &loud, TEXT, Anchor::Right, FAINT_INK);
    }

    /// The background of a channel, with its name and lines of equal level.
    fn panel(&mut self, channel: usize) {
        let (top, middle, width) = (self.top(channel), self.middle(channel), self.inner_width());
        self.canvas.rect(LEFT, top, width, self.lane, PANEL, 1.0);
        let levels = self.analysis.loudness.channels[channel];
        let name = format!("channel {channel}");
        let peak = format!("peak {}", decibels(levels.sample_peak.into()));
        self.canvas
            .text(16.0, middle, &name, SMALL, Anchor::Left, INK);
        self.canvas
            .text(16.0, middle + 18.0, &peak, SMALL, Anchor::Left, FAINT_INK);
        let scale = self.scale();
        // From outside inwards in steps of 6 dB, while there is room for their labels.
        let mut level = self.edge.log2().floor().exp2();
        while level * scale >= 24.0 {
            let label = format!("{:.0} dB", 20.0 * level.log10());
            for y in [middle - level * scale, middle + level * scale] {
                self.canvas.rect(LEFT, y - 0.5, width, 1.0, GRID, 1.0);
                self.canvas
                    .text(LEFT - 8.0, y + 5.0, &label, 13.0, Anchor::Right, FAINT_INK);
            }
            level /= 2.0;
        }
    }

    /// Pixels for a sample of 1.0.
    fn scale(&self) -> f32 {
        (self.lane / 2.0 - 8.0) / self.edge
    }

    /// Frames above, time below, a line across for each mark of time.
    fn time(&mut self) {
        let info = self.analysis.loudness.info;
        // An axis has at least one frame.
        let (frames, rate) = (info.frames.max(1) as f64, f64::from(info.frame_rate_hz));
        let width = f64::from(self.inner_width());
        let pixels = width / frames;
        let bottom = self.bottom();
        let step = axis::time_step(frames / rate, width / 90.0, 1.0 / rate);
        for mark in 0..=(frames / rate / step + 1e-9) as u64 {
            let at = mark as f64 * step;
            let x = LEFT + (at * rate * pixels) as f32;
            self.canvas
                .rect(x - 0.5, TOP, 1.0, bottom - TOP + 6.0, GRID, 1.0);
            let label = axis::time(at, step);
            self.canvas
                .text(x, bottom + 26.0, &label, SMALL, Anchor::Centre, FAINT_INK);
        }
        let step = axis::step(frames, width / 110.0, 1.0);
        for mark in 0..=(frames / step + 1e-9) as u64 {
            let at = mark as f64 * step;
            let x = LEFT + (at * pixels) as f32;
            self.canvas
                .rect(x - 0.5, TOP - 12.0, 1.0, 6.0, FAINT_INK, 1.0);
            let label = axis::thousands(at as i64);
            self.canvas
                .text(x, TOP - 18.0, &label, SMALL, Anchor::Centre, FAINT_INK);
        }
        self.canvas
            .rect(LEFT, TOP - 12.0, width as f32, 1.0, FAINT_INK, 1.0);
        self.canvas.text(
            LEFT - 40.0,
            TOP - 18.0,
            "frame",
            SMALL,
            Anchor::Right,
            FAINT_INK,
        );
    }

    fn wave(&mut self, channel: usize) {
        let (middle, scale, top) = (self.middle(channel), self.scale(), self.top(channel));
        for (column, bucket) in self.waves[channel].iter().enumerate() {
            let x = LEFT + column as f32;
            let mut bar = |low: f32, high: f32, colour| {
                // At least a pixel, around where it would be.
                let centre = (low + high) / 2.0 * scale;
                let half = ((high - low) / 2.0 * scale).max(0.5);
                self.canvas
                    .rect(x, middle - centre - half, 1.0, 2.0 * half, colour, 1.0);
            };
            bar(bucket.min, bucket.max, RANGE);
            let (low, high) = ((-bucket.rms).max(bucket.min), bucket.rms.min(bucket.max));
            if low <= high {
                bar(low, high, WAVE);
            }
            if bucket.max.max(-bucket.min) >= FULL_SCALE {
                self.canvas.rect(x, top, 1.0, 5.0, CLIPPED, 1.0);
            }
        }
    }

    fn legend(&mut self) {
        let y = self.bottom() + 56.0;
        let mut x = LEFT;
        for (colour, words) in [
            (RANGE, "range of the samples"),
            (WAVE, "root mean square"),
            (CLIPPED, "at or beyond full scale"),
        ] {
            self.canvas.rect(x, y - 10.0, 12.0, 10.0, colour, 1.0);
            self.canvas
                .text(x + 18.0, y, words, SMALL, Anchor::Left, FAINT_INK);
            x += 18.0 + self.canvas.text_width(words, SMALL) + 28.0;
        }
    }
}

/// The magnitude at the edge of a lane: 1.0 or, for what is quieter, a step of 6 dB that is above
/// it; for what is louder, its peak.
fn edge(peak: f32) -> f32 {
    let mut edge = 1.0;
    while edge / 2.0 >= peak && edge > 1e-4 {
        edge /= 2.0;
    }
    peak.max(edge)
}
