//! Mixes what sounds into the outputs.

use crate::engine::buffers::Ports;
use crate::engine::node::{Clock, Node, Outbox};
use crate::engine::scene::{EntriesAtCut, Scene, Voice};
use crate::error::Result;
use crate::kernels::{self, Kernels};
use crate::link::{Report, ReportKind};
use crate::memory::{self, Keeper};
use crate::sys::{Resident, outside_real_time};
use std::ops::Range;

pub(crate) struct Player {
    kernels: Kernels,
    scratch: Scratch,
}

/// Memory for one block, allocated once; [`BLOCK`] samples each.
struct Scratch {
    /// Factors of the fades.
    shape: Vec<f32>,
    /// How far a gain has moved: 0 to 1.
    moved: Vec<f32>,
    gains: Vec<f32>,
    /// Samples that must be converted before they are mixed.
    decoded: Vec<f32>,
}

/// Frames that are shaped and mixed at once.
const BLOCK: usize = 256;

/// How many blocks ahead samples are prefetched. With one, they often arrive too late.
const PREFETCH_BLOCKS: usize = 2;

/// The frames of a stretch in which a scene sounds, and how it fades in.
struct ScenePart {
    device_frame: u64,
    position: i64,
    frames: usize,
    /// The device frame at which the scene begins to fade in.
    start: u64,
    /// Timeline frame at `start`.
    start_position: i64,
    declick: u64,
}

/// Where the next scene begins.
struct Cut<'a> {
    /// The device frame at which the scene begins to fade out.
    at: u64,
    /// The scene's timeline frame there.
    position: i64,
    /// The timeline frame from which on no voice of the scene begins.
    closed: i64,
    /// The entries of the next scene that begin at the cut.
    entries_at_cut: EntriesAtCut<'a>,
}

/// How a voice fades at the cuts around its scene.
#[derive(Clone, Copy)]
struct Fades {
    in_from: Option<u64>,
    out_from: Option<u64>,
}

/// Audio thread only; wait-free; no allocation, free, lock, system call, log or panic.
impl Player {
    pub fn new(kernels: Kernels) -> Result<Player> {
        let block = || memory::filled(0.0, BLOCK, "the player");
        let scratch = Scratch {
            shape: block()?,
            moved: block()?,
            gains: block()?,
            decoded: block()?,
        };
        Ok(Player { kernels, scratch })
    }

    fn play(&mut self, clock: &Clock<'_>, sink: &mut VoiceOutput<'_, '_>) {
        let scenes = clock.timeline.scenes();
        for (number, scene) in scenes.iter() {
            let next = scenes.after(number);
            if let Some(part) = part_of(scene, next, scenes.declick(), clock) {
                let cut = next.map(|next| cut_by(next, scene));
                let to = part.position.saturating_add(part.frames as i64);
                scene.each_voice(part.position, to, |voice| {
                    if let Some(fades) = fades_of(&voice, &part, cut.as_ref()) {
                        self.mix(&voice, &part, fades, sink);
                    }
                });
            }
        }
    }

    /// Adds a voice to the outputs, as far as it sounds in this part. The layout of its clip in memory is found once,
    /// for all blocks.
    fn mix(
        &mut self,
        voice: &Voice<'_>,
        part: &ScenePart,
        fades: Fades,
        sink: &mut VoiceOutput<'_, '_>,
    ) {
        let clip = &voice.entry.clip;
        let gain = voice.ramp.to;
        let gains = [gain.left, gain.right];
        if let Some(pairs) = clip.pairs() {
            let mix_pairs = self.kernels.mix_pairs;
            return self.mix_blocks(voice, part, fades, sink, |left, right, begin| {
                mix_pairs(left, right, prefetching(pairs, begin, left.len()), gains);
                true
            });
        }
        match (clip.info().channels, clip.slice(0), clip.slice(1)) {
            (1, Some(samples), _) => {
                let mix_both = self.kernels.mix_both;
                self.mix_blocks(voice, part, fades, sink, |left, right, begin| {
                    mix_both(left, right, prefetching(samples, begin, left.len()), gains);
                    true
                });
            }
            (2, Some(samples), Some(others)) => {
                let mix = self.kernels.mix;
                self.mix_blocks(voice, part, fades, sink, |left, right, begin| {
                    mix(left, prefetching(samples, begin, left.len()), gain.left);
                    mix(right, prefetching(others, begin, right.len()), gain.right);
                    true
                });
            }
            _ => self.mix_blocks(voice, part, fades, sink, |_, _, _| false),
        }
    }

