//! The table of libjack's functions, loaded once and kept for good: libjack runs threads of its
//! own, so it is never unloaded.
#![allow(unsafe_code, reason = "foreign functions, looked up by name")]

use super::port_info::LatencyRange;
use super::position::RawPosition;
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
pub(super) struct RawLatencyRange {
    min: u32,
    max: u32,
}

impl RawLatencyRange {
    pub fn new(range: LatencyRange) -> RawLatencyRange {
        RawLatencyRange {
            min: range.min_frames,
            max: range.max_frames,
        }
    }

    pub fn get(self) -> LatencyRange {
        LatencyRange {
            min_frames: self.min,
            max_frames: self.max,
        }
    }
}

/// `jack_midi_event_t`.
#[repr(C)]
pub(super) struct RawMidiEvent {
    pub frame: u32,
    pub size: usize,
    pub bytes: *const u8,
}

impl RawMidiEvent {
    /// To be filled.
    pub const NONE: RawMidiEvent = RawMidiEvent {
        frame: 0,
        size: 0,
        bytes: std::ptr::null(),
    };
}

/// `jack_description_t`: the properties of one subject.
#[repr(C)]
pub(super) struct RawDescription {
    pub subject: u64,
    pub count: u32,
    pub properties: *const RawProperty,
    pub size: u32,
}

/// `jack_property_t`.
#[repr(C)]
pub(super) struct RawProperty {
    pub key: *const c_char,
    pub value: *const c_char,
    pub kind: *const c_char,
}

/// Receives a line that libjack would print.
pub(super) type MessageCallback = unsafe extern "C-unwind" fn(*const c_char);

