//! Progress: long work reports how far it is, and can be cancelled.

use super::callback;
use super::guard::Caller;
use crate::Progress;
use std::ffi::c_void;
use std::ops::ControlFlow;

/// Called several times a second during long work, on the thread that asked for the work: of
/// `total_frames` frames, as far as is known, `done_frames` are done. Return 0 to go on. Anything else cancels
/// the work, which then fails with AMIO_ERROR_CANCELLED and leaves nothing behind. `user_data` is
/// what was passed with it. It may call the library. It must return: see "Functions of the program" at the
/// head of this file. Functions that take one accept NULL: no progress is reported.
pub type amio_progress = Option<
    unsafe extern "C-unwind" fn(user_data: *mut c_void, done_frames: u64, total_frames: u64) -> i32,
>;

impl Caller {
    /// The callback as a [`crate::Monitor`].
    pub fn monitor(
        &self,
        progress: amio_progress,
        user_data: *mut c_void,
    ) -> impl FnMut(Progress) -> ControlFlow<()> {
        move |now| {
            let verdict = progress.map_or(0, |progress| {
                callback::call("progress", || {
                    // SAFETY: the caller's function, with the caller's argument, during the call.
                    unsafe { progress(user_data, now.done_frames, now.total_frames) }
                })
            });
            match verdict {
                0 => ControlFlow::Continue(()),
                _ => ControlFlow::Break(()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Progress = Progress {
        done_frames: 3,
        total_frames: 5,
    };

    unsafe extern "C-unwind" fn sum(user_data: *mut c_void, done: u64, total: u64) -> i32 {
        // SAFETY: the tests hand over an `i32`.
        unsafe { *user_data.cast::<i32>() + (10 * done + total) as i32 }
    }

    #[test]
    fn the_callback_gets_its_argument_and_the_frames_and_any_verdict_but_0_gives_up() {
        // SAFETY: `sum` reads the `i32` below.
        let caller = unsafe { Caller::trusted() };
        for (own, expected) in [
            (-35, ControlFlow::Continue(())),
            (-36, ControlFlow::Break(())),
            (0, ControlFlow::Break(())),
        ] {
            let mut own: i32 = own;
            let mut monitor = caller.monitor(Some(sum), (&raw mut own).cast());
            assert_eq!(monitor(NOW), expected);
        }
    }

    #[test]
    fn no_callback_gives_nothing_up() {
        // SAFETY: no pointer is handed over.
        let caller = unsafe { Caller::trusted() };
        let mut monitor = caller.monitor(None, std::ptr::null_mut());
        assert_eq!(monitor(NOW), ControlFlow::Continue(()));
    }
}
