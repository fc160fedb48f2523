//! The buffers of a period, and those of them that a node sees as its ports.

use crate::error::Result;
use crate::memory;
use crate::midi::MidiPorts;
use crate::units::MAX_CHANNELS;
use std::ops::Range;

/// A buffer of the period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BufferId {
    /// What the device captured, by channel. Nobody writes to it.
    Input(u16),
    /// What the device will play, by channel. Silent at first.
    Output(u16),
}

/// All buffers, of the frames that are rendered now.
pub(super) struct Buffers<'s, 'b> {
    pub inputs: &'s [&'b [f32]],
    pub outputs: &'s mut [&'b mut [f32]],
    /// Those of the whole period.
    pub midi: &'s mut dyn MidiPorts,
}

/// Most interfaces have no more channels on a side. Longer lists take as long to fill as a voice takes to mix.
const FEW_CHANNELS: usize = 4;
const CHANNELS: usize = MAX_CHANNELS as usize;

impl Buffers<'_, '_> {
    /// Runs `run` with a part of the frames.
    pub fn with_part<T>(
        &mut self,
        frames: Range<usize>,
        run: impl FnOnce(Buffers<'_, '_>) -> T,
    ) -> T {
        match self.inputs.len().max(self.outputs.len()) <= FEW_CHANNELS {
            true => self.with_part_of::<FEW_CHANNELS, T>(frames, run),
            false => self.with_part_of::<CHANNELS, T>(frames, run),
        }
    }

    fn with_part_of<const MOST: usize, T>(
        &mut self,
        frames: Range<usize>,
        run: impl FnOnce(Buffers<'_, '_>) -> T,
    ) -> T {
        let counts = (self.inputs.len(), self.outputs.len());
        let mut inputs: [&[f32]; MOST] = [&[]; MOST];
        let mut outputs: [&mut [f32]; MOST] = std::array::from_fn(|_| Default::default());
        for (part, input) in inputs.iter_mut().zip(self.inputs) {
            *part = &input[frames.clone()];
        }
        for (part, output) in outputs.iter_mut().zip(self.outputs.iter_mut()) {
            *part = &mut output[frames.clone()];
        }
        run(Buffers {
            inputs: &inputs[..counts.0],
            outputs: &mut outputs[..counts.1],
            midi: &mut *self.midi,
        })
    }
}

/// The buffers of one node, by the numbers of its ports. All have the clock's frames.
pub(crate) struct Ports<'s, 'b> {
    pub inputs: &'s [&'b [f32]],
    /// They hold what the nodes before have written.
    pub outputs: &'s mut [&'b mut [f32]],
    /// All MIDI ports, in the whole period.
    pub midi: &'s mut dyn MidiPorts,
}

/// Which buffers are at the ports of a node.
pub(super) struct PortList {
    /// The buffers of the input ports, then those of the output ports.
    ids: Vec<BufferId>,
    inputs: usize,
    /// Whether several input ports have the same buffer.
    repeats: bool,
    /// `Some` if no list must be made: the input ports have consecutive captured channels, and the output ports
    /// consecutive played channels.
    straight: Option<(Range<usize>, Range<usize>)>,
}

impl PortList {
    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    pub fn new(inputs: &[BufferId], outputs: &[BufferId]) -> Result<PortList> {
        let mut ids = memory::room(inputs.len() + outputs.len(), "the ports of a node")?;
        ids.extend(inputs);
        ids.extend(outputs);
        let captured = consecutive(inputs, |id| match id {
            BufferId::Input(channel) => Some(channel),
            BufferId::Output(_) => None,
        });
        let played = consecutive(outputs, |id| match id {
            BufferId::Output(channel) => Some(channel),
            BufferId::Input(_) => None,
        });
        Ok(PortList {
            ids,
            inputs: inputs.len(),
            repeats: (1..inputs.len()).any(|at| inputs[..at].contains(&inputs[at])),
            straight: captured.zip(played),
        })
    }

    /// Runs `run` with these ports. Does nothing if a buffer does not exist, or if an output port shares its
    /// buffer with another port.
    #[inline(always)]
    pub fn with(&self, buffers: &mut Buffers<'_, '_>, run: impl FnOnce(Ports<'_, '_>)) {
        if let Some((inputs, outputs)) = &self.straight {
            if let Some(inputs) = buffers.inputs.get(inputs.clone())
                && let Some(outputs) = buffers.outputs.get_mut(outputs.clone())
            {
                run(Ports {
                    inputs,
                    outputs,
                    midi: &mut *buffers.midi,
                });
            }
        } else if self.ids.len() <= FEW_CHANNELS {
            self.with_gathered::<FEW_CHANNELS>(buffers, run);
        } else {
            self.with_gathered::<MOST_PORTS>(buffers, run);
        }
    }

