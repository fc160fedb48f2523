//! The audio thread's part: server -> [`Processor`] -> [`Lease::run`].

use super::frames::{FrameClock, Step, Told};
use super::state::ClientState;
use crate::driver::period::Period;
use crate::driver::slot::Lease;
use crate::error::Result;
use crate::jack::{AudioInput, AudioOutput, Cycle, MidiInput, MidiOutput, MidiWriter};
use crate::lock::Mutex;
use crate::memory;
use crate::midi::{MAX_MIDI_PORTS, MidiPorts, PortEvents, Written};
use crate::units::{Latency, MAX_CHANNELS};
use std::sync::Arc;
use std::sync::atomic::Ordering;

const CHANNELS: usize = MAX_CHANNELS as usize;

/// Most clients have no more on a side. Longer lists take as long to fill as a voice takes to mix.
const FEW_CHANNELS: usize = 4;

/// The longest period of any JACK server (its BUFFER_SIZE_MAX), in frames.
const LONGEST_PERIOD: usize = 8192;

pub(super) struct Processor {
    state: Arc<ClientState>,
    /// Taken by the audio thread, which does not wait for it; by others only while the client is not active.
    audio: Mutex<Audio>,
}

struct Audio {
    lease: Option<Lease>,
    clock: FrameClock,
    /// Whether the last cycle was one of freewheeling.
    freewheeled: bool,
    inputs: Vec<(AudioInput, Vec<f32>)>,
    /// Each with a buffer for cycles in which the server has none.
    outputs: Vec<(AudioOutput, Vec<f32>)>,
    midi: Midi,
}

struct Midi {
    inputs: Vec<MidiInput>,
    outputs: Vec<MidiOutput>,
    /// What has arrived at the inputs in this period.
    arrived: Vec<PortEvents>,
    /// How many messages that have arrived were lost.
    lost: u64,
}

/// The MIDI ports in one cycle.
struct CycleMidi<'a> {
    arrived: &'a [PortEvents],
    lost: u64,
    outputs: [CycleOutput<'a>; MAX_MIDI_PORTS as usize],
}

#[derive(Default)]
struct CycleOutput<'a> {
    /// `None` if there is no such port, or the server has no buffer for it.
    writer: Option<MidiWriter<'a>>,
    has_messages: bool,
}

/// The ports that the engine uses.
#[derive(Default)]
pub(super) struct EnginePorts {
    pub inputs: Vec<AudioInput>,
    pub outputs: Vec<AudioOutput>,
    pub midi_inputs: Vec<MidiInput>,
    pub midi_outputs: Vec<MidiOutput>,
}

impl Processor {
    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    pub fn new(
        state: &Arc<ClientState>,
        clock: FrameClock,
        ports: EnginePorts,
    ) -> Result<Processor> {
        let (midi_inputs, midi_outputs) = (ports.midi_inputs, ports.midi_outputs);
        Ok(Processor {
            state: state.clone(),
            audio: Mutex::new(Audio {
                lease: None,
                clock,
                freewheeled: false,
                inputs: with_buffers(ports.inputs)?,
                outputs: with_buffers(ports.outputs)?,
                midi: Midi {
                    arrived: PortEvents::of_ports(midi_inputs.len())?,
                    lost: 0,
                    inputs: midi_inputs,
                    outputs: midi_outputs,
                },
            }),
        })
    }

    /// What runs from the next activation on. Only while the client is not active.
    pub fn set_lease(&self, lease: Option<Lease>) {
        let mut audio = self.audio.lock();
        audio.lease = lease;
        audio.clock.restart();
    }
}

/// Each port with a buffer for the longest period.
fn with_buffers<P>(ports: Vec<P>) -> Result<Vec<(P, Vec<f32>)>> {
    let buffer = || memory::filled(0.0, LONGEST_PERIOD, "a period");
    ports
        .into_iter()
        .map(|port| Ok((port, buffer()?)))
        .collect()
}

