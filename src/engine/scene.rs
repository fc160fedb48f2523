//! What sounds now, and what was cut before and still fades out.
//!
//! A *scene* is a playspec from a position on, from one cut to the next. At each cut a new
//! scene begins. What was not heard before fades in, and what is no longer heard fades out. The
//! weights of all scenes add up to 1, however many cuts overlap. So sound that continues over its
//! cuts keeps its level.

use crate::error::Result;
use crate::link::{Outgoing, QueuedSwap};
use crate::memory::{self, Keeper};
use crate::playspec::Entry;
use crate::playspec::gains::Ramp;
use crate::units::Ticket;
use std::collections::VecDeque;
use std::sync::Arc;

pub(super) struct Scene {
    /// What plays; `None` before the first swap.
    pub source: Option<SoundingSwap>,
    /// The device frame of the cut that began it, plus the frames that the timeline has slipped since.
    pub start: u64,
    /// Timeline frame at `start`.
    pub position: i64,
    pub rolling: bool,
    /// Timeline frame at which it was cut, if it was: no voice begins there or later.
    pub closed: Option<i64>,
}

/// A playspec in force. Several scenes may share it, see [`SoundingSwap::share`]. When the last of these scenes
/// ends, it goes back over `link` to be freed.
pub(super) struct SoundingSwap(QueuedSwap);

impl SoundingSwap {
    pub fn new(swap: QueuedSwap) -> SoundingSwap {
        SoundingSwap(swap)
    }

    pub fn ticket(&self) -> Ticket {
        self.0.ticket
    }

    pub fn swap(&self) -> &QueuedSwap {
        &self.0
    }

    /// Another owner of the same playspec. It only increments counts, and allocates nothing.
    pub fn share(&self) -> SoundingSwap {
        SoundingSwap(QueuedSwap {
            playspec: self.0.playspec.clone(),
            gains: self.0.gains.clone(),
            ..self.0
        })
    }

    fn same_as(&self, other: &SoundingSwap) -> bool {
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
    /// Whether this voice goes on in `other`: at this timeline frame both are at the same frame of the
    /// same clip, on the same outputs.
    fn is_taken_over_by(&self, other: &Entry, position: i64) -> bool {
        let clip_frame = self.entry.begin as i64 + (position - self.begin);
        self.entry.clip.same_data(&other.clip)
            && clip_frame == other.begin as i64
            && self.entry.first_output == other.first_output
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
        let QueuedSwap {
            playspec, gains, ..
        } = source.swap();
        playspec.index.each_sounding(from, to, |number, once| {
            let entry = &playspec.entries[number];
            let ramp = gains.ramp(number);
            if let Some(begin) = once {
                return found(Voice { entry, begin, ramp });
            }
            for begin in playspec.instances[number].sounding(from, to) {
                found(Voice { entry, begin, ramp });
            }
        });
    }

    /// The entries of which a repeat begins exactly where the scene begins.
    fn each_beginner<'a>(&'a self, mut found: impl FnMut(&'a Entry)) {
        let Some(source) = self.source.as_ref().filter(|_| self.rolling) else {
            return;
        };
        let QueuedSwap { playspec, .. } = source.swap();
        let next = self.position.saturating_add(1);
        playspec
            .index
            .each_sounding(self.position, next, |number, _| {
                if playspec.instances[number].begins_at(self.position) {
                    found(&playspec.entries[number]);
                }
            });
    }
}

/// The entries that begin with a scene, looked up once for all voices of the one before.
pub(super) struct EntriesAtCut<'a> {
    scene: &'a Scene,
    /// As many as fit. If there are more, each voice searches them again.
    kept: [Option<&'a Entry>; KEPT],
    count: usize,
}

const KEPT: usize = 128;

impl<'a> EntriesAtCut<'a> {
    /// # Real-time contract
    /// Audio thread only; wait-free; no allocation, free, lock, system call, log or panic.
    pub fn of(scene: &'a Scene) -> EntriesAtCut<'a> {
        let (mut kept, mut count) = ([None; KEPT], 0);
        scene.each_beginner(|entry| {
            if let Some(place) = kept.get_mut(count) {
                *place = Some(entry);
            }
            count += 1;
        });
        EntriesAtCut { scene, kept, count }
    }

    /// Whether one of these entries goes on with a voice of the scene before, which is at `position` there.
    pub fn take_over(&self, voice: &Voice<'_>, position: i64) -> bool {
        let takes = |entry: &Entry| voice.is_taken_over_by(entry, position);
        if self.count <= KEPT {
            return self.kept[..self.count].iter().flatten().any(|e| takes(e));
        }
        let mut taken = false;
        self.scene.each_beginner(|entry| taken |= takes(entry));
        taken
    }
}

/// The scene in force, and those before that still fade, the oldest first. Never empty.
pub(super) struct Scenes {
    list: VecDeque<Scene>,
    declick: u64,
}

/// The most scenes: the one in force and those that fade.
const MAX_SCENES: usize = 32;

impl Scenes {
    /// Stopped at 0, without a playspec.
    pub fn new(declick: u64) -> Result<Scenes> {
        let mut list = memory::queue(MAX_SCENES + 1, "what fades")?;
        list.push_back(Scene {
            source: None,
            start: 0,
            position: 0,
            rolling: false,
            closed: None,
        });
        Ok(Scenes { list, declick })
    }

