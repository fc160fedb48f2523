//! What a process callback reads from and writes to. These have no methods: they are used with a
//! [`Cycle`](super::cycle::Cycle), which there is only while their client is open.

use super::library::RawPort;
use std::ptr::NonNull;

/// The number of a client; no other client of this process has or had it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ClientNumber(pub u64);

/// A port that audio comes in by.
pub(crate) struct AudioInput(pub(super) RawAudioPort);

/// A port that audio goes out by: the right to write to it. There is one for each port.
pub(crate) struct AudioOutput(pub(super) RawAudioPort);

#[derive(Clone, Copy)]
pub(super) struct RawAudioPort {
    pub client: ClientNumber,
    pub raw: NonNull<RawPort>,
}

// SAFETY: the pointer is a handle, which only `Cycle` uses.
#[allow(unsafe_code, reason = "a handle of libjack")]
unsafe impl Send for RawAudioPort {}
// SAFETY: as above.
#[allow(unsafe_code, reason = "a handle of libjack")]
unsafe impl Sync for RawAudioPort {}
