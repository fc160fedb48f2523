//! WAV files, through the `hound` crate.

use super::{Clip, ClipInfo, Samples, allocate, check_info};
use crate::error::{Error, Result};
use hound::{SampleFormat, WavReader, WavSpec, WavWriter};
use std::path::Path;

const SUPPORTED: &str =
    "WAV with 1 to 64 channels of 8, 16, 24 or 32-bit integers or 32-bit floats";

pub(super) fn read(path: &Path) -> Result<Clip> {
    let mut reader = WavReader::open(path).map_err(|e| wav_error(path, e))?;
    let spec = reader.spec();
    let mut samples = match spec.sample_format {
        SampleFormat::Float => collect(path, reader.samples::<f32>())?,
        SampleFormat::Int => {
            let full_scale = 2f64.powi(i32::from(spec.bits_per_sample) - 1);
            let scaled = |x: i32| (f64::from(x) / full_scale) as f32;
            collect(path, reader.samples::<i32>().map(|x| x.map(scaled)))?
        }
    };
    let info = ClipInfo {
        frame_rate_hz: spec.sample_rate,
        channels: spec.channels,
        frames: (samples.len() / usize::from(spec.channels.max(1))) as u64,
    };
    check_info(info).map_err(|e| Error::Format {
        path: path.into(),
        found: e.to_string(),
        supported: SUPPORTED,
    })?;
    samples.truncate(info.frames as usize * usize::from(info.channels));
    Clip::checked(
        info,
        Samples::Planar(planar(&samples, info.channels.into())?),
    )
}

pub(super) fn write(clip: &Clip, path: &Path) -> Result<()> {
    let info = clip.info();
    let spec = WavSpec {
        channels: info.channels,
        sample_rate: info.frame_rate_hz,
        bits_per_sample: 32,
        sample_format: SampleFormat::Float,
    };
    if info.frames.saturating_mul(u64::from(info.channels) * 4) > u64::from(u32::MAX) - 4096 {
        return Err(Error::InvalidState(format!(
            "{} frames of {} channels are more than the 4 GiB that a WAV file can hold",
            info.frames, info.channels
        )));
    }
    let mut writer = WavWriter::create(path, spec).map_err(|e| wav_error(path, e))?;
    let mut frame = [0.0f32; crate::units::MAX_CHANNELS as usize];
    for at in 0..info.frames {
        for channel in 0..info.channels {
            clip.read(channel, at, &mut frame[channel.into()..][..1]);
            let sample = frame[usize::from(channel)];
            writer
                .write_sample(sample)
                .map_err(|e| wav_error(path, e))?;
        }
    }
    writer.finalize().map_err(|e| wav_error(path, e))
}

/// Grows with what is read, never with what a header claims.
fn collect(path: &Path, samples: impl Iterator<Item = hound::Result<f32>>) -> Result<Vec<f32>> {
    let mut all = Vec::new();
    for sample in samples {
        if all.len() == all.capacity() {
            all.try_reserve(all.len().max(4096))
                .map_err(|_| Error::OutOfMemory(8 * all.len() as u64, "a WAV file"))?;
        }
        all.push(sample.map_err(|e| wav_error(path, e))?);
    }
    Ok(all)
}

fn planar(interleaved: &[f32], channels: usize) -> Result<Box<[f32]>> {
    let mut planar = allocate(interleaved.len())?;
    for channel in 0..channels {
        planar.extend(interleaved.iter().skip(channel).step_by(channels));
    }
    Ok(planar.into_boxed_slice())
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
