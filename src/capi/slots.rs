//! Handles that real-time code may use.
//!
//! Such a handle is registered as every other (see [`handles`]), so calls that need not be real-time find it there. Its
//! object is also in a [`Slot`], whose number the key carries. There real-time code finds it without a lock.

use super::fault::{Checked, ConstantFault, Constantly};
use super::handles::{self, Handle, ReservedHandle};
use super::keys::{Keys, PLACES};
use super::slot::Slot;
use crate::error::Error;
use crate::lock::Mutex;
use crate::memory;
use crate::sys::PerProcess;
use once_cell::race::OnceBox;
use std::thread;
use std::time::Duration;

/// A type of handle that real-time code may use. [`real_time_handle`] makes it one.
pub(super) trait RealTimeHandle: Handle {
    /// The error for NULL in place of a handle.
    const IS_NULL: ConstantFault;
    /// The error for what is no handle of this type.
    const IS_NOT_VALID: ConstantFault;
    /// Where real-time code finds the objects.
    fn slots() -> &'static PerProcess<Slots<Self::Target>>;
}

/// Lets real-time code use a type of handle. Messages call the argument `$what`.
macro_rules! real_time_handle {
    ($handle:ty, $what:literal) => {
        impl $crate::capi::slots::RealTimeHandle for $handle {
            const IS_NULL: $crate::capi::fault::ConstantFault = $crate::capi::fault::null!($what);
            const IS_NOT_VALID: $crate::capi::fault::ConstantFault =
                $crate::capi::fault::ConstantFault::new(
                    $crate::capi::status::AMIO_ERROR_INVALID_HANDLE,
                    $crate::capi::fault::constant(concat!(
                        $what,
                        " is not a valid handle: it was freed, is of another type, was made before fork(), \
                         or did not come from this library\0"
                    )),
                );

            fn slots() -> &'static $crate::sys::PerProcess<
                $crate::capi::slots::Slots<<$handle as $crate::capi::handles::Handle>::Target>,
            > {
                static SLOTS: $crate::sys::PerProcess<
                    $crate::capi::slots::Slots<<$handle as $crate::capi::handles::Handle>::Target>,
                > = $crate::sys::PerProcess::new();
                &SLOTS
            }
        }
    };
}
pub(super) use real_time_handle;

/// Uses the object of a handle. [`release`] waits for the end of that, so `run` is short.
///
/// # Real-time contract
/// Wait-free; no allocation, free, system call or log, unless `run` does it.
pub(super) fn with<H: RealTimeHandle, R>(
    handle: *const H,
    run: impl FnOnce(&H::Target) -> R,
) -> Constantly<R> {
    if handle.is_null() {
        return Err(H::IS_NULL);
    }
    let key = handle.addr();
    H::slots()
        .there()
        .and_then(|slots| slots.slot(Keys::place_of(key)?))
        .and_then(|slot| slot.with(key as u64, run))
        .ok_or(H::IS_NOT_VALID)
}

/// As [`ReservedHandle`], for a handle that real-time code may use.
pub(super) struct ReservedSlot<H: RealTimeHandle> {
    place: Place<H::Target>,
    handle: ReservedHandle,
}

impl<H: RealTimeHandle> ReservedSlot<H> {
    pub fn take() -> Checked<ReservedSlot<H>> {
        let place = H::slots().get().reserve(H::NAME)?;
        let handle = ReservedHandle::take_at(place.number)?;
        Ok(ReservedSlot { place, handle })
    }

    /// Registers the object, which has one owner, and returns its handle.
    pub fn fill(self, target: H::Target) -> *mut H {
        let handle: *mut H = self.handle.fill(target.clone());
        self.place.fill(handle.addr(), target);
        handle
    }
}

