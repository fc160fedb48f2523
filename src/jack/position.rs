//! The position of JACK's transport.

use std::ffi::c_int;

/// What the transport does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransportState {
    /// It stands.
    Stopped,
    /// It rolls.
    Rolling,
    /// It waits for clients that need time to get ready; see
    /// [`Client::set_sync`](super::Client::set_sync).
    Starting,
    /// It waits for other machines.
    NetStarting,
}

impl TransportState {
    pub(super) fn from_code(code: c_int) -> TransportState {
        match code {
            1 => TransportState::Rolling,
            3 => TransportState::Starting,
            4 => TransportState::NetStarting,
            _ => TransportState::Stopped,
        }
    }
}

/// Where the transport is. The first four fields are the server's; a client that sets a position sets
/// `frame` and any of the optional parts.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Position {
    /// The frame, which begins a cycle.
    pub frame: u32,
    /// The server's frame rate.
    pub frame_rate_hz: u32,
    /// The server's clock in microseconds at that frame, which goes on while the transport stands.
    pub time_us: u64,
    /// Differs between any two positions that the server has given.
    pub unique: u64,
    /// Bar, beat and tick.
    pub bbt: Option<BarBeatTick>,
    /// Time code.
    pub timecode: Option<Timecode>,
    /// How many audio frames a video frame lasts. 0: there is no video.
    pub audio_frames_per_video_frame: Option<f32>,
    /// The audio frame of this cycle at which the first video frame begins. 0: none does.
    pub video_offset_frames: Option<u32>,
}

/// A musical position.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BarBeatTick {
    /// The bar, from 1 on.
    pub bar: i32,
    /// The beat in the bar, from 1 on.
    pub beat: i32,
    /// The tick in the beat, from 0 on.
    pub tick: i32,
    /// The same with fractions, where the timebase gives it.
    pub exact_tick: Option<f64>,
    /// The tick at which the bar began, counted from the beginning of the timeline.
    pub bar_start_tick: f64,
    /// The upper number of the time signature.
    pub beats_per_bar: f32,
    /// The lower number of the time signature.
    pub beat_type: f32,
    /// How many ticks a beat has.
    pub ticks_per_beat: f64,
    /// The tempo.
    pub beats_per_minute: f64,
    /// How many frames before [`Position::frame`] this position was reached; `None`: not said, so 0.
    pub offset_frames: Option<u32>,
}

/// A position in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Timecode {
    /// The time of this frame, in seconds.
    pub time_s: f64,
    /// The time of the next cycle's first frame, in seconds.
    pub next_s: f64,
}

const BBT: u32 = 0x10;
const TIMECODE: u32 = 0x20;
const BBT_OFFSET: u32 = 0x40;
const VIDEO_RATIO: u32 = 0x80;
const VIDEO_OFFSET: u32 = 0x100;
const EXACT_TICK: u32 = 0x200;

/// `jack_position_t`. JACK's header packs it, but not on some processors.
#[cfg_attr(
    any(
        target_arch = "arm",
        target_arch = "aarch64",
        target_arch = "mips",
        target_arch = "mips64",
        target_arch = "powerpc",
        target_arch = "powerpc64"
    ),
    repr(C)
)]
#[cfg_attr(
    not(any(
        target_arch = "arm",
        target_arch = "aarch64",
        target_arch = "mips",
        target_arch = "mips64",
        target_arch = "powerpc",
        target_arch = "powerpc64"
    )),
    repr(C, packed)
)]
#[derive(Clone, Copy, Default)]
pub(super) struct RawPosition {
    unique_1: u64,
    time_us: u64,
    frame_rate_hz: u32,
    frame: u32,
    valid: u32,
    bar: i32,
    beat: i32,
    tick: i32,
    bar_start_tick: f64,
    beats_per_bar: f32,
    beat_type: f32,
    ticks_per_beat: f64,
    beats_per_minute: f64,
    time_s: f64,
    next_s: f64,
    bbt_offset: u32,
    audio_frames_per_video_frame: f32,
    video_offset: u32,
    exact_tick: f64,
    padding: [i32; 5],
    unique_2: u64,
}

