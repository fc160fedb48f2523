//! Clients: opening and closing them, and their names.

use super::super::callback::{self, UserData};
use super::super::fault::{Checked, Fault};
use super::super::guard::{Caller, guard};
use super::super::handles::{self, Handle, ReservedHandle};
use super::super::interface::amio_interface;
use super::super::sized::Versioned;
use super::super::status::amio_status;
use super::super::transport::boolean;
use super::answers::{ask, tell, tell_name, tell_of};
use crate::jack::{Client, ClientOptions, Sink, Status, Uuid};
use std::ffi::{CString, c_char, c_void};
use std::mem::offset_of;
use std::sync::Arc;

/// A client of a JACK server, or of PipeWire through its libjack: it has ports, connects ports of all clients, moves
/// the transport, keeps metadata, and is told what happens.
pub struct amio_jack_client {
    _opaque: [u8; 0],
}

impl Handle for amio_jack_client {
    type Target = Arc<Client>;
    const NAME: &'static str = "a JACK client";
}

/// How many bytes every name of a client or a port has room in, with the NUL at its end.
pub const AMIO_JACK_NAME_BYTES: usize = 640;

/// The client was not opened; the other bits say why.
pub const AMIO_JACK_STATUS_FAILURE: u32 = 0x1;
/// The options contain something that libjack does not know.
pub const AMIO_JACK_STATUS_INVALID_OPTION: u32 = 0x2;
/// The name was taken: the client has another one, or was refused if the exact name was asked for.
pub const AMIO_JACK_STATUS_NAME_NOT_UNIQUE: u32 = 0x4;
/// The server was started for this client.
pub const AMIO_JACK_STATUS_SERVER_STARTED: u32 = 0x8;
/// No server answers.
pub const AMIO_JACK_STATUS_SERVER_FAILED: u32 = 0x10;
/// The server answered with an error.
pub const AMIO_JACK_STATUS_SERVER_ERROR: u32 = 0x20;
/// There is no such client.
pub const AMIO_JACK_STATUS_NO_SUCH_CLIENT: u32 = 0x40;
/// A client inside the server could not be loaded.
pub const AMIO_JACK_STATUS_LOAD_FAILURE: u32 = 0x80;
/// The client could not be set up.
pub const AMIO_JACK_STATUS_INIT_FAILURE: u32 = 0x100;
/// The memory that is shared with the server cannot be used.
pub const AMIO_JACK_STATUS_SHM_FAILURE: u32 = 0x200;
/// The library and the server have different protocols.
pub const AMIO_JACK_STATUS_VERSION_ERROR: u32 = 0x400;
/// The server failed inside.
pub const AMIO_JACK_STATUS_BACKEND_ERROR: u32 = 0x800;
/// The server has expelled the client.
pub const AMIO_JACK_STATUS_CLIENT_ZOMBIE: u32 = 0x1000;

/// The bits are those of the crate.
const _: () = {
    assert!(AMIO_JACK_STATUS_FAILURE == Status::FAILURE.bits());
    assert!(AMIO_JACK_STATUS_INVALID_OPTION == Status::INVALID_OPTION.bits());
    assert!(AMIO_JACK_STATUS_NAME_NOT_UNIQUE == Status::NAME_NOT_UNIQUE.bits());
    assert!(AMIO_JACK_STATUS_SERVER_STARTED == Status::SERVER_STARTED.bits());
    assert!(AMIO_JACK_STATUS_SERVER_FAILED == Status::SERVER_FAILED.bits());
    assert!(AMIO_JACK_STATUS_SERVER_ERROR == Status::SERVER_ERROR.bits());
    assert!(AMIO_JACK_STATUS_NO_SUCH_CLIENT == Status::NO_SUCH_CLIENT.bits());
    assert!(AMIO_JACK_STATUS_LOAD_FAILURE == Status::LOAD_FAILURE.bits());
    assert!(AMIO_JACK_STATUS_INIT_FAILURE == Status::INIT_FAILURE.bits());
    assert!(AMIO_JACK_STATUS_SHM_FAILURE == Status::SHM_FAILURE.bits());
    assert!(AMIO_JACK_STATUS_VERSION_ERROR == Status::VERSION_ERROR.bits());
    assert!(AMIO_JACK_STATUS_BACKEND_ERROR == Status::BACKEND_ERROR.bits());
    assert!(AMIO_JACK_STATUS_CLIENT_ZOMBIE == Status::CLIENT_ZOMBIE.bits());
};

