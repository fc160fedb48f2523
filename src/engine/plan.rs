//! Which nodes run in a period, in which order, on which buffers.
//!
//! A plan owns no node. Nodes stay in the engine while plans come and go, so they keep their state over an
//! edit. The control half builds and checks plans (`control/plan.rs`).

use super::buffers::{BufferId, Buffers, PortList};
use super::node::{Clock, Node, NodeId, Outbox};
use crate::error::Result;
use crate::memory::{self, Keeper};
use crate::sys::Resident;

/// How many nodes an engine can have: their numbers are below this.
pub(crate) const MAX_NODES: usize = 256;

/// The order in which nodes run.
#[derive(Default)]
pub(crate) struct Plan(Vec<(NodeId, PortList)>);

/// One node, and the buffers at its ports.
#[derive(Clone)]
pub(crate) struct Step {
    pub node: NodeId,
    /// A node that changes a buffer in place has it only as an output.
    pub inputs: Vec<BufferId>,
    pub outputs: Vec<BufferId>,
}

impl Plan {
    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    pub fn new<'a>(steps: impl Iterator<Item = &'a Step> + Clone) -> Result<Plan> {
        let mut plan = memory::room(steps.clone().count(), WHAT)?;
        for step in steps {
            plan.push((step.node, PortList::new(&step.inputs, &step.outputs)?));
        }
        Ok(Plan(plan))
    }
}

/// What memory is for.
const WHAT: &str = "the plan of a period";

/// The nodes of an engine, by their numbers, and the plan in force.
pub(super) struct Graph {
    nodes: Vec<Option<Box<dyn Node>>>,
    plan: Plan,
}

impl Graph {
    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    pub fn new() -> Result<Graph> {
        let mut nodes = memory::room(MAX_NODES, "the nodes of an engine")?;
        nodes.resize_with(MAX_NODES, || None);
        let plan = Plan::default();
        Ok(Graph { nodes, plan })
    }

    /// Hands over the table of nodes, and the memory that they write to. Not for the audio thread.
    pub fn keep_memory(&mut self, resident: &mut Resident) {
        resident.keep_items(&mut self.nodes);
        for node in self.nodes.iter_mut().flatten() {
            node.keep_memory(resident);
        }
    }

    /// # Real-time contract
    /// Audio thread only; wait-free; no allocation, free, lock, system call, log or panic.
    pub fn exchange_node(&mut self, id: NodeId, node: &mut Option<Box<dyn Node>>) {
        if let Some(place) = self.nodes.get_mut(usize::from(id.0)) {
            std::mem::swap(place, node);
        }
    }

    /// # Real-time contract
    /// As [`Graph::exchange_node`].
    pub fn exchange_plan(&mut self, plan: &mut Plan) {
        std::mem::swap(&mut self.plan, plan);
    }

    /// Runs all steps, except those whose node or buffers do not exist.
    ///
    /// # Real-time contract
    /// As [`Node::run`].
    pub fn run(&mut self, clock: &Clock<'_>, mut buffers: Buffers<'_, '_>, outbox: &mut Outbox) {
        for (node, ports) in &self.plan.0 {
            if let Some(Some(node)) = self.nodes.get_mut(usize::from(node.0)) {
                ports.with(&mut buffers, |mut ports| {
                    node.run(clock, &mut ports, outbox)
                });
            }
        }
    }
}
