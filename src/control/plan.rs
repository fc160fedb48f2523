//! The control half's record of the engine's nodes, and of the order in which they run.
//!
//! Flow: a change -> [`Edit`], whose commands go to the engine in one batch -> [`PlanBook::adopt`]. The
//! engine then has what the record says, from the next period on. Nodes that were removed come back in the
//! batch, and are freed here.

use crate::engine::{
    BufferId, Capture, Clamp, Command, MAX_NODES, Meter, MidiIn, MidiOut, Node, NodeId, Plan,
    Player, Step,
};
use crate::error::{Error, Result};
use crate::kernels::Kernels;
use crate::link::{
    InputWriter, Meters, MidiStamp, MidiWriter, OrderedMidi, RecordSource, TapWatch,
};
use crate::memory;
use crate::units::Rate;

/// How many recordings one interface makes at once.
pub(super) const MAX_TAPS: usize = 64;

const PLAYER: NodeId = NodeId(0);
const METER: NodeId = NodeId(1);
const CLAMP: NodeId = NodeId(2);
const CAPTURE: NodeId = NodeId(3);
const MIDI_IN: NodeId = NodeId(4);
const MIDI_OUT: NodeId = NodeId(5);
/// The taps have consecutive numbers from here on.
const FIRST_TAP: u16 = 6;
/// The nodes besides taps.
const MOST_PLAIN: usize = FIRST_TAP as usize;
const _: () = assert!(FIRST_TAP as usize + MAX_TAPS <= MAX_NODES);

/// What memory is for.
const WHAT: &str = "the plan of an interface";

/// The nodes and their order, as they were sent to the engine last.
pub(super) struct PlanBook {
    inputs: u16,
    outputs: u16,
    steps: Vec<Step>,
    taps: Vec<TapPlace>,
    /// How many of them run.
    running: usize,
}

/// What a node number for taps is used for.
enum TapPlace {
    Free,
    Reserved,
    Runs(TapWatch),
}

/// The index of a place for a tap.
pub(super) type TapNumber = usize;

/// What a plain interface is made of.
pub(super) struct PlainPlan<'a> {
    pub kernels: Kernels,
    pub rate: Rate,
    pub clamp: bool,
    pub meters: &'a Meters,
    /// Where captured input goes; `None` if there are no inputs.
    pub capture: Option<InputWriter>,
    /// Where arriving MIDI messages go; `None` if there are no ports for them.
    pub midi_in: Option<MidiWriter<MidiStamp>>,
    /// Where those come from that are to be sent.
    pub midi_out: Option<OrderedMidi>,
}

/// A tap that begins.
pub(super) struct NewTap {
    pub number: TapNumber,
    pub node: Box<dyn Node>,
    pub source: RecordSource,
    pub channels: Box<[u16]>,
    pub watch: TapWatch,
}

/// A change of the plan that was not sent yet.
pub(super) struct Edit {
    steps: Vec<Step>,
    plan: Plan,
    begins: Option<(TapNumber, Box<dyn Node>, TapWatch)>,
    ended: Vec<TapNumber>,
}

