//! Bugs that the detectors must find. The environment variable `AMIO_SEED` names the bug that is
//! made in each period, and in each call of a C function for real-time code. Only with the feature
//! `seeded-bugs`, which the tests of this repository turn on. `docs/THREADING.md` says which detector
//! finds which.
#![allow(unsafe_code, reason = "some bugs cannot be written without")]

use crate::lock::Mutex;
use once_cell::race::OnceNonZeroUsize;
use std::cell::UnsafeCell;
use std::hint::black_box;
use std::num::NonZeroUsize;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};
use std::time::Duration;

#[derive(Clone, Copy)]
enum Bug {
    /// The audio thread allocates and frees.
    Allocation,
    /// The audio thread writes to a descriptor.
    SystemCall,
    /// The audio thread takes a lock that another thread holds.
    Lock,
    /// The audio thread and another one write to the same memory, in no order.
    Race,
    /// The audio thread reads what was freed.
    UseAfterFree,
    /// The control half forgets memory.
    Leak,
    /// A header's claim is believed, and as much memory taken.
    HeaderLie,
    /// A frame too many is cut off before a decoded file.
    Trim,
    /// A sample of each packet is decoded wrong by a little.
    Sample,
    /// Seeking in a file goes one frame too far.
    Seek,
}

/// By its place in [`BUGS`], from 2 on; 1 stands for none. Neither with a lock, which a child of fork() would find held,
/// nor in memory of the heap, of which tests leave none.
static CHOSEN: OnceNonZeroUsize = OnceNonZeroUsize::new();

const BUGS: [(&str, Bug); 10] = [
    ("allocation", Bug::Allocation),
    ("system-call", Bug::SystemCall),
    ("lock", Bug::Lock),
    ("race", Bug::Race),
    ("use-after-free", Bug::UseAfterFree),
    ("leak", Bug::Leak),
    ("header-lie", Bug::HeaderLie),
    ("trim", Bug::Trim),
    ("sample", Bug::Sample),
    ("seek", Bug::Seek),
];

static LOCK: Mutex<()> = Mutex::new(());
static RACED: Raced = Raced(UnsafeCell::new(0));
static FREED: AtomicPtr<u64> = AtomicPtr::new(ptr::null_mut());

struct Raced(UnsafeCell<u64>);

// SAFETY: it is not: this is the seeded race.
unsafe impl Sync for Raced {}

/// Reads the choice, and makes ready what the bug needs. On a control thread, before [`commit`].
pub(crate) fn prepare() {
    static IS_PREPARED: AtomicBool = AtomicBool::new(false);
    let bug = bug_at(CHOSEN.get_or_init(choose));
    if !IS_PREPARED.swap(true, Ordering::Relaxed) {
        make_ready(bug);
    }
}

fn make_ready(bug: Option<Bug>) {
    match bug {
        Some(Bug::Lock) => {
            std::thread::spawn(|| {
                loop {
                    let _held = LOCK.lock();
                    std::thread::sleep(Duration::from_millis(1));
                }
            });
        }
        Some(Bug::Race) => {
            // SAFETY: none; this is the seeded race.
            std::thread::spawn(|| unsafe { *black_box(RACED.0.get()) += 1 });
        }
        Some(Bug::UseAfterFree) => {
            let freed = Box::into_raw(Box::new(1));
            // SAFETY: it was made by `Box::into_raw`.
            drop(unsafe { Box::from_raw(freed) });
            FREED.store(freed, Ordering::Relaxed);
        }
        Some(Bug::Leak) => {
            black_box(Box::leak(vec![1u8; 4321].into_boxed_slice()));
        }
        Some(Bug::Allocation | Bug::SystemCall) => {}
        Some(Bug::HeaderLie | Bug::Trim | Bug::Sample | Bug::Seek) | None => {}
    }
}

/// Commits the bug. On the audio thread in each period, and in C functions for real-time code.
pub(crate) fn commit() {
    match CHOSEN.get().and_then(bug_at) {
        Some(Bug::Allocation) => drop(black_box(Box::new(1))),
        Some(Bug::SystemCall) => {
            // SAFETY: no bytes are written, and the descriptor is none.
            unsafe { libc::write(-1, ptr::null(), 0) };
        }
        Some(Bug::Lock) => drop(LOCK.lock()),
        Some(Bug::Race) => {
            // SAFETY: none; this is the seeded race.
            unsafe { *black_box(RACED.0.get()) += 1 };
        }
        Some(Bug::UseAfterFree) => {
            // SAFETY: none; this is the seeded use after free.
            black_box(unsafe { ptr::read_volatile(FREED.load(Ordering::Relaxed)) });
        }
        Some(Bug::Leak | Bug::HeaderLie | Bug::Trim | Bug::Sample | Bug::Seek) | None => {}
    }
}

/// Takes as many bytes as a header claims. When a file is opened.
pub(crate) fn believe(claim: u64) {
    if is_chosen(|bug| matches!(bug, Bug::HeaderLie)) {
        drop(black_box(vec![1u8; claim.min(1 << 32) as usize]));
    }
}

/// How many frames too many are cut off before a decoded file. When it is opened.
pub(crate) fn trim() -> u64 {
    is_chosen(|bug| matches!(bug, Bug::Trim)).into()
}

/// How many frames too far a file is sought.
pub(crate) fn seek() -> u64 {
    is_chosen(|bug| matches!(bug, Bug::Seek)).into()
}

/// Makes the first frame of a packet, a slice for each channel, wrong.
pub(crate) fn falsify(frames: &mut [Vec<f32>]) {
    if is_chosen(|bug| matches!(bug, Bug::Sample)) {
        let first = frames.iter_mut().filter_map(|channel| channel.first_mut());
        first.for_each(|sample| *sample += 1.0 / 4_096.0);
    }
}

fn is_chosen(bug: impl FnOnce(Bug) -> bool) -> bool {
    bug_at(CHOSEN.get_or_init(choose)).is_some_and(bug)
}

fn bug_at(place: NonZeroUsize) -> Option<Bug> {
    let at = place.get().checked_sub(2)?;
    BUGS.get(at).map(|(_, bug)| *bug)
}

fn choose() -> NonZeroUsize {
    let Ok(chosen) = std::env::var("AMIO_SEED") else {
        return NonZeroUsize::MIN;
    };
    match BUGS.iter().position(|(name, _)| *name == chosen) {
        Some(at) => NonZeroUsize::MIN.saturating_add(1 + at),
        None => panic!("AMIO_SEED is {chosen:?}, which names no bug of src/seeded.rs"),
    }
}
