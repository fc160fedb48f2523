//! What runs in each span, in order. The smallest plan is that of a plain interface: a player
//! into the device's outputs, the device's inputs into the capture ring.

use super::Settings;
use super::capture::Capture;
use super::clamp::Clamp;
use super::meter::Meter;
use super::player::Player;
use super::timeline::Timeline;
use crate::error::Result;
use crate::link::EngineEnd;
use crate::units::Latency;

/// A stretch of one period in which the timeline is continuous.
pub(super) struct Span<'s, 'a, 'b> {
    /// Where it begins in the period's buffers.
    pub offset: usize,
    pub frames: usize,
    pub device_frame: u64,
    pub time_ns: u64,
    pub frame_rate_hz: u32,
    /// Whether frames were skipped just before it.
    pub after_skip: bool,
    pub latency: Latency,
    /// Whether the engine can wait for a disk: for what is played, and for room to record.
    pub waits: bool,
    pub timeline: &'s Timeline,
    pub link: &'s mut EngineEnd,
    pub inputs: &'a [&'b [f32]],
    pub outputs: &'s mut [&'b mut [f32]],
}

enum Node {
    Player(Player),
    Meter(Meter),
    Clamp(Clamp),
    Capture(Capture),
}

pub(super) struct Plan(Vec<Node>);

impl Plan {
    pub fn simple(settings: &Settings, link: &EngineEnd) -> Result<Plan> {
        let rate = settings.frame_rate_hz;
        let meter = Meter::new(settings.kernels, rate, &link.shared.meters)?;
        let mut nodes = vec![
            Node::Player(Player::new(settings.kernels)?),
            Node::Meter(meter),
        ];
        if settings.clamp {
            nodes.push(Node::Clamp(Clamp(settings.kernels)));
        }
        if link.input.is_some() {
            nodes.push(Node::Capture(Capture));
        }
        Ok(Plan(nodes))
    }

    /// # Real-time contract
    /// Audio thread only; wait-free; no allocation, free, lock, system call, log or panic.
    pub fn run(&mut self, span: &mut Span<'_, '_, '_>) {
        for node in &mut self.0 {
            match node {
                Node::Player(player) => player.run(span),
                Node::Meter(meter) => meter.run(span),
                Node::Clamp(clamp) => clamp.run(span),
                Node::Capture(capture) => capture.run(span),
            }
        }
    }
}
