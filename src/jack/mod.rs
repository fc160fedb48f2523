//! A client of a JACK server, or of PipeWire, in safe Rust. libjack is opened at run time.
//!
//! A [`Client`] has ports ([`Client::register_audio_output`] and its like), looks up and connects those of others
//! ([`Client::find_ports`], [`Client::connect`]), moves the transport ([`Client::locate`]), keeps metadata
//! ([`Client::set_property`]), and tells what happens ([`Client::events`]).
//!
//! # The graph
//!
//! A [`Graph`] is all ports and connections as a value. A [`Patch`] is what is to be connected, by name or by [`Rule`]s: it
//! is restored once ([`Patch::restore`]), or each time that ports come ([`Restorer`]).
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
// keeps clients and ports while calls use them, a `published` value is what the audio thread uses while others exchange it. All of JACK's
// unsafe code is in this folder.
//
// On the audio thread there are no `Port`s: an `AudioInput` and its like can be used only in a cycle of its client.

mod blocks;
mod callbacks;
mod client;
mod connection;
mod cycle;
mod cycle_parts;
mod events;
mod failure;
mod gate;
mod graph;
mod handler_scope;
mod handlers;
mod latencies;
mod latency_mode;
mod library;
mod mail;
mod messages;
mod metadata;
mod midi;
mod midi_piece;
mod midi_receiver;
mod midi_schedule;
mod midi_sender;
mod names;
mod opening;
mod port;
mod port_info;
mod ports;
mod position;
mod process_port;
mod property;
mod published;
mod refusal;
mod status;
mod stream_handle;
mod time;
mod transport;
mod turns;
mod versions;
mod waker;

pub use blocks::{BlockCounts, BlockInfo, BlockOptions, Blocks};
pub use client::Client;
pub use cycle::{Cycle, CycleTimes};
pub use events::{Event, Events};
pub use graph::{
    Changes, Graph, GraphPort, Link, Others, Outcome, Patch, Restored, Restorer, Rule,
};
pub use handlers::{PortId, TimebaseQuery};
pub use latency_mode::LatencyMode;
pub use messages::Sink;
pub use midi::{MidiEvent, MidiEvents, MidiInput, MidiOutput, MidiWriter};
pub use midi_receiver::{MidiMessage, MidiReceiver};
pub use midi_sender::{MidiCounts, MidiSender};
pub use opening::ClientOptions;
pub use port::Port;
pub use port_info::{LatencyRange, PortFilter, PortFlags, PortInfo, PortType};
pub use position::{BarBeatTick, Position, Timecode, TransportState};
pub use process_port::{AudioInput, AudioOutput};
pub use property::{Property, PropertyAction, PropertyChange, Uuid, keys};
pub use status::Status;
pub use versions::{client_pid, longest_client_name, longest_port_name, version, version_string};

pub(crate) use handlers::Notifications;
pub(crate) use turns::ended as turns_ended;
