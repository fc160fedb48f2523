//! Handles: what C holds in place of an object.
//!
//! A handle looks like a pointer, so that C compilers check its type, but is a key into the one
//! registry of this process. It is never dereferenced: a handle that was freed, is of another
//! type, or was made up is not found, and that is an error like any other. Keys are numbers that
//! count upwards, scrambled with a secret of the process, so that none is used twice and none
//! can be guessed; their upper bits are such that a program that dereferences one faults at once.
//!
//! A child of `fork()` begins with a registry of its own. What its parent held is never looked at
//! there; handles to it are told by their counts.

use super::analysis::{Findings, amio_analysis};
use super::clip::amio_clip;
use super::guard::{Checked, Fault};
use super::interface::amio_interface;
use super::playspec::{Draft, amio_playspec};
use super::recorder::amio_recorder;
use super::schedule::{OpenGroup, amio_group};
use super::status::AMIO_ERROR_INVALID_HANDLE;
use crate::lock::RwLock;
use crate::memory;
use crate::sys::{MADE_BEFORE, PerProcess};
use crate::{Clip, Interface, Recorder};
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

/// An object that C holds.
pub(super) enum Object {
    /// One that is being made: nobody has the handle yet.
    Coming,
    Interface(Interface),
    Clip {
        clip: Clip,
        references: u64,
    },
    Analysis(Arc<Findings>),
    Playspec(Arc<Draft>),
    Group(Arc<OpenGroup>),
    Recorder(Arc<Recorder>),
}

/// A type of handle.
pub(super) trait Handle {
    /// What it stands for; clones share.
    type Target: Clone;
    /// What `object` holds, if it is of this type.
    fn target(object: &Object) -> Option<&Self::Target>;
    /// What to call it in messages.
    const NAME: &'static str;
}

impl Handle for amio_interface {
    type Target = Interface;
    const NAME: &'static str = "an interface";
    fn target(object: &Object) -> Option<&Interface> {
        match object {
            Object::Interface(interface) => Some(interface),
            _ => None,
        }
    }
}

impl Handle for amio_clip {
    type Target = Clip;
    const NAME: &'static str = "a clip";
    fn target(object: &Object) -> Option<&Clip> {
        match object {
            Object::Clip { clip, .. } => Some(clip),
            _ => None,
        }
    }
}

impl Handle for amio_analysis {
    type Target = Arc<Findings>;
    const NAME: &'static str = "an analysis";
    fn target(object: &Object) -> Option<&Arc<Findings>> {
        match object {
            Object::Analysis(findings) => Some(findings),
            _ => None,
        }
    }
}

impl Handle for amio_playspec {
    type Target = Arc<Draft>;
    const NAME: &'static str = "a playspec";
    fn target(object: &Object) -> Option<&Arc<Draft>> {
        match object {
            Object::Playspec(draft) => Some(draft),
            _ => None,
        }
    }
}

impl Handle for amio_group {
    type Target = Arc<OpenGroup>;
    const NAME: &'static str = "a group";
    fn target(object: &Object) -> Option<&Arc<OpenGroup>> {
        match object {
            Object::Group(group) => Some(group),
            _ => None,
        }
    }
}

impl Handle for amio_recorder {
    type Target = Arc<Recorder>;
    const NAME: &'static str = "a recorder";
    fn target(object: &Object) -> Option<&Arc<Recorder>> {
        match object {
            Object::Recorder(recorder) => Some(recorder),
            _ => None,
        }
    }
}

impl Object {
    fn name(&self) -> &'static str {
        match self {
            Object::Coming => "not there yet",
            Object::Interface(_) => amio_interface::NAME,
            Object::Clip { .. } => amio_clip::NAME,
            Object::Analysis(_) => amio_analysis::NAME,
            Object::Playspec(_) => amio_playspec::NAME,
            Object::Group(_) => amio_group::NAME,
            Object::Recorder(_) => amio_recorder::NAME,
        }
    }
}

/// The place of an object in the registry, taken before it is made, so that nothing can go wrong
/// afterwards. Dropped before that, it is given back.
pub(super) struct Place(usize);

impl Place {
    pub fn take() -> Checked<Place> {
        let mut objects = REGISTRY.get().objects.write();
        memory::reserve_in_map(&mut objects, 1, "a handle")?;
        let key = KEYS.next();
        objects.insert(key, Object::Coming);
        Ok(Place(key))
    }

