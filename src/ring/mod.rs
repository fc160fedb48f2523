//! A ring of bytes for applications: one thread writes, another one reads, and neither waits.
//!
//! The writer's calls and the reader's calls are two ends. Each end is used by one thread at a time; which thread that
//! is may change. A call that finds its end in use by another thread returns an error.
#![allow(unsafe_code, reason = "memory that the application writes to")]

mod pages;

use crate::error::{self, Error};
use crate::lock::{Mutex, MutexGuard};
use crate::sys::Resident;
use pages::Pages;
use ringbuf::traits::{Consumer, Observer, Producer, Raw};
use ringbuf::{Cons, Prod, SharedRb};
use std::mem::MaybeUninit;
use std::ptr::NonNull;
use std::sync::Arc;

/// # Real-time contract
/// Methods are wait-free, and do not allocate, free, call the system or log, but for [`Ring::new`] and
/// [`Ring::lock_memory`].
pub(crate) struct Ring {
    // The first, so that it is dropped before the memory.
    resident: Mutex<Resident>,
    /// All of its memory, which `shared` holds.
    memory: *const [u8],
    shared: Arc<SharedRb<Pages>>,
    // Nobody waits for these locks, so neither taking nor releasing them calls the system.
    writer: Mutex<Prod<Arc<SharedRb<Pages>>>>,
    reader: Mutex<Cons<Arc<SharedRb<Pages>>>>,
}

/// Why a call did nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Misuse {
    /// Another thread is in a call of the writer's end, or resets the ring.
    WriterInUse,
    /// Another thread is in a call of the reader's end, or resets the ring.
    ReaderInUse,
    /// It would go beyond what there is: beyond the free bytes, or those that wait.
    TooFar,
}

/// A part of the ring's memory: where it begins, and how many bytes it has.
pub(crate) type Span = (NonNull<u8>, usize);

impl Ring {
    /// Room for exactly so many bytes.
    ///
    /// # Errors
    /// [`Error::OutOfRange`]: no bytes. [`Error::OutOfMemory`].
    pub fn new(bytes: usize) -> error::Result<Ring> {
        if bytes == 0 {
            return Err(Error::OutOfRange {
                what: "bytes",
                given: 0,
                allowed: "1 or more",
            });
        }
        let pages = Pages::new(bytes)?;
        let memory = pages.all();
        // SAFETY: nothing waits, and both indices are valid.
        let shared = Arc::new(unsafe { SharedRb::from_raw_parts(pages, 0, 0) });
        Ok(Ring {
            memory,
            writer: Mutex::new(Prod::new(shared.clone())),
            reader: Mutex::new(Cons::new(shared.clone())),
            resident: Mutex::default(),
            shared,
        })
    }

    /// How many bytes it has room for.
    pub fn size(&self) -> usize {
        self.shared.capacity().get()
    }

    /// How many bytes can be written. The reader may make it more at any time. To other threads than the writer it is
    /// an estimate.
    pub fn write_space(&self) -> usize {
        self.shared.vacant_len().min(self.size())
    }

    /// How many bytes can be read. The writer may make it more at any time. To other threads than the reader it is
    /// an estimate.
    pub fn read_space(&self) -> usize {
        self.shared.occupied_len().min(self.size())
    }

    /// Writes as many of these bytes as there is room for; returns how many.
    pub fn write(&self, bytes: &[u8]) -> Result<usize, Misuse> {
        Ok(self.writer()?.push_slice(bytes))
    }

    /// Reads as many bytes as wait and fit; returns how many.
    pub fn read(&self, bytes: &mut [u8]) -> Result<usize, Misuse> {
        Ok(self.reader()?.pop_slice(bytes))
    }

    /// As [`Ring::read`], but the bytes still wait.
    pub fn peek(&self, bytes: &mut [u8]) -> Result<usize, Misuse> {
        Ok(self.reader()?.peek_slice(bytes))
    }

    /// The free memory, in the order in which it is written. The writer may write to it until it calls a method of its
    /// end, or another thread resets the ring.
    pub fn write_spans(&self) -> Result<[Span; 2], Misuse> {
        let mut writer = self.writer()?;
        let (first, second) = writer.vacant_slices_mut();
        Ok([span(first), span(second)])
    }

    /// Hands the first bytes of the free memory to the reader.
    pub fn write_advance(&self, bytes: usize) -> Result<(), Misuse> {
        let writer = self.writer()?;
        if bytes > writer.vacant_len() {
            return Err(Misuse::TooFar);
        }
        // SAFETY: they are free, only the writer's end writes to them, and they were set when the memory was made.
        unsafe { writer.advance_write_index(bytes) };
        Ok(())
    }

    /// The memory that waits to be read, in order. The reader may read it until it calls a method of its end, or
    /// another thread resets the ring.
    pub fn read_spans(&self) -> Result<[Span; 2], Misuse> {
        let mut reader = self.reader()?;
        // SAFETY: bytes need not be dropped, so none has to be removed.
        let (first, second) = unsafe { reader.occupied_slices_mut() };
        Ok([span(first), span(second)])
    }

    /// Frees the first bytes that wait.
    pub fn read_advance(&self, bytes: usize) -> Result<(), Misuse> {
        let mut reader = self.reader()?;
        if bytes > reader.occupied_len() {
            return Err(Misuse::TooFar);
        }
        reader.skip(bytes);
        Ok(())
    }

    /// Makes it empty. Both ends must be out of use.
    pub fn reset(&self) -> Result<(), Misuse> {
        let _writer = self.writer()?;
        self.reader()?.clear();
        Ok(())
    }

    /// Keeps its memory from being swapped out, until it is dropped.
    ///
    /// # Errors
    /// [`Error::System`]: the system refuses, since the process may not lock so much.
    pub fn lock_memory(&self) -> error::Result<()> {
        let mut resident = self.resident.lock();
        if resident.bytes().0 > 0 {
            return Ok(()); // It is locked already.
        }
        // SAFETY: the memory is there as long as `self`, which keeps what this returns.
        *resident = unsafe { Resident::locked(self.memory) }.map_err(|source| Error::System {
            what: "locking the memory of a ring",
            source,
        })?;
        Ok(())
    }

    fn writer(&self) -> Result<MutexGuard<'_, Prod<Arc<SharedRb<Pages>>>>, Misuse> {
        self.writer.try_lock().ok_or(Misuse::WriterInUse)
    }

    fn reader(&self) -> Result<MutexGuard<'_, Cons<Arc<SharedRb<Pages>>>>, Misuse> {
        self.reader.try_lock().ok_or(Misuse::ReaderInUse)
    }
}

// SAFETY: the pointer only says what is to be locked; all else may be sent and shared.
unsafe impl Send for Ring {}
// SAFETY: as above.
unsafe impl Sync for Ring {}

fn span(memory: &mut [MaybeUninit<u8>]) -> Span {
    (NonNull::from_mut(memory).cast(), memory.len())
}

#[cfg(test)]
mod tests;
