//! MIDI from any thread to the audio thread, at frames of the server's clock.
//!
//! Flow: [`MidiSender::send`] -> a ring of pieces -> [`Sending::give`]: the schedule -> MIDI output.

use super::client::Client;
use super::cycle::Cycle;
use super::cycle_parts::Stream;
use super::midi::MidiOutput;
use super::midi_piece::{self, Piece};
use super::midi_receiver::check_capacity;
use super::midi_schedule::{LongClock, Schedule};
use super::process_port::ProcessPort;
use super::stream_handle::StreamHandle;
use crate::error::{Error, Result};
use crate::lock::Mutex;
use crate::spsc::{HeapCons, HeapProd, Producer, ring};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Sends MIDI events at frames of the server's clock, from any thread, from [`Client::send_midi`] on. Clones send by the same
/// port.
///
/// Events leave in the order of their frames; those of the same frame in the order of the calls. An event whose frame has
/// passed leaves at the first frame of the next cycle. So does one for which the server's buffer had no room. When the last
/// clone is dropped, events that have not left are dropped, and the port is let go, which stays registered.
#[derive(Clone)]
pub struct MidiSender(Arc<Inner>);

struct Inner {
    handle: StreamHandle,
    port: ProcessPort,
    queue: Mutex<Queue>,
    capacity: usize,
    shared: Arc<Shared>,
}

/// The program's end.
struct Queue {
    pieces: HeapProd<Piece>,
    /// How many events were put in.
    accepted: u64,
}

#[derive(Default)]
struct Shared {
    /// How many pieces are under way.
    used: AtomicUsize,
    sent: AtomicU64,
    late: AtomicU64,
    lost: AtomicU64,
}

/// What became of the events of a [`MidiSender`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MidiCounts {
    /// Events that left, also those that were late.
    pub sent: u64,
    /// Events that left after their frame.
    pub late: u64,
    /// Events that could not leave: larger than the server's buffer, or due while the server had no buffer for the port.
    pub lost: u64,
    /// Events that wait.
    pub waiting: u64,
}

impl Client {
    /// Has events sent by a MIDI output, from any thread, with room for so many events that wait (at least 1). An event
    /// takes the room of one for each 16 bytes that it has.
    ///
    /// # Errors
    /// [`Error::InvalidState`]: the client is closed, or in a handler. [`Error::OutOfRange`]: no capacity.
    /// [`Error::InvalidArgument`]: a port of another client. [`Error::OutOfMemory`], [`Error::System`].
    pub fn send_midi(&self, output: MidiOutput, capacity: usize) -> Result<MidiSender> {
        check_capacity(capacity)?;
        self.check_own(&output.0)?;
        let (writer, reader) = ring(capacity, "the events of a MIDI port")?;
        let shared = Arc::<Shared>::default();
        let port = output.0.clone();
        let stream = Sending {
            output,
            pieces: reader,
            schedule: Schedule::new(capacity)?,
            clock: LongClock::default(),
            shared: shared.clone(),
        };
        Ok(MidiSender(Arc::new(Inner {
            handle: StreamHandle::new(self, stream, None)?,
            port,
            queue: Mutex::new(Queue {
                pieces: writer,
                accepted: 0,
            }),
            capacity,
            shared,
        })))
    }
}

impl MidiSender {
    /// Sends an event at a frame of the server's clock, less than 2^31 frames from now. Not in a handler: it takes a
    /// lock.
    ///
    /// # Errors
    /// [`Error::InvalidState`]: the client is closed, the port is unregistered, or in a child of `fork()`.
    /// [`Error::InvalidArgument`]: the event has no bytes, or more than the queue has room for.
    /// [`Error::QueueFull`]: so many events wait that there is no room for it now.
    pub fn send(&self, frame: u32, event: &[u8]) -> Result<()> {
        let inner = &*self.0;
        inner.handle.check()?;
        if !inner.port.is_registered() {
            return Err(Error::InvalidState("the JACK port is unregistered".into()));
        }
        let count = midi_piece::count(event.len());
        if count == 0 || count > inner.capacity || u32::try_from(event.len()).is_err() {
            return Err(Error::InvalidArgument(format!(
                "MIDI event has {} bytes; this sender takes 1 to {}",
                event.len(),
                inner.capacity.saturating_mul(midi_piece::PIECE_BYTES)
            )));
        }
        let mut queue = inner.queue.lock();
        let used = inner.shared.used.load(Ordering::Acquire);
        if inner.capacity - used < count {
            return Err(Error::QueueFull {
                queue: "the queue of a MIDI sender",
                capacity: inner.capacity,
                advice: "send later what is due later, or make a sender with more room",
            });
        }
        inner.shared.used.fetch_add(count, Ordering::Relaxed);
        queue.accepted += 1;
        queue.pieces.push_iter(midi_piece::pieces(frame, event));
        Ok(())
    }

    /// What became of the events so far.
    pub fn counts(&self) -> MidiCounts {
        if !self.0.handle.is_here() {
            return MidiCounts::default();
        }
        // No event is put in meanwhile.
        let queue = self.0.queue.lock();
        let count = |count: &AtomicU64| count.load(Ordering::Acquire);
        let shared = &self.0.shared;
        // In this order: the audio thread counts an event as sent before it counts it as late.
        let late = count(&shared.late);
        let (sent, lost) = (count(&shared.sent), count(&shared.lost));
        MidiCounts {
            sent,
            late,
            lost,
            waiting: queue.accepted - sent - lost,
        }
    }
}

impl std::fmt::Debug for MidiSender {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("MidiSender").finish_non_exhaustive()
    }
}

/// The audio thread's end.
struct Sending {
    output: MidiOutput,
    pieces: HeapCons<Piece>,
    schedule: Schedule,
    clock: LongClock,
    shared: Arc<Shared>,
}

impl Stream for Sending {
    fn give(&mut self, cycle: &mut Cycle<'_>) {
        let now = self.clock.set(cycle.first_frame());
        while self.schedule.fetch(&mut self.pieces, &self.clock) {}
        let end = now + cycle.frames() as i64;
        if self.schedule.next_before(end).is_none() {
            return;
        }
        let shared = &*self.shared;
        let mut writer = cycle.midi_output(&mut self.output);
        let mut is_empty = true;
        while let Some(event) = self.schedule.next_before(end) {
            let at = (event.frame - now).max(0) as u32;
            let room = writer
                .as_mut()
                .map(|writer| writer.reserve(at, event.bytes as usize));
            match room {
                Some(Some(bytes)) => {
                    self.schedule.copy(&event, bytes);
                    is_empty = false;
                    shared.sent.fetch_add(1, Ordering::Release);
                    if event.frame < now {
                        shared.late.fetch_add(1, Ordering::Release);
                    }
                }
                // It stays for the next cycle.
                Some(None) if !is_empty => break,
                // No buffer, or one that it will never fit into.
                _ => {
                    shared.lost.fetch_add(1, Ordering::Release);
                }
            }
            let pieces = midi_piece::count(event.bytes as usize);
            self.schedule.remove_next();
            shared.used.fetch_sub(pieces, Ordering::Release);
        }
    }
}
