//! Streamed clips give bit for bit the same output as loaded clips, and in time.

#[path = "../again.rs"]
mod again;
mod changed_files;
mod files;
#[path = "../formats/files.rs"]
#[allow(dead_code, reason = "other tests use the other tables")]
mod formats;
mod slow_disk;

use amio::{
    Clip, Config, DriverKind, Entry, Error, EventKind, FileFormat, Gain, Interface, LatePolicy,
    OpenOptions, Playspec, RecorderConfig, Repeat, Swap,
};
use files::{Folder, Random};
use std::num::{NonZeroU32, NonZeroU64};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Held by each test, so that tests in real time do not share the machine with tests that render.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Two playspecs with the same random entries: of the streamed clips and of the loaded clips.
fn entries(random: &mut Random, count: usize, clips: &[(Clip, Clip)]) -> (Playspec, Playspec) {
    let (mut streamed, mut loaded) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let (stream, load) = &clips[random.below(clips.len() as u64) as usize];
        let frames = load.info().frames;
        let begin = random.below(frames - 1);
        let end = begin + 1 + random.below((frames - begin).min(60_000));
        let mut entry = Entry::new(load, random.below(96_000) as i64 - 20_000);
        (entry.begin, entry.end) = (begin, end);
        entry.gain = Gain::both(0.25);
        entry.fade_in = random.below(entry.end - entry.begin).min(500);
        if random.below(3) == 0 {
            entry.repeat = Some(Repeat {
                numerator: NonZeroU64::new(5_000 + random.below(90_000)).expect("positive"),
                denominator: NonZeroU32::MIN,
                count: NonZeroU64::new(random.below(4)),
            });
        }
        streamed.push(Entry {
            clip: stream.clone(),
            ..entry.clone()
        });
        loaded.push(entry);
    }
    let playspec = |entries| Playspec::new(entries).expect("entries");
    (playspec(streamed), playspec(loaded))
}

/// A file streamed and loaded, at the interface's rate.
fn both(path: &Path) -> (Clip, Clip) {
    let options = OpenOptions::at_rate(48_000);
    let loaded = Clip::open_with(path, &options, &mut |_| ControlFlow::Continue(()));
    let streamed = Clip::open_stream(path, &options);
    (streamed.expect("it streams"), loaded.expect("it loads"))
}

/// Schedules, seeks, starts and stops at random, the same for all interfaces with one seed.
fn render(seed: u64, playspecs: &[Playspec]) -> Vec<f32> {
    let mut config = Config::new(DriverKind::Offline);
    config.period_frames = Some(256);
    let interface = Interface::new(config).expect("an interface");
    interface.start().expect("it starts");
    interface.set_rolling(true).expect("it rolls");
    let mut random = Random(seed);
    let mut heard = Vec::new();
    for playspec in playspecs {
        let swap = Swap {
            insert_at: interface.position() + random.below(20_000) as i64,
            start_from: random.below(60_000) as i64,
            late: LatePolicy::CatchUp,
            ..Swap::default()
        };
        interface.schedule(playspec, swap).expect("it is queued");
        for _ in 0..4 {
            match random.below(4) {
                0 => {
                    let to = random.below(90_000) as i64;
                    interface.set_position(to).expect("it seeks");
                }
                1 => {
                    let rolling = random.below(4) > 0;
                    interface.set_rolling(rolling).expect("it obeys");
                }
                _ => {}
            }
            let frames = 1 + random.below(9_000);
            let mut block = vec![0.0; 2 * frames as usize];
            interface
                .advance(frames, None, Some(&mut block))
                .expect("it runs");
            heard.extend(block);
        }
        interface.set_rolling(true).expect("it rolls");
    }
    assert_eq!(interface.stats().underruns, 0);
    heard
}

#[test]
fn sixty_four_streams_with_random_crops_and_seeks_sound_bit_for_bit_like_the_loaded_files() {
    let _alone = alone();
    let folder = Folder::new("streams-offline");
    let clips: Vec<(Clip, Clip)> = (0..64)
        .map(|n| {
            // Some have the interface's rate, most are converted while they play.
            let rate = if n % 8 == 0 { 48_000 } else { 44_100 };
            let path = folder.noise(n, rate, 1 + (n % 2) as u16, 60_000 + 997 * n);
            both(&path)
        })
        .collect();
    let mut heard = 0;
    for seed in 0..20 {
        let mut random = Random(seed);
        let (streamed, loaded): (Vec<_>, Vec<_>) =
            (0..5).map(|_| entries(&mut random, 90, &clips)).unzip();
        let (streamed, loaded) = (render(seed, &streamed), render(seed, &loaded));
        heard += streamed.iter().filter(|sample| **sample != 0.0).count();
        let differs = streamed
            .iter()
            .zip(&loaded)
            .position(|(a, b)| a.to_bits() != b.to_bits());
        assert_eq!(differs, None, "seed {seed}");
    }
    assert!(heard > 1_000_000, "{heard} samples sounded");
}

