//! Draws an arrangement: its entries as bars, and below them the waveform of its output.

use super::canvas::{Anchor, Canvas, Rgb};
use super::sheet::{
    BACKGROUND, BOTTOM, GAP, INK, LEFT, PANEL, SMALL, STRIPE, Sheet, TEXT, columns, edge,
    wave_height,
};
use super::wave::{Columns, Wave};
use super::{Drawn, axis, range_of};
use crate::args::Plot;
use crate::arrangement::Arrangement;
use crate::failure::Result;
use crate::info::{clock, decibels};
use crate::interrupt::Interrupt;
use crate::render::Blocks;
use crate::status::Status;
use crate::timeline::{Sounding, Timeline};
use amio::Entry;
use std::ops::Range;

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

/// The top of the lanes; the names of the swaps are between the axis of frames and this.
const TOP: f32 = 140.0;
const LANE: f32 = 32.0;
/// How much of a bar's colour is taken away where the gain is below its full value.
const FADED: f32 = 0.5;

/// Draws an arrangement.
pub fn draw(
    mut arrangement: Arrangement,
    args: &Plot,
    status: Status,
    interrupt: &Interrupt,
) -> Result<Drawn> {
    let has_end =
        arrangement.length.is_some() || !Timeline::of(&arrangement).is_endless(&arrangement);
    if !has_end && args.to.is_some() {
        let range = range_of(args, i64::MAX as u64, arrangement.rate_hz)?;
        arrangement.length = Some(range.end);
    }
    let arrangement = &arrangement;
    let mut blocks = Blocks::open(arrangement)?;
    let frames = blocks.frames;
    let range = range_of(args, frames, arrangement.rate_hz)?;
    let columns = columns(args.width);
    let waves = render(
        arrangement,
        &mut blocks,
        range.clone(),
        columns,
        status,
        interrupt,
    )?;
    let picture = Picture::new(arrangement, &waves, args.width, range.clone())?;
    Ok(Drawn {
        canvas: picture.draw(frames),
        seconds: (range.end - range.start) as f64 / f64::from(arrangement.rate_hz),
    })
}

/// Renders up to the end of a range of frames.
fn render(
    arrangement: &Arrangement,
    blocks: &mut Blocks,
    range: Range<u64>,
    columns: usize,
    status: Status,
    interrupt: &Interrupt,
) -> Result<Vec<Wave>> {
    let channels = usize::from(arrangement.channels);
    let mut gathered = Columns::new(range.clone(), columns, channels);
    let bar = status.progress(Some(range.end), "rendering");
    let mut frame = 0;
    while frame < range.end
        && let Some(block) = blocks.next()?
    {
        interrupt.check()?;
        for samples in block.chunks_exact(channels) {
            for (channel, sample) in samples.iter().enumerate() {
                gathered.add(frame, channel, *sample);
            }
            frame += 1;
        }
        bar.set_position(frame.min(range.end));
    }
    bar.finish_and_clear();
    Ok(gathered.waves())
}

/// The entries of one playspec that play one clip.
#[derive(PartialEq)]
struct Lane<'a> {
    playspec: usize,
    clip: &'a str,
}

struct Picture<'a> {
    sheet: Sheet,
    arrangement: &'a Arrangement,
    waves: &'a [Wave],
    timeline: Timeline,
    soundings: Vec<Sounding>,
    lanes: Vec<Lane<'a>>,
    wave_height: f32,
}

