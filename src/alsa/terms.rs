//! What is asked of a device, and what was agreed with it.
#![forbid(unsafe_code)]

use super::format::DeviceFormat;

/// What a PCM is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// To a loudspeaker.
    Playback,
    /// From a microphone.
    Capture,
}

impl Direction {
    /// A word for messages.
    pub fn name(self) -> &'static str {
        match self {
            Direction::Playback => "playback",
            Direction::Capture => "capture",
        }
    }

    /// Its `snd_pcm_stream_t`.
    pub(super) fn number(self) -> i32 {
        match self {
            Direction::Playback => 0,
            Direction::Capture => 1,
        }
    }
}

/// How samples get to a device and from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// Memory that is shared with the device, where it can, else reading and writing.
    #[default]
    Auto,
    /// Memory that is shared with the device.
    Mmap,
    /// Reading and writing.
    ReadWrite,
}

/// How the channels lie in memory, and how they get there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Shared memory. Where each channel is in it, the device says.
    Mmap(Mapped),
    /// Reading and writing, the channels of a frame side by side.
    Interleaved,
    /// Reading and writing, each channel by itself.
    Planar,
}

/// Three ways to place channels in shared memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mapped {
    Interleaved,
    Planar,
    Complex,
}

impl Layout {
    /// Those to try, the best first.
    pub fn of(access: Access) -> &'static [Layout] {
        const ALL: [Layout; 5] = [
            Layout::Mmap(Mapped::Interleaved),
            Layout::Mmap(Mapped::Planar),
            Layout::Mmap(Mapped::Complex),
            Layout::Interleaved,
            Layout::Planar,
        ];
        match access {
            Access::Auto => &ALL,
            Access::Mmap => &ALL[..3],
            Access::ReadWrite => &ALL[3..],
        }
    }

    /// Its `snd_pcm_access_t`.
    pub(super) fn number(self) -> i32 {
        match self {
            Layout::Mmap(Mapped::Interleaved) => 0,
            Layout::Mmap(Mapped::Planar) => 1,
            Layout::Mmap(Mapped::Complex) => 2,
            Layout::Interleaved => 3,
            Layout::Planar => 4,
        }
    }

    pub fn is_mmap(self) -> bool {
        matches!(self, Layout::Mmap(_))
    }
}

/// What is asked of a device.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    /// At least so many; a device may demand more.
    pub channels: u32,
    pub rate: WantedRate,
    pub format: Option<DeviceFormat>,
    pub access: Access,
    pub period_frames: u32,
    /// The buffer is to hold so many of the periods that the device has.
    pub buffer_periods: u32,
    /// At least.
    pub buffer_frames: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WantedRate {
    /// 48,000, or what is closest to it.
    Any,
    /// The device must have it.
    Exact(u32),
    /// Plugins of ALSA may convert it.
    Converted(u32),
}

/// What was agreed with a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    pub channels: u32,
    pub rate_hz: u32,
    pub format: DeviceFormat,
    pub layout: Layout,
    pub period_frames: u32,
    pub buffer_frames: u32,
}
