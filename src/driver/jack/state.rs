//! Numbers that the audio thread, libjack's other threads and the driver share.

use crate::units::Latency;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

#[derive(Default)]
pub(super) struct ClientState {
    /// Both latencies in one number, so that they are of the same moment.
    latency: AtomicU64,
    pub period_frames: AtomicU32,
    pub frame_rate_hz: AtomicU32,
    /// Whether a period has run since the client was activated.
    pub ran: AtomicBool,
    pub freewheeling: AtomicBool,
    /// Whether the server is gone.
    pub lost: AtomicBool,
}

impl ClientState {
    pub fn new(frame_rate_hz: u32, period_frames: u32) -> ClientState {
        ClientState {
            frame_rate_hz: AtomicU32::new(frame_rate_hz),
            period_frames: AtomicU32::new(period_frames),
            ..ClientState::default()
        }
    }

    pub fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Acquire)
    }

    pub fn latency(&self) -> Latency {
        let packed = self.latency.load(Ordering::Relaxed);
        Latency {
            capture_frames: (packed >> 32) as u32,
            playback_frames: packed as u32,
        }
    }

    /// Returns whether it differs from the one before.
    pub fn set_latency(&self, latency: Latency) -> bool {
        let packed = u64::from(latency.capture_frames) << 32 | u64::from(latency.playback_frames);
        self.latency.swap(packed, Ordering::Relaxed) != packed
    }
}
