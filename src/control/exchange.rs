//! What goes to the engine, and what comes back: commands in batches, then reports, and what is to be freed.

use super::core::{Core, State};
use super::events::Event;
use super::input::CapturedInput;
use super::midi_queues::MidiQueues;
use super::outlook::{EndedSwap, Outlook, ScheduledSwap};
use super::plan::{Edit, NewTap, PlanBook, TapNumber};
use super::readers::Readers;
use crate::engine::{Batch, BatchSender, Command, Origin, Returns};
use crate::error::{Error, Result};
use crate::link::{self, OWN_BATCHES, Report, ReportKind};
use crate::lock::Mutex;
use crate::memory;
use crate::playspec::gains::GainTable;
use crate::playspec::{Compiled, Playspec};
use crate::units::Ticket;
use std::collections::HashMap;
use std::iter::from_fn;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

/// A command that was not sent yet.
pub(super) enum Unsent {
    Schedule(link::QueuedSwap),
    Cancel(Ticket),
    Other(Command),
}

/// The control half's ends of the rings, and what it knows about commands that are not done yet.
///
/// Where several locks are held, they are taken in the order of the fields.
pub(super) struct Exchange {
    core: Arc<Core>,
    pub input: Arc<CapturedInput>,
    pub midi: Arc<MidiQueues>,
    readers: Arc<Readers>,
    /// The nodes of the engine.
    pub plan: Mutex<PlanBook>,
    sender: Mutex<Sender>,
    returns: Mutex<Returns>,
    /// The swaps that have not ended.
    pub outlook: Mutex<Outlook>,
    in_flight: InFlight,
}

/// How many batches the engine has not given back yet.
#[derive(Default)]
struct InFlight {
    program: AtomicUsize,
    library: AtomicUsize,
}

impl InFlight {
    fn of(&self, origin: Origin) -> &AtomicUsize {
        match origin {
            Origin::Program => &self.program,
            Origin::Library => &self.library,
        }
    }
}

/// The end of the command ring, and what was sent last.
struct Sender {
    batches: BatchSender,
    /// Of the last batch.
    sequence: u64,
    /// Of the last swap.
    order: u64,
    /// The last position that was set, and the batch that set it.
    position: (u64, i64),
    rolling: (u64, bool),
    gains: HashMap<u64, (Weak<Compiled>, Arc<GainTable>)>,
}

impl Exchange {
    pub fn new(
        core: &Arc<Core>,
        (input, midi): (&Arc<CapturedInput>, &Arc<MidiQueues>),
        readers: &Arc<Readers>,
        plan: PlanBook,
        (batches, returns): (BatchSender, Returns),
    ) -> Arc<Exchange> {
        Arc::new(Exchange {
            core: core.clone(),
            input: input.clone(),
            midi: midi.clone(),
            readers: readers.clone(),
            plan: Mutex::new(plan),
            sender: Mutex::new(Sender {
                batches,
                sequence: 0,
                order: 0,
                position: (0, 0),
                rolling: (0, false),
                gains: HashMap::new(),
            }),
            returns: Mutex::new(returns),
            outlook: Mutex::default(),
            in_flight: InFlight::default(),
        })
    }

    /// The timeline frame with which the next period begins. A position that was sent counts, also if the
    /// engine has not taken it yet.
    pub fn position(&self) -> i64 {
        let (set_by, position) = self.sender.lock().position;
        let state = self.core.shared.snapshot.read();
        match state.sequence < set_by {
            true => position,
            false => state.position,
        }
    }

    /// Whether the transport rolls. As [`Exchange::position`], what was sent counts.
    pub fn rolling(&self) -> bool {
        let (set_by, rolling) = self.sender.lock().rolling;
        let state = self.core.shared.snapshot.read();
        match state.sequence < set_by {
            true => rolling,
            false => state.rolling,
        }
    }

