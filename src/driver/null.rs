//! A timer stands in for a device: inputs are silent, outputs are discarded, and one period follows the other at
//! the frame rate. If the thread wakes up more than a period late, the missed periods
//! count as skipped, as on a device.

use super::contract::{Driver, Info, Notice, Notify};
use super::period::Period;
use super::slot::Lease;
use super::target::{Request, SimulatedTarget};
use crate::error::{Error, Result};
use crate::lock::Mutex;
use crate::memory;
use crate::midi::PeriodMidi;
use crate::sys::{self, Realtime};
use crate::units::Rate;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

pub(crate) struct Null {
    info: Info,
    channels: (usize, usize),
    midi_outputs: usize,
    notify: Notify,
    priority: i32,
    realtime: Arc<Mutex<Option<Realtime>>>,
    thread: Option<(JoinHandle<()>, Arc<sys::Signal>)>,
}

/// Below JACK's usual 70 and the kernel's own 50: this audio is not heard, so it must not disturb audio
/// that is.
const PRIORITY: i32 = 10;

impl Null {
    pub fn new(target: SimulatedTarget, request: &Request, notify: Notify) -> Null {
        Null {
            info: Info {
                frame_rate_hz: request.frame_rate_hz.unwrap_or(48_000),
                period_frames: request.period_frames.unwrap_or(256),
                client_name: request.client_name.clone(),
                latency: target.latency,
                realtime: None,
                jack: None,
                alsa: None,
            },
            channels: (
                request.input_channels.into(),
                request.output_channels.into(),
            ),
            midi_outputs: request.midi_outputs.into(),
            notify,
            priority: request.realtime_priority.map_or(PRIORITY, i32::from),
            realtime: Arc::default(),
            thread: None,
        }
    }
}

impl Driver for Null {
    fn info(&self) -> Info {
        Info {
            realtime: self.realtime.lock().clone(),
            ..self.info.clone()
        }
    }

    fn start(&mut self, lease: Lease) -> Result<()> {
        let stop = Arc::new(sys::Signal::new()?);
        let frames = self.info.period_frames as usize;
        let run = TimerThread {
            frames,
            input: memory::filled(0.0, frames, "a period")?,
            discarded: memory::planar(0.0, self.channels.1, frames, "a period")?,
            midi: PeriodMidi::new(self.midi_outputs)?,
            rate: Rate::new(self.info.frame_rate_hz),
            info: self.info.clone(),
            input_channels: self.channels.0,
            lease,
            stop: stop.clone(),
        };
        let (realtime, notify) = (self.realtime.clone(), self.notify.clone());
        let priority = self.priority;
        let thread = sys::spawn("amio-null", move || {
            let granted = sys::request_realtime(priority);
            if let Realtime::Refused { reason } = &granted {
                notify(Notice::Log(format!("no real-time scheduling: {reason}")));
            }
            *realtime.lock() = Some(granted);
            run.until_stopped();
        })?;
        self.thread = Some((thread, stop));
        Ok(())
    }

    fn stop(&mut self) -> Result<()> {
        let Some((thread, stop)) = self.thread.take() else {
            return Ok(());
        };
        stop.set();
        thread.join().map_err(|_| Error::Driver {
            driver: "null",
            message: "its thread panicked".into(),
        })
    }
}

impl Drop for Null {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            (self.notify)(Notice::Log(error.to_string()));
        }
    }
}

/// What the thread needs.
struct TimerThread {
    frames: usize,
    rate: Rate,
    info: Info,
    /// What all inputs hear, and where each output goes.
    input: Vec<f32>,
    discarded: Vec<Vec<f32>>,
    midi: PeriodMidi,
    input_channels: usize,
    lease: Lease,
    stop: Arc<sys::Signal>,
}

impl TimerThread {
    fn until_stopped(mut self) {
        let mut discarded = std::mem::take(&mut self.discarded);
        let inputs: Vec<&[f32]> = vec![&self.input; self.input_channels];
        let mut outputs: Vec<&mut [f32]> = discarded.iter_mut().map(Vec::as_mut_slice).collect();
        let start_ns = sys::now_ns();
        let mut next_frame = 0;
        let mut woke_ns = 0;
        loop {
            let due_ns = self.rate.nanoseconds(next_frame);
            let before_ns = sys::now_ns() - start_ns;
            let early = Duration::from_nanos(due_ns.saturating_sub(before_ns));
            let needs_rest = before_ns - woke_ns > sys::LONGEST_RUN_NS;
            let pause = if needs_rest {
                early.max(sys::REST)
            } else {
                early
            };
            // Also asked when it is late: otherwise a thread that is always late could not be stopped.
            if self.stop.wait(pause) {
                return;
            }
            let now_ns = sys::now_ns() - start_ns;
            if !pause.is_zero() {
                woke_ns = now_ns;
            }
            if now_ns < due_ns {
                continue;
            }
            let periods_late = (now_ns - due_ns) / self.rate.nanoseconds(self.frames as u64).max(1);
            let skipped = periods_late * self.frames as u64;
            next_frame += skipped;
            self.lease.run(Period {
                frames: self.frames,
                skipped,
                recovered: None,
                server_frame: next_frame as u32,
                time_ns: start_ns + self.rate.nanoseconds(next_frame),
                may_block: false,
                latency: self.info.latency,
                inputs: &inputs,
                outputs: &mut outputs,
                midi: self.midi.emptied(),
            });
            next_frame += self.frames as u64;
        }
    }
}
