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
//! # Three ways to process
//!
//! | way | the program's code runs | latency it adds | for |
//! |---|---|---|---|
//! | a process handler: [`Client::set_process`] | on the audio thread, in each cycle | none | effects and instruments that are real-time code |
//! | streams: [`Client::exchange_blocks`], [`Client::receive_midi`], [`Client::send_midi`] | on any thread | audio: a block and the time to answer; MIDI that is sent ahead: none | all that allocates, waits, or is written in a language that cannot run in real time |
//! | events: [`Client::events`] | on any thread | | following what happens: ports, connections, xruns, the end of the server |
//!
//! They can be used together, also by one client. Choose blocks where you can; a handler where the latency matters.
//!
//! ## The process handler
//!
//! [`Client::set_process`] has a function called in each cycle, with a [`Cycle`]: it reads the inputs and writes the
//! outputs. It is real-time code. The server waits for it in each cycle, so it must not allocate, free, lock,
//! wait, call the system, print, or panic; none of the methods of a cycle does. It uses [`AudioInput`],
//! [`AudioOutput`], [`MidiInput`] and [`MidiOutput`], which it owns. The methods of clients and ports are for other
//! threads: those that ask the server for something return an error in a handler.
//!
//! ## Streams
//!
//! The library copies audio and MIDI through rings to and from threads of the program. No code of the program runs on the
//! audio thread, so a program that is slow disturbs nobody: it loses input, or is silent, and each frame and event is
//! counted. [`Blocks`] exchange audio in blocks of any length, with the frame of the server's clock at which each begins and
//! at which its answer sounds. [`MidiReceiver`] and [`MidiSender`] do the same for single events. All have a time-out, and
//! those that receive have a descriptor to wait on. Frames are numbers of the server's clock, as of
//! [`Client::frame_time`]: 32 bits, which wrap. So a program that exchanges blocks also knows which events
//! belong to a block, and at which frame to send others: see [`Blocks`].
//!
//! ```no_run
//! use amio::jack::{BlockOptions, Client, ClientOptions};
//! use std::time::Duration;
//!
//! # fn main() -> amio::Result<()> {
//! let client = Client::open("gain", &ClientOptions::default())?;
//! let (_, input) = client.register_audio_input("in")?;
//! let (_, output) = client.register_audio_output("out")?;
//! let options = BlockOptions { block_frames: 512, ..BlockOptions::default() };
//! let mut blocks = client.exchange_blocks(vec![input], vec![output], options)?;
//! client.activate()?;
//! let mut samples = vec![0.0; 512];
//! loop {
//!     let block = blocks.read(&mut [&mut samples], Duration::from_secs(1))?;
//!     if block.new.lost > 0 {
//!         eprintln!("{} frames lost before frame {}", block.new.lost, block.input_frame);
//!     }
//!     samples.iter_mut().for_each(|sample| *sample *= 0.5);
//!     blocks.write(&[&samples], Duration::from_secs(1))?;
//! }
//! # }
//! ```
//!
//! ## Events
//!
//! [`Events`] is a queue with a descriptor. Events that find it full are counted.
//!
//! # Closing
//!
//! The client is closed when it is dropped, or by [`Client::close`]. Calls that other threads have begun end before, and
//! later ones return [`Error::InvalidState`](crate::Error::InvalidState), also those of its ports.

// Flow: `library` is the table of libjack's functions. A client and its ports share a `connection`, and make safe calls
// of these functions. `callbacks` turns what libjack calls into calls of the handlers, on the audio thread with a
// `Cycle`, and of `Notifications`. `messages` collects what libjack would print. Two modules keep to what jackd's
// library demands of a process: `turns`, of opening and closing clients, and `sys::cancel`, of its threads. A `gate`
// keeps clients and ports while calls use them, a `published` value is what the audio thread uses while others exchange
// it. Streams run in the cycles (`cycle_parts`) and are held by a `stream_handle`; the `waker` looks at their `mail`.
// All of JACK's unsafe code is in this folder.
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
mod levels;
mod library;
mod listeners;
mod lookup;
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
mod port_id;
mod port_info;
mod ports;
mod position;
mod process_port;
mod property;
mod published;
mod raw_ports;
mod refusal;
mod repeats;
mod status;
mod stream_handle;
mod stream_port;
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
pub use handlers::TimebaseQuery;
pub use latency_mode::LatencyMode;
pub use levels::Levels;
pub use messages::{Level, Log, Sink, set_log};
pub use metadata::{all_properties, properties};
pub use midi::{MidiEvent, MidiEvents, MidiInput, MidiOutput, MidiWriter};
pub use midi_receiver::{MidiMessage, MidiReceiver};
pub use midi_sender::{MidiCounts, MidiSender};
pub use opening::ClientOptions;
pub use port::Port;
pub use port_id::PortId;
pub use port_info::{LatencyRange, PortFilter, PortFlags, PortInfo, PortType};
pub use position::{BarBeatTick, Position, Timecode, TransportState};
pub use process_port::{AudioInput, AudioOutput};
pub use property::{Property, PropertyAction, PropertyChange, Uuid, keys};
pub use status::Status;
pub use versions::{
    client_pid, longest_client_name, longest_port_name, time_us, version, version_string,
};

pub(crate) use handlers::{Notifications, Verdict};
pub(crate) use raw_ports::Refusal;
pub(crate) use turns::ended as turns_ended;