/// Plays and seeks at random in real time; returns how many frames were played.
fn play(clips: &[(Clip, Clip)], time: Duration) -> u64 {
    let interface = Interface::new(Config::new(DriverKind::Null)).expect("an interface");
    interface.set_rolling(true).expect("it rolls");
    interface.start().expect("it starts");
    let mut random = Random(1);
    let began = Instant::now();
    while began.elapsed() < time {
        let (playspec, _) = entries(&mut random, 64, clips);
        let position = interface.position();
        let swap = Swap {
            insert_at: position + random.below(10_000) as i64,
            start_from: random.below(60_000) as i64,
            late: LatePolicy::CatchUp,
            ..Swap::default()
        };
        interface.schedule(&playspec, swap).expect("it is queued");
        if random.below(2) == 0 {
            let to = random.below(90_000) as i64;
            interface.set_position(to).expect("it seeks");
        }
        // Waits until the swap has been applied, and then a while.
        let until = Instant::now() + Duration::from_millis(300 + random.below(700));
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            match interface.wait_event(left) {
                Ok(event) => assert!(
                    !matches!(
                        event.kind,
                        EventKind::Underrun { .. } | EventKind::StreamFailed { .. }
                    ),
                    "{event:?}"
                ),
                Err(error) => assert!(matches!(error, Error::Timeout { .. }), "{error}"),
            }
        }
    }
    let stats = interface.stats();
    assert_eq!((stats.underruns, stats.underrun_frames), (0, 0));
    stats.device_frames
}

/// Returns when the timeline is at a position.
fn play_to(interface: &Interface, position: i64) {
    while interface.position() < position {
        std::thread::sleep(Duration::from_millis(20)); // positions cannot be waited for
    }
}

fn stereo_streams(folder: &Folder, rate: u32) -> Vec<(Clip, Clip)> {
    (0..64)
        .map(|n| {
            let path = folder.noise(n, rate, 2, 120_000 + 997 * n);
            both(&path)
        })
        .collect()
}

#[test]
fn sixty_four_streams_play_in_real_time_without_an_underrun() {
    let _alone = alone();
    let folder = Folder::new("streams-live");
    let clips = stereo_streams(&folder, 44_100);
    let frames = play(&clips, Duration::from_secs(5));
    assert!(frames > 4 * 48_000, "{frames} frames were played");
}

#[test]
#[ignore = "ten minutes"]
fn sixty_four_streams_play_for_ten_minutes_without_an_underrun() {
    let _alone = alone();
    let folder = Folder::new("streams-long");
    let clips = stereo_streams(&folder, 44_100);
    let frames = play(&clips, Duration::from_secs(600));
    assert!(frames > 590 * 48_000, "{frames} frames were played");
}

#[test]
fn a_file_that_is_cut_short_is_silent_from_there_on_and_an_event_says_so() {
    let _alone = alone();
    for driver in [DriverKind::Offline, DriverKind::Null] {
        let folder = Folder::new("streams-cut");
        let path = folder.noise(1, 48_000, 1, 48_000);
        let clip = Clip::open_stream(&path, &OpenOptions::default()).expect("it streams");
        let file = std::fs::File::options().write(true).open(&path);
        let file = file.expect("it is there");
        let length = file.metadata().expect("it is there").len();
        file.set_len(length / 2).expect("it is cut");

        let interface = Interface::new(Config::new(driver)).expect("an interface");
        let playspec = Playspec::new(vec![Entry::new(&clip, 0)]).expect("an entry");
        interface
            .schedule(&playspec, Swap::at(0))
            .expect("it is queued");
        interface.set_rolling(true).expect("it rolls");
        interface.start().expect("it starts");
        if driver == DriverKind::Offline {
            let mut heard = vec![0.0; 2 * 48_000];
            interface
                .advance(48_000, None, Some(&mut heard))
                .expect("it runs");
            assert_ne!(heard[2 * 20_000..2 * 20_100], [0.0; 200]);
            assert_eq!(heard[2 * 30_000..2 * 30_100], [0.0; 200]);
        }
        let failed = loop {
            let event = interface.wait_event(Duration::from_secs(10));
            if let EventKind::StreamFailed { clip, reason } = event.expect("one comes").kind {
                break (clip, reason);
            }
        };
        assert_eq!(failed.0, clip.id());
        assert_eq!(interface.stats().underruns, 0);
    }
}

