//! What the server calls: libjack's callbacks, turned into calls of a [`Handler`].
#![allow(unsafe_code, reason = "functions that libjack calls, and its buffers")]

use super::failure;
use super::library::{Library, RawClient};
use super::port::{Direction, Output, Port};
use super::turns;
use crate::error::Result;
use crate::sys::{self, cancel};
use std::ffi::{CStr, c_char, c_int, c_void};
use std::marker::PhantomData;
use std::ptr::{self, NonNull};
use std::sync::Arc;

/// What the server calls. Unless it says otherwise, a method runs on a thread of libjack that must
/// not call the server back, and may run on the audio thread: it must not wait.
pub(crate) trait Handler: Send + Sync + 'static {
    /// One period is due.
    ///
    /// # Real-time contract
    /// Audio thread only; no allocation, free, lock, system call or log.
    fn process(&self, cycle: &Cycle<'_>);
    /// The latencies of this direction were computed anew; ports may set theirs now, only now.
    fn latency(&self, direction: Direction);
    /// The server was late, or a client was.
    fn xrun(&self);
    /// The period is `frames` from the next cycle on.
    fn period(&self, frames: u32);
    /// The frame rate is `hz` from the next cycle on.
    fn rate(&self, hz: u32);
    /// Freewheeling began or ended.
    fn freewheel(&self, on: bool);
    /// Ports or connections came or went.
    fn graph(&self);
    /// The server is gone. libjack may say so more than once. Close the client soon: none can be
    /// opened before.
    fn lost(&self, reason: &str);
}

/// One period, during [`Handler::process`].
pub(crate) struct Cycle<'a> {
    library: &'static Library,
    client: NonNull<RawClient>,
    frames: u32,
    callback: PhantomData<&'a ()>,
}

impl Cycle<'_> {
    /// Its length.
    pub fn frames(&self) -> usize {
        self.frames as usize
    }

    /// The server's number of the first frame, which wraps; the `CLOCK_MONOTONIC` in nanoseconds at
    /// which it was due, as the server says; and the same clock now. Wait-free.
    pub fn start(&self) -> (u32, u64, u64) {
        let times = self.times();
        let now_ns = sys::now_ns();
        let Some((frame, due_us)) = times else {
            // SAFETY: the client is valid.
            let frame = unsafe { (self.library.last_frame_time)(self.client.as_ptr()) };
            return (frame, now_ns, now_ns);
        };
        // jackd's clock is CLOCK_MONOTONIC_RAW, PipeWire's CLOCK_MONOTONIC: only ages compare.
        // SAFETY: takes nothing; reads a clock.
        let server_now_us = unsafe { (self.library.get_time)() };
        let age_ns = server_now_us.wrapping_sub(due_us) as i64 * 1000;
        (frame, now_ns.wrapping_add_signed(-age_ns), now_ns)
    }

    /// The number of the first frame, and when it was due by the server's clock, in microseconds.
    fn times(&self) -> Option<(u32, u64)> {
        let ask = || {
            let (mut frame, mut due_us, mut next_us, mut period_us) = (0, 0, 0, 0.0);
            // SAFETY: the client and all four variables are valid.
            let failed = unsafe {
                (self.library.get_cycle_times)(
                    self.client.as_ptr(),
                    &mut frame,
                    &mut due_us,
                    &mut next_us,
                    &mut period_us,
                )
            };
            (failed == 0).then_some((frame, due_us))
        };
        // PipeWire's library reads what the server may be writing: the same twice is of one cycle.
        let mut times = ask();
        for _ in 0..3 {
            let again = ask();
            if std::mem::replace(&mut times, again) == again {
                break;
            }
        }
        times
    }

    /// Copies what arrived at an input port; silence where the server has no buffer for it.
    ///
    /// A copy, because the buffer of an input that is connected to an output of the same client
    /// may be that output's buffer. So all inputs are to be read before an output is written.
    pub fn read(&self, input: Port, samples: &mut [f32]) {
        let Some(buffer) = self.buffer(input) else {
            return samples.fill(0.0);
        };
        let count = samples.len().min(self.frames());
        // SAFETY: libjack's buffer holds a period of floats; `samples` is memory of ours.
        unsafe { ptr::copy_nonoverlapping(buffer.as_ptr(), samples.as_mut_ptr(), count) };
    }

    /// The buffer of an output port, to be filled; `None` where the server has none.
    pub fn output<'b>(&'b self, output: &'b mut Output) -> Option<&'b mut [f32]> {
        let buffer = self.buffer(output.port())?;
        // SAFETY: it holds a period of floats until the cycle ends; each output has its own, and
        // `output`, which is the only one for this port, stays borrowed.
        Some(unsafe { std::slice::from_raw_parts_mut(buffer.as_ptr(), self.frames()) })
    }

    fn buffer(&self, port: Port) -> Option<NonNull<f32>> {
        // SAFETY: the port is valid, and `frames` is the period of this cycle.
        let buffer = unsafe { (self.library.port_get_buffer)(port.raw(), self.frames) };
        NonNull::new(buffer.cast())
    }
}

