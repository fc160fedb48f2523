//! Real-time half: turns what the application has asked for into one period of audio.
//!
//! Flow: batches of [`command`]s -> [`timeline`] -> stretches of the period -> for each of them all steps of the
//! [`plan`], [`nodes`] on [`buffers`]. A plain interface has: player -> meter -> clamp -> device, device ->
//! meter, capture, and a tap for each recorder. What is done with goes back by `link`, and so do
//! reports of what happened.
//! Thread: the driver's audio thread only. Never imports `control` or `capi`.
//!
//! The timeline is continuous in a stretch: a period is one stretch unless a swap falls into it.
#![forbid(unsafe_code)]

mod buffers;
mod command;
mod history;
mod node;
mod nodes;
mod pending;
mod plan;
mod scene;
mod timeline;

#[cfg(test)]
mod tests;

pub(crate) use buffers::BufferId;
#[cfg(test)]
pub(crate) use buffers::Ports;
pub(crate) use command::{Batch, BatchSender, Command, EngineEnd, Origin, Returns};
pub(crate) use node::{Clock, Node, NodeId, Outbox};
pub(crate) use nodes::{Capture, Clamp, Meter, MidiIn, MidiOut, Player, Tap};
pub(crate) use plan::{MAX_NODES, Plan, Step};

use crate::driver::{Period, Process};
use crate::error::Result;
use crate::link::{EngineState, Outgoing, Report, ReportKind, SkipPolicy};
use crate::sys::{self, Resident};
use crate::units::Rate;
use buffers::Buffers;
use plan::Graph;
use timeline::Timeline;

/// What an engine is built for.
pub(crate) struct Settings {
    pub rate: Rate,
    /// How many frames a cut fades; 0: hard cuts.
    pub declick_frames: u64,
    pub skip_policy: SkipPolicy,
    /// What the driver's latencies are off by.
    pub latency_offset_frames: i32,
    /// How many swaps may be pending.
    pub swaps: usize,
}

pub(crate) struct Engine {
    /// Dropped before the memory that it keeps.
    resident: Resident,
    batches: EngineEnd,
    outbox: Outbox,
    timeline: Timeline,
    graph: Graph,
    rate: Rate,
    skip_policy: SkipPolicy,
    latency_offset_frames: i32,
    /// Of the next period.
    device_frame: u64,
    /// Of the last batch that was taken.
    sequence: u64,
}

/// How many commands one period takes. The batch that reaches this number is taken whole; the next batches wait
/// for the next period.
const COMMANDS_PER_PERIOD: usize = 4096;

impl Engine {
    /// Without a node and with an empty plan: see [`Engine::set_up`].
    ///
    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    pub fn new(settings: Settings, batches: EngineEnd, outgoing: Outgoing) -> Result<Engine> {
        Ok(Engine {
            resident: Resident::default(),
            graph: Graph::new()?,
            timeline: Timeline::new(settings.declick_frames, settings.swaps)?,
            rate: settings.rate,
            skip_policy: settings.skip_policy,
            latency_offset_frames: settings.latency_offset_frames,
            batches,
            outbox: Outbox(outgoing),
            device_frame: 0,
            sequence: 0,
        })
    }

    /// Carries out commands that cannot wait for the first period. Not for the audio thread.
    pub fn set_up(&mut self, commands: Vec<Command>) {
        for mut command in commands {
            self.take(&mut command, 0);
        }
    }

    /// Makes all memory that the engine writes to resident, for a driver with deadlines. Returns how
    /// many bytes that is, and how many of them are locked.
    pub fn make_resident(&mut self) -> (u64, u64) {
        let resident = &mut self.resident;
        self.batches.keep_memory(resident);
        self.outbox.0.keep_memory(resident);
        self.timeline.keep_memory(resident);
        self.graph.keep_memory(resident);
        resident.bytes()
    }

    fn take_commands(&mut self, time_ns: u64) {
        let mut taken = 0;
        while taken < COMMANDS_PER_PERIOD
            && self.outbox.0.can_retire()
            && let Some(mut batch) = self.batches.next_batch()
        {
            for command in &mut batch.commands {
                self.take(command, time_ns);
            }
            taken += batch.commands.len();
            self.sequence = batch.sequence;
            self.batches.give_back(batch);
        }
    }

