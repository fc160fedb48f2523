//! `amio check`: whether a recording has every entry of an arrangement where it was placed.
//!
//! The whole recording is searched for the sound of each entry. The search does not know the frame of
//! the entry; only then is the place that was found compared with the frame.

use crate::args::Check;
use crate::arrangement::Arrangement;
use crate::correlate::{Match, Template};
use crate::failure::{Failure, Result, printed};
use crate::find::channel;
use crate::format::channels;
use crate::timeline::{Sounding, Timeline};
use amio::{Clip, Entry};
use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::io::Write;

/// Runs the subcommand.
pub fn run(args: &Check) -> Result<()> {
    let arrangement = Arrangement::open(&args.arrangement)?;
    let mix = Clip::open(&args.mix)?;
    let info = mix.info();
    if (info.frame_rate_hz, info.channels) != (arrangement.rate_hz, arrangement.channels) {
        return Err(Failure::of(
            args.mix.display(),
            format_args!(
                "{} at {} Hz; the arrangement has {} at {} Hz",
                channels(info.channels),
                info.frame_rate_hz,
                arrangement.channels,
                arrangement.rate_hz
            ),
        ));
    }
    let search = Search {
        outputs: (0..info.channels)
            .map(|output| channel(&mix, output))
            .collect(),
        threshold: args.likeness.threshold,
    };
    let rows = search.all(&arrangement, info.frames);
    let counts = Counts::of(&rows);
    printed(print(&rows, &arrangement, &counts))?;
    if counts.are_wrong() {
        let hidden = rows
            .iter()
            .any(|row| matches!(row.verdict, Verdict::Missing));
        let hint = if hidden {
            "; a lower --threshold finds what other sounds hide"
        } else {
            ""
        };
        return Err(Failure::of(
            args.mix.display(),
            format_args!("{counts}{hint}"),
        ));
    }
    Ok(())
}

/// How many entries there are, how often they sound, and how many results of each kind are wrong.
#[derive(Default)]
struct Counts {
    entries: [usize; 2],
    repeats: [usize; 2],
    extra: usize,
    inaudible: usize,
}

impl Counts {
    fn of(rows: &[Row]) -> Counts {
        let mut counts = Counts::default();
        let mut entries = BTreeMap::new();
        for row in rows {
            let entry = (row.sounding.playspec, row.sounding.entry);
            let wrong = entries.entry(entry).or_insert(false);
            match row.verdict {
                Verdict::Extra(_) => counts.extra += 1,
                Verdict::Inaudible => counts.inaudible += 1,
                _ => {}
            }
            if !matches!(row.verdict, Verdict::Extra(_)) {
                counts.repeats[0] += 1;
                counts.repeats[1] += usize::from(!row.is_right());
                *wrong |= !row.is_right();
            }
        }
        counts.entries = [
            entries.len(),
            entries.values().filter(|wrong| **wrong).count(),
        ];
        counts
    }

    fn are_wrong(&self) -> bool {
        self.repeats[1] + self.extra > 0
    }
}

impl Display for Counts {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let count = |n: usize, one: &str, many: &str| match n {
            1 => format!("1 {one}"),
            n => format!("{n} {many}"),
        };
        let entries = count(self.entries[0], "entry", "entries");
        let repeats = count(self.repeats[0], "repeat", "repeats");
        match (self.entries[1], self.repeats[1]) {
            (0, _) => write!(f, "{entries}, {repeats}: all where they were placed")?,
            (e, r) => write!(
                f,
                "{e} of {entries}, {r} of {repeats}: not where they were placed"
            )?,
        }
        if self.extra > 0 {
            write!(f, "; {} found where none was placed", self.extra)?;
        }
        if self.inaudible > 0 {
            write!(f, "; {} too short or silent to look for", self.inaudible)?;
        }
        Ok(())
    }
}

/// One line of the table.
struct Row {
    sounding: Sounding,
    verdict: Verdict,
}

enum Verdict {
    /// Found at this place, right or wrong.
    Found(Match),
    /// Nowhere in the recording.
    Missing,
    /// Found at this frame, where the arrangement has no such entry.
    Extra(Match),
    /// Too short or too quiet to be searched for.
    Inaudible,
}

impl Row {
    fn is_right(&self) -> bool {
        match self.verdict {
            Verdict::Found(place) => place.frame == self.sounding.output.start,
            Verdict::Inaudible => true,
            Verdict::Missing | Verdict::Extra(_) => false,
        }
    }
}

/// The recording.
struct Search {
    outputs: Vec<Vec<f32>>,
    threshold: Option<f32>,
}

