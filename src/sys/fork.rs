//! What a child of `fork()` must know: what it inherited is not its own.

use crate::error::{Error, Result};
use crate::lock::{Condvar, Mutex};
use once_cell::race::OnceBox;
use std::cell::Cell;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// The process in which something was made. A child of `fork()` has a copy of all that its parent had,
/// but not the threads that serve it; locks may be held for ever, and descriptors and files are still
/// those of the parent. So what was made elsewhere must be left as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Home(u32);

/// The end of a message about something that is another process's.
pub(crate) const MADE_BEFORE: &str =
    "was made before fork(), and belongs to the parent; make another one in this process";

/// How many times this process, and those that it descends from, were forked since the library was
/// loaded.
static FORKS: AtomicU32 = AtomicU32::new(0);

impl Home {
    pub fn here() -> Home {
        register();
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

    /// That of this process, if it has been made. Wait-free; no allocation.
    pub fn there(&self) -> Option<&T> {
        let mut own = self.0.get()?;
        while !own.home.is_here() {
            own = own.of_child.0.get()?;
        }
        Some(&own.value)
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

/// How long `fork()` waits for what must not be cut in two: longer than it takes, unless a server hangs.
const PATIENCE: Duration = Duration::from_millis(500);

/// What must not be cut in two by a `fork()` on another thread: it changes data that the whole process shares, and that
/// is not ours, such as the tables of a codec. A child would find them half done, and their locks held for ever.
///
/// `fork()` waits for its end, for at most [`PATIENCE`], and this waits for the end of a fork. It stays on its
/// thread.
pub(crate) struct NoFork(PhantomData<*const ()>);

#[derive(Default)]
struct Forking {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// How many threads have a [`NoFork`].
    kept_whole: usize,
    /// How many threads fork.
    forks: usize,
}

static FORKING: PerProcess<Forking> = PerProcess::new();

thread_local! {
    /// How many [`NoFork`] this thread has.
    static HELD: Cell<usize> = const { Cell::new(0) };
    /// Whether this thread forks, and has said so.
    static FORKS_NOW: Cell<bool> = const { Cell::new(false) };
}

impl NoFork {
    pub fn begin() -> NoFork {
        let held = HELD.get();
        HELD.set(held + 1);
        if held == 0 {
            let forking = FORKING.get();
            let mut state = forking.state.lock();
            while state.forks > 0 {
                state = forking.changed.wait(state);
            }
            state.kept_whole += 1;
        }
        NoFork(PhantomData)
    }
}

impl Drop for NoFork {
    fn drop(&mut self) {
        let held = HELD.get();
        HELD.set(held.saturating_sub(1));
        // 0 in a child: it was begun in the parent.
        if held == 1 {
            let forking = FORKING.get();
            forking.state.lock().kept_whole -= 1;
            forking.changed.notify_all();
        }
    }
}

/// Runs what must not be cut in two: see [`NoFork`].
pub(crate) fn without_fork<T>(run: impl FnOnce() -> T) -> T {
    let _whole = NoFork::begin();
    run()
}

/// Called before a fork, on the thread that forks.
extern "C" fn before_fork() {
    if HELD.get() > 0 {
        return; // libjack starts a server while it opens a client.
    }
    let until = Instant::now() + PATIENCE;
    let forking = FORKING.get();
    let mut state = forking.state.lock();
    state.forks += 1;
    FORKS_NOW.set(true);
    let mut is_over = false;
    while state.kept_whole > 0 && !is_over {
        (state, is_over) = forking.changed.wait_until(state, until);
    }
}

/// Called after it in the parent, on the same thread.
extern "C" fn after_fork_in_parent() {
    if FORKS_NOW.replace(false) {
        let forking = FORKING.get();
        forking.state.lock().forks -= 1;
        forking.changed.notify_all();
    }
}

/// Called after it in the child, by its only thread.
extern "C" fn after_fork_in_child() {
    FORKS.fetch_add(1, Ordering::Relaxed);
    FORKS_NOW.set(false);
    HELD.set(0);
}

/// Has these functions called around each fork from now on. Without memory for that, which is some bytes, they
/// are not called. Threads that come at the same time may both register them, which does no harm.
extern "C" fn register() {
    static REGISTERED: AtomicBool = AtomicBool::new(false);
    if !REGISTERED.load(Ordering::Acquire) {
        // SAFETY: anybody may call these functions, and they live as long as the library.
        unsafe {
            pthread_atfork(
                Some(before_fork),
                Some(after_fork_in_parent),
                Some(after_fork_in_child),
            )
        };
        REGISTERED.store(true, Ordering::Release);
    }
}

/// Has the system call [`register`] when the library is loaded. A fork that has begun already would not call what is
/// registered later.
#[used]
#[unsafe(link_section = ".init_array")]
static AT_LOADING: extern "C" fn() = register;

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

    #[test]
    fn a_fork_waits_for_what_must_not_be_cut_in_two_and_only_on_other_threads() {
        static HALF_DONE: AtomicBool = AtomicBool::new(false);
        let begun = Barrier::new(2);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                without_fork(|| {
                    HALF_DONE.store(true, Ordering::Relaxed);
                    begun.wait();
                    // Until the other thread forks.
                    let forking = FORKING.get();
                    let mut state = forking.state.lock();
                    while state.forks == 0 {
                        drop(state);
                        std::thread::yield_now();
                        state = forking.state.lock();
                    }
                    HALF_DONE.store(false, Ordering::Relaxed);
                });
            });
            begun.wait();
            in_child(|| assert!(!HALF_DONE.load(Ordering::Relaxed)));
        });
        without_fork(|| in_child(|| without_fork(|| ())));
        without_fork(|| ());
    }
}
