//! The audio thread: waits for the devices, runs the engine, and recovers from what can be recovered from.
#![forbid(unsafe_code)]

use super::balance::{Balance, Missing};
use super::clock::{Clock, Due};
use super::side::{Fault, Outcome};
use super::streams::{Look, Streams, Woken};
use crate::alsa::{Direction, Trouble};
use crate::driver::period::{Period, Recovery};
use crate::driver::slot::Lease;
use crate::error::Result;
use crate::memory;
use crate::midi::PeriodMidi;
use crate::sys::{self, Signal};
use crate::units::{Latency, MAX_CHANNELS};
use std::sync::Arc;
use std::time::Duration;

const CHANNELS: usize = MAX_CHANNELS as usize;

/// How long no period may run: so many periods and this. Then the device counts as gone.
const DEADLINE: (u32, Duration) = (4, Duration::from_millis(120));
/// A device that fails so often before its first period counts as gone.
const MOST_RECOVERIES: u32 = 8;
/// Between two recoveries without a period in between.
const RECOVERY_PAUSE: Duration = Duration::from_millis(5);
/// How often it looks whether a system that sleeps is awake, and the pauses in between. A system that is about to sleep
/// stops this thread, too.
const SLEEP_LOOKS: u32 = 40;
const SLEEP_PAUSE: Duration = Duration::from_millis(50);
/// After so many wake-ups in a row for nothing, descriptors are not polled until the next period.
const MOST_VAIN: u32 = 3;

pub(super) struct AudioThread {
    pub streams: Streams,
    lease: Lease,
    stop: Arc<Signal>,
    latency: Latency,
    inputs: Vec<Vec<f32>>,
    outputs: Vec<Vec<f32>>,
    midi: PeriodMidi,
    clock: Clock,
    balance: Balance,
    /// So many periods of output are not to be written.
    unwritten: u64,
    /// The lower bits of the number of the next frame.
    next_frame: u32,
    /// When the last period ended, or the devices were started.
    progress_ns: u64,
    /// When the thread last slept.
    slept_ns: u64,
    /// How many recoveries there were since the last period.
    recoveries: u32,
    vain_wakes: u32,
    /// Since the last period: when the next one would have been due, and how many frames will not be heard.
    interrupted: Option<Interruption>,
    /// What was missing on one side, and was put right since the last period.
    slipped: Option<Recovery>,
}

#[derive(Clone, Copy)]
struct Interruption {
    /// `None` before the first period.
    due_ns: Option<u64>,
    unheard_frames: u64,
}

/// Why the thread has ended.
pub(super) enum End {
    Stopped,
    Lost(Loss),
}

/// Why a device counts as gone.
pub(super) enum Loss {
    Fault(Fault),
    /// It failed again and again.
    Storm(Fault),
    /// It moves no frames.
    Stands,
}

enum Step {
    Next,
    Stop,
    /// The device has moved no frames for too long.
    Stands,
}

enum Recovered {
    Yes,
    Stopped,
    Lost(Loss),
}

impl AudioThread {
    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    pub fn new(
        streams: Streams,
        lease: Lease,
        stop: Arc<Signal>,
        channels: (usize, usize),
        midi_outputs: usize,
    ) -> Result<AudioThread> {
        let period = streams.period;
        Ok(AudioThread {
            lease,
            stop,
            latency: Latency::default(),
            inputs: memory::planar(0.0, channels.0, period, "a period")?,
            outputs: memory::planar(0.0, channels.1, period, "a period")?,
            midi: PeriodMidi::new(midi_outputs)?,
            clock: Clock::new(streams.rate, period),
            balance: Balance::new(period as u64),
            unwritten: 0,
            next_frame: 0,
            progress_ns: sys::now_ns(),
            slept_ns: sys::now_ns(),
            recoveries: 0,
            vain_wakes: 0,
            interrupted: None,
            slipped: None,
            streams,
        })
    }

