//! Writing WAV files, through the `hound` crate.

use super::Clip;
use crate::error::{Error, Result};
use hound::{SampleFormat, WavSpec, WavWriter};
use std::path::Path;

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

fn wav_error(path: &Path, error: hound::Error) -> Error {
    let source = match error {
        hound::Error::IoError(source) => source,
        other => std::io::Error::other(other),
    };
    Error::Io {
        path: path.into(),
        source,
    }
}
