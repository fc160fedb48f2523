//! The function of the program that makes and takes the audio and the MIDI events of a client.

use super::super::callback::{UserData, call_caught};
use super::super::status::amio_status;
use super::answers::ask;
use super::client::amio_jack_client;
use super::current::{self, amio_jack_cycle};
use crate::jack::Verdict;
use std::ffi::c_void;

/// Called in each cycle of a client, on its audio thread: it reads the inputs and writes the outputs of `frames` frames,
/// with the functions amio_jack_cycle_...(). Real-time code: see "Real-time code" at the head of this file. `cycle` is
/// valid during the call and on its thread only; with it, other calls return AMIO_ERROR_INVALID_HANDLE. `user_data` is
/// what was passed with it.
///
/// It returns 0 to go on. A positive number makes this its last cycle: from the next one on it is not called, and the
/// outputs are silent. A negative number says that it has failed: the outputs are silent from this cycle on, it is not
/// called again, and AMIO_JACK_EVENT_HANDLER_FAILED is queued. The same happens if it throws a C++ exception, which is
/// destroyed. It must not end its thread, nor leave by longjmp(): see "Functions of the program" at the head of this
/// file.
///
/// The buffer of an input may be that of an output of the same client, where the two are connected. So read
/// all inputs before writing to an output. An audio output is silent, and a MIDI output has no events, in a cycle in which
/// the function does not ask for it. A buffer of audio that it asks for holds anything until it is filled; a MIDI output has
/// no events at first.
pub type amio_jack_process = Option<
    unsafe extern "C-unwind" fn(
        user_data: *mut c_void,
        cycle: *const amio_jack_cycle,
        frames: u32,
    ) -> i32,
>;

/// Has `process` called in each cycle of the client from now on, in place of the function before. NULL: none; the
/// outputs are silent then. No cycle is left out in between.
///
/// Thread: any but the audio thread; waits for the end of the cycle that runs. The function before is not called any
/// more when this returns.
/// Ownership: `user_data` is kept until another function is set or the client is closed; it may be NULL.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (closed, or in a function that
/// JACK calls).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_client_set_process(
    client: *mut amio_jack_client,
    process: amio_jack_process,
    user_data: *mut c_void,
) -> amio_status {
    #[cfg(feature = "seeded-bugs")]
    crate::seeded::prepare();
    let user_data = UserData::new(user_data);
    ask("client", client, |client| {
        let Some(process) = process else {
            return client.clear_process();
        };
        client.set_fallible_process(move |cycle| {
            let frames = cycle.frames() as u32;
            let verdict = current::run(cycle, |key| {
                call_caught("process", || {
                    // SAFETY: the caller's function, with the caller's argument, on the thread of the cycle.
                    unsafe { process(user_data.get(), key, frames) }
                })
            });
            match verdict.signum() {
                0 => Verdict::GoOn,
                1 => Verdict::Last,
                _ => Verdict::Failed,
            }
        })
    })
}
