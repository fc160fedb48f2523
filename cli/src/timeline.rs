//! Which entry of an arrangement is heard at which frame of the output. This is arithmetic only. It
//! predicts the library's output from the arrangement and `docs/SEMANTICS.md`, without the library.

use crate::arrangement::Arrangement;
use crate::failure::{Failure, Result};
use amio::{Entry, LatePolicy};
use std::ops::Range;

/// The output, divided into stretches in which one playspec is in force.
pub struct Timeline {
    /// In order, without gaps; the last one has no end.
    pub segments: Vec<Segment>,
}

/// A stretch of the output in which the timeline is continuous.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Frames of the output; the last segment ends at `u64::MAX`.
    pub output: Range<u64>,
    /// The position of the timeline at the first of these frames.
    pub position: i64,
    /// The index of the playspec; `None` before the first swap.
    pub playspec: Option<usize>,
    /// The index of the swap that began the segment.
    pub swap: Option<usize>,
}

/// One repeat of one entry, as far as it is heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sounding {
    /// The index of the playspec.
    pub playspec: usize,
    /// The index of the entry in the playspec.
    pub entry: usize,
    /// The number of the repeat, from 0.
    pub repeat: u64,
    /// Frames of the output.
    pub output: Range<u64>,
    /// The frame of the clip that is heard first.
    pub source: u64,
    /// Whether a swap or the end of the output ends it early.
    pub cut: bool,
}

impl Timeline {
    /// Follows the swaps of an arrangement.
    pub fn of(arrangement: &Arrangement) -> Timeline {
        let mut segments = Vec::new();
        let mut now = Segment {
            output: 0..u64::MAX,
            position: arrangement.position,
            playspec: None,
            swap: None,
        };
        for (number, swap) in arrangement.swaps.iter().enumerate() {
            let reached = now.position.max(swap.insert_at);
            let late = reached - swap.insert_at;
            let at = now.output.start + reached.abs_diff(now.position);
            let start_from = match swap.late {
                LatePolicy::Refuse if late > 0 => continue,
                LatePolicy::Slip => swap.start_from,
                _ => swap.start_from + late,
            };
            if at > now.output.start {
                segments.push(Segment {
                    output: now.output.start..at,
                    ..now
                });
            }
            now = Segment {
                output: at..u64::MAX,
                position: start_from,
                playspec: Some(swap.playspec),
                swap: Some(number),
            };
        }
        segments.push(now);
        Timeline { segments }
    }

    /// How many frames the output has: the arrangement's length or, without one, up to the end of the
    /// sound.
    ///
    /// # Errors
    /// The arrangement has no length, and an entry repeats without end, or nothing sounds.
    pub fn length(&self, arrangement: &Arrangement) -> Result<u64> {
        if let Some(length) = arrangement.length {
            return Ok(length);
        }
        let refuse = |message| Err(Failure::of(arrangement.path.display(), message));
        if self.is_endless(arrangement) {
            return refuse("an entry repeats without end; give the arrangement a length");
        }
        let declick = u64::from(arrangement.declick_frames);
        let end_of = |s: Sounding| s.output.end + if s.cut { declick } else { 0 };
        match self.soundings(arrangement, u64::MAX).map(end_of).max() {
            Some(end) => Ok(end),
            // An empty file is allowed: it gives an empty output.
            None if self.has_empty_entry(arrangement) => Ok(0),
            None => refuse("nothing sounds"),
        }
    }

    /// Whether an entry of an empty clip is in force somewhere.
    fn has_empty_entry(&self, arrangement: &Arrangement) -> bool {
        let playspecs = self.segments.iter().filter_map(|segment| segment.playspec);
        let mut entries = playspecs.flat_map(|p| arrangement.playspecs[p].playspec.entries());
        entries.any(|entry| entry.begin == entry.end)
    }

    /// Whether an entry repeats for ever in the last segment.
    pub fn is_endless(&self, arrangement: &Arrangement) -> bool {
        let last = self.segments.last().and_then(|segment| segment.playspec);
        last.is_some_and(|playspec| {
            let entries = arrangement.playspecs[playspec].playspec.entries();
            entries
                .iter()
                .any(|e| e.begin < e.end && e.repeat.is_some_and(|r| r.count.is_none()))
        })
    }

    /// All soundings before frame `length` of the output, by segment, then by entry.
    pub fn soundings<'a>(
        &'a self,
        arrangement: &'a Arrangement,
        length: u64,
    ) -> impl Iterator<Item = Sounding> + 'a {
        self.segments.iter().flat_map(move |segment| {
            let playspec = segment.playspec;
            let entries = playspec.map_or(&[][..], |p| arrangement.playspecs[p].playspec.entries());
            let numbered = entries.iter().enumerate();
            let sounding = numbered.filter(|(_, entry)| entry.begin < entry.end);
            sounding.flat_map(move |(number, entry)| {
                heard(entry, segment, length).map(move |mut sounding| {
                    sounding.playspec = playspec.unwrap_or_default();
                    sounding.entry = number;
                    sounding
                })
            })
        })
    }
}

