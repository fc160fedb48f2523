//! Handles: what C holds in place of an object.
//!
//! A handle looks like a pointer, so that C compilers check its type, but is a key into the one
//! registry of this process. It is never dereferenced: a handle that was freed, is of another
//! type, or was made up is not found, which is an error like any other. Keys are numbers that
//! count upwards, scrambled with a secret of the process. So no key is used twice, and none
//! can be guessed. Their upper bits are no valid address, so a program that dereferences a handle faults at once.
//!
//! Each section of the C interface has its own types of handles: see [`Handle`].
//!
//! A child of `fork()` begins with a registry of its own, and never looks at its parent's.
//! It recognises handles of the parent by their counts.

use super::fault::{Checked, Fault};
use super::keys::Keys;
use super::status::AMIO_ERROR_INVALID_HANDLE;
use crate::lock::RwLock;
use crate::memory;
use crate::sys::{MADE_BEFORE, PerProcess};
use once_cell::race::OnceBox;
use std::any::Any;
use std::collections::HashMap;

/// A type of handle: what C gets a pointer to.
pub(super) trait Handle: 'static {
    /// The object that a handle stands for; clones share it.
    type Target: Clone + Send + Sync + 'static;
    /// What to call it in messages.
    const NAME: &'static str;
}

/// The object of a handle of type `H`. (Two types may have the same target.)
struct Of<H: Handle>(H::Target);

/// What C holds.
struct Object {
    name: &'static str,
    /// How often the handle must be released.
    owners: u64,
    /// An [`Of`].
    target: Box<dyn Any + Send + Sync>,
}

impl Object {
    fn target<H: Handle>(&self) -> Option<&H::Target> {
        self.target.downcast_ref::<Of<H>>().map(|of| &of.0)
    }
}

/// What a key leads to; `None` while the object is being made, and nobody has its handle yet.
type Objects = HashMap<usize, Option<Object>>;

/// The place of an object in the registry. It is taken before the object is made: if there is no memory for a
/// larger registry, that is an error, and nothing has happened yet. If it is dropped before it was filled, it is
/// given back.
pub(super) struct ReservedHandle(usize);

impl ReservedHandle {
    pub fn take() -> Checked<ReservedHandle> {
        ReservedHandle::take_with(Keys::next)
    }

    /// Its key carries a place: see [`super::slots`].
    pub fn take_at(place: usize) -> Checked<ReservedHandle> {
        ReservedHandle::take_with(|keys| keys.next_at(place))
    }

    fn take_with(next: impl FnOnce(&Keys) -> usize) -> Checked<ReservedHandle> {
        let mut objects = REGISTRY.get().objects.write();
        memory::reserve_in_map(&mut objects, 1, "a handle")?;
        let key = next(keys());
        objects.insert(key, None);
        Ok(ReservedHandle(key))
    }

    /// Registers the object, which has one owner, and returns its handle.
    pub fn fill<H: Handle>(self, target: H::Target) -> *mut H {
        let key = self.0;
        std::mem::forget(self);
        let object = Object {
            name: H::NAME,
            owners: 1,
            target: Box::new(Of::<H>(target)),
        };
        // The place is there, so this needs no larger registry.
        if let Some(place) = REGISTRY.get().objects.write().get_mut(&key) {
            *place = Some(object);
        }
        std::ptr::without_provenance_mut(key)
    }
}

impl Drop for ReservedHandle {
    fn drop(&mut self) {
        let mut objects = REGISTRY.get().objects.write();
        objects.remove(&self.0);
        give_back(&mut objects);
    }
}

/// The object of a handle. It stays alive as long as the caller of this function holds it,
/// also if another thread frees the handle meanwhile.
pub(super) fn get<H: Handle>(what: &str, handle: *const H) -> Checked<H::Target> {
    let objects = REGISTRY.get().objects.read();
    let object = find(what, handle, objects.get(&handle.addr()))?;
    object
        .as_ref()
        .and_then(Object::target::<H>)
        .cloned()
        .ok_or_else(|| wrong_type::<H>(what, name_of(object)))
}

/// The object behind a key that was a handle's address, if the handle is still valid.
pub(super) fn by_key<H: Handle>(key: usize) -> Option<H::Target> {
    let objects = REGISTRY.get().objects.read();
    objects.get(&key)?.as_ref()?.target::<H>().cloned()
}

/// Adds an owner to a handle.
pub(super) fn retain<H: Handle>(what: &str, handle: *const H) -> Checked {
    let mut objects = REGISTRY.get().objects.write();
    owned(what, handle, &mut objects)?.owners += 1;
    Ok(())
}

/// Takes an owner from a handle. After the last one the handle is no longer valid, and the caller gets the
/// object, to drop it outside every lock, since dropping may wait and may run a caller's release callback.
/// `None` where there is nothing to drop: other owners are left, the handle is NULL, or its object belongs to
/// the process that this one was forked from.
pub(super) fn release<H: Handle>(what: &str, handle: *const H) -> Checked<Option<H::Target>> {
    if handle.is_null() || is_inherited(handle) {
        return Ok(None);
    }
    let mut objects = REGISTRY.get().objects.write();
    let object = owned(what, handle, &mut objects)?;
    object.owners -= 1;
    if object.owners > 0 {
        return Ok(None);
    }
    let removed = objects.remove(&handle.addr()).flatten();
    give_back(&mut objects);
    let target = removed.and_then(|object| object.target.downcast::<Of<H>>().ok());
    Ok(target.map(|of| of.0))
}

/// Frees the registry's memory when C holds nothing any more. Tools that look for leaks would report it.
fn give_back(objects: &mut Objects) {
    if objects.is_empty() {
        *objects = HashMap::default();
    }
}

/// The object of a handle of the right type.
fn owned<'a, H: Handle>(
    what: &str,
    handle: *const H,
    objects: &'a mut Objects,
) -> Checked<&'a mut Object> {
    let object = find(what, handle, objects.get_mut(&handle.addr()))?;
    let name = name_of(object);
    object
        .as_mut()
        .filter(|object| object.target::<H>().is_some())
        .ok_or_else(|| wrong_type::<H>(what, name))
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

fn wrong_type<H: Handle>(what: &str, name: &str) -> Fault {
    Fault::new(
        AMIO_ERROR_INVALID_HANDLE,
        format!("{what} is {name}; it must be {}", H::NAME),
    )
}

fn name_of(object: &Option<Object>) -> &'static str {
    object
        .as_ref()
        .map_or("not there yet", |object| object.name)
}

/// What C holds in one process.
struct Registry {
    /// The count of the first key that was made in it.
    first: u64,
    objects: RwLock<Objects>,
}

static REGISTRY: PerProcess<Registry> = PerProcess::new();
static KEYS: OnceBox<Keys> = OnceBox::new();

fn keys() -> &'static Keys {
    KEYS.get_or_init(Box::default)
}

impl Default for Registry {
    fn default() -> Registry {
        Registry {
            first: keys().made(),
            objects: RwLock::default(),
        }
    }
}

/// Whether a handle was made in a process that this one descends from.
fn is_inherited<H>(handle: *const H) -> bool {
    keys()
        .count_of(handle.addr())
        .is_some_and(|count| count < REGISTRY.get().first)
}