impl Processor {
    /// One period is due.
    ///
    /// # Real-time contract
    /// Audio thread only; wait-free; no allocation, free, lock, system call or log.
    pub fn process(&self, cycle: &mut Cycle<'_>) {
        let Some(mut audio) = self.audio.try_lock() else {
            return;
        };
        let state = &self.state;
        let freewheels = state.freewheeling.load(Ordering::Relaxed);
        if audio.inputs.len().max(audio.outputs.len()) <= FEW_CHANNELS {
            audio.process::<FEW_CHANNELS>(cycle, state.latency(), freewheels);
        } else {
            audio.process::<CHANNELS>(cycle, state.latency(), freewheels);
        }
        state.ran.store(true, Ordering::Release);
    }
}

impl Audio {
    /// Has the engine run for a client with at most `MOST` channels on each side.
    ///
    /// # Real-time contract
    /// Audio thread only; wait-free, unless it `freewheels`; no allocation, free, lock, system call
    /// or log.
    fn process<const MOST: usize>(
        &mut self,
        cycle: &mut Cycle<'_>,
        latency: Latency,
        freewheels: bool,
    ) {
        let frames = cycle.frames();
        if frames == 0 {
            return;
        }
        let (first_frame, due_ns, now_ns) = cycle.start();
        if freewheels || self.freewheeled {
            // Frames do not follow the clock while the server freewheels, nor when freewheeling ends.
            self.clock.restart();
        }
        self.freewheeled = freewheels;
        let Step { skipped, time_ns } = self.clock.advance(Told {
            first_frame,
            frames: frames as u32,
            due_ns,
            now_ns,
        });
        let mut inputs: [&[f32]; MOST] = [&[]; MOST];
        let mut outputs: [&mut [f32]; MOST] = std::array::from_fn(|_| Default::default());
        let (input_count, output_count) = (self.inputs.len(), self.outputs.len());
        let Some(lease) = self.lease.as_ref().filter(|_| frames <= LONGEST_PERIOD) else {
            for (output, _) in &mut self.outputs {
                if let Some(samples) = cycle.output(output) {
                    samples.fill(0.0);
                }
            }
            return;
        };
        // All inputs before any output: see `Cycle::read`.
        for (slot, (port, copy)) in inputs.iter_mut().zip(&mut self.inputs) {
            let copy = &mut copy[..frames];
            cycle.read(port, copy);
            *slot = copy;
        }
        self.midi.read(cycle);
        for (slot, (output, spare)) in outputs.iter_mut().zip(&mut self.outputs) {
            *slot = cycle.output(output).unwrap_or(&mut spare[..frames]);
        }
        lease.run(Period {
            frames,
            skipped,
            recovered: None,
            server_frame: first_frame,
            time_ns,
            may_block: freewheels,
            latency,
            inputs: &inputs[..input_count],
            outputs: &mut outputs[..output_count],
            midi: &mut self.midi.in_cycle(cycle),
        });
    }
}

/// Audio thread only; wait-free; no allocation, free, lock, system call or log.
impl Midi {
    fn read(&mut self, cycle: &mut Cycle<'_>) {
        self.lost = 0;
        for (port, events) in self.inputs.iter_mut().zip(&mut self.arrived) {
            events.clear();
            let arrived = cycle.read_midi(port);
            self.lost += u64::from(arrived.lost());
            for event in arrived {
                let has_room = events.push(event.frame, event.bytes);
                self.lost += u64::from(!has_room);
            }
        }
    }

    /// After [`Midi::read`].
    fn in_cycle<'a>(&'a mut self, cycle: &'a Cycle<'_>) -> CycleMidi<'a> {
        let mut outputs: [CycleOutput<'a>; _] = Default::default();
        for (output, port) in outputs.iter_mut().zip(&mut self.outputs) {
            output.writer = cycle.midi_output(port);
        }
        CycleMidi {
            arrived: &self.arrived,
            lost: self.lost,
            outputs,
        }
    }
}

impl MidiPorts for CycleMidi<'_> {
    fn inputs(&self) -> &[PortEvents] {
        self.arrived
    }

    fn lost(&self) -> u64 {
        self.lost
    }

    fn write(&mut self, port: usize, frame: u32, message: &[u8]) -> Written {
        let Some(output) = self.outputs.get_mut(port) else {
            return Written::Never;
        };
        let writer = output.writer.as_mut();
        let is_taken = writer.is_some_and(|writer| writer.write(frame, message));
        match (is_taken, output.has_messages) {
            (true, _) => {
                output.has_messages = true;
                Written::Taken
            }
            (false, true) => Written::Full,
            (false, false) => Written::Never,
        }
    }
}
