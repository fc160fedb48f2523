//! The MIDI messages that wait for frames of the timeline, and those that wait for frames of the device.

use crate::engine::node::Clock;
use crate::error::Result;
use crate::link::{LateMidi, MIDI_BLOCKS, MIDI_WAITING, MidiClock, MidiTime, OrderedMidi};
use crate::memory::Keeper;
use crate::midi::{Message, Pending, blocks_of};

/// Where a message goes.
#[derive(Clone, Copy)]
pub(super) struct Destination {
    pub port: u16,
    pub late: LateMidi,
    clock: MidiClock,
}

pub(super) struct MidiLists {
    orders: OrderedMidi,
    on_timeline: Pending<Destination>,
    on_device: Pending<Destination>,
    /// How many messages have come.
    count: u64,
}

/// Audio thread only, but for `new` and `keep_memory`; wait-free; no allocation, free, lock, system call, log or panic.
impl MidiLists {
    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    pub fn new(orders: OrderedMidi) -> Result<MidiLists> {
        Ok(MidiLists {
            orders,
            on_timeline: Pending::new(MIDI_WAITING, MIDI_BLOCKS)?,
            on_device: Pending::new(MIDI_WAITING, MIDI_BLOCKS)?,
            count: 0,
        })
    }

    /// Hands over the memory that is written to. Not for the audio thread.
    pub fn keep_memory(&mut self, keeper: &mut impl Keeper) {
        self.on_timeline.keep_memory(keeper);
        self.on_device.keep_memory(keeper);
    }

    /// Forgets all messages if they were cancelled: those in the lists, and those that were taken out and are not done
    /// with. Then these are forgotten as well.
    pub fn cancel(&mut self, taken_out: &mut Vec<Message<Destination>>) {
        if !self.orders.were_cancelled() {
            return;
        }
        for message in taken_out.drain(..) {
            self.done_with(message);
        }
        for clock in [MidiClock::Timeline, MidiClock::Device] {
            let (messages, blocks) = self.list(clock).clear();
            self.orders.release(clock, messages, blocks);
        }
    }

    /// Takes what was asked for. There is room for it. `bytes` has room for the longest message.
    pub fn take_orders(&mut self, clock: &Clock<'_>, bytes: &mut Vec<u8>) {
        while let Some(order) = self.orders.next(bytes) {
            let frame = match order.at {
                MidiTime::Timeline(position) => position,
                MidiTime::Device(frame) => frame as i64,
                MidiTime::Server(frame) => {
                    let after = frame.wrapping_sub(clock.server_frame).cast_signed();
                    clock.device_frame as i64 + i64::from(after)
                }
            };
            let to = Destination {
                port: order.port,
                late: order.late,
                clock: order.at.clock(),
            };
            self.count += 1;
            let number = self.count;
            self.list(to.clock).push(frame, number, to, bytes);
        }
    }

    /// Takes out the next message that is due before the stretch ends, and says how many frames after the beginning
    /// of the stretch it is due. Then it is to be done with.
    pub fn take_due(&mut self, clock: &Clock<'_>) -> Option<(i64, Message<Destination>)> {
        let frames = clock.frames as i64;
        let next = |list: &Pending<Destination>, begin: i64| {
            let next = list.next_before(begin.saturating_add(frames))?;
            Some((next.frame.saturating_sub(begin), next))
        };
        let on_device = next(&self.on_device, clock.device_frame as i64);
        // While the timeline stands still, nothing of it is due.
        let on_timeline = match clock.timeline.rolling() {
            true => next(
                &self.on_timeline,
                clock.timeline.position_at(clock.device_frame),
            ),
            false => None,
        };
        // What is late goes out at the beginning, in the order in which it was asked for.
        let key = |(offset, next): &(i64, Message<_>)| ((*offset).max(0), next.number);
        let due = [on_device, on_timeline].into_iter().flatten();
        let due = due.min_by_key(key)?;
        self.list(due.1.about.clock).take_next();
        Some(due)
    }

    /// Copies the bytes of a message that was taken out. `bytes` has room for the longest message.
    pub fn copy(&mut self, message: &Message<Destination>, bytes: &mut Vec<u8>) {
        bytes.resize(message.bytes as usize, 0);
        self.list(message.about.clock).copy(message, bytes);
    }

    /// Forgets a message that was taken out.
    pub fn done_with(&mut self, message: Message<Destination>) {
        let (clock, blocks) = (message.about.clock, blocks_of(message.bytes as usize));
        self.list(clock).free(message);
        self.orders.release(clock, 1, blocks);
    }

    fn list(&mut self, clock: MidiClock) -> &mut Pending<Destination> {
        match clock {
            MidiClock::Timeline => &mut self.on_timeline,
            MidiClock::Device => &mut self.on_device,
        }
    }
}
