//! Serving what comes back from the engine.

use super::events::{Event, EventKind};
use super::interface::{Inner, State};
use crate::engine::Retired;
use crate::link::{Report, ReportKind};
use std::sync::atomic::Ordering;

impl Inner {
    /// Fetches what the engine has sent back: frees what it retired, turns reports into events,
    /// wakes whoever waits for input.
    pub fn pump(&self) {
        // Freed after the lock is released: that may run a callback of the application, for as
        // long as it likes.
        let mut retired = Vec::new();
        let mut ended = Vec::new();
        let mut reports: Vec<Report> = Vec::new();
        // That it is back is told before what it reports since then.
        let held = self.state() == State::Lost;
        {
            let mut returns = self.returns.lock();
            // Reports are counted first: where a ticket has ended, its swap is fetched too before the
            // next one is let in, so that `retired` never holds more than it was made for.
            let (mut reports_waiting, retired_waiting) = returns.waiting();
            if held {
                reports_waiting = 0;
            }
            let room = reports
                .try_reserve(reports_waiting)
                .and_then(|()| ended.try_reserve(reports_waiting))
                .and_then(|()| retired.try_reserve(retired_waiting));
            // Without memory for the lists, everything stays where it is until a later call.
            let (reports_taken, retired_taken) = match room {
                Ok(()) => (reports_waiting, retired_waiting),
                Err(_) => (0, 0),
            };
            reports.extend(std::iter::from_fn(|| returns.next_report()).take(reports_taken));
            for object in std::iter::from_fn(|| returns.next_retired()).take(retired_taken) {
                match object {
                    Retired::Batch(_) => {
                        self.batches_in_flight.fetch_sub(1, Ordering::AcqRel);
                    }
                    Retired::Swap(_) => {}
                }
                retired.push(object);
            }
            if !reports.is_empty() {
                let mut outlook = self.outlook.lock();
                // A ticket that is not pending has ended already: closing has ended it.
                reports.retain(|report| {
                    let Some(ticket) = report.kind.ticket() else {
                        return true;
                    };
                    let applied = matches!(report.kind, ReportKind::Applied { .. });
                    let swap = outlook.end(ticket, applied);
                    let was_pending = swap.is_some();
                    ended.extend(swap);
                    was_pending
                });
            }
            for report in reports {
                self.events.push(report.into());
            }
        }
        drop((retired, ended));
        self.take_out_ended_taps();
        {
            let input = self.input.lock();
            if input.as_ref().is_some_and(|input| self.input_is_due(input)) {
                self.input_signal.set();
            }
        }
        if self.slot.has_failed() {
            self.fail("the engine panicked; the output is silent");
        }
    }

    /// Adds an event of the control half.
    pub fn event(&self, kind: EventKind) {
        if !self.home.is_here() {
            return;
        }
        let state = self.shared.snapshot.read();
        self.events.push(Event {
            kind,
            position: state.position,
            device_frame: state.device_frame,
            time_ns: state.time_ns,
        });
    }
}
