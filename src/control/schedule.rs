//! Commands to the engine: swaps, gains, transport, one by one or in groups.

use super::events::{CancelReason, EventKind};
use super::interface::{Inner, Interface};
use super::outlook::Planned;
use super::plan::{Edit, NewTap};
use crate::engine::{Batch, BatchSender, Command};
use crate::error::{Error, Result};
use crate::link::{self, Swap};
use crate::memory;
use crate::playspec::gains::GainTable;
use crate::playspec::{Compiled, Gain, Playspec};
use crate::units::{Ticket, check_gain, check_length, check_position};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

/// The application's end of the command ring, and what was sent lately.
pub(super) struct Commands {
    sender: BatchSender,
    sequence: u64,
    /// Of the last swap that was sent.
    order: u64,
    /// The last position that was set, and by which batch.
    pub position: (u64, i64),
    pub rolling: (u64, bool),
    gains: HashMap<u64, (Weak<Compiled>, Arc<GainTable>)>,
}

impl Commands {
    pub fn new(sender: BatchSender) -> Commands {
        Commands {
            sender,
            sequence: 0,
            order: 0,
            position: (0, 0),
            rolling: (0, false),
            gains: HashMap::new(),
        }
    }

    /// The gains of a playspec on this interface; they stay for as long as the playspec does.
    fn gains_of(&mut self, playspec: &Playspec) -> Result<Arc<GainTable>> {
        if let Some((_, gains)) = self.gains.get(&playspec.0.id) {
            return Ok(gains.clone());
        }
        self.gains
            .retain(|_, (playspec, _)| playspec.strong_count() > 0);
        memory::reserve_in_map(&mut self.gains, 1, "the gains of playspecs")?;
        let gains = Arc::new(GainTable::new(&playspec.0.entries)?);
        let kept = (Arc::downgrade(&playspec.0), gains.clone());
        self.gains.insert(playspec.0.id, kept);
        Ok(gains)
    }
}

/// The most commands that a group holds.
pub const MAX_GROUP: usize = 4096;

/// A command before it is sent.
pub(super) enum Asked {
    Schedule(link::QueuedSwap),
    Cancel(Ticket),
    Other(Command),
}

static NEXT_TICKET: AtomicU64 = AtomicU64::new(1);

impl Interface {
    fn asked_swap(&self, playspec: &Playspec, swap: Swap) -> Result<(Ticket, Asked)> {
        let inner = self.open()?;
        let when = swap.check()?;
        playspec.check_fit(inner.frame_rate_hz, inner.config.output_channels)?;
        if !playspec.0.streams.is_empty() {
            self.start_reading_ahead()?;
        }
        let ticket = Ticket(NEXT_TICKET.fetch_add(1, Ordering::Relaxed));
        let gains = inner.commands.lock().gains_of(playspec)?;
        let swap = link::QueuedSwap {
            order: 0, // until it is sent
            ticket,
            playspec: playspec.0.clone(),
            gains,
            when,
        };
        Ok((ticket, Asked::Schedule(swap)))
    }
}

impl Inner {
    fn asked_gain(
        &self,
        playspec: &Playspec,
        entry: usize,
        gain: Gain,
        ramp_frames: u64,
    ) -> Result<Asked> {
        let entries = playspec.0.entries.len();
        if entry >= entries {
            return Err(Error::InvalidArgument(format!(
                "entry is {entry}; the playspec has {entries} entries"
            )));
        }
        check_gain("gain.left", gain.left)?;
        check_gain("gain.right", gain.right)?;
        check_length("ramp_frames", ramp_frames)?;
        Ok(Asked::Other(Command::SetGain {
            gains: self.commands.lock().gains_of(playspec)?,
            entry,
            gain,
            ramp_frames,
        }))
    }

    /// Sends commands that take effect together. After an error, none of them does.
    pub(super) fn send(&self, asked: Vec<Asked>) -> Result<()> {
        self.pump();
        self.prepare(&asked)?;
        self.send_prepared(asked, None)
    }

    /// Begins a tap with the next period.
    pub(super) fn begin_tap(&self, tap: NewTap) -> Result<()> {
        self.pump();
        self.send_prepared(Vec::new(), Some(tap))
    }

