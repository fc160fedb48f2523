//! How ALSA's configuration defines a PCM, and whether it can be opened for a look without disturbing anybody.
//!
//! Opening a PCM may connect to a server and even start it, share a card with others from then on, make a mixer control,
//! or write a file. So only types of which it is known that they do nothing of this are opened.
#![allow(unsafe_code, reason = "calls of libasound")]

use super::cards::check_free;
use super::library::{Library, RawConfig};
use super::messages::collected;
use super::terms::Direction;
use crate::sys::NoFork;
use std::ffi::{CStr, CString};
use std::ptr::{self, NonNull};

/// More PCMs on top of each other are a circle.
const MAX_DEPTH: u32 = 16;

/// Why a PCM is not to be opened.
type Verdict = Result<(), String>;

/// Whether the configuration defines a PCM on this machine. `pcm.default` is not, where there is no card.
pub(crate) fn is_defined(name: &str) -> bool {
    within(|configuration| configuration.definition(name).map(drop)).is_ok()
}

/// Whether opening a PCM disturbs nobody. Otherwise the error says why it may.
pub(crate) fn check_harmless(name: &str, direction: Direction) -> Verdict {
    within(|configuration| configuration.check_named(name, direction, MAX_DEPTH))
}

fn within(ask: impl FnOnce(&Configuration) -> Verdict) -> Verdict {
    let library = Library::get().map_err(|error| error.to_string())?;
    let _whole = NoFork::begin();
    let (verdict, _lines) = collected(library, || ask(&Configuration::now(library)?));
    verdict
}

/// ALSA's configuration as its files are now.
struct Configuration {
    library: &'static Library,
    top: NonNull<RawConfig>,
}

impl Configuration {
    fn now(library: &'static Library) -> Result<Configuration, String> {
        let mut top = ptr::null_mut();
        // SAFETY: the place is valid.
        unsafe { (library.config_update_ref)(&mut top) };
        let top = NonNull::new(top).ok_or("ALSA's configuration cannot be read")?;
        Ok(Configuration { library, top })
    }

    fn definition(&self, name: &str) -> Result<Definition, String> {
        let unknown = || format!("ALSA's configuration does not define {name:?}");
        let text = CString::new(name).map_err(|_| unknown())?;
        let mut raw = ptr::null_mut();
        // SAFETY: the configuration is ours, the texts and the place are valid.
        unsafe {
            let search = self.library.config_search_definition;
            search(self.top.as_ptr(), c"pcm".as_ptr(), text.as_ptr(), &mut raw);
        }
        let raw = NonNull::new(raw).ok_or_else(unknown)?;
        let library = self.library;
        Ok(Definition { library, raw })
    }

    fn check_named(&self, name: &str, direction: Direction, depth: u32) -> Verdict {
        if depth == 0 {
            return Err(format!("the definition of {name:?} is a circle"));
        }
        self.check(self.definition(name)?.node(), direction, depth - 1)
    }

    fn check(&self, node: Node, direction: Direction, depth: u32) -> Verdict {
        let kind = node.text(c"type").unwrap_or_default();
        let slave = match &*kind {
            "null" => return Ok(()),
            "hw" => return self.check_card(node, direction),
            "copy" | "empty" | "lfloat" | "linear" | "plug" | "rate" | "route" => c"slave.pcm",
            "asym" if direction == Direction::Playback => c"playback.pcm",
            "asym" => c"capture.pcm",
            _ => {
                return Err(format!(
                    "opening a PCM of the type {kind:?} may disturb others"
                ));
            }
        };
        let Some(below) = node.below(slave) else {
            return Err(format!("its definition has no {}", slave.to_string_lossy()));
        };
        match below.own_text() {
            Some(name) => self.check_named(&name, direction, depth),
            None if depth == 0 => Err("its definition is too deep".into()),
            None => self.check(below, direction, depth - 1),
        }
    }

    fn check_card(&self, node: Node, direction: Direction) -> Verdict {
        let card = node.text(c"card").ok_or("its definition has no card")?;
        let device = node.text(c"device").map_or(Ok(0), |device| device.parse());
        let device = device.map_err(|_| "its definition has no number of a device")?;
        check_free(self.library, &card, device, direction)
    }
}

impl Drop for Configuration {
    fn drop(&mut self) {
        // SAFETY: the reference is ours, and is not used again.
        unsafe { (self.library.config_unref)(self.top.as_ptr()) };
    }
}

/// A definition with its arguments filled in.
struct Definition {
    library: &'static Library,
    raw: NonNull<RawConfig>,
}

impl Definition {
    fn node(&self) -> Node<'_> {
        Node {
            definition: self,
            raw: self.raw,
        }
    }
}

impl Drop for Definition {
    fn drop(&mut self) {
        // SAFETY: it is a copy that is ours, and is not used again.
        unsafe { (self.library.config_delete)(self.raw.as_ptr()) };
    }
}

/// A part of a definition.
#[derive(Clone, Copy)]
struct Node<'d> {
    definition: &'d Definition,
    raw: NonNull<RawConfig>,
}

impl<'d> Node<'d> {
    fn below(self, key: &CStr) -> Option<Node<'d>> {
        let mut raw = ptr::null_mut();
        // SAFETY: the node is part of a definition that is there, the text and the place are valid.
        let found = unsafe {
            (self.definition.library.config_search)(self.raw.as_ptr(), key.as_ptr(), &mut raw)
        };
        let raw = NonNull::new(raw).filter(|_| found >= 0)?;
        Some(Node { raw, ..self })
    }

    fn text(self, key: &CStr) -> Option<String> {
        self.below(key)?.own_text()
    }

    /// `None`: it has parts.
    fn own_text(self) -> Option<String> {
        let mut raw = ptr::null_mut();
        // SAFETY: as above; the text is ours.
        unsafe {
            let got = (self.definition.library.config_get_ascii)(self.raw.as_ptr(), &mut raw);
            if got < 0 || raw.is_null() {
                return None;
            }
            let text = CStr::from_ptr(raw).to_string_lossy().into_owned();
            libc::free(raw.cast());
            Some(text)
        }
    }
}
