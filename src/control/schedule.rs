//! Commands to the engine: swaps, gains, transport, one by one or in groups.

use super::events::{CancelReason, EventKind};
use super::exchange::Unsent;
use super::interface::Interface;
use crate::engine::Command;
use crate::error::{Error, Result};
use crate::link::{self, Swap};
use crate::memory;
use crate::playspec::{Gain, Playspec};
use crate::units::{Ticket, check_gain, check_length, check_position};
use std::sync::atomic::{AtomicU64, Ordering};

/// The most commands that a group holds.
pub const MAX_GROUP: usize = 4096;

static NEXT_TICKET: AtomicU64 = AtomicU64::new(1);

impl Interface {
    /// The command for a swap, checked; and its ticket.
    fn swap(&self, playspec: &Playspec, swap: Swap) -> Result<(Ticket, Unsent)> {
        let parts = self.open()?;
        let when = swap.check()?;
        let core = &parts.core;
        playspec.check_fit(core.rate.hz(), core.config.output_channels)?;
        if !playspec.0.streams.is_empty() {
            parts.read_ahead.start()?;
        }
        let ticket = Ticket(NEXT_TICKET.fetch_add(1, Ordering::Relaxed));
        let swap = link::QueuedSwap {
            order: 0, // until it is sent
            ticket,
            playspec: playspec.0.clone(),
            gains: parts.exchange.gains_of(playspec)?,
            when,
        };
        Ok((ticket, Unsent::Schedule(swap)))
    }

    fn gain(
        &self,
        playspec: &Playspec,
        entry: usize,
        gain: Gain,
        ramp_frames: u64,
    ) -> Result<Unsent> {
        let exchange = &self.open()?.exchange;
        let entries = playspec.0.entries.len();
        if entry >= entries {
            return Err(Error::InvalidArgument(format!(
                "entry is {entry}; the playspec has {entries} entries"
            )));
        }
        check_gain("gain.left", gain.left)?;
        check_gain("gain.right", gain.right)?;
        check_length("ramp_frames", ramp_frames)?;
        Ok(Unsent::Other(Command::SetGain {
            gains: exchange.gains_of(playspec)?,
            entry,
            gain,
            ramp_frames,
        }))
    }

    /// Sends commands that take effect together. After an error, none of them does.
    pub(super) fn send(&self, unsent: Vec<Unsent>) -> Result<()> {
        let parts = self.open()?;
        parts.exchange.pump();
        parts.read_ahead.prepare(&unsent)?;
        parts.exchange.send(unsent)
    }

    /// # Errors
    /// [`Error::NoSuchTicket`] if the swap has ended.
    fn check_pending(&self, ticket: Ticket) -> Result<()> {
        let exchange = &self.open()?.exchange;
        exchange.pump();
        exchange.check_pending(ticket)
    }
}

/// Scheduling and transport. Each call takes effect at the first frame of the next period. If
/// clips are streamed and the driver plays in real time, a call that makes them sound first reads
/// their first pages, for at most half a second.
impl Interface {
    /// Queues a playspec to take over at an exact frame; see [`Swap`] and `docs/SEMANTICS.md`.
    /// The ticket ends in exactly one event: applied, superseded or cancelled.
    ///
    /// # Errors
    /// [`Error::OutOfRange`], [`Error::RateMismatch`], [`Error::InvalidArgument`] (an entry that
    /// needs outputs the interface does not have), [`Error::QueueFull`], [`Error::InvalidState`]
    /// (closed), [`Error::OutOfMemory`], [`Error::System`] (the thread that reads streamed clips
    /// cannot be started).
    pub fn schedule(&self, playspec: &Playspec, swap: Swap) -> Result<Ticket> {
        let (ticket, unsent) = self.swap(playspec, swap)?;
        self.send(vec![unsent])?;
        Ok(ticket)
    }

    /// Takes a swap out of the queue. Its ticket ends as cancelled or, if it takes over before
    /// the next period, as applied.
    ///
    /// # Errors
    /// [`Error::NoSuchTicket`], [`Error::QueueFull`], [`Error::InvalidState`] (closed),
    /// [`Error::OutOfMemory`].
    pub fn cancel(&self, ticket: Ticket) -> Result<()> {
        self.check_pending(ticket)?;
        self.send(vec![Unsent::Cancel(ticket)])
    }

    /// Changes the gain of an entry, wherever its playspec sounds or will sound on this
    /// interface, linearly within `ramp_frames`.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`], [`Error::BadFloat`], [`Error::OutOfRange`],
    /// [`Error::QueueFull`], [`Error::InvalidState`] (closed), [`Error::OutOfMemory`].
    pub fn set_gain(
        &self,
        playspec: &Playspec,
        entry: usize,
        gain: Gain,
        ramp_frames: u64,
    ) -> Result<()> {
        let unsent = self.gain(playspec, entry, gain, ramp_frames)?;
        self.send(vec![unsent])
    }

