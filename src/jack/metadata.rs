//! Metadata: properties of clients and ports, which the server keeps.
#![allow(unsafe_code, reason = "calls of libjack")]

use super::client::Client;
use super::connection::Open;
use super::failure::failure;
use super::library::{Library, RawDescription};
use super::names::{c_string, copied, taken};
use super::property::{Property, Uuid};
use super::turns;
use crate::error::Result;
use std::ptr;
use std::slice;

/// Metadata of clients and ports, by their UUIDs; see [`keys`](super::keys) for the keys that programs agree on.
///
/// # Errors
/// Of all of these. [`Error::InvalidState`](crate::Error::InvalidState): the client is closed, or in a handler.
/// [`Error::InvalidArgument`](crate::Error::InvalidArgument): a key, value or type with NUL.
/// [`Error::Driver`](crate::Error::Driver): the server, or its data base, refuses it.
impl Client {
    /// Sets a property, also one that is there.
    pub fn set_property(&self, subject: Uuid, property: &Property) -> Result<()> {
        let client = self.enter()?;
        let key = c_string("key", &property.key)?;
        let value = c_string("value", &property.value)?;
        let kind = c_string("type", &property.kind)?;
        let kind = match kind.is_empty() {
            true => ptr::null(),
            false => kind.as_ptr(),
        };
        let _asking = client.ask()?;
        // SAFETY: the client and the strings are valid.
        let code = unsafe {
            let set = client.library.set_property;
            set(client.raw(), subject.0, key.as_ptr(), value.as_ptr(), kind)
        };
        client.check(|| format!("setting {} of {subject}", property.key), code)
    }

    /// A property; `None` if the subject does not have it.
    pub fn property(&self, subject: Uuid, key: &str) -> Result<Option<Property>> {
        let client = self.enter()?;
        let c_key = c_string("key", key)?;
        let _asking = client.ask()?;
        let (mut value, mut kind) = (ptr::null_mut(), ptr::null_mut());
        let get = client.library.get_property;
        // SAFETY: the key is valid; both variables are writable, and what they hold afterwards is ours to free.
        let (code, value, kind) = unsafe {
            let code = get(subject.0, c_key.as_ptr(), &mut value, &mut kind);
            (
                code,
                taken(client.library, value),
                taken(client.library, kind),
            )
        };
        let value = value.filter(|_| code == 0);
        Ok(value.map(|value| Property {
            key: key.to_owned(),
            value,
            kind: kind.unwrap_or_default(),
        }))
    }

    /// All properties of a subject.
    pub fn properties(&self, subject: Uuid) -> Result<Vec<Property>> {
        let client = self.enter()?;
        let _asking = client.ask()?;
        Ok(read(client.library, subject))
    }

    /// All properties of all subjects.
    pub fn all_properties(&self) -> Result<Vec<(Uuid, Vec<Property>)>> {
        let client = self.enter()?;
        let _asking = client.ask()?;
        read_all(client.library)
    }

    /// Removes a property. PipeWire's library of version 0.3.65 keeps it, and says nothing.
    pub fn remove_property(&self, subject: Uuid, key: &str) -> Result<()> {
        let client = self.enter()?;
        let c_key = c_string("key", key)?;
        let _asking = client.ask()?;
        // SAFETY: the client and the key are valid.
        let code =
            unsafe { (client.library.remove_property)(client.raw(), subject.0, c_key.as_ptr()) };
        client.check(|| format!("removing {key} of {subject}"), code)
    }

    /// Removes all properties of a subject. Returns how many there were. PipeWire: as [`Client::remove_property`].
    pub fn remove_properties(&self, subject: Uuid) -> Result<u32> {
        let client = self.enter()?;
        let _asking = client.ask()?;
        // SAFETY: the client is valid.
        let count = unsafe { (client.library.remove_properties)(client.raw(), subject.0) };
        removed(
            &client,
            || format!("removing the properties of {subject}"),
            count,
        )
    }

    /// Removes all properties of all subjects.
    pub fn remove_all_properties(&self) -> Result<()> {
        let client = self.enter()?;
        let _asking = client.ask()?;
        // SAFETY: the client is valid.
        let code = unsafe { (client.library.remove_all_properties)(client.raw()) };
        client.check(|| "removing all properties".into(), code)
    }
}

/// The properties of a subject, as [`Client::properties`], of no client in particular. libjack reads them only while
/// this process has any client.
///
/// # Errors
/// [`Error::InvalidState`](crate::Error::InvalidState): this process has no open client, or in a handler.
/// [`Error::DriverUnavailable`](crate::Error::DriverUnavailable): libjack is not installed.
pub fn properties(subject: Uuid) -> Result<Vec<Property>> {
    turns::while_clients_stay(|library| Ok(read(library, subject)))
}

/// All properties of all subjects, as [`Client::all_properties`]; otherwise as [`properties`].
///
/// # Errors
/// As [`properties`], and [`Error::Driver`](crate::Error::Driver): the data base cannot be read.
pub fn all_properties() -> Result<Vec<(Uuid, Vec<Property>)>> {
    turns::while_clients_stay(read_all)
}

fn read(library: &Library, subject: Uuid) -> Vec<Property> {
    let mut description = RawDescription {
        subject: 0,
        count: 0,
        properties: ptr::null(),
        size: 0,
    };
    // SAFETY: the description is writable.
    let count = unsafe { (library.get_properties)(subject.0, &mut description) };
    if count < 0 {
        return Vec::new(); // jackd knows no such subject.
    }
    // SAFETY: libjack has filled it; 0: the description itself is ours.
    unsafe {
        let properties = copied_properties(&description);
        (library.free_description)(&mut description, 0);
        properties
    }
}

fn read_all(library: &Library) -> Result<Vec<(Uuid, Vec<Property>)>> {
    let mut descriptions = ptr::null_mut();
    // SAFETY: the variable is writable.
    let count = unsafe { (library.get_all_properties)(&mut descriptions) };
    let Ok(count) = usize::try_from(count) else {
        return Err(failure(format!(
            "reading the metadata failed (code {count})"
        )));
    };
    if descriptions.is_null() {
        return Ok(Vec::new());
    }
    // SAFETY: libjack has returned an array of so many; it and what it holds are ours to free.
    Ok(unsafe {
        let mut all = Vec::new();
        for description in slice::from_raw_parts_mut(descriptions, count) {
            all.push((Uuid(description.subject), copied_properties(description)));
            (library.free_description)(description, 0);
        }
        (library.free)(descriptions.cast());
        all
    })
}

fn removed(client: &Open<'_>, what: impl FnOnce() -> String, count: i32) -> Result<u32> {
    match u32::try_from(count) {
        Ok(count) => Ok(count),
        Err(_) => client.check(what, count).map(|()| 0),
    }
}

/// # Safety
/// libjack has filled the description.
unsafe fn copied_properties(description: &RawDescription) -> Vec<Property> {
    if description.properties.is_null() {
        return Vec::new();
    }
    // SAFETY: promised by the caller; the strings are libjack's.
    unsafe {
        slice::from_raw_parts(description.properties, description.count as usize)
            .iter()
            .map(|property| Property {
                key: copied(property.key),
                value: copied(property.value),
                kind: copied(property.kind),
            })
            .collect()
    }
}
