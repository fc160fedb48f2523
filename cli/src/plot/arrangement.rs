//! The entries of an arrangement as bars, above the waveform that they make.

use super::canvas::{Anchor, Canvas, Rgb};
use super::waveform::Waveform;
use super::{
    BACKGROUND, Drawn, FAINT_INK, GRID, INK, PANEL, SMALL, STRIPE, TEXT, WAVE, axis, fitting,
};
use crate::args::Plot;
use crate::arrangement::Arrangement;
use crate::failure::Result;
use crate::interrupt::Interrupt;
use crate::status::Status;
use crate::timeline::{Sounding, Timeline};

const SWAP: Rgb = Rgb(200, 30, 60);
/// One colour for each clip; dark enough for white text.
const CLIPS: [Rgb; 8] = [
    Rgb(38, 104, 180),
    Rgb(186, 82, 18),
    Rgb(30, 124, 82),
    Rgb(126, 66, 160),
    Rgb(172, 44, 88),
    Rgb(90, 98, 26),
    Rgb(14, 116, 134),
    Rgb(120, 80, 56),
];

const LEFT: f32 = 190.0;
const RIGHT: f32 = 40.0;
/// Where the axis of frames lies; the names of the swaps stand between it and the lanes.
const FRAMES: f32 = 86.0;
const TOP: f32 = 126.0;
const LANE: f32 = 32.0;
const GAP: f32 = 22.0;
const WAVE_HEIGHT: f32 = 110.0;
const BOTTOM: f32 = 46.0;

/// Draws an arrangement.
pub fn draw(
    arrangement: &Arrangement,
    args: &Plot,
    status: Status,
    interrupt: &Interrupt,
) -> Result<Drawn> {
    let columns = (args.width as f32 - LEFT - RIGHT) as usize;
    let waveform = Waveform::render(arrangement, columns, status, interrupt)?;
    Ok(Drawn {
        png: Picture::new(arrangement, &waveform, args.width)?.draw()?,
        seconds: waveform.frames as f64 / f64::from(arrangement.rate_hz),
    })
}

/// The entries of one playspec that play one clip.
#[derive(PartialEq)]
struct Lane<'a> {
    playspec: usize,
    clip: &'a str,
}

struct Picture<'a> {
    canvas: Canvas,
    arrangement: &'a Arrangement,
    waveform: &'a Waveform,
    timeline: Timeline,
    lanes: Vec<Lane<'a>>,
    width: f32,
    pixels_per_frame: f64,
}

