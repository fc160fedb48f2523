//! Finding ports by their full names.
#![allow(unsafe_code, reason = "calls of libjack")]

use super::connection::Open;
use super::failure::failure;
use super::library::RawPort;
use super::names::{c_string, copied, taken_list};
use crate::error::{Error, Result};
use std::ffi::{CStr, CString};
use std::ptr::{self, NonNull};

/// A name for libjack that must not be empty: jackd's library finds any port by an empty name, since the aliases of most
/// ports are empty.
///
/// # Errors
/// [`Error::InvalidArgument`]: it is empty, or contains NUL; `what` names the argument.
pub(super) fn name(what: &str, text: &str) -> Result<CString> {
    match text.is_empty() {
        true => Err(Error::InvalidArgument(format!("{what} is empty"))),
        false => c_string(what, text),
    }
}

/// # Errors
/// [`Error::InvalidArgument`]: there is no port of this name. As [`name`] and [`check_found`].
pub(super) fn find(client: &Open<'_>, full_name: &str) -> Result<NonNull<RawPort>> {
    let c_name = name("port name", full_name)?;
    // SAFETY: the client and the string are valid.
    let port = unsafe { (client.library.port_by_name)(client.raw(), c_name.as_ptr()) };
    let port = NonNull::new(port).ok_or_else(|| {
        Error::InvalidArgument(format!(
            "port name is {full_name:?}; the server has no port of this name"
        ))
    })?;
    check_found(client, full_name, port)?;
    Ok(port)
}

/// A full name that libjack is to look up itself. It need not be there.
///
/// # Errors
/// As [`name`] and [`check_found`].
pub(super) fn full_name(client: &Open<'_>, full_name: &str) -> Result<CString> {
    let c_name = name("port name", full_name)?;
    // SAFETY: the client and the string are valid.
    let port = unsafe { (client.library.port_by_name)(client.raw(), c_name.as_ptr()) };
    if let Some(port) = NonNull::new(port) {
        check_found(client, full_name, port)?;
    }
    Ok(c_name)
}

/// libjack finds a port by its aliases, too, even where another port has the name. On PipeWire, a port that was renamed
/// keeps its first name as an alias.
///
/// # Errors
/// [`Error::Driver`]: another port than that which libjack has found has this name.
fn check_found(client: &Open<'_>, full_name: &str, port: NonNull<RawPort>) -> Result<()> {
    // SAFETY: libjack has just returned the port.
    let found = unsafe { copied((client.library.port_name)(port.as_ptr())) };
    if found == full_name {
        return Ok(());
    }
    // SAFETY: the client is valid; null stands for all; the list was just returned by libjack.
    let all = unsafe {
        let names = (client.library.get_ports)(client.raw(), ptr::null(), ptr::null(), 0);
        taken_list(client.library, names)
    };
    match all.contains(&full_name.into()) {
        false => Ok(()),
        true => Err(failure(format!(
            "{full_name:?} is the name of one port, and an alias of {found:?}, which the JACK library takes instead; give one of them another name"
        ))),
    }
}

/// Whether another port of this client has a short name, or has it as an alias. PipeWire's library would take one for the
/// other, and later use memory of a port that is gone.
pub(super) fn is_taken(
    client: &Open<'_>,
    short_name: &CStr,
    by_other_than: *const RawPort,
) -> bool {
    // SAFETY: the client is valid; the string is libjack's.
    let own = unsafe { CStr::from_ptr((client.library.get_client_name)(client.raw())) };
    let full = [own.to_bytes(), b":", short_name.to_bytes()].concat();
    let Ok(full) = CString::new(full) else {
        return false;
    };
    // SAFETY: client and name are valid, and so is the port that is found.
    unsafe {
        let port = (client.library.port_by_name)(client.raw(), full.as_ptr()).cast_const();
        !port.is_null()
            && port != by_other_than
            && (client.library.port_is_mine)(client.raw(), port) != 0
    }
}

/// Whether a port got the short name that was asked for, or one that begins with it, since the server made it unique.
///
/// # Safety
/// The port is valid.
pub(super) unsafe fn has_short_name(
    client: &Open<'_>,
    port: *const RawPort,
    short_name: &str,
) -> bool {
    // SAFETY: promised by the caller; the string is libjack's.
    let kept = unsafe { copied((client.library.port_name)(port)) };
    let short = kept.split_once(':').map_or("", |(_, short)| short);
    short.starts_with(short_name)
}
