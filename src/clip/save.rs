//! Clips to files.

use super::data::Clip;
use super::encode::{FileFormat, Shape, Writer};
use super::source::{BLOCK, Monitor, Progress, unwatched};
use crate::error::{Error, Result};
use crate::memory;
use std::path::Path;

impl Clip {
    /// Writes the clip to a file, in place of what has this name; a named pipe that somebody reads is written
    /// into.
    ///
    /// ```
    /// # let path = std::env::temp_dir().join(format!("amio-doc-{}.flac", std::process::id()));
    /// let clip = amio::Clip::from_f32(48_000, 2, &[0.5, -0.5, 0.25, -0.25])?;
    /// clip.save(&path, amio::FileFormat::Flac24)?;
    /// # std::fs::remove_file(&path).expect("it is there");
    /// # Ok::<(), amio::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Io`], also where a streamed clip cannot be read: the file holds what was written before
    /// then. [`Error::OutOfRange`] and
    /// [`Error::InvalidArgument`] for channels and rates that the format does not have;
    /// [`Error::InvalidState`] if the file is being written already.
    pub fn save(&self, path: impl AsRef<Path>, format: FileFormat) -> Result<()> {
        self.save_with(path, format, &mut unwatched)
    }

    /// As [`Clip::save`], and tells `monitor` how far it is.
    ///
    /// # Errors
    /// As [`Clip::save`]; [`Error::Cancelled`]: the file is gone.
    pub fn save_with(
        &self,
        path: impl AsRef<Path>,
        format: FileFormat,
        monitor: &mut Monitor<'_>,
    ) -> Result<()> {
        let path = path.as_ref();
        let info = self.info();
        let channels = usize::from(info.channels);
        let shape = Shape {
            format,
            channels: info.channels,
            frame_rate_hz: info.frame_rate_hz,
        };
        // Checked before the file replaces another one.
        let mut channel = memory::filled(0.0, BLOCK, "saving a clip")?;
        let mut frames = memory::filled(0.0, BLOCK * channels, "saving a clip")?;
        let mut writer = Writer::create(path, shape)?;
        let mut done_frames = 0;
        while done_frames < info.frames {
            let count = (info.frames - done_frames).min(BLOCK as u64) as usize;
            for (first, number) in (0..info.channels).enumerate() {
                self.try_read(number, done_frames, &mut channel[..count])?;
                let places = frames.iter_mut().skip(first).step_by(channels);
                places
                    .zip(&channel[..count])
                    .for_each(|(to, from)| *to = *from);
            }
            writer.write(&frames[..count * channels])?;
            done_frames += count as u64;
            let progress = Progress {
                done_frames,
                total_frames: info.frames,
            };
            if monitor(progress).is_break() {
                if std::fs::metadata(path).is_ok_and(|file| file.is_file()) {
                    // If it cannot be removed, what was written can still be played.
                    let _ = std::fs::remove_file(path);
                }
                return Err(Error::Cancelled);
            }
        }
        writer.finish()
    }
}