    /// Registers the object and returns its handle.
    pub fn fill<H: Handle>(self, object: Object) -> *mut H {
        let key = self.0;
        std::mem::forget(self);
        // Inserting it would ask for room once more.
        if let Some(place) = REGISTRY.get().objects.write().get_mut(&key) {
            *place = object;
        }
        std::ptr::without_provenance_mut(key)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut objects = REGISTRY.get().objects.write();
        objects.remove(&self.0);
        give_back(&mut objects);
    }
}

/// What `handle` stands for; it stays alive as long as the caller of this function holds it,
/// whatever another thread frees meanwhile.
pub(super) fn get<H: Handle>(what: &str, handle: *const H) -> Checked<H::Target> {
    let objects = REGISTRY.get().objects.read();
    let object = find(what, handle, objects.get(&handle.addr()))?;
    H::target(object)
        .cloned()
        .ok_or_else(|| wrong_type::<H>(what, object))
}

/// The object behind a key that was a handle's address, if the handle is still valid.
pub(super) fn by_key<H: Handle>(key: usize) -> Option<H::Target> {
    REGISTRY
        .get()
        .objects
        .read()
        .get(&key)
        .and_then(H::target)
        .cloned()
}

/// Takes the object out of the registry; the caller drops it, outside every lock, since dropping
/// may wait and may run a caller's release callback. `None` where there is nothing to free: the
/// handle is NULL, or its object belongs to the process that this one was forked from.
pub(super) fn remove<H: Handle>(what: &str, handle: *const H) -> Checked<Option<Object>> {
    if handle.is_null() || is_inherited(handle) {
        return Ok(None);
    }
    let mut objects = REGISTRY.get().objects.write();
    let object = find(what, handle, objects.get(&handle.addr()))?;
    if H::target(object).is_none() {
        return Err(wrong_type::<H>(what, object));
    }
    let object = objects.remove(&handle.addr());
    give_back(&mut objects);
    Ok(object)
}

/// Adds an owner to a clip's handle.
pub(super) fn retain_clip(what: &str, handle: *const amio_clip) -> Checked {
    let mut objects = REGISTRY.get().objects.write();
    *references(what, handle, &mut objects)? += 1;
    Ok(())
}

/// Takes an owner from a clip's handle. After the last one the handle is no longer valid, and the
/// caller gets the object, as from [`remove`].
pub(super) fn release_clip(what: &str, handle: *const amio_clip) -> Checked<Option<Object>> {
    if handle.is_null() || is_inherited(handle) {
        return Ok(None);
    }
    let mut objects = REGISTRY.get().objects.write();
    let references = references(what, handle, &mut objects)?;
    *references -= 1;
    if *references > 0 {
        return Ok(None);
    }
    let object = objects.remove(&handle.addr());
    give_back(&mut objects);
    Ok(object)
}

/// Leaves no memory behind when C holds nothing any more: tools that look for leaks would find it.
fn give_back(objects: &mut HashMap<usize, Object>) {
    if objects.is_empty() {
        *objects = HashMap::default();
    }
}

fn references<'a>(
    what: &str,
    handle: *const amio_clip,
    objects: &'a mut HashMap<usize, Object>,
) -> Checked<&'a mut u64> {
    match find(what, handle, objects.get_mut(&handle.addr()))? {
        Object::Clip { references, .. } => Ok(references),
        other => Err(wrong_type::<amio_clip>(what, other)),
    }
}

fn find<H: Handle, O>(what: &str, handle: *const H, found: Option<O>) -> Checked<O> {
    if handle.is_null() {
        return Err(Fault::null(what));
    }
    found.ok_or_else(|| {
        let why = match is_inherited(handle) {
            true => format!("{what} is {}, but {MADE_BEFORE}", H::NAME),
            false => format!(
                "{what} is {handle:p}, which is not {}: it was freed, or did not come from this library",
                H::NAME
            ),
        };
        Fault::new(AMIO_ERROR_INVALID_HANDLE, why)
    })
}

fn wrong_type<H: Handle>(what: &str, object: &Object) -> Fault {
    Fault::new(
        AMIO_ERROR_INVALID_HANDLE,
        format!("{what} is {}; it must be {}", object.name(), H::NAME),
    )
}

