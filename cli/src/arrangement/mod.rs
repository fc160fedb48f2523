//! An arrangement: clips, playspecs of them and the swaps between those, read from a TOML file.
//!
//! Flow: `file` (as written) -> [`ArrangementFile`] (parsed) -> [`Arrangement`] (looked up, checked, clips
//! loaded) -> `timeline` (what sounds when) and the library (which makes it sound).

mod file;
mod place;
mod tone;
pub mod value;

use crate::failure::{Failure, Result};
use crate::status::Status;
use amio::{Clip, Entry, Gain, LatePolicy, OpenOptions, Playspec, Quality, Repeat};
use file::{Convert, File, FileClip, Late, Source};
use place::Text;
use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::num::{NonZeroU32, NonZeroU64};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use toml::Spanned;
use value::{GainPair, Length};

const DEFAULT_CHANNELS: u16 = 2;
const DEFAULT_PERIOD_FRAMES: u32 = 1024;
/// The same as the library's default.
const DEFAULT_DECLICK: Length = Length::Seconds(0.005);
/// The same as the library's limit.
const MAX_DECLICK_FRAMES: u64 = 768_000;

/// An arrangement that has been checked, with its clips loaded.
pub struct Arrangement {
    /// The file that it was read from, for messages.
    pub path: PathBuf,
    /// Frames per second, of the output and of all clips.
    pub rate_hz: u32,
    /// The number of outputs.
    pub channels: u16,
    /// The period of the offline driver.
    pub period_frames: u32,
    /// How many frames a cut fades.
    pub declick_frames: u32,
    /// Where the timeline starts.
    pub position: i64,
    /// Its length in frames; `None`: it ends when all sound has been played.
    pub length: Option<u64>,
    /// The playspecs that the swaps begin.
    pub playspecs: Vec<NamedPlayspec>,
    /// One or more, in the order in which they are scheduled.
    pub swaps: Vec<Swap>,
}

/// An arrangement file that has been parsed; its clips have not been opened.
pub struct ArrangementFile {
    path: PathBuf,
    text: String,
    file: File,
}

/// A playspec, with the names that the arrangement gives to it and to its clips.
pub struct NamedPlayspec {
    /// `NAME` of `[[playspec.NAME]]`.
    pub name: String,
    /// The name of each entry's clip.
    pub labels: Vec<String>,
    /// The playspec itself.
    pub playspec: Playspec,
}

/// A playspec that takes over at a frame.
#[derive(Clone, Copy, Debug)]
pub struct Swap {
    /// An index into [`Arrangement::playspecs`].
    pub playspec: usize,
    /// The position of the timeline at which the playspec takes over.
    pub insert_at: i64,
    /// The frame of the playspec that sounds at that position.
    pub start_from: i64,
    /// What happens if the position has passed.
    pub late: LatePolicy,
}

impl Arrangement {
    /// Warns of clips with bad samples. Of a streamed clip, only what has been read counts.
    pub fn warn_of_bad_samples(&self, status: Status) {
        let mut told = BTreeSet::new();
        for NamedPlayspec {
            labels, playspec, ..
        } in &self.playspecs
        {
            for (label, entry) in labels.iter().zip(playspec.entries()) {
                if told.insert(entry.clip.id()) {
                    status.warn_of_bad_samples(label, entry.clip.bad_samples());
                }
            }
        }
    }

    /// Reads a file and every clip that it names.
    ///
    /// # Errors
    /// A mistake in the arrangement, with file, line and column; a clip that cannot be read.
    pub fn open(path: &Path) -> Result<Arrangement> {
        ArrangementFile::read(path)?.open()
    }

    /// An arrangement that plays files one after another, from frame 0. The files are streamed, and
    /// converted to `rate_hz`; `None`: the rate of the first file.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn of_files(paths: &[PathBuf], rate_hz: Option<u32>) -> Result<Arrangement> {
        let mut entries = Vec::new();
        let mut labels = Vec::new();
        let mut options = OpenOptions {
            frame_rate_hz: rate_hz,
            ..OpenOptions::default()
        };
        let (mut channels, mut play_at) = (DEFAULT_CHANNELS, 0);
        for path in paths {
            let clip = Clip::open_stream(path, &options)?;
            let info = clip.info();
            options.frame_rate_hz = Some(info.frame_rate_hz);
            channels = channels.max(info.channels);
            entries.push(Entry::new(&clip, play_at));
            labels.push(path.display().to_string());
            play_at += info.frames as i64;
        }
        let rate_hz = options.frame_rate_hz.unwrap_or_default();
        Ok(Arrangement {
            path: paths.first().cloned().unwrap_or_default(),
            rate_hz,
            channels,
            period_frames: DEFAULT_PERIOD_FRAMES,
            declick_frames: DEFAULT_DECLICK.frames(rate_hz) as u32,
            position: 0,
            length: None,
            playspecs: vec![NamedPlayspec {
                name: "files".into(),
                labels,
                playspec: Playspec::new(entries)?,
            }],
            swaps: vec![Swap::first(0, 0)],
        })
    }
}

