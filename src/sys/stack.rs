//! A second stack for codecs and other crates that need much of it.

/// These crates need less than this. Opus needs most: 80 KiB in an optimised build, more in others.
const ROOM: usize = 192 << 10;

/// The size of the second stack.
const SIZE: usize = 512 << 10;

/// Calls a function that needs much stack. If this thread has less than [`ROOM`] left, the function runs on a
/// second stack, which is freed afterwards. A callback of the program must not run inside.
///
/// Not for the audio thread in real time: this may map memory.
pub(crate) fn with_stack<T>(call: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(ROOM, SIZE, || out_of_line(call))
}

/// Never inlined: otherwise the function's variables would lie in the frame of the caller, on the small stack.
#[inline(never)]
fn out_of_line<T>(call: impl FnOnce() -> T) -> T {
    call()
}
