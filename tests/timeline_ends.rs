//! Hours of audio, and positions and device frames beyond 2^31 and 2^32: every frame is exact.
//!
//! An impulse repeats at a fractional interval. Each frame of the output is checked: the impulses must be
//! at the frames that exact arithmetic gives, and nowhere else.

use amio::{
    Clip, Config, DriverKind, Entry, EventKind, Interface, Playspec, Repeat, SkipPolicy, Swap,
};
use std::num::{NonZeroU32, NonZeroU64};

const RATE_HZ: u32 = 48_000;
const MINUTE: u64 = 60 * RATE_HZ as u64;
const TEN_HOURS: u64 = 600 * MINUTE;
/// How far before a power of two the runs begin.
const BEFORE: i64 = 1_000_003;
/// How many frames are rendered and checked at once.
const BLOCK: u64 = 1 << 18;

/// An impulse at `play_at`, and again every `numerator / denominator` frames.
#[derive(Clone, Copy)]
struct Metronome {
    play_at: i64,
    numerator: u64,
    denominator: u32,
}

impl Metronome {
    /// The position of beat `k`, in exact arithmetic, halves rounded upwards.
    fn beat(&self, k: u64) -> i64 {
        let (numerator, denominator) = (i128::from(self.numerator), i128::from(self.denominator));
        let offset = (2 * i128::from(k) * numerator + denominator).div_euclid(2 * denominator);
        self.play_at + offset as i64
    }

