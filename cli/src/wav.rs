//! WAV files that appear under their name only when they are complete.

use crate::args::Format;
use crate::failure::{Failure, Result};
use hound::{SampleFormat, WavSpec, WavWriter};
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

/// A file that is being written beside its final place, and moved there by [`Draft::publish`].
/// Dropped before that, it vanishes.
pub struct Draft {
    target: PathBuf,
    draft: PathBuf,
    published: bool,
}

impl Draft {
    /// Opens a draft for `target`.
    ///
    /// # Errors
    /// If `target` is something that a file must not replace, or its folder cannot be written.
    pub fn create(target: &Path) -> Result<(Draft, File)> {
        let refuse = |e: &dyn std::fmt::Display| Failure::of(target.display(), e);
        // A link keeps pointing at the file that is replaced.
        let target = match fs::canonicalize(target) {
            Ok(existing) if !existing.is_file() => return Err(refuse(&"is not a regular file")),
            Ok(existing) => existing,
            Err(_) => target.into(),
        };
        let name = target
            .file_name()
            .ok_or_else(|| refuse(&"is not a file name"))?;
        let name = format!(".{}.{}.part", name.to_string_lossy(), std::process::id());
        let draft = target.with_file_name(name);
        let file = File::create(&draft).map_err(|e| refuse(&e))?;
        Ok((
            Draft {
                target,
                draft,
                published: false,
            },
            file,
        ))
    }

    /// Gives the file, whose content is written and closed, its name.
    pub fn publish(mut self) -> Result<()> {
        let moved = File::open(&self.draft)
            .and_then(|file| file.sync_all())
            .and_then(|()| fs::rename(&self.draft, &self.target));
        moved.map_err(|e| Failure::of(self.target.display(), e))?;
        self.published = true;
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.published {
            // Nothing more can be done about a draft that cannot be removed.
            let _ = fs::remove_file(&self.draft);
        }
    }
}

/// A WAV file that is written block by block.
pub struct WavFile {
    writer: WavWriter<BufWriter<File>>,
    draft: Draft,
    format: Format,
    channels: u64,
    frames: u64,
    clipped: u64,
}

/// What a finished file holds.
pub struct Written {
    /// Its length.
    pub frames: u64,
    /// Samples beyond full scale, which an integer format cannot hold.
    pub clipped: u64,
}

impl Format {
    /// The most frames that a WAV file of this format, whose sizes have 32 bits, can hold.
    pub fn most_frames(self, channels: u16) -> u64 {
        const HEADER: u64 = 4096;
        let bytes = u64::from(self.bits() / 8) * u64::from(channels.max(1));
        (u64::from(u32::MAX) - HEADER) / bytes
    }

    fn bits(self) -> u16 {
        match self {
            Format::I16 => 16,
            Format::I24 => 24,
            Format::F32 => 32,
        }
    }
}

impl WavFile {
    /// Begins a file.
    pub fn create(path: &Path, rate_hz: u32, channels: u16, format: Format) -> Result<WavFile> {
        let (draft, file) = Draft::create(path)?;
        let spec = WavSpec {
            channels,
            sample_rate: rate_hz,
            bits_per_sample: format.bits(),
            sample_format: match format {
                Format::F32 => SampleFormat::Float,
                Format::I16 | Format::I24 => SampleFormat::Int,
            },
        };
        let writer = WavWriter::new(BufWriter::with_capacity(1 << 16, file), spec)
            .map_err(|e| Failure::of(path.display(), e))?;
        Ok(WavFile {
            writer,
            draft,
            format,
            channels: channels.into(),
            frames: 0,
            clipped: 0,
        })
    }

    /// Appends interleaved samples: whole frames.
    pub fn write(&mut self, samples: &[f32]) -> Result<()> {
        let full_scale = 2f32.powi(i32::from(self.format.bits()) - 1);
        for &sample in samples {
            let written = if self.format == Format::F32 {
                self.writer.write_sample(sample)
            } else {
                let exact = (sample * full_scale).round();
                let kept = exact.clamp(-full_scale, full_scale - 1.0);
                self.clipped += u64::from(kept != exact);
                self.writer.write_sample(kept as i32)
            };
            written.map_err(|e| Failure::of(self.draft.target.display(), e))?;
        }
        self.frames += samples.len() as u64 / self.channels;
        Ok(())
    }

    /// How many frames were written.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Completes the file and gives it its name.
    pub fn finish(self) -> Result<Written> {
        self.writer
            .finalize()
            .map_err(|e| Failure::of(self.draft.target.display(), e))?;
        self.draft.publish()?;
        Ok(Written {
            frames: self.frames,
            clipped: self.clipped,
        })
    }
}