type VersionString = unsafe extern "C" fn() -> *const c_char;
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
type RenameCallback = unsafe extern "C-unwind" fn(u32, *const c_char, *const c_char, Argument);
type ClientCallback = unsafe extern "C-unwind" fn(*const c_char, c_int, Argument);
type PropertyCallback = unsafe extern "C-unwind" fn(u64, *const c_char, c_int, Argument);
type SyncCallback = unsafe extern "C-unwind" fn(c_int, *mut RawPosition, Argument) -> c_int;
type TimebaseCallback = unsafe extern "C-unwind" fn(c_int, u32, *mut RawPosition, c_int, Argument);
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
            /// Whether it is PipeWire's, not jackd's.
            pub is_pipewires: bool,
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
                    let version: VersionString = *file.get(b"jack_get_version_string\0")?;
                    Ok(Library {
                        is_pipewires: CStr::from_ptr(version()).to_string_lossy().contains("PipeWire"),
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
    fn get_version(*mut c_int, *mut c_int, *mut c_int, *mut c_int);
    fn get_version_string() -> *const c_char;
    fn free(*mut c_void);
    fn set_error_function(Option<MessageCallback>);
    fn set_info_function(Option<MessageCallback>);

    // Clients.
    fn client_name_size() -> c_int;
    fn client_close(*mut RawClient) -> c_int;
    fn get_client_name(*mut RawClient) -> *const c_char;
    fn client_get_uuid(*mut RawClient) -> *mut c_char;
    fn get_uuid_for_client_name(*mut RawClient, *const c_char) -> *mut c_char;
    fn get_client_name_by_uuid(*mut RawClient, *const c_char) -> *mut c_char;
    fn get_client_pid(*const c_char) -> c_int;
    fn client_thread_id(*mut RawClient) -> c_ulong;
    fn is_realtime(*mut RawClient) -> c_int;
    fn activate(*mut RawClient) -> c_int;
    fn deactivate(*mut RawClient) -> c_int;
    fn recompute_total_latencies(*mut RawClient) -> c_int;
    fn get_sample_rate(*mut RawClient) -> u32;
    fn get_buffer_size(*mut RawClient) -> u32;
    fn set_buffer_size(*mut RawClient, u32) -> c_int;
    fn set_freewheel(*mut RawClient, c_int) -> c_int;
    fn cpu_load(*mut RawClient) -> c_float;
    fn get_max_delayed_usecs(*mut RawClient) -> c_float;
    fn get_xrun_delayed_usecs(*mut RawClient) -> c_float;
    fn reset_max_delayed_usecs(*mut RawClient);

    // Time.
    fn get_time() -> u64;
    fn get_cycle_times(*const RawClient, *mut u32, *mut u64, *mut u64, *mut c_float) -> c_int;
    fn last_frame_time(*const RawClient) -> u32;
    fn frame_time(*const RawClient) -> u32;
    fn frames_since_cycle_start(*const RawClient) -> u32;
    fn frames_to_time(*const RawClient, u32) -> u64;
    fn time_to_frames(*const RawClient, u64) -> u32;

    // Callbacks.
    fn set_process_callback(*mut RawClient, ProcessCallback, Argument) -> c_int;
    fn set_buffer_size_callback(*mut RawClient, FramesCallback, Argument) -> c_int;
    fn set_sample_rate_callback(*mut RawClient, FramesCallback, Argument) -> c_int;
    fn set_xrun_callback(*mut RawClient, EventCallback, Argument) -> c_int;
    fn set_graph_order_callback(*mut RawClient, EventCallback, Argument) -> c_int;
    fn set_freewheel_callback(*mut RawClient, FreewheelCallback, Argument) -> c_int;
    fn set_latency_callback(*mut RawClient, LatencyCallback, Argument) -> c_int;
    fn set_port_connect_callback(*mut RawClient, ConnectCallback, Argument) -> c_int;
    fn set_port_registration_callback(*mut RawClient, RegistrationCallback, Argument) -> c_int;
    fn set_port_rename_callback(*mut RawClient, RenameCallback, Argument) -> c_int;
    fn set_client_registration_callback(*mut RawClient, ClientCallback, Argument) -> c_int;
    fn set_property_change_callback(*mut RawClient, PropertyCallback, Argument) -> c_int;
    fn on_shutdown(*mut RawClient, ShutdownCallback, Argument);
    fn on_info_shutdown(*mut RawClient, InfoShutdownCallback, Argument);

    // Ports.
    fn port_name_size() -> c_int;
    fn port_register(*mut RawClient, *const c_char, *const c_char, c_ulong, c_ulong) -> *mut RawPort;
    fn port_unregister(*mut RawClient, *mut RawPort) -> c_int;
    fn port_rename(*mut RawClient, *mut RawPort, *const c_char) -> c_int;
    fn port_by_name(*mut RawClient, *const c_char) -> *mut RawPort;
    fn port_by_id(*mut RawClient, u32) -> *mut RawPort;
    fn port_is_mine(*const RawClient, *const RawPort) -> c_int;
    fn port_name(*const RawPort) -> *const c_char;
    fn port_type(*const RawPort) -> *const c_char;
    fn port_flags(*const RawPort) -> c_int;
    fn port_uuid(*const RawPort) -> u64;
    fn port_set_alias(*mut RawPort, *const c_char) -> c_int;
    fn port_unset_alias(*mut RawPort, *const c_char) -> c_int;
    fn port_get_aliases(*const RawPort, *const *mut c_char) -> c_int;
    fn port_request_monitor(*mut RawPort, c_int) -> c_int;
    fn port_monitoring_input(*mut RawPort) -> c_int;
    fn port_get_buffer(*mut RawPort, u32) -> *mut c_void;
    fn port_get_connections(*const RawPort) -> Names;
    fn port_get_all_connections(*const RawClient, *const RawPort) -> Names;
    fn port_get_latency_range(*mut RawPort, c_int, *mut RawLatencyRange);
    fn port_set_latency_range(*mut RawPort, c_int, *mut RawLatencyRange);
    fn get_ports(*mut RawClient, *const c_char, *const c_char, c_ulong) -> Names;
    fn connect(*mut RawClient, *const c_char, *const c_char) -> c_int;
    fn disconnect(*mut RawClient, *const c_char, *const c_char) -> c_int;
    fn port_disconnect(*mut RawClient, *mut RawPort) -> c_int;

    // MIDI.
    fn midi_get_event_count(*mut c_void) -> u32;
    fn midi_event_get(*mut RawMidiEvent, *mut c_void, u32) -> c_int;
    fn midi_clear_buffer(*mut c_void);
    fn midi_max_event_size(*mut c_void) -> usize;
    fn midi_event_reserve(*mut c_void, u32, usize) -> *mut u8;
    fn midi_get_lost_event_count(*mut c_void) -> u32;

    // Transport.
    fn transport_start(*mut RawClient);
    fn transport_stop(*mut RawClient);
    fn transport_locate(*mut RawClient, u32) -> c_int;
    fn transport_query(*const RawClient, *mut RawPosition) -> c_int;
    fn transport_reposition(*mut RawClient, *const RawPosition) -> c_int;
    fn get_current_transport_frame(*const RawClient) -> u32;
    fn set_sync_callback(*mut RawClient, Option<SyncCallback>, Argument) -> c_int;
    fn set_sync_timeout(*mut RawClient, u64) -> c_int;
    fn set_timebase_callback(*mut RawClient, c_int, TimebaseCallback, Argument) -> c_int;
    fn release_timebase(*mut RawClient) -> c_int;

    // Metadata.
    fn set_property(*mut RawClient, u64, *const c_char, *const c_char, *const c_char) -> c_int;
    fn get_property(u64, *const c_char, *mut *mut c_char, *mut *mut c_char) -> c_int;
    fn get_properties(u64, *mut RawDescription) -> c_int;
    fn get_all_properties(*mut *mut RawDescription) -> c_int;
    fn free_description(*mut RawDescription, c_int);
    fn remove_property(*mut RawClient, u64, *const c_char) -> c_int;
    fn remove_properties(*mut RawClient, u64) -> c_int;
    fn remove_all_properties(*mut RawClient) -> c_int;
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
        !self.is_pipewires
    }

    /// Whether latencies of ports are set on a thread of the program, and not in libjack's callback. PipeWire's library holds
    /// a lock in that callback; to set a latency it may first tell what else it has to tell, and then waits for the lock.
    pub fn sets_latencies_elsewhere(&self) -> bool {
        self.is_pipewires
    }

    /// Whether the library sends the events of a MIDI buffer in another form, which takes more room: PipeWire's. It has as many
    /// bytes for it, and loses all events of the cycle if they are too few.
    pub fn rewrites_midi(&self) -> bool {
        self.is_pipewires
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