/// As [`handles::release`]. It waits until no thread is in [`with`] with this handle.
pub(super) fn release<H: RealTimeHandle>(
    what: &str,
    handle: *const H,
) -> Checked<Option<H::Target>> {
    let released = handles::release(what, handle)?;
    if released.is_some() {
        H::slots().get().empty(handle.addr());
    }
    Ok(released)
}

/// The slots of one type of handle in one process. There are more as they are needed, and never fewer.
pub(super) struct Slots<T: 'static> {
    rows: [OnceBox<Vec<Slot<T>>>; ROWS],
    unused: Mutex<Unused>,
}

const ROWS: usize = 64;
const ROW: usize = PLACES / ROWS;

/// The slots without an object.
#[derive(Default)]
struct Unused {
    /// How many rows have been made.
    rows: usize,
    /// There is room for all that were made.
    places: Vec<usize>,
}

impl<T> Default for Slots<T> {
    fn default() -> Slots<T> {
        Slots {
            rows: [const { OnceBox::new() }; ROWS],
            unused: Mutex::default(),
        }
    }
}

impl<T> Slots<T> {
    /// A slot that has been made. Wait-free.
    fn slot(&self, place: usize) -> Option<&Slot<T>> {
        self.rows.get(place / ROW)?.get()?.get(place % ROW)
    }

    /// # Errors
    /// [`Error::InvalidState`]: as many handles are in use as there can be. [`Error::OutOfMemory`].
    fn reserve(&'static self, name: &str) -> Result<Place<T>, Error> {
        let mut unused = self.unused.lock();
        if unused.places.is_empty() {
            self.make_row(&mut unused, name)?;
        }
        match unused.places.pop() {
            Some(number) => Ok(Place {
                slots: self,
                number,
            }),
            None => Err(Error::InvalidState(format!("no slot for {name}"))),
        }
    }

    fn make_row(&self, unused: &mut Unused, name: &str) -> Result<(), Error> {
        let number = unused.rows;
        let Some(row) = self.rows.get(number) else {
            return Err(Error::InvalidState(format!(
                "there are {PLACES} handles of the type of {name}, as many as there can be; free some"
            )));
        };
        let mut slots = memory::room(ROW, "handles")?;
        slots.resize_with(ROW, Slot::default);
        memory::reserve(&mut unused.places, (number + 1) * ROW, "handles")?;
        // Only the thread that holds the lock sets it.
        let _ = row.set(Box::new(slots));
        unused.rows += 1;
        let first = number * ROW;
        unused.places.extend((first..first + ROW).rev());
        Ok(())
    }

    /// Empties the slot of a key.
    fn empty(&self, key: usize) {
        let Some(place) = Keys::place_of(key) else {
            return;
        };
        let wait = || thread::sleep(Duration::from_millis(1));
        let object = self
            .slot(place)
            .and_then(|slot| slot.take(key as u64, wait));
        if object.is_some() {
            self.unused.lock().places.push(place);
        }
    }
}

/// An empty slot. If it is dropped before it was filled, it is given back.
struct Place<T: 'static> {
    slots: &'static Slots<T>,
    number: usize,
}

impl<T> Place<T> {
    fn fill(self, key: usize, object: T) {
        if let Some(slot) = self.slots.slot(self.number) {
            // SAFETY: this is the only `Place` with this number, and there is none again before the slot was emptied.
            unsafe { slot.put(key as u64, object) };
        }
        std::mem::forget(self);
    }
}

