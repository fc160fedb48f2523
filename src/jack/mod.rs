//! The JACK client library, opened at run time.
//!
//! Flow: [`Library`] is the table of libjack's functions; [`Client`] makes safe calls of them and
//! turns libjack's callbacks into calls of a [`Handler`]; `messages` collects what libjack would
//! print. All of JACK's unsafe code is in this folder.
//! Thread: control threads, except [`Handler`]'s methods, which say where they run.

mod client;
mod library;
mod messages;

pub(crate) use client::{Client, Cycle, Direction, Handler, Output, Port};