#[test]
fn a_failure_is_told_also_where_another_playspec_has_taken_over_meanwhile() {
    let _alone = alone();
    let folder = Folder::new("streams-left");
    let path = folder.noise(1, 48_000, 1, 48_000);
    let clip = Clip::open_stream(&path, &OpenOptions::default()).expect("it streams");
    let file = std::fs::File::options().write(true).open(&path);
    file.and_then(|file| file.set_len(50_000))
        .expect("it is cut");

    let interface = Interface::new(Config::new(DriverKind::Offline)).expect("an interface");
    let playspec = Playspec::new(vec![Entry::new(&clip, 0)]).expect("an entry");
    let nothing = Playspec::new(Vec::new()).expect("no entry is needed");
    for (playspec, at) in [(&playspec, 0), (&nothing, 30_000)] {
        interface
            .schedule(playspec, Swap::at(at))
            .expect("it is queued");
    }
    interface.set_rolling(true).expect("it rolls");
    interface.start().expect("it starts");
    interface.advance(48_000, None, None).expect("it runs");
    let mut events = std::iter::from_fn(|| interface.next_event());
    assert!(events.any(|event| matches!(event.kind, EventKind::StreamFailed { .. })));
}

#[test]
fn a_period_that_is_longer_than_what_is_read_ahead_has_all_its_frames() {
    let _alone = alone();
    let folder = Folder::new("streams-period");
    let path = folder.noise(1, 48_000, 1, 480_000);
    let clip = Clip::open_stream(&path, &OpenOptions::default()).expect("it streams");
    let playspec = Playspec::new(vec![Entry::new(&clip, 0)]).expect("an entry");
    for (period, ahead) in [(65_536, 0), (32_768, 100)] {
        let mut config = Config::new(DriverKind::Null);
        (config.period_frames, config.read_ahead_frames) = (Some(period), ahead);
        let interface = Interface::new(config).expect("an interface");
        interface
            .schedule(&playspec, Swap::at(0))
            .expect("it is queued");
        interface.set_rolling(true).expect("it rolls");
        interface.start().expect("it starts");
        play_to(&interface, 3 * i64::from(period));
        interface.set_position(240_000).expect("it seeks");
        play_to(&interface, 240_000 + i64::from(period));
        assert_eq!(interface.stats().underrun_frames, 0, "{period}");
    }
}

#[test]
fn what_fades_away_for_longer_than_what_is_read_ahead_has_all_its_frames() {
    let _alone = alone();
    let folder = Folder::new("streams-fade");
    let path = folder.noise(1, 48_000, 1, 480_000);
    let clip = Clip::open_stream(&path, &OpenOptions::default()).expect("it streams");
    let playspec = Playspec::new(vec![Entry::new(&clip, 0)]).expect("an entry");
    let mut config = Config::new(DriverKind::Null);
    config.declick_frames = Some(96_000);
    let interface = Interface::new(config).expect("an interface");
    interface
        .schedule(&playspec, Swap::at(0))
        .expect("it is queued");
    interface.set_rolling(true).expect("it rolls");
    interface.start().expect("it starts");
    for (from, to) in [(20_000, 240_000), (340_000, 0)] {
        play_to(&interface, from);
        interface.set_position(to).expect("it seeks");
    }
    assert_eq!(interface.stats().underrun_frames, 0);
}

#[test]
fn a_file_that_is_streamed_is_not_saved_or_recorded_over() {
    let folder = Folder::new("streams-over");
    let path = folder.noise(1, 48_000, 1, 1_000);
    let streamed = Clip::open_stream(&path, &OpenOptions::default()).expect("it streams");
    let loaded = Clip::open(&path).expect("it loads");
    let refused = loaded.save(&path, FileFormat::Wav16);
    assert!(
        matches!(refused, Err(Error::InvalidState(_))),
        "{refused:?}"
    );
    let interface = Interface::new(Config::new(DriverKind::Offline)).expect("an interface");
    let refused = interface.record(&path, &RecorderConfig::default());
    assert!(
        matches!(refused, Err(Error::InvalidState(_))),
        "{refused:?}"
    );
    drop(streamed);
    loaded
        .save(&path, FileFormat::Wav16)
        .expect("nobody reads it any more");
}
