//! Metadata: properties of clients and ports, which the server keeps.

use super::super::fault::Checked;
use super::super::guard::{Caller, guard};
use super::super::handles::{self, Handle, ReservedHandle};
use super::super::status::amio_status;
use super::answers::{ask, ask_with, tell};
use super::client::amio_jack_client;
use super::names::no_such_index;
use crate::jack::{self, Property, Uuid, keys};
use std::ffi::{CString, c_char};
use std::sync::Arc;

/// A name for people, in place of the technical one.
pub const AMIO_JACK_KEY_PRETTY_NAME: &str = "http://jackaudio.org/metadata/pretty-name";
/// Where a port stands among those of its client: a decimal number. Lower numbers come first.
pub const AMIO_JACK_KEY_ORDER: &str = "http://jackaudio.org/metadata/order";
/// The name of the group that a port belongs to, for instance of one stereo signal.
pub const AMIO_JACK_KEY_PORT_GROUP: &str = "http://jackaudio.org/metadata/port-group";
/// A small icon, at most 32 pixels high and wide, as a PNG in base 64.
pub const AMIO_JACK_KEY_ICON_SMALL: &str = "http://jackaudio.org/metadata/icon-small";
/// A large icon, at most 128 pixels high and wide, as a PNG in base 64.
pub const AMIO_JACK_KEY_ICON_LARGE: &str = "http://jackaudio.org/metadata/icon-large";
/// The name of an icon of the user's theme.
pub const AMIO_JACK_KEY_ICON_NAME: &str = "http://jackaudio.org/metadata/icon-name";
/// What a port of a device is plugged into.
pub const AMIO_JACK_KEY_CONNECTED: &str = "http://jackaudio.org/metadata/connected";
/// The name of a device's port as its maker writes it on the device.
pub const AMIO_JACK_KEY_HARDWARE: &str = "http://jackaudio.org/metadata/hardware";
/// What kind of audio a port carries: "AUDIO" or "CV" (control voltage).
pub const AMIO_JACK_KEY_SIGNAL_TYPE: &str = "http://jackaudio.org/metadata/signal-type";
/// Which events a MIDI port carries: "MIDI" or "OSC", joined by commas.
pub const AMIO_JACK_KEY_EVENT_TYPES: &str = "http://jackaudio.org/metadata/event-types";

/// The keys are those of the crate.
const _: () = {
    assert!(equal(AMIO_JACK_KEY_PRETTY_NAME, keys::PRETTY_NAME));
    assert!(equal(AMIO_JACK_KEY_ORDER, keys::ORDER));
    assert!(equal(AMIO_JACK_KEY_PORT_GROUP, keys::PORT_GROUP));
    assert!(equal(AMIO_JACK_KEY_ICON_SMALL, keys::ICON_SMALL));
    assert!(equal(AMIO_JACK_KEY_ICON_LARGE, keys::ICON_LARGE));
    assert!(equal(AMIO_JACK_KEY_ICON_NAME, keys::ICON_NAME));
    assert!(equal(AMIO_JACK_KEY_CONNECTED, keys::CONNECTED));
    assert!(equal(AMIO_JACK_KEY_HARDWARE, keys::HARDWARE));
    assert!(equal(AMIO_JACK_KEY_SIGNAL_TYPE, keys::SIGNAL_TYPE));
    assert!(equal(AMIO_JACK_KEY_EVENT_TYPES, keys::EVENT_TYPES));
};

const fn equal(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

/// A list of properties, which does not change.
pub struct amio_jack_properties {
    _opaque: [u8; 0],
}

/// A property and whose it is, with texts that C can read.
pub(in crate::capi) struct ListedProperty {
    subject: u64,
    key: CString,
    value: CString,
    kind: CString,
}

impl Handle for amio_jack_properties {
    type Target = Arc<Vec<ListedProperty>>;
    const NAME: &'static str = "a list of JACK properties";
}

/// The longest value of a property that is read, without its end: an icon, for instance.
const MAX_VALUE_BYTES: usize = 1 << 20;

/// Sets a property of a client or a port, by its UUID, also one that is there. `key` is a URI, for instance one of
/// AMIO_JACK_KEY_*. `type` is a MIME type or a URI; NULL or an empty text: plain text.
///
/// Thread: any but the audio thread; waits for the server.
/// Units: `value` has up to 2^20 bytes.
/// Ownership: the texts are borrowed for the call.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (a text that is too long or
/// not UTF-8); AMIO_ERROR_INVALID_STATE (closed, or in a function that JACK calls); AMIO_ERROR_DRIVER (the server, or
/// its data base, refuses it).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_client_set_property(
    client: *mut amio_jack_client,
    subject: u64,
    key: *const c_char,
    value: *const c_char,
    r#type: *const c_char,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let client = handles::get("client", client)?;
        let property = Property {
            key: caller.text("key", key)?.to_owned(),
            value: caller
                .long_text("value", value, MAX_VALUE_BYTES)?
                .to_owned(),
            kind: caller
                .optional_text("type", r#type)?
                .unwrap_or_default()
                .to_owned(),
        };
        Ok(client.set_property(Uuid(subject), &property)?)
    })
}

