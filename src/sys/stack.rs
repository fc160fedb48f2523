//! Room on the stack for code of others that goes deep.

/// What code of others needs at most: Opus takes 80 KiB in an optimised build, and up to 160 in
/// another.
const ROOM: usize = 192 << 10;

/// A stack that is made where the thread's own has less left.
const SIZE: usize = 512 << 10;

/// Calls something that may go deep. A thread of the program may have a small stack, of which a call of the
/// library is to take little. Not on the audio thread in real time: it may ask the system for memory.
pub(crate) fn with_stack<T>(call: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(ROOM, SIZE, || out_of_line(call))
}

/// Inlined, it would take its room from the stack of the caller, whichever stack it runs on.
#[inline(never)]
fn out_of_line<T>(call: impl FnOnce() -> T) -> T {
    call()
}