    pub fn keep_memory(&mut self, keeper: &mut impl Keeper) {
        keeper.keep_room_of_queue(&mut self.list);
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

    /// The scene after this one; `None` for the scene in force.
    pub fn after(&self, scene: usize) -> Option<&Scene> {
        self.list.get(scene + 1)
    }

    /// Begins a scene. If the last scene began at the same frame, it is replaced.
    pub fn cut(
        &mut self,
        source: Option<SoundingSwap>,
        position: i64,
        rolling: bool,
        at: u64,
        outgoing: &mut Outgoing,
    ) {
        let scene = Scene {
            source,
            start: at,
            position,
            rolling,
            closed: None,
        };
        if let Some(unheard) = self.list.back_mut().filter(|last| last.start == at) {
            let replaced = std::mem::replace(unheard, scene);
            self.release(replaced, outgoing);
            return;
        }
        self.forget(at, outgoing);
        if let Some(last) = self.list.back_mut() {
            last.closed = Some(last.position_at(at));
        }
        self.list.push_back(scene);
        if self.list.len() > MAX_SCENES {
            self.drop_shortest(outgoing);
        }
    }

    /// Drops the scenes that have faded.
    pub fn forget(&mut self, device_frame: u64, outgoing: &mut Outgoing) {
        while let Some(next) = self.list.get(1)
            && device_frame >= next.start + self.declick
            && outgoing.can_retire()
        {
            self.drop_oldest(outgoing);
        }
    }

    /// Moves all scenes to later device frames, since no frames were played meanwhile.
    pub fn slip(&mut self, frames: u64) {
        for scene in &mut self.list {
            scene.start += frames;
        }
    }

    fn drop_oldest(&mut self, outgoing: &mut Outgoing) {
        if let Some(oldest) = self.list.pop_front() {
            self.release(oldest, outgoing);
        }
    }

    /// Drops the shortest scene that is not the first or the last. The scene before it then fades out at the next
    /// scene's beginning, not at the beginning of the dropped scene.
    fn drop_shortest(&mut self, outgoing: &mut Outgoing) {
        let between = 1..self.list.len().saturating_sub(1);
        let frames = |scene: &usize| self.list[scene + 1].start - self.list[*scene].start;
        let shortest = between.min_by_key(frames);
        if let Some(scene) = shortest.and_then(|scene| self.list.remove(scene)) {
            self.release(scene, outgoing);
        }
    }

    /// Sends back the playspec of a scene, unless another scene has the same one. In that case only a count is
    /// decremented, and nothing is freed here.
    fn release(&self, scene: Scene, outgoing: &mut Outgoing) {
        let Some(source) = scene.source else {
            return;
        };
        let kept = self.list.iter().filter_map(|s| s.source.as_ref());
        if kept.into_iter().any(|other| other.same_as(&source)) {
            drop(source);
        } else {
            outgoing.retire(source.0);
        }
    }
}
