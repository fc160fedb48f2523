//! A clip: its samples, in memory or in a file, and how they are read.

use super::bad_samples;
use super::format::{Layout, SampleFormat};
use super::info::{ClipInfo, check_info};
use super::source::Source;
use super::stream::Stream;
use crate::error::{Error, Result};
use crate::memory;
use crate::sys;
#[cfg(doc)]
use crate::units::MAX_SAMPLE;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A shared, immutable piece of audio. Cloning is cheap.
#[derive(Clone)]
pub struct Clip(Arc<Data>);

struct Data {
    /// No other clip of this process has this number.
    id: u64,
    info: ClipInfo,
    samples: Samples,
    /// How many samples of the loaded file were bad. A stream counts its own.
    bad_samples: u64,
}

enum Samples {
    /// A slice for each channel, `frames` long.
    Planar(Vec<Vec<f32>>),
    /// Memory of somebody else. Dropping it gives it back.
    Shared {
        format: SampleFormat,
        layout: Layout,
        memory: Box<dyn AsRef<[u8]> + Send + Sync>,
    },
    /// In a file, of which a part is in memory.
    Streamed(Box<Stream>),
}

impl Clip {
    /// Copies samples in any [`SampleFormat`] and [`Layout`], native endianness, into a new clip.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a rate, channel count or length outside its range,
    /// [`Error::InvalidArgument`] if `bytes` has another size than `info` and `format` say,
    /// [`Error::BadSample`], [`Error::OutOfMemory`].
    pub fn from_bytes(
        info: ClipInfo,
        format: SampleFormat,
        layout: Layout,
        bytes: &[u8],
    ) -> Result<Clip> {
        check_size(info, format, bytes)?;
        let channels = usize::from(info.channels);
        let frames = info.frames as usize;
        let mut planar = memory::room(channels, "a clip")?;
        for channel in 0..channels {
            let mut samples = zeroed(frames)?;
            layout
                .channel(channel, channels, frames)
                .decode(format, bytes, 0, &mut samples);
            planar.push(samples);
        }
        Clip::checked(info, Samples::Planar(planar))
    }

    /// Plays from memory that the caller keeps: nothing is copied, and `memory` is dropped, off
    /// the audio thread, when neither a handle nor a playspec uses the clip any more. The bytes
    /// must not change before that.
    ///
    /// # Errors
    /// As [`Clip::from_bytes`]; `memory` is dropped then.
    pub fn from_shared(
        info: ClipInfo,
        format: SampleFormat,
        layout: Layout,
        memory: impl AsRef<[u8]> + Send + Sync + 'static,
    ) -> Result<Clip> {
        check_size(info, format, memory.as_ref())?;
        Clip::checked(
            info,
            Samples::Shared {
                format,
                layout,
                memory: Box::new(memory),
            },
        )
    }

    /// Copies interleaved `f32` samples, nominal range -1.0 to 1.0, into a new clip.
    ///
    /// ```
    /// let clip = amio::Clip::from_f32(48_000, 2, &[0.5, -0.5, 0.25, -0.25])?;
    /// assert_eq!(clip.info().frames, 2);
    /// # Ok::<(), amio::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Clip::from_bytes`].
    pub fn from_f32(frame_rate_hz: u32, channels: u16, interleaved: &[f32]) -> Result<Clip> {
        let info = ClipInfo {
            frame_rate_hz,
            channels,
            frames: (interleaved.len() / usize::from(channels.max(1))) as u64,
        };
        let bytes = bytemuck::cast_slice(interleaved);
        Clip::from_bytes(info, SampleFormat::F32, Layout::Interleaved, bytes)
    }

    /// Plays a source; `path` names it in messages.
    pub(crate) fn streamed(source: Box<dyn Source>, path: &Path) -> Result<Clip> {
        let stream = Stream::new(source, path)?;
        Ok(Clip::new(
            stream.info(),
            Samples::Streamed(Box::new(stream)),
            0,
        ))
    }

    /// Rate, channels and length.
    pub fn info(&self) -> ClipInfo {
        self.0.info
    }

    /// Samples of the file it comes from that were NaN, infinite or beyond [`MAX_SAMPLE`], and are 0
    /// in the clip. Of a streamed clip, in what was read so far; 0 of a clip from memory, where such
    /// samples are refused.
    pub fn bad_samples(&self) -> u64 {
        self.stream()
            .map_or(self.0.bad_samples, Stream::bad_samples)
    }

    /// A number that no other clip of this process has, or will have.
    pub fn id(&self) -> u64 {
        self.0.id
    }

    /// Copies `out.len()` samples of one channel, from frame `start`, converted to `f32`. Of a
    /// streamed clip, reads what is not in memory from the file; what cannot be read is silent.
    ///
    /// # Panics
    /// If the channel or a frame lies outside the clip.
    pub fn read(&self, channel: u16, start: u64, out: &mut [f32]) {
        // `try_read` reports what went wrong.
        let _ = self.try_read(channel, start, out);
    }

    /// As [`Clip::read`], and says whether all of it could be read.
    ///
    /// # Errors
    /// [`Error::Io`] with the file and the first frame of a streamed clip that cannot be read. What could
    /// be read is in `out`, and what failed is tried again after half a second.
    ///
    /// # Panics
    /// As [`Clip::read`].
    pub fn try_read(&self, channel: u16, start: u64, out: &mut [f32]) -> Result<()> {
        match self.stream() {
            Some(stream) => stream.read(channel.into(), start, out),
            None => {
                self.read_ready(channel, start, out);
                Ok(())
            }
        }
    }