    /// Takes the taps out of the engine whose recorders have ended, unless it would take the last place of the
    /// command queue from the program: then they go with what the program sends next.
    pub(super) fn take_out_ended_taps(&self) {
        let in_flight = self.batches_in_flight.load(Ordering::Acquire);
        if in_flight + 1 < self.sizes.batches && self.plan.lock().has_ended_taps() {
            // What fails now is tried again with the next pump.
            let _ = self.send_prepared(Vec::new(), None);
        }
    }

    fn send_prepared(&self, asked: Vec<Asked>, tap: Option<NewTap>) -> Result<()> {
        let mut plan = self.plan.lock();
        let edit = plan.edit(tap)?;
        let edited = edit.as_ref().map_or(0, Edit::commands);
        let mut commands: Vec<Command> = memory::room(asked.len() + edited, "commands")?;
        let mut end = self.commands.lock();
        let in_flight = self.batches_in_flight.load(Ordering::Acquire);
        if in_flight >= self.sizes.batches {
            return Err(Error::QueueFull {
                queue: "the command queue",
                capacity: self.sizes.batches,
            });
        }
        {
            let mut outlook = self.outlook.lock();
            // Under this lock, since closing ends what is pending: nothing may come after that.
            self.check_open()?;
            let swaps = asked.iter().filter(|a| matches!(a, Asked::Schedule(_)));
            let swaps = swaps.count();
            if outlook.pending() + swaps > self.sizes.swaps {
                return Err(Error::QueueFull {
                    queue: "the queue of swaps",
                    capacity: self.sizes.swaps,
                });
            }
            outlook.reserve(swaps)?;
            commands.extend(asked.into_iter().filter_map(|asked| match asked {
                Asked::Schedule(mut swap) => {
                    end.order += 1;
                    swap.order = end.order;
                    outlook.add(swap.order, Planned::of(&swap));
                    Some(Command::Schedule(Some(swap)))
                }
                // One that has ended meanwhile needs no command.
                Asked::Cancel(ticket) => {
                    let order = outlook.order_of(ticket)?;
                    Some(Command::Cancel { order })
                }
                Asked::Other(command) => Some(command),
            }));
        }
        if let Some(edit) = edit {
            plan.adopt(edit, &mut commands);
        }
        end.sequence += 1;
        let sequence = end.sequence;
        for command in &commands {
            match command {
                Command::SetPosition(position) => end.position = (sequence, *position),
                Command::SetRolling(rolling) => end.rolling = (sequence, *rolling),
                _ => {}
            }
        }
        self.batches_in_flight.fetch_add(1, Ordering::AcqRel);
        let batch = Box::new(Batch { sequence, commands });
        let sent = end.sender.send(batch).is_ok();
        debug_assert!(sent, "the ring holds as many batches as may be in flight");
        self.readers.wake();
        self.inbox.rouse();
        Ok(())
    }
}

/// Scheduling and transport: each call takes effect at the first frame of the next period. Where
/// clips are streamed and the driver plays in real time, a call that makes them sound reads what
/// sounds at once from their files before, for at most half a second.
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
        let (ticket, asked) = self.asked_swap(playspec, swap)?;
        self.inner().send(vec![asked])?;
        Ok(ticket)
    }

    /// Takes a swap out of the queue. Its ticket ends as cancelled or, if it takes over before
    /// the next period, as applied.
    ///
    /// # Errors
    /// [`Error::NoSuchTicket`], [`Error::QueueFull`], [`Error::InvalidState`] (closed),
    /// [`Error::OutOfMemory`].
    pub fn cancel(&self, ticket: Ticket) -> Result<()> {
        let inner = self.open()?;
        inner.pump();
        inner.check_pending(ticket)?;
        inner.send(vec![Asked::Cancel(ticket)])
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
        let inner = self.open()?;
        let asked = inner.asked_gain(playspec, entry, gain, ramp_frames)?;
        inner.send(vec![asked])
    }

    /// Moves the timeline to a position.
    ///
    /// # Errors
    /// [`Error::OutOfRange`], [`Error::QueueFull`], [`Error::InvalidState`] (closed),
    /// [`Error::OutOfMemory`].
    pub fn set_position(&self, position: i64) -> Result<()> {
        let position = check_position("position", position)?;
        let asked = Asked::Other(Command::SetPosition(position));
        self.open()?.send(vec![asked])
    }

    /// Starts or stops the transport.
    ///
    /// # Errors
    /// [`Error::QueueFull`], [`Error::InvalidState`] (closed), [`Error::OutOfMemory`].
    pub fn set_rolling(&self, rolling: bool) -> Result<()> {
        let asked = Asked::Other(Command::SetRolling(rolling));
        self.open()?.send(vec![asked])
    }

    /// Begins a group: commands that take effect together, at the same frame.
    pub fn group(&self) -> Group {
        Group {
            interface: self.clone(),
            asked: Vec::new(),
            tickets: Vec::new(),
        }
    }
}