    /// Mixes block by block. `plain` mixes a block with a constant gain: it gets the left output, the right output
    /// and the first frame of the clip. If the clip must be converted before, `plain` does nothing and returns
    /// false.
    #[inline(always)]
    fn mix_blocks(
        &mut self,
        voice: &Voice<'_>,
        part: &ScenePart,
        fades: Fades,
        sink: &mut VoiceOutput<'_, '_>,
        plain: impl Fn(&mut [f32], &mut [f32], usize) -> bool,
    ) {
        let length = voice.entry.length();
        // Frames of the part before the voice begins; frames of the voice before the part begins.
        let wait = voice.begin.saturating_sub(part.position).max(0) as usize;
        let mut frame = part.position.saturating_sub(voice.begin).max(0) as u64;
        let left = (length - frame).min((part.frames - wait) as u64) as usize;
        let mut gap = MissingFrames::default();
        for done in (0..left).step_by(BLOCK) {
            let frames = BLOCK.min(left - done);
            let block = VoiceBlock {
                frame,
                frames,
                device_frame: part.device_frame + (wait + done) as u64,
                offset: wait + done,
            };
            frame += frames as u64;
            let slopes = block.slopes(voice, fades, part.declick);
            let moving = voice.ramp.frames_left(block.device_frame);
            let moving = moving.min(frames as u64) as usize;
            if slopes.is_none()
                && moving == 0
                && let Some([left, right, ..]) = sink
                    .outputs
                    .get_mut(usize::from(voice.entry.first_output)..)
            {
                let out = block.offset..block.offset + block.frames;
                let (left, right) = (&mut left[out.clone()], &mut right[out]);
                let begin = (voice.entry.begin + block.frame) as usize;
                if plain(left, right, begin) {
                    continue;
                }
            }
            let missing = self.mix_block(voice, &block, slopes, moving, sink);
            if !missing.is_empty() {
                let from = block.frame + missing.start as u64;
                if gap.end != from {
                    gap.report(voice, part, sink);
                    gap.begin = from;
                }
                gap.end = block.frame + missing.end as u64;
            }
        }
        gap.report(voice, part, sink);
    }

    #[inline(never)]
    fn mix_block(
        &mut self,
        voice: &Voice<'_>,
        block: &VoiceBlock,
        slopes: Option<Slopes>,
        moving: usize,
        sink: &mut VoiceOutput<'_, '_>,
    ) -> Range<usize> {
        let entry = voice.entry;
        let out = block.offset..block.offset + block.frames;
        let Player { kernels, scratch } = self;
        let shape = &mut scratch.shape[..block.frames];
        if let Some(slopes) = &slopes {
            block.shape(kernels, voice, slopes, shape);
        }
        let moved = &mut scratch.moved[..moving];
        if moving > 0 {
            moved.fill(1.0);
            let passed = voice.ramp.passed(block.device_frame);
            (kernels.scale_rising)(moved, passed, voice.ramp.frames);
        }

        let channels = entry.clip.info().channels;
        let outputs_of_mono = 2;
        let sides = if channels == 1 {
            outputs_of_mono
        } else {
            channels
        };
        let begin = (entry.begin + block.frame) as usize;
        let mut missing = 0..0;
        for side in 0..sides {
            let output = usize::from(entry.first_output + side);
            let may_block = sink.clock.may_block;
            let Some(output) = sink.outputs.get_mut(output) else {
                break;
            };
            let channel = side.min(channels - 1);
            let source = match entry.clip.slice(channel) {
                Some(samples) => prefetching(samples, begin, block.frames),
                None => {
                    let decoded = &mut scratch.decoded[..block.frames];
                    if side == 0 || channels > 1 {
                        let lacks = entry.clip.read_ready(channel, begin as u64, decoded);
                        if !lacks.is_empty() && may_block {
                            outside_real_time(|| entry.clip.read(channel, begin as u64, decoded));
                        } else if missing.is_empty() {
                            missing = lacks;
                        }
                    }
                    decoded
                }
            };
            let (from, to) = match side % 2 {
                0 => (voice.ramp.from.left, voice.ramp.to.left),
                _ => (voice.ramp.from.right, voice.ramp.to.right),
            };
            let output = &mut output[out.clone()];
            if slopes.is_none() && moving == 0 {
                (kernels.mix)(output, source, to);
                continue;
            }
            let gains = &mut scratch.gains[..block.frames];
            gains.fill(to);
            for (gain, moved) in gains.iter_mut().zip(&*moved) {
                *gain = from + (to - from) * moved;
            }
            if slopes.is_some() {
                for (gain, shape) in gains.iter_mut().zip(&*shape) {
                    *gain *= shape;
                }
            }
            (kernels.mix_shaped)(output, source, gains);
        }
        missing
    }
}

