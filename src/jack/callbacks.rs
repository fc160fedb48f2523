//! What the server calls: libjack's callbacks, turned into calls of the handlers.
#![allow(unsafe_code, reason = "functions that libjack calls")]

use super::cycle::Cycle;
use super::cycle_parts::{CycleParts, RunningStream};
use super::failure::failure;
use super::handler_scope::in_handler;
use super::handlers::{ProcessHandler, SyncHandler, TimebaseHandler, TimebaseQuery, Verdict};
use super::latencies::Latencies;
use super::latency_mode::LatencyMode;
use super::library::{Library, RawClient};
use super::listeners::Listeners;
use super::names::copied;
use super::port_id::PortId;
use super::position::{RawPosition, TransportState};
use super::process_port::{ClientNumber, Content, ProcessPort};
use super::property::{PropertyChange, Uuid};
use super::published::Published;
use super::repeats::LastCycle;
use super::status::Status;
use super::turns;
use super::waker::Waker;
use crate::error::Result;
use crate::lock::Mutex;
use std::ffi::{c_char, c_int, c_void};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What libjack passes to the callbacks. It must live until the client is closed.
pub(super) struct Context {
    library: &'static Library,
    number: ClientNumber,
    client: NonNull<RawClient>,
    process: Published<Called<ProcessHandler>>,
    sync: Published<Called<SyncHandler>>,
    timebase: Published<Called<TimebaseHandler>>,
    /// As the audio thread sees them; in use while a cycle runs.
    parts: Published<CycleParts>,
    known_parts: Mutex<CycleParts>,
    freewheels: AtomicBool,
    last_cycle: LastCycle,
    /// See [`Cycle::waits`].
    waits: AtomicBool,
    pub(super) latencies: Latencies,
    pub(super) waker: Waker,
    pub(super) listeners: Arc<Listeners>,
}

// SAFETY: the client may be used from any thread, and the handlers are `Send`; those that are not `Sync` are used by
// one thread at a time.
unsafe impl Send for Context {}
// SAFETY: as above.
unsafe impl Sync for Context {}

/// A handler has panicked.
struct Panicked;

/// A handler that the audio thread calls.
struct Called<H> {
    handler: Option<H>,
    /// It has failed, or has said that it ends: it is not called again.
    has_ended: bool,
}

impl<H> Default for Called<H> {
    fn default() -> Called<H> {
        Called {
            handler: None,
            has_ended: false,
        }
    }
}

impl<H> Called<H> {
    fn new(handler: Option<H>) -> Called<H> {
        Called {
            handler,
            has_ended: false,
        }
    }

    /// Calls it, if there is one that has not ended. `Err`: it has panicked.
    fn call<R>(
        &mut self,
        call: impl FnOnce(&mut H) -> R,
    ) -> Option<std::result::Result<R, Panicked>> {
        let handler = self.handler.as_mut().filter(|_| !self.has_ended)?;
        let result = catch_unwind(AssertUnwindSafe(|| call(handler)));
        self.has_ended = result.is_err();
        // What was panicked with is not dropped: that may panic again, and would free memory here.
        Some(result.map_err(|payload| {
            mem::forget(payload);
            Panicked
        }))
    }
}

impl Context {
    pub fn new(
        library: &'static Library,
        number: ClientNumber,
        client: NonNull<RawClient>,
    ) -> Context {
        let listeners = Arc::<Listeners>::default();
        Context {
            library,
            number,
            client,
            process: Published::default(),
            sync: Published::default(),
            timebase: Published::default(),
            parts: Published::default(),
            known_parts: Mutex::default(),
            freewheels: AtomicBool::new(false),
            last_cycle: LastCycle::default(),
            waits: AtomicBool::new(false),
            latencies: Latencies::default(),
            waker: Waker::new(&listeners),
            listeners,
        }
    }

    /// Calls a handler from the next cycle on. Returns the one before, to be dropped where nothing is locked: it may own
    /// anything.
    pub fn set_process(&self, handler: Option<ProcessHandler>) -> Option<ProcessHandler> {
        self.process.replace(Called::new(handler)).handler
    }

