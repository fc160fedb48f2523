//! The latencies of a client's own ports: what comes in by a port goes out by others later, and ports may have latencies of their
//! own.
#![allow(unsafe_code, reason = "calls of libjack")]

use super::client::Client;
use super::latency_mode::LatencyMode;
use super::library::{Library, RawLatencyRange};
use super::port::Port;
use super::port_info::LatencyRange;
use super::process_port::ProcessPort;
use crate::error::{Error, Result};
use crate::lock::Mutex;

/// Of the ports of a client, as they are to be.
#[derive(Default)]
pub(super) struct Latencies(Mutex<Vec<OwnPort>>);

struct OwnPort {
    port: ProcessPort,
    /// What the program has set.
    capture: Option<LatencyRange>,
    playback: Option<LatencyRange>,
    path: Path,
}

/// What comes in by the inputs of a path goes out by its outputs, so many frames later.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Path {
    /// 0 is that of all ports that are on no other.
    pub number: u64,
    pub frames: u32,
}

impl Latencies {
    pub fn add(&self, port: &ProcessPort) {
        self.0.lock().push(OwnPort {
            port: port.clone(),
            capture: None,
            playback: None,
            path: Path::default(),
        });
    }

    pub fn forget(&self, port: &ProcessPort) {
        self.0.lock().retain(|own| own.port.raw() != port.raw());
    }

    /// Puts ports on a path.
    pub fn set_path(&self, is_on_it: impl Fn(&ProcessPort) -> bool, path: Path) {
        let mut ports = self.0.lock();
        for own in ports.iter_mut().filter(|own| is_on_it(&own.port)) {
            own.path = path;
        }
    }

    /// Ends a path.
    pub fn end_path(&self, number: u64) {
        let mut ports = self.0.lock();
        for own in ports.iter_mut().filter(|own| own.path.number == number) {
            own.path = Path::default();
        }
    }

    /// False if the port is unregistered.
    fn set(&self, port: &ProcessPort, mode: LatencyMode, range: Option<LatencyRange>) -> bool {
        let mut ports = self.0.lock();
        let Some(own) = ports.iter_mut().find(|own| own.port.raw() == port.raw()) else {
            return false;
        };
        match mode {
            LatencyMode::Capture => own.capture = range,
            LatencyMode::Playback => own.playback = range,
        }
        true
    }

    /// Gives the ports their latencies of one kind.
    ///
    /// # Safety
    /// In libjack's latency callback for this kind.
    pub unsafe fn apply(&self, library: &'static Library, mode: LatencyMode) {
        // While this is held, no port is unregistered.
        let ports = self.0.lock();
        let passes_on = |own: &OwnPort| own.port.is_output() == (mode == LatencyMode::Capture);
        for own in &*ports {
            let declared = match mode {
                LatencyMode::Capture => own.capture,
                LatencyMode::Playback => own.playback,
            };
            let passed_on = || {
                let sources = ports
                    .iter()
                    .filter(|other| !passes_on(other) && other.path == own.path);
                // SAFETY: the ports are registered.
                let ranges = sources.map(|other| unsafe { range_of(library, &other.port, mode) });
                later(around(ranges), own.path.frames)
            };
            let range = declared.or_else(|| passes_on(own).then(passed_on));
            if let Some(range) = range {
                let mut raw = RawLatencyRange::new(range);
                let set = library.port_set_latency_range;
                // SAFETY: port and range are valid, and it is the callback for this kind, as the caller promises.
                unsafe { set(own.port.raw().as_ptr(), mode.code(), &mut raw) };
            }
        }
    }
}

/// # Safety
/// The port is registered.
unsafe fn range_of(
    library: &'static Library,
    port: &ProcessPort,
    mode: LatencyMode,
) -> LatencyRange {
    let mut range = RawLatencyRange::default();
    let get = library.port_get_latency_range;
    // SAFETY: promised by the caller; the range is valid.
    unsafe { get(port.raw().as_ptr(), mode.code(), &mut range) };
    range.get()
}

/// From the shortest to the longest of all ranges; 0 if there are none.
fn around(ranges: impl Iterator<Item = LatencyRange>) -> LatencyRange {
    let around = ranges.reduce(|all, range| LatencyRange {
        min_frames: all.min_frames.min(range.min_frames),
        max_frames: all.max_frames.max(range.max_frames),
    });
    around.unwrap_or_default()
}

fn later(range: LatencyRange, frames: u32) -> LatencyRange {
    LatencyRange {
        min_frames: range.min_frames.saturating_add(frames),
        max_frames: range.max_frames.saturating_add(frames),
    }
}

/// Latencies that the client itself adds.
///
/// As libjack does for a client that says nothing, what comes in by the client's inputs goes out by its outputs at once:
/// outputs have the capture latencies of the inputs, inputs the playback latencies of the outputs. The ports of
/// [`Blocks`](super::Blocks) add its latency.
impl Client {
    /// Gives one of the client's ports a latency of its own, in place of what comes from its other ports; `None`: no longer.
    /// The server then computes all latencies anew, which takes some cycles, and needs an active client. A capture latency of an
    /// output counts from where sound comes in up to the port, a playback latency of an input from the port to where sound
    /// goes out.
    ///
    /// # Errors
    /// [`Error::InvalidState`]: the client is closed, the port is unregistered, or in a handler.
    /// [`Error::InvalidArgument`]: a port of another client, or a range that ends before it begins. [`Error::Driver`].
    pub fn set_port_latency(
        &self,
        port: &Port,
        mode: LatencyMode,
        range: Option<LatencyRange>,
    ) -> Result<()> {
        if let Some(range) = range.filter(|range| range.min_frames > range.max_frames) {
            return Err(Error::InvalidArgument(format!(
                "latency range is {} to {} frames; it must not end before it begins",
                range.min_frames, range.max_frames
            )));
        }
        let client = self.enter()?;
        let port = port.process_port();
        if port.client() != client.number {
            return Err(Error::InvalidArgument(
                "the port is one of another client".into(),
            ));
        }
        if !client.context.latencies.set(port, mode, range) {
            return Err(Error::InvalidState("the JACK port is unregistered".into()));
        }
        self.recompute_latencies()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_goes_around_all_others_and_is_moved() {
        let range = |min_frames, max_frames| LatencyRange {
            min_frames,
            max_frames,
        };
        assert_eq!(around([].into_iter()), range(0, 0));
        let all = around([range(5, 6), range(2, 3)].into_iter());
        assert_eq!(all, range(2, 6));
        assert_eq!(later(all, 10), range(12, 16));
        assert_eq!(later(range(1, u32::MAX), 10), range(11, u32::MAX));
    }
}