impl Inner {
    fn check_pending(&self, ticket: Ticket) -> Result<()> {
        if self.outlook.lock().order_of(ticket).is_some() {
            return Ok(());
        }
        Err(Error::NoSuchTicket(ticket.0))
    }
}

/// Up to [`MAX_GROUP`] commands that will take effect in the same period, at the same frame, in the
/// order in which they were added, once [`Group::commit`] sends them. Dropped before that, none
/// does, and the tickets of its swaps end as cancelled.
pub struct Group {
    interface: Interface,
    asked: Vec<Asked>,
    tickets: Vec<Ticket>,
}

impl Group {
    /// As [`Interface::schedule`].
    ///
    /// # Errors
    /// As [`Interface::schedule`], but that a full queue is noticed by [`Group::commit`];
    /// [`Error::InvalidState`] also if the group is full.
    pub fn schedule(&mut self, playspec: &Playspec, swap: Swap) -> Result<Ticket> {
        let (ticket, asked) = self.interface.asked_swap(playspec, swap)?;
        memory::reserve(&mut self.tickets, 1, "a group")?;
        self.add(asked)?;
        self.tickets.push(ticket);
        Ok(ticket)
    }

    /// As [`Interface::cancel`], also for swaps of this group.
    ///
    /// # Errors
    /// [`Error::NoSuchTicket`], [`Error::InvalidState`] (the interface is closed, the group full),
    /// [`Error::OutOfMemory`].
    pub fn cancel(&mut self, ticket: Ticket) -> Result<()> {
        let inner = self.interface.open()?;
        inner.pump();
        if !self.tickets.contains(&ticket) {
            inner.check_pending(ticket)?;
        }
        self.add(Asked::Cancel(ticket))
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
        let inner = self.interface.open()?;
        let asked = inner.asked_gain(playspec, entry, gain, ramp_frames)?;
        self.add(asked)
    }

    /// As [`Interface::set_position`].
    ///
    /// # Errors
    /// [`Error::OutOfRange`], [`Error::InvalidState`] (the group is full), [`Error::OutOfMemory`].
    pub fn set_position(&mut self, position: i64) -> Result<()> {
        let position = check_position("position", position)?;
        self.add(Asked::Other(Command::SetPosition(position)))
    }

    /// As [`Interface::set_rolling`].
    ///
    /// # Errors
    /// [`Error::InvalidState`] (the group is full), [`Error::OutOfMemory`].
    pub fn set_rolling(&mut self, rolling: bool) -> Result<()> {
        self.add(Asked::Other(Command::SetRolling(rolling)))
    }

    fn add(&mut self, asked: Asked) -> Result<()> {
        if self.asked.len() == MAX_GROUP {
            return Err(Error::InvalidState(format!(
                "the group holds {MAX_GROUP} commands, which is the most; commit it and make another"
            )));
        }
        memory::push(&mut self.asked, asked, "a group")
    }

    /// Sends the commands.
    ///
    /// # Errors
    /// [`Error::QueueFull`], [`Error::InvalidState`] (closed), [`Error::OutOfMemory`]; none of the
    /// commands takes effect then, and the tickets of its swaps end as cancelled.
    pub fn commit(mut self) -> Result<()> {
        let inner = self.interface.open()?;
        let asked = std::mem::take(&mut self.asked);
        if !asked.is_empty() {
            inner.send(asked)?;
        }
        self.tickets.clear();
        Ok(())
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        for ticket in self.tickets.drain(..) {
            self.interface.inner().event(EventKind::Cancelled {
                ticket,
                reason: CancelReason::Asked,
            });
        }
    }
}
