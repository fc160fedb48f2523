//! Helpers that several of these tests use.

pub use crate::interfaces::{read_all, wait_for};
use crate::peer::Peer;
use amio::{Chunk, Clip, Config, DriverKind, Entry, Event, EventKind, Interface, Playspec, Repeat};
use std::num::{NonZeroU32, NonZeroU64};
use std::process::Command;
use std::time::{Duration, Instant};

/// The numbers of a peer's frames are modulo this.
pub const NUMBERS: u32 = 1 << 24;

/// One input, two outputs, hard cuts, ten seconds of captured input, connected to nothing.
pub fn config() -> Config {
    Config {
        input_channels: 1,
        autoconnect: false,
        declick_frames: Some(0),
        capture_buffer_frames: 480_000,
        ..Config::new(DriverKind::Jack)
    }
}

pub fn start(config: Config) -> Interface {
    let interface = Interface::new(config).expect("the server runs");
    interface.start().expect("it was just opened");
    interface
}

/// One frame of `value` every `spacing` frames, from timeline frame 0 on.
pub fn impulses(value: f32, spacing: u64) -> Playspec {
    let clip = Clip::from_f32(48_000, 1, &[value]).expect("one good sample");
    let mut entry = Entry::new(&clip, 0);
    entry.repeat = Some(Repeat {
        numerator: NonZeroU64::new(spacing).expect("not 0"),
        denominator: NonZeroU32::MIN,
        count: None,
    });
    Playspec::new(vec![entry]).expect("a good entry")
}

/// Waits until the interface has run past a device frame.
pub fn run_until(interface: &Interface, device_frame: u64) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while interface.transport().device_frame < device_frame {
        assert!(
            Instant::now() < deadline,
            "stuck at {:?}",
            interface.transport()
        );
        std::thread::sleep(Duration::from_millis(2)); // positions cannot be waited for
    }
}

/// Checks that device frames continue from chunk to chunk, except for frames that are reported as missing.
pub fn assert_consecutive(chunks: &[(Chunk, Vec<f32>)]) {
    for pair in chunks.windows(2) {
        let [(before, _), (chunk, _)] = pair else {
            unreachable!("windows of two");
        };
        let expected = before.device_frame + before.frames + chunk.lost_before;
        if chunk.xrun {
            assert!(chunk.device_frame > expected, "{chunk:?} after {before:?}");
        } else {
            assert_eq!(chunk.device_frame, expected, "{chunk:?} after {before:?}");
        }
    }
}

/// Checks that the source's numbers increase in the same way as the device frames at which they were
/// captured, from the source's first frame on; returns how many frames there are.
pub fn assert_numbered(chunks: &[(Chunk, Vec<f32>)]) -> usize {
    let frames = chunks
        .iter()
        .flat_map(|(chunk, samples)| (chunk.device_frame..).zip(samples));
    let mut numbered = frames.skip_while(|(_, number)| **number == 0.0);
    let (first_frame, &first) = numbered.next().expect("the source was heard");
    let mut count = 1;
    for (device_frame, &number) in numbered {
        let expected = (first as u64 + (device_frame - first_frame)) % u64::from(NUMBERS);
        assert_eq!(number as u64, expected, "at device frame {device_frame}");
        count += 1;
    }
    count
}

/// Runs a case, and repeats it if its server was disturbed: of a cycle that ended too late, only a part may
/// have been captured or played. The case returns the peer that must have run in every cycle. Returns the
/// interface and the result of a case that was not disturbed.
pub fn undisturbed<T>(case: impl Fn() -> (Interface, Peer, T)) -> (Interface, T) {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(100) {
        let (interface, mut peer, result) = case();
        let stats = interface.stats();
        let gaps = peer.gaps();
        if stats.xruns == 0 && stats.skipped_frames == 0 && gaps == 0 {
            return (interface, result);
        }
        println!(
            "disturbed: {} xruns, {} frames skipped, {gaps} gaps in the peer",
            stats.xruns, stats.skipped_frames
        );
    }
    panic!("the server was disturbed each time: inconclusive");
}

/// The events about cycles that were late or missing.
pub fn trouble(events: &[Event]) -> Vec<&Event> {
    let is_trouble =
        |event: &&Event| matches!(event.kind, EventKind::Xrun | EventKind::Skipped { .. });
    events.iter().filter(is_trouble).collect()
}

/// All ports, each with the ports it is connected to, as `jack_lsp` lists them.
pub fn graph() -> Vec<(String, Vec<String>)> {
    let output = Command::new("jack_lsp")
        .arg("-c")
        .output()
        .expect("part of jackd2");
    let mut ports: Vec<(String, Vec<String>)> = Vec::new();
    for line in String::from_utf8(output.stdout)
        .expect("names are text")
        .lines()
    {
        match (line.strip_prefix("   "), ports.last_mut()) {
            (Some(other), Some((_, connected))) => connected.push(other.to_owned()),
            _ => ports.push((line.to_owned(), Vec::new())),
        }
    }
    ports
}

/// The names of a client's ports, without the client's name.
pub fn ports_of(client: &str) -> Vec<String> {
    let of_client = |port: &str| {
        port.strip_prefix(client)?
            .strip_prefix(':')
            .map(str::to_owned)
    };
    graph()
        .iter()
        .filter_map(|(port, _)| of_client(port))
        .collect()
}

/// What a port is connected to; nothing if there is no such port.
pub fn connected_to(port: &str) -> Vec<String> {
    let found = graph().into_iter().find(|(name, _)| name == port);
    found.map(|(_, others)| others).unwrap_or_default()
}

/// Waits until what `look` returns is `wanted`.
pub fn wait_until<T: PartialEq + std::fmt::Debug>(wanted: T, look: impl Fn() -> T) {
    let deadline = Instant::now() + Duration::from_secs(3);
    loop {
        let seen = look();
        if seen == wanted {
            return;
        }
        assert!(
            Instant::now() < deadline,
            "it is still {seen:?}, not {wanted:?}"
        );
        std::thread::sleep(Duration::from_millis(20)); // the server does not notify this process
    }
}
