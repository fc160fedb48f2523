//! A JACK client, in safe Rust. libjack is opened at run time.
//!
//! Flow: `library` is the table of libjack's functions. A [`Client`] and its [`Port`]s share a `connection`, and
//! make safe calls of these functions; the client is closed when the last of them is dropped. `callbacks` turns
//! what libjack calls into calls of the handlers: of [`AudioHandler`] on the audio thread, with a [`Cycle`], and of
//! [`Notifications`]. `messages` collects what libjack would print. Two modules keep to what jackd's library
//! demands of a process: `turns`, of opening and closing clients, `sys::cancel`, of its threads. All of JACK's
//! unsafe code is in this folder.
//! Thread: control threads, except for the handlers, which say where they run.
//!
//! On the audio thread there are no [`Port`]s: an [`AudioInput`] or [`AudioOutput`] owns nothing and can be used
//! only in a cycle of its client. So nothing is counted or freed there, and a client does not keep itself open.

mod audio_port;
mod callbacks;
mod client;
mod connection;
mod cycle;
mod failure;
mod handlers;
mod latency_mode;
mod library;
mod messages;
mod port;
mod turns;

pub(crate) use audio_port::{AudioInput, AudioOutput};
pub(crate) use client::Client;
pub(crate) use cycle::Cycle;
pub(crate) use handlers::{AudioHandler, Notifications, PortId};
pub(crate) use latency_mode::LatencyMode;
pub(crate) use port::{Port, PortFlags, PortType};
pub(crate) use turns::ended as turns_ended;
