//! What a child of `fork()` must know: what it inherited is not its own.

use crate::error::{Error, Result};
use once_cell::race::OnceBox;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

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
        static COUNTED: ForkHandlers = ForkHandlers::new(None, None, Some(count));
        COUNTED.register();
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
///
/// Threads that ask first at the same time each make one, and one of these is kept. None waits for another: a
/// child would wait for a thread that only its parent has.
pub(crate) struct PerProcess<T: 'static>(OnceBox<Own<T>>);

struct Own<T: 'static> {
    home: Home,
    value: T,
    /// That of a child, where this one is the parent's.
    of_child: PerProcess<T>,
}

impl<T: Default> PerProcess<T> {
    pub const fn new() -> PerProcess<T> {
        PerProcess(OnceBox::new())
    }

    /// That of this process.
    pub fn get(&self) -> &T {
        let mut own = self.0.get_or_init(Own::new);
        while !own.home.is_here() {
            own = own.of_child.0.get_or_init(Own::new);
        }
        &own.value
    }
}

impl<T: Default> Own<T> {
    fn new() -> Box<Own<T>> {
        Box::new(Own {
            home: Home::here(),
            value: T::default(),
            of_child: PerProcess::new(),
        })
    }
}

/// Called in the child, by its only thread.
extern "C" fn count() {
    FORKS.fetch_add(1, Ordering::Relaxed);
}

/// What one process runs around a `fork()`.
type Handler = Option<extern "C" fn()>;

/// Functions that are called around each `fork()` on the thread that forks: before it, and after it in the
/// parent and in the child.
///
/// Threads that register them at the same time may do so twice. So it must do no harm to call one twice.
pub(crate) struct ForkHandlers {
    before: Handler,
    in_parent: Handler,
    in_child: Handler,
    registered: AtomicBool,
}

impl ForkHandlers {
    pub const fn new(before: Handler, in_parent: Handler, in_child: Handler) -> ForkHandlers {
        ForkHandlers {
            before,
            in_parent,
            in_child,
            registered: AtomicBool::new(false),
        }
    }

    /// Has them called from now on. Without memory for that, which is some bytes, they are not called.
    pub fn register(&self) {
        if self.registered.load(Ordering::Acquire) {
            return;
        }
        // SAFETY: these are functions that anybody may call, and they live as long as the library.
        unsafe { pthread_atfork(self.before, self.in_parent, self.in_child) };
        self.registered.store(true, Ordering::Release);
    }
}

unsafe extern "C" {
    /// Of POSIX; the crate `libc` does not declare it for glibc.
    fn pthread_atfork(prepare: Handler, parent: Handler, child: Handler) -> std::ffi::c_int;
}

/// Runs something in a child, and waits for its end.
#[cfg(test)]
pub(crate) fn in_child(run: impl FnOnce()) {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    // SAFETY: the child runs what is given on its only thread, and ends without what its parent would do.
    let child = unsafe { libc::fork() };
    if child == 0 {
        // SAFETY: has no conditions. It ends a child that hangs.
        unsafe { libc::alarm(60) };
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
    use std::sync::Barrier;

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

    #[test]
    fn a_child_does_not_wait_for_a_thread_of_its_parent_that_was_first() {
        /// The first one is made until the gate opens, and the others at once.
        #[derive(Debug)]
        struct Slow;
        static MADE: AtomicU32 = AtomicU32::new(0);
        static BEGUN: Barrier = Barrier::new(2);
        static GATE: Mutex<()> = Mutex::new(());
        impl Default for Slow {
            fn default() -> Slow {
                if MADE.fetch_add(1, Ordering::Relaxed) == 0 {
                    BEGUN.wait();
                    drop(GATE.lock());
                }
                Slow
            }
        }

        static SLOW: PerProcess<Slow> = PerProcess::new();
        let shut = GATE.lock();
        let first = std::thread::spawn(|| std::ptr::from_ref(SLOW.get()).addr());
        BEGUN.wait();
        in_child(|| {
            SLOW.get();
        });
        drop(shut);
        let kept = first.join().unwrap();
        assert_eq!(std::ptr::from_ref(SLOW.get()).addr(), kept);
    }
}
