//! Hands arriving MIDI messages over, stamped with what was heard meanwhile, as captured input is.

use super::capture::heard;
use crate::engine::buffers::Ports;
use crate::engine::node::{Clock, Node, Outbox};
use crate::link::{MidiStamp, MidiWriter};
use crate::sys::Resident;

pub(crate) struct MidiIn {
    writer: MidiWriter<MidiStamp>,
    /// Messages that found no room since the last one that did.
    lost: u64,
}

impl MidiIn {
    pub fn new(writer: MidiWriter<MidiStamp>) -> MidiIn {
        MidiIn { writer, lost: 0 }
    }
}

impl Node for MidiIn {
    fn run(&mut self, clock: &Clock<'_>, ports: &mut Ports<'_, '_>, outbox: &mut Outbox) {
        if ports.midi.inputs().iter().all(|events| events.is_empty()) {
            return;
        }
        let (mut received, mut lost) = (0, 0);
        for (offset, chunk) in heard(clock) {
            let begin = (clock.offset + offset) as u32;
            let frames = begin..begin + chunk.frames as u32;
            for (port, events) in ports.midi.inputs().iter().enumerate() {
                for (frame, message) in events.part(frames.clone()) {
                    let after = u64::from(frame - begin);
                    let chunk = chunk.after(after, clock.rate);
                    let stamp = MidiStamp {
                        port: port as u16,
                        position: chunk.position,
                        device_frame: chunk.device_frame,
                        server_frame: clock.server_frame_of(offset as u64 + after),
                        time_ns: chunk.time_ns,
                        ticket: chunk.ticket,
                        rolling: chunk.rolling,
                        lost_before: self.lost,
                    };
                    if self.writer.write(stamp, message) {
                        (received, self.lost) = (received + 1, 0);
                    } else {
                        (lost, self.lost) = (lost + 1, self.lost + 1);
                    }
                }
            }
        }
        let counters = &outbox.shared().counters;
        counters.add(&counters.midi_received, received);
        counters.add(&counters.midi_input_lost, lost);
    }

    fn keep_memory(&mut self, resident: &mut Resident) {
        self.writer.keep_memory(resident);
    }
}
