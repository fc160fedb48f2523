//! Playspecs of very different sizes, in which always about ten entries sound at the same time.

use amio::{Clip, Config, DriverKind, Entry, Interface, Playspec, Repeat, Swap};
use std::num::{NonZeroU32, NonZeroU64};

/// How many entries sound at any frame.
const SOUNDING: u64 = 10;
/// How long each entry sounds.
const LENGTH_FRAMES: u64 = 1_000;
/// From the beginning of one entry to that of the next.
const SPACING_FRAMES: u64 = LENGTH_FRAMES / SOUNDING;
const RATE_HZ: u32 = 48_000;
/// The period of the interfaces, in frames.
pub const PERIOD_FRAMES: u32 = 256;

/// How the entries of a playspec are placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One entry after the other, each with ten neighbours that overlap it; the last entries
    /// repeat without end, so that a small playspec goes on sounding like a large one.
    Row,
    /// Ten entries sound all the time. All others repeat a few times, before the beginning or far
    /// behind the end.
    Pile,
    /// One entry after the other, as in a row; each entry repeats without end when all have played.
    Round,
}

/// A playspec that sounds from frame 0 on.
pub fn playspec(shape: Shape, entries: u64) -> Playspec {
    match shape {
        Shape::Row => row(entries),
        Shape::Pile => pile(entries),
        Shape::Round => round(entries),
    }
}

fn row(entries: u64) -> Playspec {
    let clip = noise(LENGTH_FRAMES);
    let place = |n: u64| {
        let mut entry = Entry::new(&clip, (n * SPACING_FRAMES) as i64);
        if n + SOUNDING >= entries {
            entry.repeat = endless(LENGTH_FRAMES);
        }
        entry
    };
    Playspec::new((0..entries).map(place).collect()).expect("a row of entries")
}

fn pile(entries: u64) -> Playspec {
    let clip = noise(LENGTH_FRAMES);
    let place = |n: u64| {
        if n < SOUNDING {
            let mut entry = Entry::new(&clip, 0);
            entry.repeat = endless(LENGTH_FRAMES);
            return entry;
        }
        let far = 1 << 40;
        let side = if n.is_multiple_of(2) { far } else { -far };
        let mut entry = Entry::new(&clip, side + (n * 7) as i64);
        entry.repeat = endless(LENGTH_FRAMES).map(|repeat| Repeat {
            count: NonZeroU64::new(1 + n % 3),
            ..repeat
        });
        entry
    };
    Playspec::new((0..entries).map(place).collect()).expect("a pile of entries")
}

fn round(entries: u64) -> Playspec {
    let clip = noise(LENGTH_FRAMES);
    let place = |n: u64| Entry {
        repeat: endless(entries * SPACING_FRAMES),
        ..Entry::new(&clip, (n * SPACING_FRAMES) as i64)
    };
    Playspec::new((0..entries).map(place).collect()).expect("a round of entries")
}

fn endless(frames: u64) -> Option<Repeat> {
    Some(Repeat {
        numerator: NonZeroU64::new(frames)?,
        denominator: NonZeroU32::MIN,
        count: None,
    })
}

fn noise(frames: u64) -> Clip {
    let samples: Vec<f32> = (0..frames)
        .map(|n| ((n * 7_919) % 1_000) as f32 / 2e4)
        .collect();
    Clip::from_f32(RATE_HZ, 1, &samples).expect("a clip")
}

/// An offline interface that plays the playspec and is in its steady state.
pub fn playing(playspec: &Playspec) -> Interface {
    let interface = Interface::new(Config {
        frame_rate_hz: Some(RATE_HZ),
        period_frames: Some(PERIOD_FRAMES),
        input_channels: 0,
        ..Config::new(DriverKind::Offline)
    })
    .expect("an interface");
    interface.start().expect("it starts");
    interface
        .schedule(playspec, Swap::at(0))
        .expect("it is scheduled");
    interface.set_rolling(true).expect("it rolls");
    play(&interface, 16);
    interface
}

/// Plays some periods.
pub fn play(interface: &Interface, periods: u64) {
    interface
        .advance(periods * u64::from(PERIOD_FRAMES), None, None)
        .expect("it plays");
}

/// Seeks and plays one period, several times. All positions are in the first ten million frames.
pub fn seek(interface: &Interface, seeks: u64) {
    for n in 1..=seeks {
        let place = n.wrapping_mul(0x9E37_79B9_7F4A_7C15) % 10_000_000;
        interface.set_position(place as i64).expect("it seeks");
        play(interface, 1);
    }
}