/// What C holds in one process.
struct Registry {
    /// The count of the first key that was made in it.
    first: u64,
    objects: RwLock<HashMap<usize, Object>>,
}

static REGISTRY: PerProcess<Registry> = PerProcess::new();
static KEYS: LazyLock<Keys> = LazyLock::new(Keys::default);

impl Default for Registry {
    fn default() -> Registry {
        Registry {
            first: KEYS.count.load(Ordering::Relaxed),
            objects: RwLock::default(),
        }
    }
}

/// Whether a handle was made in a process that this one descends from.
fn is_inherited<H>(handle: *const H) -> bool {
    KEYS.count_of(handle.addr())
        .is_some_and(|count| count < REGISTRY.get().first)
}

/// Makes keys: a counter of 58 bits, scrambled by a Feistel network, which maps different counts
/// to different keys whatever its secret round function is.
#[derive(Default)]
struct Keys {
    count: AtomicU64,
    secret: RandomState,
}

const ROUNDS: u8 = 4;
const HALF_BITS: u32 = 29;
const HALF: u64 = (1 << HALF_BITS) - 1;
/// Bits 63 and 62 differ: no valid address on x86-64. Bit 55 is set: not a program's address on
/// AArch64, which ignores the bits above it.
const NO_ADDRESS: u64 = 1 << 63 | 1 << 55;
const ABOVE_BIT_55: u32 = 56;
/// Handles look aligned, for languages that keep tags in the lowest bits of pointers.
const ALIGNED: u32 = 3;

impl Keys {
    fn next(&self) -> usize {
        self.key_of(self.count.fetch_add(1, Ordering::Relaxed))
    }

    fn key_of(&self, count: u64) -> usize {
        let scrambled = self.scramble(count);
        let shifted = scrambled << ALIGNED;
        let below = shifted & ((1 << 55) - 1);
        let above = shifted >> 55 << ABOVE_BIT_55;
        (NO_ADDRESS | above | below) as usize
    }

    /// The count that a key was made from, if it is one.
    fn count_of(&self, key: usize) -> Option<u64> {
        let bits = key as u64;
        let above = bits >> ABOVE_BIT_55 & ((1 << (62 - ABOVE_BIT_55)) - 1);
        let below = bits & ((1 << 55) - 1);
        let count = self.unscramble((above << 55 | below) >> ALIGNED);
        (self.key_of(count) == key).then_some(count)
    }

    fn scramble(&self, count: u64) -> u64 {
        let (mut left, mut right) = halves(count);
        for round in 0..ROUNDS {
            (left, right) = (right, left ^ self.secret_of(round, right));
        }
        left << HALF_BITS | right
    }

    fn unscramble(&self, scrambled: u64) -> u64 {
        let (mut left, mut right) = halves(scrambled);
        for round in (0..ROUNDS).rev() {
            (left, right) = (right ^ self.secret_of(round, left), left);
        }
        left << HALF_BITS | right
    }

    fn secret_of(&self, round: u8, half: u64) -> u64 {
        self.secret.hash_one((round, half)) & HALF
    }
}

fn halves(whole: u64) -> (u64, u64) {
    (whole >> HALF_BITS & HALF, whole & HALF)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn keys_differ_are_aligned_and_are_no_addresses() {
        let keys = Keys::default();
        let mut seen = HashSet::new();
        for _ in 0..100_000 {
            let key = keys.next() as u64;
            assert!(seen.insert(key));
            assert_eq!(key & 7, 0);
            assert_eq!(key >> 62, 0b10);
            assert_eq!(key >> 55 & 1, 1);
        }
    }

    #[test]
    fn a_key_tells_its_count_and_other_numbers_are_no_keys() {
        let keys = Keys::default();
        for count in [0, 1, 2, 12_345, 1 << 29, (1 << 58) - 1] {
            let key = keys.key_of(count);
            assert_eq!(keys.count_of(key), Some(count));
            for other in [key ^ 1, key ^ 1 << 55, key ^ 1 << 62, key ^ 1 << 63] {
                assert_eq!(keys.count_of(other), None);
            }
        }
        assert_eq!(keys.count_of(0), None);
    }

    #[test]
    fn two_processes_give_the_same_object_different_keys() {
        assert_ne!(Keys::default().next(), Keys::default().next());
    }
}