impl<'a> Picture<'a> {
    fn new(
        arrangement: &'a Arrangement,
        waves: &'a [Wave],
        width: u32,
        range: Range<u64>,
    ) -> Result<Picture<'a>> {
        let timeline = Timeline::of(arrangement);
        let is_shown = |s: &Sounding| s.output.end > range.start;
        let soundings: Vec<Sounding> = timeline
            .soundings(arrangement, range.end)
            .filter(is_shown)
            .collect();
        let mut lanes = Vec::new();
        for s in &soundings {
            let lane = lane_of(arrangement, s);
            if !lanes.contains(&lane) {
                lanes.push(lane);
            }
        }
        let wave_height = wave_height(waves.len().max(2));
        let below = waves.len() as f32 * (GAP + wave_height) + BOTTOM;
        let height = TOP + lanes.len() as f32 * LANE + below;
        Ok(Picture {
            sheet: Sheet::new(width, height, range, arrangement.rate_hz)?,
            arrangement,
            waves,
            timeline,
            soundings,
            lanes,
            wave_height,
        })
    }

    fn draw(mut self, frames: u64) -> Canvas {
        self.title(frames);
        self.lanes();
        let edge = edge(self.waves.iter().map(|wave| wave.peak).fold(0.0, f32::max));
        let (waves, height) = (self.waves, self.wave_height);
        for (channel, wave) in waves.iter().enumerate() {
            let (top, name) = (self.wave_top(channel), format!("output {channel}"));
            self.sheet.panel(top, height, edge, &name, wave.peak);
        }
        let bottom = self.wave_top(waves.len()) - GAP;
        self.sheet.axes(TOP, bottom);
        self.bars();
        for (channel, wave) in waves.iter().enumerate() {
            let top = self.wave_top(channel);
            self.sheet.wave(top, height, edge, wave);
        }
        self.swaps(bottom);
        self.sheet.legend(bottom);
        self.sheet.canvas
    }

    fn wave_top(&self, channel: usize) -> f32 {
        let lanes = TOP + self.lanes.len() as f32 * LANE;
        lanes + GAP + channel as f32 * (self.wave_height + GAP)
    }

    fn title(&mut self, frames: u64) {
        let a = self.arrangement;
        let name = a.path.file_name().unwrap_or(a.path.as_os_str());
        let about = format!(
            "{} at {} Hz, {} outputs",
            clock(frames as f64 / f64::from(a.rate_hz)),
            axis::thousands(a.rate_hz.into()),
            a.channels
        );
        let frames = format!("{} frames", axis::thousands(frames as i64));
        self.sheet.title(&name.to_string_lossy(), &about, &frames);
    }

    /// The backgrounds of the lanes, with the names of playspecs and clips.
    fn lanes(&mut self) {
        let width = self.sheet.inner_width();
        for (number, lane) in self.lanes.iter().enumerate() {
            let y = TOP + number as f32 * LANE;
            let colour = if number % 2 == 0 { PANEL } else { STRIPE };
            let canvas = &mut self.sheet.canvas;
            canvas.rect(LEFT, y, width, LANE, colour, 1.0);
            let playspec = &self.arrangement.playspecs[lane.playspec].name;
            let label = format!("{playspec}: {}", lane.clip);
            let label = canvas.fitting(&label, TEXT, LEFT - 24.0);
            canvas.text(LEFT - 12.0, y + 22.0, &label, TEXT, Anchor::Right, INK);
        }
    }

    fn bars(&mut self) {
        for s in std::mem::take(&mut self.soundings) {
            let lane = lane_of(self.arrangement, &s);
            let number = self.lanes.iter().position(|l| *l == lane);
            let top = TOP + number.unwrap_or_default() as f32 * LANE + 3.0;
            let colour = CLIPS[self.clip_number(lane.clip) % CLIPS.len()];
            self.bar(&s, top, colour, lane.clip);
        }
    }

    /// The bar of one sounding: as long as it is heard, paler where it fades in or out.
    fn bar(&mut self, s: &Sounding, top: f32, colour: Rgb, clip: &str) {
        let right_edge = LEFT + self.sheet.inner_width();
        let within = |x: f32| x.clamp(LEFT, right_edge);
        let left = within(self.sheet.x(s.output.start as f64));
        let right = within(self.sheet.x(s.output.end as f64));
        let (width, height) = ((right - left).max(2.0), LANE - 6.0);
        let entry = &self.arrangement.playspecs[s.playspec].playspec.entries()[s.entry];
        let envelope = envelope(entry, s, self.arrangement.declick_frames.into());
        let points: Vec<[f32; 2]> = envelope
            .iter()
            .map(|(frame, gain)| {
                let x = within(self.sheet.x(*frame));
                [x, top + height * (1.0 - *gain as f32)]
            })
            .collect();
        let canvas = &mut self.sheet.canvas;
        canvas.round_rect(left, top, width, height, colour, 0.88);
        // Paler: the area above the envelope, up to the end of the bar; after a cut, the area below it.
        for pair in points.windows(2) {
            let [[x0, y0], [x1, y1]] = [pair[0], pair[1]];
            if x0 < x1 && x0 < right && (y0 > top || y1 > top) {
                let corners = vec![[x0, top], [x0, y0], [x1, y1], [x1, top]];
                canvas.polygon(corners, BACKGROUND, FADED);
            } else if x0 < x1 {
                let bottom = top + height;
                let corners = vec![[x0, y0], [x1, y1], [x1, bottom], [x0, bottom]];
                if x0 >= right {
                    canvas.polygon(corners, colour, 1.0 - FADED);
                }
            }
        }
        let at = axis::thousands(s.output.start as i64);
        let labels = [
            format!("{clip} @ {at}{}", gain_of(entry)),
            format!("{clip} @ {at}"),
            at,
        ];
        // The name follows the fade, if there is room.
        let full = points
            .iter()
            .find(|[_, y]| *y <= top)
            .map_or(left, |[x, _]| *x);
        let places = labels
            .iter()
            .flat_map(|label| [(label, full), (label, left)]);
        for (label, x) in places {
            if x + canvas.text_width(label, SMALL) + 12.0 <= left + width {
                let (x, y) = (x + 6.0, top + 18.0);
                canvas.text(x, y, label, SMALL, Anchor::Left, BACKGROUND);
                break;
            }
        }
    }

    /// The number of a clip, from which its colour follows: a clip has the same colour in all lanes.
    fn clip_number(&self, clip: &str) -> usize {
        let mut names: Vec<&str> = self.lanes.iter().map(|lane| lane.clip).collect();
        names.sort_unstable();
        names.dedup();
        names.binary_search(&clip).unwrap_or_default()
    }

    fn swaps(&mut self, bottom: f32) {
        let range = self.sheet.range.clone();
        let segments: Vec<_> = self
            .timeline
            .segments
            .iter()
            .filter(|s| range.contains(&s.output.start))
            .filter_map(|s| Some((s.output.start, s.playspec?)))
            .collect();
        let mut free_from = f32::MIN;
        for (at, playspec) in segments {
            let x = self.sheet.x(at as f64);
            let name = &self.arrangement.playspecs[playspec].name;
            let label = format!("{name} from {}", axis::thousands(at as i64));
            let canvas = &mut self.sheet.canvas;
            canvas.rect(x - 1.0, TOP - 24.0, 2.0, bottom - TOP + 24.0, SWAP, 0.85);
            let end = x + 8.0 + canvas.text_width(&label, TEXT);
            if x > free_from && end < self.sheet.width {
                canvas.text(x + 8.0, TOP - 10.0, &label, TEXT, Anchor::Left, SWAP);
                free_from = end;
            }
        }
    }
}

