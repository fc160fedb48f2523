//! The arrangement file as it is written, before anything in it is looked up or checked.
//!
//! Every value that a later check may refuse carries its place in the file.

use super::value::{GainPair, Glide, Interval, Length};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use toml::Spanned;

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub rate: Spanned<u32>,
    pub channels: Option<Spanned<u16>>,
    pub period: Option<Spanned<u32>>,
    pub declick: Option<Spanned<Length>>,
    pub position: Option<Spanned<Length>>,
    pub length: Option<Spanned<Length>>,
    #[serde(default)]
    pub clips: BTreeMap<String, Spanned<Source>>,
    #[serde(default)]
    pub playspec: BTreeMap<String, Vec<Spanned<Entry>>>,
    #[serde(default)]
    pub swap: Vec<Spanned<Swap>>,
}

/// Where the samples of a clip come from.
pub enum Source {
    File(FileClip),
    Tone(Tone),
}

/// A file, relative to the arrangement.
pub struct FileClip {
    pub path: PathBuf,
    /// How it is converted to the arrangement's rate; `None`: a file of another rate is refused.
    pub convert: Option<Convert>,
    /// Whether it is streamed from disk instead of loaded.
    pub stream: bool,
}

/// The quality of a frame rate conversion.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Convert {
    Draft,
    Good,
    Best,
}

/// A sine tone that fades away.
pub struct Tone {
    pub tone_hz: Spanned<Glide>,
    pub length: Spanned<Length>,
}

/// A [`Source`] that is written as a table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    file: Option<PathBuf>,
    convert: Option<Convert>,
    stream: Option<bool>,
    tone_hz: Option<Spanned<Glide>>,
    length: Option<Spanned<Length>>,
}

/// One `[[playspec.NAME]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub clip: Spanned<String>,
    pub begin: Option<Spanned<Length>>,
    pub end: Option<Spanned<Length>>,
    pub play_at: Spanned<Length>,
    pub repeat_every: Option<Spanned<Interval>>,
    pub repeat_count: Option<Spanned<u64>>,
    pub gain: Option<Spanned<GainPair>>,
    pub first_output: Option<Spanned<u16>>,
    pub fade_in: Option<Spanned<Length>>,
    pub fade_out: Option<Spanned<Length>>,
}

/// One `[[swap]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Swap {
    pub playspec: Spanned<String>,
    pub insert_at: Spanned<Length>,
    pub start_from: Option<Spanned<Length>>,
    #[serde(default)]
    pub late: Late,
}

/// What happens to a swap whose frame has passed.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Late {
    #[default]
    CatchUp,
    Slip,
    Refuse,
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Source, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Source;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "the path of an audio file, { file = \"song.mp3\", convert = \"good\" }, or a tone as \
                     in { tone_hz = 1000, length = \"20ms\" }",
                )
            }
            fn visit_str<E: de::Error>(self, path: &str) -> Result<Source, E> {
                Ok(Source::File(FileClip {
                    path: path.into(),
                    convert: None,
                    stream: false,
                }))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Source, A::Error> {
                Table::deserialize(MapAccessDeserializer::new(map))?.source()
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl Table {
    fn source<E: de::Error>(self) -> Result<Source, E> {
        match self {
            Table {
                file: Some(path),
                convert,
                stream,
                tone_hz: None,
                length: None,
            } => Ok(Source::File(FileClip {
                path,
                convert,
                stream: stream.unwrap_or(false),
            })),
            Table {
                file: None,
                convert: None,
                stream: None,
                tone_hz: Some(tone_hz),
                length: Some(length),
            } => Ok(Source::Tone(Tone { tone_hz, length })),
            Table {
                file: None,
                tone_hz: None,
                ..
            } => Err(E::custom("missing field `file` or `tone_hz`")),
            Table {
                file: None,
                length: None,
                ..
            } => Err(E::missing_field("length")),
            _ => Err(E::custom(
                "a clip is either a file, with `convert` and `stream`, or a tone, with `tone_hz` and \
                 `length`",
            )),
        }
    }
}
