//! Keeps the device's samples within ±1.0, and counts the frames that were beyond.

use crate::engine::buffers::Ports;
use crate::engine::node::{Clock, Node, Outbox};
use crate::kernels::Kernels;

/// Changes its outputs in place.
pub(crate) struct Clamp(pub Kernels);

const BLOCK: usize = 256;

impl Node for Clamp {
    fn run(&mut self, clock: &Clock<'_>, ports: &mut Ports<'_, '_>, outbox: &mut Outbox) {
        // Nearly always nothing is beyond, and looking is all.
        let fits = |output: &&mut [f32]| (self.0.fits)(output);
        if ports.outputs.iter().all(fits) {
            return;
        }
        let mut clamped = 0;
        for start in (0..clock.frames).step_by(BLOCK) {
            let frames = start..clock.frames.min(start + BLOCK);
            let mut over = [false; BLOCK];
            for output in ports.outputs.iter_mut() {
                for (sample, over) in output[frames.clone()].iter_mut().zip(&mut over) {
                    *over |= sample.abs() > 1.0;
                    *sample = sample.clamp(-1.0, 1.0);
                }
            }
            clamped += over.iter().filter(|over| **over).count();
        }
        if clamped > 0 {
            let counters = &outbox.shared().counters;
            counters.add(&counters.clamped_frames, clamped as u64);
        }
    }
}