/// The gain of a sounding as points (frame of the output, gain from 0 to 1). It has the fades of the
/// entry. A sounding that begins in the middle of the entry also rises over the declick frames, and one
/// that is cut falls over the declick frames after its end.
fn envelope(entry: &Entry, s: &Sounding, declick: u64) -> Vec<(f64, f64)> {
    let frames = entry.end - entry.begin;
    let heard = s.source - entry.begin..s.source - entry.begin + (s.output.end - s.output.start);
    let ramp = |at: u64, fade: u64| match at < fade {
        true => at as f64 / fade as f64,
        false => 1.0,
    };
    let comes_in = if heard.start > 0 { declick } else { 0 };
    let gain = |at: u64| {
        let fades = ramp(at, entry.fade_in) * ramp(frames - at, entry.fade_out);
        fades * ramp(at - heard.start, comes_in)
    };
    let mut knots = vec![
        heard.start,
        heard.start + comes_in,
        entry.fade_in,
        frames - entry.fade_out,
        heard.end,
    ];
    knots.retain(|at| (heard.start..=heard.end).contains(at));
    knots.sort_unstable();
    knots.dedup();
    let output = |at: u64| (s.output.start + (at - heard.start)) as f64;
    let mut points: Vec<(f64, f64)> = knots.into_iter().map(|at| (output(at), gain(at))).collect();
    if s.cut && declick > 0 {
        points.push(((s.output.end + declick) as f64, 0.0));
    }
    points
}

/// The gains of an entry as text; empty if they are 1.
fn gain_of(entry: &Entry) -> String {
    let level = |gain: f32| match gain < 0.0 {
        true => format!("{}, inverted", decibels((-gain).into())),
        false => decibels(gain.into()),
    };
    let (left, right) = (entry.gain.left, entry.gain.right);
    match (left, right) {
        (1.0, 1.0) => String::new(),
        _ if left == right => format!(", {} dB", level(left)),
        _ => format!(", {} | {} dB", level(left), level(right)),
    }
}

fn lane_of<'a>(arrangement: &'a Arrangement, s: &Sounding) -> Lane<'a> {
    Lane {
        playspec: s.playspec,
        clip: &arrangement.playspecs[s.playspec].labels[s.entry],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use amio::Clip;

    fn entry(fade_in: u64, fade_out: u64) -> Entry {
        let clip = Clip::from_f32(48_000, 1, &[0.5; 100]).expect("a clip");
        let mut entry = Entry::new(&clip, 0);
        (entry.fade_in, entry.fade_out) = (fade_in, fade_out);
        entry
    }

    fn sounding(output: Range<u64>, source: u64, cut: bool) -> Sounding {
        Sounding {
            playspec: 0,
            entry: 0,
            repeat: 0,
            output,
            source,
            cut,
        }
    }

    #[test]
    fn an_envelope_has_the_fades_and_what_a_jump_and_a_cut_make() {
        let whole = envelope(&entry(20, 40), &sounding(1_000..1_100, 0, false), 10);
        let expected = [
            (1_000.0, 0.0),
            (1_020.0, 1.0),
            (1_060.0, 1.0),
            (1_100.0, 0.0),
        ];
        assert_eq!(whole, expected);
        let plain = envelope(&entry(0, 0), &sounding(0..100, 0, false), 10);
        assert_eq!(plain, [(0.0, 1.0), (100.0, 1.0)]);
        let cut = envelope(&entry(0, 0), &sounding(0..60, 0, true), 10);
        assert_eq!(cut, [(0.0, 1.0), (60.0, 1.0), (70.0, 0.0)]);
        let jumped = envelope(&entry(0, 0), &sounding(0..50, 50, false), 10);
        assert_eq!(jumped, [(0.0, 0.0), (10.0, 1.0), (50.0, 1.0)]);
    }

    #[test]
    fn gains_are_named_unless_they_are_1() {
        let mut entry = entry(0, 0);
        assert_eq!(gain_of(&entry), "");
        entry.gain.left = 0.5;
        assert_eq!(gain_of(&entry), ", -6.0 | 0.0 dB");
        entry.gain.right = 0.5;
        assert_eq!(gain_of(&entry), ", -6.0 dB");
    }
}
