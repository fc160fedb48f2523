//! Writes the device's inputs to the capture ring, stamped with what was heard meanwhile.

use crate::engine::buffers::Ports;
use crate::engine::node::{Clock, Node, Outbox};
use crate::link::{Chunk, InputWriter, Report, ReportKind};
use crate::sys::Resident;

pub(crate) struct Capture(pub InputWriter);

impl Node for Capture {
    fn run(&mut self, clock: &Clock<'_>, ports: &mut Ports<'_, '_>, outbox: &mut Outbox) {
        let (mut lost, mut lost_before) = (0, 0);
        for (offset, chunk) in heard(clock) {
            let written = self.0.write(ports.inputs, offset, chunk);
            lost += written.lost;
            lost_before += written.lost_before;
        }
        let counters = &outbox.shared().counters;
        counters.input_frames.note(self.0.waiting());
        if lost > 0 {
            counters.add(&counters.input_lost_frames, lost);
        }
        if lost_before > 0 {
            outbox.report(Report {
                kind: ReportKind::InputLost {
                    frames: lost_before,
                },
                position: clock.timeline.position_at(clock.device_frame),
                device_frame: clock.device_frame,
                time_ns: clock.time_ns,
            });
        }
    }

    fn keep_memory(&mut self, resident: &mut Resident) {
        self.0.keep_memory(resident);
    }
}

/// Splits a stretch into chunks in which the part of the timeline that was heard is continuous. Each comes with
/// the index of its first frame in the stretch.
pub(super) fn heard<'c>(clock: &Clock<'c>) -> impl Iterator<Item = (usize, Chunk)> + use<'c> {
    let (history, latency, rate) = (clock.timeline.history(), clock.latency, clock.rate);
    let round_trip = clock.round_trip_frames;
    let (first_frame, first_ns, after_skip) = (clock.device_frame, clock.time_ns, clock.after_skip);
    let all = clock.frames;
    let mut done = 0;
    std::iter::from_fn(move || {
        if done == all {
            return None;
        }
        let device_frame = first_frame + done as u64;
        let heard = device_frame as i64 - round_trip as i64;
        let (segment, left) = history.at(heard);
        let frames = left.min((all - done) as u64);
        let chunk = Chunk {
            frames,
            position: segment.position_at(heard),
            device_frame,
            time_ns: first_ns + rate.nanoseconds(done as u64),
            ticket: segment.ticket,
            rolling: segment.rolling,
            lost_before: 0,
            xrun: after_skip && done == 0,
            latency,
        };
        let first = done;
        done += frames as usize;
        Some((first, chunk))
    })
}