    /// As [`Context::set_process`].
    pub fn set_sync(&self, handler: Option<SyncHandler>) -> Option<SyncHandler> {
        self.sync.replace(Called::new(handler)).handler
    }

    /// As [`Context::set_process`].
    pub fn set_timebase(&self, handler: Option<TimebaseHandler>) -> Option<TimebaseHandler> {
        self.timebase.replace(Called::new(handler)).handler
    }

    /// The client has another output.
    pub fn add_output(&self, output: &ProcessPort) {
        self.edit_parts(|parts| match output.content() {
            Content::Audio => parts.audio.push(output.clone()),
            Content::Midi => parts.midi.push(output.clone()),
            Content::Other => {}
        });
    }

    /// The client has an output no longer, if it was one.
    pub fn forget_output(&self, output: &ProcessPort) {
        self.edit_parts(|parts| {
            for outputs in [&mut parts.audio, &mut parts.midi] {
                outputs.retain(|known| known.raw() != output.raw());
            }
        });
    }

    /// Runs a stream in each cycle from now on, until it ends.
    pub fn add_stream(&self, stream: &Arc<RunningStream>) {
        self.edit_parts(|parts| parts.streams.push(stream.clone()));
    }

    /// Forgets the streams that have ended.
    pub fn forget_ended_streams(&self) {
        self.edit_parts(|_| {});
    }

    /// Changes what takes part in the cycles. The cycle that runs ends before, unless its streams wait for the program. Not
    /// in a handler.
    fn edit_parts(&self, edit: impl FnOnce(&mut CycleParts)) {
        let mut known = self.known_parts.lock();
        edit(&mut known);
        known.streams.retain(|stream| !stream.has_ended());
        let before = self
            .parts
            .replace_or_keep(known.clone(), || self.is_waiting());
        // A stream that is dropped here may own anything.
        drop(known);
        drop(before);
    }

    /// # Safety
    /// As [`Latencies::apply`], and the client is open.
    pub unsafe fn apply_latencies(&self, mode: LatencyMode) {
        // SAFETY: promised by the caller.
        unsafe { self.latencies.apply(self.library, self.client, mode) };
    }

    /// Waits until the cycle that runs now has ended, or at least uses no buffer, as its streams wait for the program. Not in
    /// a handler.
    pub fn wait_for_end_of_cycle(&self) {
        self.parts.wait_for_end_of_use(|| self.is_waiting());
    }

    /// The audio thread waits for the program, as the server freewheels: a thread that waits for it may be the one that it
    /// waits for.
    fn is_waiting(&self) -> bool {
        self.waits.load(Ordering::SeqCst)
    }

    /// Has all callbacks called with this context. The client is not active, and is closed before
    /// the context is freed.
    pub fn install(self: &Arc<Self>) -> Result<()> {
        let argument = Arc::as_ptr(self).cast_mut().cast::<c_void>();
        let (library, raw) = (self.library, self.client.as_ptr());
        // SAFETY: the client is valid, each function has the type that libjack expects, and
        // `argument` is the Context that each of them expects.
        let results = unsafe {
            (library.on_shutdown)(raw, on_shutdown, argument);
            (library.on_info_shutdown)(raw, on_info_shutdown, argument);
            [
                (library.set_process_callback)(raw, on_process, argument),
                (library.set_buffer_size_callback)(raw, on_period, argument),
                (library.set_sample_rate_callback)(raw, on_rate, argument),
                (library.set_xrun_callback)(raw, on_xrun, argument),
                (library.set_graph_order_callback)(raw, on_graph_order, argument),
                (library.set_freewheel_callback)(raw, on_freewheel, argument),
                (library.set_latency_callback)(raw, on_latency, argument),
                (library.set_port_connect_callback)(raw, on_connect, argument),
                (library.set_port_registration_callback)(raw, on_registration, argument),
                (library.set_port_rename_callback)(raw, on_rename, argument),
                (library.set_client_registration_callback)(raw, on_client, argument),
                (library.set_property_change_callback)(raw, on_property, argument),
            ]
        };
        match results.iter().find(|&&result| result != 0) {
            None => Ok(()),
            Some(code) => Err(failure(format!(
                "the callbacks were not accepted (code {code})"
            ))),
        }
    }

