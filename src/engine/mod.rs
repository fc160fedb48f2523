//! Real-time half: turns what the application has asked for into one period of audio.
//!
//! Flow: `link` commands -> [`timeline`] -> spans -> [`plan`]: player -> meter -> clamp ->
//! period's outputs, period's inputs -> meter, capture -> `link` input; what is recorded -> [`taps`].
//! What is done with leaves by `link` retired, what happened by `link` reports.
//! Thread: the driver's audio thread only. Never imports `control` or `capi`.
//!
//! A *span* is a stretch of a period in which the timeline is continuous: a period is one span
//! unless a swap falls into it.
#![forbid(unsafe_code)]

mod capture;
mod clamp;
mod history;
mod meter;
mod pending;
mod plan;
mod player;
mod scene;
mod taps;
mod timeline;

#[cfg(test)]
mod tests;

use crate::driver::{Period, Process};
use crate::error::Result;
use crate::kernels::Kernels;
use crate::link::{Command, EngineEnd, Report, ReportKind, Retired, SkipPolicy, State};
use crate::sys::{self, Resident};
use crate::units;
use plan::{Plan, Span};
use taps::Taps;
use timeline::Timeline;

/// What an engine is built for.
pub(crate) struct Settings {
    pub frame_rate_hz: u32,
    /// Over how many frames a cut fades; 0: hard cuts.
    pub declick_frames: u64,
    pub clamp: bool,
    pub skip_policy: SkipPolicy,
    /// How many swaps may be pending.
    pub swaps: usize,
    pub kernels: Kernels,
}

pub(crate) struct Engine {
    /// Before what it keeps.
    resident: Resident,
    link: EngineEnd,
    timeline: Timeline,
    plan: Plan,
    taps: Taps,
    frame_rate_hz: u32,
    skip_policy: SkipPolicy,
    /// Of the next period.
    device_frame: u64,
    /// Of the last batch that was taken.
    sequence: u64,
}

/// How many commands one period takes; what comes after the batch that reaches it waits for the
/// next period.
const COMMANDS_PER_PERIOD: usize = 4096;

impl Engine {
    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    pub fn new(settings: Settings, link: EngineEnd) -> Result<Engine> {
        Ok(Engine {
            resident: Resident::default(),
            plan: Plan::simple(&settings, &link)?,
            taps: Taps::new()?,
            timeline: Timeline::new(settings.declick_frames, settings.swaps)?,
            frame_rate_hz: settings.frame_rate_hz,
            skip_policy: settings.skip_policy,
            link,
            device_frame: 0,
            sequence: 0,
        })
    }

    /// Makes all memory that it writes to resident, for a driver whose device waits for nobody; returns how
    /// many bytes that is, and how many of them are locked.
    pub fn make_resident(&mut self) -> (u64, u64) {
        let resident = &mut self.resident;
        self.link.keep_memory(resident);
        self.timeline.keep_memory(resident);
        self.taps.keep_memory(resident);
        resident.bytes()
    }

    fn take_commands(&mut self, time_ns: u64) {
        let mut taken = 0;
        while taken < COMMANDS_PER_PERIOD
            && let Some(mut batch) = self.link.next_batch()
        {
            for command in &mut batch.commands {
                self.take(command, time_ns);
            }
            taken += batch.commands.len();
            self.sequence = batch.sequence;
            self.link.retire(Retired::Batch(batch));
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
                    self.link.report(Report {
                        kind: ReportKind::Cancelled {
                            ticket: swap.ticket,
                            late: false,
                        },
                        position: self.timeline.position_at(at),
                        device_frame: at,
                        time_ns,
                    });
                    self.link.retire(Retired::Swap(swap));
                }
            }
            Command::SetGain {
                gains,
                entry,
                gain,
                ramp_frames,
            } => gains.set(*entry, *gain, at, *ramp_frames),
            Command::SetPosition(position) => self.timeline.seek(*position, at, &mut self.link),
            Command::SetRolling(rolling) => self.timeline.roll(*rolling, at, &mut self.link),
            Command::Record(tap) => {
                if let Some(tap) = tap.take() {
                    self.taps.add(tap, &mut self.link);
                }
            }
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
        let counters = &self.link.shared.counters;
        counters.add(&counters.skips, 1);
        counters.add(&counters.skipped_frames, frames);
        self.link.report(Report {
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

impl Process for Engine {
    fn process(&mut self, period: Period<'_, '_>) {
        let started_ns = sys::now_ns();
        for output in period.outputs.iter_mut() {
            output.fill(0.0);
        }
        self.note_skip(&period);
        self.taps.release(&mut self.link);
        self.take_commands(period.time_ns);

        let first_frame = self.device_frame;
        let mut done = 0;
        while done < period.frames {
            let time_ns = period.time_ns + self.nanoseconds(done as u64);
            self.timeline
                .apply_due(self.device_frame, time_ns, &mut self.link);
            let left = (period.frames - done) as u64;
            let frames = self
                .timeline
                .frames_to_next_swap(self.device_frame)
                .min(left);
            let mut span = Span {
                offset: done,
                frames: frames as usize,
                device_frame: self.device_frame,
                time_ns,
                frame_rate_hz: self.frame_rate_hz,
                after_skip: period.skipped > 0 && done == 0,
                latency: period.latency,
                waits: period.waits,
                timeline: &self.timeline,
                link: &mut self.link,
                inputs: period.inputs,
                outputs: &mut *period.outputs,
            };
            self.plan.run(&mut span);
            self.taps.run(&span);
            done += frames as usize;
            self.device_frame += frames;
        }
        self.timeline
            .forget(self.device_frame, period.latency, &mut self.link);
        self.publish(period.time_ns + self.nanoseconds(self.device_frame - first_frame));

        let audio_ns = self.nanoseconds(period.frames as u64);
        let busy_ns = sys::now_ns().saturating_sub(started_ns);
        self.link.shared.counters.note_load(busy_ns, audio_ns);
    }
}

impl Engine {
    fn nanoseconds(&self, frames: u64) -> u64 {
        units::nanoseconds(frames, self.frame_rate_hz)
    }

    fn publish(&mut self, time_ns: u64) {
        let shared = &self.link.shared;
        shared.counters.add(&shared.counters.periods, 1);
        shared.snapshot.write(State {
            position: self.timeline.position_at(self.device_frame),
            device_frame: self.device_frame,
            time_ns,
            rolling: self.timeline.rolling(),
            ticket: self.timeline.ticket().0,
            sequence: self.sequence,
        });
    }
}