    /// The number of the first beat at or after a position.
    fn next(&self, position: i64) -> u64 {
        let (mut low, mut high) = (0, 1 << 40);
        while low < high {
            let middle = (low + high) / 2;
            if self.beat(middle) < position {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    fn playspec(&self) -> Playspec {
        let impulse = Clip::from_f32(RATE_HZ, 1, &[0.5]).expect("a clip");
        let mut entry = Entry::new(&impulse, self.play_at);
        entry.repeat = Some(Repeat {
            numerator: NonZeroU64::new(self.numerator).expect("above 0"),
            denominator: NonZeroU32::new(self.denominator).expect("above 0"),
            count: None,
        });
        Playspec::new(vec![entry]).expect("a playspec")
    }
}

const METRONOME: Metronome = Metronome {
    play_at: -12_345,
    numerator: 1_000_003,
    denominator: 149,
};

fn interface(skip_policy: SkipPolicy, input_channels: u16) -> Interface {
    let interface = Interface::new(Config {
        frame_rate_hz: Some(RATE_HZ),
        period_frames: Some(4_096),
        input_channels,
        output_channels: 1,
        skip_policy,
        ..Config::new(DriverKind::Offline)
    })
    .expect("an interface");
    interface.start().expect("it starts");
    interface
}

/// Renders `frames` frames from `position` on, and checks that each beat is on its frame.
fn expect_beats(interface: &Interface, metronome: Metronome, position: i64, frames: u64) {
    let end = position + frames as i64;
    let (mut here, mut next) = (position, metronome.next(position));
    let mut block = vec![0.0f32; BLOCK as usize];
    let mut beats = 0u64;
    while here < end {
        let length = (end - here).min(BLOCK as i64);
        let block = &mut block[..length as usize];
        interface
            .advance(length as u64, None, Some(block))
            .expect("it advances");
        while metronome.beat(next) < here + length {
            let at = metronome.beat(next);
            let sample = &mut block[(at - here) as usize];
            assert_eq!(*sample, 0.5, "beat {next} at position {at}");
            *sample = 0.0;
            next += 1;
            beats += 1;
        }
        let any = block.iter().fold(0, |bits, sample| bits | sample.to_bits());
        if any != 0 {
            let stray = block.iter().position(|sample| *sample != 0.0);
            panic!("sound where no beat is: frame {stray:?} after position {here}");
        }
        here += length;
        assert_eq!(interface.position(), here);
    }
    let audible = end - position.max(metronome.play_at);
    let intervals = u128::from(beats) * u128::from(metronome.numerator);
    let frames = audible as u128 * u128::from(metronome.denominator);
    assert!(
        intervals + u128::from(metronome.numerator) > frames,
        "only {beats} beats in {audible} frames"
    );
}

/// Plays from a position on; the first device frame is `device_frame`.
fn play_from(position: i64, device_frame: u64, frames: u64) {
    let interface = interface(SkipPolicy::Slip, 0);
    interface.skip(device_frame).expect("it skips");
    interface
        .schedule(&METRONOME.playspec(), Swap::at(position))
        .expect("it is scheduled");
    interface.set_position(position).expect("it seeks");
    interface.set_rolling(true).expect("it rolls");
    expect_beats(&interface, METRONOME, position, frames);
    let transport = interface.transport();
    assert_eq!(transport.position, position + frames as i64);
    assert_eq!(transport.device_frame, device_frame + frames);
}

#[test]
fn minutes_from_just_under_2_to_the_31_are_exact() {
    play_from((1 << 31) - BEFORE, 0, 2 * MINUTE);
}

#[test]
fn minutes_from_just_under_2_to_the_32_are_exact() {
    play_from((1 << 32) - BEFORE, 0, 2 * MINUTE);
}

#[test]
fn minutes_with_device_frames_from_just_under_2_to_the_32_are_exact() {
    play_from(0, (1 << 32) - BEFORE as u64, 2 * MINUTE);
}

#[test]
fn minutes_across_frame_0_are_exact() {
    play_from(-BEFORE, (1 << 31) - BEFORE as u64, MINUTE);
}

#[test]
fn minutes_near_the_last_position_are_exact() {
    let metronome = Metronome {
        play_at: amio::MAX_POSITION - 2 * MINUTE as i64,
        ..METRONOME
    };
    let interface = interface(SkipPolicy::Slip, 0);
    let start = metronome.play_at - 5_000;
    interface
        .schedule(&metronome.playspec(), Swap::at(start))
        .expect("it is scheduled");
    interface.set_position(start).expect("it seeks");
    interface.set_rolling(true).expect("it rolls");
    expect_beats(&interface, metronome, start, MINUTE);
}

#[test]
fn a_chain_of_swaps_across_2_to_the_32_is_on_its_frames() {
    let interface = interface(SkipPolicy::CatchUp, 0);
    let start = (1 << 32) - BEFORE;
    let faster = Metronome {
        play_at: 17,
        numerator: 50_001,
        denominator: 8,
    };
    let (first, second) = ((1 << 32) + 7, (1 << 31) + 2_000_001);
    let tickets = [
        (METRONOME, start, start),
        (faster, first, (1 << 31) - 5),
        (METRONOME, second, (1 << 32) - 11),
    ]
    .map(|(metronome, insert_at, start_from)| {
        let swap = Swap {
            start_from,
            ..Swap::at(insert_at)
        };
        interface
            .schedule(&metronome.playspec(), swap)
            .expect("it is scheduled")
    });
    interface.set_position(start).expect("it seeks");
    interface.set_rolling(true).expect("it rolls");

    let frames = (first - start) as u64;
    expect_beats(&interface, METRONOME, start, frames);
    // The swap is due at the frame after these, which is in the next period.
    let part = (second - ((1 << 31) - 5)) as u64;
    expect_beats(&interface, faster, (1 << 31) - 5, part);
    expect_beats(&interface, METRONOME, (1 << 32) - 11, MINUTE / 4);

    let mut applied = Vec::new();
    while let Some(event) = interface.next_event() {
        if let EventKind::Applied {
            ticket,
            late_frames,
            ..
        } = event.kind
        {
            applied.push((ticket, event.position, event.device_frame, late_frames));
        }
    }
    let expected = [
        (tickets[0], start, 0, 0),
        (tickets[1], (1 << 31) - 5, frames, 0),
        (tickets[2], (1 << 32) - 11, frames + part, 0),
    ];
    assert_eq!(applied, expected);
}

#[test]
fn input_is_stamped_exactly_across_2_to_the_32() {
    let interface = interface(SkipPolicy::Slip, 1);
    let device_frame = (1 << 32) - 10_000;
    let position = (1 << 31) - 5_000;
    interface.skip(device_frame).expect("it skips");
    interface
        .schedule(&METRONOME.playspec(), Swap::at(0))
        .expect("it is scheduled");
    interface.set_position(position).expect("it seeks");
    interface.set_rolling(true).expect("it rolls");
    let input: Vec<f32> = (0..20_000).map(|n| n as f32).collect();
    interface
        .advance(20_000, Some(&input), None)
        .expect("it advances");
    let mut seen = 0;
    let mut buffer = [0.0; 333];
    while let Some(chunk) = interface.read_input(&mut buffer).expect("it reads") {
        assert_eq!(
            (chunk.device_frame, chunk.position),
            (device_frame + seen, position + seen as i64)
        );
        assert!(chunk.rolling && chunk.lost_before == 0);
        assert!(
            (seen..seen + chunk.frames)
                .zip(buffer)
                .all(|(n, sample)| n as f32 == sample)
        );
        seen += chunk.frames;
    }
    assert_eq!(seen, 20_000);
}

#[test]
#[ignore = "ten hours of audio: run by `make test-long`"]
fn ten_hours_from_just_under_2_to_the_31_are_exact() {
    play_from((1 << 31) - BEFORE, 0, TEN_HOURS);
}

#[test]
#[ignore = "ten hours of audio: run by `make test-long`"]
fn ten_hours_from_just_under_2_to_the_32_are_exact() {
    play_from((1 << 32) - BEFORE, (1 << 31) - BEFORE as u64, TEN_HOURS);
}