/// The repeats of an entry that are heard in a segment, before frame `length` of the output.
fn heard(entry: &Entry, segment: &Segment, length: u64) -> impl Iterator<Item = Sounding> + use<> {
    let segment = segment.clone();
    let frames = i128::from(entry.end - entry.begin);
    let (begin, play_at) = (entry.begin, i128::from(entry.play_at));
    let (numerator, denominator, count) = match entry.repeat {
        None => (1, 1, 1),
        Some(r) => (
            i128::from(r.numerator.get()),
            i128::from(r.denominator.get()),
            r.count.map_or(u64::MAX, |count| count.get()),
        ),
    };
    // The position of this segment's timeline that would be at output frame 0: output = position - zero.
    let zero = i128::from(segment.position) - i128::from(segment.output.start);
    let from = i128::from(segment.output.start);
    let to = i128::from(segment.output.end.min(length));
    let begins = move |k: u64| {
        let exact = 2 * i128::from(k) * numerator + denominator;
        play_at + exact.div_euclid(2 * denominator) - zero
    };
    let past = (from - frames - (play_at - zero)) * denominator / numerator - 1;
    (past.max(0) as u64..count)
        .map(move |repeat| (repeat, begins(repeat)))
        .take_while(move |(_, at)| *at < to)
        .filter(move |(_, at)| at + frames > from)
        .map(move |(repeat, at)| {
            let first = at.max(from);
            Sounding {
                playspec: 0,
                entry: 0,
                repeat,
                output: first as u64..(at + frames).min(to) as u64,
                source: begin + (first - at) as u64,
                cut: at + frames > to,
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arrangement::ArrangementFile;
    use std::path::Path;

    const CLIP: &str = "rate = 48000\ndeclick = 7\n[clips]\nx = { tone_hz = 100, length = 10 }\n";

    fn arrangement(text: &str) -> Arrangement {
        let file = ArrangementFile::parse(Path::new("test.toml"), format!("{CLIP}{text}"));
        match file.and_then(|file| file.open()) {
            Ok(arrangement) => arrangement,
            Err(failure) => panic!("{failure:?}"),
        }
    }

    fn swaps(late: &str) -> Arrangement {
        arrangement(&format!(
            "[[playspec.a]]\nclip = 'x'\nplay_at = 0\n\
             [[playspec.b]]\nclip = 'x'\nplay_at = 0\n\
             [[swap]]\nplayspec = 'a'\ninsert_at = 5\nstart_from = 100\n\
             [[swap]]\nplayspec = 'b'\ninsert_at = 90\nstart_from = 1000\nlate = '{late}'\n"
        ))
    }

    fn segments(arrangement: &Arrangement) -> Vec<(u64, i64, Option<usize>)> {
        let timeline = Timeline::of(arrangement);
        let each = timeline.segments.iter();
        each.map(|s| (s.output.start, s.position, s.playspec))
            .collect()
    }

    #[test]
    fn a_swap_takes_over_at_its_frame_and_a_late_one_as_its_policy_says() {
        assert_eq!(
            segments(&swaps("catch_up")),
            [(0, 0, None), (5, 1010, Some(1))]
        );
        assert_eq!(segments(&swaps("slip")), [(0, 0, None), (5, 1000, Some(1))]);
        assert_eq!(
            segments(&swaps("refuse")),
            [(0, 0, None), (5, 100, Some(0))]
        );
    }

    #[test]
    fn repeats_are_heard_from_the_middle_and_cut_where_a_swap_is() {
        let arrangement = arrangement(
            "[[playspec.a]]\nclip = 'x'\nplay_at = 0\nrepeat_every = '25/2'\n\
             [[playspec.b]]\nclip = 'x'\nplay_at = -10\n\
             [[swap]]\nplayspec = 'a'\ninsert_at = 0\nstart_from = 4\n\
             [[swap]]\nplayspec = 'b'\ninsert_at = 40\n",
        );
        let timeline = Timeline::of(&arrangement);
        let heard: Vec<_> = timeline
            .soundings(&arrangement, u64::MAX)
            .map(|s| (s.repeat, s.output, s.source, s.cut))
            .collect();
        let expected = [
            (0, 0..6, 4, false),
            (1, 9..19, 0, false),
            (2, 21..31, 0, false),
            (3, 34..36, 0, true),
        ];
        assert_eq!(heard, expected);
        assert!(
            matches!(timeline.length(&arrangement), Ok(43)),
            "the cut fades over 7 frames"
        );
    }
}
