//! What happened, for the application to fetch.

use crate::error::Result;
use crate::link::{Report, ReportKind, SkipPolicy};
use crate::lock::Mutex;
use crate::memory;
use crate::sys::Signal;
use crate::units::{Latency, Ticket};
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

/// Something that happened, and when.
#[derive(Clone, Debug)]
pub struct Event {
    /// What happened.
    pub kind: EventKind,
    /// The timeline frame at which it happened.
    pub position: i64,
    /// The device frame at which it happened.
    pub device_frame: u64,
    /// `CLOCK_MONOTONIC` in nanoseconds (offline: since the first frame).
    pub time_ns: u64,
}

/// What an event says.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq)]
pub enum EventKind {
    /// A swap took over, at the event's position and device frame.
    Applied {
        /// The swap.
        ticket: Ticket,
        /// The swap's [`Swap::user_data`](crate::Swap).
        user_data: u64,
        /// How many frames after its `insert_at`.
        late_frames: u64,
    },
    /// A later swap took over at the same frame; this one did not sound.
    Superseded {
        /// The swap.
        ticket: Ticket,
        /// The swap's [`Swap::user_data`](crate::Swap).
        user_data: u64,
    },
    /// A swap will not take over.
    Cancelled {
        /// The swap.
        ticket: Ticket,
        /// The swap's [`Swap::user_data`](crate::Swap).
        user_data: u64,
        /// Why.
        reason: CancelReason,
    },
    /// The driver skipped frames before the event's device frame.
    Skipped {
        /// How many.
        frames: u64,
        /// What the timeline did.
        policy: SkipPolicy,
    },
    /// The server reported an over- or underrun.
    Xrun,
    /// Captured frames were lost because nobody read in time; captured input goes on now.
    InputLost {
        /// How many.
        frames: u64,
    },
    /// A streamed clip was not read from its file in time: these frames of it were silent.
    Underrun {
        /// The clip, by [`crate::Clip::id`].
        clip: u64,
        /// The first frame of it that was not there.
        clip_frame: u64,
        /// How many.
        frames: u64,
    },
    /// A part of a streamed clip cannot be read; it is silent.
    StreamFailed {
        /// The clip, by [`crate::Clip::id`].
        clip: u64,
        /// What failed.
        reason: String,
    },
    /// The server or device is gone. The interface reconnects by itself.
    Lost {
        /// What the driver said.
        reason: String,
    },
    /// A device had stopped, because it ran out of data or room, or the system slept, and runs again. The frames that
    /// passed meanwhile are [`EventKind::Skipped`]; that event comes first.
    Recovered {
        /// How many frames were not captured.
        lost_frames: u64,
        /// How many frames that were played before were not heard.
        unheard_frames: u64,
    },
    /// The server or device is back.
    Reconnected {
        /// How many frames passed before it came back.
        gap_frames: u64,
    },
    /// No period has run for a while, without the server being gone.
    Stalled {
        /// For how long.
        silent_ms: u64,
    },
    /// Periods run again after a stall.
    Resumed {
        /// For how long no period ran.
        silent_ms: u64,
    },
    /// The driver changed the period.
    PeriodChanged {
        /// The new period.
        frames: u32,
    },
    /// The driver reported other latencies.
    LatencyChanged(Latency),
    /// The server entered or left freewheel mode.
    Freewheel {
        /// Whether it freewheels now.
        on: bool,
    },
    /// The interface cannot go on; make another one.
    Failed {
        /// What failed.
        reason: String,
    },
    /// Events were dropped, oldest first, because nobody fetched them.
    EventsLost {
        /// How many.
        count: u64,
    },
    /// A line of the driver's log.
    Log(String),
    /// A recorder has its first frame: that of the event.
    RecorderStarted {
        /// The file.
        path: PathBuf,
    },
    /// A recorder has ended before the event's frame, and its file is complete.
    RecorderEnded {
        /// The file.
        path: PathBuf,
        /// Its length.
        frames: u64,
    },
    /// A recorder could not go on: the disk is full, say. The file has what was written before; nothing if
    /// it was deleted or replaced meanwhile.
    RecorderFailed {
        /// The file.
        path: PathBuf,
        /// Its length.
        frames: u64,
        /// What the system said.
        reason: String,
    },
    /// The disk was too slow: the file has silence in place of the frames before the event's.
    RecorderLost {
        /// The file.
        path: PathBuf,
        /// How many.
        frames: u64,
    },
}

/// Why a swap was cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelReason {
    /// The application asked for it.
    Asked,
    /// It was late, and its policy was to refuse then.
    Late,
    /// The interface was closed.
    Closed,
}

/// Events that wait to be fetched; with more, the oldest are dropped.
const CAPACITY: usize = 65_536;

/// So many have room from the beginning.
const FIRST_ROOM: usize = 64;

pub(super) struct Events {
    queue: Mutex<EventQueue>,
    lost_in_all: AtomicU64,
    /// Readable while an event waits.
    pub signal: Signal,
}