    /// Starts the devices. Returns the latencies.
    ///
    /// # Errors
    /// [`crate::Error::Driver`].
    pub fn begin(&mut self) -> Result<Latency> {
        let started = self.streams.start();
        self.progress_ns = sys::now_ns();
        match started {
            Ok(()) => {}
            // The second device took so long to start that the first one has stopped.
            Err(fault) if fault.failure.trouble == Trouble::Xrun => match self.recover(fault) {
                Recovered::Yes => self.interrupted = None,
                Recovered::Stopped | Recovered::Lost(_) => return Err(fault.into()),
            },
            Err(fault) => return Err(fault.into()),
        }
        self.latency = self.streams.latency();
        Ok(self.latency)
    }

    /// Runs periods of devices that were started.
    ///
    /// # Real-time contract
    /// No allocation, free, log or panic; locks and system calls are those of [`crate::alsa`].
    pub fn run(&mut self) -> End {
        loop {
            let fault = match self.step() {
                Ok(Step::Next) => continue,
                Ok(Step::Stop) => return End::Stopped,
                Ok(Step::Stands) => return End::Lost(Loss::Stands),
                Err(fault) => fault,
            };
            match self.recover(fault) {
                Recovered::Yes => {}
                Recovered::Stopped => return End::Stopped,
                Recovered::Lost(loss) => return End::Lost(loss),
            }
        }
    }

    /// Runs a period, or waits for it.
    fn step(&mut self) -> Outcome<Step> {
        let is_stopped = match self.streams.look()? {
            Look::Ready { stamp_ns } => {
                self.run_period(stamp_ns)?;
                self.rest()
            }
            // Only now: this thread itself may have been stopped for long.
            Look::Waits(_) if self.is_overdue() => return Ok(Step::Stands),
            Look::Waits(direction) => {
                let woken = self.wait(direction)?;
                self.slept_ns = sys::now_ns();
                woken == Woken::Stop
            }
        };
        Ok(match is_stopped {
            true => Step::Stop,
            false => Step::Next,
        })
    }

    /// A device that nothing paces is always ready, and the thread must end all the same, and sleep at times. Returns
    /// whether it is to end.
    fn rest(&mut self) -> bool {
        let now_ns = sys::now_ns();
        if now_ns.saturating_sub(self.slept_ns) < sys::LONGEST_RUN_NS {
            return self.stop.is_set();
        }
        let woken = self.streams.pause(sys::REST);
        self.slept_ns = sys::now_ns();
        woken == Woken::Stop
    }

    fn wait(&mut self, direction: Direction) -> Outcome<Woken> {
        let period = self.streams.rate.duration(self.streams.period as u64);
        if self.vain_wakes >= MOST_VAIN {
            let blind = (period / 4).max(Duration::from_millis(1));
            return Ok(self.streams.pause(blind));
        }
        // A device that does not tell is asked.
        let patience = period + period / 2 + Duration::from_millis(2);
        let woken = self.streams.wait(direction, patience)?;
        self.vain_wakes += 1;
        if woken == Woken::Confused {
            self.vain_wakes = MOST_VAIN;
        }
        Ok(woken)
    }

    fn run_period(&mut self, stamp_ns: u64) -> Outcome {
        self.streams.read(&mut self.inputs)?;
        let frames = self.streams.period;
        let (skipped, recovered) = match (self.interrupted.take(), self.slipped.take()) {
            (Some(interruption), _) => self.after(interruption, stamp_ns),
            (None, Some(recovery)) => {
                if recovery.lost_frames > 0 {
                    self.clock.restart();
                }
                (recovery.lost_frames, Some(recovery))
            }
            (None, None) => (0, None),
        };
        let Due {
            time_ns,
            late_frames,
        } = self.clock.advance(stamp_ns);
        self.next_frame = self.next_frame.wrapping_add(skipped as u32);
        let (input_count, output_count) = (self.inputs.len(), self.outputs.len());
        let mut inputs: [&[f32]; CHANNELS] = [&[]; CHANNELS];
        for (slot, input) in inputs.iter_mut().zip(&self.inputs) {
            *slot = input;
        }
        let mut outputs: [&mut [f32]; CHANNELS] = std::array::from_fn(|_| Default::default());
        for (slot, output) in outputs.iter_mut().zip(&mut self.outputs) {
            *slot = output;
        }
        let outputs = &mut outputs[..output_count];
        self.lease.run(Period {
            frames,
            skipped,
            recovered,
            server_frame: self.next_frame,
            time_ns,
            may_block: false,
            latency: self.latency,
            inputs: &inputs[..input_count],
            outputs,
            midi: self.midi.emptied(),
        });
        self.next_frame = self.next_frame.wrapping_add(frames as u32);
        self.recoveries = 0;
        self.vain_wakes = 0;
        match self.unwritten {
            0 => self.streams.write(outputs)?,
            _ => self.unwritten -= 1,
        }
        self.progress_ns = sys::now_ns();
        self.keep_balance(late_frames)
    }

