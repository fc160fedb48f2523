//! What the server calls: libjack's callbacks, turned into calls of the handlers.
#![allow(unsafe_code, reason = "functions that libjack calls")]

use super::audio_port::ClientNumber;
use super::cycle::Cycle;
use super::failure::failure;
use super::handlers::{AudioHandler, Notifications, PortId};
use super::latency_mode::LatencyMode;
use super::library::{Library, RawClient};
use super::turns;
use crate::error::Result;
use crate::lock::RwLock;
use crate::sys::cancel;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::sync::Arc;

/// What libjack passes to the callbacks. It must live until the client is closed.
pub(super) struct Context {
    library: &'static Library,
    number: ClientNumber,
    client: NonNull<RawClient>,
    process: Arc<dyn AudioHandler>,
    /// `None` once nobody wants notifications any more.
    notifications: RwLock<Option<Arc<dyn Notifications>>>,
}

// SAFETY: the client may be used from any thread, and the handlers are `Send` and `Sync`.
unsafe impl Send for Context {}
// SAFETY: as above.
unsafe impl Sync for Context {}

impl Context {
    pub fn new(
        library: &'static Library,
        number: ClientNumber,
        client: NonNull<RawClient>,
        process: Arc<dyn AudioHandler>,
        notifications: Arc<dyn Notifications>,
    ) -> Context {
        Context {
            library,
            number,
            client,
            process,
            notifications: RwLock::new(Some(notifications)),
        }
    }

    /// From here on nobody is notified.
    pub fn end_notifications(&self) {
        let notifications = self.notifications.write().take();
        // After the lock is released: it may be the last owner of ports, and so of the client.
        drop(notifications);
    }

    /// Notifies, if somebody wants it.
    fn notify(&self, notify: impl FnOnce(&dyn Notifications)) {
        if let Some(notifications) = &*self.notifications.read() {
            notify(&**notifications);
        }
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
        self.notify(|notifications| notifications.lost(reason));
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
        context.process.process(&mut Cycle {
            library: context.library,
            number: context.number,
            client: context.client,
            frames,
            callback: PhantomData,
        });
    }
    let before = cancel::hold();
    // SAFETY: libjack passes on what `install` gave it.
    call(unsafe { context(argument) }, frames);
    cancel::release(before);
    0
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
            let before = cancel::hold();
            // SAFETY: libjack passes on what `install` gave it.
            call(unsafe { context(argument) }, $($argument),*);
            cancel::release(before);
            $(0 as $result)?
        }
    };
}

callback!(on_period(frames: u32) -> c_int, |context, frames| context.notify(|n| n.period(frames)));
callback!(on_rate(hz: u32) -> c_int, |context, hz| context.notify(|n| n.rate(hz)));
callback!(on_xrun() -> c_int, |context| context.notify(|n| n.xrun()));
callback!(on_graph_order() -> c_int, |context| context.notify(|n| n.graph_order()));
callback!(on_connect(source: u32, destination: u32, on: c_int), |context, source, destination, on| {
    context.notify(|n| n.ports_connected(PortId(source), PortId(destination), on != 0));
});
callback!(on_registration(port: u32, on: c_int), |context, port, on| {
    context.notify(|n| n.port_registered(PortId(port), on != 0));
});
callback!(on_freewheel(on: c_int), |context, on| context.notify(|n| n.freewheel(on != 0)));
callback!(on_latency(mode: c_int), |context, mode| {
    let mode = match mode {
        0 => LatencyMode::Capture,
        _ => LatencyMode::Playback,
    };
    context.notify(|n| n.latency(mode));
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
