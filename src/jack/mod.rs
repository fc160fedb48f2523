//! The JACK client library, opened at run time.
//!
//! Flow: `library` is the table of libjack's functions; [`Client`] and [`Port`] make safe calls of
//! them, and `callbacks` turns what libjack calls into calls of a [`Handler`]. `messages` collects
//! what libjack would print. Two modules keep to what jackd's library demands of a process:
//! `turns`, of opening and closing clients, `cancel`, of its threads. All of JACK's unsafe code is
//! in this folder.
//! Thread: control threads, except [`Handler`]'s methods, which say where they run.

mod callbacks;
mod client;
mod library;
mod messages;
mod port;
mod turns;

pub(crate) use callbacks::{Cycle, Handler};
pub(crate) use client::Client;
pub(crate) use port::{Direction, Output, Port};
pub(crate) use turns::ended as turns_ended;

use crate::error::Error;

fn failure(message: String) -> Error {
    Error::Driver {
        driver: "jack",
        message,
    }
}
