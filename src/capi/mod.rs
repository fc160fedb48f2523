//! The C interface: a file or a folder for each section of `include/amio.h`, which is generated from here.
//!
//! Flow: a C call -> [`guard`] (no panic leaves) -> [`handles`] (key to object) and [`sized`]
//! (versioned structs) -> the crate's public API -> [`status`] (error to number and message).
//! A thread that is cancelled in a call ends at the end of it: the functions are `extern "C-unwind"`, and have
//! no destructors outside of [`guard`].
//! Thread: any but the audio thread. No object of the crate is ever reached through a pointer
//! that C holds.
#![allow(
    unsafe_code,
    reason = "C hands over pointers; each is checked here and nowhere else"
)]
#![allow(
    non_camel_case_types,
    reason = "these are the names that C programs use"
)]
#![allow(
    clippy::missing_safety_doc,
    reason = "the Thread, Units and Ownership paragraphs, written for C, are the contract"
)]

#[cfg(not(target_pointer_width = "64"))]
compile_error!("handles are 64-bit keys; the C interface needs pointers of 64 bits");

// What every section uses; nothing of it is in the header.
mod callback;
mod fault;
mod guard;
mod handles;
mod keys;
mod message;
mod sized;
mod slot;
mod slots;
mod text;

// The sections, in the order of the header. Each stands alone, since rustfmt would sort a list.
mod version;

mod status;

mod alsa_terms;

mod interface;

mod devices;

mod transport;

mod progress;

mod clip;

mod file;

mod analysis;

mod playspec;

mod schedule;

mod capture;

mod midi;

mod recorder;

mod events;

mod stats;

mod meter;

mod alsa;

mod ring;

mod jack;
