//! All memory of the audio thread is resident before it starts, so it has no page faults.
//!
//! A program of its own, so that its audio thread is the only one.

use amio::{
    Clip, Config, DriverKind, Entry, Interface, Playspec, RecordSource, Recorder, RecorderConfig,
    Repeat, Swap,
};
use std::fs;
use std::num::{NonZeroU32, NonZeroU64};
use std::time::{Duration, Instant};

/// The environment variable that sets for how many seconds faults are counted; default 3.
const SECONDS: &str = "AMIO_TEST_SECONDS";

const VOICES: usize = 200;
const PERIOD: u32 = 128;

#[test]
fn no_page_fault_interrupts_the_audio_thread_while_it_plays_records_captures_and_meters() {
    let seconds = std::env::var(SECONDS).map_or(3, |text| text.parse().expect("a number"));
    let mut config = Config::new(DriverKind::Null);
    config.period_frames = Some(PERIOD);
    config.input_channels = 2;
    let interface = Interface::new(config).expect("an interface");
    let samples: Vec<f32> = (0..48_000).map(|n| (n % 100) as f32 * 1e-5).collect();
    let clips: Vec<Clip> = (0..VOICES)
        .map(|_| Clip::from_f32(48_000, 1, &samples).expect("good samples"))
        .collect();
    let voices = || {
        let entries = clips.iter().zip(0..).map(|(clip, number)| {
            let mut entry = Entry::new(clip, number * 10);
            entry.repeat = Some(Repeat {
                numerator: NonZeroU64::new(48_000).expect("not 0"),
                denominator: NonZeroU32::MIN,
                count: None,
            });
            entry
        });
        Playspec::new(entries.collect()).expect("good entries")
    };
    interface.set_rolling(true).expect("room");
    interface.schedule(&voices(), Swap::at(0)).expect("room");
    interface.start().expect("it starts");
    let path = std::env::temp_dir().join(format!("amio-faults-{}.wav", std::process::id()));
    let recorder = record(&interface, &path);

    // The first periods.
    let mut buffer = vec![0.0; 2 * 48_000];
    let mut work = |until: Instant| {
        while Instant::now() < until {
            while interface
                .read_input(&mut buffer)
                .expect("it reads")
                .is_some()
            {}
            while interface.next_event().is_some() {}
            interface.meters();
            let swap = interface.schedule(&voices(), Swap::now());
            swap.expect("room");
            std::thread::sleep(Duration::from_millis(20)); // as often as a program that draws meters
        }
    };
    work(Instant::now() + Duration::from_millis(500));
    let before = faults();
    work(Instant::now() + Duration::from_secs(seconds));
    let faults = faults() - before;
    let stats = interface.stats();
    recorder.stop().expect("the disk has room");
    fs::remove_file(&path).expect("it was recorded");
    println!(
        "{faults} page faults of the audio thread in {seconds} s, {} periods; {} bytes resident, {} locked",
        stats.periods, stats.resident_bytes, stats.locked_bytes
    );
    assert_eq!(faults, 0);
    assert!(stats.resident_bytes > 0 && stats.locked_bytes <= stats.resident_bytes);
}

fn record(interface: &Interface, path: &std::path::Path) -> Recorder {
    let config = RecorderConfig {
        source: RecordSource::Output,
        ..RecorderConfig::default()
    };
    interface.record(path, &config).expect("a file")
}

/// The page faults of the audio thread so far: minor and major.
fn faults() -> u64 {
    let tasks = fs::read_dir("/proc/self/task").expect("Linux has it");
    let task = tasks.map(|task| task.expect("it is read").path());
    let mut audio = task.filter(|task| {
        fs::read_to_string(task.join("comm")).is_ok_and(|name| name.trim() == "amio-null")
    });
    let stat = fs::read_to_string(audio.next().expect("it runs").join("stat")).expect("it lives");
    // The fields after the name: the state is the third field, the faults are the 10th and the 12th.
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .expect("a name")
        .split_whitespace()
        .collect();
    let number = |field: usize| fields[field - 3].parse::<u64>().expect("a number");
    number(10) + number(12)
}