impl<T> Drop for Place<T> {
    fn drop(&mut self) {
        self.slots.unused.lock().places.push(self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::in_child;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

    /// What a handle of the tests stands for. It is 0 once it was dropped.
    struct Object(AtomicU64);

    impl Drop for Object {
        fn drop(&mut self) {
            self.0.store(0, Ordering::Relaxed);
        }
    }

    struct Tested;

    impl Handle for Tested {
        type Target = Arc<Object>;
        const NAME: &'static str = "a tested object";
    }

    real_time_handle!(Tested, "tested");

    struct Other;

    impl Handle for Other {
        type Target = Arc<Object>;
        const NAME: &'static str = "another object";
    }

    real_time_handle!(Other, "other");

    fn new<H: RealTimeHandle<Target = Arc<Object>>>(number: u64) -> *mut H {
        let place = ReservedSlot::take().unwrap_or_else(|_| panic!("there is a slot"));
        place.fill(Arc::new(Object(AtomicU64::new(number))))
    }

    fn number<H: RealTimeHandle<Target = Arc<Object>>>(handle: *const H) -> Option<u64> {
        with(handle, |object| object.0.load(Ordering::Relaxed)).ok()
    }

    fn free<H: RealTimeHandle>(handle: *const H) -> bool {
        matches!(release("tested", handle), Ok(Some(_)))
    }

    #[test]
    fn a_handle_is_found_until_it_is_freed_and_its_slot_is_used_again() {
        let handles: Vec<*mut Tested> = (1..=1000).map(new).collect();
        for (handle, expected) in handles.iter().zip(1..) {
            assert_eq!(number(*handle), Some(expected));
            assert!(handles::get("tested", *handle).is_ok());
        }
        let place_of = |handle: *mut Tested| Keys::place_of(handle.addr());
        for handle in &handles {
            assert!(free(*handle));
            assert!(!free(*handle));
            assert_eq!(number(*handle), None);
        }
        let again: *mut Tested = new(7);
        assert!(
            handles
                .iter()
                .any(|handle| place_of(*handle) == place_of(again))
        );
        assert!(handles.iter().all(|handle| number(*handle).is_none()));
        assert!(free(again));
    }

    #[test]
    fn what_is_no_handle_of_the_type_is_refused() {
        let tested: *mut Tested = new(1);
        let other: *mut Other = new(2);
        assert_eq!(number(tested.cast::<Other>()), None);
        assert_eq!(number(other.cast::<Tested>()), None);
        for made_up in [8, tested.addr() + 8, tested.addr() ^ 1 << 40, usize::MAX] {
            assert_eq!(
                number(std::ptr::without_provenance::<Tested>(made_up)),
                None
            );
        }
        let fault = with(std::ptr::null::<Tested>(), |_| ()).err();
        let message = fault.map(|fault| fault.message.to_bytes());
        assert_eq!(message, Some(&b"tested is NULL"[..]));
        assert!(free(tested));
        assert!(free(other));
    }

    #[test]
    fn a_reserved_slot_that_is_not_filled_is_given_back() {
        for _ in 0..2 * PLACES {
            assert!(ReservedSlot::<Other>::take().is_ok());
        }
    }

    #[test]
    fn a_child_of_fork_has_slots_of_its_own() {
        let parents: *mut Tested = new(3);
        in_child(|| {
            assert_eq!(number(parents), None);
            let own: *mut Tested = new(4);
            assert_eq!(number(parents), None);
            assert!(matches!(release("tested", parents), Ok(None)));
            assert_eq!(number(own), Some(4));
            assert!(free(own));
        });
        assert_eq!(number(parents), Some(3));
        assert!(free(parents));
    }

    /// A thread that uses a handle finds its object, or nothing, whoever frees it and makes another one in its slot.
    #[test]
    fn a_handle_may_be_freed_while_other_threads_use_it() {
        let shared = AtomicU64::new(0);
        let ended = AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while !ended.load(Ordering::Relaxed) {
                        let key = shared.load(Ordering::Relaxed) as usize;
                        let handle = std::ptr::without_provenance::<Tested>(key);
                        assert!(number(handle).is_none_or(|number| number > 0));
                    }
                });
            }
            for round in 1..=5000 {
                let handle: *mut Tested = new(round);
                shared.store(handle.addr() as u64, Ordering::Relaxed);
                assert_eq!(number(handle), Some(round));
                assert!(free(handle));
                assert_eq!(number(handle), None);
            }
            ended.store(true, Ordering::Relaxed);
        });
    }
}