impl ArrangementFile {
    /// Reads and parses the file, but does not open its clips.
    ///
    /// # Errors
    /// A file that cannot be read; a syntax error, with file, line and column.
    pub fn read(path: &Path) -> Result<ArrangementFile> {
        let text = std::fs::read_to_string(path).map_err(|error| match error.kind() {
            ErrorKind::InvalidData => Failure::of(path.display(), "no arrangement: it is no text"),
            _ => Failure::of(path.display(), error),
        })?;
        ArrangementFile::parse(path, text)
    }

    /// Parses the text of an arrangement file. Paths of clips are relative to `path`.
    pub fn parse(path: &Path, text: String) -> Result<ArrangementFile> {
        let place = Text { path, text: &text };
        let file = toml::from_str(&text)
            .map_err(|e| place.refuse(e.span().unwrap_or(0..0), e.message()))?;
        Ok(ArrangementFile {
            path: path.into(),
            text,
            file,
        })
    }

    /// All files that the arrangement reads: its own file, and the files of the clips.
    pub fn inputs(&self) -> Vec<PathBuf> {
        let sources = self.file.clips.values().map(Spanned::get_ref);
        let clips = sources.filter_map(|source| match source {
            Source::File(clip) => Some(clip_path(&self.path, clip)),
            Source::Tone(_) => None,
        });
        std::iter::once(self.path.clone()).chain(clips).collect()
    }

    /// Checks all values, and opens the clips.
    ///
    /// # Errors
    /// A mistake in the arrangement, with file, line and column; a clip that cannot be read.
    pub fn open(&self) -> Result<Arrangement> {
        let reader = Reader {
            text: Text {
                path: &self.path,
                text: &self.text,
            },
            rate_hz: *self.file.rate.get_ref(),
        };
        reader.arrangement(&self.file)
    }
}

/// The path of a clip, which the arrangement gives relative to its own folder.
fn clip_path(arrangement: &Path, clip: &FileClip) -> PathBuf {
    let folder = arrangement.parent().unwrap_or(Path::new(""));
    folder.join(&clip.path)
}

impl Swap {
    /// The swap of an arrangement that has no `[[swap]]`: at the start.
    fn first(playspec: usize, position: i64) -> Swap {
        Swap {
            playspec,
            insert_at: position,
            start_from: position,
            late: LatePolicy::CatchUp,
        }
    }
}

/// Checks an arrangement file; its errors name the place in the file.
struct Reader<'a> {
    text: Text<'a>,
    rate_hz: u32,
}