    /// The gains of a playspec on this interface. They stay for as long as the playspec does.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn gains_of(&self, playspec: &Playspec) -> Result<Arc<GainTable>> {
        let known = &mut self.sender.lock().gains;
        if let Some((_, gains)) = known.get(&playspec.0.id) {
            return Ok(gains.clone());
        }
        known.retain(|_, (playspec, _)| playspec.strong_count() > 0);
        memory::reserve_in_map(known, 1, "the gains of playspecs")?;
        let gains = Arc::new(GainTable::new(&playspec.0.entries)?);
        let kept = (Arc::downgrade(&playspec.0), gains.clone());
        known.insert(playspec.0.id, kept);
        Ok(gains)
    }

    /// # Errors
    /// [`Error::NoSuchTicket`] if the swap has ended.
    pub fn check_pending(&self, ticket: Ticket) -> Result<()> {
        match self.outlook.lock().order_of(ticket) {
            Some(_) => Ok(()),
            None => Err(Error::NoSuchTicket(ticket.0)),
        }
    }

    /// Takes the place of one more tap, if the engine has it.
    ///
    /// # Errors
    /// [`Error::QueueFull`].
    pub fn reserve_tap(&self) -> Result<ReservedTap<'_>> {
        self.pump();
        let plan = &self.plan;
        let number = plan.lock().reserve_tap()?;
        Ok(ReservedTap { plan, number })
    }

    /// Begins a tap with the next period.
    ///
    /// # Errors
    /// As [`Exchange::send`].
    pub fn begin_tap(&self, tap: NewTap) -> Result<()> {
        self.pump();
        self.send_with(Origin::Program, Vec::new(), Some(tap))
    }

    /// Sends commands that take effect together, with the next period. After an error, none of them does.
    ///
    /// # Errors
    /// [`Error::QueueFull`], [`Error::InvalidState`] (closed), [`Error::OutOfMemory`].
    pub fn send(&self, unsent: Vec<Unsent>) -> Result<()> {
        self.send_with(Origin::Program, unsent, None)
    }

    fn send_with(&self, origin: Origin, unsent: Vec<Unsent>, tap: Option<NewTap>) -> Result<()> {
        let mut plan = self.plan.lock();
        let mut sender = self.sender.lock();
        let in_flight = self.in_flight.of(origin);
        let capacity = match origin {
            Origin::Program => self.core.sizes.batches,
            Origin::Library => OWN_BATCHES,
        };
        if in_flight.load(Ordering::Acquire) >= capacity {
            return Err(Error::QueueFull {
                queue: "the command queue",
                capacity,
                advice: "let the interface run, or make command_queue larger in its configuration",
            });
        }
        let edit = plan.edit(tap)?;
        let edited = edit.as_ref().map_or(0, Edit::commands);
        let mut commands: Vec<Command> = memory::room(unsent.len() + edited, "commands")?;
        {
            let mut outlook = self.outlook.lock();
            // Closing ends pending swaps under this lock. So no swap is added after that.
            self.core.check_open()?;
            let swaps = unsent.iter().filter(|u| matches!(u, Unsent::Schedule(_)));
            let swaps = swaps.count();
            if outlook.pending() + swaps > self.core.sizes.swaps {
                return Err(Error::QueueFull {
                    queue: "the queue of swaps",
                    capacity: self.core.sizes.swaps,
                    advice: "let the interface run, cancel swaps, or make swap_queue larger in its configuration",
                });
            }
            outlook.reserve(swaps)?;
            commands.extend(unsent.into_iter().filter_map(|unsent| match unsent {
                Unsent::Schedule(mut swap) => {
                    sender.order += 1;
                    swap.order = sender.order;
                    outlook.add(swap.order, ScheduledSwap::of(&swap));
                    Some(Command::Schedule(Some(swap)))
                }
                // A swap that has ended meanwhile needs no command.
                Unsent::Cancel(ticket) => {
                    let order = outlook.order_of(ticket)?;
                    Some(Command::Cancel { order })
                }
                Unsent::Other(command) => Some(command),
            }));
        }
        if let Some(edit) = edit {
            plan.adopt(edit, &mut commands);
        }
        sender.note(&commands);
        in_flight.fetch_add(1, Ordering::AcqRel);
        let batch = Box::new(Batch {
            sequence: sender.sequence,
            origin,
            commands,
        });
        let sent = sender.batches.send(batch).is_ok();
        debug_assert!(sent, "the ring holds as many batches as may be in flight");
        self.readers.wake();
        self.core.inbox.end_long_sleep();
        Ok(())
    }

    /// Whether a batch is not back yet, or a recording runs.
    pub fn is_busy(&self) -> bool {
        let in_flight = |origin| self.in_flight.of(origin).load(Ordering::Acquire);
        in_flight(Origin::Program) + in_flight(Origin::Library) > 0 || self.plan.lock().has_taps()
    }

    /// Fetches what the engine has sent back: frees what it retired, turns reports into events,
    /// wakes the threads that wait for input.
    pub fn pump(&self) {
        // Freed after the lock is released, since freeing may call a callback of the application, which may take
        // long.
        let (mut spent, mut retired, mut ended) = (Vec::new(), Vec::new(), Vec::new());
        let mut reports: Vec<Report> = Vec::new();
        // While the server is lost, reports wait: the event that it is back must come first.
        let held = self.core.state() == State::Lost;
        {
            let mut returns = self.returns.lock();
            // A swap counts in the outlook until its end is fetched. It is fetched here together with its end, if the
            // engine has retired it, before the outlook has room for another swap. So the ring of retired swaps
            // never overflows.
            let mut waiting = returns.waiting();
            if held {
                waiting.reports = 0;
            }
            let room = reports
                .try_reserve(waiting.reports)
                .and_then(|()| ended.try_reserve(waiting.reports))
                .and_then(|()| retired.try_reserve(waiting.retired))
                .and_then(|()| spent.try_reserve(waiting.spent));
            // Without memory for the lists, everything stays where it is until a later call.
            if room.is_ok() {
                reports.extend(from_fn(|| returns.next_report()).take(waiting.reports));
                retired.extend(from_fn(|| returns.next_retired()).take(waiting.retired));
                spent.extend(from_fn(|| returns.next_spent()).take(waiting.spent));
                for batch in &spent {
                    let in_flight = self.in_flight.of(batch.origin);
                    in_flight.fetch_sub(1, Ordering::AcqRel);
                }
            }
            if !reports.is_empty() {
                self.tell(reports, &mut ended);
            }
        }
        drop((spent, retired, ended));
        self.take_out_ended_taps();
        self.input.wake_if_due();
        self.midi.wake_if_due();
        if self.core.slot.has_failed() {
            self.core.fail("the engine panicked; the output is silent");
        }
    }

    /// Makes events of reports. The swaps that have ended with them are to be dropped later.
    fn tell(&self, reports: Vec<Report>, ended: &mut Vec<EndedSwap>) {
        let mut outlook = self.outlook.lock();
        for report in reports {
            let mut user_data = 0;
            if let Some(ticket) = report.kind.ticket() {
                let applied = matches!(report.kind, ReportKind::Applied { .. });
                let Some(swap) = outlook.end(ticket, applied) else {
                    continue; // Closing has ended it already.
                };
                user_data = swap.user_data;
                ended.push(swap);
            }
            self.core.events.push(Event::of(report, user_data));
        }
    }

    /// Takes ended taps out of the engine.
    fn take_out_ended_taps(&self) {
        if self.plan.lock().has_ended_taps() {
            // What fails now is tried again with the next pump, or goes with the next commands of the program.
            let _ = self.send_with(Origin::Library, Vec::new(), None);
        }
    }

    /// While this runs, nothing that the engine has reported becomes an event.
    pub fn hold_reports(&self, run: impl FnOnce()) {
        let _returns = self.returns.lock();
        run();
    }
}

impl Sender {
    /// Notes what the next batch sets.
    fn note(&mut self, commands: &[Command]) {
        self.sequence += 1;
        for command in commands {
            match command {
                Command::SetPosition(position) => self.position = (self.sequence, *position),
                Command::SetRolling(rolling) => self.rolling = (self.sequence, *rolling),
                _ => {}
            }
        }
    }
}

/// The place of a tap in the engine. Given back when this is dropped, unless the tap has begun.
pub(super) struct ReservedTap<'a> {
    plan: &'a Mutex<PlanBook>,
    pub number: TapNumber,
}

impl Drop for ReservedTap<'_> {
    fn drop(&mut self) {
        self.plan.lock().give_back(self.number);
    }
}
