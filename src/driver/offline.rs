//! The caller is the clock: [`Offline::advance`] runs periods back to back. Deterministic:
//! time is counted in frames, from 0.

use super::contract::{Driver, Info};
use super::period::Period;
use super::slot::Lease;
use super::target::{Request, SimulatedTarget};
use crate::clip::Clip;
use crate::error::{Error, Result};
use crate::memory;
use crate::midi::PeriodMidi;
use crate::sys::Realtime;

pub(crate) struct Offline {
    info: Info,
    lease: Option<Lease>,
    /// One buffer for each channel, a period long.
    inputs: Vec<Vec<f32>>,
    outputs: Vec<Vec<f32>>,
    midi: PeriodMidi,
    /// The clip that is fed in when the caller gives no input, and its next frame.
    input_clip: Option<(Clip, u64)>,
    /// To be reported before the next period.
    skipped: u64,
    /// Frames run or skipped so far.
    clock_frames: u64,
}

impl Offline {
    pub fn new(target: SimulatedTarget, request: &Request) -> Result<Offline> {
        let mut offline = Offline {
            info: Info {
                frame_rate_hz: request.frame_rate_hz.unwrap_or(48_000),
                period_frames: 0,
                client_name: request.client_name.clone(),
                latency: target.latency,
                realtime: Some(Realtime::NotNeeded),
                jack: None,
                alsa: None,
            },
            lease: None,
            inputs: vec![Vec::new(); request.input_channels.into()],
            outputs: vec![Vec::new(); request.output_channels.into()],
            midi: PeriodMidi::new(request.midi_outputs.into())?,
            input_clip: None,
            skipped: 0,
            clock_frames: 0,
        };
        offline.set_period_frames(request.period_frames.unwrap_or(256))?;
        Ok(offline)
    }

    /// The longest period of the calls that follow.
    pub fn set_period_frames(&mut self, frames: u32) -> Result<()> {
        for buffer in self.inputs.iter_mut().chain(&mut self.outputs) {
            let more = (frames as usize).saturating_sub(buffer.len());
            memory::reserve(buffer, more, "a period")?;
        }
        for buffer in self.inputs.iter_mut().chain(&mut self.outputs) {
            buffer.resize(frames as usize, 0.0);
        }
        self.info.period_frames = frames;
        Ok(())
    }

    /// Feeds a clip in, from its first frame on, then silence.
    pub fn set_input_clip(&mut self, clip: Option<Clip>) {
        self.input_clip = clip.map(|clip| (clip, 0));
    }

    /// As if the device had skipped frames before the next period.
    pub fn skip(&mut self, frames: u64) -> Result<()> {
        let skipped = self.skipped.saturating_add(frames);
        if self.time_ns(self.clock_frames.saturating_add(skipped)) > i64::MAX as u128 {
            return Err(Error::InvalidArgument(format!(
                "frames is {frames}; with all that were run or skipped before, that is more than \
                 the 292 years that can be told in nanoseconds"
            )));
        }
        self.skipped = skipped;
        Ok(())
    }

    fn time_ns(&self, frames: u64) -> u128 {
        u128::from(frames) * 1_000_000_000 / u128::from(self.info.frame_rate_hz)
    }

    /// Runs `frames` frames, unless `ends` says between two periods that no more are wanted.
    /// `input` and `output` are interleaved; their lengths are `frames` times the channels, or 0
    /// for silence and for output that nobody wants.
    pub fn advance(
        &mut self,
        frames: u64,
        input: &[f32],
        output: &mut [f32],
        ends: impl Fn() -> bool,
    ) -> Result<()> {
        let Some(lease) = self.lease.clone() else {
            return Err(Error::InvalidState(
                "the interface is stopped; start it first".into(),
            ));
        };
        let (ins, outs) = (self.inputs.len(), self.outputs.len());
        let mut done = 0;
        while done < frames && !ends() {
            let length = (frames - done).min(self.info.period_frames.into()) as usize;
            let start = done as usize;
            if input.is_empty() {
                self.fill_inputs_from_clip(length);
            } else {
                let part = &input[start * ins..(start + length) * ins];
                for (channel, buffer) in self.inputs.iter_mut().enumerate() {
                    let samples = part.iter().skip(channel).step_by(ins);
                    buffer
                        .iter_mut()
                        .zip(samples)
                        .for_each(|(to, from)| *to = *from);
                }
            }
            self.run(&lease, length);
            if !output.is_empty() {
                let part = &mut output[start * outs..(start + length) * outs];
                for (channel, buffer) in self.outputs.iter().enumerate() {
                    let samples = part.iter_mut().skip(channel).step_by(outs);
                    samples.zip(buffer).for_each(|(to, from)| *to = *from);
                }
            }
            done += length as u64;
        }
        Ok(())
    }

    fn run(&mut self, lease: &Lease, frames: usize) {
        let skipped = std::mem::take(&mut self.skipped);
        self.clock_frames += skipped;
        let time_ns = self.time_ns(self.clock_frames) as u64;
        let inputs: Vec<&[f32]> = self.inputs.iter().map(|b| &b[..frames]).collect();
        let mut outputs: Vec<&mut [f32]> =
            self.outputs.iter_mut().map(|b| &mut b[..frames]).collect();
        lease.run(Period {
            frames,
            skipped,
            recovered: None,
            server_frame: self.clock_frames as u32,
            time_ns,
            may_block: true,
            latency: self.info.latency,
            inputs: &inputs,
            outputs: &mut outputs,
            midi: self.midi.emptied(),
        });
        self.clock_frames += frames as u64;
    }

    fn fill_inputs_from_clip(&mut self, frames: usize) {
        let mut from_clip = 0;
        if let Some((clip, next)) = &mut self.input_clip {
            let info = clip.info();
            from_clip = (info.frames - *next).min(frames as u64) as usize;
            for (channel, buffer) in (0..).zip(&mut self.inputs) {
                match info.channels {
                    1 => clip.read(0, *next, &mut buffer[..from_clip]),
                    channels if channel < channels => {
                        clip.read(channel, *next, &mut buffer[..from_clip]);
                    }
                    _ => buffer[..from_clip].fill(0.0),
                }
            }
            *next += from_clip as u64;
        }
        for buffer in &mut self.inputs {
            buffer[from_clip..frames].fill(0.0);
        }
    }
}

impl Driver for Offline {
    fn info(&self) -> Info {
        self.info.clone()
    }

    fn start(&mut self, lease: Lease) -> Result<()> {
        self.lease = Some(lease);
        Ok(())
    }

    fn stop(&mut self) -> Result<()> {
        self.lease = None;
        Ok(())
    }
}
