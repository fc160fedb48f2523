//! The format of a result: selected by the suffix of its name, or by `--format`.

use crate::args::Samples;
use crate::failure::{Failure, Result};
use amio::FileFormat;
use clap::ValueEnum;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Kinds of audio files: FLAC, Wave64 and WAV. A WAV file that grows beyond 4 GiB is RF64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Audio {
    Flac,
    W64,
    Wav,
}

/// Kinds of pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Picture {
    Png,
    Svg,
}

/// A kind of result, whose formats are selected by the suffix of a file's name.
pub trait Format: Copy + 'static {
    /// Its name in messages.
    const NAME: &'static str;
    /// Suffixes, and the format that each selects.
    const ENDINGS: &'static [(&'static str, Self)];
    /// The format for pipes whose names have no suffix.
    const OF_PIPES: Self;

    /// Whether a file holds something of this kind.
    fn is_in(path: &Path) -> bool;

    /// The format of a file or a pipe of this name, unless `given` is set.
    ///
    /// # Errors
    /// An unknown suffix.
    fn of(path: &Path, is_pipe: bool, given: Option<Self>) -> Result<Self> {
        if let Some(given) = given {
            return Ok(given);
        }
        let ending = path.extension().map(|ending| ending.to_string_lossy());
        if is_pipe && ending.is_none() {
            return Ok(Self::OF_PIPES);
        }
        let known = Self::ENDINGS.iter().find(|(known, _)| {
            let found = ending.as_ref();
            found.is_some_and(|found| found.eq_ignore_ascii_case(known))
        });
        known.map(|(_, format)| *format).ok_or_else(|| {
            let endings: Vec<String> = Self::ENDINGS
                .iter()
                .map(|(ending, _)| format!(".{ending}"))
                .collect();
            let found = match ending {
                Some(ending) => format!("no format has the ending .{ending}"),
                None => "no ending tells its format".into(),
            };
            Failure::Usage(format!(
                "{}: {found}; use one of {}, or say --format",
                path.display(),
                endings.join(", ")
            ))
        })
    }
}

impl Format for Audio {
    const NAME: &'static str = "audio file";
    const ENDINGS: &'static [(&'static str, Audio)] = &[
        ("flac", Audio::Flac),
        ("rf64", Audio::Wav),
        ("w64", Audio::W64),
        ("wav", Audio::Wav),
        ("wave", Audio::Wav),
    ];
    const OF_PIPES: Audio = Audio::Wav;

    /// Whether the library can read the file.
    fn is_in(path: &Path) -> bool {
        amio::probe(path).is_ok()
    }
}

impl Format for Picture {
    const NAME: &'static str = "picture";
    const ENDINGS: &'static [(&'static str, Picture)] =
        &[("png", Picture::Png), ("svg", Picture::Svg)];
    const OF_PIPES: Picture = Picture::Png;

    /// Whether it is a PNG or SVG picture.
    fn is_in(path: &Path) -> bool {
        let mut head = Vec::new();
        let read = File::open(path).and_then(|file| file.take(512).read_to_end(&mut head));
        let is_svg = || {
            let has_element = head.windows(4).any(|bytes| bytes == b"<svg");
            head.trim_ascii_start().starts_with(b"<") && has_element
        };
        read.is_ok() && (head.starts_with(b"\x89PNG\r\n\x1A\n") || is_svg())
    }
}

impl Audio {
    /// The library's name of this format with these samples; `None`: 32-bit floats, in FLAC 24 bits.
    ///
    /// # Errors
    /// A combination that does not exist.
    pub fn with(self, samples: Option<Samples>) -> Result<FileFormat> {
        Ok(match (self, samples) {
            (Audio::Wav, Some(Samples::I16)) => FileFormat::Wav16,
            (Audio::Wav, Some(Samples::I24)) => FileFormat::Wav24,
            (Audio::Wav, Some(Samples::F32) | None) => FileFormat::WavF32,
            (Audio::W64, Some(Samples::I16)) => FileFormat::Wave64_16,
            (Audio::W64, Some(Samples::I24)) => FileFormat::Wave64_24,
            (Audio::W64, Some(Samples::F32) | None) => FileFormat::Wave64F32,
            (Audio::Flac, Some(Samples::I16)) => FileFormat::Flac16,
            (Audio::Flac, Some(Samples::I24) | None) => FileFormat::Flac24,
            (Audio::Flac, Some(Samples::F32)) => {
                return Err(Failure::Usage(
                    "--samples f32 is not for FLAC, which has integers: i16 or i24".into(),
                ));
            }
        })
    }
}

/// The name of a format in messages.
pub fn described(format: FileFormat) -> &'static str {
    match format {
        FileFormat::Wav16 => "16-bit WAV",
        FileFormat::Wav24 => "24-bit WAV",
        FileFormat::WavF32 => "32-bit float WAV",
        FileFormat::Flac16 => "16-bit FLAC",
        FileFormat::Flac24 => "24-bit FLAC",
        FileFormat::Wave64_16 => "16-bit Wave64",
        FileFormat::Wave64_24 => "24-bit Wave64",
        FileFormat::Wave64F32 => "32-bit float Wave64",
    }
}

/// How many channels, in words.
pub fn channels(count: impl Into<u64>) -> String {
    match count.into() {
        1 => "1 channel".into(),
        count => format!("{count} channels"),
    }
}