impl PlanBook {
    /// The plan of a plain interface: player, meter, clamp, capture, MIDI; and the commands that set the engine up.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn plain(parts: PlainPlan<'_>) -> Result<(PlanBook, Vec<Command>)> {
        let inputs = parts.meters.inputs.len() as u16;
        let outputs = parts.meters.outputs.len() as u16;
        let captured = || (0..inputs).map(BufferId::Input);
        let played = || (0..outputs).map(BufferId::Output);
        let mut nodes: Vec<(NodeId, Box<dyn Node>)> = memory::room(MOST_PLAIN, WHAT)?;
        let mut steps = memory::room(MOST_PLAIN + MAX_TAPS, WHAT)?;
        let mut add = |node, is: Box<dyn Node>, inputs: Vec<BufferId>, outputs: Vec<BufferId>| {
            nodes.push((node, is));
            steps.push(Step {
                node,
                inputs,
                outputs,
            });
        };
        let player = Player::new(parts.kernels)?;
        add(PLAYER, Box::new(player), Vec::new(), collect(played())?);
        let meter = Meter::new(parts.kernels, parts.rate, parts.meters)?;
        let measured = (collect(captured())?, collect(played())?);
        add(METER, Box::new(meter), measured.0, measured.1);
        if parts.clamp {
            let clamp = Box::new(Clamp(parts.kernels));
            add(CLAMP, clamp, Vec::new(), collect(played())?);
        }
        if let Some(input) = parts.capture {
            add(
                CAPTURE,
                Box::new(Capture(input)),
                collect(captured())?,
                Vec::new(),
            );
        }
        if let Some(writer) = parts.midi_in {
            add(
                MIDI_IN,
                Box::new(MidiIn::new(writer)),
                Vec::new(),
                Vec::new(),
            );
        }
        if let Some(orders) = parts.midi_out {
            add(
                MIDI_OUT,
                Box::new(MidiOut::new(orders)?),
                Vec::new(),
                Vec::new(),
            );
        }
        let mut taps = memory::room(MAX_TAPS, WHAT)?;
        taps.resize_with(MAX_TAPS, || TapPlace::Free);
        let mut commands = memory::room(nodes.len() + 1, WHAT)?;
        let nodes = nodes.into_iter();
        commands.extend(nodes.map(|(id, node)| Command::SetNode(id, Some(node))));
        commands.push(Command::SetPlan(Plan::new(steps.iter())?));
        let book = PlanBook {
            inputs,
            outputs,
            steps,
            taps,
            running: 0,
        };
        Ok((book, commands))
    }

    /// Keeps a place for a tap, until it begins or the place is given back.
    ///
    /// # Errors
    /// [`Error::QueueFull`] with [`MAX_TAPS`] taps.
    pub fn reserve_tap(&mut self) -> Result<TapNumber> {
        let is_free = |place: &TapPlace| matches!(place, TapPlace::Free);
        let number = self.taps.iter().position(is_free).ok_or(Error::QueueFull {
            queue: "the list of recorders",
            capacity: MAX_TAPS,
            advice: "stop one; the interface frees it in the next period",
        })?;
        self.taps[number] = TapPlace::Reserved;
        Ok(number)
    }

    /// Gives back a place that was reserved; one whose tap has begun stays.
    pub fn give_back(&mut self, number: TapNumber) {
        if let TapPlace::Reserved = self.taps[number] {
            self.taps[number] = TapPlace::Free;
        }
    }

    /// Whether anything is recorded.
    pub fn has_taps(&self) -> bool {
        self.running > 0
    }

    /// Whether there are taps whose recorders have ended.
    pub fn has_ended_taps(&self) -> bool {
        self.running > 0 && self.taps.iter().any(TapPlace::has_ended)
    }

    /// The commands that begin the given tap and remove the taps that have ended.
    /// `None` if there is nothing to do.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn edit(&self, begins: Option<NewTap>) -> Result<Option<Edit>> {
        if begins.is_none() && !self.has_ended_taps() {
            return Ok(None);
        }
        let mut ended = memory::room(self.taps.len(), WHAT)?;
        let numbers = (0..self.taps.len()).filter(|number| self.taps[*number].has_ended());
        ended.extend(numbers);
        let mut steps = memory::room(MOST_PLAIN + MAX_TAPS, WHAT)?;
        for step in &self.steps {
            if !ended.iter().any(|number| node_of(*number) == step.node) {
                steps.push(Step {
                    node: step.node,
                    inputs: collect(step.inputs.iter().copied())?,
                    outputs: collect(step.outputs.iter().copied())?,
                });
            }
        }
        let begins = match begins {
            None => None,
            Some(tap) => {
                let buffer = |channel: &u16| match tap.source {
                    RecordSource::Input => BufferId::Input(*channel),
                    RecordSource::Output => BufferId::Output(*channel),
                };
                steps.push(Step {
                    node: node_of(tap.number),
                    inputs: collect(tap.channels.iter().map(buffer))?,
                    outputs: Vec::new(),
                });
                Some((tap.number, tap.node, tap.watch))
            }
        };
        debug_assert!(steps.iter().all(|step| self.fits(step)));
        Ok(Some(Edit {
            plan: Plan::new(steps.iter())?,
            steps,
            begins,
            ended,
        }))
    }

    /// Makes an edit the record. The caller sends its commands at once, in one batch. `commands` has room
    /// for [`Edit::commands`] more.
    pub fn adopt(&mut self, edit: Edit, commands: &mut Vec<Command>) {
        if let Some((number, node, watch)) = edit.begins {
            self.taps[number] = TapPlace::Runs(watch);
            self.running += 1;
            commands.push(Command::SetNode(node_of(number), Some(node)));
        }
        commands.push(Command::SetPlan(edit.plan));
        for number in edit.ended {
            self.taps[number] = TapPlace::Free;
            self.running -= 1;
            commands.push(Command::SetNode(node_of(number), None));
        }
        self.steps = edit.steps;
    }

    /// Whether a step is valid: all its buffers exist, it does not write to the device's input, and no two output
    /// ports have the same buffer.
    fn fits(&self, step: &Step) -> bool {
        let exists = |buffer: &BufferId| match *buffer {
            BufferId::Input(channel) => channel < self.inputs,
            BufferId::Output(channel) => channel < self.outputs,
        };
        let written = &step.outputs;
        let is_alone = |(at, buffer): (usize, &BufferId)| !written[..at].contains(buffer);
        step.inputs.iter().chain(written).all(exists)
            && !written.iter().any(|b| matches!(b, BufferId::Input(_)))
            && written.iter().enumerate().all(is_alone)
    }
}

