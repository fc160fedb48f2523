//! Sends MIDI messages at their frames: of the timeline, or of the device.

use crate::engine::buffers::Ports;
use crate::engine::node::{Clock, Node, Outbox};
use crate::error::Result;
use crate::link::{LateMidi, MidiOrder, MidiReader, MidiTime};
use crate::memory::{self, Keeper};
use crate::midi::{BLOCK_BYTES, MAX_MIDI_BYTES, Pending};
use crate::sys::Resident;

/// How many messages wait at the most, and their blocks, for each of the two clocks.
const MESSAGES: usize = 8192;
const BLOCKS: usize = 4 * MAX_MIDI_BYTES / BLOCK_BYTES;

pub(crate) struct MidiOut {
    orders: MidiReader<MidiOrder>,
    /// Of frames of the timeline.
    on_timeline: Pending<Destination>,
    /// Of frames of the device.
    on_device: Pending<Destination>,
    /// How many messages have come.
    count: u64,
    /// The message that is on its way.
    message: Vec<u8>,
}

#[derive(Clone, Copy)]
struct Destination {
    port: u16,
    late: LateMidi,
}

impl MidiOut {
    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    pub fn new(orders: MidiReader<MidiOrder>) -> Result<MidiOut> {
        Ok(MidiOut {
            orders,
            on_timeline: Pending::new(MESSAGES, BLOCKS)?,
            on_device: Pending::new(MESSAGES, BLOCKS)?,
            count: 0,
            message: memory::room(MAX_MIDI_BYTES, "a MIDI message")?,
        })
    }

    /// Takes what was asked for, as long as there is room for it. The rest waits in its ring.
    fn take_orders(&mut self, clock: &Clock<'_>) {
        while let Some((order, bytes)) = self.orders.peek() {
            let MidiOrder::Send { port, at, late } = order else {
                self.on_timeline.clear();
                self.on_device.clear();
                self.orders.read(&mut self.message);
                continue;
            };
            let (waiting, frame) = match at {
                MidiTime::Timeline(position) => (&mut self.on_timeline, position),
                MidiTime::Device(frame) => (&mut self.on_device, frame as i64),
                MidiTime::Server(frame) => {
                    let after = frame.wrapping_sub(clock.server_frame).cast_signed();
                    let frame = clock.device_frame as i64 + i64::from(after);
                    (&mut self.on_device, frame)
                }
            };
            if !waiting.has_room(bytes) {
                break;
            }
            self.orders.read(&mut self.message);
            self.count += 1;
            let to = Destination { port, late };
            waiting.push(frame, self.count, to, &self.message);
        }
    }
}

impl Node for MidiOut {
    fn run(&mut self, clock: &Clock<'_>, ports: &mut Ports<'_, '_>, outbox: &mut Outbox) {
        self.take_orders(clock);
        let frames = clock.frames as i64;
        let device_frame = clock.device_frame as i64;
        // While the timeline stands still, nothing of it is due.
        let position = match clock.timeline.rolling() {
            true => Some(clock.timeline.position_at(clock.device_frame)),
            false => None,
        };
        let (mut sent, mut late, mut lost) = (0, 0, 0);
        loop {
            let on_device = self.on_device.next_before(device_frame + frames);
            let on_timeline = position.and_then(|begin| {
                let next = self.on_timeline.next_before(begin.saturating_add(frames));
                next.map(|next| (next, begin))
            });
            let device_offset = on_device.map(|next| (next.frame - device_frame, next));
            let timeline_offset =
                on_timeline.map(|(next, begin)| (next.frame.saturating_sub(begin), next));
            let is_of_timeline = match (&device_offset, &timeline_offset) {
                (None, None) => break,
                (Some(_), None) => false,
                (None, Some(_)) => true,
                // What is late goes out at the beginning, in the order in which it was asked for.
                (Some((device, a)), Some((timeline, b))) => {
                    let key = |offset: i64, number| (offset.max(0), number);
                    key(*timeline, b.number) < key(*device, a.number)
                }
            };
            let (waiting, due) = match is_of_timeline {
                true => (&mut self.on_timeline, timeline_offset),
                false => (&mut self.on_device, device_offset),
            };
            let Some((offset, next)) = due else { break };
            // Within the room that there is: no message is longer.
            self.message.resize(next.bytes as usize, 0);
            waiting.copy_next(&mut self.message);
            waiting.remove_next();
            late += u64::from(offset < 0);
            if offset < 0 && next.about.late == LateMidi::Drop {
                continue;
            }
            let frame = clock.offset as u32 + offset.max(0) as u32;
            let port = ports.midi.outputs.get_mut(usize::from(next.about.port));
            match port.is_some_and(|port| port.push(frame, &self.message)) {
                true => sent += 1,
                false => lost += 1,
            }
        }
        let counters = &outbox.shared().counters;
        counters.add(&counters.midi_sent, sent);
        counters.add(&counters.midi_late, late);
        counters.add(&counters.midi_output_lost, lost);
    }

    fn keep_memory(&mut self, resident: &mut Resident) {
        self.on_timeline.keep_memory(resident);
        self.on_device.keep_memory(resident);
        resident.keep_room_of(&mut self.message);
    }
}
