//! Writes the device's inputs to the capture ring, stamped with what was heard meanwhile.

use super::plan::Span;
use crate::link::{Chunk, Report, ReportKind};
use crate::units;

pub(super) struct Capture;

impl Capture {
    pub fn run(&mut self, span: &mut Span<'_, '_, '_>) {
        let chunks = heard(span);
        let Some(input) = &mut span.link.input else {
            return;
        };
        let (mut lost, mut lost_before) = (0, 0);
        for (offset, chunk) in chunks {
            let written = input.write(span.inputs, offset, chunk);
            lost += written.lost;
            lost_before += written.lost_before;
        }
        let waiting = input.waiting();
        let counters = &span.link.shared.counters;
        counters.input_frames.note(waiting);
        if lost > 0 {
            counters.add(&counters.input_lost_frames, lost);
        }
        if lost_before > 0 {
            span.link.report(Report {
                kind: ReportKind::InputLost {
                    frames: lost_before,
                },
                position: span.timeline.position_at(span.device_frame),
                device_frame: span.device_frame,
                time_ns: span.time_ns,
            });
        }
    }
}

/// The input of a span in chunks, in each of which what was heard is continuous, and where each
/// begins in the period's buffers.
pub(super) fn heard<'s>(span: &Span<'s, '_, '_>) -> impl Iterator<Item = (usize, Chunk)> + use<'s> {
    let (history, latency, rate) = (span.timeline.history(), span.latency, span.frame_rate_hz);
    let (offset, frames) = (span.offset, span.frames);
    let (first_frame, first_ns, after_skip) = (span.device_frame, span.time_ns, span.after_skip);
    let mut done = 0;
    std::iter::from_fn(move || {
        let device_frame = first_frame + done as u64;
        let heard = device_frame as i64 - latency.round_trip_frames() as i64;
        let (segment, left) = history.at(heard);
        let frames = left.min((frames - done) as u64);
        let chunk = Chunk {
            frames,
            position: segment.position_at(heard),
            device_frame,
            time_ns: first_ns + units::nanoseconds(done as u64, rate),
            ticket: segment.ticket,
            rolling: segment.rolling,
            lost_before: 0,
            xrun: after_skip && done == 0,
            latency,
        };
        let place = offset + done;
        done += frames as usize;
        (frames > 0).then_some((place, chunk))
    })
}