    /// As [`Clip::read`], on the audio thread: what is not in memory is silent; returns which
    /// samples are not.
    pub(crate) fn read_ready(&self, channel: u16, start: u64, out: &mut [f32]) -> Range<usize> {
        assert!(channel < self.0.info.channels && start + out.len() as u64 <= self.0.info.frames);
        let from = start as usize;
        match &self.0.samples {
            Samples::Planar(_) => {
                if let Some(samples) = self.slice(channel) {
                    out.copy_from_slice(&samples[from..from + out.len()]);
                }
                0..0
            }
            Samples::Shared {
                format,
                layout,
                memory,
            } => {
                let (channels, frames) = (self.0.info.channels.into(), self.0.info.frames as usize);
                layout.channel(channel.into(), channels, frames).decode(
                    *format,
                    (**memory).as_ref(),
                    from,
                    out,
                );
                0..0
            }
            Samples::Streamed(stream) => stream.read_ready(channel.into(), start, out),
        }
    }

    /// What it is played from, if it is streamed.
    pub(crate) fn stream(&self) -> Option<&Stream> {
        match &self.0.samples {
            Samples::Streamed(stream) => Some(stream),
            Samples::Planar(_) | Samples::Shared { .. } => None,
        }
    }

    /// Whether it is played from a file, of which only a part is in memory.
    pub fn is_streamed(&self) -> bool {
        self.stream().is_some()
    }

    /// One channel, if its samples lie in memory as consecutive aligned `f32`.
    ///
    /// # Real-time contract
    /// Wait-free; no allocation, lock, system call or log.
    pub(crate) fn slice(&self, channel: u16) -> Option<&[f32]> {
        let channel = usize::from(channel);
        let frames = self.0.info.frames as usize;
        let planar: &[f32] = match &self.0.samples {
            Samples::Planar(channels) => return channels.get(channel).map(|c| &**c),
            Samples::Shared {
                format: SampleFormat::F32,
                layout,
                memory,
            } if *layout == Layout::Planar || self.0.info.channels == 1 => {
                bytemuck::try_cast_slice((**memory).as_ref()).ok()?
            }
            Samples::Shared { .. } | Samples::Streamed(_) => return None,
        };
        planar.get(channel * frames..(channel + 1) * frames)
    }

    /// Both channels, if they lie in memory as pairs of aligned `f32`.
    ///
    /// # Real-time contract
    /// As [`Clip::slice`].
    pub(crate) fn pairs(&self) -> Option<&[[f32; 2]]> {
        match &self.0.samples {
            Samples::Shared {
                format: SampleFormat::F32,
                layout: Layout::Interleaved,
                memory,
            } if self.0.info.channels == 2 => bytemuck::try_cast_slice((**memory).as_ref()).ok(),
            Samples::Planar(_) | Samples::Shared { .. } | Samples::Streamed(_) => None,
        }
    }

    /// Whether both are the same data, not merely equal data.
    pub fn same_data(&self, other: &Clip) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// A clip of planar samples. `bad_samples` of them were bad, and are 0 now.
    pub(super) fn loaded(info: ClipInfo, planar: Vec<Vec<f32>>, bad_samples: u64) -> Clip {
        Clip::new(info, Samples::Planar(planar), bad_samples)
    }

    fn new(info: ClipInfo, samples: Samples, bad_samples: u64) -> Clip {
        static NEXT_ID: AtomicU64 = AtomicU64::new(1);
        let id = NEXT_ID.fetch_add(1, Ordering::Relaxed);
        Clip(Arc::new(Data {
            id,
            info,
            samples,
            bad_samples,
        }))
    }

    /// A clip from an application's memory, unless a sample is bad.
    fn checked(info: ClipInfo, samples: Samples) -> Result<Clip> {
        let clip = Clip::new(info, samples, 0);
        let mut block = [0.0f32; 1024];
        for channel in 0..info.channels {
            for start in (0..info.frames).step_by(block.len()) {
                let length = (info.frames - start).min(block.len() as u64) as usize;
                clip.read_ready(channel, start, &mut block[..length]);
                bad_samples::refuse(start, channel, &block[..length])?;
            }
        }
        Ok(clip)
    }
}

impl std::fmt::Debug for Clip {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.info.fmt(f)
    }
}

/// Checks `info` against its ranges and the memory against `info`.
fn check_size(info: ClipInfo, format: SampleFormat, bytes: &[u8]) -> Result<()> {
    check_info(info)?;
    let expected =
        u128::from(info.frames) * u128::from(info.channels) * format.bytes_per_sample() as u128;
    if bytes.len() as u128 != expected {
        return Err(Error::InvalidArgument(format!(
            "samples has {} bytes; {} frames of {} channels as {format:?} are {expected}",
            bytes.len(),
            info.frames,
            info.channels
        )));
    }
    Ok(())
}

/// Zeros, as the system provides them: pages are first touched when they are written.
pub(super) fn zeroed(samples: usize) -> Result<Vec<f32>> {
    let mut zeros: Box<[f32]> = bytemuck::allocation::try_zeroed_slice_box(samples)
        .map_err(|()| memory::out_of_memory::<f32>(samples, "a clip"))?;
    sys::prefer_large_pages(&mut zeros);
    Ok(zeros.into_vec())
}