/// The frames from `begin` on. Prefetches those of a later block.
fn prefetching<T>(samples: &[T], begin: usize, frames: usize) -> &[T] {
    let from = (begin + PREFETCH_BLOCKS * frames).min(samples.len());
    let to = (from + frames).min(samples.len());
    kernels::prefetch(&samples[from..to]);
    &samples[begin..begin + frames]
}

impl Node for Player {
    fn keep_memory(&mut self, resident: &mut Resident) {
        let Scratch {
            shape,
            moved,
            gains,
            decoded,
        } = &mut self.scratch;
        for block in [shape, moved, gains, decoded] {
            resident.keep_items(block);
        }
    }

    /// Adds to its outputs; the number of a port is that of an entry's output.
    fn run(&mut self, clock: &Clock<'_>, ports: &mut Ports<'_, '_>, outbox: &mut Outbox) {
        self.play(
            clock,
            &mut VoiceOutput {
                outputs: &mut *ports.outputs,
                outbox,
                clock,
            },
        );
    }
}

/// Where the samples go, and where missing frames are reported.
struct VoiceOutput<'s, 'b> {
    outputs: &'s mut [&'b mut [f32]],
    outbox: &'s mut Outbox,
    clock: &'s Clock<'s>,
}

/// Consecutive frames of a voice that were not in memory, counted from its beginning.
#[derive(Default)]
struct MissingFrames {
    begin: u64,
    end: u64,
}

impl MissingFrames {
    fn report(&self, voice: &Voice<'_>, part: &ScenePart, sink: &mut VoiceOutput<'_, '_>) {
        let frames = self.end - self.begin;
        if frames == 0 {
            return;
        }
        let counters = &sink.outbox.shared().counters;
        counters.add(&counters.underruns, 1);
        counters.add(&counters.underrun_frames, frames);
        let position = voice.begin.saturating_add_unsigned(self.begin);
        let into_part = position.saturating_sub(part.position).max(0) as u64;
        sink.outbox.report(Report {
            kind: ReportKind::Underrun {
                clip: voice.entry.clip.id(),
                clip_frame: voice.entry.begin + self.begin,
                frames,
            },
            position,
            device_frame: part.device_frame + into_part,
            time_ns: sink.clock.time_of(into_part),
        });
    }
}

/// At most [`BLOCK`] consecutive frames of a voice.
struct VoiceBlock {
    /// The index of its first frame in the voice.
    frame: u64,
    frames: usize,
    device_frame: u64,
    /// The index of its first frame in the buffers of the output ports.
    offset: usize,
}

