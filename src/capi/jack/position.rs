//! The position of JACK's transport, as C sees it.

use super::super::sized::Versioned;
use crate::jack::{BarBeatTick, Position, Timecode, TransportState};

/// JACK's transport stands.
pub const AMIO_JACK_TRANSPORT_STOPPED: u32 = 0;
/// JACK's transport rolls.
pub const AMIO_JACK_TRANSPORT_ROLLING: u32 = 1;
/// JACK's transport waits for clients that need time to get ready.
pub const AMIO_JACK_TRANSPORT_STARTING: u32 = 3;
/// JACK's transport waits for other machines.
pub const AMIO_JACK_TRANSPORT_NET_STARTING: u32 = 4;

/// The position has bar, beat and tick: `bar`, `beat`, `tick`, `bar_start_tick`, `beats_per_bar`, `beat_type`,
/// `ticks_per_beat`, `beats_per_minute`.
pub const AMIO_JACK_POSITION_BBT: u32 = 0x10;
/// The position has a time code: `frame_time_s` and `next_time_s`.
pub const AMIO_JACK_POSITION_TIMECODE: u32 = 0x20;
/// With AMIO_JACK_POSITION_BBT: the position has `bbt_offset_frames`.
pub const AMIO_JACK_POSITION_BBT_OFFSET: u32 = 0x40;
/// The position has `audio_frames_per_video_frame`.
pub const AMIO_JACK_POSITION_AUDIO_RATIO: u32 = 0x80;
/// The position has `video_offset_frames`.
pub const AMIO_JACK_POSITION_VIDEO_OFFSET: u32 = 0x100;
/// With AMIO_JACK_POSITION_BBT: the position has `exact_tick`.
pub const AMIO_JACK_POSITION_EXACT_TICK: u32 = 0x200;

/// Where JACK's transport is. The server sets `time_us`, `unique` and `frame_rate_hz`. A client that sets a position sets
/// `frame` and any of the parts that `valid` names; other fields are 0. Set struct_size to
/// sizeof(amio_jack_position) before the call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct amio_jack_position {
    /// sizeof(amio_jack_position).
    pub struct_size: u32,
    /// AMIO_JACK_POSITION_* bits: which parts are there.
    pub valid: u32,
    /// The server's clock at the frame, in microseconds. It goes on while the transport stands.
    pub time_us: u64,
    /// Differs between any two positions that the server has given.
    pub unique: u64,
    /// The server's frame rate.
    pub frame_rate_hz: u32,
    /// The frame, which begins a cycle.
    pub frame: u32,
    /// The bar, from 1 on.
    pub bar: i32,
    /// The beat in the bar, from 1 on.
    pub beat: i32,
    /// The tick in the beat, from 0 on.
    pub tick: i32,
    /// How many frames before `frame` bar, beat and tick were reached.
    pub bbt_offset_frames: u32,
    /// The tick with fractions.
    pub exact_tick: f64,
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
    /// The time of the frame, in seconds.
    pub frame_time_s: f64,
    /// The time of the next cycle's first frame, in seconds.
    pub next_time_s: f64,
    /// How many audio frames a video frame lasts. 0: there is no video.
    pub audio_frames_per_video_frame: f32,
    /// The audio frame of this cycle at which the first video frame begins. 0: none does.
    pub video_offset_frames: u32,
}

// SAFETY: repr(C), the first field is its size, and it has numbers only.
unsafe impl Versioned for amio_jack_position {
    const NAME: &'static str = "amio_jack_position";
    const SMALLEST: usize = size_of::<amio_jack_position>();
}

