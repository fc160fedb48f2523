//! What sounds now, and what sounded before the latest cuts and is still fading.
//!
//! A *scene* is a playspec heard from a position on, from one cut to the next. At each cut a new
//! scene begins; the one before it fades out while the new one's sounds that were cut into fade
//! in, except for those that continue through the cut.

use crate::link::{EngineEnd, Retired, Swap};
use crate::playspec::gains::Ramp;
use crate::playspec::{Entry, Gain};
use crate::units::Ticket;
use std::collections::VecDeque;
use std::sync::Arc;

pub(super) struct Scene {
    /// What plays; `None` before the first swap.
    pub source: Option<Source>,
    /// Device frame of the cut that began it, less the frames the timeline slipped since.
    pub start: u64,
    /// Timeline frame at `start`.
    pub position: i64,
    pub rolling: bool,
    /// Whether what it was cut into need not fade in (any more).
    settled: bool,
}

/// A playspec in force. Clones share it; the last one goes back over `link` to be dropped.
pub(super) struct Source(Swap);

impl Source {
    pub fn new(swap: Swap) -> Source {
        Source(swap)
    }

    pub fn ticket(&self) -> Ticket {
        self.0.ticket
    }

    pub fn swap(&self) -> &Swap {
        &self.0
    }

    /// Another owner of the same playspec. Counts up; allocates nothing.
    pub fn share(&self) -> Source {
        Source(Swap {
            playspec: self.0.playspec.clone(),
            gains: self.0.gains.clone(),
            ..self.0
        })
    }

    fn same_as(&self, other: &Source) -> bool {
        Arc::ptr_eq(&self.0.playspec, &other.0.playspec)
            && Arc::ptr_eq(&self.0.gains, &other.0.gains)
    }
}

/// One repeat of one entry, as it sounds in a scene.
#[derive(Clone, Copy)]
pub(super) struct Voice<'a> {
    pub entry: &'a Entry,
    /// Timeline frame at which it begins.
    pub begin: i64,
    pub ramp: Ramp,
}

impl Voice<'_> {
    /// Whether it sounds at a timeline frame.
    fn sounds_at(&self, position: i64) -> bool {
        self.begin <= position && position - self.begin < self.entry.length() as i64
    }

    /// The gain at a timeline frame at which it sounds and a device frame, without declick.
    fn gain_at(&self, position: i64, device_frame: u64) -> Gain {
        let gain = self.ramp.at(device_frame);
        let shape = self.shape((position - self.begin) as u64);
        Gain {
            left: gain.left * shape,
            right: gain.right * shape,
        }
    }

    /// The factor of the entry's own fades, at a frame counted from the voice's beginning.
    pub fn shape(&self, frame: u64) -> f32 {
        let entry = self.entry;
        let left = entry.length() - 1 - frame;
        let mut shape = 1.0;
        if frame < entry.fade_in {
            shape *= frame as f32 / entry.fade_in as f32;
        }
        if left < entry.fade_out {
            shape *= left as f32 / entry.fade_out as f32;
        }
        shape
    }
}

impl Scene {
    pub fn position_at(&self, device_frame: u64) -> i64 {
        if self.rolling {
            self.position
                .saturating_add((device_frame - self.start) as i64)
        } else {
            self.position
        }
    }

    /// The voices that sound in the timeline frames `[from, to)`, in the order of summation.
    ///
    /// # Real-time contract
    /// Audio thread only; wait-free; no allocation, free, lock, system call, log or panic.
    pub fn each_voice<'a>(&'a self, from: i64, to: i64, mut found: impl FnMut(Voice<'a>)) {
        let Some(source) = &self.source else {
            return;
        };
        let Swap {
            playspec, gains, ..
        } = source.swap();
        playspec.index.each_sounding(from, to, |number| {
            let entry = &playspec.entries[number];
            let ramp = gains.ramp(number);
            for begin in playspec.instances[number].sounding(from, to) {
                found(Voice { entry, begin, ramp });
            }
        });
    }

    /// The voices that play `clip` with its frame 0 at timeline frame `origin`.
    fn voices_with_origin(
        &self,
        voice: &Voice<'_>,
        origin: i64,
    ) -> impl Iterator<Item = Voice<'_>> {
        let clip = voice.entry.clip.address();
        self.source.iter().flat_map(move |source| {
            let Swap {
                playspec, gains, ..
            } = source.swap();
            playspec
                .index
                .with_origin(clip, origin)
                .filter_map(move |number| {
                    let entry = &playspec.entries[number];
                    let begin = origin.saturating_add(entry.begin as i64);
                    let begins = playspec.instances[number].begins_at(begin);
                    begins.then(|| Voice {
                        entry,
                        begin,
                        ramp: gains.ramp(number),
                    })
                })
        })
    }
}

/// The scene in force and its predecessors that still fade, oldest first; never empty.
pub(super) struct Scenes {
    list: VecDeque<Scene>,
    declick: u64,
}

/// The most scenes: the one in force and those that fade.
const MAX_SCENES: usize = 32;

impl Scenes {
    /// Stopped at 0, without a playspec.
    pub fn new(declick: u64) -> Scenes {
        let mut list = VecDeque::with_capacity(MAX_SCENES);
        list.push_back(Scene {
            source: None,
            start: 0,
            position: 0,
            rolling: false,
            settled: true,
        });
        Scenes { list, declick }
    }

