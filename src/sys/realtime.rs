//! Real-time scheduling for the audio threads that are the library's own.

#[cfg(feature = "rtkit")]
use super::rtkit;
use std::io;
use std::time::Duration;

/// How long an audio thread goes on without a sleep, when it is always late, and how long it then sleeps (see
/// [`request_realtime`]).
pub(crate) const LONGEST_RUN_NS: u64 = 20_000_000;
pub(crate) const REST: Duration = Duration::from_micros(100);

/// Whether the audio thread has real-time scheduling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Realtime {
    /// SCHED_FIFO or SCHED_RR, at this priority.
    Granted {
        /// 1 to 99.
        priority: i32,
    },
    /// The system said no; playing may be interrupted under load.
    Refused {
        /// Why, and what would help.
        reason: String,
    },
    /// The driver has no audio thread of its own (offline).
    NotNeeded,
}

/// Gives the calling thread real-time scheduling: SCHED_FIFO where this user may have it, else SCHED_RR by rtkit, which
/// may lower the priority. It takes up to a second, if rtkit does not answer. Not for a thread that is in real time
/// already.
///
/// rtkit demands that the system ends the process where a thread with real-time scheduling computes for too long (200 ms
/// by default) without a sleep. So a thread that calls this must sleep now and then, also when it is late.
pub(crate) fn request_realtime(priority: i32) -> Realtime {
    let Err(error) = set_fifo(priority) else {
        return Realtime::Granted { priority };
    };
    let refused = format!(
        "SCHED_FIFO priority {priority}: {error}; allow it with an rtprio limit in \
         /etc/security/limits.d, or CAP_SYS_NICE"
    );
    if error.raw_os_error() != Some(libc::EPERM) {
        return Realtime::Refused { reason: refused };
    }
    #[cfg(feature = "rtkit")]
    match rtkit::request(priority) {
        Ok(priority) => Realtime::Granted { priority },
        Err(why) => Realtime::Refused {
            reason: format!("{refused}; rtkit: {why}"),
        },
    }
    #[cfg(not(feature = "rtkit"))]
    Realtime::Refused { reason: refused }
}

fn set_fifo(priority: i32) -> io::Result<()> {
    let param = libc::sched_param {
        sched_priority: priority,
    };
    // SAFETY: `param` is valid; pthread_self is the calling thread.
    match unsafe { libc::pthread_setschedparam(libc::pthread_self(), libc::SCHED_FIFO, &param) } {
        0 => Ok(()),
        code => Err(io::Error::from_raw_os_error(code)),
    }
}
