//! Sends MIDI messages at their frames: of the timeline, or of the device.

use super::midi_lists::{Destination, MidiLists};
use crate::engine::buffers::Ports;
use crate::engine::node::{Clock, Node, Outbox};
use crate::error::Result;
use crate::link::{LateMidi, MIDI_WAITING, OrderedMidi};
use crate::memory::{self, Keeper};
use crate::midi::{MAX_MIDI_BYTES, MAX_MIDI_PORTS, Message, MidiPorts, Written};
use crate::sys::Resident;

pub(crate) struct MidiOut {
    lists: MidiLists,
    /// Messages that were due, and found no room in their port, in the order in which they were due.
    overdue: Vec<Message<Destination>>,
    /// Which ports have no room left in this period.
    full: [bool; MAX_MIDI_PORTS as usize],
    /// The message that is on its way.
    bytes: Vec<u8>,
}

#[derive(Default)]
struct Counts {
    sent: u64,
    late: u64,
    lost: u64,
}

impl MidiOut {
    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    pub fn new(orders: OrderedMidi) -> Result<MidiOut> {
        Ok(MidiOut {
            lists: MidiLists::new(orders)?,
            overdue: memory::touched_room(2 * MIDI_WAITING, "MIDI messages that are overdue")?,
            full: Default::default(),
            bytes: memory::room(MAX_MIDI_BYTES, "a MIDI message")?,
        })
    }

    /// Sends what found no room in the period before, as far as there is room now.
    fn send_overdue(&mut self, ports: &mut dyn MidiPorts, counts: &mut Counts) {
        self.full = Default::default();
        let mut overdue = std::mem::take(&mut self.overdue);
        overdue.retain(|message| !self.send(message, 0, ports, counts));
        self.overdue = overdue;
    }

    /// Sends a message, if its port has room in this period. Returns whether it is done with.
    fn send(
        &mut self,
        message: &Message<Destination>,
        frame: u32,
        ports: &mut dyn MidiPorts,
        counts: &mut Counts,
    ) -> bool {
        let port = usize::from(message.about.port);
        if self.full[port] {
            return false;
        }
        self.lists.copy(message, &mut self.bytes);
        match ports.write(port, frame, &self.bytes) {
            Written::Taken => counts.sent += 1,
            Written::Never => counts.lost += 1,
            Written::Full => {
                self.full[port] = true;
                return false;
            }
        }
        self.lists.done_with(*message);
        true
    }
}

impl Node for MidiOut {
    fn run(&mut self, clock: &Clock<'_>, ports: &mut Ports<'_, '_>, outbox: &mut Outbox) {
        let mut counts = Counts::default();
        self.lists.cancel(&mut self.overdue);
        if clock.offset == 0 {
            self.send_overdue(ports.midi, &mut counts);
        }
        self.lists.take_orders(clock, &mut self.bytes);
        while let Some((offset, message)) = self.lists.take_due(clock) {
            let frame = clock.offset as u32 + offset.max(0) as u32;
            let may_be_late = message.about.late == LateMidi::Send;
            let mut is_late = offset < 0;
            if is_late && !may_be_late {
                self.lists.done_with(message);
            } else if !self.send(&message, frame, ports.midi, &mut counts) {
                // The port is full in this period.
                is_late = true;
                match may_be_late {
                    true => self.overdue.push(message),
                    false => self.lists.done_with(message),
                }
            }
            counts.late += u64::from(is_late);
        }
        let counters = &outbox.shared().counters;
        counters.add(&counters.midi_sent, counts.sent);
        counters.add(&counters.midi_late, counts.late);
        counters.add(&counters.midi_output_lost, counts.lost);
    }

    fn keep_memory(&mut self, resident: &mut Resident) {
        self.lists.keep_memory(resident);
        resident.keep_room_of(&mut self.overdue);
        resident.keep_room_of(&mut self.bytes);
    }
}