    pub fn declick(&self) -> u64 {
        self.declick
    }

    pub fn current(&self) -> &Scene {
        &self.list[self.list.len() - 1]
    }

    pub fn iter(&self) -> impl Iterator<Item = (usize, &Scene)> {
        self.list.iter().enumerate()
    }

    /// The device frame at which a scene was cut; `None` for the one in force.
    pub fn cut_of(&self, scene: usize) -> Option<u64> {
        self.list.get(scene + 1).map(|next| next.start)
    }

    /// Begins a scene. One that would have no frames is replaced.
    pub fn cut(
        &mut self,
        source: Option<Source>,
        position: i64,
        rolling: bool,
        at: u64,
        link: &mut EngineEnd,
    ) {
        let scene = Scene {
            source,
            start: at,
            position,
            rolling,
            settled: self.declick == 0,
        };
        if let Some(unheard) = self.list.back_mut().filter(|last| last.start == at) {
            let replaced = std::mem::replace(unheard, scene);
            self.release(replaced, link);
            return;
        }
        if self.list.len() == MAX_SCENES {
            self.drop_oldest(link);
        }
        self.list.push_back(scene);
        self.forget(at, link);
    }

    /// Drops the scenes that have faded.
    ///
    /// Whether a sound continues through a cut depends on the scene before, if that was still
    /// fading in itself; so cuts that follow each other within the declick length go together.
    pub fn forget(&mut self, device_frame: u64, link: &mut EngineEnd) {
        let mut last = 0;
        while let Some(scene) = self.list.get(last + 1) {
            last += 1;
            let settled_at = scene.start + self.declick;
            let next = self.list.get(last + 1);
            if next.is_none_or(|next| next.start >= settled_at) {
                if device_frame < settled_at {
                    return;
                }
                while last > 0 && link.can_retire() {
                    self.drop_oldest(link);
                    last -= 1;
                }
            }
        }
    }

    /// Moves all scenes, as they are, to later device frames: nothing sounded meanwhile.
    pub fn slip(&mut self, frames: u64) {
        for scene in &mut self.list {
            scene.start += frames;
        }
    }

    fn drop_oldest(&mut self, link: &mut EngineEnd) {
        if let Some(oldest) = self.list.pop_front() {
            self.release(oldest, link);
        }
        if let Some(next) = self.list.front_mut() {
            next.settled = true;
        }
    }

    /// Gives back a scene's playspec, unless another scene still has it: then counting down
    /// cannot free it.
    fn release(&self, scene: Scene, link: &mut EngineEnd) {
        let Some(source) = scene.source else {
            return;
        };
        let kept = self.list.iter().filter_map(|s| s.source.as_ref());
        if kept.into_iter().any(|other| other.same_as(&source)) {
            drop(source);
        } else {
            link.retire(Retired::Swap(source.0));
        }
    }

    /// Whether a voice of a scene, cut into when that scene began, is at full level at a device
    /// frame: because it began by itself, has faded in, or continued from before.
    pub fn is_settled(&self, scene: usize, voice: &Voice<'_>, device_frame: u64) -> bool {
        let it = &self.list[scene];
        voice.begin >= it.position
            || it.settled
            || device_frame >= it.start + self.declick
            || self.continues_from_before(scene, voice)
    }

    /// Whether a voice that sounds at the end of a scene goes on in the next one.
    pub fn continues_after(&self, scene: usize, voice: &Voice<'_>) -> bool {
        let Some(next) = self.list.get(scene + 1) else {
            return false;
        };
        let position = self.list[scene].position_at(next.start);
        next.rolling
            && self.is_settled(scene, voice, next.start)
            && same_place(voice, position, next, next.position, next.start)
                .next()
                .is_some()
    }

    /// Whether a voice that a scene was cut into was sounding, at full level, in the one before.
    fn continues_from_before(&self, scene: usize, voice: &Voice<'_>) -> bool {
        let Some(before) = scene.checked_sub(1) else {
            return false;
        };
        let it = &self.list[scene];
        let previous = &self.list[before];
        if !previous.rolling {
            return false;
        }
        let position = previous.position_at(it.start);
        same_place(voice, it.position, previous, position, it.start)
            .any(|other| other.begin < position && self.is_settled(before, &other, it.start))
    }
}

/// The voices of `other` that, at a cut at `device_frame`, play the same frame of the same clip on
/// the same outputs with the same gain as `voice`, which is at `position` there.
fn same_place<'a>(
    voice: &Voice<'a>,
    position: i64,
    other: &'a Scene,
    other_position: i64,
    device_frame: u64,
) -> impl Iterator<Item = Voice<'a>> {
    let clip_frame = voice.entry.begin as i64 + (position - voice.begin);
    let gain = voice.gain_at(position, device_frame);
    let first_output = voice.entry.first_output;
    other
        .voices_with_origin(voice, other_position.saturating_sub(clip_frame))
        .filter(move |v| {
            v.sounds_at(other_position)
                && v.entry.first_output == first_output
                && v.gain_at(other_position, device_frame) == gain
        })
}
