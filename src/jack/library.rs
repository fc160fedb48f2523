//! The table of libjack's functions, loaded once and kept for good: libjack runs threads of its
//! own, so it is never unloaded.
#![allow(unsafe_code, reason = "foreign functions, looked up by name")]

use crate::error::{Error, Result};
use once_cell::race::OnceBox;
use std::ffi::{CStr, c_char, c_float, c_int, c_ulong, c_void};

const FILE: &str = "libjack.so.0";

/// A client, as libjack knows it.
#[repr(C)]
pub(super) struct RawClient {
    _opaque: [u8; 0],
}

/// A port, as libjack knows it.
#[repr(C)]
pub(super) struct RawPort {
    _opaque: [u8; 0],
}

/// `jack_latency_range_t`, in frames.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub(super) struct LatencyRange {
    pub min: u32,
    pub max: u32,
}

/// Receives a line that libjack would print.
pub(super) type MessageCallback = unsafe extern "C-unwind" fn(*const c_char);

type Argument = *mut c_void;
type Names = *mut *const c_char;
// libjack may end the thread that it calls us on by unwinding; see `cancel`.
type ProcessCallback = unsafe extern "C-unwind" fn(u32, Argument) -> c_int;
type FramesCallback = unsafe extern "C-unwind" fn(u32, Argument) -> c_int;
type EventCallback = unsafe extern "C-unwind" fn(Argument) -> c_int;
type FreewheelCallback = unsafe extern "C-unwind" fn(c_int, Argument);
type LatencyCallback = unsafe extern "C-unwind" fn(c_int, Argument);
type ConnectCallback = unsafe extern "C-unwind" fn(u32, u32, c_int, Argument);
type RegistrationCallback = unsafe extern "C-unwind" fn(u32, c_int, Argument);
type ShutdownCallback = unsafe extern "C-unwind" fn(Argument);
type InfoShutdownCallback = unsafe extern "C-unwind" fn(c_int, *const c_char, Argument);

/// Declares the table and its loader; `name` stands for the function `jack_name`.
macro_rules! library {
    ($(fn $name:ident($($argument:ty),*) $(-> $result:ty)?;)*) => {
        /// libjack's functions, without their prefix `jack_`.
        pub(super) struct Library {
            /// Variadic: the server's name follows when the options say so.
            pub client_open:
                unsafe extern "C" fn(*const c_char, c_int, *mut c_int, ...) -> *mut RawClient,
            $(pub $name: unsafe extern "C" fn($($argument),*) $(-> $result)?,)*
            error_callback: Option<Variable>,
            info_callback: Option<Variable>,
            _file: libloading::Library,
        }

        impl Library {
            fn load() -> std::result::Result<Library, libloading::Error> {
                // SAFETY: libjack has no initialisers that need anything of us, and each name is
                // declared here with the type it has in <jack/jack.h>.
                unsafe {
                    let file = libloading::Library::new(FILE)?;
                    Ok(Library {
                        client_open: *file.get(b"jack_client_open\0")?,
                        $($name: *file.get(concat!("jack_", stringify!($name), "\0").as_bytes())?,)*
                        error_callback: variable(&file, b"jack_error_callback\0"),
                        info_callback: variable(&file, b"jack_info_callback\0"),
                        _file: file,
                    })
                }
            }
        }
    };
}