    fn take(&mut self, command: &mut Command, time_ns: u64) {
        let at = self.device_frame;
        match command {
            Command::Schedule(swap) => {
                if let Some(swap) = swap.take() {
                    self.timeline.queue(swap);
                }
            }
            Command::Cancel { order } => {
                if let Some(swap) = self.timeline.remove(*order) {
                    self.outbox.0.report(Report {
                        kind: ReportKind::Cancelled {
                            ticket: swap.ticket,
                            late: false,
                        },
                        position: self.timeline.position_at(at),
                        device_frame: at,
                        time_ns,
                    });
                    self.outbox.0.retire(swap);
                }
            }
            Command::SetGain {
                gains,
                entry,
                gain,
                ramp_frames,
            } => gains.set(*entry, *gain, at, *ramp_frames),
            Command::SetPosition(position) => self.timeline.seek(*position, at, &mut self.outbox.0),
            Command::SetRolling(rolling) => self.timeline.roll(*rolling, at, &mut self.outbox.0),
            Command::SetNode(id, node) => self.graph.exchange_node(*id, node),
            Command::SetPlan(plan) => self.graph.exchange_plan(plan),
        }
    }

    fn note_skip(&mut self, period: &Period<'_, '_>) {
        let frames = period.skipped;
        if frames == 0 {
            return;
        }
        self.timeline
            .skip(frames, self.device_frame, self.skip_policy);
        self.device_frame += frames;
        let counters = &self.outbox.0.shared.counters;
        counters.add(&counters.skips, 1);
        counters.add(&counters.skipped_frames, frames);
        self.outbox.0.report(Report {
            kind: ReportKind::Skipped {
                frames,
                policy: self.skip_policy,
            },
            position: self.timeline.position_at(self.device_frame),
            device_frame: self.device_frame,
            time_ns: period.time_ns,
        });
    }
}

impl Engine {
    /// After the skip, if there is one: what is told has ended when this period begins.
    fn note_recovery(&mut self, period: &Period<'_, '_>) {
        let Some(recovery) = period.recovered else {
            return;
        };
        self.outbox.0.report(Report {
            kind: ReportKind::Recovered {
                lost_frames: recovery.lost_frames,
                unheard_frames: recovery.unheard_frames,
            },
            position: self.timeline.position_at(self.device_frame),
            device_frame: self.device_frame,
            time_ns: period.time_ns,
        });
    }
}

impl Process for Engine {
    fn process(&mut self, period: Period<'_, '_>) {
        let started_ns = sys::now_ns();
        for output in period.outputs.iter_mut() {
            output.fill(0.0);
        }
        self.note_skip(&period);
        self.note_recovery(&period);
        let counters = &self.outbox.0.shared.counters;
        let lost = period.midi.lost();
        if lost > 0 {
            counters.add(&counters.midi_input_lost, lost);
        }
        self.take_commands(period.time_ns);

        let round_trip = period
            .latency
            .corrected_round_trip(self.latency_offset_frames);
        let first_frame = self.device_frame;
        let mut done = 0;
        while done < period.frames {
            let time_ns = period.time_ns + self.rate.nanoseconds(done as u64);
            self.timeline
                .apply_due(self.device_frame, time_ns, &mut self.outbox.0);
            let left = (period.frames - done) as u64;
            let frames = self
                .timeline
                .frames_to_next_swap(self.device_frame)
                .min(left);
            let clock = Clock {
                frames: frames as usize,
                offset: done,
                device_frame: self.device_frame,
                server_frame: period.server_frame.wrapping_add(done as u32),
                time_ns,
                rate: self.rate,
                after_skip: period.skipped > 0 && done == 0,
                latency: period.latency,
                round_trip_frames: round_trip,
                may_block: period.may_block,
                timeline: &self.timeline,
            };
            let mut buffers = Buffers {
                inputs: period.inputs,
                outputs: &mut *period.outputs,
                midi: &mut *period.midi,
            };
            let (graph, outbox) = (&mut self.graph, &mut self.outbox);
            if clock.frames == period.frames {
                graph.run(&clock, buffers, outbox);
            } else {
                let part = done..done + clock.frames;
                buffers.with_part(part, |part| graph.run(&clock, part, outbox));
            }
            done += frames as usize;
            self.device_frame += frames;
        }
        self.timeline
            .forget(self.device_frame, round_trip, &mut self.outbox.0);
        self.publish(period.time_ns + self.rate.nanoseconds(self.device_frame - first_frame));

        let audio_ns = self.rate.nanoseconds(period.frames as u64);
        let busy_ns = sys::now_ns().saturating_sub(started_ns);
        self.outbox.0.shared.counters.note_load(busy_ns, audio_ns);
    }
}

impl Engine {
    fn publish(&mut self, time_ns: u64) {
        let shared = &self.outbox.0.shared;
        shared.counters.add(&shared.counters.periods, 1);
        shared.snapshot.write(EngineState {
            position: self.timeline.position_at(self.device_frame),
            device_frame: self.device_frame,
            time_ns,
            rolling: self.timeline.rolling(),
            ticket: self.timeline.ticket().0,
            sequence: self.sequence,
        });
    }
}
