//! A tap: recorded audio on its way from the engine to the thread that writes it to disk.
//!
//! Frames and stamps go through two rings, as captured input does (see
//! [`super::input`]). In real time the engine does not wait: frames for which there is no room are
//! dropped and counted. If the period has no deadline (offline, freewheel), the engine
//! waits for the disk. Only then does it take the lock.

use super::input::{self, Chunk, InputReader, InputWriter};
use crate::atomic::{AtomicU64, Ordering};
use crate::error::Result;
use crate::lock::{Condvar, Mutex, MutexGuard};
use crate::memory::Keeper;
use crate::units::Rate;
use std::sync::Arc;
use std::time::Duration;

/// What is recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RecordSource {
    /// Captured input; positions are those of what was heard meanwhile.
    #[default]
    Input,
    /// The mixed output, as the driver gets it; positions are its own.
    Output,
}

/// How long the engine waits for a disk that takes nothing. Then it goes on and drops frames. A JACK
/// server gives up a client that needs more than 10 s for a period of freewheeling.
const PATIENCE: Duration = Duration::from_secs(8);

/// Without a deadline, the engine is ahead of the disk by at most a quarter of a second of sound. So no
/// more than that is lost if the process dies, however fast the periods follow each other.
const AHEAD_PER_SECOND: u32 = 4;

/// Makes a tap for so many channels, with room for so many frames.
///
/// # Errors
/// [`crate::Error::OutOfMemory`].
pub(crate) fn tap(
    channels: usize,
    rate: Rate,
    frames: usize,
    chunks: usize,
) -> Result<(TapWriter, TapReader)> {
    let (writer, reader) = input::new(channels, frames, chunks)?;
    let shared = Arc::new(TapState::default());
    let writer = TapWriter {
        rate,
        frames: writer,
        lost: 0,
        gave_up: false,
        shared: shared.clone(),
    };
    let reader = TapReader {
        rate,
        frames: reader,
        shared,
    };
    Ok((writer, reader))
}

/// What both ends share.
#[derive(Default)]
struct TapState {
    /// 1 once the application has asked for its end.
    stopped: AtomicU64,
    /// 1 once nothing more is wanted.
    ended: AtomicU64,
    /// Frames that were dropped so far.
    lost: AtomicU64,
    /// The lock of the two condition variables.
    turn: Mutex<()>,
    /// There may be room.
    room: Condvar,
    /// There may be something to be read, or to be ended.
    work: Condvar,
}

impl TapState {
    fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock()
    }
}

/// The engine's end.
pub(crate) struct TapWriter {
    rate: Rate,
    frames: InputWriter,
    /// Frames that were dropped so far.
    lost: u64,
    /// Whether it has waited too long for room, and there was no room since.
    gave_up: bool,
    shared: Arc<TapState>,
}

/// Audio thread only; no allocation, free or log. Wait-free without `may_block`.
impl TapWriter {
    /// Hands over the memory that the engine writes to. Not for the audio thread.
    pub fn keep_memory(&mut self, keeper: &mut impl Keeper) {
        self.frames.keep_memory(keeper);
    }

    /// Whether nothing more is wanted.
    pub fn has_ended(&self) -> bool {
        self.shared.ended.load(Ordering::Relaxed) != 0
    }

    /// Appends a chunk: frame `n` of channel `c` is `channels[c][offset + n]`. With `may_block` it waits for
    /// room, if there is none.
    pub fn write(&mut self, channels: &[&[f32]], offset: usize, chunk: Chunk, may_block: bool) {
        let mut done = 0;
        while done < chunk.frames {
            let left = chunk.frames - done;
            let now = match self.room_ahead() {
                0 if may_block && self.wait_for_room() => continue,
                room if may_block && room > 0 => {
                    self.gave_up = false;
                    left.min(room)
                }
                _ => left,
            };
            let part = Chunk {
                frames: now,
                ..chunk.after(done, self.rate)
            };
            let written = self.frames.write(channels, offset + done as usize, part);
            self.lost += written.lost;
            done += now;
        }
        // After the stamps that were written before, which `lost` does not count.
        self.shared.lost.store(self.lost, Ordering::Release);
    }

    /// How many frames may be ahead of the disk without a deadline.
    fn room_ahead(&self) -> u64 {
        let most = (self.rate.hz() / AHEAD_PER_SECOND) as usize;
        let ahead = most.saturating_sub(self.frames.waiting());
        ahead.min(self.frames.room()) as u64
    }

    /// Waits until there is room. False if nobody makes room.
    fn wait_for_room(&mut self) -> bool {
        if self.gave_up {
            return false;
        }
        let mut turn = self.shared.turn();
        while self.room_ahead() == 0 && !self.has_ended() {
            self.shared.work.notify_one();
            let is_over;
            (turn, is_over) = self.shared.room.wait_for(turn, PATIENCE);
            if is_over {
                self.gave_up = true;
                return false;
            }
        }
        !self.has_ended()
    }
}

/// The recording thread's end. Dropped, it ends the tap.
pub(crate) struct TapReader {
    rate: Rate,
    frames: InputReader,
    shared: Arc<TapState>,
}

impl TapReader {
    /// Tells whether it was dropped.
    pub fn watch(&self) -> TapWatch {
        TapWatch(self.shared.clone())
    }

    /// Ends the recording from elsewhere.
    pub fn stopper(&self) -> TapStopper {
        TapStopper(self.shared.clone())
    }

    /// Whether [`TapStopper::stop`] was called. A reader that sees it also sees all that was written before.
    pub fn is_stopped(&self) -> bool {
        self.shared.stopped.load(Ordering::Acquire) != 0
    }

    /// Frames dropped in total. Those not yet reported by a chunk's `lost_before` were dropped
    /// after the last chunk.
    pub fn lost(&self) -> u64 {
        self.shared.lost.load(Ordering::Acquire)
    }

    /// How many chunks wait to be read.
    pub fn chunks(&self) -> usize {
        self.frames.chunks()
    }

    /// Copies frames of one chunk, interleaved, as many as there are and fit. Also returns whether the chunk
    /// is read to its end.
    pub fn read(&mut self, buffer: &mut [f32]) -> Option<(Chunk, bool)> {
        let chunk = self.frames.read(buffer, self.rate)?;
        let _turn = self.shared.turn();
        self.shared.room.notify_one();
        Some((chunk, !self.frames.is_inside_chunk()))
    }

    /// Waits until there may be more, or for `most`.
    pub fn wait(&self, most: Duration) {
        let turn = self.shared.turn();
        if self.chunks() == 0 && !self.is_stopped() {
            drop(self.shared.work.wait_for(turn, most));
        }
    }
}

impl Drop for TapReader {
    fn drop(&mut self) {
        let _turn = self.shared.turn();
        self.shared.ended.store(1, Ordering::Relaxed);
        self.shared.room.notify_one();
    }
}

/// Tells whether the recording thread wants nothing more.
pub(crate) struct TapWatch(Arc<TapState>);

impl TapWatch {
    pub fn has_ended(&self) -> bool {
        self.0.ended.load(Ordering::Relaxed) != 0
    }
}

/// Ends a recording from another thread than its own.
pub(crate) struct TapStopper(Arc<TapState>);

impl TapStopper {
    /// Has the recording thread read what is there, and no more.
    pub fn stop(&self) {
        let _turn = self.0.turn();
        self.0.stopped.store(1, Ordering::Release);
        self.0.work.notify_one();
    }
}
