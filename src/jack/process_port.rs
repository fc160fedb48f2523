//! What a process handler reads from and writes to. These have no methods: they are used with a
//! [`Cycle`](super::cycle::Cycle), which there is only while their client is open.

use super::library::RawPort;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// The number of a client; no other client of this process has or had it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ClientNumber(pub u64);

/// A port that audio comes in by.
pub struct AudioInput(pub(super) ProcessPort);

/// A port that audio goes out by: the right to write to it. There is one for each port.
pub struct AudioOutput(pub(super) ProcessPort);

/// A port, as far as the audio thread may use it.
#[derive(Clone)]
pub(super) struct ProcessPort(Arc<Shared>);

/// What goes through a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Audio,
    Midi,
    Other,
}

struct Shared {
    client: ClientNumber,
    content: Content,
    is_output: bool,
    raw: NonNull<RawPort>,
    registered: AtomicBool,
    /// The last cycle in which its buffer was given out for writing.
    used: AtomicU64,
}

// SAFETY: the pointer is a handle, which only `Cycle` and `Port` use.
#[allow(unsafe_code, reason = "a handle of libjack")]
unsafe impl Send for Shared {}
// SAFETY: as above.
#[allow(unsafe_code, reason = "a handle of libjack")]
unsafe impl Sync for Shared {}

impl ProcessPort {
    pub fn new(
        client: ClientNumber,
        raw: NonNull<RawPort>,
        content: Content,
        is_output: bool,
    ) -> ProcessPort {
        ProcessPort(Arc::new(Shared {
            client,
            content,
            is_output,
            raw,
            registered: AtomicBool::new(true),
            used: AtomicU64::new(0),
        }))
    }

    pub fn client(&self) -> ClientNumber {
        self.0.client
    }

    pub fn raw(&self) -> NonNull<RawPort> {
        self.0.raw
    }

    pub fn content(&self) -> Content {
        self.0.content
    }

    pub fn is_output(&self) -> bool {
        self.0.is_output
    }

    pub fn is_of(&self, client: ClientNumber) -> bool {
        self.0.client == client
    }

    /// The port, in a cycle of this client; `None` if it is another client's, or unregistered. Wait-free.
    pub fn in_cycle_of(&self, client: ClientNumber) -> Option<NonNull<RawPort>> {
        let usable = self.is_of(client) && self.0.registered.load(Ordering::SeqCst);
        usable.then_some(self.0.raw)
    }

    /// Whether its buffer still holds what was written in an earlier cycle. After that it counts as written in this one.
    /// Audio thread only; wait-free.
    pub fn is_first_use_in(&self, cycle: u64) -> bool {
        self.0.used.swap(cycle, Ordering::Relaxed) != cycle
    }

    /// Whether it is there still.
    pub fn is_registered(&self) -> bool {
        self.0.registered.load(Ordering::SeqCst)
    }

    /// Cycles that begin from here on do not use the port.
    pub fn end(&self) {
        self.0.registered.store(false, Ordering::SeqCst);
    }
}
