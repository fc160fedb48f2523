//! What an interface tells and captures, for tests of several drivers.

use amio::{Chunk, Event, Interface};
use std::time::{Duration, Instant};

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

/// Reads all captured input: chunks and their samples.
pub fn read_all(interface: &Interface) -> Vec<(Chunk, Vec<f32>)> {
    let mut chunks = Vec::new();
    let mut buffer = vec![0.0; 4096];
    while let Some(chunk) = interface.read_input(&mut buffer).expect("it has an input") {
        chunks.push((chunk, buffer[..chunk.frames as usize].to_vec()));
    }
    chunks
}
