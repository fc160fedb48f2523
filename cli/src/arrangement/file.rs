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
    /// A file, relative to the arrangement.
    Path(PathBuf),
    /// A tone that is made.
    Tone(Tone),
}

/// A sine tone that fades away.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tone {
    pub tone_hz: Spanned<Glide>,
    pub length: Spanned<Length>,
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

/// What becomes of a swap whose frame has passed.
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
                    "the path of a WAV file, or a tone as in { tone_hz = 1000, length = \"20ms\" }",
                )
            }
            fn visit_str<E: de::Error>(self, path: &str) -> Result<Source, E> {
                Ok(Source::Path(path.into()))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Source, A::Error> {
                Tone::deserialize(MapAccessDeserializer::new(map)).map(Source::Tone)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}