    /// The full name of a port, if the server knows it.
    fn name_of(&self, port: u32) -> Option<String> {
        // SAFETY: the client is open while a callback runs; the name lives as long as the port's entry, which
        // libjack keeps.
        unsafe {
            let port = (self.library.port_by_id)(self.client.as_ptr(), port);
            if port.is_null() {
                return None;
            }
            let name = (self.library.port_name)(port);
            (!name.is_null())
                .then(|| text(name))
                .filter(|name| !name.is_empty())
        }
    }

    fn lost(&self, status: Status, reason: &str) {
        turns::server_died();
        self.waker.end();
        let reason = match reason {
            "" => "the JACK server has shut down",
            reason => reason,
        };
        self.listeners.tell_counted();
        self.listeners.notify(|n| n.lost(status, reason));
    }
}

/// The context of a callback.
///
/// # Safety
/// `argument` is what [`Context::install`] passed to libjack, and the client is not closed.
unsafe fn context<'a>(argument: *mut c_void) -> &'a Context {
    // SAFETY: promised by the caller.
    unsafe { &*argument.cast::<Context>() }
}

unsafe extern "C-unwind" fn on_process(frames: u32, argument: *mut c_void) -> c_int {
    extern "C" fn call(context: &Context, frames: u32) {
        context.run_cycle(frames);
    }
    // SAFETY: libjack passes on what `install` gave it.
    in_handler!(call(unsafe { context(argument) }, frames));
    0
}

impl Context {
    /// # Real-time contract
    /// Audio thread only; wait-free; no allocation, free, system call or log, unless the handler panics.
    fn run_cycle(&self, frames: u32) {
        self.parts.with(|parts, count| {
            let mut cycle = Cycle {
                library: self.library,
                number: self.number,
                client: self.client,
                frames,
                count,
                may_block: self.freewheels.load(Ordering::Relaxed),
                told: None,
                waits: &self.waits,
            };
            cycle.ask_times();
            // Frames do not follow the clock while the server freewheels.
            let times = cycle.told.filter(|_| !cycle.may_block);
            let times = times.map(|times| (times.frame, times.start_us));
            if self.last_cycle.is_again(times) {
                return; // The buffers hold what will be heard.
            }
            parts.take(&mut cycle);
            let verdict = self.process.with(|process, _| {
                let verdict = process
                    .call(|handler| handler(&mut cycle))?
                    .unwrap_or(Verdict::Failed);
                process.has_ended |= verdict != Verdict::GoOn;
                Some(verdict)
            });
            let has_failed = verdict.flatten() == Some(Verdict::Failed);
            if has_failed {
                parts.discard(&mut cycle);
            }
            parts.give(&mut cycle);
            parts.finish(&mut cycle);
            self.waker.cycle_has_run(frames);
            if has_failed {
                self.listeners.count_failure();
            }
        });
    }
}

pub(super) unsafe extern "C-unwind" fn on_sync(
    state: c_int,
    position: *mut RawPosition,
    argument: *mut c_void,
) -> c_int {
    extern "C" fn call(context: &Context, state: c_int, position: &RawPosition) -> bool {
        let (state, position) = (TransportState::from_code(state), position.get());
        let ask =
            |sync: &mut Called<SyncHandler>, _| sync.call(|handler| handler(state, &position));
        match context.sync.with(ask) {
            None => false, // It runs already. The server asks again.
            Some(None) => true,
            Some(Some(Ok(ready))) => ready,
            Some(Some(Err(_))) => {
                context.listeners.count_failure();
                true
            }
        }
    }
    if argument.is_null() {
        return 1; // libjack has stored the function, and not yet its argument.
    }
    // SAFETY: libjack passes on what it was given with this function, and a position.
    let ready = in_handler!(unsafe { call(context(argument), state, &*position) });
    ready.into()
}