impl Edit {
    /// How many commands there are.
    pub fn commands(&self) -> usize {
        1 + usize::from(self.begins.is_some()) + self.ended.len()
    }
}

impl TapPlace {
    fn has_ended(&self) -> bool {
        matches!(self, TapPlace::Runs(watch) if watch.has_ended())
    }
}

fn node_of(tap: TapNumber) -> NodeId {
    NodeId(FIRST_TAP + tap as u16)
}

fn collect(buffers: impl Iterator<Item = BufferId> + Clone) -> Result<Vec<BufferId>> {
    let mut collected = memory::room(buffers.clone().count(), WHAT)?;
    collected.extend(buffers);
    Ok(collected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clip::Clip;
    use crate::control::exchange::Unsent;
    use crate::control::{Config, Interface};
    use crate::driver::DriverKind;
    use crate::engine::{Clock, Outbox, Ports};
    use crate::link::Swap;
    use crate::playspec::{Entry, Playspec};
    use std::sync::Arc;

    const INVERTER: NodeId = NodeId(200);
    const PERIOD: usize = 16;

    /// Turns the first output upside down.
    struct Inverter {
        _counted: Arc<()>,
    }

    impl Node for Inverter {
        fn run(&mut self, _clock: &Clock<'_>, ports: &mut Ports<'_, '_>, _outbox: &mut Outbox) {
            for sample in ports.outputs[0].iter_mut() {
                *sample = -*sample;
            }
        }
    }

    fn playing() -> Interface {
        let interface = Interface::new(Config::new(DriverKind::Offline)).expect("an interface");
        let samples: Vec<f32> = (0..400_000).map(|n| (n % 997) as f32 / 1e3).collect();
        let clip = Clip::from_f32(48_000, 2, &samples).expect("samples");
        let playspec = Playspec::new(vec![Entry::new(&clip, 0)]).expect("an entry");
        interface
            .schedule(&playspec, Swap::at(0))
            .expect("it is queued");
        interface.set_rolling(true).expect("it rolls");
        interface.start().expect("it starts");
        interface
    }

    fn next_period(interface: &Interface) -> Vec<f32> {
        let mut heard = vec![0.0; 2 * PERIOD];
        interface
            .advance(PERIOD as u64, None, Some(&mut heard))
            .expect("it runs");
        heard
    }

    /// The plan with the inverter behind the player, or without it.
    fn plan(interface: &Interface, inverts: bool) -> Plan {
        let inverter = Step {
            node: INVERTER,
            inputs: Vec::new(),
            outputs: vec![BufferId::Output(0)],
        };
        let book = interface.parts().exchange.plan.lock();
        let inverter = inverts.then_some(&inverter);
        let steps = book.steps[..1].iter().chain(inverter);
        Plan::new(steps.chain(&book.steps[1..])).expect("there is memory")
    }

    #[test]
    fn a_node_that_comes_and_goes_while_it_plays_changes_its_buffer_alone() {
        let (edited, plain) = (playing(), playing());
        let counted = Arc::new(());
        for round in 0..10_000 {
            let inverts = round % 2 == 0;
            let node = inverts.then(|| {
                let _counted = counted.clone();
                Box::new(Inverter { _counted }) as Box<dyn Node>
            });
            let commands = vec![
                Unsent::Other(Command::SetNode(INVERTER, node)),
                Unsent::Other(Command::SetPlan(plan(&edited, inverts))),
            ];
            edited.send(commands).expect("there is room");
            let expected = next_period(&plain).into_iter().enumerate();
            let expected = expected.map(|(at, sample)| match inverts && at % 2 == 0 {
                true => -sample,
                false => sample,
            });
            assert_eq!(next_period(&edited), expected.collect::<Vec<f32>>());
            // What was taken out comes back, and is freed.
            edited.parts().exchange.pump();
            assert_eq!(Arc::strong_count(&counted), 1 + usize::from(inverts));
        }
        drop(edited);
        assert_eq!(Arc::strong_count(&counted), 1);
    }

    #[test]
    fn a_plan_whose_nodes_or_buffers_are_not_there_leaves_them_out() {
        let interface = playing();
        let steps = [(INVERTER, 0), (PLAYER, 7)].map(|(node, channel)| Step {
            node,
            inputs: vec![BufferId::Input(channel)],
            outputs: vec![BufferId::Output(channel), BufferId::Input(0)],
        });
        let plan = Plan::new(steps.iter()).expect("there is memory");
        let command = Unsent::Other(Command::SetPlan(plan));
        interface.send(vec![command]).expect("there is room");
        assert_eq!(next_period(&interface), [0.0; 2 * PERIOD]);
    }
}