/// # Real-time contract
/// These conversions are wait-free: no allocation, free, lock, system call, log or panic.
impl From<&Position> for amio_jack_position {
    fn from(position: &Position) -> amio_jack_position {
        let bbt = position.bbt.unwrap_or_default();
        let timecode = position.timecode.unwrap_or_default();
        let parts = [
            (AMIO_JACK_POSITION_BBT, position.bbt.is_some()),
            (AMIO_JACK_POSITION_TIMECODE, position.timecode.is_some()),
            (AMIO_JACK_POSITION_BBT_OFFSET, bbt.offset_frames.is_some()),
            (
                AMIO_JACK_POSITION_AUDIO_RATIO,
                position.audio_frames_per_video_frame.is_some(),
            ),
            (
                AMIO_JACK_POSITION_VIDEO_OFFSET,
                position.video_offset_frames.is_some(),
            ),
            (AMIO_JACK_POSITION_EXACT_TICK, bbt.exact_tick.is_some()),
        ];
        let valid = parts.iter().filter(|(_, is_there)| *is_there);
        amio_jack_position {
            struct_size: size_of::<amio_jack_position>() as u32,
            valid: valid.fold(0, |bits, (bit, _)| bits | bit),
            time_us: position.time_us,
            unique: position.unique,
            frame_rate_hz: position.frame_rate_hz,
            frame: position.frame,
            bar: bbt.bar,
            beat: bbt.beat,
            tick: bbt.tick,
            bbt_offset_frames: bbt.offset_frames.unwrap_or(0),
            exact_tick: bbt.exact_tick.unwrap_or(0.0),
            bar_start_tick: bbt.bar_start_tick,
            beats_per_bar: bbt.beats_per_bar,
            beat_type: bbt.beat_type,
            ticks_per_beat: bbt.ticks_per_beat,
            beats_per_minute: bbt.beats_per_minute,
            frame_time_s: timecode.time_s,
            next_time_s: timecode.next_s,
            audio_frames_per_video_frame: position.audio_frames_per_video_frame.unwrap_or(0.0),
            video_offset_frames: position.video_offset_frames.unwrap_or(0),
        }
    }
}

impl From<&amio_jack_position> for Position {
    fn from(given: &amio_jack_position) -> Position {
        let has = |bit| given.valid & bit != 0;
        Position {
            frame: given.frame,
            frame_rate_hz: given.frame_rate_hz,
            time_us: given.time_us,
            unique: given.unique,
            bbt: has(AMIO_JACK_POSITION_BBT).then(|| BarBeatTick {
                bar: given.bar,
                beat: given.beat,
                tick: given.tick,
                exact_tick: has(AMIO_JACK_POSITION_EXACT_TICK).then_some(given.exact_tick),
                bar_start_tick: given.bar_start_tick,
                beats_per_bar: given.beats_per_bar,
                beat_type: given.beat_type,
                ticks_per_beat: given.ticks_per_beat,
                beats_per_minute: given.beats_per_minute,
                offset_frames: has(AMIO_JACK_POSITION_BBT_OFFSET)
                    .then_some(given.bbt_offset_frames),
            }),
            timecode: has(AMIO_JACK_POSITION_TIMECODE).then_some(Timecode {
                time_s: given.frame_time_s,
                next_s: given.next_time_s,
            }),
            audio_frames_per_video_frame: has(AMIO_JACK_POSITION_AUDIO_RATIO)
                .then_some(given.audio_frames_per_video_frame),
            video_offset_frames: has(AMIO_JACK_POSITION_VIDEO_OFFSET)
                .then_some(given.video_offset_frames),
        }
    }
}

/// One of AMIO_JACK_TRANSPORT_*.
pub(super) fn state_number(state: TransportState) -> u32 {
    match state {
        TransportState::Stopped => AMIO_JACK_TRANSPORT_STOPPED,
        TransportState::Rolling => AMIO_JACK_TRANSPORT_ROLLING,
        TransportState::Starting => AMIO_JACK_TRANSPORT_STARTING,
        TransportState::NetStarting => AMIO_JACK_TRANSPORT_NET_STARTING,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_comes_back_as_it_was_with_any_of_its_parts() {
        let full = Position {
            frame: 1,
            frame_rate_hz: 2,
            time_us: 3,
            unique: 4,
            bbt: Some(BarBeatTick {
                bar: 5,
                beat: 6,
                tick: 7,
                exact_tick: Some(7.5),
                bar_start_tick: 8.0,
                beats_per_bar: 9.0,
                beat_type: 10.0,
                ticks_per_beat: 11.0,
                beats_per_minute: 12.0,
                offset_frames: Some(13),
            }),
            timecode: Some(Timecode {
                time_s: 14.0,
                next_s: 15.0,
            }),
            audio_frames_per_video_frame: Some(16.0),
            video_offset_frames: Some(17),
        };
        let mut plain_bbt = full;
        plain_bbt.bbt = full.bbt.map(|bbt| BarBeatTick {
            exact_tick: None,
            offset_frames: None,
            ..bbt
        });
        let timecode_alone = Position {
            timecode: full.timecode,
            ..Position::default()
        };
        for position in [full, plain_bbt, timecode_alone, Position::default()] {
            assert_eq!(
                Position::from(&amio_jack_position::from(&position)),
                position
            );
        }
        assert_eq!(amio_jack_position::from(&full).valid, 0x3f0);
    }
}
