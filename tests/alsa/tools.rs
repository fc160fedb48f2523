//! Helpers that several of these tests use.

pub use crate::interfaces::{read_all, wait_for};
use amio::{AlsaConfig, Config, DriverKind, Event, Interface};
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

/// The events so far.
pub fn events(interface: &Interface) -> Vec<Event> {
    std::iter::from_fn(|| interface.next_event()).collect()
}