struct EventQueue {
    events: VecDeque<Event>,
    /// Dropped since the application was last told.
    lost: u64,
}

impl Events {
    pub fn new() -> Result<Events> {
        Ok(Events {
            queue: Mutex::new(EventQueue {
                events: memory::queue(FIRST_ROOM, "the queue of events")?,
                lost: 0,
            }),
            lost_in_all: AtomicU64::new(0),
            signal: Signal::new()?,
        })
    }

    pub fn push(&self, event: Event) {
        let mut queue = self.queue.lock();
        if queue.extend_underrun(&event) {
            return;
        }
        // Without memory for more events, the queue counts as full.
        if queue.events.len() == CAPACITY || queue.events.try_reserve(1).is_err() {
            queue.events.pop_front();
            queue.lost += 1;
            self.lost_in_all.fetch_add(1, Ordering::Relaxed);
        }
        queue.events.push_back(event);
        self.signal.set();
    }

    /// The oldest event; first of all, how many were dropped before it.
    pub fn pop(&self) -> Option<Event> {
        let mut queue = self.queue.lock();
        let next = queue.events.front()?.clone();
        if queue.lost > 0 {
            let count = std::mem::take(&mut queue.lost);
            return Some(Event {
                kind: EventKind::EventsLost { count },
                ..next
            });
        }
        queue.events.pop_front();
        if queue.events.is_empty() {
            self.signal.clear();
        }
        Some(next)
    }

    /// Makes waiting threads look again.
    pub fn wake(&self) {
        let _queue = self.queue.lock();
        self.signal.set();
    }

    pub fn lost_in_all(&self) -> u64 {
        self.lost_in_all.load(Ordering::Relaxed)
    }
}

impl EventQueue {
    /// Whether the event continues an underrun that waits in the queue. Then that event is extended.
    fn extend_underrun(&mut self, event: &Event) -> bool {
        /// How many clips may have underruns side by side, each with one event.
        const SEARCHED: usize = 256;
        let EventKind::Underrun {
            clip,
            clip_frame,
            frames,
        } = event.kind
        else {
            return false;
        };
        let latest = self.events.iter_mut().rev().take(SEARCHED);
        for waiting in latest {
            if let EventKind::Underrun {
                clip: its_clip,
                clip_frame: first,
                frames: known,
            } = &mut waiting.kind
                && *its_clip == clip
                && *first + *known == clip_frame
                && waiting.device_frame + *known == event.device_frame
            {
                *known += frames;
                return true;
            }
        }
        false
    }
}

impl Event {
    /// What the engine has reported; `user_data` is that of the swap it is about.
    pub(super) fn of(report: Report, user_data: u64) -> Event {
        let kind = match report.kind {
            ReportKind::Applied {
                ticket,
                late_frames,
            } => EventKind::Applied {
                ticket,
                user_data,
                late_frames,
            },
            ReportKind::Superseded { ticket } => EventKind::Superseded { ticket, user_data },
            ReportKind::Cancelled { ticket, late } => EventKind::Cancelled {
                ticket,
                user_data,
                reason: if late {
                    CancelReason::Late
                } else {
                    CancelReason::Asked
                },
            },
            ReportKind::Skipped { frames, policy } => EventKind::Skipped { frames, policy },
            ReportKind::Recovered {
                lost_frames,
                unheard_frames,
            } => EventKind::Recovered {
                lost_frames,
                unheard_frames,
            },
            ReportKind::InputLost { frames } => EventKind::InputLost { frames },
            ReportKind::Underrun {
                clip,
                clip_frame,
                frames,
            } => EventKind::Underrun {
                clip,
                clip_frame,
                frames,
            },
        };
        Event {
            kind,
            position: report.position,
            device_frame: report.device_frame,
            time_ns: report.time_ns,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn underrun(clip: u64, clip_frame: u64, frames: u64, device_frame: u64) -> Event {
        Event {
            kind: EventKind::Underrun {
                clip,
                clip_frame,
                frames,
            },
            position: 0,
            device_frame,
            time_ns: 0,
        }
    }

    #[test]
    fn underruns_that_join_are_one_event_and_others_are_not() {
        let events = Events::new().expect("a descriptor");
        for (clip, clip_frame, device_frame) in [
            (1, 100, 1000),
            (2, 100, 1000),
            (1, 110, 1010),
            (2, 110, 1010),
            (1, 120, 1020),
            (1, 130, 1031), // later than where it would go on
            (2, 121, 1020), // not where it would go on
        ] {
            events.push(underrun(clip, clip_frame, 10, device_frame));
        }
        let kinds = std::iter::from_fn(|| events.pop()).map(|event| event.kind);
        let expected = [(1, 100, 30), (2, 100, 20), (1, 130, 10), (2, 121, 10)];
        let expected = expected.map(|(clip, first, frames)| underrun(clip, first, frames, 0).kind);
        assert_eq!(kinds.collect::<Vec<_>>(), expected);
    }
}