impl RawPosition {
    pub fn get(&self) -> Position {
        let has = |bit| self.valid & bit != 0;
        Position {
            frame: self.frame,
            frame_rate_hz: self.frame_rate_hz,
            time_us: self.time_us,
            unique: self.unique_1,
            bbt: has(BBT).then(|| BarBeatTick {
                bar: self.bar,
                beat: self.beat,
                tick: self.tick,
                exact_tick: has(EXACT_TICK).then_some(self.exact_tick),
                bar_start_tick: self.bar_start_tick,
                beats_per_bar: self.beats_per_bar,
                beat_type: self.beat_type,
                ticks_per_beat: self.ticks_per_beat,
                beats_per_minute: self.beats_per_minute,
                offset_frames: has(BBT_OFFSET).then_some(self.bbt_offset),
            }),
            timecode: has(TIMECODE).then_some(Timecode {
                time_s: self.time_s,
                next_s: self.next_s,
            }),
            audio_frames_per_video_frame: has(VIDEO_RATIO)
                .then_some(self.audio_frames_per_video_frame),
            video_offset_frames: has(VIDEO_OFFSET).then_some(self.video_offset),
        }
    }

    /// Sets what a client may set. What belongs to the server stays as it is.
    pub fn set(&mut self, position: &Position) {
        let mut valid = 0;
        self.frame = position.frame;
        if let Some(bbt) = position.bbt {
            valid |= BBT;
            self.bar = bbt.bar;
            self.beat = bbt.beat;
            self.tick = bbt.tick;
            self.bar_start_tick = bbt.bar_start_tick;
            self.beats_per_bar = bbt.beats_per_bar;
            self.beat_type = bbt.beat_type;
            self.ticks_per_beat = bbt.ticks_per_beat;
            self.beats_per_minute = bbt.beats_per_minute;
            if let Some(tick) = bbt.exact_tick {
                valid |= EXACT_TICK;
                self.exact_tick = tick;
            }
            if let Some(frames) = bbt.offset_frames {
                valid |= BBT_OFFSET;
                self.bbt_offset = frames;
            }
        }
        if let Some(timecode) = position.timecode {
            valid |= TIMECODE;
            self.time_s = timecode.time_s;
            self.next_s = timecode.next_s;
        }
        if let Some(frames) = position.audio_frames_per_video_frame {
            valid |= VIDEO_RATIO;
            self.audio_frames_per_video_frame = frames;
        }
        if let Some(frames) = position.video_offset_frames {
            valid |= VIDEO_OFFSET;
            self.video_offset = frames;
        }
        self.valid = valid;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_got_again_but_for_what_is_the_servers() {
        let position = Position {
            frame: 5,
            bbt: Some(BarBeatTick {
                bar: 2,
                beat: 3,
                tick: 4,
                exact_tick: Some(4.5),
                bar_start_tick: 7680.0,
                beats_per_bar: 4.0,
                beat_type: 4.0,
                ticks_per_beat: 1920.0,
                beats_per_minute: 120.5,
                offset_frames: Some(9),
            }),
            timecode: Some(Timecode {
                time_s: 1.5,
                next_s: 1.75,
            }),
            audio_frames_per_video_frame: Some(1920.0),
            video_offset_frames: Some(17),
            ..Position::default()
        };
        let mut raw = RawPosition::default();
        raw.set(&position);
        assert_eq!(raw.get(), position);
        raw.set(&Position::default());
        assert_eq!(raw.get(), Position::default());
    }

    #[test]
    fn it_has_the_size_of_the_c_header() {
        if cfg!(target_arch = "x86_64") {
            assert_eq!(size_of::<RawPosition>(), 136);
        } else if cfg!(target_arch = "aarch64") {
            assert_eq!(size_of::<RawPosition>(), 144);
        }
    }
}
