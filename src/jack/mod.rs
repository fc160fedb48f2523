//! The JACK client library, opened at run time.
//!
//! Flow: [`Library`] is the table of libjack's functions; [`Client`] makes safe calls of them and
//! turns libjack's callbacks into calls of a [`Handler`]; `messages` collects what libjack would
//! print; `turns` keeps clients from opening and closing at the same time; `cancel`
//! keeps libjack from ending a thread that is inside a callback. All of JACK's unsafe code is in this folder.
//! Thread: control threads, except [`Handler`]'s methods, which say where they run.

mod cancel;
mod client;
mod library;
mod messages;
mod turns;

pub(crate) use client::{Client, Cycle, Direction, Handler, Output, Port};