/// Called with each line that libjack would print, in UTF-8, without a line feed. It must return: see "Functions of
/// the program" at the head of this file. It must not call functions with this client: libjack may print in the
/// middle of one of them. `user_data` is what was passed with it.
pub type amio_jack_log =
    Option<unsafe extern "C-unwind" fn(user_data: *mut c_void, line: *const c_char)>;

/// How a client is opened. Set struct_size to sizeof(amio_jack_options) and everything else to 0, then what you want
/// different: 0 and NULL mean "default" everywhere.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct amio_jack_options {
    /// sizeof(amio_jack_options).
    pub struct_size: u32,
    /// 1: the client is refused if its name is taken. 0: it gets another name.
    pub exact_name: u32,
    /// 1: if no server runs, libjack may start the one of ~/.jackdrc, which takes a second or more. 0: it may not.
    pub start_server: u32,
    /// Must be 0.
    pub reserved: u32,
    /// Which server, UTF-8, up to 255 bytes. NULL: that of the environment variable JACK_DEFAULT_SERVER, or the
    /// default one.
    pub server_name: *const c_char,
    /// By which a session manager knows the client, UTF-8. NULL: it does not.
    pub session_id: *const c_char,
    /// Receives the lines of libjack, also those about other clients of this process, on any thread, until the client
    /// is closed: then no call of it runs any more. NULL: they are dropped.
    pub log: amio_jack_log,
    /// Handed to `log` as it is; may be NULL.
    pub log_user_data: *mut c_void,
}

// SAFETY: repr(C), the first field is its size, and it has integers, raw pointers and an optional function only.
unsafe impl Versioned for amio_jack_options {
    const NAME: &'static str = "amio_jack_options";
    const SMALLEST: usize = offset_of!(amio_jack_options, server_name);
}

/// Connects to a server. The client is inactive: it can have ports and look up those of others, but no cycles run yet.
///
/// `out_status`, which may be NULL, is written also if the call fails after it was checked: what the server
/// said, AMIO_JACK_STATUS_* bits. AMIO_JACK_STATUS_FAILURE is set exactly if the client was not opened.
///
/// Thread: any but the audio thread; waits for the server, and for its turn (see "Threads").
/// Ownership: the texts and the options are borrowed for the call; `log_user_data` is kept until the client is
/// closed. Release the client with amio_jack_client_free(). `options` may be NULL: all defaults.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_ARGUMENT (a name that is empty, too long, not UTF-8, or has a
/// colon; a field out of range); AMIO_ERROR_UNSUPPORTED (the struct is newer than the library);
/// AMIO_ERROR_DRIVER_UNAVAILABLE (libjack is not installed); AMIO_ERROR_NO_SERVER; AMIO_ERROR_DRIVER (the server
/// refuses the client); AMIO_ERROR_INVALID_STATE (in a function that JACK calls); AMIO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_client_open(
    name: *const c_char,
    options: *const amio_jack_options,
    out_status: *mut u32,
    out_client: *mut *mut amio_jack_client,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let mut status = Status::default();
        let opened = open(&caller, name, options, out_client, &mut status);
        let failed = match opened {
            Ok(()) => 0,
            Err(_) => AMIO_JACK_STATUS_FAILURE,
        };
        if !out_status.is_null() {
            let out = caller.out("out_status", out_status)?;
            out.set(status.bits() & !AMIO_JACK_STATUS_FAILURE | failed);
        }
        opened
    })
}

