//! Passes audio to a recorder: inputs with the stamps of what was heard, outputs with their own position.

use super::capture::heard;
use crate::engine::buffers::Ports;
use crate::engine::node::{Clock, Node, Outbox};
use crate::link::{Chunk, RecordSource, TapWriter};

/// Records its input ports. It blocks only if the period has no deadline.
pub(crate) struct Tap {
    pub source: RecordSource,
    pub writer: TapWriter,
}

impl Node for Tap {
    fn run(&mut self, clock: &Clock<'_>, ports: &mut Ports<'_, '_>, _outbox: &mut Outbox) {
        if self.writer.has_ended() {
            return;
        }
        let (inputs, may_block) = (ports.inputs, clock.may_block);
        match self.source {
            RecordSource::Input => {
                for (offset, chunk) in heard(clock) {
                    self.writer.write(inputs, offset, chunk, may_block);
                }
            }
            RecordSource::Output => self.writer.write(inputs, 0, played(clock), may_block),
        }
    }
}

/// The stamp of what is played.
fn played(clock: &Clock<'_>) -> Chunk {
    Chunk {
        frames: clock.frames as u64,
        position: clock.timeline.position_at(clock.device_frame),
        device_frame: clock.device_frame,
        time_ns: clock.time_ns,
        ticket: clock.timeline.ticket(),
        rolling: clock.timeline.rolling(),
        lost_before: 0,
        xrun: clock.after_skip,
        latency: clock.latency,
    }
}