impl Reader<'_> {
    fn arrangement(&self, file: &File) -> Result<Arrangement> {
        if !amio::FRAME_RATE_RANGE_HZ.contains(&self.rate_hz) {
            return Err(self
                .text
                .refuse(file.rate.span(), "rate must be 1000 to 768000 Hz"));
        }
        let channels = match &file.channels {
            Some(given) => self.within(given, 1, amio::MAX_CHANNELS, "channels")?,
            None => DEFAULT_CHANNELS,
        };
        let period_frames = match &file.period {
            Some(given) => self.within(given, 1, amio::MAX_PERIOD_FRAMES, "period")?,
            None => DEFAULT_PERIOD_FRAMES,
        };
        let declick_frames = match &file.declick {
            Some(given) => match self.length(given)? {
                frames @ 0..=MAX_DECLICK_FRAMES => frames as u32,
                frames => {
                    let message = format_args!(
                        "declick is {frames} frames; it must be 0 to {MAX_DECLICK_FRAMES}"
                    );
                    return Err(self.text.refuse(given.span(), message));
                }
            },
            None => DEFAULT_DECLICK.frames(self.rate_hz) as u32,
        };
        let position = self.position(file.position.as_ref(), 0)?;
        let length = match &file.length {
            Some(given) => Some(self.positive(given, "length")?),
            None => None,
        };
        let clips = self.clips(file)?;
        let playspecs = self.playspecs(file, &clips, channels)?;
        let swaps = self.swaps(file, &playspecs, position)?;
        Ok(Arrangement {
            path: self.text.path.into(),
            rate_hz: self.rate_hz,
            channels,
            period_frames,
            declick_frames,
            position,
            length,
            playspecs,
            swaps,
        })
    }

    fn clips(&self, file: &File) -> Result<BTreeMap<String, Clip>> {
        let mut clips = BTreeMap::new();
        for (name, source) in &file.clips {
            let clip = match source.get_ref() {
                Source::File(file) => self
                    .open(file)
                    .map_err(|e| self.text.refuse(source.span(), e))?,
                Source::Tone(tone) => {
                    let frames = self.positive(&tone.length, "length")?;
                    let seconds = frames / u64::from(self.rate_hz);
                    if seconds > 60 {
                        let message = "a tone lasts a minute at the most";
                        return Err(self.text.refuse(tone.length.span(), message));
                    }
                    let samples =
                        tone::samples(*tone.tone_hz.get_ref(), frames as usize, self.rate_hz);
                    Clip::from_f32(self.rate_hz, 1, &samples)
                        .map_err(|e| self.text.refuse(tone.tone_hz.span(), e))?
                }
            };
            let clip_hz = clip.info().frame_rate_hz;
            if clip_hz != self.rate_hz {
                return Err(self.text.refuse(
                    source.span(),
                    format_args!(
                        "clip {name:?} has {clip_hz} Hz, the arrangement {} Hz; to convert it, write \
                         {{ file = ..., convert = \"good\" }}",
                        self.rate_hz
                    ),
                ));
            }
            clips.insert(name.clone(), clip);
        }
        Ok(clips)
    }

    fn open(&self, file: &FileClip) -> amio::Result<Clip> {
        let path = clip_path(self.text.path, file);
        let options = OpenOptions {
            frame_rate_hz: file.convert.map(|_| self.rate_hz),
            quality: match file.convert {
                Some(Convert::Draft) => Quality::Draft,
                Some(Convert::Good) | None => Quality::Good,
                Some(Convert::Best) => Quality::Best,
            },
        };
        if file.stream {
            return Clip::open_stream(path, &options);
        }
        Clip::open_with(path, &options, &mut |_| ControlFlow::Continue(()))
    }

    fn playspecs(
        &self,
        file: &File,
        clips: &BTreeMap<String, Clip>,
        channels: u16,
    ) -> Result<Vec<NamedPlayspec>> {
        file.playspec
            .iter()
            .map(|(name, written)| {
                let entries: Vec<Entry> = written
                    .iter()
                    .map(|entry| self.entry(entry, clips, channels))
                    .collect::<Result<_>>()?;
                Ok(NamedPlayspec {
                    name: name.clone(),
                    labels: written
                        .iter()
                        .map(|e| e.get_ref().clip.get_ref().clone())
                        .collect(),
                    playspec: Playspec::new(entries)?,
                })
            })
            .collect()
    }

    fn entry(
        &self,
        written: &Spanned<file::Entry>,
        clips: &BTreeMap<String, Clip>,
        channels: u16,
    ) -> Result<Entry> {
        let fields = written.get_ref();
        let name = fields.clip.get_ref();
        let clip = clips.get(name).ok_or_else(|| {
            let known: Vec<&str> = clips.keys().map(String::as_str).collect();
            self.text
                .refuse(fields.clip.span(), unknown("clip", name, &known))
        })?;
        let mut entry = Entry::new(clip, self.position(Some(&fields.play_at), 0)?);
        if let Some(begin) = &fields.begin {
            entry.begin = self.length(begin)?;
        }
        if let Some(end) = &fields.end {
            entry.end = self.length(end)?;
        }
        if let Some(gain) = &fields.gain {
            let GainPair(left, right) = *gain.get_ref();
            entry.gain = Gain { left, right };
        }
        if let Some(first_output) = &fields.first_output {
            entry.first_output = *first_output.get_ref();
        }
        if let Some(fade_in) = &fields.fade_in {
            entry.fade_in = self.length(fade_in)?;
        }
        if let Some(fade_out) = &fields.fade_out {
            entry.fade_out = self.length(fade_out)?;
        }
        entry.repeat = self.repeat(fields)?;
        entry.check().map_err(|e| {
            let message = e.to_string();
            self.text.refuse(field_named(&message, written), message)
        })?;
        let last_output = entry.first_output + clip.info().channels;
        if last_output > channels {
            let at = fields
                .first_output
                .as_ref()
                .map_or(fields.clip.span(), Spanned::span);
            return Err(self.text.refuse(
                at,
                format_args!(
                    "clip {name:?} needs output {}; the arrangement has {channels}, from 0 on",
                    last_output - 1
                ),
            ));
        }
        Ok(entry)
    }

    fn repeat(&self, fields: &file::Entry) -> Result<Option<Repeat>> {
        let Some(every) = &fields.repeat_every else {
            return match &fields.repeat_count {
                Some(count) => Err(self
                    .text
                    .refuse(count.span(), "repeat_count needs repeat_every")),
                None => Ok(None),
            };
        };
        let (numerator, denominator) = every.get_ref().fraction(self.rate_hz);
        let numerator = u64::try_from(numerator).ok().and_then(NonZeroU64::new);
        let (Some(numerator), Some(denominator)) = (numerator, NonZeroU32::new(denominator)) else {
            return Err(self
                .text
                .refuse(every.span(), "repeat_every must be at least 1 frame"));
        };
        let count = match &fields.repeat_count {
            None => None,
            Some(given) => Some(NonZeroU64::new(*given.get_ref()).ok_or_else(|| {
                let message = "repeat_count must be 1 or more; leave it out to repeat without end";
                self.text.refuse(given.span(), message)
            })?),
        };
        Ok(Some(Repeat {
            numerator,
            denominator,
            count,
        }))
    }

    fn swaps(&self, file: &File, playspecs: &[NamedPlayspec], position: i64) -> Result<Vec<Swap>> {
        if file.swap.is_empty() {
            return match playspecs {
                [_] => Ok(vec![Swap::first(0, position)]),
                [] => Err(self
                    .text
                    .refuse(0..0, "there is no [[playspec.NAME]], so nothing sounds")),
                _ => {
                    let end = self.text.text.len()..self.text.text.len();
                    let message =
                        "with more than one playspec, [[swap]] must say which sounds when";
                    Err(self.text.refuse(end, message))
                }
            };
        }
        let names: Vec<&str> = playspecs.iter().map(|p| p.name.as_str()).collect();
        file.swap
            .iter()
            .map(|swap| {
                let swap = swap.get_ref();
                let name = swap.playspec.get_ref();
                let playspec = names
                    .iter()
                    .position(|known| known == name)
                    .ok_or_else(|| {
                        self.text
                            .refuse(swap.playspec.span(), unknown("playspec", name, &names))
                    })?;
                Ok(Swap {
                    playspec,
                    insert_at: self.position(Some(&swap.insert_at), 0)?,
                    start_from: self.position(swap.start_from.as_ref(), 0)?,
                    late: match swap.late {
                        Late::CatchUp => LatePolicy::CatchUp,
                        Late::Slip => LatePolicy::Slip,
                        Late::Refuse => LatePolicy::Refuse,
                    },
                })
            })
            .collect()
    }

    fn position(&self, given: Option<&Spanned<Length>>, default: i64) -> Result<i64> {
        let Some(given) = given else {
            return Ok(default);
        };
        let frames = given.get_ref().frames(self.rate_hz);
        if frames.unsigned_abs() > amio::MAX_POSITION.unsigned_abs() {
            return Err(self
                .text
                .refuse(given.span(), "positions lie from -2^61 to 2^61 frames"));
        }
        Ok(frames)
    }

    fn length(&self, given: &Spanned<Length>) -> Result<u64> {
        u64::try_from(given.get_ref().frames(self.rate_hz))
            .map_err(|_| self.text.refuse(given.span(), "it must not be negative"))
    }

    fn positive(&self, given: &Spanned<Length>, what: &str) -> Result<u64> {
        let frames = self.length(given)?;
        if !(1..=amio::MAX_LENGTH_FRAMES).contains(&frames) {
            let message = format_args!("{what} must be 1 to 2^60 frames");
            return Err(self.text.refuse(given.span(), message));
        }
        Ok(frames)
    }

    fn within<T>(&self, given: &Spanned<T>, least: T, most: T, what: &str) -> Result<T>
    where
        T: PartialOrd + Copy + std::fmt::Display,
    {
        let value = *given.get_ref();
        if (least..=most).contains(&value) {
            return Ok(value);
        }
        let message = format_args!("{what} is {value}; it must be {least} to {most}");
        Err(self.text.refuse(given.span(), message))
    }
}

/// The place of the field that the library's message begins with. If the file does not have that
/// field, the place of the entry.
fn field_named(message: &str, written: &Spanned<file::Entry>) -> std::ops::Range<usize> {
    let fields = written.get_ref();
    let span = |field: &Option<Spanned<Length>>| field.as_ref().map(Spanned::span);
    match message.split([' ', '.']).next().unwrap_or_default() {
        "begin" => span(&fields.begin),
        "end" => span(&fields.end),
        "play_at" => Some(fields.play_at.span()),
        "gain" => fields.gain.as_ref().map(Spanned::span),
        "repeat" => fields.repeat_every.as_ref().map(Spanned::span),
        "first_output" => fields.first_output.as_ref().map(Spanned::span),
        "fade_in" => span(&fields.fade_in),
        "fade_out" => span(&fields.fade_out),
        _ => None,
    }
    .unwrap_or(written.span())
}

fn unknown(what: &str, name: &str, known: &[&str]) -> String {
    match known {
        [] => format!("unknown {what} {name:?}; none is defined"),
        _ => format!("unknown {what} {name:?}; defined: {}", known.join(", ")),
    }
}