library! {
    fn get_version_string() -> *const c_char;
    fn client_close(*mut RawClient) -> c_int;
    fn client_name_size() -> c_int;
    fn get_client_name(*mut RawClient) -> *const c_char;
    fn client_get_uuid(*mut RawClient) -> *mut c_char;
    fn get_client_name_by_uuid(*mut RawClient, *const c_char) -> *mut c_char;
    fn client_thread_id(*mut RawClient) -> c_ulong;
    fn is_realtime(*mut RawClient) -> c_int;
    fn activate(*mut RawClient) -> c_int;
    fn deactivate(*mut RawClient) -> c_int;
    fn recompute_total_latencies(*mut RawClient) -> c_int;
    fn get_sample_rate(*mut RawClient) -> u32;
    fn get_buffer_size(*mut RawClient) -> u32;
    fn get_time() -> u64;
    fn get_cycle_times(*const RawClient, *mut u32, *mut u64, *mut u64, *mut c_float) -> c_int;
    fn last_frame_time(*const RawClient) -> u32;
    fn set_process_callback(*mut RawClient, ProcessCallback, Argument) -> c_int;
    fn set_buffer_size_callback(*mut RawClient, FramesCallback, Argument) -> c_int;
    fn set_sample_rate_callback(*mut RawClient, FramesCallback, Argument) -> c_int;
    fn set_xrun_callback(*mut RawClient, EventCallback, Argument) -> c_int;
    fn set_graph_order_callback(*mut RawClient, EventCallback, Argument) -> c_int;
    fn set_freewheel_callback(*mut RawClient, FreewheelCallback, Argument) -> c_int;
    fn set_latency_callback(*mut RawClient, LatencyCallback, Argument) -> c_int;
    fn set_port_connect_callback(*mut RawClient, ConnectCallback, Argument) -> c_int;
    fn set_port_registration_callback(*mut RawClient, RegistrationCallback, Argument) -> c_int;
    fn on_shutdown(*mut RawClient, ShutdownCallback, Argument);
    fn on_info_shutdown(*mut RawClient, InfoShutdownCallback, Argument);
    fn set_error_function(Option<MessageCallback>);
    fn set_info_function(Option<MessageCallback>);
    fn port_register(*mut RawClient, *const c_char, *const c_char, c_ulong, c_ulong) -> *mut RawPort;
    fn port_by_name(*mut RawClient, *const c_char) -> *mut RawPort;
    fn port_name(*const RawPort) -> *const c_char;
    fn port_get_buffer(*mut RawPort, u32) -> *mut c_void;
    fn port_get_connections(*const RawPort) -> Names;
    fn port_get_latency_range(*mut RawPort, c_int, *mut LatencyRange);
    fn port_set_latency_range(*mut RawPort, c_int, *mut LatencyRange);
    fn get_ports(*mut RawClient, *const c_char, *const c_char, c_ulong) -> Names;
    fn connect(*mut RawClient, *const c_char, *const c_char) -> c_int;
    fn free(*mut c_void);
}

impl Library {
    /// The table; loaded by the first call that finds libjack installed.
    pub fn get() -> Result<&'static Library> {
        static LOADED: OnceBox<Library> = OnceBox::new();
        if let Some(library) = LOADED.get() {
            return Ok(library);
        }
        let library = Library::load().map_err(|reason| Error::DriverUnavailable {
            driver: "jack",
            reason: format!(
                "{FILE} cannot be loaded ({reason}); install the package libjack-jackd2-0 or \
                 pipewire-jack"
            ),
        })?;
        Ok(LOADED.get_or_init(|| Box::new(library)))
    }

    /// Whether all clients of this process have the same server: jackd's library, not PipeWire's.
    pub fn has_one_server(&self) -> bool {
        // SAFETY: takes nothing; returns a string that is never freed.
        let version = unsafe { CStr::from_ptr((self.get_version_string)()) };
        !version.to_string_lossy().contains("PipeWire")
    }

    /// Where libjack sends its lines now: errors, and other information.
    pub fn message_callbacks(&self) -> [Option<MessageCallback>; 2] {
        [&self.error_callback, &self.info_callback].map(|variable| {
            let variable = variable.as_ref()?;
            // SAFETY: the address of libjack's variable, which lives as long as libjack.
            unsafe { *variable.0 }
        })
    }
}

/// The address of a function pointer inside libjack.
struct Variable(*const Option<MessageCallback>);

// SAFETY: the address itself is constant; libjack reads and writes what is there without a lock.
unsafe impl Send for Variable {}
// SAFETY: as above.
unsafe impl Sync for Variable {}

/// # Safety
/// `name` is a variable of type "function that takes a line", if it exists.
unsafe fn variable(file: &libloading::Library, name: &[u8]) -> Option<Variable> {
    // SAFETY: promised by the caller.
    let symbol = unsafe { file.get::<*const Option<MessageCallback>>(name) };
    symbol.ok().map(|address| Variable(*address))
}