/// What libjack passes to the callbacks. It must live until the client is closed.
pub(super) struct Context<H> {
    library: &'static Library,
    client: NonNull<RawClient>,
    handler: Arc<H>,
}

// SAFETY: the client may be used from any thread, and `H` is `Send` and `Sync`.
unsafe impl<H: Handler> Send for Context<H> {}
// SAFETY: as above.
unsafe impl<H: Handler> Sync for Context<H> {}

impl<H: Handler> Context<H> {
    pub fn new(library: &'static Library, client: NonNull<RawClient>, handler: Arc<H>) -> Self {
        Context {
            library,
            client,
            handler,
        }
    }

    /// Has all callbacks called with this context. The client is not active, and is closed before
    /// the context is freed.
    pub fn install(self: &Arc<Self>) -> Result<()> {
        let argument = Arc::as_ptr(self).cast_mut().cast::<c_void>();
        let (library, raw) = (self.library, self.client.as_ptr());
        // SAFETY: the client is valid, each function has the type that libjack expects, and
        // `argument` is the Context<H> that each of them expects.
        let results = unsafe {
            (library.on_shutdown)(raw, on_shutdown::<H>, argument);
            (library.on_info_shutdown)(raw, on_info_shutdown::<H>, argument);
            [
                (library.set_process_callback)(raw, on_process::<H>, argument),
                (library.set_buffer_size_callback)(raw, on_period::<H>, argument),
                (library.set_sample_rate_callback)(raw, on_rate::<H>, argument),
                (library.set_xrun_callback)(raw, on_xrun::<H>, argument),
                (library.set_graph_order_callback)(raw, on_graph_order::<H>, argument),
                (library.set_freewheel_callback)(raw, on_freewheel::<H>, argument),
                (library.set_latency_callback)(raw, on_latency::<H>, argument),
                (library.set_port_connect_callback)(raw, on_connect::<H>, argument),
                (library.set_port_registration_callback)(raw, on_registration::<H>, argument),
            ]
        };
        match results.iter().find(|&&result| result != 0) {
            None => Ok(()),
            Some(code) => Err(failure(format!(
                "the callbacks were not accepted (code {code})"
            ))),
        }
    }

    fn lost(&self, reason: &str) {
        turns::server_died();
        self.handler.lost(reason);
    }
}

/// The context of a callback.
///
/// # Safety
/// `argument` is what [`Context::install`] passed to libjack, and the client is not closed.
unsafe fn context<'a, H: Handler>(argument: *mut c_void) -> &'a Context<H> {
    // SAFETY: promised by the caller.
    unsafe { &*argument.cast::<Context<H>>() }
}

unsafe extern "C-unwind" fn on_process<H: Handler>(frames: u32, argument: *mut c_void) -> c_int {
    extern "C" fn call<H: Handler>(context: &Context<H>, frames: u32) {
        context.handler.process(&Cycle {
            library: context.library,
            client: context.client,
            frames,
            callback: PhantomData,
        });
    }
    let before = cancel::hold();
    // SAFETY: libjack passes on what `install` gave it.
    call(unsafe { context::<H>(argument) }, frames);
    cancel::release(before);
    0
}

/// Declares what libjack calls for one of the other methods of [`Handler`].
macro_rules! callback {
    ($name:ident($($argument:ident: $type:ty),*) $(-> $result:ident)?, $call:expr) => {
        unsafe extern "C-unwind" fn $name<H: Handler>(
            $($argument: $type,)*
            argument: *mut c_void,
        ) $(-> $result)? {
            extern "C" fn call<H: Handler>(context: &Context<H>, $($argument: $type),*) {
                let call: fn(&Context<H>, $($type),*) = $call;
                call(context, $($argument),*);
            }
            let before = cancel::hold();
            // SAFETY: libjack passes on what `install` gave it.
            call(unsafe { context::<H>(argument) }, $($argument),*);
            cancel::release(before);
            $(0 as $result)?
        }
    };
}

callback!(on_period(frames: u32) -> c_int, |context, frames| context.handler.period(frames));
callback!(on_rate(hz: u32) -> c_int, |context, hz| context.handler.rate(hz));
callback!(on_xrun() -> c_int, |context| context.handler.xrun());
callback!(on_graph_order() -> c_int, |context| context.handler.graph());
callback!(on_connect(_a: u32, _b: u32, _on: c_int), |context, _, _, _| context.handler.graph());
callback!(on_registration(_port: u32, _on: c_int), |context, _, _| context.handler.graph());
callback!(on_freewheel(on: c_int), |context, on| context.handler.freewheel(on != 0));
callback!(on_latency(mode: c_int), |context, mode| {
    context.handler.latency(match mode {
        0 => Direction::Input,
        _ => Direction::Output,
    });
});
callback!(on_shutdown(), |context| context
    .lost("the JACK server has shut down"));
callback!(on_info_shutdown(_code: c_int, reason: *const c_char), |context, _, reason| {
    if reason.is_null() {
        return context.lost("the JACK server has shut down");
    }
    // SAFETY: libjack passes a string that ends with NUL and is valid during the call.
    context.lost(&unsafe { CStr::from_ptr(reason) }.to_string_lossy());
});
