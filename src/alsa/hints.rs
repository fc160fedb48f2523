//! The named PCMs of ALSA's configuration, as it is now. No PCM is opened.
#![allow(unsafe_code, reason = "calls of libasound")]

use super::failure::Failure;
use super::library::Library;
use super::messages::collected;
use super::terms::Direction;
use crate::error::Result;
use crate::sys::NoFork;
use std::ffi::{CStr, c_void};
use std::ptr;

/// What the configuration tells of a PCM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hint {
    pub name: String,
    /// For people; may be empty.
    pub description: String,
    /// `None`: both, as far as it is known.
    pub only: Option<Direction>,
}

/// All of all cards, and those that belong to none.
///
/// # Errors
/// [`crate::Error::DriverUnavailable`]; [`crate::Error::Driver`]: the configuration cannot be read.
pub(crate) fn hints() -> Result<Vec<Hint>> {
    let library = Library::get()?;
    let _whole = NoFork::begin();
    let (hints, _lines) = collected(library, || -> Result<Vec<Hint>> {
        let list = List::new(library)?;
        Ok(list.hints())
    });
    hints
}

/// A list that ends with null.
struct List {
    library: &'static Library,
    first: *mut *mut c_void,
}

impl List {
    fn new(library: &'static Library) -> Result<List> {
        const ALL_CARDS: i32 = -1;
        let mut first = ptr::null_mut();
        // SAFETY: the text and the place are valid for the call.
        let made = unsafe { (library.device_name_hint)(ALL_CARDS, c"pcm".as_ptr(), &mut first) };
        Failure::check("reading ALSA's configuration", made)?;
        Ok(List { library, first })
    }

    fn hints(&self) -> Vec<Hint> {
        let mut hints = Vec::new();
        // SAFETY: the list goes up to a null, and nothing beyond it is read.
        let all = (0..).map(|n| unsafe { *self.first.add(n) });
        for hint in all.take_while(|hint| !hint.is_null()) {
            let Some(name) = self.text(hint, c"NAME") else {
                continue;
            };
            let description = self.text(hint, c"DESC").unwrap_or_default();
            let only = match self.text(hint, c"IOID").as_deref() {
                Some("Output") => Some(Direction::Playback),
                Some("Input") => Some(Direction::Capture),
                _ => None,
            };
            hints.push(Hint {
                name,
                description: description.replace('\n', ", "),
                only,
            });
        }
        hints
    }

    fn text(&self, hint: *const c_void, key: &CStr) -> Option<String> {
        // SAFETY: the hint is of the list; what is returned is a text of ours, or null.
        unsafe {
            let raw = (self.library.device_name_get_hint)(hint, key.as_ptr());
            let text = (!raw.is_null()).then(|| CStr::from_ptr(raw).to_string_lossy().into_owned());
            libc::free(raw.cast());
            text
        }
    }
}

impl Drop for List {
    fn drop(&mut self) {
        // SAFETY: it is ours, and is not used again.
        unsafe { (self.library.device_name_free_hint)(self.first) };
    }
}