    /// Puts right what is missing on one side, and tells the engine with the next period.
    fn keep_balance(&mut self, late_frames: i64) -> Outcome {
        if self.unwritten > 0 {
            return Ok(());
        }
        let Some(between) = self.streams.between()? else {
            return Ok(());
        };
        let Some(missing) = self.balance.add(between, late_frames) else {
            return Ok(());
        };
        self.balance.restart();
        self.slipped = Some(match missing {
            Missing::Captured(lost_frames) => {
                self.streams.fill_up(lost_frames)?;
                Recovery {
                    lost_frames,
                    unheard_frames: 0,
                }
            }
            Missing::Both(lost_frames) => Recovery {
                lost_frames,
                unheard_frames: 0,
            },
            Missing::Played(periods) => {
                self.unwritten = periods;
                Recovery {
                    lost_frames: 0,
                    unheard_frames: periods * self.streams.period as u64,
                }
            }
        });
        Ok(())
    }

    /// What the first period after a recovery tells the engine.
    fn after(&self, interruption: Interruption, stamp_ns: u64) -> (u64, Option<Recovery>) {
        let due_ns = interruption.due_ns.unwrap_or(stamp_ns);
        let skipped = self.clock.frames_between(due_ns, stamp_ns);
        let recovery = Recovery {
            lost_frames: if self.streams.has_input() { skipped } else { 0 },
            unheard_frames: interruption.unheard_frames,
        };
        (skipped, Some(recovery))
    }

    fn is_overdue(&self) -> bool {
        let period = self.streams.rate.duration(self.streams.period as u64);
        let deadline = period * DEADLINE.0 + DEADLINE.1;
        let passed = sys::now_ns().saturating_sub(self.progress_ns);
        Duration::from_nanos(passed) > deadline
    }

    fn recover(&mut self, mut fault: Fault) -> Recovered {
        let due_ns = self.clock.restart();
        let unheard_frames = self.streams.unheard();
        // A recovery that fails goes on with the next one.
        self.interrupted.get_or_insert(Interruption {
            due_ns,
            unheard_frames,
        });
        let mut sleep_looks = 0;
        loop {
            let pause = match fault.failure.trouble {
                Trouble::Xrun | Trouble::NotNow => {
                    self.recoveries += 1;
                    match self.recoveries {
                        1 => Duration::ZERO,
                        2..=MOST_RECOVERIES => RECOVERY_PAUSE,
                        _ => return Recovered::Lost(Loss::Storm(fault)),
                    }
                }
                Trouble::Suspended => {
                    sleep_looks += 1;
                    match sleep_looks {
                        1 => Duration::ZERO,
                        2..=SLEEP_LOOKS => SLEEP_PAUSE,
                        _ => return Recovered::Lost(Loss::Fault(fault)),
                    }
                }
                Trouble::Gone | Trouble::Number(_) => return Recovered::Lost(Loss::Fault(fault)),
            };
            if !pause.is_zero() && self.streams.pause(pause) == Woken::Stop {
                return Recovered::Stopped;
            }
            self.vain_wakes = 0;
            match self.streams.start() {
                Ok(()) => {
                    self.progress_ns = sys::now_ns();
                    self.balance.restart();
                    self.unwritten = 0;
                    self.slipped = None;
                    return Recovered::Yes;
                }
                Err(again) => fault = again,
            }
        }
    }
}

impl Loss {
    /// For people.
    pub fn reason(&self) -> String {
        match self {
            Loss::Fault(fault) => format!("the device is gone: {fault}"),
            Loss::Storm(fault) => format!("the device fails again and again: {fault}"),
            Loss::Stands => "the device has moved no frames for too long".into(),
        }
    }
}
