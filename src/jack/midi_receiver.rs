//! MIDI from the audio thread to any thread.
//!
//! Flow: MIDI input -> [`Receiving::take`] -> a ring of pieces -> [`MidiReceiver::next`].

use super::client::Client;
use super::cycle::Cycle;
use super::cycle_parts::Stream;
use super::mail::{Mail, Patience};
use super::midi::MidiInput;
use super::midi_piece::{self, Piece};
use super::stream_handle::StreamHandle;
use crate::error::{Error, Result};
use crate::lock::Mutex;
use crate::midi::Fetched;
use crate::spsc::{Consumer, HeapCons, HeapProd, Observer, Producer, ring};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A MIDI event, and when it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MidiMessage {
    /// The frame of the server's clock, as of [`Cycle::first_frame`]. It wraps.
    pub frame: u32,
    /// The message.
    pub bytes: Vec<u8>,
}

/// Hands the events of a MIDI input to any thread, from [`Client::receive_midi`] on.
///
/// Events come in the order of their frames. In real time, those that find the queue full are lost and counted. While the
/// server freewheels, the audio thread waits for room, up to two seconds, and again once the program has gone on.
/// Dropped, it lets the port go, which stays registered.
pub struct MidiReceiver {
    handle: StreamHandle,
    pieces: Mutex<HeapCons<Piece>>,
    shared: Arc<Shared>,
    mail: Arc<Mail>,
}

#[derive(Default)]
struct Shared {
    lost: AtomicU64,
}

impl Client {
    /// Has the events of a MIDI input handed to any thread from the next cycle on, with room for so many events that
    /// wait (at least 1). An event takes the room of one for each 16 bytes that it has.
    ///
    /// # Errors
    /// [`Error::InvalidState`]: the client is closed, or in a handler. [`Error::OutOfRange`]: no capacity.
    /// [`Error::InvalidArgument`]: a port of another client. [`Error::OutOfMemory`], [`Error::System`].
    pub fn receive_midi(&self, input: MidiInput, capacity: usize) -> Result<MidiReceiver> {
        check_capacity(capacity)?;
        self.check_own(&input.port)?;
        let (writer, reader) = ring(capacity, "the events of a MIDI port")?;
        let (shared, mail) = (Arc::<Shared>::default(), Arc::new(Mail::new()?));
        let stream = Receiving {
            input,
            pieces: writer,
            lost: 0,
            patience: Patience::default(),
            shared: shared.clone(),
            mail: mail.clone(),
        };
        Ok(MidiReceiver {
            handle: StreamHandle::new(self, stream, Some(&mail))?,
            pieces: Mutex::new(reader),
            shared,
            mail,
        })
    }
}

/// # Errors
/// [`Error::OutOfRange`].
pub(super) fn check_capacity(capacity: usize) -> Result<()> {
    match capacity {
        0 => Err(Error::OutOfRange {
            what: "capacity",
            given: 0,
            allowed: "at least 1",
        }),
        _ => Ok(()),
    }
}

impl MidiReceiver {
    /// The oldest event that waits, which is taken out. `None` in a child of `fork()`.
    pub fn next(&self) -> Option<MidiMessage> {
        self.next_within(usize::MAX)?.message()
    }

    /// As [`MidiReceiver::next`], for a buffer of so many bytes.
    pub(crate) fn next_within(&self, most_bytes: usize) -> Option<Fetched<MidiMessage>> {
        if !self.handle.is_here() {
            return None;
        }
        let mut pieces = self.pieces.lock();
        let mut too_long = None;
        let taken = self.mail.take(|| match take(&mut pieces, most_bytes)? {
            Fetched::Message(event) => Some(event),
            Fetched::TooLong(size) => {
                too_long = Some(size);
                None
            }
        });
        match (taken, too_long) {
            (Some(event), _) => Some(Fetched::Message(event)),
            (None, Some(size)) => {
                self.mail.wake_if_due();
                Some(Fetched::TooLong(size))
            }
            (None, None) => None,
        }
    }

    /// As [`MidiReceiver::next`], but waits for an event, for at most `timeout`; `None` if the time is over.
    ///
    /// # Errors
    /// [`Error::InvalidState`]: no more events come: the client is closed, the server is gone, or in a child of
    /// `fork()`.
    pub fn wait(&self, timeout: Duration) -> Result<Option<MidiMessage>> {
        self.wait_for(|| self.next(), timeout)
    }

    /// As [`MidiReceiver::wait`], for a buffer of so many bytes.
    pub(crate) fn wait_within(
        &self,
        most_bytes: usize,
        timeout: Duration,
    ) -> Result<Option<Fetched<MidiMessage>>> {
        self.wait_for(|| self.next_within(most_bytes), timeout)
    }

    fn wait_for<T>(&self, next: impl Fn() -> Option<T>, timeout: Duration) -> Result<Option<T>> {
        let until = Instant::now().checked_add(timeout);
        loop {
            let event = next();
            if event.is_some() {
                return Ok(event);
            }
            if self.mail.is_over() || !self.handle.is_here() {
                return Err(self.handle.end_of_stream());
            }
            if !self.mail.wait_until(until) {
                return Ok(None);
            }
        }
    }

    /// How many events were lost so far: the queue was full, or the server had lost them.
    pub fn lost(&self) -> u64 {
        self.shared.lost.load(Ordering::Acquire)
    }
}

/// Readable while an event waits, and once no more come. It may stay readable until [`MidiReceiver::next`] has found
/// none.
impl AsFd for MidiReceiver {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.mail.as_fd()
    }
}

impl std::fmt::Debug for MidiReceiver {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("MidiReceiver")
            .finish_non_exhaustive()
    }
}

/// Puts an event together, if all of its pieces are there, and it has at most so many bytes.
fn take(pieces: &mut HeapCons<Piece>, most_bytes: usize) -> Option<Fetched<MidiMessage>> {
    let first = pieces.try_peek()?;
    let (frame, size) = (first.frame, first.left as usize);
    if size > most_bytes {
        return Some(Fetched::TooLong(size));
    }
    let count = midi_piece::count(size);
    if pieces.occupied_len() < count {
        return None;
    }
    let mut bytes = Vec::with_capacity(size);
    for piece in pieces.pop_iter().take(count) {
        bytes.extend_from_slice(piece.bytes());
    }
    Some(Fetched::Message(MidiMessage { frame, bytes }))
}

/// The audio thread's end.
struct Receiving {
    input: MidiInput,
    pieces: HeapProd<Piece>,
    lost: u64,
    patience: Patience,
    shared: Arc<Shared>,
    mail: Arc<Mail>,
}

impl Stream for Receiving {
    fn take(&mut self, cycle: &mut Cycle<'_>) {
        let (first, may_block, waits) = (cycle.first_frame(), cycle.may_block, cycle.waits);
        let events = cycle.read_midi(&mut self.input);
        self.lost += u64::from(events.lost());
        for event in events {
            let count = midi_piece::count(event.bytes.len());
            let has_room = || self.pieces.vacant_len() >= count;
            if may_block && count <= self.pieces.capacity().get() {
                self.patience.wait_until(&self.mail, waits, has_room);
            }
            // An event without bytes cannot be told from none.
            if count == 0 || self.pieces.vacant_len() < count {
                self.lost += 1;
                continue;
            }
            let frame = first.wrapping_add(event.frame);
            let pieces = midi_piece::pieces(frame, event.bytes);
            self.pieces.push_iter(pieces);
            self.mail.deliver(1, may_block);
        }
        self.shared.lost.store(self.lost, Ordering::Release);
    }
}