impl Search {
    /// Searches for all entries of an arrangement. If the arrangement has no end, it is taken up to the
    /// length of the recording.
    fn all(&self, arrangement: &Arrangement, recorded: u64) -> Vec<Row> {
        let timeline = Timeline::of(arrangement);
        let length = timeline.length(arrangement).unwrap_or(recorded);
        // Most repeats of an entry sound the same: one search finds them all.
        let mut alike: BTreeMap<_, Vec<Sounding>> = BTreeMap::new();
        for s in timeline.soundings(arrangement, length) {
            let heard = (s.playspec, s.entry, s.source, s.output.end - s.output.start);
            alike.entry(heard).or_default().push(s);
        }
        let entry = |s: &Sounding| &arrangement.playspecs[s.playspec].playspec.entries()[s.entry];
        let placed: Vec<(&Clip, i128)> = alike
            .values()
            .flatten()
            .map(|s| (&entry(s).clip, origin(s.output.start, s.source)))
            .collect();
        let mut rows = Vec::new();
        for soundings in alike.into_values() {
            let first = soundings[0].clone();
            let Some(found) = self.find(entry(&first), &first) else {
                rows.extend(soundings.into_iter().map(|sounding| Row {
                    sounding,
                    verdict: Verdict::Inaudible,
                }));
                continue;
            };
            let clip = &entry(&first).clip;
            let is_placed = |place: &Match| {
                let here = origin(place.frame, first.source);
                placed
                    .iter()
                    .any(|(other, at)| *at == here && other.same_data(clip))
            };
            let (right, mut wrong): (Vec<Match>, Vec<Match>) =
                found.into_iter().partition(is_placed);
            rows.extend(soundings.into_iter().map(|sounding| {
                let at = sounding.output.start;
                let here = right.iter().copied().find(|place| place.frame == at);
                // A repeat that is not at its frame may be one of those found at wrong frames.
                let place = here.or_else(|| take_nearest(&mut wrong, at));
                let verdict = place.map_or(Verdict::Missing, Verdict::Found);
                Row { sounding, verdict }
            }));
            rows.extend(wrong.into_iter().map(|place| Row {
                sounding: first.clone(),
                verdict: Verdict::Extra(place),
            }));
        }
        rows.sort_by_key(|row| {
            (
                row.sounding.output.start,
                row.sounding.playspec,
                row.sounding.entry,
            )
        });
        rows
    }

    /// Where the audible part of an entry begins in the recording; `None` if it cannot be searched for.
    fn find(&self, entry: &Entry, heard: &Sounding) -> Option<Vec<Match>> {
        let mut best: BTreeMap<u64, f32> = BTreeMap::new();
        let mut audible = false;
        for (channel, output, gain) in routes(entry) {
            let Some(recording) = self.outputs.get(output) else {
                continue;
            };
            let Some(template) = Template::new(&sound(entry, channel, heard, gain)) else {
                continue;
            };
            audible = true;
            for place in template.find(recording, self.threshold) {
                let likeness = best.entry(place.frame).or_default();
                *likeness = likeness.max(place.likeness);
            }
        }
        let matches = best
            .into_iter()
            .map(|(frame, likeness)| Match { frame, likeness });
        audible.then(|| matches.collect())
    }
}

fn take_nearest(places: &mut Vec<Match>, frame: u64) -> Option<Match> {
    let distance = |at: &usize| places[*at].frame.abs_diff(frame);
    let nearest = (0..places.len()).min_by_key(distance)?;
    Some(places.remove(nearest))
}

/// The frame at which frame 0 of the clip would sound.
fn origin(output: u64, source: u64) -> i128 {
    i128::from(output) - i128::from(source)
}

/// The routes of an entry: channel of the clip, output, gain.
fn routes(entry: &Entry) -> Vec<(u16, usize, f32)> {
    let first = usize::from(entry.first_output);
    let (left, right) = (entry.gain.left, entry.gain.right);
    match entry.clip.info().channels {
        1 => vec![(0, first, left), (0, first + 1, right)],
        channels => (0..channels)
            .map(|channel| {
                let gain = if channel % 2 == 0 { left } else { right };
                (channel, first + usize::from(channel), gain)
            })
            .collect(),
    }
}

/// The samples of one channel of an entry, as far as they are heard.
fn sound(entry: &Entry, channel: u16, heard: &Sounding, gain: f32) -> Vec<f32> {
    let mut samples = vec![0.0; (heard.output.end - heard.output.start) as usize];
    entry.clip.read(channel, heard.source, &mut samples);
    let frames = entry.end - entry.begin;
    let ramp = |at: u64, fade: u64| {
        if at < fade {
            at as f32 / fade as f32
        } else {
            1.0
        }
    };
    for (sample, at) in samples.iter_mut().zip(heard.source - entry.begin..) {
        *sample *= gain * ramp(at, entry.fade_in) * ramp(frames - 1 - at, entry.fade_out);
    }
    samples
}

fn print(rows: &[Row], arrangement: &Arrangement, counts: &Counts) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let name = |s: &Sounding| {
        let playspec = &arrangement.playspecs[s.playspec];
        format!("{}.{}", playspec.name, playspec.labels[s.entry])
    };
    let width = rows
        .iter()
        .map(|row| name(&row.sounding).len())
        .max()
        .unwrap_or(0)
        .max(5);
    writeln!(
        out,
        "{:width$}  repeat    placed at     found at  likeness",
        "entry"
    )?;
    for row in rows {
        let s = &row.sounding;
        let (placed, name) = (s.output.start, name(s));
        write!(out, "{name:width$}  {:>6}  ", s.repeat)?;
        let cut = if s.cut { ", heard in part" } else { "" };
        match row.verdict {
            Verdict::Found(Match { frame, likeness }) => {
                let verdict = if frame == placed { "ok" } else { "WRONG" };
                writeln!(
                    out,
                    "{placed:>11}  {frame:>11}  {likeness:>8.3}  {verdict}{cut}"
                )
            }
            Verdict::Missing => {
                writeln!(out, "{placed:>11}  {:>11}  {:>8}  MISSING{cut}", "-", "-")
            }
            Verdict::Extra(Match { frame, likeness }) => {
                writeln!(
                    out,
                    "{:>11}  {frame:>11}  {likeness:>8.3}  NOT PLACED HERE",
                    "-"
                )
            }
            Verdict::Inaudible => {
                writeln!(
                    out,
                    "{placed:>11}  {:>11}  {:>8}  too short or silent to look for",
                    "-", "-"
                )
            }
        }?;
    }
    if !counts.are_wrong() {
        writeln!(out, "{counts}")?;
    }
    out.flush()
}
