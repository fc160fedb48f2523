//! The ring of the engine's reports.

use crate::explore::{explore, notices_wrong_orderings};
use crate::link::{self, Report, ReportKind, Returns, Sizes};
use crate::tracked::Tracked;
use crate::units::Ticket;
use loom::thread;
use std::sync::Arc;

#[test]
fn whoever_has_a_report_sees_what_happened_before_it() {
    explore(two_reports);
}

#[test]
fn a_wrong_ordering_of_reports_is_noticed() {
    notices_wrong_orderings(two_reports);
}

fn two_reports() {
    let ends = link::new::<()>(Sizes {
        batches: 1,
        swaps: 2,
        input_frames: 0,
        input_chunks: 8,
        input_channels: 0,
        output_channels: 0,
    })
    .expect("there is memory");
    let (mut engine, mut control) = (ends.outgoing, ends.control);
    let done = Arc::new([Tracked::new(0), Tracked::new(0)]);
    let doing = done.clone();
    let engine = thread::spawn(move || {
        for number in 1..=2 {
            doing[number as usize - 1].write(number);
            engine.report(report(number));
        }
        engine
    });
    let mut seen = look(&mut control.returns, &done, 0);
    seen = look(&mut control.returns, &done, seen);
    let engine = engine.join().expect("the engine's thread has not panicked");
    while seen < 2 {
        seen = look(&mut control.returns, &done, seen);
    }
    drop(engine);
}

fn report(number: u64) -> Report {
    Report {
        kind: ReportKind::Superseded {
            ticket: Ticket(number),
        },
        position: 0,
        device_frame: number,
        time_ns: 0,
    }
}

/// Takes a report if there is one; returns the number of the last report that was taken.
fn look(returns: &mut Returns<()>, done: &[Tracked; 2], seen: u64) -> u64 {
    let Some(report) = returns.next_report() else {
        return seen;
    };
    assert_eq!(report.device_frame, seen + 1);
    assert_eq!(report.kind.ticket(), Some(Ticket(seen + 1)));
    assert_eq!(done[seen as usize].read(), seen + 1);
    seen + 1
}
