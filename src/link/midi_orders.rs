//! MIDI messages that the engine is to send. Each is counted from the call until the engine has done with it, so that the
//! engine has room for each one that was accepted.

use super::midi::{LateMidi, MIDI_MESSAGES, MidiReader, MidiTime, MidiWriter, midi};
use crate::error::{Error, Result};
use crate::midi::{BLOCK_BYTES, MAX_MIDI_BYTES, blocks_of};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

/// How many messages may wait for frames of one clock, and how many blocks of their bytes.
pub(crate) const MIDI_WAITING: usize = 2 * MIDI_MESSAGES;
pub(crate) const MIDI_BLOCKS: usize = 8 * MAX_MIDI_BYTES / BLOCK_BYTES;

/// The clock whose frames a message waits for. A frame of the server is one of the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MidiClock {
    Timeline,
    Device,
}

impl MidiTime {
    pub(crate) fn clock(self) -> MidiClock {
        match self {
            MidiTime::Timeline(_) => MidiClock::Timeline,
            MidiTime::Device(_) | MidiTime::Server(_) => MidiClock::Device,
        }
    }
}

/// Where and when a message is to go out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MidiOrder {
    pub port: u16,
    pub at: MidiTime,
    pub late: LateMidi,
    /// How many times all messages had been cancelled before.
    cancels: u32,
}

#[derive(Default)]
struct Shared {
    waiting: [Waiting; 2],
    /// How many times all messages were cancelled; it wraps.
    cancels: AtomicU32,
}

/// What waits for one clock, in the ring or in the engine.
#[derive(Default)]
struct Waiting {
    messages: AtomicUsize,
    blocks: AtomicUsize,
}

/// The program's end.
pub(crate) struct MidiOrders {
    ring: MidiWriter<MidiOrder>,
    cancels: u32,
    shared: Arc<Shared>,
}

/// The engine's end. Wait-free; no allocation, free, lock, system call or log.
pub(crate) struct OrderedMidi {
    ring: MidiReader<MidiOrder>,
    /// The cancellations that the engine knows of.
    cancels: u32,
    shared: Arc<Shared>,
}

/// # Errors
/// [`Error::OutOfMemory`].
pub(crate) fn midi_orders() -> Result<(MidiOrders, OrderedMidi)> {
    let (writer, reader) = midi()?;
    let shared = Arc::<Shared>::default();
    let orders = MidiOrders {
        ring: writer,
        cancels: 0,
        shared: shared.clone(),
    };
    let ordered = OrderedMidi {
        ring: reader,
        cancels: 0,
        shared,
    };
    Ok((orders, ordered))
}

impl MidiOrders {
    /// # Errors
    /// [`Error::QueueFull`].
    pub fn send(&mut self, port: u16, at: MidiTime, late: LateMidi, message: &[u8]) -> Result<()> {
        let waiting = &self.shared.waiting[at.clock() as usize];
        let blocks = blocks_of(message.len());
        let has_room = waiting.messages.load(Ordering::Acquire) < MIDI_WAITING
            && waiting.blocks.load(Ordering::Acquire) + blocks <= MIDI_BLOCKS;
        if !has_room {
            return Err(Error::QueueFull {
                queue: "the list of MIDI messages that wait for their frames",
                capacity: MIDI_WAITING,
                advice: "send later what is due later, or cancel what waits",
            });
        }
        // Before the engine can have done with it.
        waiting.messages.fetch_add(1, Ordering::Relaxed);
        waiting.blocks.fetch_add(blocks, Ordering::Relaxed);
        let order = MidiOrder {
            port,
            at,
            late,
            cancels: self.cancels,
        };
        if !self.ring.write(order, message) {
            self.shared.release(at.clock(), 1, blocks);
            return Err(Error::QueueFull {
                queue: "the queue of MIDI messages",
                capacity: MIDI_MESSAGES,
                advice: "let the interface run; each period makes room",
            });
        }
        Ok(())
    }

    /// Cancels all messages so far.
    pub fn cancel(&mut self) {
        self.cancels = self.cancels.wrapping_add(1);
        self.shared.cancels.store(self.cancels, Ordering::Release);
    }
}

