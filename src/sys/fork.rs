//! What a child of `fork()` must know: what it inherited is not its own.

use crate::error::{Error, Result};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Once, OnceLock};

/// The process in which something was made. A child of `fork()` has a copy of all that its parent had,
/// but not the threads that serve it; locks may be held for ever, and descriptors and files are still
/// those of the parent. So what was made elsewhere must be left as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Home(u32);

/// The end of a message about something that is another process's.
pub(crate) const MADE_BEFORE: &str =
    "was made before fork(), and belongs to the parent; make another one in this process";

/// How many times this process, and those that it descends from, were forked since the library was
/// first used.
static FORKS: AtomicU32 = AtomicU32::new(0);

impl Home {
    pub fn here() -> Home {
        static COUNTED: Once = Once::new();
        COUNTED.call_once(|| around_forks(None, None, Some(count)));
        Home(FORKS.load(Ordering::Relaxed))
    }

    /// An error in any other process; `what` begins its message.
    pub fn check(self, what: &str) -> Result<()> {
        match self.is_here() {
            true => Ok(()),
            false => Err(Error::InvalidState(format!("{what} {MADE_BEFORE}"))),
        }
    }

    /// Whether this is the process in which it was made.
    pub fn is_here(self) -> bool {
        self.0 == FORKS.load(Ordering::Relaxed)
    }
}

/// Something of which each process has one of its own, made when it is first asked for. What its parent had
/// stays as it was when the child was made, maybe locked for ever.
pub(crate) struct PerProcess<T: 'static>(OnceLock<Own<T>>);

struct Own<T: 'static> {
    home: Home,
    value: T,
    /// That of a child, where this one is the parent's.
    of_child: OnceLock<Box<Own<T>>>,
}

impl<T: Default> PerProcess<T> {
    pub const fn new() -> PerProcess<T> {
        PerProcess(OnceLock::new())
    }

    /// That of this process.
    pub fn get(&self) -> &T {
        let mut own = self.0.get_or_init(Own::new);
        while !own.home.is_here() {
            own = own.of_child.get_or_init(|| Box::new(Own::new()));
        }
        &own.value
    }
}

impl<T: Default> Own<T> {
    fn new() -> Own<T> {
        Own {
            home: Home::here(),
            value: T::default(),
            of_child: OnceLock::new(),
        }
    }
}

/// Called in the child, by its only thread.
extern "C" fn count() {
    FORKS.fetch_add(1, Ordering::Relaxed);
}

/// Has functions called around each `fork()` of this process from now on, on the thread that forks: before
/// it, and after it in the parent and in the child. Without memory for that, which is some bytes, they
/// are not called.
pub(crate) fn around_forks(
    before: Option<extern "C" fn()>,
    in_parent: Option<extern "C" fn()>,
    in_child: Option<extern "C" fn()>,
) {
    // SAFETY: these are functions that anybody may call, and they live as long as the library.
    unsafe { pthread_atfork(before, in_parent, in_child) };
}

unsafe extern "C" {
    /// Of POSIX; the crate `libc` does not declare it for glibc.
    fn pthread_atfork(
        prepare: Option<extern "C" fn()>,
        parent: Option<extern "C" fn()>,
        child: Option<extern "C" fn()>,
    ) -> std::ffi::c_int;
}

/// Runs something in a child, and waits for its end.
#[cfg(test)]
pub(crate) fn in_child(run: impl FnOnce()) {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    // SAFETY: the child runs what is given on its only thread, and ends without what its parent would do.
    let child = unsafe { libc::fork() };
    if child == 0 {
        let outcome = catch_unwind(AssertUnwindSafe(run));
        // SAFETY: as above.
        unsafe { libc::_exit(outcome.is_err().into()) };
    }
    let mut status = 0;
    // SAFETY: `status` is writable.
    let ended = unsafe { libc::waitpid(child, &mut status, 0) };
    assert_eq!((ended, status), (child, 0), "the child succeeds");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lock::Mutex;

    #[test]
    fn a_child_has_its_own_of_what_each_process_has_one() {
        static NUMBERS: PerProcess<Mutex<Vec<u32>>> = PerProcess::new();
        let mut held = NUMBERS.get().lock();
        held.push(1);
        in_child(|| {
            // Its parent's is locked for ever here.
            assert!(NUMBERS.get().lock().is_empty());
            NUMBERS.get().lock().push(2);
            in_child(|| assert!(NUMBERS.get().lock().is_empty()));
            assert_eq!(*NUMBERS.get().lock(), [2]);
        });
        assert_eq!(*held, [1]);
    }
}
