//! Keeps what a device gets within ±1.0, and counts the frames that were not.

use super::plan::Span;
use crate::kernels::Kernels;

pub(super) struct Clamp(pub Kernels);

const BLOCK: usize = 256;

impl Clamp {
    pub fn run(&mut self, span: &mut Span<'_, '_, '_>) {
        let end = span.offset + span.frames;
        // Nearly always: all that is to be done is to look.
        let fits = |output: &&mut [f32]| (self.0.fits)(&output[span.offset..end]);
        if span.outputs.iter().all(fits) {
            return;
        }
        let mut clamped = 0;
        for start in (span.offset..end).step_by(BLOCK) {
            let frames = start..end.min(start + BLOCK);
            let mut over = [false; BLOCK];
            for output in span.outputs.iter_mut() {
                for (sample, over) in output[frames.clone()].iter_mut().zip(&mut over) {
                    *over |= sample.abs() > 1.0;
                    *sample = sample.clamp(-1.0, 1.0);
                }
            }
            clamped += over.iter().filter(|over| **over).count();
        }
        if clamped > 0 {
            let counters = &span.link.shared.counters;
            counters.add(&counters.clamped_frames, clamped as u64);
        }
    }
}