fn open(
    caller: &Caller,
    name: *const c_char,
    options: *const amio_jack_options,
    out_client: *mut *mut amio_jack_client,
    status: &mut Status,
) -> Checked {
    let name = caller.text("name", name)?;
    let options = match options.is_null() {
        true => ClientOptions::default(),
        false => read_options(caller, options)?,
    };
    let out = caller.out("out_client", out_client)?;
    let place = ReservedHandle::take()?;
    let client = Client::open_with_status(name, &options, status);
    let client = client.map_err(|e| Fault::renamed(e, &OPEN_NAMES))?;
    out.set(place.fill(Arc::new(client)));
    Ok(())
}

/// What the crate calls an argument, and what C calls it.
const OPEN_NAMES: [(&str, &str); 2] = [
    ("client_name", "name"),
    ("server_name", "options->server_name"),
];

fn read_options(caller: &Caller, options: *const amio_jack_options) -> Checked<ClientOptions> {
    let given = caller.read("options", options)?;
    let text = |what, pointer| -> Checked<Option<String>> {
        let text = caller.optional_text(what, pointer)?;
        Ok(text.map(str::to_owned))
    };
    if given.reserved != 0 {
        return Err(Fault::argument(format!(
            "options->reserved is {}; it must be 0",
            given.reserved
        )));
    }
    Ok(ClientOptions {
        exact_name: boolean("options->exact_name", given.exact_name)?,
        start_server: boolean("options->start_server", given.start_server)?,
        server_name: text("options->server_name", given.server_name)?,
        session_id: text("options->session_id", given.session_id)?,
        log: sink(given.log, given.log_user_data),
    })
}

fn sink(log: amio_jack_log, user_data: *mut c_void) -> Option<Sink> {
    let (log, user_data) = (log?, UserData::new(user_data));
    Some(Arc::new(move |line: &str| {
        let line = CString::new(line.replace('\0', "\u{fffd}")).unwrap_or_default();
        // SAFETY: the caller's function, with the caller's argument and a line that ends with NUL.
        callback::call("log", || unsafe { log(user_data.get(), line.as_ptr()) });
    }))
}

/// Closes the client: its ports and connections go, and its functions are no longer called. Calls that other threads
/// have begun end before. The handle stays valid: all other functions that take it, or one of its ports, then return
/// AMIO_ERROR_INVALID_STATE. A client that is closed already is left as it is.
///
/// Thread: any but the audio thread; waits for the server, and for its turn (see "Threads").
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (in a function that JACK
/// calls).
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_jack_client_close(client: *mut amio_jack_client) -> amio_status {
    ask("client", client, |client| client.close())
}

/// Closes the client as amio_jack_client_close() does, and makes the handle invalid. The handles of its ports and event
/// queues stay valid and are freed by themselves. NULL does nothing.
///
/// Thread: as amio_jack_client_close().
/// Errors: AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (in a function that JACK calls; the handle stays valid).
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_jack_client_free(client: *mut amio_jack_client) -> amio_status {
    guard(|| {
        if let Some(client) = handles::by_key::<amio_jack_client>(client.addr())
            && !client.is_lent()
        {
            client.close()?;
        }
        drop(handles::release("client", client)?);
        Ok(())
    })
}

/// Returns the client that an interface is on its JACK server. With it, the program looks up and connects ports, renames
/// those of the interface (amio_jack_client_rename_port()), gives them metadata, adds MIDI ports, follows
/// events, and moves JACK's transport. The interface runs and closes it: amio_jack_client_activate(),
/// _deactivate(), _close() and _set_process() return AMIO_ERROR_INVALID_STATE.
///
/// When the server is lost, or the interface is closed, its functions return AMIO_ERROR_INVALID_STATE. After
/// AMIO_EVENT_RECONNECTED the interface has another client, and ports that the program has added are to be added again.
/// The interface's own ports keep their names and connections.
///
/// Thread: any but the audio thread.
/// Ownership: release the client with amio_jack_client_free(), which does not close it.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (closed, or its driver is not
/// JACK); AMIO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_interface_jack_client(
    iface: *mut amio_interface,
    out_client: *mut *mut amio_jack_client,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let interface = handles::get("iface", iface)?;
        let out = caller.out("out_client", out_client)?;
        let handle = ReservedHandle::take()?;
        let client = interface.jack_client()?;
        out.set(handle.fill::<amio_jack_client>(Arc::new(client)));
        Ok(())
    })
}