    #[inline(never)]
    fn with_gathered<const MOST: usize>(
        &self,
        buffers: &mut Buffers<'_, '_>,
        run: impl FnOnce(Ports<'_, '_>),
    ) {
        let Some((wanted, written)) = self.ids.split_at_checked(self.inputs) else {
            return;
        };
        let mut inputs: [&[f32]; MOST] = [&[]; MOST];
        let mut outputs: [&mut [f32]; MOST] = std::array::from_fn(|_| Default::default());
        let mut missing = self.ids.len();
        for (input, id) in inputs.iter_mut().zip(wanted) {
            if let BufferId::Input(channel) = id
                && let Some(samples) = buffers.inputs.get(usize::from(*channel))
            {
                *input = samples;
                missing -= 1;
            }
        }
        let (mut next_wanted, mut next_written) = (0, 0);
        for (channel, samples) in buffers.outputs.iter_mut().enumerate() {
            let id = BufferId::Output(channel as u16);
            if let Some(port) = position(written, id, &mut next_written) {
                outputs[port] = samples;
                missing -= 1;
            } else if let Some(port) = position(wanted, id, &mut next_wanted) {
                let samples: &[f32] = samples;
                inputs[port] = samples;
                missing -= 1;
                if self.repeats {
                    for (at, input) in inputs[..wanted.len()].iter_mut().enumerate() {
                        if at != port && wanted[at] == id {
                            *input = samples;
                            missing -= 1;
                        }
                    }
                }
            }
        }
        if missing == 0 {
            run(Ports {
                inputs: &inputs[..wanted.len()],
                outputs: &mut outputs[..written.len()],
                midi: &mut *buffers.midi,
            });
        }
    }
}

/// The most ports of a node: each channel of the device, in both directions.
const MOST_PORTS: usize = 2 * CHANNELS;

/// The range of the channels, if they are consecutive.
fn consecutive(
    ids: &[BufferId],
    channel: impl Fn(BufferId) -> Option<u16>,
) -> Option<Range<usize>> {
    let mut range = 0..0;
    for (at, id) in ids.iter().enumerate() {
        let channel = usize::from(channel(*id)?);
        if at == 0 {
            range = channel..channel;
        }
        if channel != range.end {
            return None;
        }
        range.end += 1;
    }
    Some(range)
}

/// The index of a buffer in a list. Most often it is `next`.
fn position(ids: &[BufferId], id: BufferId, next: &mut usize) -> Option<usize> {
    let at = match ids.get(*next) {
        Some(other) if *other == id => *next,
        _ => ids.iter().position(|other| *other == id)?,
    };
    *next = at + 1;
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::BufferId::{Input, Output};
    use super::*;
    use crate::midi::PeriodMidi;

    /// The first sample at each input port, then at each output port; nothing if the ports cannot be had.
    /// Those of input buffers are 0, 1, ..., those of output buffers 10, 11, ...
    fn first_samples(inputs: &[BufferId], outputs: &[BufferId]) -> Vec<f32> {
        let captured = [[0.0], [1.0], [2.0]];
        let mut played = [[10.0], [11.0], [12.0], [13.0], [14.0]];
        let captured = captured.each_ref().map(|samples| &samples[..]);
        let mut played = played.each_mut().map(|samples| &mut samples[..]);
        let mut buffers = Buffers {
            inputs: &captured,
            outputs: &mut played,
            midi: &mut PeriodMidi::default(),
        };
        let mut seen = Vec::new();
        let ports = PortList::new(inputs, outputs).expect("there is memory");
        ports.with(&mut buffers, |ports| {
            seen.extend(ports.inputs.iter().map(|samples| samples[0]));
            seen.extend(ports.outputs.iter().map(|samples| samples[0]));
        });
        seen
    }

    #[test]
    fn ports_have_their_buffers_in_every_order() {
        assert_eq!(first_samples(&[], &[]), []);
        assert_eq!(
            first_samples(&[Input(1), Input(2)], &[Output(0), Output(1)]),
            [1.0, 2.0, 10.0, 11.0]
        );
        assert_eq!(
            first_samples(&[Input(2), Output(1), Input(0)], &[Output(4), Output(0)]),
            [2.0, 11.0, 0.0, 14.0, 10.0]
        );
        assert_eq!(
            first_samples(&[Output(3), Output(2), Output(0), Output(1)], &[Output(4)]),
            [13.0, 12.0, 10.0, 11.0, 14.0]
        );
    }

    #[test]
    fn several_input_ports_may_have_the_same_buffer() {
        let inputs = [
            Output(1),
            Input(0),
            Output(1),
            Output(0),
            Output(1),
            Input(0),
        ];
        assert_eq!(
            first_samples(&inputs, &[]),
            [11.0, 0.0, 11.0, 10.0, 11.0, 0.0]
        );
    }

    #[test]
    fn ports_without_a_buffer_of_their_own_are_not_had() {
        assert_eq!(first_samples(&[Input(3)], &[]), []);
        assert_eq!(first_samples(&[], &[Output(5)]), []);
        assert_eq!(first_samples(&[], &[Input(0)]), []);
        assert_eq!(first_samples(&[], &[Output(0), Output(0)]), []);
        assert_eq!(first_samples(&[Output(0)], &[Output(0)]), []);
    }
}