pub(super) unsafe extern "C-unwind" fn on_timebase(
    state: c_int,
    frames: u32,
    position: *mut RawPosition,
    is_new: c_int,
    argument: *mut c_void,
) {
    extern "C" fn call(context: &Context, query: &TimebaseQuery, raw: &mut RawPosition) {
        let before = raw.get();
        let mut position = before;
        let fill = |timebase: &mut Called<TimebaseHandler>, _| {
            timebase.call(|handler| handler(*query, &mut position))
        };
        match context.timebase.with(fill).flatten() {
            Some(Ok(())) => {
                // A timebase describes the position, it does not move it.
                position.frame = before.frame;
                raw.set(&position);
            }
            Some(Err(_)) => context.listeners.count_failure(),
            None => {}
        }
    }
    if argument.is_null() {
        return; // As in `on_sync`.
    }
    let query = TimebaseQuery {
        state: TransportState::from_code(state),
        frames,
        is_new: is_new != 0,
    };
    // SAFETY: libjack passes on what it was given with this function, and a position that is ours during the call.
    in_handler!(unsafe { call(context(argument), &query, &mut *position) });
}

/// Declares what libjack calls for a method of [`Notifications`].
macro_rules! callback {
    ($name:ident($($argument:ident: $type:ty),*) $(-> $result:ident)?, $call:expr) => {
        unsafe extern "C-unwind" fn $name(
            $($argument: $type,)*
            argument: *mut c_void,
        ) $(-> $result)? {
            extern "C" fn call(context: &Context, $($argument: $type),*) {
                let call: fn(&Context, $($type),*) = $call;
                call(context, $($argument),*);
            }
            // SAFETY: libjack passes on what `install` gave it.
            in_handler!(call(unsafe { context(argument) }, $($argument),*));
            $(0 as $result)?
        }
    };
}

callback!(on_period(frames: u32) -> c_int, |context, frames| context.listeners.notify(|n| n.period(frames)));
callback!(on_rate(hz: u32) -> c_int, |context, hz| context.listeners.notify(|n| n.rate(hz)));
callback!(on_xrun() -> c_int, |context| {
    // SAFETY: the client is open while it is called.
    let delay_us = unsafe { (context.library.get_xrun_delayed_usecs)(context.client.as_ptr()) };
    context.listeners.count_xrun(delay_us);
});
callback!(on_graph_order() -> c_int, |context| context.listeners.notify(|n| n.graph_order()));
callback!(on_connect(source: u32, destination: u32, on: c_int), |context, source, destination, on| {
    context.listeners.notify(|n| n.ports_connected(PortId::told(source), PortId::told(destination), on != 0));
});
callback!(on_registration(port: u32, on: c_int), |context, port, on| {
    let name = context.name_of(port);
    context.listeners.notify(|n| n.port_registered(PortId::told(port), name.as_deref(), on != 0));
});
callback!(on_rename(port: u32, old: *const c_char, new: *const c_char), |context, port, old, new| {
    let (old, new) = (text(old), text(new));
    context.listeners.notify(|n| n.port_renamed(PortId::told(port), &old, &new));
});
callback!(on_client(name: *const c_char, on: c_int), |context, name, on| {
    let name = text(name);
    context.listeners.notify(|n| n.client_registered(&name, on != 0));
});
callback!(on_property(subject: u64, key: *const c_char, change: c_int), |context, subject, key, change| {
    let change = PropertyChange::new(Uuid(subject), &text(key), change);
    context.listeners.notify(|n| n.property_changed(&change));
});
callback!(on_freewheel(on: c_int), |context, on| {
    context.freewheels.store(on != 0, Ordering::Relaxed);
    context.listeners.notify(|n| n.freewheel(on != 0));
});
callback!(on_latency(mode: c_int), |context, mode| {
    let mode = match mode {
        0 => LatencyMode::Capture,
        _ => LatencyMode::Playback,
    };
    if !context.library.sets_latencies_elsewhere() {
        // SAFETY: this is the callback.
        unsafe { context.apply_latencies(mode) };
    }
    context.listeners.notify(|n| n.latency(mode));
});
callback!(on_shutdown(), |context| context.lost(Status::default(), ""));
callback!(on_info_shutdown(code: c_int, reason: *const c_char), |context, code, reason| {
    context.lost(Status(code), &text(reason));
});

/// A copy of what libjack passes to a callback.
fn text(given: *const c_char) -> String {
    // SAFETY: libjack passes a string that ends with NUL and is valid during the call, or null.
    unsafe { copied(given) }
}