/// Begins the cycles. From then on, the client's ports can be connected.
///
/// Thread: any but the audio thread; waits for the server, and for its turn (see "Threads").
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (closed, or in a function that
/// JACK calls); AMIO_ERROR_DRIVER (the server refuses it).
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_jack_client_activate(client: *mut amio_jack_client) -> amio_status {
    ask("client", client, |client| client.activate())
}

/// Ends the cycles, and all connections of the client's ports.
///
/// Thread, Errors: as amio_jack_client_activate().
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_jack_client_deactivate(client: *mut amio_jack_client) -> amio_status {
    ask("client", client, |client| client.deactivate())
}

/// Copies the name by which the server knows the client. It may differ from the one that was asked for.
///
/// Thread: any but the audio thread; waits for the server.
/// Units: `capacity_bytes` counts the NUL at the end of the text.
/// Ownership: `out_name` is the caller's; AMIO_JACK_NAME_BYTES are enough.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (closed, or in a function that
/// JACK calls); AMIO_ERROR_BUFFER_TOO_SMALL (the message says what is needed).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_client_name(
    client: *mut amio_jack_client,
    out_name: *mut c_char,
    capacity_bytes: usize,
) -> amio_status {
    let out = (out_name, capacity_bytes);
    // SAFETY: the pointers come from a C caller.
    unsafe { tell_name(("client", client), out, |client| Ok(client.name()?)) }
}

/// Returns the UUID of the client, the subject of its metadata; 0 where the server gives none.
///
/// Thread: any but the audio thread; waits for the server.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (closed, or in a function that
/// JACK calls).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_client_uuid(
    client: *mut amio_jack_client,
    out_uuid: *mut u64,
) -> amio_status {
    let uuid = |client: &Arc<Client>| Ok(number_of(client.uuid()?));
    // SAFETY: the pointers come from a C caller.
    unsafe { tell(("client", client), ("out_uuid", out_uuid), uuid) }
}

/// Returns the UUID of the client of this name, which may be any of the server's; 0 if there is none.
///
/// Thread: any but the audio thread; waits for the server.
/// Ownership: `name` is borrowed for the call.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (not UTF-8);
/// AMIO_ERROR_INVALID_STATE (closed, or in a function that JACK calls).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_client_uuid_of(
    client: *mut amio_jack_client,
    name: *const c_char,
    out_uuid: *mut u64,
) -> amio_status {
    let (name, out) = (("name", name), ("out_uuid", out_uuid));
    let uuid = |client: &Arc<Client>, name: &str| Ok(number_of(client.uuid_of(name)?));
    // SAFETY: the pointers come from a C caller.
    unsafe { tell_of(("client", client), name, out, uuid) }
}

/// Copies the name of the client with this UUID, which may be any of the server's; an empty text if there is none.
///
/// Thread, Units, Ownership, Errors: as amio_jack_client_name().
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_client_name_of(
    client: *mut amio_jack_client,
    uuid: u64,
    out_name: *mut c_char,
    capacity_bytes: usize,
) -> amio_status {
    let name = |client: &Arc<Client>| Ok(client.name_of(Uuid(uuid))?.unwrap_or_default());
    let out = (out_name, capacity_bytes);
    // SAFETY: the pointers come from a C caller.
    unsafe { tell_name(("client", client), out, name) }
}

fn number_of(uuid: Option<Uuid>) -> u64 {
    uuid.map_or(0, |uuid| uuid.0)
}