impl Shared {
    fn release(&self, clock: MidiClock, messages: usize, blocks: usize) {
        let waiting = &self.waiting[clock as usize];
        waiting.messages.fetch_sub(messages, Ordering::Release);
        waiting.blocks.fetch_sub(blocks, Ordering::Release);
    }
}

impl OrderedMidi {
    /// Returns whether all messages were cancelled that were taken out before.
    pub fn were_cancelled(&mut self) -> bool {
        let cancels = self.shared.cancels.load(Ordering::Acquire);
        std::mem::replace(&mut self.cancels, cancels) != cancels
    }

    /// Takes out the next message that was not cancelled. Its bytes replace what is in `message`. One that came after a
    /// cancellation that the engine does not know of yet waits on.
    pub fn next(&mut self, message: &mut Vec<u8>) -> Option<MidiOrder> {
        while let Some((order, bytes)) = self.ring.peek() {
            if order.cancels == self.cancels {
                return self.ring.read(message);
            }
            if order.cancels.wrapping_sub(self.cancels).cast_signed() > 0 {
                return None;
            }
            self.ring.read(message);
            self.release(order.at.clock(), 1, blocks_of(bytes));
        }
        None
    }

    /// The engine has done with so many messages, of so many blocks.
    pub fn release(&self, clock: MidiClock, messages: usize, blocks: usize) {
        self.shared.release(clock, messages, blocks);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: [MidiTime; 2] = [MidiTime::Timeline(0), MidiTime::Device(0)];

    fn send(orders: &mut MidiOrders, at: MidiTime, message: &[u8]) -> bool {
        orders.send(0, at, LateMidi::Send, message).is_ok()
    }

    /// Takes out all that waits in the ring.
    fn take(ordered: &mut OrderedMidi) -> Vec<Vec<u8>> {
        let mut message = Vec::new();
        std::iter::from_fn(|| ordered.next(&mut message).map(|_| message.clone())).collect()
    }

    #[test]
    fn each_clock_has_its_own_room_and_only_what_is_done_with_makes_some() {
        let (mut orders, mut ordered) = midi_orders().expect("memory");
        for at in AT {
            let mut accepted = 0;
            for _ in 0..3 {
                while send(&mut orders, at, &[0xF8]) {
                    accepted += 1;
                }
                take(&mut ordered);
            }
            assert_eq!(accepted, MIDI_WAITING);
        }
        ordered.release(MidiClock::Timeline, 1, 1);
        assert!(send(&mut orders, AT[0], &[0xF8]));
        assert!(!send(&mut orders, AT[0], &[0xF8]) && !send(&mut orders, AT[1], &[0xF8]));
        let (mut orders, mut ordered) = midi_orders().expect("memory");
        let long = vec![0xF0; MAX_MIDI_BYTES];
        for _ in 0..8 {
            assert!(send(&mut orders, AT[0], &long));
            take(&mut ordered);
        }
        assert!(!send(&mut orders, AT[0], &[0xF8]) && send(&mut orders, AT[1], &[0xF8]));
    }

    #[test]
    fn what_was_cancelled_does_not_come_and_leaves_its_room() {
        let (mut orders, mut ordered) = midi_orders().expect("memory");
        while send(&mut orders, AT[0], &[1]) {}
        orders.cancel();
        assert!(ordered.were_cancelled() && !ordered.were_cancelled());
        assert_eq!(take(&mut ordered), Vec::<Vec<u8>>::new());
        for _ in 0..3 {
            assert!(send(&mut orders, AT[0], &[2]));
            orders.cancel();
        }
        assert!(send(&mut orders, AT[0], &[3]));
        // The engine does not look whether all were cancelled before the next period.
        assert_eq!(take(&mut ordered), [[2]]);
        assert!(ordered.were_cancelled());
        assert_eq!(take(&mut ordered), [[3]]);
        let waiting = &ordered.shared.waiting[0];
        assert_eq!(waiting.messages.load(Ordering::Relaxed), 2);
    }
}
