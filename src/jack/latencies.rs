//! The latencies of a client's own ports: what comes in by a port goes out by others later, and ports may have latencies of their
//! own.
#![allow(unsafe_code, reason = "calls of libjack")]

use super::latency_mode::LatencyMode;
use super::library::{Library, RawClient, RawLatencyRange, RawPort};
use super::names::taken_list;
use super::port_info::LatencyRange;
use super::process_port::ProcessPort;
use crate::lock::Mutex;
use std::ffi::CString;
use std::ptr::NonNull;

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

    /// A path has another latency.
    pub fn change_path(&self, path: Path) {
        let mut ports = self.0.lock();
        for own in ports
            .iter_mut()
            .filter(|own| own.path.number == path.number)
        {
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

    /// Gives a port a latency of its own; `None`: no longer. False if the port is unregistered.
    pub fn set(&self, port: &ProcessPort, mode: LatencyMode, range: Option<LatencyRange>) -> bool {
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
    /// In libjack's latency callback for this kind; where [`Library::sets_latencies_elsewhere`], on a thread of the program.
    pub unsafe fn apply(
        &self,
        library: &'static Library,
        client: NonNull<RawClient>,
        mode: LatencyMode,
    ) {
        // While this is held, no port is unregistered.
        let ports = self.0.lock();
        let calculation = Calculation {
            library,
            client,
            mode,
            ports: &ports,
        };
        for own in &*ports {
            let range = own.declared(mode).or_else(|| {
                let passed_on = || {
                    // SAFETY: promised by the caller.
                    let range = unsafe { calculation.of_path(own.path, &mut Vec::new()) };
                    range.unwrap_or_else(|| later(LatencyRange::default(), own.path.frames))
                };
                own.passes_on(mode).then(passed_on)
            });
            if let Some(range) = range {
                let mut raw = RawLatencyRange::new(range);
                let set = library.port_set_latency_range;
                // SAFETY: port and range are valid, and it is where the caller promises.
                unsafe { set(own.port.raw().as_ptr(), mode.code(), &mut raw) };
            }
        }
    }
}

impl OwnPort {
    fn declared(&self, mode: LatencyMode) -> Option<LatencyRange> {
        match mode {
            LatencyMode::Capture => self.capture,
            LatencyMode::Playback => self.playback,
        }
    }

    /// Whether it gets its latency of this kind from other ports of its path.
    fn passes_on(&self, mode: LatencyMode) -> bool {
        self.port.is_output() == (mode == LatencyMode::Capture)
    }
}

/// Computes latencies of the client's ports. What comes back to a path, by connections between ports of the client, does not
/// count: in a loop, latencies would grow each time.
struct Calculation<'a> {
    library: &'static Library,
    client: NonNull<RawClient>,
    mode: LatencyMode,
    ports: &'a [OwnPort],
}

/// # Safety
/// Of all of these: as [`Latencies::apply`].
impl Calculation<'_> {
    /// What goes out at the end of a path. `before` are the paths that it leads to. `None` if all comes from these.
    unsafe fn of_path(&self, path: Path, before: &mut Vec<u64>) -> Option<LatencyRange> {
        before.push(path.number);
        let mut ranges = Vec::new();
        let is_source = |own: &&OwnPort| !own.passes_on(self.mode) && own.path == path;
        let mut sources = self.ports.iter().filter(is_source).peekable();
        let has_none = sources.peek().is_none();
        for source in sources {
            // SAFETY: promised by the caller.
            unsafe { self.add_source(source, before, &mut ranges) };
        }
        before.pop();
        let is_known = has_none || !ranges.is_empty();
        is_known.then(|| later(around(ranges.into_iter()), path.frames))
    }

    unsafe fn add_source(
        &self,
        source: &OwnPort,
        before: &mut Vec<u64>,
        ranges: &mut Vec<LatencyRange>,
    ) {
        // SAFETY: the ports are registered; names and lists are libjack's.
        let connected: Vec<_> = unsafe {
            let names = (self.library.port_get_connections)(source.port.raw().as_ptr());
            let names = taken_list(self.library, names).into_iter();
            names
                .filter_map(|name| CString::new(name).ok())
                .map(|name| (self.library.port_by_name)(self.client.as_ptr(), name.as_ptr()))
                .filter_map(NonNull::new)
                .map(|port| (port, self.ports.iter().find(|own| own.port.raw() == port)))
                .collect()
        };
        if source.declared(self.mode).is_some() || connected.iter().all(|(_, own)| own.is_none()) {
            // SAFETY: the port is registered.
            ranges.push(unsafe { self.known(source.port.raw()) });
            return;
        }
        for (port, own) in connected {
            let range = match own {
                Some(own) if own.declared(self.mode).is_some() => own.declared(self.mode),
                Some(own) if before.contains(&own.path.number) => None,
                // SAFETY: promised by the caller.
                Some(own) => unsafe { self.of_path(own.path, before) },
                // SAFETY: the port was just found.
                None => Some(unsafe { self.known(port) }),
            };
            ranges.extend(range);
        }
    }

    /// What libjack knows.
    unsafe fn known(&self, port: NonNull<RawPort>) -> LatencyRange {
        let mut range = RawLatencyRange::default();
        let get = self.library.port_get_latency_range;
        // SAFETY: the caller has found the port; the range is valid.
        unsafe { get(port.as_ptr(), self.mode.code(), &mut range) };
        range.get()
    }
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
