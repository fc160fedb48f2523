//! A client of a JACK server, or of PipeWire, in safe Rust. libjack is opened at run time.
//!
//! A [`Client`] has ports ([`Client::register_audio_output`] and its like), looks up and connects those of others
//! ([`Client::find_ports`], [`Client::connect`]), moves the transport ([`Client::locate`]), keeps metadata
//! ([`Client::set_property`]), and tells what happens ([`Client::events`]).
//!
//! # The process handler
//!
//! [`Client::set_process`] has a function called in each cycle, with a [`Cycle`]: it reads the inputs and writes the
//! outputs. It is real-time code. The server waits for it in each cycle, so it must not allocate, free, lock,
//! wait, call the system, print, or panic; none of the methods of a cycle does. It uses [`AudioInput`],
//! [`AudioOutput`], [`MidiInput`] and [`MidiOutput`], which it owns. The methods of clients and ports are for other
//! threads: those that ask the server for something return an error in a handler.
//!
//! # Closing
//!
//! The client is closed when it is dropped, or by [`Client::close`]. Calls that other threads have begun end before, and
//! later ones return [`Error::InvalidState`](crate::Error::InvalidState), also those of its ports.

// Flow: `library` is the table of libjack's functions. A client and its ports share a `connection`, and make safe calls
// of these functions. `callbacks` turns what libjack calls into calls of the handlers, on the audio thread with a
// `Cycle`, and of `Notifications`. `messages` collects what libjack would print. Two modules keep to what jackd's
// library demands of a process: `turns`, of opening and closing clients, and `sys::cancel`, of its threads. A `gate`
// keeps clients and ports while calls use them, a `handoff` gives the audio thread what it uses. All of JACK's
// unsafe code is in this folder.
//
// On the audio thread there are no `Port`s: an `AudioInput` and its like can be used only in a cycle of its client.

mod callbacks;
mod client;
mod connection;
mod cycle;
mod events;
mod failure;
mod gate;
mod handler_scope;
mod handlers;
mod handoff;
mod latency_mode;
mod library;
mod messages;
mod metadata;
mod midi;
mod names;
mod opening;
mod port;
mod port_info;
mod ports;
mod position;
mod process_port;
mod property;
mod raw_ports;
mod status;
mod time;
mod transport;
mod turns;
mod versions;

pub use client::Client;
pub use cycle::{Cycle, CycleTimes};
pub use events::{Event, Events};
pub use handlers::{PortId, TimebaseQuery};
pub use latency_mode::LatencyMode;
pub use messages::{Level, Log, Sink, set_log};
pub use metadata::{all_properties, properties};
pub use midi::{MidiEvent, MidiEvents, MidiInput, MidiOutput, MidiWriter};
pub use opening::ClientOptions;
pub use port::Port;
pub use port_info::{LatencyRange, PortFilter, PortFlags, PortInfo, PortType};
pub use position::{BarBeatTick, Position, Timecode, TransportState};
pub use process_port::{AudioInput, AudioOutput};
pub use property::{Property, PropertyAction, PropertyChange, Uuid, keys};
pub use status::Status;
pub use versions::{
    client_pid, longest_client_name, longest_port_name, time_us, version, version_string,
};

pub(crate) use handlers::Notifications;
pub(crate) use raw_ports::Refusal;
pub(crate) use turns::ended as turns_ended;