    /// Moves the timeline to a position.
    ///
    /// # Errors
    /// [`Error::OutOfRange`], [`Error::QueueFull`], [`Error::InvalidState`] (closed),
    /// [`Error::OutOfMemory`].
    pub fn set_position(&self, position: i64) -> Result<()> {
        let position = check_position("position", position)?;
        self.send(vec![Unsent::Other(Command::SetPosition(position))])
    }

    /// Starts or stops the transport.
    ///
    /// # Errors
    /// [`Error::QueueFull`], [`Error::InvalidState`] (closed), [`Error::OutOfMemory`].
    pub fn set_rolling(&self, rolling: bool) -> Result<()> {
        self.send(vec![Unsent::Other(Command::SetRolling(rolling))])
    }

    /// Begins a group: commands that take effect together, at the same frame.
    pub fn group(&self) -> Group {
        Group {
            interface: self.clone(),
            unsent: Vec::new(),
            tickets: Vec::new(),
        }
    }
}

/// Up to [`MAX_GROUP`] commands that will take effect in the same period, at the same frame, in the
/// order in which they were added, once [`Group::commit`] sends them. Dropped before that, none
/// does, and the tickets of its swaps end as cancelled.
pub struct Group {
    interface: Interface,
    unsent: Vec<Unsent>,
    /// The tickets of its swaps, with their user data.
    tickets: Vec<(Ticket, u64)>,
}

impl Group {
    /// As [`Interface::schedule`].
    ///
    /// # Errors
    /// As [`Interface::schedule`], but that a full queue is noticed by [`Group::commit`];
    /// [`Error::InvalidState`] also if the group is full.
    pub fn schedule(&mut self, playspec: &Playspec, swap: Swap) -> Result<Ticket> {
        let (ticket, unsent) = self.interface.swap(playspec, swap)?;
        memory::reserve(&mut self.tickets, 1, "a group")?;
        self.add(unsent)?;
        self.tickets.push((ticket, swap.user_data));
        Ok(ticket)
    }

    /// As [`Interface::cancel`], also for swaps of this group.
    ///
    /// # Errors
    /// [`Error::NoSuchTicket`], [`Error::InvalidState`] (the interface is closed, the group full),
    /// [`Error::OutOfMemory`].
    pub fn cancel(&mut self, ticket: Ticket) -> Result<()> {
        match self.tickets.iter().any(|(own, _)| *own == ticket) {
            true => drop(self.interface.open()?),
            false => self.interface.check_pending(ticket)?,
        }
        self.add(Unsent::Cancel(ticket))
    }

    /// As [`Interface::set_gain`].
    ///
    /// # Errors
    /// [`Error::InvalidArgument`], [`Error::BadFloat`], [`Error::OutOfRange`],
    /// [`Error::InvalidState`] (the interface is closed, the group full),
    /// [`Error::OutOfMemory`].
    pub fn set_gain(
        &mut self,
        playspec: &Playspec,
        entry: usize,
        gain: Gain,
        ramp_frames: u64,
    ) -> Result<()> {
        let unsent = self.interface.gain(playspec, entry, gain, ramp_frames)?;
        self.add(unsent)
    }

    /// As [`Interface::set_position`].
    ///
    /// # Errors
    /// [`Error::OutOfRange`], [`Error::InvalidState`] (the group is full), [`Error::OutOfMemory`].
    pub fn set_position(&mut self, position: i64) -> Result<()> {
        let position = check_position("position", position)?;
        self.add(Unsent::Other(Command::SetPosition(position)))
    }

    /// As [`Interface::set_rolling`].
    ///
    /// # Errors
    /// [`Error::InvalidState`] (the group is full), [`Error::OutOfMemory`].
    pub fn set_rolling(&mut self, rolling: bool) -> Result<()> {
        self.add(Unsent::Other(Command::SetRolling(rolling)))
    }

    fn add(&mut self, unsent: Unsent) -> Result<()> {
        if self.unsent.len() == MAX_GROUP {
            return Err(Error::InvalidState(format!(
                "the group holds {MAX_GROUP} commands, which is the most; commit it and make another"
            )));
        }
        memory::push(&mut self.unsent, unsent, "a group")
    }

    /// Sends the commands.
    ///
    /// # Errors
    /// [`Error::QueueFull`], [`Error::InvalidState`] (closed), [`Error::OutOfMemory`]; none of the
    /// commands takes effect then, and the tickets of its swaps end as cancelled.
    pub fn commit(mut self) -> Result<()> {
        self.interface.open()?;
        let unsent = std::mem::take(&mut self.unsent);
        if !unsent.is_empty() {
            self.interface.send(unsent)?;
        }
        self.tickets.clear();
        Ok(())
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        for (ticket, user_data) in self.tickets.drain(..) {
            self.interface.parts().core.event(EventKind::Cancelled {
                ticket,
                user_data,
                reason: CancelReason::Asked,
            });
        }
    }
}