impl VoiceBlock {
    /// Where the entry's fades and the scene's change the block; `None` if nowhere.
    fn slopes(&self, voice: &Voice<'_>, fades: Fades, declick: u64) -> Option<Slopes> {
        let entry = voice.entry;
        let frames = self.frames as u64;
        let fading_in = entry.fade_in.saturating_sub(self.frame).min(frames);
        let before_fading_out = (entry.length() - entry.fade_out)
            .saturating_sub(self.frame)
            .min(frames);
        let (passed, coming_in) = fades.in_from.map_or((0, 0), |from| {
            let passed = self.device_frame - from;
            (passed, declick.saturating_sub(passed).min(frames))
        });
        let none = fading_in == 0
            && before_fading_out == frames
            && coming_in == 0
            && fades.out_from.is_none();
        (!none).then_some(Slopes {
            fading_in,
            before_fading_out,
            passed,
            coming_in,
            out_from: fades.out_from,
            declick,
        })
    }

    /// Writes the factors of the entry's fades and of the scene's into `shape`.
    ///
    /// The order is fixed, and each factor is a function of the frame alone, so the result does not depend on
    /// where blocks begin.
    fn shape(&self, kernels: &Kernels, voice: &Voice<'_>, slopes: &Slopes, shape: &mut [f32]) {
        let entry = voice.entry;
        shape.fill(1.0);
        if slopes.fading_in > 0 {
            let part = &mut shape[..slopes.fading_in as usize];
            (kernels.scale_rising)(part, self.frame, entry.fade_in);
        }
        if slopes.before_fading_out < shape.len() as u64 {
            let left = entry.length() - 1 - (self.frame + slopes.before_fading_out);
            let part = &mut shape[slopes.before_fading_out as usize..];
            (kernels.scale_falling)(part, left, entry.fade_out);
        }
        // The weight of the scene: its own fade in, less the fade in of the next scene.
        let (coming_in, rest) = shape.split_at_mut(slopes.coming_in as usize);
        match slopes.out_from {
            None => (kernels.scale_rising)(coming_in, slopes.passed, slopes.declick),
            Some(from) => {
                // Saturating: `passed` is 0 for a voice that does not fade in.
                let between = slopes.passed.saturating_sub(self.device_frame - from);
                let weight = between as f32 / slopes.declick as f32;
                coming_in.iter_mut().for_each(|factor| *factor *= weight);
                let left = from + slopes.declick - self.device_frame - slopes.coming_in;
                (kernels.scale_falling)(rest, left, slopes.declick);
            }
        }
    }
}

/// How many frames of a block fade, and how.
struct Slopes {
    /// How many frames the entry's own fade lasts, from the block's first frame on.
    fading_in: u64,
    /// How many frames come before the entry's fade out, in this block.
    before_fading_out: u64,
    /// The scene's fade: how many frames of it have passed, and how many are left in this block.
    passed: u64,
    coming_in: u64,
    /// Device frame from which on all fade out.
    out_from: Option<u64>,
    declick: u64,
}

/// The frames of a stretch in which a scene is heard; `None` if it is not.
fn part_of(
    scene: &Scene,
    next: Option<&Scene>,
    declick: u64,
    clock: &Clock<'_>,
) -> Option<ScenePart> {
    let frames = next.map_or(u64::MAX, |next| {
        (next.start + declick).saturating_sub(clock.device_frame)
    });
    let frames = frames.min(clock.frames as u64);
    (scene.rolling && frames > 0).then(|| ScenePart {
        device_frame: clock.device_frame,
        position: scene.position_at(clock.device_frame),
        frames: frames as usize,
        start: scene.start,
        start_position: scene.position,
        declick,
    })
}

/// Where `next` begins in the scene before it.
fn cut_by<'a>(next: &'a Scene, scene: &Scene) -> Cut<'a> {
    Cut {
        at: next.start,
        position: scene.position_at(next.start),
        closed: scene.closed.unwrap_or(i64::MAX),
        entries_at_cut: EntriesAtCut::of(next),
    }
}

/// How a voice fades; `None` if it is not heard in this scene.
fn fades_of(voice: &Voice<'_>, part: &ScenePart, cut: Option<&Cut<'_>>) -> Option<Fades> {
    if let Some(cut) = cut
        && (voice.begin >= cut.closed || cut.entries_at_cut.take_over(voice, cut.position))
    {
        return None;
    }
    Some(Fades {
        in_from: (voice.begin < part.start_position).then_some(part.start),
        out_from: cut.map(|cut| cut.at),
    })
}