/// Removes a property of a client or a port, by its UUID. PipeWire's library of version 0.3.65 keeps it, and returns
/// AMIO_OK.
///
/// Thread: any but the audio thread; waits for the server.
/// Ownership: `key` is borrowed for the call.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (not UTF-8);
/// AMIO_ERROR_INVALID_STATE (closed, or in a function that JACK calls); AMIO_ERROR_DRIVER (there is no such property).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_client_remove_property(
    client: *mut amio_jack_client,
    subject: u64,
    key: *const c_char,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    unsafe {
        ask_with(("client", client), [("key", key)], |client, [key]| {
            client.remove_property(Uuid(subject), key)
        })
    }
}

/// Removes all properties of a client or a port, by its UUID, and returns how many there were. PipeWire: as
/// amio_jack_client_remove_property().
///
/// Thread: any but the audio thread; waits for the server.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (closed, or in a function that
/// JACK calls); AMIO_ERROR_DRIVER (the server, or its data base, refuses it).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_client_remove_properties(
    client: *mut amio_jack_client,
    subject: u64,
    out_count: *mut u32,
) -> amio_status {
    let out = ("out_count", out_count);
    // SAFETY: the pointers come from a C caller.
    unsafe {
        tell(("client", client), out, |client| {
            client.remove_properties(Uuid(subject))
        })
    }
}

/// Removes all properties of all clients and ports.
///
/// Thread: any but the audio thread; waits for the server.
/// Errors: as amio_jack_client_remove_properties().
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_jack_client_remove_all_properties(
    client: *mut amio_jack_client,
) -> amio_status {
    ask("client", client, |client| client.remove_all_properties())
}

/// Lists the properties of a client or a port, by its UUID; with `subject` 0, those of all clients and ports. It needs no
/// client of its own, but libjack reads metadata only while this process has any client.
///
/// Thread: any but the audio thread; waits for its turn (see "Threads").
/// Ownership: release the list with amio_jack_properties_free().
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_DRIVER_UNAVAILABLE (libjack is not installed); AMIO_ERROR_INVALID_STATE
/// (this process has no open client, or in a function that JACK calls); AMIO_ERROR_DRIVER (the data base cannot be
/// read); AMIO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_get_properties(
    subject: u64,
    out_properties: *mut *mut amio_jack_properties,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let out = caller.out("out_properties", out_properties)?;
        let place = ReservedHandle::take()?;
        out.set(place.fill(Arc::new(read(subject)?)));
        Ok(())
    })
}

fn read(subject: u64) -> Checked<Vec<ListedProperty>> {
    let all = match subject {
        0 => jack::all_properties()?,
        _ => vec![(Uuid(subject), jack::properties(Uuid(subject))?)],
    };
    // Texts of libjack contain no NUL.
    let text = |text: String| CString::new(text).unwrap_or_default();
    let listed = all.into_iter().flat_map(|(subject, properties)| {
        properties.into_iter().map(move |property| ListedProperty {
            subject: subject.0,
            key: text(property.key),
            value: text(property.value),
            kind: text(property.kind),
        })
    });
    Ok(listed.collect())
}

/// Returns how many properties a list has.
///
/// Thread: any but the audio thread.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_properties_count(
    properties: *mut amio_jack_properties,
    out_count: *mut usize,
) -> amio_status {
    let out = ("out_count", out_count);
    // SAFETY: the pointers come from a C caller.
    unsafe {
        tell(("properties", properties), out, |properties| {
            Ok(properties.len())
        })
    }
}

/// Returns a property of a list, counted from 0: whose it is, its key, its value, and its type, which is empty for plain
/// text.
///
/// Thread: any but the audio thread.
/// Ownership: the texts belong to the list, and are valid until amio_jack_properties_free(). They are never NULL.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (the list is not so long).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_jack_properties_get(
    properties: *mut amio_jack_properties,
    index: usize,
    out_subject: *mut u64,
    out_key: *mut *const c_char,
    out_value: *mut *const c_char,
    out_type: *mut *const c_char,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let properties = handles::get("properties", properties)?;
        let subject = caller.out("out_subject", out_subject)?;
        let key = caller.out("out_key", out_key)?;
        let value = caller.out("out_value", out_value)?;
        let kind = caller.out("out_type", out_type)?;
        let property = properties
            .get(index)
            .ok_or_else(|| no_such_index(index, properties.len()))?;
        subject.set(property.subject);
        key.set(property.key.as_ptr());
        value.set(property.value.as_ptr());
        kind.set(property.kind.as_ptr());
        Ok(())
    })
}

/// Frees a list of properties. NULL does nothing.
///
/// Thread: any but the audio thread.
/// Errors: AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_jack_properties_free(
    properties: *mut amio_jack_properties,
) -> amio_status {
    guard(|| {
        drop(handles::release("properties", properties)?);
        Ok(())
    })
}
