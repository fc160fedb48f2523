//! What a result is written as: the ending of its name decides, or `--format`.

use crate::args::Samples;
use crate::failure::{Failure, Result};
use crate::output::names_stdout;
use amio::FileFormat;
use clap::ValueEnum;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Kinds of audio files: FLAC, Wave64, and WAV, which is RF64 past 4 GiB.
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

/// A kind of file that names end with.
pub trait Format: Copy + 'static {
    /// Endings, and what they mean.
    const ENDINGS: &'static [(&'static str, Self)];
    /// What the standard output gets, which has no ending.
    const OF_STDOUT: Self;

    /// The format of a file of this name; `given` says otherwise.
    ///
    /// # Errors
    /// For an ending that means nothing.
    fn of(path: &Path, given: Option<Self>) -> Result<Self> {
        if let Some(given) = given {
            return Ok(given);
        }
        if names_stdout(path) {
            return Ok(Self::OF_STDOUT);
        }
        let ending = path.extension().map(|ending| ending.to_string_lossy());
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
    const ENDINGS: &'static [(&'static str, Audio)] = &[
        ("flac", Audio::Flac),
        ("rf64", Audio::Wav),
        ("w64", Audio::W64),
        ("wav", Audio::Wav),
        ("wave", Audio::Wav),
    ];
    const OF_STDOUT: Audio = Audio::Wav;
}

impl Format for Picture {
    const ENDINGS: &'static [(&'static str, Picture)] =
        &[("png", Picture::Png), ("svg", Picture::Svg)];
    const OF_STDOUT: Picture = Picture::Png;
}

impl Audio {
    /// The format of such a file with such samples; without those floats, in FLAC 24 bits.
    ///
    /// # Errors
    /// For what does not exist.
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

/// What such samples are called, for people.
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

/// Whether a file holds audio that the library reads.
pub fn is_audio(path: &Path) -> bool {
    amio::probe(path).is_ok()
}

/// Whether a file holds a picture of a kind that is drawn here.
pub fn is_picture(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(512).read_to_end(&mut head));
    let is_svg = || {
        let has_element = head.windows(4).any(|bytes| bytes == b"<svg");
        head.trim_ascii_start().starts_with(b"<") && has_element
    };
    read.is_ok() && (head.starts_with(b"\x89PNG\r\n\x1A\n") || is_svg())
}