impl<'a> Picture<'a> {
    fn new(
        arrangement: &'a Arrangement,
        waveform: &'a Waveform,
        width: u32,
    ) -> Result<Picture<'a>> {
        let timeline = Timeline::of(arrangement);
        let mut lanes = Vec::new();
        for s in timeline.soundings(arrangement, waveform.frames) {
            let lane = lane_of(arrangement, &s);
            if !lanes.contains(&lane) {
                lanes.push(lane);
            }
        }
        let waves = arrangement.channels as usize;
        let height = TOP + lanes.len() as f32 * LANE + waves as f32 * (GAP + WAVE_HEIGHT) + BOTTOM;
        let pixels = f64::from(width) - f64::from(LEFT + RIGHT);
        Ok(Picture {
            canvas: Canvas::new(width, height.ceil() as u32, BACKGROUND)?,
            arrangement,
            waveform,
            timeline,
            lanes,
            width: width as f32,
            pixels_per_frame: pixels / waveform.frames as f64,
        })
    }

    fn draw(mut self) -> Result<Vec<u8>> {
        self.title();
        self.panels();
        self.axes();
        self.bars();
        self.waves();
        self.swaps();
        self.canvas.png()
    }

    fn x(&self, frame: f64) -> f32 {
        LEFT + (frame * self.pixels_per_frame) as f32
    }

    fn lanes_bottom(&self) -> f32 {
        TOP + self.lanes.len() as f32 * LANE
    }

    fn wave_top(&self, channel: usize) -> f32 {
        self.lanes_bottom() + GAP + channel as f32 * (WAVE_HEIGHT + GAP)
    }

    fn title(&mut self) {
        let a = self.arrangement;
        let name = a
            .path
            .file_name()
            .unwrap_or(a.path.as_os_str())
            .to_string_lossy();
        self.canvas.text(LEFT, 36.0, &name, 26.0, Anchor::Left, INK);
        let frames = self.waveform.frames;
        let about = format!(
            "{} frames, {:.3} s at {} Hz, {} channels",
            axis::thousands(frames as i64),
            frames as f64 / f64::from(a.rate_hz),
            axis::thousands(a.rate_hz.into()),
            a.channels
        );
        self.canvas.text(
            self.width - RIGHT,
            36.0,
            &about,
            TEXT,
            Anchor::Right,
            FAINT_INK,
        );
    }

    fn panels(&mut self) {
        let width = self.width - LEFT - RIGHT;
        for (number, lane) in self.lanes.iter().enumerate() {
            let y = TOP + number as f32 * LANE;
            let colour = if number % 2 == 0 { PANEL } else { STRIPE };
            self.canvas.rect(LEFT, y, width, LANE, colour, 1.0);
            let playspec = &self.arrangement.playspecs[lane.playspec].name;
            let label = fitting(
                &self.canvas,
                &format!("{playspec}: {}", lane.clip),
                TEXT,
                LEFT - 24.0,
            );
            self.canvas
                .text(LEFT - 12.0, y + 22.0, &label, TEXT, Anchor::Right, INK);
        }
        for channel in 0..self.arrangement.channels as usize {
            let y = self.wave_top(channel);
            self.canvas.rect(LEFT, y, width, WAVE_HEIGHT, PANEL, 1.0);
            let label = format!("output {channel}");
            self.canvas.text(
                LEFT - 12.0,
                y + WAVE_HEIGHT / 2.0 + 6.0,
                &label,
                TEXT,
                Anchor::Right,
                INK,
            );
        }
    }

    /// Frames above, seconds below, a line across for each mark of seconds.
    fn axes(&mut self) {
        let frames = self.waveform.frames as f64;
        let rate = f64::from(self.arrangement.rate_hz);
        let width = f64::from(self.width - LEFT - RIGHT);
        let bottom = self.wave_top(self.arrangement.channels as usize) - GAP;
        let seconds = axis::step(frames / rate, width / 90.0, 1.0 / rate);
        for mark in 0..=(frames / rate / seconds + 1e-9) as u64 {
            let at = mark as f64 * seconds;
            let x = self.x(at * rate);
            self.canvas
                .rect(x - 0.5, TOP, 1.0, bottom - TOP + 6.0, GRID, 1.0);
            let label = axis::seconds(at, seconds);
            self.canvas
                .text(x, bottom + 26.0, &label, SMALL, Anchor::Centre, FAINT_INK);
        }
        let step = axis::step(frames, width / 110.0, 1.0);
        for mark in 0..=(frames / step + 1e-9) as u64 {
            let at = mark as f64 * step;
            let x = self.x(at);
            self.canvas.rect(x - 0.5, FRAMES, 1.0, 6.0, FAINT_INK, 1.0);
            let label = axis::thousands(at as i64);
            self.canvas
                .text(x, FRAMES - 7.0, &label, SMALL, Anchor::Centre, FAINT_INK);
        }
        self.canvas
            .rect(LEFT, FRAMES, width as f32, 1.0, FAINT_INK, 1.0);
        self.canvas.text(
            LEFT - 40.0,
            FRAMES - 7.0,
            "frame",
            SMALL,
            Anchor::Right,
            FAINT_INK,
        );
    }

    fn bars(&mut self) {
        let soundings: Vec<Sounding> = self
            .timeline
            .soundings(self.arrangement, self.waveform.frames)
            .collect();
        for s in &soundings {
            let lane = lane_of(self.arrangement, s);
            let number = self
                .lanes
                .iter()
                .position(|l| *l == lane)
                .unwrap_or_default();
            let colour = CLIPS[self.clip_number(lane.clip) % CLIPS.len()];
            let (left, right) = (self.x(s.output.start as f64), self.x(s.output.end as f64));
            let (y, width) = (TOP + number as f32 * LANE + 3.0, (right - left).max(2.0));
            self.canvas
                .round_rect(left, y, width, LANE - 6.0, colour, 0.88);
            let label = format!("{} @ {}", lane.clip, axis::thousands(s.output.start as i64));
            let short = axis::thousands(s.output.start as i64);
            for label in [label, short] {
                if self.canvas.text_width(&label, SMALL) + 12.0 <= width {
                    self.canvas.text(
                        left + 6.0,
                        y + 18.0,
                        &label,
                        SMALL,
                        Anchor::Left,
                        BACKGROUND,
                    );
                    break;
                }
            }
        }
    }

    /// Clips have their colour wherever they appear.
    fn clip_number(&self, clip: &str) -> usize {
        let mut names: Vec<&str> = self.lanes.iter().map(|lane| lane.clip).collect();
        names.sort_unstable();
        names.dedup();
        names.binary_search(&clip).unwrap_or_default()
    }

    fn waves(&mut self) {
        let loudest = self.waveform.peak();
        let full_scale = if loudest > 0.0 { loudest } else { 1.0 };
        for channel in 0..self.arrangement.channels as usize {
            // Half a pixel on, so that the line of silence fills one row of pixels.
            let middle = self.wave_top(channel) + WAVE_HEIGHT / 2.0 + 0.5;
            let scale = (WAVE_HEIGHT / 2.0 - 6.0) / full_scale;
            for (column, range) in self.waveform.column_ranges(channel).enumerate() {
                let (low, high) = (range.low * scale, range.high * scale);
                let height = (high - low).max(1.0);
                self.canvas.rect(
                    LEFT + column as f32,
                    middle - high.max(0.5),
                    1.0,
                    height,
                    WAVE,
                    1.0,
                );
            }
            let label = format!("peak {:.3}", self.waveform.channel_peak(channel));
            let y = middle + 24.0;
            self.canvas
                .text(LEFT - 12.0, y, &label, SMALL, Anchor::Right, FAINT_INK);
        }
    }

    fn swaps(&mut self) {
        let bottom = self.wave_top(self.arrangement.channels as usize) - GAP;
        let segments: Vec<_> = self
            .timeline
            .segments
            .iter()
            .filter(|s| s.output.start < self.waveform.frames)
            .filter_map(|s| Some((s.output.start, s.playspec?)))
            .collect();
        let mut free_from = f32::MIN;
        for (at, playspec) in segments {
            let x = self.x(at as f64);
            self.canvas
                .rect(x - 1.0, TOP - 24.0, 2.0, bottom - TOP + 24.0, SWAP, 0.85);
            let name = &self.arrangement.playspecs[playspec].name;
            let label = format!("{name} from {}", axis::thousands(at as i64));
            let end = x + 8.0 + self.canvas.text_width(&label, TEXT);
            if x > free_from && end < self.width {
                self.canvas
                    .text(x + 8.0, TOP - 10.0, &label, TEXT, Anchor::Left, SWAP);
                free_from = end;
            }
        }
    }
}

fn lane_of<'a>(arrangement: &'a Arrangement, s: &Sounding) -> Lane<'a> {
    Lane {
        playspec: s.playspec,
        clip: &arrangement.playspecs[s.playspec].labels[s.entry],
    }
}
