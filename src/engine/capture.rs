//! Writes the device's inputs to the capture ring, stamped with what was heard meanwhile.

use super::plan::Span;
use crate::link::{Chunk, Report, ReportKind};

pub(super) struct Capture {
    frame_rate_hz: u32,
}

impl Capture {
    pub fn new(frame_rate_hz: u32) -> Capture {
        Capture { frame_rate_hz }
    }

    pub fn run(&mut self, span: &mut Span<'_, '_, '_>) {
        let Some(input) = &mut span.link.input else {
            return;
        };
        let mut done = 0;
        let (mut lost, mut lost_before) = (0, 0);
        while done < span.frames {
            let device_frame = span.device_frame + done as u64;
            let heard = device_frame as i64 - span.latency.round_trip_frames() as i64;
            let (segment, left) = span.timeline.history().at(heard);
            let frames = left.min((span.frames - done) as u64);
            let time = done as u64 * 1_000_000_000 / u64::from(self.frame_rate_hz);
            let written = input.write(
                span.inputs,
                span.offset + done,
                Chunk {
                    frames,
                    position: segment.position_at(heard),
                    device_frame,
                    time_ns: span.time_ns + time,
                    ticket: segment.ticket,
                    rolling: segment.rolling,
                    lost_before: 0,
                    xrun: span.after_skip && done == 0,
                    latency: span.latency,
                },
            );
            lost += written.lost;
            lost_before += written.lost_before;
            done += frames as usize;
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
