//! What metadata is made of: subjects, keys and values.

use std::ffi::c_int;
use std::fmt;

/// The server's name of a client or a port, for metadata. It stays the same while names change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Uuid(pub u64);

impl fmt::Display for Uuid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// A value of a subject's metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// What is said: a URI, for instance one of [`keys`].
    pub key: String,
    /// What the value is.
    pub value: String,
    /// What type it is of: a MIME type or a URI; empty: text.
    pub kind: String,
}

/// Keys that programs agree on.
pub mod keys {
    /// A name for people, in place of the technical one.
    pub const PRETTY_NAME: &str = "http://jackaudio.org/metadata/pretty-name";
    /// Where a port stands among those of its client: a decimal number. Lower numbers come first.
    pub const ORDER: &str = "http://jackaudio.org/metadata/order";
    /// The name of the group that a port belongs to, for instance of one stereo signal.
    pub const PORT_GROUP: &str = "http://jackaudio.org/metadata/port-group";
    /// A small icon, at most 32 pixels high and wide, as a PNG in base 64.
    pub const ICON_SMALL: &str = "http://jackaudio.org/metadata/icon-small";
    /// A large icon, at most 128 pixels high and wide, as a PNG in base 64.
    pub const ICON_LARGE: &str = "http://jackaudio.org/metadata/icon-large";
    /// The name of an icon of the user's theme.
    pub const ICON_NAME: &str = "http://jackaudio.org/metadata/icon-name";
    /// What a port of a device is plugged into.
    pub const CONNECTED: &str = "http://jackaudio.org/metadata/connected";
    /// The name of a device's port as its maker writes it on the device.
    pub const HARDWARE: &str = "http://jackaudio.org/metadata/hardware";
    /// What kind of audio a port carries: `AUDIO` or `CV` (control voltage).
    pub const SIGNAL_TYPE: &str = "http://jackaudio.org/metadata/signal-type";
    /// Which events a MIDI port carries: `MIDI` or `OSC`, joined by commas.
    pub const EVENT_TYPES: &str = "http://jackaudio.org/metadata/event-types";
}

/// How metadata has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PropertyChange {
    /// Whose.
    pub subject: Uuid,
    /// Of this key; empty: of all keys.
    pub key: String,
    /// What happened.
    pub action: PropertyAction,
}

/// What happened to a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PropertyAction {
    /// It was set, and was not there before.
    Created,
    /// It has another value.
    Changed,
    /// It was removed.
    Deleted,
}

impl PropertyChange {
    pub(super) fn new(subject: Uuid, key: &str, code: c_int) -> PropertyChange {
        PropertyChange {
            subject,
            key: key.to_owned(),
            action: match code {
                0 => PropertyAction::Created,
                1 => PropertyAction::Changed,
                _ => PropertyAction::Deleted,
            },
        }
    }
}
