//! Helpers that several of these tests use.

use amio::{AlsaConfig, Chunk, Config, DriverKind, Event, Interface};
use std::time::{Duration, Instant};

/// One channel each way, hard cuts, ten seconds of captured input, of one PCM.
pub fn config(pcm: &str) -> Config {
    Config {
        input_channels: 1,
        output_channels: 1,
        declick_frames: Some(0),
        capture_buffer_frames: 480_000,
        frame_rate_hz: Some(48_000),
        alsa: AlsaConfig {
            playback: Some(pcm.to_owned()),
            capture: Some(pcm.to_owned()),
            ..AlsaConfig::default()
        },
        ..Config::new(DriverKind::Alsa)
    }
}

pub fn start(config: Config) -> Interface {
    let interface = Interface::new(config).expect("it opens");
    interface.start().expect("it was just opened");
    interface
}

/// Waits for an event for which `pick` returns a value; returns that value, and all events up to it.
pub fn wait_for<T>(
    interface: &Interface,
    patience: Duration,
    pick: impl Fn(&Event) -> Option<T>,
) -> (T, Vec<Event>) {
    let deadline = Instant::now() + patience;
    let mut passed = Vec::new();
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let Ok(event) = interface.wait_event(left) else {
            panic!("not within {patience:?}; there were {passed:#?}");
        };
        let picked = pick(&event);
        passed.push(event);
        if let Some(picked) = picked {
            return (picked, passed);
        }
    }
}

/// Waits until the interface has run past a device frame.
pub fn run_until(interface: &Interface, device_frame: u64) {
    let deadline = Instant::now() + Duration::from_secs(90);
    while interface.transport().device_frame < device_frame {
        assert!(
            Instant::now() < deadline,
            "stuck at {:?}",
            interface.transport()
        );
        std::thread::sleep(Duration::from_millis(2)); // positions cannot be waited for
    }
}

/// Reads all captured input: chunks and their samples.
pub fn read_all(interface: &Interface) -> Vec<(Chunk, Vec<f32>)> {
    let mut chunks = Vec::new();
    let mut buffer = vec![0.0; 4096];
    while let Some(chunk) = interface.read_input(&mut buffer).expect("it has an input") {
        chunks.push((chunk, buffer[..chunk.frames as usize].to_vec()));
    }
    chunks
}

/// The events so far.
pub fn events(interface: &Interface) -> Vec<Event> {
    std::iter::from_fn(|| interface.next_event()).collect()
}
