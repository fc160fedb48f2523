//! WAV files that are read, through the `hound` crate.

use super::source::Source;
use super::{ClipInfo, check_info};
use crate::error::{Error, Result};
use hound::{SampleFormat, WavReader};
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

const SUPPORTED: &str =
    "WAV with 1 to 64 channels of 8, 16, 24 or 32-bit integers or 32-bit floats";

/// A WAV file that is read.
pub(super) struct Wav {
    path: PathBuf,
    reader: WavReader<BufReader<File>>,
    info: ClipInfo,
}

impl Wav {
    pub fn open(path: &Path) -> Result<Wav> {
        let reader = WavReader::open(path).map_err(|e| wav_error(path, e))?;
        let spec = reader.spec();
        let info = ClipInfo {
            frame_rate_hz: spec.sample_rate,
            channels: spec.channels,
            frames: reader.duration().into(),
        };
        check_info(info).map_err(|e| Error::Format {
            path: path.into(),
            found: e.to_string(),
            supported: SUPPORTED,
        })?;
        Ok(Wav {
            path: path.into(),
            reader,
            info,
        })
    }

    fn fill<S: hound::Sample>(
        &mut self,
        out: &mut [&mut [f32]],
        scaled: impl Fn(S) -> f32,
    ) -> Result<usize> {
        let mut samples = self.reader.samples::<S>();
        for frame in 0..out.first().map_or(0, |channel| channel.len()) {
            for channel in out.iter_mut() {
                let Some(sample) = samples.next() else {
                    return Ok(frame);
                };
                channel[frame] = scaled(sample.map_err(|e| wav_error(&self.path, e))?);
            }
        }
        Ok(out.first().map_or(0, |channel| channel.len()))
    }
}

impl Source for Wav {
    fn info(&self) -> ClipInfo {
        self.info
    }

    fn read(&mut self, out: &mut [&mut [f32]]) -> Result<usize> {
        let spec = self.reader.spec();
        match spec.sample_format {
            SampleFormat::Float => self.fill(out, |x: f32| x),
            SampleFormat::Int => {
                let full_scale = 2f64.powi(i32::from(spec.bits_per_sample) - 1);
                self.fill(out, |x: i32| (f64::from(x) / full_scale) as f32)
            }
        }
    }

    fn seek(&mut self, frame: u64) -> Result<()> {
        self.reader
            .seek(frame as u32)
            .map_err(|e| wav_error(&self.path, e.into()))
    }
}

fn wav_error(path: &Path, error: hound::Error) -> Error {
    match error {
        // What the system said has a number; an end that comes too early does not.
        hound::Error::IoError(source) if source.raw_os_error().is_some() => Error::Io {
            path: path.into(),
            source,
        },
        other => Error::Format {
            path: path.into(),
            found: other.to_string(),
            supported: SUPPORTED,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clip::Clip;

    #[test]
    fn a_file_that_ends_early_is_not_wav_and_says_so() {
        let path = std::env::temp_dir().join(format!("amio-truncated-{}.wav", std::process::id()));
        for bytes in [&b"RIF"[..], b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0"] {
            std::fs::write(&path, bytes).expect("a temporary file");
            let error = Clip::open(&path).expect_err("it is no WAV file");
            assert!(matches!(error, Error::Format { .. }), "{error}");
        }
        std::fs::remove_file(&path).expect("it exists");
        assert!(matches!(Clip::open(&path), Err(Error::Io { .. })));
    }
}
